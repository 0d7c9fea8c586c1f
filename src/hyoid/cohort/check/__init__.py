"""Quality findings: what is wrong, doubtful or peculiar in a cohort, and what to do about it."""

from hyoid.cohort.check.finding import SEVERITIES, Finding, Rule, Severity
from hyoid.cohort.check.registry import RULES, STUDY_CODES, rules_table
from hyoid.cohort.check.run import check_case, check_cohort, find_across, find_in_case

__all__ = [
    "RULES",
    "SEVERITIES",
    "STUDY_CODES",
    "Finding",
    "Rule",
    "Severity",
    "check_case",
    "check_cohort",
    "find_across",
    "find_in_case",
    "rules_table",
]
