"""What a model on whole patients reads of one case, asked for in one place: images, record, lesion measures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from hyoid.bundle import Bundle
from hyoid.cohort import Case
from hyoid.cohort.encoders.value import value_of
from hyoid.cohort.images import read_images
from hyoid.errors import CohortError
from hyoid.features import measure_case, with_measures
from hyoid.geometry import Grid, Volume
from hyoid.imaging import find_head, read_volume
from hyoid.inference.classify import Images, ReadImages
from hyoid.inference.missing import check_images
from hyoid.recipe import Recipe

NO_HEAD = "No head in view: the model was trained on head and neck, and its answer means little."


@dataclass(frozen=True, slots=True)
class Patient:
    """A case as a model reads it.

    `case` carries its lesion measures among the clinical values; `read` gives its images, None where none are read;
    `missing` names the inputs that were not there, `notes` whatever was not as expected; `grid` is the frame's, where
    there are images. A mask and an HPV status that the recipe's folds infer are not among them: see `NewPatient`.
    """

    case: Case
    read: ReadImages | None
    missing: tuple[str, ...]
    notes: tuple[str, ...]
    grid: Grid | None = None

    @classmethod
    def of(cls, case: Case, bundle: Bundle, mask: Volume | None) -> Self:
        """Read what the bundle's recipe asks for; `mask` is a predicted label map for a case that has no own.

        Raises
        ------
        CohortError
            If the case lacks an image that the recipe cannot do without, or everything that it reads.
        ImageError, GeometryError
            If an image cannot be read or placed, or is not in HU, SUV or Gy.
        """
        recipe = bundle.recipe
        inputs, notes = recipe.inputs, list[str]()
        missing = check_images(case, bundle)
        if inputs.lesions is not None:
            case, notes = _measured(case, mask, recipe)
        missing += check_record(case, recipe)
        if recipe.preprocess is None:
            return cls(case, None, tuple(missing), tuple(notes))
        volumes = read_images(case, dict.fromkeys(("ct", "pet", *inputs.images)))
        if find_head(volumes.get("pet"), volumes.get("ct")) is None:
            notes.append(NO_HEAD)
        framed = recipe.preprocess.apply(volumes, inputs.images)
        images: Images = framed.images, np.asarray(framed.present)
        return cls(case, lambda _: images, tuple(missing), (*notes, *framed.notes), framed.grid)


def check_record(case: Case, recipe: Recipe) -> list[str]:
    """Return the columns that a recipe reads and the case lacks; measures of its lesions are columns too.

    Raises
    ------
    CohortError
        If the recipe reads nothing else, and all are missing.
    """
    columns = recipe.inputs.recorded_columns
    missing = [column for column in columns if value_of(case, column) is None]
    if not recipe.inputs.images and missing and len(missing) == len(columns):
        raise CohortError.of(
            f"case {case.id} without {', '.join(missing)}",
            f"at least one of what {recipe.title} reads",
            "Give the clinical record (--clinical FILE.json, or a cohort's table).",
        )
    return missing


def _measured(case: Case, mask: Volume | None, recipe: Recipe) -> tuple[Case, list[str]]:
    """Return the case with its lesion measures, by its own label map or else by the predicted one."""
    lesions = recipe.inputs.lesions
    notes = []
    if case.mask is not None:
        mask = read_volume(case.mask)
    elif mask is not None:
        notes.append("Lesions were measured in a predicted label map; the model was trained on the expert's.")
    if mask is None:
        if recipe.inputs.missing == "refuse":
            raise CohortError.of(
                f"case {case.id} without a label map",
                f"one, in which {recipe.title} measures lesions",
                "Give --mask FILE, or a segmentation bundle beside this one.",
            )
        return case, ["No label map: the lesion measures are missing."]
    if lesions is None:
        return case, notes
    measures, said = measure_case(case, mask, images=lesions.images, radiomics=lesions.radiomics)
    notes += [f"{'No' + note[2:] if note.startswith('no ') else note}." for note in said]
    return with_measures(replace(case, mask=None), measures, lesions.columns), notes
