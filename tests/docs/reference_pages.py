"""The reference pages that are written by the program itself: the command line and the recipes.

python tests/docs/reference_pages.py writes them; test_reference_pages.py fails while they are out of date.
"""

from enum import Enum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from hyoid.estimators import LogisticRegression
from hyoid.imaging import AxialCrop, FixedBox, FullView, NeckBox
from hyoid.losses.survival import WeightedSum
from hyoid.recipe import EstimatorStage, NetworkStage, Recipe, load_recipe, recipe_names

ROOT = Path(__file__).parents[2]
NOTICE = "<!-- written by tests/docs/reference_pages.py; do not edit by hand -->"
CLI_INTRODUCTION = (
    "`hyoid VERB --help` prints the same. Every verb exits with 0 on success, and with 2 and one sentence on wrong "
    "input: what was found, what was expected, what to do. Progress bars are drawn on a terminal only. `--json`, "
    "where a verb has it, prints the result for machines. `hyoid --version` prints the version."
)
RECIPES_INTRODUCTION = (
    "`hyoid recipes` lists them, `hyoid recipes NAME` prints every setting of one, `hyoid recipes NAME:VARIANT` of a "
    "variant. The figures below are the papers' own, on the papers' own data; they are not results of hyoid."
)

ANSWERS = {"hpv": "HPV status", "rfs": "recurrence-free survival"}


def command_tree() -> Any:
    """The root command; groups have `commands` by name."""
    import typer

    from hyoid.cli.app import app

    return typer.main.get_command(app)


def leaf_commands(command: Any, path: str = "hyoid") -> dict[str, Any]:
    """Every command that does something, by what one types."""
    children = getattr(command, "commands", {})
    found = {} if children else {path: command}
    for name, child in children.items():
        found |= leaf_commands(child, f"{path} {name}")
    return found


def flags_of(command: Any) -> set[str]:
    """The options of a command, `--help` included."""
    return {"--help"} | {flag for each in command.params for flag in each.opts if flag.startswith("-")}


def cli_page() -> str:
    """docs/reference/cli.md."""
    commands = leaf_commands(command_tree())
    lines = [
        "# The command line",
        "",
        NOTICE,
        "",
        CLI_INTRODUCTION,
        "",
        "| verb | what it does |",
        "|---|---|",
        *(f"| [`{path}`](#{path.replace(' ', '-')}) | {_cell(_first_line(each))} |" for path, each in commands.items()),
    ]
    for path, command in commands.items():
        arguments = [_argument(p) for p in command.params if not p.opts[0].startswith("-")]
        usage = " ".join([path, *arguments, "[OPTIONS]"])
        lines += ["", f"## {path}", "", f"    {usage}", "", *_paragraphs(command.help), ""]
        lines += ["| argument or option | default | meaning |", "|---|---|---|", *map(_row, command.params)]
    return "\n".join(lines) + "\n"


def _first_line(command: Any) -> str:
    return str(command.help).split("\n\n", maxsplit=1)[0].replace("\n", " ").strip()


def _paragraphs(text: str) -> list[str]:
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n")).split("\n")


def _argument(parameter: Any) -> str:
    name = parameter.metavar or parameter.name.upper()
    return str(name)


def _row(parameter: Any) -> str:
    if parameter.opts[0].startswith("-"):
        value = "" if getattr(parameter, "is_flag", False) else f" {_value(parameter)}"
        name = ", ".join(f"`{flag}`" for flag in parameter.opts) + (f" `{value.strip()}`" if value else "")
    else:
        name = f"`{_argument(parameter)}`"
    default = "required" if parameter.required else _default(parameter.default)
    meaning = str(parameter.help or "") + (" May be given several times." if parameter.multiple else "")
    return f"| {_cell(name)} | {default} | {_cell(meaning)} |"


def _value(parameter: Any) -> str:
    if isinstance(parameter.default, Enum):
        return "|".join(str(member.value) for member in type(parameter.default))
    described = getattr(parameter, "type_descriptor", None)
    if described is not None and get_origin(described.annotation) is Literal:
        return "|".join(map(str, get_args(described.annotation)))
    return str(parameter.metavar or parameter.name.upper())


def _default(value: Any) -> str:
    if value is None or value is False or value in ((), []):
        return ""
    return f"`{value.value if isinstance(value, Enum) else value}`"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _answers(recipe: Recipe) -> str:
    return ", ".join(ANSWERS.get(task) or ", ".join(recipe.labels.values()) for task in recipe.tasks)


def recipes_page() -> str:
    """docs/reference/recipes.md."""
    recipes = [load_recipe(name) for name in recipe_names()]
    lines = [
        "# The recipes that ship",
        "",
        NOTICE,
        "",
        RECIPES_INTRODUCTION,
        "",
        "| recipe | what | inputs | answers | variants |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| [`{r.name}`](#{r.name}) | {_cell(r.description)} | {', '.join(_inputs(r))} | {_answers(r)} | "
        f"{', '.join(f'`{v}`' for v in r.variants) or 'none'} |"
        for r in recipes
    ]
    for recipe in recipes:
        lines += _recipe_section(recipe)
    return "\n".join(lines) + "\n"


def _inputs(recipe: Recipe) -> list[str]:
    inputs = recipe.inputs
    others = {"mask": inputs.mask, "clinical": inputs.clinical, "lesions": inputs.lesions}
    return [*inputs.images, *(name for name, there in others.items() if there is not None)]


def _recipe_section(recipe: Recipe) -> list[str]:
    lines = ["", f"## {recipe.name}", "", recipe.description, ""]
    lines += _inputs_lines(recipe)
    for stage in recipe.stages:
        after = recipe.network_stage.training.select.every_epochs if recipe.has_network else None
        lines += _estimator_lines(stage, after) if isinstance(stage, EstimatorStage) else _network_lines(stage)
    lines.append(f"- Split `{recipe.split.name}`, select `{recipe.split.select}`.")
    if recipe.task != "segmentation":
        lines.append(_decision_line(recipe))
    if recipe.paper:
        lines += ["", f"Reported by the paper (`{recipe.paper.key}`):", "", "| metric | value | spread | split |"]
        lines += ["|---|---|---|---|"]
        lines += [
            f"| `{r.metric}` | {r.value:.4f} | {'' if r.spread is None else f'{r.spread:.4f}'} | {_cell(r.split)} |"
            for r in recipe.paper.reported
        ]
    if recipe.variants:
        lines += ["", "Variants, and what each changes:", ""]
        for name in recipe.variants:
            changes = ", ".join(f"`{k}`" for k in _changed(recipe, load_recipe(f"{recipe.name}:{name}")))
            lines.append(f"- `{recipe.name}:{name}`: {changes or 'nothing, the paper names it'}")
    if recipe.deviations:
        lines += ["", "Where it departs from the paper or its code:", ""]
        lines += [f"- {' '.join(text.split())}" for text in recipe.deviations]
    return lines


def _inputs_lines(recipe: Recipe) -> list[str]:
    """What is read: the frame of the images, clinical columns, lesion measures."""
    lines = []
    if recipe.preprocess is not None:
        lines.append(f"- Frame {_frame(recipe)}.")
    if recipe.inputs.clinical is not None:
        columns = ", ".join(f"`{name}`" for name in recipe.inputs.clinical.columns)
        lines.append(f"- Clinical columns {columns}, encoded by `{recipe.inputs.clinical.encoder.name}`.")
    if (lesions := recipe.inputs.lesions) is not None:
        measures = [f"`{name}`" for name in lesions.measures]
        lines.append(f"- Lesion measures {', '.join(measures + ['radiomics'] * (lesions.radiomics is not None))}.")
    for name, inferred in {"Masks": recipe.inputs.mask, "HPV status": recipe.inputs.hpv}.items():
        if inferred is not None:
            lines.append(
                f"- {name}: in training `{inferred.train}`, applied `{inferred.predict}`, by `{inferred.recipe}`."
            )
    return lines


def _frame(recipe: Recipe) -> str:
    frame = recipe.imaging.frame
    if isinstance(frame, NeckBox | FullView):
        patch = recipe.network_stage.training.patch_mm
        return (
            f"`{frame.name}` at {_triple(frame.spacing_mm)} mm; patches of {_triple(patch or ())} mm, "
            f"{recipe.patch_voxels} voxels (z, y, x)"
        )
    if isinstance(frame, FixedBox):
        return f"`{frame.name}` of {_triple(frame.size_mm)} mm at {_triple(frame.spacing_mm)} mm"
    length = f" of {frame.length_mm:g} mm" if isinstance(frame, AxialCrop) else ""
    return f"`{frame.name}`{length} in {_triple(frame.size_voxels)} voxels"


def _network_lines(stage: NetworkStage) -> list[str]:
    """The network's parts, and how it is trained."""
    network, training = stage.network, stage.training
    parts = [f"`{network.backbone.name}`"] if network.backbone is not None else []
    if network.encoder is not None:
        parts.append(f"encoder `{network.encoder.name}`")
    if network.clinical is not None:
        parts.append(f"clinical branch {_widths(network.clinical.hidden)}")
    if network.backbone is None:
        loss = _loss(next(iter(network.heads.values())).loss)
        parts += [f"fusion {_widths(network.fusion.hidden)}", f"loss {loss}"]
    draws = "" if training.cases.name == "every_case" else f", cases `{training.cases.name}`"
    patience = "" if training.select.patience is None else f", patience {training.select.patience}"
    line = (
        f"- Network {', '.join(parts)}; {training.epochs} epochs{draws}, `{training.optimizer.name}` from "
        f"{training.optimizer.learning_rate:g}, schedule `{training.schedule.name}`, selection by "
        f"`{training.select.metric}`{patience}."
    )
    return [line]


def _loss(loss: Any) -> str:
    if isinstance(loss, WeightedSum):
        return " + ".join(f"{part.weight:g} {_loss(part.loss)}" for part in loss.parts)
    return f"`{loss.name}`{_set(loss.model_dump(exclude_defaults=True, exclude={'name'}))}"


def _estimator_lines(stage: EstimatorStage, after: int | None) -> list[str]:
    """The estimator; `after` is after how many epochs of a network it is fitted anew, None where there is none."""
    found = stage.estimator
    if isinstance(found, LogisticRegression):
        strengths = ", ".join(f"{value:g}" for value in found.strengths)
        classes = f"{'balanced' if found.balanced else 'unweighted'} classes"
        centers = ", balanced centres" if found.balanced_centers else ""
        return [f"- Estimator `{found.name}`, C of {strengths}, {classes}{centers}."]
    line = f"- Estimator `{found.name}`{_set(found.model_dump(exclude_defaults=True, exclude={'name'}))}"
    if after is not None:
        part = f"`stack`, {stage.stack_fraction:g} of the training patients" if stage.fit_on == "stack" else "`train`"
        often = "every epoch" if after == 1 else f"every {after} epochs"
        kept = "all of these fits are kept" if stage.iterations == "all" else "the best of these fits is kept"
        line += f" on the network's deep features, fitted on {part}, anew {often}; {kept}"
    return [f"{line}."]


def _decision_line(recipe: Recipe) -> str:
    decision, ensemble = recipe.decision, recipe.inference.ensemble
    if recipe.task == "rfs":
        return f"- Ensemble `{ensemble.name}`; {recipe.inference.risk_groups} groups of risk."
    return (
        f"- Ensemble `{ensemble.name}`; calibration `{decision.calibration.name}`, threshold "
        f"`{decision.threshold.name}`, both from `{decision.source}`."
    )


def _widths(hidden: tuple[int, ...]) -> str:
    return " and ".join(map(str, hidden)) or "without a layer"


def _set(settings: dict[str, Any]) -> str:
    return f" ({', '.join(f'`{key}`: {_plain(value)}' for key, value in settings.items())})" if settings else ""


def _changed(recipe: Recipe, variant: Recipe) -> list[str]:
    """The deepest keys that differ, `variant` itself left out."""
    pairs = (each.model_dump(mode="json", exclude={"variant"}) for each in (recipe, variant))
    return _different(*pairs, path=())


def _different(first: Any, second: Any, path: tuple[str, ...]) -> list[str]:
    if first == second:
        return []
    if isinstance(first, dict) and isinstance(second, dict) and first.keys() == second.keys():
        return [found for key in first for found in _different(first[key], second[key], (*path, str(key)))]
    if isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        pairs = enumerate(zip(first, second, strict=True))
        return [found for i, pair in pairs for found in _different(*pair, (*path, str(i)))]
    if path == ("stages",):
        return [f"stages=[{', '.join(_stage(each) for each in second)}]"]
    return [f"{'.'.join(path)}={_plain(second)}"]


def _stage(stage: dict[str, Any]) -> str:
    return f"{{estimator: {stage['estimator']['name']}}}" if stage["kind"] == "estimator" else "{network: ...}"


def _plain(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_plain(item)}' for key, item in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_plain, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _triple(values: tuple[float, ...]) -> str:
    return " x ".join(f"{value:g}" for value in values)


PAGES = {"docs/reference/cli.md": cli_page, "docs/reference/recipes.md": recipes_page}
"""Path in the repository -> what writes it."""

if __name__ == "__main__":
    for name, page in PAGES.items():
        (ROOT / name).write_text(page(), encoding="utf-8")
