import pytest

from hyoid.benchmark.checklists import FACTS, Item, load_checklists
from hyoid.benchmark.checklists.checklist import parse_checklist
from hyoid.errors import HyoidError

PARTS = {3: "abc", 5: "ab", 6: "abc", 8: "abc", 9: "abc", 12: "abcdefg", 18: "abcdef", 20: "abc", 23: "ab", 27: "abc"}
NUMBERS = {
    "TRIPOD+AI": [f"{number}{letter}" for number in range(1, 28) for letter in PARTS.get(number, [""])],
    "CLAIM": [str(number) for number in range(1, 43)],
}
HUMAN = {
    "TRIPOD+AI": "1 2 3a 3b 3c 4 5a 5b 6c 8b 8c 9a 9c 10 14 16 17 18a 18b 18c 18d 18e 19 25 26 27a 27b 27c",
    "CLAIM": "1 2 3 4 5 6 7 10 12 15 16 17 18 19 31 37 38 39 40 41 42",
}
"""What no benchmark knows: the study's reasons, people, ethics, money, and what it all means."""
DOI = {"TRIPOD+AI": "10.1136/bmj-2023-078378", "CLAIM": "10.1148/ryai.2020200029"}
LIST = {
    "name": "A list",
    "source": "A paper",
    "items": [{"number": "1", "section": "s", "item": "i", "known": ["code", "gaps"]}],
}


def _changed(**changes: object) -> dict[str, object]:
    return LIST | {"items": [LIST["items"][0] | changes]}


def test_numbers_are_complete_and_in_order() -> None:
    found = {one.name: [item.number for item in one.items] for one in load_checklists({})}
    assert found == NUMBERS
    assert [len(numbers) for numbers in found.values()] == [52, 42]


def test_every_list_says_where_it_is_from_and_every_topic_is_short() -> None:
    for one in load_checklists({}):
        assert DOI[one.name] in one.source
        assert all(0 < len(item.item) < 80 for item in one.items)


def test_without_facts_everything_is_open_and_with_all_only_what_humans_know() -> None:
    assert all(one.open == one.items for one in load_checklists({}))
    for one in load_checklists(dict.fromkeys(FACTS, "Known.")):
        assert " ".join(item.number for item in one.open) == HUMAN[one.name]


def test_every_fact_answers_an_item() -> None:
    lists = load_checklists({key: f"<{key}>" for key in FACTS})
    answers = " ".join(item.answer or "" for one in lists for item in one.items)
    assert [key for key in FACTS if f"<{key}>" not in answers] == []


def test_facts_stand_one_after_the_other_as_far_as_there_are() -> None:
    facts = {"gaps": "Second.", "code": "First."}
    assert parse_checklist("a", LIST, facts).items == (Item("1", "s", "i", "First. Second."),)
    assert parse_checklist("a", LIST, {"gaps": "Second."}).items[0].answer == "Second."
    assert parse_checklist("a", LIST, {}).items[0].answer is None


def test_a_misspelt_fact_is_refused_on_both_sides() -> None:
    with pytest.raises(HyoidError, match=r"Checklist a: .*no fact 'leekage': did you mean 'leakage'"):
        parse_checklist("a", _changed(known=["leekage"]), {})
    with pytest.raises(HyoidError, match="the fact 'leekage'"):
        load_checklists({"leekage": "None found."})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (LIST | {"items": LIST["items"] * 2}, "item 1 more than once"),
        (LIST | {"items": []}, "items"),
        (_changed(number="0"), "number"),
        (_changed(answer="yes"), "unknown key 'answer'"),
    ],
)
def test_a_wrong_file_is_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(HyoidError, match=message):
        parse_checklist("a", values, {})
