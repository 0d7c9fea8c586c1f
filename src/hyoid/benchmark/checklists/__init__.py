"""The reporting checklists at the end of a benchmark: what it knows is filled in, the rest is left to the authors."""

from hyoid.benchmark.checklists.checklist import Checklist, Item, load_checklists
from hyoid.benchmark.checklists.facts import FACTS, benchmark_facts
from hyoid.benchmark.checklists.text import OPEN, as_html, as_markdown

__all__ = ["FACTS", "OPEN", "Checklist", "Item", "as_html", "as_markdown", "benchmark_facts", "load_checklists"]
