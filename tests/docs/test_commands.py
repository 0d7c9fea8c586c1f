import itertools
import re
from pathlib import Path

import pytest

from docs.markdown import PAGES, ROOT, code_spans, hyoid_commands
from docs.reference_pages import command_tree, flags_of, leaf_commands
from hyoid.recipe import load_recipe, recipe_names

COMMANDS = leaf_commands(command_tree())
ALL_FLAGS = {"--version"} | {flag for command in COMMANDS.values() for flag in flags_of(command)}
OTHER_PROGRAMS = {"--constraint", "--editable"}

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@each_page
def test_every_command_and_flag_exists(page: Path) -> None:
    for words in hyoid_commands(page.read_text(encoding="utf-8")):
        verb = [word for word in words[:2] if re.fullmatch(r"[a-z]+(-[a-z]+)*", word)]
        if not verb:  # `hyoid --version`, `hyoid VERB --help`
            assert set(words) <= {"--version", "VERB", "--help"}, words
            continue
        command = COMMANDS.get(f"hyoid {verb[0]}") or COMMANDS.get(f"hyoid {' '.join(verb)}")
        assert command is not None, f"hyoid {' '.join(words)}: no such verb"
        unknown = {word for word in words if re.match(r"--?[a-z]", word)} - flags_of(command)
        assert not unknown, f"hyoid {' '.join(words)}: no option {sorted(unknown)}"


@each_page
def test_every_flag_named_alone_exists(page: Path) -> None:
    spans = [span for span in code_spans(page.read_text(encoding="utf-8")) if span.startswith("--")]
    flags = {flag for span in spans for flag in re.findall(r"--[a-z-]+", span)}
    assert flags <= ALL_FLAGS | OTHER_PROGRAMS, sorted(flags - ALL_FLAGS - OTHER_PROGRAMS)


@each_page
def test_every_recipe_preset_and_override_is_valid(page: Path) -> None:
    for words in hyoid_commands(page.read_text(encoding="utf-8")):
        options = list(itertools.pairwise(words))
        named = [value for flag, value in options if flag == "--recipe"] + words[1:2] * (words[0] == "recipes")
        recipe = next((name for name in named if name.partition(":")[0] in recipe_names()), "baseline-unet")
        preset = next((value for flag, value in options if flag == "--preset"), None)
        overrides = [value for flag, value in options if flag == "--set" and value != "KEY=VALUE"]
        if preset != "P":
            load_recipe(recipe, preset=preset, overrides=overrides)


def test_the_reader_of_commands_sees_what_it_must() -> None:
    text = (
        "Use `hyoid predict RUN --bad`.\n\n```bash\nhyoid train C --out \\\n  R | cat\n```\n\n    hyoid check C  # x\n"
    )
    found = [["train", "C", "--out", "R"], ["check", "C"], ["predict", "RUN", "--bad"]]
    assert list(hyoid_commands(text)) == found
    assert "--bad" not in flags_of(COMMANDS["hyoid predict"])


def test_the_pages_hold_many_commands() -> None:
    assert sum(1 for page in PAGES for _ in hyoid_commands(page.read_text(encoding="utf-8"))) > 50
