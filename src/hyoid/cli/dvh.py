"""`hyoid dvh`: dose measures and dose-volume histograms of structures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hyoid.cli.options import JsonOption

if TYPE_CHECKING:
    from hyoid.features import Dvh
    from hyoid.geometry import Volume


def dvh(
    dose: Annotated[Path, typer.Option("--dose", metavar="FILE", dir_okay=False, help="Dose in Gy.")],
    structure: Annotated[
        list[str], typer.Option("--structure", metavar="NAME=FILE", help="A mask, on the dose's grid or any other.")
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder for dose-measures.csv, dvh.csv and dvh.png.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Measure the dose in structures: mean, maximum, D98 to D2, V20 to V70, and the DVH as a table and a picture."""
    import pandas as pd

    from hyoid.evaluation.report.dvh import dvh_picture
    from hyoid.features import dose_measures, structure_dose
    from hyoid.features import dvh as histogram
    from hyoid.files import atomic_path, jsonable, write_text
    from hyoid.imaging import read_volume

    files = _structures(structure)
    volume = read_volume(dose)
    doses = {name: structure_dose(_mask(path), volume) for name, path in files.items()}
    measures = {name: dose_measures(values) for name, values in doses.items()}
    outside = [name for name, found in measures.items() if not found["dose_coverage"]]
    _refuse_outside(outside)
    most = max(found["dose_max_gy"] for found in measures.values())
    curves = {name: histogram(values, up_to_gy=most) for name, values in doses.items()}
    table = pd.DataFrame([{"structure": name, **found} for name, found in measures.items()])
    write_text(out / "dose-measures.csv", table.to_csv(index=False))
    write_text(out / "dvh.csv", _curves_csv(curves))
    with atomic_path(out / "dvh.png") as temporary:
        temporary.write_bytes(dvh_picture(curves))
    if as_json:
        typer.echo(json.dumps(jsonable({"out": out, "structures": measures}), allow_nan=False))
        return
    _print(measures, out)


def _structures(given: list[str]) -> dict[str, Path]:
    """Return the files by structure's name, in the order given."""
    from hyoid.errors import HyoidError

    files: dict[str, Path] = {}
    for text in given:
        name, separator, path = text.partition("=")
        if not (name and separator and path):
            raise HyoidError.of(f"--structure {text}", "NAME=FILE", "For instance --structure PTV70=ptv70.nii.gz.")
        if name in files:
            raise HyoidError.of(f"two structures named {name}", "each name once", "Rename one of them.")
        files[name] = Path(path)
    return files


def _mask(path: Path) -> Volume:
    """Read a mask of one structure."""
    import numpy as np

    from hyoid.errors import ImageError
    from hyoid.imaging import read_volume

    mask = read_volume(path)
    values = np.unique(mask.array)
    values = values[values != 0]
    if len(values) != 1:
        what = f"{len(values)} values beside 0" if len(values) else "no voxel but 0"
        raise ImageError.of(
            f"{what} in the structure {path}", "one structure a file", "`hyoid features` measures label maps."
        )
    return mask


def _refuse_outside(names: list[str]) -> None:
    from hyoid.errors import ImageError

    if names:
        raise ImageError.of(
            f"no part of {', '.join(names)} within the dose grid",
            "structures and dose of one patient, in the same coordinates",
            "Check the files' origins.",
        )


def _curves_csv(curves: dict[str, Dvh]) -> str:
    """Return a table with a row for each dose, and for each structure the share of its volume that gets so much."""
    import pandas as pd

    dose = next(iter(curves.values())).dose_gy
    return pd.DataFrame({"dose_gy": dose, **{name: curve.volume for name, curve in curves.items()}}).to_csv(index=False)


def _print(measures: dict[str, dict[str, float]], out: Path) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table()
    columns = ("dose_mean_gy", "dose_d98_gy", "dose_d95_gy", "dose_d50_gy", "dose_d2_gy", "dose_max_gy")
    table.add_column("structure")
    for column in columns:
        table.add_column(f"{column.removeprefix('dose_').removesuffix('_gy').capitalize()}, Gy", justify="right")
    for name, found in measures.items():
        table.add_row(escape(name), *(f"{found[column]:.2f}" for column in columns))
    console = Console()
    console.print(table)
    for name, found in measures.items():
        if found["dose_coverage"] < 1:
            typer.echo(
                f"{name}: {found['dose_coverage']:.0%} of it lies in the dose grid; the rest is unknown.", err=True
            )
    typer.echo(f"Written to {out}.")
