import re
from pathlib import Path

from hyoid.cohort.check import RULES, rules_table
from hyoid.cohort.check.finding import SEVERITIES, SUBJECTS
from hyoid.cohort.check.registry import page_with_rules

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "findings.md"


def test_codes_are_unique_and_in_kebab_case() -> None:
    codes = [rule.code for rule in RULES]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", code) for code in codes)


def test_every_rule_has_its_words() -> None:
    for rule in RULES:
        assert rule.severity in SEVERITIES
        assert rule.subject in SUBJECTS
        assert rule.finds
        assert rule.expected
        assert rule.advice.endswith(".")


def test_the_page_lists_every_rule() -> None:
    text = PAGE.read_text(encoding="utf-8")
    listed = re.findall(r"^\| `([a-z0-9-]+)` \| (\w+) \|", text, flags=re.MULTILINE)
    assert sorted(listed) == sorted((rule.code, rule.severity) for rule in RULES)
    assert rules_table() in text, "run: python -m hyoid.cohort.check docs/reference/findings.md"
    assert page_with_rules(text) == text
