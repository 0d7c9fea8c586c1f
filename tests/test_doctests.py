"""Every example in a docstring runs as it stands: looked for in the text, since to inspect all modules takes long."""

import doctest
import importlib
from pathlib import Path

import pytest

import hyoid

ROOT = Path(hyoid.__file__).parent
WITH_EXAMPLES = sorted(path for path in ROOT.rglob("*.py") if ">>> " in path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_examples_run(path: Path) -> None:
    name = ".".join(["hyoid", *path.relative_to(ROOT).with_suffix("").parts])
    found = doctest.testmod(importlib.import_module(name.removesuffix(".__init__")))
    assert found.attempted > 0
    assert found.failed == 0


def test_there_are_examples() -> None:
    assert len(WITH_EXAMPLES) >= 3
