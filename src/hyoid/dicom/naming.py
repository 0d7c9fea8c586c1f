"""Which series the user asks for by name, and which ids cases get."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hyoid.dicom.series import Series

MAX_ID = 64
"""Longest case id: it stands twice in the path of an image."""

_UID = re.compile(r"[0-9]+(\.[0-9]+){3,}")
_NOT_SAFE = re.compile(r"([^A-Za-z0-9._-]|\.{2,})+")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d|task[ _-]?\d|images(tr|ts)|labels(tr|ts))(\..*)?", re.IGNORECASE)
"""Names that Windows keeps for devices, and names of folders that mean something else in a cohort."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """Series that the user asks for: UIDs, and texts that a description must hold, capitals aside."""

    uids: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()

    @classmethod
    def of(cls, given: Sequence[str]) -> Wishes:
        """Sort what was given into UIDs and texts."""
        uids = frozenset(text.strip() for text in given if _UID.fullmatch(text.strip()))
        return cls(uids, tuple(text.casefold() for text in given if text.strip() not in uids))

    def name(self, series: Series) -> bool:
        """Whether just this series is asked for, by UID or by a text that its description holds."""
        return series.uid in self.uids or self._words_of(series)

    def of_study(self, study: Sequence[Series]) -> Sequence[Series]:
        """Return the series of a study that may be chosen: those asked for; all where nothing asks for this study."""
        by_uid = [series for series in study if series.uid in self.uids]
        if by_uid:
            return by_uid
        return [series for series in study if self._words_of(series)] if self.words else study

    def _words_of(self, series: Series) -> bool:
        described = series.first.description.casefold()
        return any(word in described for word in self.words)


def safe_id(patient_id: str, study_uid: str) -> str:
    """Return a patient id fit for a file name: letters, digits, `.`, `_` and `-`, beginning with a letter or digit.

    >>> safe_id("../../etc/Müller 7", "1.2.3"), safe_id("", "1.2.3")
    ('etc-Muller-7', 'unknown-c47f5b')
    """
    plain = unicodedata.normalize("NFKD", patient_id).encode("ascii", "ignore").decode("ascii")
    safe = _NOT_SAFE.sub("-", plain).strip("._-")[:MAX_ID].rstrip("._-")
    if not safe:
        return f"unknown-{digest(study_uid)}"
    return f"patient-{safe}" if _RESERVED.fullmatch(safe) else safe


def assign_ids(
    keys: Sequence[tuple[str, str, str, str]], known: Mapping[tuple[str, str, str], str]
) -> tuple[dict[tuple[str, str, str], str], dict[tuple[str, str, str], str]]:
    """Return an id for each case, and a sentence for each whose id is not its patient's.

    Parameters
    ----------
    keys
        Patient id, issuer, study UID and study date of each case; of one patient's cases the foremost first.
    known
        Ids of cases that were imported before, by the first three: they keep them.
    """
    given: dict[tuple[str, str, str], str] = {}
    said: dict[tuple[str, str, str], str] = {}
    taken = {identifier.lower(): key for key, identifier in known.items()}
    for patient_id, issuer, study_uid, date in keys:
        key = patient_id, issuer, study_uid
        base = safe_id(patient_id, study_uid)
        own = known.get(key) or _free(base, key, date, taken)
        taken[own.lower()] = key
        given[key] = own
        if own != patient_id:
            said[key] = f"Patient ID {patient_id!r} became the case id {own!r}{_because(base, own, patient_id)}."
    return given, said


def digest(text: str) -> str:
    """Return six hexadecimal digits that stand for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:6]


def _free(base: str, key: tuple[str, str, str], date: str, taken: Mapping[str, tuple[str, str, str]]) -> str:
    """Return an id that no other case has, capitals aside: a file system may not tell them apart."""
    patient_id, issuer, study_uid = key
    if base.lower() not in taken:
        return base
    of_same_patient = taken[base.lower()][:2] == (patient_id, issuer)
    for suffix in (
        [_NOT_SAFE.sub("", date)] * bool(date and of_same_patient)
        + [digest(study_uid) if of_same_patient else digest(f"{patient_id}\n{issuer}")]
        + [digest(f"{patient_id}\n{issuer}\n{study_uid}")]
    ):
        candidate = f"{base[: MAX_ID - 9]}-{suffix}"
        if candidate.lower() not in taken:
            return candidate
    return f"{base[: MAX_ID - 33]}-{hashlib.sha256(repr(key).encode()).hexdigest()[:32]}"


def _because(base: str, own: str, patient_id: str) -> str:
    if own == base:
        return ", which is fit for a file name"
    same = " of the same patient or of a name that differs in signs only" if base != patient_id else ""
    return f", because {base!r} is another case{same}"
