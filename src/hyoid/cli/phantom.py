"""`hyoid phantom`: write a synthetic cohort."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class SizeOption(StrEnum):
    """Voxel sizes of the synthetic cohort."""

    tiny = "tiny"
    small = "small"
    full = "full"


class CentersOption(StrEnum):
    """Which hospitals the synthetic patients come from."""

    train = "train"
    unseen = "unseen"


def phantom(
    out: Annotated[Path, typer.Argument(help="Folder to write; it must not exist or be empty.")],
    patients: Annotated[int, typer.Option("--patients", "-n", min=1, help="How many patients.")],
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same bytes.")] = 0,
    size: Annotated[
        SizeOption, typer.Option(help="Voxels: tiny 4 mm, small 2 mm, full as each scanner's.")
    ] = SizeOption.tiny,
    centers: Annotated[
        CentersOption, typer.Option(help="The seven training centres or the three unseen.")
    ] = CentersOption.train,
    prevalence: Annotated[
        float | None, typer.Option(help="Share of HPV-positive patients at unseen centres, 0 to 1 (default 0.58).")
    ] = None,
    event_rate: Annotated[float, typer.Option(help="Share of patients whose recurrence is seen, 0.01 to 0.9.")] = 0.20,
    masks: Annotated[bool, typer.Option("--masks", help="Label maps of CHUB too, which has none otherwise.")] = False,
    jobs: Annotated[int, typer.Option("--jobs", "-j", help="Processes; -1 takes all cores.")] = 1,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.")] = False,
) -> None:
    """Write a synthetic PET/CT cohort with known truth, in the challenge's layout."""
    from hyoid.cohort.words import counted
    from hyoid.phantom import write_cohort
    from hyoid.progress import set_quiet

    set_quiet(quiet)
    write_cohort(
        out,
        patients,
        seed=seed,
        size=size.value,
        centers=centers.value,
        prevalence=prevalence,
        event_rate=event_rate,
        jobs=jobs,
        masks=masks,
    )
    typer.echo(f"{counted(patients, 'synthetic patient')} in {out}; what is true of them: {out / 'phantom_truth.csv'}")
