"""The schema of a recipe: a published system as one value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from hyoid.cohort import Case
from hyoid.cohort.splits import Fold, KFold, Split, with_stack
from hyoid.errors import RecipeError
from hyoid.files import jsonable, sha256_of_json
from hyoid.imaging import Preprocess
from hyoid.recipe.consistency import check_recipe
from hyoid.recipe.inference import Decision, Inference, Window
from hyoid.recipe.inputs import Inputs
from hyoid.recipe.paper import Paper
from hyoid.recipe.shapes import crop_voxels, patch_voxels
from hyoid.recipe.stage import EstimatorStage, NetworkStage, Stage, Task
from hyoid.settings import Settings

if TYPE_CHECKING:
    from torch import nn

PresetName = Literal["full", "small", "tiny", "smoke"]

_DESCRIPTIVE = {"name", "description", "paper", "variants", "deviations"}


class Recipe(Settings):
    """A system: inputs, preprocessing, stages, split, inference, and where it departs from its paper.

    Of a network with several heads `answers` says which of them are asked, the most important first; without it the one
    that its epochs are chosen by. `labelled` names the labels without which a patient is left out of training; without
    it that of the first answer. A patient who lacks another label trains what there is.

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
    answers: tuple[Task, ...] = ()
    labelled: tuple[Task, ...] = ()
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
    def tasks(self) -> tuple[Task, ...]:
        """What the recipe answers, the most important first."""
        return self.answers or (self.stages[-1].task,)

    @property
    def task(self) -> Task:
        """What the recipe answers first."""
        return self.tasks[0]

    @property
    def segments(self) -> bool:
        """Whether a network of the recipe labels voxels, asked for or not: it learns from masks."""
        return self.has_network and self.network_stage.network.backbone is not None

    @property
    def multitask(self) -> bool:
        """Whether one network labels voxels and has heads on whole patients."""
        return self.segments and bool(self.network_stage.network.patient_heads)

    @property
    def balanced_task(self) -> Task:
        """Whose classes case sampling balances: HPV status or the event, that of the first answer where it has one."""
        patients = [task for task in (*self.tasks, *self.network_stage.tasks) if task != "segmentation"]
        return patients[0] if patients else "hpv"

    @property
    def required_labels(self) -> tuple[Task, ...]:
        """The labels without which a patient is left out of training."""
        return self.labelled or (self.task,)

    def answering(self, task: Task) -> Recipe:
        """Return the recipe as one that answers this alone; folds are joined as the task allows.

        Raises
        ------
        RecipeError
            If no head answers it.
        """
        if self.tasks == (task,):
            return self
        known = self.network_stage.tasks if self.has_network else self.tasks
        if task not in known:
            raise RecipeError.of(f"{self.title} asked for {task}", f"one of {', '.join(known)}", "Use another recipe.")
        inference = self.inference.model_copy(update={"ensemble": self.inference.ensemble.of_task(task)})
        return self.model_copy(update={"answers": (task,), "inference": inference})

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
        return patch_voxels(self)

    @property
    def crop_voxels(self) -> tuple[int, int, int] | None:
        """The block (z, y, x) around the lesions that a network sees of a patient; None where it sees the frame."""
        return crop_voxels(self)

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
        if network.backbone is not None:
            return network.build_backbone(channels, self.classes, self.patch_voxels, self.flags, columns)
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
