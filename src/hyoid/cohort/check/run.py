"""Checking a cohort: each case is read once, all rules look at it, and it is dropped."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hyoid.cohort.case import Case
from hyoid.cohort.check.finding import Finding
from hyoid.cohort.check.registry import STUDY_RULES
from hyoid.cohort.check.rules.cohort import CHECK_FAILED, check_cases
from hyoid.cohort.check.rules.table import finding_of
from hyoid.cohort.check.study import Study
from hyoid.progress import track

if TYPE_CHECKING:
    from hyoid.cohort.cohort import Cohort


@dataclass(frozen=True, slots=True)
class CaseCheck:
    """What one case's check brought: its findings, and the hash of CT and PET for the comparison across cases."""

    case: str
    findings: tuple[Finding, ...]
    digests: dict[str, str] = field(default_factory=dict)


def check_case(case: Case) -> CaseCheck:
    """Read one case and run every image rule on it; a rule that fails becomes a finding and stops nothing."""
    findings: list[Finding] = []
    try:
        study = Study.of(case)
    except Exception as error:  # noqa: BLE001 - one bad case never stops the rest
        return CaseCheck(case.id, (_failed(case, "reading", error),))
    for rule in STUDY_RULES:
        try:
            findings += rule.findings(study)
        except Exception as error:  # noqa: BLE001 - one failing rule never hides what the others find
            findings.append(_failed(case, rule.code, error))
    digests = {role: study.reads[role].digest for role in ("ct", "pet") if role in study.reads}
    return CaseCheck(case.id, tuple(findings), {role: digest for role, digest in digests.items() if digest})


def find_in_case(case: Case, codes: Collection[str]) -> list[Finding]:
    """Read one case and look for these findings in its images alone.

    Raises
    ------
    HyoidError
        If an image cannot be read.
    """
    study = Study.of(case)
    return [finding for rule in STUDY_RULES if rule.code in codes for finding in rule.findings(study)]


def check_cohort(cohort: Cohort, jobs: int = 1) -> list[Finding]:
    """Look for everything that is wrong, doubtful or peculiar in a cohort.

    Parameters
    ----------
    cohort
        What `read_cohort` returned; its `problems` become findings too.
    jobs
        Processes over cases, -1 for all cores. Each holds one case in memory.

    Returns
    -------
    Findings sorted by severity (errors first), code and case.
    """
    from joblib import Parallel, delayed

    checks = Parallel(n_jobs=jobs, return_as="generator")(delayed(check_case)(case) for case in cohort.cases)
    results = list(track(checks, "Checking", total=len(cohort.cases)))
    findings = [finding for result in results for finding in result.findings]
    findings += find_across(cohort, {result.case: result.digests for result in results})
    return sorted(findings, key=lambda finding: finding.order)


def find_across(cohort: Cohort, digests: Mapping[str, Mapping[str, str]]) -> list[Finding]:
    """Return what is found without reading an image: between cases, and what the reader of the cohort met.

    Parameters
    ----------
    digests
        `CaseCheck.digests` by case, of those that have been read; equal images are found among these.
    """
    return [*check_cases(cohort.cases, digests), *(finding_of(problem) for problem in cohort.problems)]


def _failed(case: Case, where: str, error: Exception) -> Finding:
    return CHECK_FAILED.finding(case.id, f"{type(error).__name__} in {where}: {error}")
