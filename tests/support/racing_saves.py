"""One process of several that save on the same chain; run as `python racing_saves.py FOLDER URL NAME SAVES`.

It always saves upon the newest version that it knows, reloads where it was refused, and stops after SAVES of its own.
Prints a line for each: `saved VERSION TOKEN` (the number that it drew) or `refused BASE CURRENT`.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from hyoid.app.annotation import AnnotationStore, ConflictError
from support.annotations import numbered

CASE, AUTHOR = "A", "anna"


def save_racing(store: AnnotationStore, seed: int, saves: int) -> list[str]:
    """Save until `saves` were taken, and return what became of each try."""
    drawn, base, lines = random.Random(seed), 0, []
    while saves:
        token = drawn.randrange(10**12)
        try:
            base = store.save(CASE, AUTHOR, numbered(token), base).version
            lines.append(f"saved {base} {token}")
            saves -= 1
        except ConflictError as refused:
            now = refused.current["version"] if refused.current else 0
            lines.append(f"refused {base} {now}")
            base = now
    return lines


if __name__ == "__main__":
    opened = AnnotationStore(Path(sys.argv[1]), sys.argv[2] or None)
    sys.stdout.write("\n".join(save_racing(opened, int(sys.argv[3]), int(sys.argv[4]))))
    opened.close()
