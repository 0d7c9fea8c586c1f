"""The schema of a recipe: a published system as one value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from hyoid.cohort.splits import KFold, Split
from hyoid.files import jsonable, sha256_of_json
from hyoid.imaging import Preprocess
from hyoid.recipe.inference import Inference
from hyoid.recipe.stage import Stage
from hyoid.settings import Settings

if TYPE_CHECKING:
    from hyoid.networks.multihead import MultiHeadNetwork

Modality = Literal["ct", "pet"]
PresetName = Literal["full", "small", "tiny"]

_DESCRIPTIVE = {"name", "description", "paper", "variants", "deviations"}


class Reported(Settings):
    """One figure that the paper reports."""

    metric: str
    value: float
    spread: float | None = None
    split: str


class Paper(Settings):
    """Which of the five documents the recipe comes from, and what it reports."""

    key: str
    reported: tuple[Reported, ...] = ()


class Inputs(Settings):
    """What the recipe reads, and what happens where it is missing.

    With `missing: fill` an absent modality becomes its outside value, and the network is told by a flag; with
    `refuse` such a case is left out of training and refused at prediction.
    """

    images: tuple[Modality, ...] = Field(min_length=1)
    missing: Literal["refuse", "fill"] = "refuse"


class Recipe(Settings):
    """A system: inputs, preprocessing, stages, split, inference, and where it departs from its paper.

    `hash` identifies everything that changes a result; names, citations and descriptions are left out of it.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    description: str = ""
    paper: Paper | None = None
    preset: PresetName = "full"
    variant: str | None = None
    inputs: Inputs
    labels: dict[int, Literal["gtvp", "gtvn", "tumour"]] = {1: "gtvp", 2: "gtvn"}
    preprocess: Preprocess
    stages: tuple[Stage, ...] = Field(min_length=1, max_length=1)
    split: Split = KFold()
    inference: Inference = Inference()
    variants: dict[str, dict[str, Any]] = {}
    deviations: tuple[str, ...] = ()

    @field_validator("labels")
    @classmethod
    def _known_label_maps(cls, labels: dict[int, str]) -> dict[int, str]:
        if labels not in ({1: "gtvp", 2: "gtvn"}, {1: "tumour"}):
            raise ValueError("labels are {1: gtvp, 2: gtvn}, or {1: tumour} for both merged into one")
        return labels

    @field_validator("variants", mode="before")
    @classmethod
    def _text_keys(cls, variants: Any) -> Any:
        """Make text of positions, as JSON does, so that a dumped recipe reads back as an equal value."""
        return jsonable(variants)

    @model_validator(mode="after")
    def _ratios_name_labels(self) -> Self:
        names = {"background", *self.labels.values()}
        for stage in self.stages:
            unknown = set(stage.training.sampling.ratios) - names
            if unknown:
                raise ValueError(f"sampling ratios name {sorted(unknown)}; the labels are {sorted(names)}")
        return self

    def build_network(self) -> MultiHeadNetwork:
        """Return the untrained network of the last stage for this recipe's images and labels."""
        flags = self.inputs.missing == "fill"
        return self.stages[-1].network.build(len(self.inputs.images), self.classes, flags)

    @property
    def classes(self) -> int:
        """Number of classes of the label map, background included."""
        return len(self.labels) + 1

    @property
    def merged(self) -> bool:
        """Whether GTVp and GTVn are one label."""
        return list(self.labels.values()) == ["tumour"]

    @property
    def title(self) -> str:
        """Name with variant and preset, as it stands beside every result."""
        variant = f":{self.variant}" if self.variant else ""
        return f"{self.name}{variant}" + ("" if self.preset == "full" else f" ({self.preset})")

    @property
    def hash(self) -> str:
        """SHA-256 of all settings that change a result."""
        return sha256_of_json(self.model_dump(mode="json", exclude=_DESCRIPTIVE))
