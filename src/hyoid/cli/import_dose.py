"""`hyoid import dose`: RTDOSE onto a case's CT, in Gy and in the challenge's naming."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hyoid.cli.options import JsonOption

if TYPE_CHECKING:
    from hyoid.dicom.dose import TotalDose
    from hyoid.dicom.dose_on_ct import DoseOnCt

_DOSE_NAME = re.compile(r"(?P<id>.+)__RTDOSE\.nii\.gz")
_CT_NAME = re.compile(r"(?P<id>.+?)_{1,2}CT\.(nii\.gz|nii|mha|nrrd)", re.IGNORECASE)


def dose(
    rtdose: Annotated[list[Path], typer.Argument(metavar="RTDOSE...", help="RTDOSE files, or folders of them.")],
    ct: Annotated[Path, typer.Option("--ct", metavar="FILE", help="The case's CT (of the PET/CT), ID__CT.nii.gz.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="ID__RTDOSE.nii.gz: the dose in Gy on that CT.")],
    planning_ct: Annotated[
        Path | None,
        typer.Option("--planning-ct", metavar="PATH", help="CT of the plan: a folder of DICOM slices or an image."),
    ] = None,
    registration: Annotated[
        Path | None,
        typer.Option("--registration", metavar="REG.dcm", help="Registration object; else one is computed."),
    ] = None,
    ct_frame: Annotated[
        str | None,
        typer.Option("--ct-frame", metavar="UID", help="The CT's frame of reference, where REG.dcm holds several."),
    ] = None,
    same_frame: Annotated[
        bool, typer.Option("--same-frame", help="The dose was planned on this very CT: nothing to register.")
    ] = False,
    deformable: Annotated[
        bool, typer.Option("--deformable", help="Follow the rigid registration by a B-spline deformation.")
    ] = False,
    plan: Annotated[
        list[str] | None,
        typer.Option("--plan", metavar="UID", help="A plan that was delivered, of several; those named are summed."),
    ] = None,
    dose_type: Annotated[
        str, typer.Option("--dose-type", metavar="physical|effective", help="Which dose, where there are both.")
    ] = "physical",
    accept_doubtful: Annotated[
        bool, typer.Option("--accept-doubtful", help="Write the dose even where the registration is doubtful.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Sum RTDOSE objects, bring them onto a case's CT, and write the dose in Gy.

    Beside FILE, ID__RTDOSE.quality.json says what was summed, how it came onto the CT, and how well; and
    ID__RTDOSE.transform.h5 takes points of the CT to the planning CT. A doubtful registration writes these two alone.
    """
    from hyoid.dicom import read_planning_ct
    from hyoid.dicom.dose_on_ct import dose_on_ct
    from hyoid.dicom.registration import RegistrationSettings
    from hyoid.imaging import read_volume, write_volume

    stem = _stem(out, ct)
    _refuse_idle(planning_ct, registration, ct_frame, deformable=deformable)
    total = _total(rtdose, dose_type, plan or [])
    planning = None if planning_ct is None else read_planning_ct(planning_ct)
    found = dose_on_ct(
        total,
        read_volume(ct),
        planning=planning,
        registration=registration,
        ct_frame=ct_frame,
        same_frame=same_frame,
        settings=RegistrationSettings(deformable=deformable),
    )
    report = {"out": out, "dose": total.to_dict(), "on_ct": found.to_dict()}
    if planning is not None:
        report["planning_ct"] = {"notes": planning.notes}
    _write_report(out, stem, report, found)
    _refuse_doubtful(found, out.with_name(f"{stem}.quality.json"), accept=accept_doubtful)
    write_volume(out, found.carried.volume)
    _say(report, total, found, as_json=as_json)


def _stem(out: Path, ct: Path) -> str:
    """Return the name of the output without its ending; refuse what no cohort would be read with."""
    from hyoid.errors import HyoidError

    name, case = _DOSE_NAME.fullmatch(out.name), _CT_NAME.fullmatch(ct.name)
    if name is None:
        raise HyoidError.of(
            f"the file name {out.name}", "ID__RTDOSE.nii.gz", "A cohort finds a case's dose by that name: rename it."
        )
    if case is not None and case["id"] != name["id"]:
        raise HyoidError.of(
            f"the CT of case {case['id']} and a dose for case {name['id']}", "one case", "Check --ct and --out."
        )
    return out.name.removesuffix(".nii.gz")


def _refuse_idle(
    planning_ct: Path | None, registration: Path | None, ct_frame: str | None, *, deformable: bool
) -> None:
    """Refuse options that would do nothing."""
    from hyoid.errors import HyoidError

    if ct_frame and registration is None:
        raise HyoidError.of("--ct-frame without --registration", "both", "It names a frame of the registration object.")
    if deformable and (planning_ct is None or registration is not None):
        raise HyoidError.of(
            "--deformable where no registration is computed", "--planning-ct alone beside it", "Leave it out."
        )


def _total(paths: list[Path], dose_type: str, plans: list[str]) -> TotalDose:
    from hyoid.dicom.dose import read_dose, total_dose
    from hyoid.errors import HyoidError

    kind = dose_type.upper()
    if kind not in {"PHYSICAL", "EFFECTIVE"}:
        raise HyoidError.of(f"--dose-type {dose_type}", "physical or effective", "Choose one.")
    doses = [read_dose(path) for path in _files(paths)]
    return total_dose(doses, "PHYSICAL" if kind == "PHYSICAL" else "EFFECTIVE", plans)


def _files(paths: list[Path]) -> list[Path]:
    """Return the files given, and of folders all RTDOSE objects in them."""
    from hyoid.dicom.checked_values import read_dataset, text_of
    from hyoid.errors import DicomError

    files = []
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        inside = []
        for file in sorted(p for p in path.rglob("*") if p.is_file()):
            try:
                is_dose = text_of(read_dataset(file), "Modality").upper() == "RTDOSE"
            except DicomError:
                continue
            inside += [file] if is_dose else []
        if not inside:
            raise DicomError.of(f"no RTDOSE in the folder {path}", "one or more", "Check the path.")
        files += inside
    return files


def _write_report(out: Path, stem: str, report: dict[str, Any], found: DoseOnCt) -> None:
    import SimpleITK as sitk

    from hyoid.files import atomic_path, write_json

    write_json(out.with_name(f"{stem}.quality.json"), report)
    whole = sitk.CompositeTransform([found.transform])
    whole.FlattenTransform()
    with atomic_path(out.with_name(f"{stem}.transform.h5")) as temporary:
        sitk.WriteTransform(whole, str(temporary))


def _refuse_doubtful(found: DoseOnCt, quality: Path, *, accept: bool) -> None:
    from hyoid.errors import DicomError

    if found.verdict == "doubtful" and not accept:
        raise DicomError.of(
            f"a doubtful place of the dose on the CT: {'; '.join(found.reasons)}",
            "one that can be used",
            f"Look at {quality}, give a registration object, or take it as it is with --accept-doubtful.",
        )


def _say(report: dict[str, Any], total: TotalDose, found: DoseOnCt, *, as_json: bool) -> None:
    from hyoid.files import jsonable

    if as_json:
        typer.echo(json.dumps(jsonable(report), allow_nan=False))
        return
    for note in (*total.notes, *report.get("planning_ct", {}).get("notes", ()), *found.carried.notes):
        typer.echo(note, err=True)
    for out in total.left_out:
        typer.echo(f"Left out {out.sop_instance_uid}: {out.reason}.", err=True)
    typer.echo(
        f"{len(total.used)} dose{'s' * (len(total.used) != 1)}, up to {found.carried.volume.array.max():.1f} Gy, by "
        f"{found.way}: {found.verdict}. Written to {report['out']}."
    )
