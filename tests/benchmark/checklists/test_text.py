from html.parser import HTMLParser

from hyoid.benchmark.checklists import OPEN, Checklist, Item, as_html, as_markdown, load_checklists

SMALL = Checklist(
    "A <list>", "A paper", (Item("1", "s", "a|b", "x < y | z"), Item("2a", "s", "t", None), Item("2b", "s", "t", None))
)


class _Rows(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def test_markdown_counts_and_escapes() -> None:
    lines = as_markdown(SMALL).splitlines()
    assert lines[0] == "## A <list>"
    assert lines[2].startswith("1 of 3 items are pre-filled from this benchmark, 2 are open.")
    assert "starting point" in lines[2]
    assert lines[-3:] == [r"| 1 | s | a\|b | x < y \| z |", f"| 2a | s | t | {OPEN} |", f"| 2b | s | t | {OPEN} |"]


def test_html_says_the_same() -> None:
    text = as_html(SMALL)
    reader = _Rows()
    reader.feed(text)
    answers = ["x < y | z", OPEN, OPEN]
    rows = [[item.number, item.section, item.item, answer] for item, answer in zip(SMALL.items, answers, strict=True)]
    assert reader.rows == [["item", "section", "topic", "answer"], *rows]
    assert "<h2>A &lt;list&gt;</h2>" in text
    assert "1 of 3 items are pre-filled from this benchmark, 2 are open." in text


def test_both_lists_have_a_row_for_every_item() -> None:
    for one in load_checklists({"code": "It is here."}):
        answered = len(one.items) - len(one.open)
        assert as_markdown(one).count(f"| {OPEN} |") == as_html(one).count(OPEN) == len(one.open)
        assert as_html(one).count("It is here.") == answered
