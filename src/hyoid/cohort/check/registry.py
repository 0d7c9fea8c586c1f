"""All rules, in one list: the check, the reference page and the command line are drawn from it."""

from __future__ import annotations

from hyoid.cohort.check.finding import SUBJECTS, Rule, StudyRule
from hyoid.cohort.check.rules import alignment, cohort, ct, files, geometry, lesions, mask, pet, slices, table

STUDY_RULES: tuple[StudyRule, ...] = (
    *files.RULES,
    *geometry.RULES,
    *slices.RULES,
    *ct.RULES,
    *pet.RULES,
    *alignment.RULES,
    *mask.RULES,
    *lesions.RULES,
)
"""Rules that look at one case's images, in the order in which they run."""

STUDY_CODES: tuple[str, ...] = tuple(rule.code for rule in STUDY_RULES)
"""Codes of what can be found in one case's images."""

RULES: tuple[Rule, ...] = (*STUDY_RULES, *table.RULES, *cohort.RULES)
"""Every rule, by subject."""


def rules_table() -> str:
    """Return every rule as Markdown: one table a subject, with code, severity, what it finds and what to do.

    `docs/reference/findings.md` holds this text between its two markers.
    """
    parts = []
    for subject in SUBJECTS:
        rows = [rule for rule in RULES if rule.subject == subject]
        lines = [f"## {subject.capitalize() if subject not in ('ct', 'pet') else subject.upper()}", ""]
        lines += ["| code | severity | finds | what to do |", "|---|---|---|---|"]
        lines += [f"| `{r.code}` | {r.severity} | {_cell(r.finds)} | {_cell(r.advice)} |" for r in rows]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


_BEGIN, _END = "<!-- rules:", "<!-- end of rules -->"


def page_with_rules(page: str) -> str:
    """Return the text of the reference page with the tables between its markers replaced by the current ones."""
    head, rest = page.split(_BEGIN, 1)
    marker = _BEGIN + rest[: rest.index("-->")] + "-->"
    _, tail = rest.split(_END, 1)
    return f"{head}{marker}\n\n{rules_table()}\n{_END}{tail}"
