"""The table of what was predicted, and what is to be said of a case beside its answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hyoid.files import write_text


def write_prediction_table(out: Path, done: Sequence[Mapping[str, Any]], failed: Mapping[str, str]) -> None:
    """Write `predictions.csv`: one row per case with what was found; failed cases have a reason instead."""
    import pandas as pd

    rows = [_row(info) for info in done]
    rows += [{"PatientID": case_id, "notes": reason} for case_id, reason in failed.items()]
    write_text(out / "predictions.csv", pd.DataFrame(rows).to_csv(index=False))


def notes_and_missing(info: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Return the notes on a case and the inputs that it lacks: those on its images, then each answer's that are new."""
    notes, missing = list(info["notes"]), list(info["missing_inputs"])
    for answer in (info[task] for task in ("rfs", "hpv") if task in info):
        notes += [note for note in answer.get("notes", ()) if note not in notes]
        missing += [name for name in answer.get("missing", ()) if name not in missing]
    return notes, missing


def _row(info: Mapping[str, Any]) -> dict[str, Any]:
    row = {"PatientID": info["id"]}
    for name, entry in info.get("lesions", {}).items():
        row |= {f"{name}_{key}": value for key, value in entry.items()}
    if (rfs := info.get("rfs")) is not None:
        row |= {f"rfs_{key}": rfs[key] for key in ("risk", "percentile", "group") if key in rfs}
        row |= {f"rfs_survival_{at['days']}": at["value"] for at in rfs["survival"].values()}
    if (hpv := info.get("hpv")) is not None:
        row |= {f"hpv_{key}": hpv[key] for key in ("probability", "probability_raw", "threshold")}
        row |= {"hpv_decision": int(hpv["decision"])}
        if (sets := hpv.get("conformal")) is not None:
            row |= {"hpv_set": sets["set"], "hpv_set_alpha": sets["alpha"]}
        spread = hpv["spread_over_folds"] or {}  # one fold has none
        row |= {f"hpv_fold_{key}": spread.get(key) for key in ("lowest", "highest")}
    notes, missing = notes_and_missing(info)
    return row | {"missing": " ".join(missing), "notes": " ".join(notes)}
