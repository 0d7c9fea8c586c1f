"""The reference pages that are written by the program itself: the command line and the recipes.

python tests/docs/reference_pages.py writes them; test_reference_pages.py fails while they are out of date.
"""

from enum import Enum
from pathlib import Path
from typing import Any

from hyoid.recipe import Recipe, load_recipe, recipe_names

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
    return str(parameter.metavar or parameter.name.upper())


def _default(value: Any) -> str:
    if value is None or value is False or value in ((), []):
        return ""
    return f"`{value.value if isinstance(value, Enum) else value}`"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


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
        "| recipe | what | inputs | labels | variants |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| [`{r.name}`](#{r.name}) | {_cell(r.description)} | {', '.join(r.inputs.images)} | "
        f"{', '.join(r.labels.values())} | {', '.join(f'`{v}`' for v in r.variants) or 'none'} |"
        for r in recipes
    ]
    for recipe in recipes:
        lines += _recipe_section(recipe)
    return "\n".join(lines) + "\n"


def _recipe_section(recipe: Recipe) -> list[str]:
    stage = recipe.stages[0]
    network, training = stage.network.backbone, stage.training
    spacing = recipe.preprocess.frame.spacing_mm
    lines = [
        "",
        f"## {recipe.name}",
        "",
        recipe.description,
        "",
        (
            f"- Frame `{recipe.preprocess.frame.name}` at {_triple(spacing)} mm; patches of "
            f"{_triple(training.patch_mm)} mm, {stage.patch_voxels(spacing)} voxels (z, y, x)."
        ),
        (
            f"- Network `{network.name}`; {training.epochs} epochs, `{training.optimizer.name}` from "
            f"{training.optimizer.learning_rate:g}, schedule `{training.schedule.name}`, selection by "
            f"`{training.select.metric}`."
        ),
        f"- Split `{recipe.split.name}`, select `{recipe.split.select}`.",
    ]
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
            lines.append(f"- `{recipe.name}:{name}`: {changes}")
    if recipe.deviations:
        lines += ["", "Where it departs from the paper or its code:", ""]
        lines += [f"- {' '.join(text.split())}" for text in recipe.deviations]
    return lines


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
    return [f"{'.'.join(path)}={_plain(second)}"]


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _triple(values: tuple[float, ...]) -> str:
    return " x ".join(f"{value:g}" for value in values)


PAGES = {"docs/reference/cli.md": cli_page, "docs/reference/recipes.md": recipes_page}
"""Path in the repository -> what writes it."""

if __name__ == "__main__":
    for name, page in PAGES.items():
        (ROOT / name).write_text(page(), encoding="utf-8")
