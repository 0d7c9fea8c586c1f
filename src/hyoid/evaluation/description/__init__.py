"""A cohort described: who is in it, how it was scanned, what became of the patients, what is missing."""

from hyoid.evaluation.description.description import TOTAL, Description, describe_cohort
from hyoid.evaluation.description.examples import Example, Examples, find_examples
from hyoid.evaluation.description.tables import description_tables

__all__ = ["TOTAL", "Description", "Example", "Examples", "describe_cohort", "description_tables", "find_examples"]
