"""The tables of the papers in their own layout, each with the paper's figures and ours on a named cohort."""

from hyoid.benchmark.paper_tables.fill import paper_tables
from hyoid.benchmark.paper_tables.layout import Layout, load_layouts
from hyoid.benchmark.paper_tables.our_figure import OurFigure
from hyoid.benchmark.paper_tables.paper_table import FilledRow, OurLine, PaperTable
from hyoid.benchmark.paper_tables.text import as_csv, as_html, as_markdown, write_paper_tables

__all__ = [
    "FilledRow",
    "Layout",
    "OurFigure",
    "OurLine",
    "PaperTable",
    "as_csv",
    "as_html",
    "as_markdown",
    "load_layouts",
    "paper_tables",
    "write_paper_tables",
]
