"""What must stand beside the figures: leakage, the card of each model, and with what all of it was made."""

from __future__ import annotations

import html
import platform
from collections.abc import Sequence
from importlib.metadata import version

from hyoid.benchmark.leakage import KINDS
from hyoid.benchmark.report.machine import machine
from hyoid.benchmark.report.markdown import as_html
from hyoid.benchmark.report.words import split_words
from hyoid.benchmark.result import BenchmarkResult
from hyoid.cohort.words import counted
from hyoid.evaluation.report import page
from hyoid.files import read_json
from hyoid.training import Run
from hyoid.version import __version__

_VERSIONED = ("torch", "monai", "numpy", "scipy", "scikit-learn")


def failed(result: BenchmarkResult) -> list[str]:
    """Return the section of recipes that could not be finished, and why; nothing where all were."""
    rows = [[one.recipe, split_words(one.split), one.reason] for one in result.failures]
    lead = "Nothing stands here of these, and whatever compares recipes compares the others."
    table = page.table(["recipe", "split", "why it could not be finished"], rows, 3)
    return [page.section("Not finished", page.paragraph(lead, "notice"), table)] if rows else []


def leakage(result: BenchmarkResult) -> str:
    """Return the section of what the leakage detector says: nothing leaks, or there would be no report."""
    looked = "; ".join(KINDS.values())
    announced = [[verdict.run, str(leak)] for verdict in result.leakage for leak in verdict.optimism]
    runs = counted(len(result.leakage), "run")
    words = f"Looked for in {runs}: {looked}. Nothing was found, or there would be no report."
    table = [page.table(["run", "optimism that a published variant announces"], announced, 2)] if announced else []
    return page.section("Leakage", page.paragraph(words), *table)


_UNFOLD = (
    "<script>addEventListener('beforeprint',"
    "() => document.querySelectorAll('details').forEach(one => { one.open = true; }))</script>"
)
"""No style sheet opens what is folded up, in browsers of before 2025."""


def cards(runs: Sequence[Run]) -> list[str]:
    """Return the section of model cards, folded up on screen and open on paper."""
    found = [(run.folder.name, run.folder / "bundle" / "card.md") for run in runs]
    parts = [
        f"<details><summary>{html.escape(name)}</summary>{as_html(path.read_text(encoding='utf-8'))}</details>"
        for name, path in found
        if path.is_file()
    ]
    return [page.section("Model cards", *parts, _UNFOLD)] if parts else []


def manifest(result: BenchmarkResult, runs: Sequence[Run]) -> str:
    """Return the section of versions, hashes and hardware."""
    versions = [["hyoid", __version__], ["python", platform.python_version()]]
    versions += [[name, version(name)] for name in _VERSIONED]
    hashes = []
    for run in runs:
        known = read_json(run.folder / "manifest.json")
        hashes.append([run.folder.name, known["recipe_hash"][:16], known["cohort_hash"][:16]])
    return page.section(
        "With what it was made",
        page.paragraph(f"Report written on {machine()}; the cohort at {result.cohort}."),
        page.table(["software", "version"], versions, 2),
        page.table(["run", "recipe, SHA-256 begins", "cohort, SHA-256 begins"], hashes, 3),
    )
