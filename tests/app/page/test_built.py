"""The page in the package is the one that the sources make. No npm is needed to see it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
WEB = ROOT / "web"
PAGE = ROOT / "src/hyoid/app/page"
SINGLE = ("index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.mjs")

pytestmark = pytest.mark.skipif(not WEB.is_dir(), reason="the page's sources are not in this checkout")


def _hash(folder: Path, paths: list[str]) -> str:
    whole = hashlib.sha256()
    for path in paths:
        whole.update(f"{path} {hashlib.sha256((folder / path).read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()


def _sources() -> list[str]:
    found = [path for folder in ("src", "public") for path in (WEB / folder).rglob("*") if path.is_file()]
    return sorted([*SINGLE, *(path.relative_to(WEB).as_posix() for path in found)])


def test_the_committed_page_was_built_from_these_sources() -> None:
    recorded = json.loads((PAGE / "build.json").read_text(encoding="utf-8"))
    assert recorded["sources"] == _hash(WEB, _sources()), "run `npm run build` in the folder web and commit the page"


def test_nobody_changed_the_built_files() -> None:
    recorded = json.loads((PAGE / "build.json").read_text(encoding="utf-8"))
    built = sorted(path.name for path in PAGE.iterdir() if path.name not in ("build.json", "__init__.py"))
    assert recorded["built"] == _hash(PAGE, [name for name in built if name != "__pycache__"])


def test_licences_of_what_is_carried_stand_beside_it() -> None:
    assert "Copyright (c) 2021, Niivue" in (PAGE / "NIIVUE-LICENSE.txt").read_text(encoding="utf-8")
    others = (PAGE / "THIRD-PARTY.txt").read_text(encoding="utf-8")
    for name in ("nifti-reader-js", "zarrita", "gl-matrix", "fflate"):
        assert name in others


def test_niivue_is_fetched_only_when_it_is_asked_for() -> None:
    first = (PAGE / "index.html").read_text(encoding="utf-8")
    assert "niivue" not in first
    assert "https://" not in first
    assert (PAGE / "index.js").stat().st_size < 200_000
