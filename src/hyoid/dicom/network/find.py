"""C-FIND: which studies of a patient an archive has, and which series of a study (PS3.4 C.4.1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from hyoid.dicom.network.associate import Caller, associated, broken
from hyoid.dicom.network.contexts import NATIVE, STUDY_FIND
from hyoid.dicom.network.peer import Peer
from hyoid.errors import NetworkError

PENDING = (0xFF00, 0xFF01)
MAX_ANSWERS = 5000
"""Answers to one question that are listened to: a patient has not so many studies, nor a study so many series."""

_WILD = ("*", "?", "\\")
"""What makes a question match more than what it says (PS3.4 C.2.2.2)."""


@dataclass(frozen=True, slots=True)
class FoundSeries:
    """One series of a study; `instances` is None where the archive does not count."""

    uid: str
    modality: str
    description: str
    instances: int | None


@dataclass(frozen=True, slots=True)
class FoundStudy:
    """One study that an archive has, and its series by UID."""

    patient_id: str
    uid: str
    date: str
    description: str
    series: tuple[FoundSeries, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return everything in types that JSON holds."""
        return asdict(self)


def find_studies(peer: Peer, caller: Caller, *, patient_id: str = "", study_uid: str = "") -> list[FoundStudy]:
    """Return the studies of one patient, or the one study of a UID, by date; with the series of each.

    An archive may match more loosely than it should (without regard to capitals, to spaces): studies of another
    patient id are left out.

    Raises
    ------
    UnreachableError
        If the archive does not answer.
    NetworkError
        If it refuses or fails, or if the question names none or more than one patient.
    """
    if bool(patient_id) == bool(study_uid):
        raise NetworkError.of("none or both of patient and study", "one of them", "Give --patient or --study.")
    asked = patient_id or study_uid
    if any(sign in asked for sign in _WILD) or not asked.strip():
        raise NetworkError.of(
            f"{asked!r}, which may match many patients", "one patient's id, or one study's UID", "Ask one by one."
        )
    with associated(peer, caller, [(STUDY_FIND, NATIVE)]) as association:
        question = {"PatientID": patient_id, "StudyInstanceUID": study_uid, "StudyDate": "", "StudyDescription": ""}
        answers = _ask(association, peer, "STUDY", question)
        studies = {}
        for one in answers:
            uid, patient = _text(one, "StudyInstanceUID"), _text(one, "PatientID")
            if uid and (uid == study_uid or patient == patient_id.strip()):
                studies[uid] = one
        return sorted(
            (_study(association, peer, one) for one in studies.values()), key=lambda study: (study.date, study.uid)
        )


def _study(association: Any, peer: Peer, answer: Any) -> FoundStudy:
    uid = _text(answer, "StudyInstanceUID")
    question = {
        "StudyInstanceUID": uid,
        "SeriesInstanceUID": "",
        "Modality": "",
        "SeriesDescription": "",
        "NumberOfSeriesRelatedInstances": None,
    }
    series = {}
    for one in _ask(association, peer, "SERIES", question):
        count = _text(one, "NumberOfSeriesRelatedInstances")
        series[_text(one, "SeriesInstanceUID")] = FoundSeries(
            _text(one, "SeriesInstanceUID"),
            _text(one, "Modality"),
            _text(one, "SeriesDescription"),
            int(count) if count.isdigit() else None,
        )
    series.pop("", None)
    found = tuple(series[key] for key in sorted(series))
    return FoundStudy(
        _text(answer, "PatientID"), uid, _text(answer, "StudyDate"), _text(answer, "StudyDescription"), found
    )


def _ask(association: Any, peer: Peer, level: str, question: dict[str, Any]) -> Iterator[Any]:
    from pydicom.dataset import Dataset

    identifier = Dataset()
    identifier.QueryRetrieveLevel = level
    for keyword, value in question.items():
        setattr(identifier, keyword, value)
    answers = 0
    for status, found in association.send_c_find(identifier, STUDY_FIND):
        if "Status" not in status:
            raise broken(peer)
        if status.Status in PENDING:
            answers += 1
            if answers > MAX_ANSWERS:
                raise NetworkError.of(
                    f"more than {MAX_ANSWERS} answers of {peer}", "those of one patient", "Ask for one study."
                )
            if found is not None:
                yield found
        elif status.Status != 0:
            raise NetworkError.of(
                f"{peer}, which answers a question with {status.Status:04X}{_comment(status)}",
                "an archive that answers C-FIND of the Study Root",
                "Ask who runs it.",
            )


def _comment(status: Any) -> str:
    said = str(status.get("ErrorComment") or "")
    return f" ({said})" if said else ""


def _text(dataset: Any, keyword: str) -> str:
    value = dataset.get(keyword)
    return "" if value is None else str(value).strip()
