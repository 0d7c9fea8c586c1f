"""What `hyoid check` says: one finding, and the rule that can say it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from hyoid.cohort.check.study import Need, Study

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""Error: the case or cohort cannot be used as it is. Warning: a person should look. Info: good to know."""

Subject = Literal["files", "geometry", "slices", "ct", "pet", "alignment", "mask", "lesions", "table", "cohort"]
SUBJECTS: tuple[Subject, ...] = (
    "files", "geometry", "slices", "ct", "pet", "alignment", "mask", "lesions", "table", "cohort",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault, doubt or peculiarity of a case or of the whole cohort.

    Parameters
    ----------
    code
        The stable code of the rule, in kebab-case; `docs/reference/findings.md` lists them all.
    severity
        `error`, `warning` or `info`.
    case
        The patient's id; None where the finding is about the whole cohort.
    found, expected, advice
        What was found (with its numbers), what was expected, what to do.
    """

    code: str
    severity: Severity
    case: str | None
    found: str
    expected: str
    advice: str

    def __str__(self) -> str:
        return f"{self.code} [{self.case or 'cohort'}]: found {self.found}; expected {self.expected}. {self.advice}"

    @property
    def order(self) -> tuple[int, str, str, str]:
        """Sort key: severity first, then code, case (the cohort's own before its cases) and text."""
        return SEVERITIES.index(self.severity), self.code, self.case or "", self.found

    def to_dict(self) -> dict[str, Any]:
        """Return the six fields, ready for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Rule:
    """What can be found: its code, how grave it is, and the words that go with it.

    `finds` is one phrase for the reference table, with the limit in it; `expected` and `advice` become the finding's.
    """

    code: str
    severity: Severity
    subject: Subject
    finds: str
    expected: str
    advice: str

    def finding(self, case: str | None, found: str) -> Finding:
        """Return the finding of this rule for a case."""
        return Finding(self.code, self.severity, case, found, self.expected, self.advice)


@dataclass(frozen=True, slots=True)
class StudyRule(Rule):
    """A rule that looks at one case's images; it runs only where all that it `needs` could be read."""

    needs: tuple[Need, ...]
    look: Callable[[Study], Iterable[str]]

    def findings(self, study: Study) -> list[Finding]:
        """Run the rule: one finding for each thing that `look` describes."""
        if not all(study.has(need) for need in self.needs):
            return []
        return [self.finding(study.case.id, found) for found in self.look(study)]


def study_rule(
    code: str,
    severity: Severity,
    subject: Subject,
    *,
    finds: str,
    expected: str,
    advice: str,
    needs: tuple[Need, ...] = (),
) -> Callable[[Callable[[Study], Iterable[str]]], StudyRule]:
    """Turn a function `study -> what was found, item by item` into a `StudyRule`."""

    def decorate(look: Callable[[Study], Iterable[str]]) -> StudyRule:
        return StudyRule(code, severity, subject, finds, expected, advice, needs, look)

    return decorate
