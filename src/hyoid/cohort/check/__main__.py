"""`python -m hyoid.cohort.check FILE`: write the table of all rules into the reference page."""

from __future__ import annotations

import sys
from pathlib import Path

from hyoid.cohort.check.registry import page_with_rules
from hyoid.files import write_text

if __name__ == "__main__":
    page = Path(sys.argv[1])
    write_text(page, page_with_rules(page.read_text(encoding="utf-8")))
