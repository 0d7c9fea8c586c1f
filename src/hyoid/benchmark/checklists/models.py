"""What is known of the models: their parts, and what they put out."""

from __future__ import annotations

from collections.abc import Mapping

from hyoid.benchmark.checklists.known import Known
from hyoid.benchmark.checklists.words import by_recipe, described, listed
from hyoid.estimators.logistic import LogisticRegression
from hyoid.recipe import Recipe
from hyoid.recipe.stage import Task
from hyoid.training.prognosis import HORIZON_DAYS

_HORIZONS = listed(map(str, HORIZON_DAYS))

_OUTCOMES: Mapping[Task, str] = {
    "segmentation": "where the tumour is: the expert's label map",
    "hpv": "HPV status: positive or negative, as recorded",
    "rfs": "recurrence-free survival: whether a recurrence is recorded, and days to it or to the last follow-up; "
    f"survival is predicted at {_HORIZONS} days",
}


def outcomes(known: Known) -> str:
    """Return what is predicted, as the cohort records it."""
    return "; ".join(_OUTCOMES[task] for task in known.tasks) + "."


def models(known: Known) -> str | None:
    """Return the parts of every recipe's model, its losses, and the number of its parameters."""
    sizes = {row.recipe: row.parameters for row in known.result.rows if row.parameters is not None}
    return by_recipe(known.recipes, lambda recipe: _parts(recipe, sizes))


def _parts(recipe: Recipe, sizes: Mapping[str, int]) -> str:
    words = []
    if recipe.has_network:
        network = recipe.network_stage.network
        parts = {name: getattr(network, name) for name in ("backbone", "encoder", "clinical", "vectors")}
        if network.fusion.hidden:  # without layers it passes on what is joined
            parts["fusion"] = network.fusion
        words += [f"{name} ({described(part)})" for name, part in parts.items() if part is not None]
        heads = [f"{head.name} with loss {described(head.loss)}" for head in network.heads.values()]
        words.append(f"heads: {', '.join(heads)}")
        if recipe.title in sizes:
            words.append(f"{sizes[recipe.title]:,} parameters")
    if (stage := recipe.estimator_stage) is not None:
        on = f" on deep features, fitted on {stage.fit_on}" if recipe.has_network else ""
        words.append(f"estimator {described(stage.estimator)}{on}")
    return ", ".join(words)


def initialisation(known: Known) -> str | None:
    """Return where networks begin; None where there is none."""
    begins = by_recipe(known.networks, lambda r: f"random weights of seed {r.network_stage.training.seed}")
    return f"{begins} No network is pretrained." if begins else None


def output(known: Known) -> str | None:
    """Return what comes out for a patient, and where thresholds come from."""
    return by_recipe(known.recipes, lambda recipe: "; ".join(_answer(recipe, task) for task in recipe.tasks))


def _answer(recipe: Recipe, task: Task) -> str:
    if task == "hpv":
        decision = recipe.decision
        source = "the other folds' out-of-fold values" if decision.source == "other_folds" else "the fold's select part"
        return (
            f"a probability of HPV-positive (calibration: {described(decision.calibration)}) and a decision "
            f"(threshold: {described(decision.threshold)}); what of these is fitted is fitted on {source}"
        )
    if task == "rfs":
        return (
            f"a risk (higher is worse), survival at {_HORIZONS} days, and one of {recipe.inference.risk_groups} risk "
            "groups cut from the out-of-fold risks"
        )
    after = " then ".join(map(described, recipe.inference.postprocess))
    return f"a label map of {listed(recipe.labels.values())} on the CT's grid" + (f", after {after}" if after else "")


def imbalance(known: Known) -> str | None:
    """Return what is done about unequal classes; None where no recipe has classes."""
    return by_recipe(known.recipes, _balanced)


def _balanced(recipe: Recipe) -> str | None:
    if not {"hpv", "segmentation"} & {*recipe.tasks}:
        return None
    words = []
    stage = recipe.estimator_stage
    if stage is not None and isinstance(stage.estimator, LogisticRegression):
        estimator = stage.estimator
        alike = [n for n, on in (("classes", estimator.balanced), ("centres", estimator.balanced_centers)) if on]
        words += [f"{' and '.join(alike)} weigh the same in the loss"] if alike else []
    if recipe.has_network:
        training = recipe.network_stage.training
        if training.cases.name != "every_case":
            words.append(f"cases drawn by {described(training.cases)}")
        if training.sampling is not None:
            words.append(f"patches drawn by {described(training.sampling)}")
        words += [f"loss {described(h.loss)}" for h in recipe.network_stage.network.heads.values() if h.name != "rfs"]
    if "hpv" in recipe.tasks:
        words.append(f"calibration afterwards: {described(recipe.decision.calibration)}")
    return ", ".join(words) or None
