"""The report of a benchmark: one self-contained page."""

from hyoid.benchmark.report.document import as_html

__all__ = ["as_html"]
