"""Slices that belong together: one series of one study of one patient."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from hyoid.dicom.kinds import CT_KINDS, IMAGE_KINDS, PET_KINDS, kind_name
from hyoid.dicom.slice import Slice


@dataclass(frozen=True)
class Series:
    """The images (or other objects) with one Series Instance UID of one study of one patient.

    Parameters
    ----------
    slices
        Each image once, in the order in which they were found.
    copies
        Further files with the same instance UID, by `Slice.key`: whether they are equal is seen when they are read.
    """

    slices: tuple[Slice, ...]
    copies: dict[tuple[str, int], tuple[Slice, ...]] = field(default_factory=dict)

    @property
    def first(self) -> Slice:
        """The image that speaks for what all images of a series share."""
        return self.slices[0]

    @property
    def uid(self) -> str:
        """Series Instance UID."""
        return self.first.series_uid

    @property
    def patient(self) -> tuple[str, str]:
        """Patient ID and its issuer."""
        return self.first.patient_id, self.first.issuer

    @property
    def modality(self) -> str:
        """Either "CT" or "PT" by the kind of object, whatever the Modality attribute says; else that attribute."""
        if self.first.sop_class in CT_KINDS:
            return "CT"
        return "PT" if self.first.sop_class in PET_KINDS else self.first.modality

    @property
    def is_image(self) -> bool:
        """Whether these are images of CT or PET."""
        return self.first.sop_class in IMAGE_KINDS

    @property
    def kind(self) -> str:
        """Name of the kind of object."""
        return kind_name(self.first.sop_class)

    @cached_property
    def image_type(self) -> tuple[str, ...]:
        """Image Type of most slices: scouts may lie in one series with the images that were planned on them."""
        return Counter(one.image_type for one in self.slices).most_common(1)[0][0]

    @cached_property
    def frames_of_reference(self) -> tuple[str, ...]:
        """The frames of reference of the slices."""
        return tuple(sorted({one.frame_of_reference for one in self.slices}))

    @cached_property
    def starts(self) -> tuple[str, ...]:
        """Acquisition dates and times of the slices, earliest first, "YYYYMMDDHHMMSS.F"; of bed positions several."""
        found = {
            (one.acquisition_date or one.series_date) + (one.acquisition_time or one.series_time)
            for one in self.slices
            if one.acquisition_time or one.series_time
        }
        return tuple(sorted(found))

    @property
    def title(self) -> str:
        """How a person finds the series: number, description, modality, images."""
        number = "" if self.first.series_number is None else f"{self.first.series_number} "
        name = self.first.description or self.first.protocol or "without description"
        return f"series {number}({name}), {self.modality or 'no modality'}, {len(self.slices)} images"


def group_series(slices: Iterable[Slice]) -> list[Series]:
    """Group slices by patient, study and series, in order of these; each image once, its copies apart."""
    groups: dict[tuple[str, ...], dict[tuple[str, int], list[Slice]]] = {}
    for one in slices:
        where = (one.patient_id, one.issuer, one.study_uid, one.series_uid, one.sop_class)
        groups.setdefault(where, {}).setdefault(one.key, []).append(one)
    return [
        Series(
            tuple(same[0] for same in images.values()),
            {key: tuple(same[1:]) for key, same in images.items() if len(same) > 1},
        )
        for _, images in sorted(groups.items())
    ]
