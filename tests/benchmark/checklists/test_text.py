from html.parser import HTMLParser

from hyoid.benchmark.checklists import OPEN, Checklist, Item, as_html, as_markdown, load_checklists

SMALL = Checklist(
    "A <list>", "A paper", (Item("1", "s", "a|b", "x < y | z"), Item("2a", "s", "t", None), Item("2b", "s", "t", None))
)


class _Items(HTMLParser):
    """Collects section titles, and of each item its topic and its answer, of which each paragraph or point is one."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[list[str]] = []

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        if tag in {"h3", "dt", "dd", "p", "li"}:
            self.found.append([tag, ""])

    def handle_data(self, data: str) -> None:
        if self.found:
            self.found[-1][1] += data


def parsed(text: str) -> list[list[str]]:
    """Return `[tag, text]` of all that holds text, from the first section of items on."""
    reader = _Items()
    reader.feed(text)
    found = [one for one in reader.found if one[1]]
    return found[next(k for k, (tag, _) in enumerate(found) if tag == "h3") :]


def test_markdown_counts_and_escapes() -> None:
    lines = as_markdown(SMALL).splitlines()
    assert lines[0] == "## A <list>"
    assert lines[2].startswith("1 of 3 items are pre-filled from this benchmark, 2 are open.")
    assert "starting point" in lines[2]
    assert lines[-3:] == [r"| 1 | s | a\|b | x < y \| z |", f"| 2a | s | t | {OPEN} |", f"| 2b | s | t | {OPEN} |"]


def test_html_says_the_same() -> None:
    text = as_html(SMALL)
    assert parsed(text) == [
        ["h3", "s"],
        ["dt", "1 a|b"],
        ["p", "x < y | z"],
        ["dt", "2a t"],
        ["dd", OPEN],
        ["dt", "2b t"],
        ["dd", OPEN],
    ]
    assert "<h2>A &lt;list&gt;</h2>" in text
    assert "1 of 3 items are pre-filled from this benchmark, 2 are open." in text


def test_both_lists_have_a_row_for_every_item() -> None:
    for one in load_checklists({"code": "It is here."}):
        answered = len(one.items) - len(one.open)
        assert as_markdown(one).count(f"| {OPEN} |") == as_html(one).count(OPEN) == len(one.open)
        assert as_html(one).count("It is here.") == answered


def test_a_long_answer_is_no_wall_of_text() -> None:
    rows = "; ".join(f"recipe-{k} (kfold): auc 0.{k}00 (0.{k}0 to 0.{k}5; n {k})" for k in range(1, 5))
    answer = f"Of 5 folds, e.g. kfold (select). kfold: as drawn. {rows}."
    found = parsed(as_html(Checklist("c", "s", (Item("1", "s", "t", answer),))))
    assert found[2:4] == [["p", "Of 5 folds, e.g. kfold (select)."], ["p", "kfold: as drawn."]]
    assert [text for tag, text in found if tag == "li"] == [
        *(f"recipe-{k} (kfold): auc 0.{k}00 (0.{k}0 to 0.{k}5; n {k})" for k in range(1, 4)),
        "recipe-4 (kfold): auc 0.400 (0.40 to 0.45; n 4).",
    ]
