"""`hyoid predict`: one study or a cohort through trained bundles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from hyoid.cli.export_results import tell_results
from hyoid.cli.options import ColumnsOption, DeviceOption, JsonOption, QuietOption

if TYPE_CHECKING:
    from hyoid.api import DicomResults, PredictResult


def predict(
    bundles: Annotated[
        list[Path],
        typer.Argument(
            metavar="BUNDLE...", help="Folders of trained bundles or runs: of one task averaged, else joined."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="Folder for the label maps, their JSON and predictions.csv.")],
    ct: Annotated[Path | None, typer.Option("--ct", help="CT of one study, in HU.")] = None,
    pet: Annotated[Path | None, typer.Option("--pet", help="PET of one study, in SUVbw.")] = None,
    clinical: Annotated[
        Path | None,
        typer.Option("--clinical", metavar="FILE.json", help="Clinical record of one patient, a JSON object."),
    ] = None,
    mask: Annotated[
        Path | None, typer.Option("--mask", help="Label map of one study, for a model that measures lesions.")
    ] = None,
    dose: Annotated[Path | None, typer.Option("--dose", help="Radiotherapy dose of one study, in Gy.")] = None,
    cohort: Annotated[Path | None, typer.Option("--cohort", help="A cohort instead of one study.")] = None,
    name: Annotated[
        str | None, typer.Option("--id", help="Identifier of the study (default: from the file name).")
    ] = None,
    center: Annotated[
        str | None,
        typer.Option("--center", help="Hospital of the study as the training table names it, for a model with ComBat."),
    ] = None,
    prevalence: Annotated[
        float | None,
        typer.Option("--prevalence", help="Share of HPV-positive patients there: probabilities are corrected for it."),
    ] = None,
    estimate_prevalence: Annotated[
        Literal["em", "black_box"] | None,
        typer.Option("--estimate-prevalence", help="Estimate that share from the cohort's predictions (50 or more)."),
    ] = None,
    dicom: Annotated[
        bool,
        typer.Option("--dicom", help="Write DICOM SEG, RTSTRUCT and report too, for a cohort of `hyoid import dicom`."),
    ] = False,
    device: DeviceOption = "auto",
    columns: ColumnsOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Answer for one study, or every case of a cohort, what the bundles were trained for.

    Label maps lie on the CT's own grid.
    """
    from hyoid import api
    from hyoid.progress import set_quiet

    set_quiet(quiet)
    if dicom:
        _check_imported(cohort)
    result = api.predict(
        bundles,
        out,
        ct=ct,
        pet=pet,
        clinical=clinical,
        mask=mask,
        dose=dose,
        cohort=cohort,
        case_id=name,
        center=center,
        device=device,
        columns=columns,
        prevalence=prevalence,
        estimate_prevalence=estimate_prevalence,
    )
    objects = None
    if dicom and cohort is not None:
        objects = api.dicom_results(cohort, out, cases=[case["id"] for case in result.cases])
    (_print_json if as_json else _print_sentences)(result, objects)


def _check_imported(cohort: Path | None) -> None:
    """Refuse, before minutes are spent on images, what can have no DICOM results."""
    from hyoid.api.dicom_objects import imported_cases
    from hyoid.dicom.structures.extra import highdicom
    from hyoid.errors import DicomError

    if cohort is None:
        raise DicomError.of(
            "--dicom without --cohort",
            "a cohort that `hyoid import dicom` wrote",
            "Import the study from DICOM first; `hyoid export` takes single files.",
        )
    imported_cases(cohort)
    highdicom()


def _print_json(result: PredictResult, objects: DicomResults | None) -> None:
    prior = [shift.model_dump(mode="json") for shift in result.prior]
    told = {"out": str(result.out), "cases": result.cases, "failed": result.failed, "prior": prior}
    if objects is not None:
        told["dicom"] = objects.to_dict()
    typer.echo(json.dumps(told, indent=2))


def _print_sentences(result: PredictResult, objects: DicomResults | None) -> None:
    for case in result.cases:
        _print_case(case)
    for case_id, reason in result.failed.items():
        typer.echo(f"{case_id}: not predicted: {reason}", err=True)
    for sentence in dict.fromkeys(sentence for shift in result.prior for sentence in shift.sentences):
        typer.echo(sentence)
    sets = [case["hpv"]["conformal"] for case in result.cases if "conformal" in case.get("hpv", {})]
    for sentence in dict.fromkeys(found["guarantee"] for found in sets):
        typer.echo(sentence)
    if objects is not None:
        tell_results(objects)
    typer.echo(f"Written to {result.out}. Research use only.")


def _print_case(case: dict[str, Any]) -> None:
    """Print what was found in one case, and below it whatever was missing or not as expected."""
    from hyoid.api.prediction_table import notes_and_missing

    found = [
        f"{label} {entry['volume_ml']:.1f} mL ({entry['count']})" for label, entry in case.get("lesions", {}).items()
    ]
    if (rfs := case.get("rfs")) is not None:
        found.append(_prognosis(rfs))
    if (hpv := case.get("hpv")) is not None:
        found.append(_hpv_status(hpv))
    notes, missing = notes_and_missing(case)
    typer.echo(f"{case['id']}: {', '.join(found)}")
    if missing:
        typer.echo(f"  missing: {', '.join(missing)}")
    for note in notes:
        typer.echo(f"  note: {note}")


def _hpv_status(hpv: dict[str, Any]) -> str:
    """Return the decision in words, and how far the folds lie apart where there are several."""
    probability, threshold = _told_apart(hpv["probability"], hpv["threshold"])
    spread = hpv["spread_over_folds"]
    folds = "" if spread is None else f"; uncalibrated folds {spread['lowest']:.2f} to {spread['highest']:.2f}"
    decision = "positive" if hpv["decision"] else "negative"
    return f"HPV-{decision}, probability of positive {probability} (threshold {threshold}{folds})" + _set(hpv)


def _set(hpv: dict[str, Any]) -> str:
    """Return the conformal set in words; nothing without one."""
    sets = hpv.get("conformal")
    if sets is None:
        return ""
    answer = sets["set"]
    return f", set at {1 - sets['alpha']:.0%}: {f'HPV-{answer}' if answer in ('positive', 'negative') else answer}"


def _prognosis(rfs: dict[str, Any]) -> str:
    """Return the prognosis in words: where the risk lies among the training cohort's, and survival over time."""
    folds = [
        f" ({at['lowest']:.0%} to {at['highest']:.0%})" if "lowest" in at else "" for at in rfs["survival"].values()
    ]
    survival = ", ".join(
        f"{name.replace('_', ' ')} {at['value']:.0%}{spread}"
        for (name, at), spread in zip(rfs["survival"].items(), folds, strict=True)
    )
    over = " over folds" if any(folds) else ""
    return f"risk of recurrence at percentile {rfs['percentile']:.0f}; free of it at {survival}{over}"


def _told_apart(probability: float, threshold: float) -> tuple[str, str]:
    """Return both with two digits, or with as many as it takes to see which is greater."""
    texts = [(f"{probability:.{digits}f}", f"{threshold:.{digits}f}") for digits in range(2, 10)]
    return next((pair for pair in texts if pair[0] != pair[1]), texts[0])
