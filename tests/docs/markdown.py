"""Reading Markdown as far as the tests of the documentation need it."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]

_SPAN = re.compile(r"`((?:[^`\n]|\n(?!\n))+)`")
_FENCE = re.compile(r"^```(?P<language>\w*)[^\n]*\n(?P<body>.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    language: str
    body: str


def blocks(text: str, *languages: str) -> list[Block]:
    """The fenced blocks in order; all of them without `languages`."""
    found = [Block(match["language"], match["body"]) for match in _FENCE.finditer(text)]
    return [block for block in found if not languages or block.language in languages]


def links(text: str) -> list[str]:
    """Targets of links and images outside of code."""
    prose = _SPAN.sub("", _FENCE.sub("", text))
    return re.findall(r"\]\(([^)\s]+)\)", prose)


def anchors(text: str) -> set[str]:
    """What headings can be linked by, as GitHub makes it."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def code_spans(text: str) -> list[str]:
    """Inline code outside of fenced blocks; a line break within is a space."""
    return [" ".join(span.split()) for span in _SPAN.findall(_FENCE.sub("", text))]


def hyoid_commands(text: str) -> Iterator[list[str]]:
    """Words of every command that begins with `hyoid`: in fenced or indented blocks, and inline."""
    fenced = "\n".join(block.body for block in blocks(text) if block.language not in ("python", "yaml", "json"))
    indented = "\n".join(re.findall(r"^    +(.+)$", _FENCE.sub("", text), re.MULTILINE))
    lines = (fenced + "\n" + indented).replace("\\\n", " ").splitlines()
    for line in [*lines, *code_spans(text)]:
        match = re.match(r"\s*(?:\$ )?hyoid (?P<words>.+)", line)
        if match:
            yield shlex.split(re.split(r"[|;&>]", match["words"].split("  #")[0].split(" #")[0])[0], posix=True)
