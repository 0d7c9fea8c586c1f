"""The one family of errors that hyoid raises on purpose.

Every message is a sentence for a person: what was found, what was expected, what to do.
The command line turns any `HyoidError` into exit code 2 and prints the message alone.
"""

from typing import Self


class HyoidError(ValueError):
    """Base of all errors that come from wrong input, not from a fault in hyoid."""

    @classmethod
    def of(cls, found: str, expected: str, advice: str) -> Self:
        """Build the error from its three parts, in the project's one wording."""
        return cls(f"Found {found}; expected {expected}. {advice}")


class GeometryError(HyoidError):
    """A grid, box or volume whose numbers cannot describe a place in the patient."""


class ImageError(HyoidError):
    """An image file that is missing, unreadable or not what its name says."""


class DicomError(HyoidError):
    """A DICOM object that is damaged, incomplete, or not of the kind that is asked for.

    Messages quote what foreign objects hold: control characters, which a terminal would obey, are shown as escapes.
    """

    def __init__(self, message: str) -> None:
        plain = message.encode("utf-8", "backslashreplace").decode("utf-8")
        shown = (c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode("ascii") for c in plain)
        super().__init__("".join(shown))


class NetworkError(HyoidError):
    """A DICOM peer that refuses, or that answers with a failure; an address or title that is none."""


class UnreachableError(NetworkError):
    """A DICOM peer that does not answer just now: what failed may be tried again later."""


class CohortError(HyoidError):
    """A cohort folder, clinical table or split that cannot be used as it is."""


class RecipeError(HyoidError):
    """A recipe that does not parse, or that names a part or key that does not exist."""


class BundleError(HyoidError):
    """A trained bundle that is incomplete, altered, or not made for the given input."""


class LeakageError(HyoidError):
    """A run whose figures say less than they seem to: something learnt from a patient whom it reports."""
