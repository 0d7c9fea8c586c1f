"""The schema of a recipe: a published system as one value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from hyoid.cohort import Case
from hyoid.cohort.splits import Fold, KFold, Split, with_stack
from hyoid.errors import RecipeError
from hyoid.files import jsonable, sha256_of_json
from hyoid.imaging import FixedBox, FullView, NeckBox, Preprocess
from hyoid.recipe.consistency import check_recipe
from hyoid.recipe.inference import Decision, Inference, Window
from hyoid.recipe.inputs import Inputs
from hyoid.recipe.stage import EstimatorStage, NetworkStage, Stage, Task
from hyoid.settings import Settings

if TYPE_CHECKING:
    from torch import nn

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
    labels: dict[int, Literal["gtvp", "gtvn", "tumour"]] = {}
    preprocess: Preprocess | None = None
    stages: tuple[Stage, ...] = Field(min_length=1, max_length=2)
    split: Split = KFold()
    inference: Inference = Inference()
    variants: dict[str, dict[str, Any]] = {}
    deviations: tuple[str, ...] = ()

    @field_validator("variants", mode="before")
    @classmethod
    def _text_keys(cls, variants: Any) -> Any:
        """Make text of positions, as JSON does, so that a dumped recipe reads back as an equal value."""
        return jsonable(variants)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        check_recipe(self)
        return self

    @property
    def network_stage(self) -> NetworkStage:
        """The network stage, which is the first.

        Raises
        ------
        RecipeError
            If the recipe has none: its stage is an estimator.
        """
        stage = self.stages[0]
        if not isinstance(stage, NetworkStage):
            raise RecipeError.of(f"the estimator of {self.title}", "a network stage", "Use another recipe.")
        return stage

    @property
    def estimator_stage(self) -> EstimatorStage | None:
        """The estimator stage, where the recipe has one: on the table, or on the deep features of its network."""
        stage = self.stages[-1]
        return stage if isinstance(stage, EstimatorStage) else None

    @property
    def has_network(self) -> bool:
        """Whether a network is trained."""
        return isinstance(self.stages[0], NetworkStage)

    @property
    def task(self) -> Task:
        """What the recipe answers."""
        return self.stages[-1].task

    def make_folds(self, cases: Sequence[Case]) -> list[Fold]:
        """Divide cases by the recipe's split, with a `stack` part where an estimator is fitted on deep features of it.

        Raises
        ------
        CohortError
            If there are too few cases.
        """
        folds, stage = self.split.make_folds(cases), self.estimator_stage
        if stage is None or not self.has_network or stage.fit_on == "train":
            return folds
        return [with_stack(fold, cases, stage.stack_fraction, self.split.seed) for fold in folds]

    @property
    def imaging(self) -> Preprocess:
        """The preprocessing of a recipe that reads images.

        Raises
        ------
        RecipeError
            If it reads none.
        """
        if self.preprocess is None:
            raise RecipeError.of(f"{self.title}, which reads no image", "a recipe with images", "Use another recipe.")
        return self.preprocess

    @property
    def segmentation_head(self) -> str:
        """Name of the head that labels voxels.

        Raises
        ------
        RecipeError
            If the recipe has none.
        """
        names = [name for name, head in self.network_stage.network.heads.items() if head.name == "segmentation"]
        if not names:
            raise RecipeError.of(f"{self.title}, which labels no voxels", "a segmentation head", "Use another recipe.")
        return names[0]

    @property
    def patch_voxels(self) -> tuple[int, int, int]:
        """The patch (z, y, x) in voxels, which is also the window of inference; of a segmentation recipe."""
        frame = self.imaging.frame
        if not isinstance(frame, NeckBox | FullView | FixedBox):
            raise TypeError(f"{frame.name} has no voxel size of its own")
        return self.network_stage.patch_voxels(frame.spacing_mm)

    @property
    def crop_voxels(self) -> tuple[int, int, int] | None:
        """The block (z, y, x) around the lesions that a network sees of a patient; None where it sees the frame."""
        mask, frame = self.inputs.mask, None if self.preprocess is None else self.preprocess.frame
        if mask is None or not isinstance(frame, FixedBox):
            return None
        network = self.network_stage.network
        return mask.crop_voxels(frame.spacing_mm, network.divisor, network.min_size)

    @property
    def sample_voxels(self) -> tuple[int, int, int] | None:
        """The shape (z, y, x) that a network sees of each patient; None where it differs, or there are no images."""
        return self.crop_voxels or (None if self.preprocess is None else self.preprocess.frame.voxels())

    @property
    def decision(self) -> Decision:
        """How log-odds become a probability and a decision."""
        return self.inference.decision or Decision()

    @property
    def window(self) -> Window:
        """The sliding window of a segmentation."""
        return self.inference.window or Window()

    @property
    def optimistic(self) -> bool:
        """Whether anything is chosen on what is reported, as published."""
        ensemble = self.inference.ensemble
        return self.split.optimistic or (ensemble.name == "best_fold" and ensemble.chosen_by == "held_out")

    @property
    def flags(self) -> bool:
        """Whether the network is told which images are there."""
        return bool(self.inputs.images) and self.inputs.missing == "fill"

    def build_network(self, columns: int = 0) -> nn.Module:
        """Return the untrained network for this recipe's images and, for a classifier, `columns` of encoded record."""
        network, channels = self.network_stage.network, len(self.inputs.channels)
        if self.task == "segmentation":
            return network.build_backbone(channels, self.classes, self.patch_voxels, self.flags)
        return network.build_fusion(channels, self.sample_voxels, columns, self.flags)

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
