"""Run folders written by hand: recipe, folds and evaluations, without any training."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hyoid.files import write_json, write_text
from hyoid.recipe import dump_recipe, load_recipe

COHORT = "c0"


def write_run(
    folder: Path,
    recipe: str,
    report: Sequence[Sequence[str]],
    evaluations: Mapping[str, Mapping[str, Any]],
    *,
    cohort: str = COHORT,
    overrides: Sequence[str] = (),
    preset: str | None = None,
) -> Path:
    """Write a finished run whose folds report these patients and train on all others, and its evaluations by name."""
    everyone = [i for part in report for i in part]
    folds = [
        {
            "folder": f"fold-{k}",
            "name": f"fold-{k}",
            "train": [i for i in everyone if i not in part] or ["ELSE-1"],
            "select": [],
            "report": list(part),
        }
        for k, part in enumerate(report)
    ]
    write_text(folder / "recipe.yaml", dump_recipe(load_recipe(recipe, preset=preset, overrides=overrides)))
    write_json(folder / "splits.json", folds)
    write_json(folder / "manifest.json", {"cohort": cohort})
    for name, evaluation in evaluations.items():
        write_json(folder / f"{name}.json", evaluation)
    return folder


def pooled(value: float | None, low: float | None = None, high: float | None = None, n: int = 4) -> dict[str, Any]:
    """Return a measure as `cohort` in an evaluation has it."""
    return {"value": value, "low": low, "high": high, "n": n}


def segmentation(cases: Sequence[Mapping[str, Any]], **headline: tuple[float, float, float]) -> dict[str, Any]:
    """Return an evaluation of segmentations; the headline measures are (value, low, high)."""
    named = {name: {"value": v, "interval": [low, high], "n": len(cases)} for name, (v, low, high) in headline.items()}
    return {"options": {"empty_truth": "exclude"}, "n": len(cases), "headline": named, "cohort": {}, "cases": cases}


def patients(cases: Sequence[Mapping[str, Any]], cohort: Mapping[str, Any], **further: object) -> dict[str, Any]:
    """Return an evaluation of HPV status or survival."""
    return {"options": {}, "n": len(cases), "headline": {}, "cohort": cohort, "cases": cases, **further}


def lesions(case: str, dice: float | None, volumes: tuple[float, float, float], counts: tuple[int, int, int]) -> Any:
    """Return one case: Dice of GTVp; shared, true and predicted mL of GTVn; its true and false positives and misses."""
    names = [f"gtvn_{name}_ml" for name in ("intersection", "truth", "prediction")]
    counted = [f"gtvn_{name}" for name in ("true_positives", "false_positives", "false_negatives")]
    return {
        "id": case,
        "gtvp_dsc_exclude": dice,
        "gtvp_dsc_zero": 0.0 if dice is None else dice,
        **dict(zip(names, volumes, strict=True)),
        **dict(zip(counted, counts, strict=True)),
    }


def status(case: str, hpv: bool, probability: float, decision: bool, center: str = "CHUM") -> dict[str, Any]:
    """Return one case of known HPV status and its prediction."""
    return {"id": case, "center": center, "hpv": hpv, "probability": probability, "decision": decision}


def outcome(case: str, event: bool, days: float, risk: float, survival: float | None = None) -> dict[str, Any]:
    """Return one case of known outcome, its risk and its predicted survival of 730 days."""
    predicted = {} if survival is None else {"730": survival}
    return {"id": case, "center": "CHUM", "event": event, "days": days, "risk": risk, "survival": predicted}
