"""A self-contained HTML page: sections of text, tables and figures, readable on paper too."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

_STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; color: #1f2328; background: #fff;
       max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin-bottom: .3rem; }
h2 { font-size: 1.2rem; margin-top: 2.2rem; border-bottom: 1px solid #d1d9e0; padding-bottom: .2rem; }
h3 { font-size: 1.05rem; margin: 1.4rem 0 .3rem; }
h4 { font-size: .95rem; margin: 1rem 0 .3rem; }
summary { font-weight: 600; cursor: pointer; margin: .4rem 0; }
dl.checklist { margin: 0; }
dl.checklist > div { display: grid; grid-template-columns: 15rem 1fr; gap: 0 1.2rem; padding: .4rem 0;
                     border-bottom: 1px solid #d1d9e0; }
dl.checklist dd { margin: 0; }
dl.checklist dd p { margin: 0 0 .3rem; }
dl.checklist dd ul { margin: 0 0 .3rem; padding-left: 1.1rem; }
dl.checklist .open dd { color: #9a6700; }
p.notice { background: #fff8c5; border-left: 4px solid #d4a72c; padding: .5rem .8rem; }
p.lead { color: #59636e; margin-top: 0; }
table { border-collapse: collapse; margin: .8rem 0; font-variant-numeric: tabular-nums; font-size: .88rem; }
th, td { border-bottom: 1px solid #d1d9e0; padding: .3rem .8rem .3rem 0; text-align: left; vertical-align: top; }
th { font-weight: 600; }
td.number, th.number { text-align: right; }
td.number span { white-space: nowrap; display: inline-block; }
section { overflow-x: auto; }
figure { margin: 1rem 0; }
figure img, figure svg { max-width: 100%; height: auto; }
figcaption { color: #59636e; font-size: .9rem; }
code { background: #f6f8fa; padding: .1rem .3rem; border-radius: 4px; font-size: .9em; }
pre { background: #f6f8fa; padding: .8rem; overflow-x: auto; border-radius: 6px; }
@page { size: A4; margin: 14mm 12mm; }
@media print { body { margin: 0; max-width: none; padding: 0; font-size: 10pt; }
               h1, h2, h3, h4, summary, p.lead { break-after: avoid; break-inside: avoid; }
               h2 + p, h3 + p, h2 + p.notice { break-after: avoid; }
               p { orphans: 3; widows: 3; }
               section { overflow: visible; } table { font-size: 8.5pt; } th, td { padding-right: .5rem; }
               figure, tr, dl.checklist > .open, dl.checklist dt, li { break-inside: avoid; }
               figcaption { break-before: avoid; }
               h3 + dl.checklist > div:first-child { break-before: avoid; }
               dl.checklist > div { grid-template-columns: 48mm 1fr; font-size: 9pt; }
               thead { display: table-header-group; } pre { white-space: pre-wrap; } }
"""


def paragraph(text: str, kind: str = "") -> str:
    """Return a paragraph; `kind` is '', 'lead' or 'notice'."""
    attribute = f' class="{kind}"' if kind else ""
    return f"<p{attribute}>{html.escape(text)}</p>"


def command(text: str) -> str:
    """Return a block of commands to copy."""
    return f"<pre><code>{html.escape(text)}</code></pre>"


def table(header: Sequence[str], rows: Sequence[Sequence[str]], numeric_from: int = 1) -> str:
    """Return a table; columns from `numeric_from` on are set as numbers."""
    kinds = ["" if i < numeric_from else ' class="number"' for i in range(len(header))]
    head = "".join(f"<th{kind}>{html.escape(name)}</th>" for kind, name in zip(kinds, header, strict=True))
    lines = [
        "".join(
            f"<td{kind}>{_number(cell) if kind else html.escape(cell)}</td>"
            for kind, cell in zip(kinds, row, strict=True)
        )
        for row in rows
    ]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _number(cell: str) -> str:
    """Return a value and its interval, between which alone a line may break."""
    value, *interval = (html.escape(part) for part in cell.split(" (", 1))
    return f"<span>{value}</span> <span>({interval[0]}</span>" if interval else value


def picture(source: str, description: str, caption: str) -> str:
    """Return a figure; `source` is an SVG element or a data URI, `description` its text for those who cannot see it."""
    if source.startswith("<svg"):
        drawn = described_svg(source, description)
    else:
        drawn = f'<img src="{source}" alt="{html.escape(description, quote=True)}">'
    return f"<figure>{drawn}<figcaption>{html.escape(caption)}</figcaption></figure>"


def described_svg(source: str, description: str) -> str:
    """Return an SVG element that says in its own text what it shows."""
    return source.replace("<svg", f'<svg role="img" aria-label="{html.escape(description, quote=True)}"', 1)


def section(title: str, *parts: str) -> str:
    """Return a titled section of parts that are HTML already."""
    return f"<section><h2>{html.escape(title)}</h2>{''.join(parts)}</section>"


def page(title: str, *parts: str) -> str:
    """Return the whole document."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><h1>{html.escape(title)}</h1>{''.join(parts)}</body></html>\n"
    )


def figure_text(value: float, interval: Sequence[float] = ()) -> str:
    """Return '0.612 (0.541 to 0.670)'; without the interval where it does not exist, 'undefined' for NaN."""
    if math.isnan(value):
        return "undefined"
    if not interval or any(map(math.isnan, interval)):
        return f"{value:.3f}"
    low, high = interval
    return f"{value:.3f} ({low:.3f} to {high:.3f})"
