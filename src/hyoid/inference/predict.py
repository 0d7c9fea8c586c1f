"""Prediction of new cases by one bundle or several: an ensemble within a task, joined over tasks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self, get_args

from hyoid.bundle import load_bundle
from hyoid.errors import BundleError
from hyoid.inference.hpv import HpvPredictor
from hyoid.inference.rfs import RfsPredictor
from hyoid.inference.segmenter import Segmenter
from hyoid.networks.runtime import keep_freed_memory, resolve_device
from hyoid.recipe.stage import Task


@dataclass(frozen=True, slots=True)
class Predictors:
    """Bundles by task: those of one task are an ensemble, those of different tasks are joined."""

    segmenter: Segmenter | None
    hpv: tuple[HpvPredictor, ...]
    rfs: tuple[RfsPredictor, ...] = ()

    @classmethod
    def load(cls, folders: Sequence[Path], device: str = "auto") -> Self:
        """Load bundles, or runs with bundles in them.

        Raises
        ------
        BundleError
            If there is none, one is damaged, or those of the segmentation do not fit together.
        """
        keep_freed_memory()
        if not folders:
            raise BundleError.of("no bundle", "one or more", "Give the folder of a trained run.")
        device = resolve_device(device)
        bundles = [load_bundle(folder) for folder in folders]
        of_task = {
            task: [bundle.answering(task) for bundle in bundles if task in bundle.recipe.tasks]
            for task in get_args(Task)
        }
        return cls(
            Segmenter(of_task["segmentation"], device) if of_task["segmentation"] else None,
            tuple(HpvPredictor(bundle, device) for bundle in of_task["hpv"]),
            tuple(RfsPredictor(bundle, device) for bundle in of_task["rfs"]),
        )
