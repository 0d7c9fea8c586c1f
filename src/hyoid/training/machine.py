"""Where a run computes."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from lightning_fabric import Fabric

from hyoid.inference.segment import Compute
from hyoid.networks.runtime import keep_freed_memory, resolve_device, resolve_precision
from hyoid.recipe import NetworkStage, Recipe


@dataclass(frozen=True, slots=True)
class Machine:
    """Where a run computes: Fabric for training, `compute` for inference, and the resolved precision."""

    fabric: Fabric
    compute: Compute
    precision: str

    @classmethod
    def of(cls, recipe: Recipe, device: str) -> Machine:
        """Choose the device ('auto', 'cpu', 'cuda') and the precision that the recipe asks for."""
        keep_freed_memory()
        device = resolve_device(device)
        stage = recipe.stages[-1]
        asked = stage.training.precision if isinstance(stage, NetworkStage) else "32-true"
        precision = resolve_precision(asked, device)
        logging.getLogger("lightning_fabric").setLevel(logging.WARNING)  # it greets on every start
        fabric = Fabric(accelerator=device, devices=1, precision=precision)
        return cls(fabric, Compute(device, precision == "bf16-mixed"), precision)
