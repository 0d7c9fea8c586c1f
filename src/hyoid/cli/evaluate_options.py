"""Options of `hyoid evaluate`, by what they stand for; those of all three tasks first."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

OutOption = Annotated[
    Path, typer.Option("--out", metavar="FILE.json", dir_okay=False, help="Where the full result is written.")
]
ReportOption = Annotated[
    Path | None, typer.Option("--report", metavar="FILE.html", dir_okay=False, help="Where a report is written.")
]
ReplicatesOption = Annotated[int, typer.Option("--bootstrap", min=0, help="Resamples of patients; 0 for none.")]
SeedOption = Annotated[int, typer.Option("--seed", min=0, help="Seed of the resampling.")]
StratifyOption = Annotated[bool, typer.Option("--stratify", help="Resample within centers.")]

LabelMapsOption = Annotated[
    Path, typer.Option("--pred", metavar="DIR", help="Predicted label maps, ID.nii.gz or ID/ID.nii.gz.")
]
TrueMapsOption = Annotated[
    Path, typer.Option("--truth", metavar="DIR", help="True label maps of the same names, or a cohort folder.")
]
ConnectivityOption = Annotated[int, typer.Option("--connectivity", help="6, 18 or 26: what one lesion is.")]
IouOption = Annotated[float, typer.Option("--iou", help="Group IoU from which a lesion counts as found.")]
EmptyTruthOption = Annotated[
    str, typer.Option("--empty-truth", help="Headline policy: exclude, one_if_both_empty or zero (all are given).")
]
ToleranceOption = Annotated[float, typer.Option("--tolerance", help="Tolerance of the surface DSC, mm.")]
SurfaceOption = Annotated[str, typer.Option("--surface", help="surfels (DeepMind) or voxels (MONAI).")]
ImagesOption = Annotated[
    Path | None,
    typer.Option(
        "--images",
        metavar="COHORT",
        help="PET or CT that the report draws failures on (default: those of --truth, where it has any).",
    ),
]
CentersOption = Annotated[
    Path | None,
    typer.Option(
        "--centers",
        metavar="CSV",
        help="Table with PatientID and CenterID (default: the cohort's, or CHUM-012's CHUM).",
    ),
]
AllowMissingOption = Annotated[
    bool, typer.Option("--allow-missing", help="Score a missing prediction as an empty one.")
]
OnlyPredictedOption = Annotated[
    bool, typer.Option("--only-predicted", help="Leave cases without prediction out, e.g. of folds not trained yet.")
]
MergedOption = Annotated[
    bool, typer.Option("--merged", help="Predictions have one label for the whole tumour: its measures only.")
]
