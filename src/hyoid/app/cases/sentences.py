"""What a person at another computer may read of an error: the sentence, without the folders of this machine."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def without_paths(text: str, folders: Iterable[Path | None]) -> str:
    """Return the text with these folders, as given and resolved, cut from the paths in it."""
    forms = {form for folder in folders if folder is not None for form in (str(folder), str(Path(folder).resolve()))}
    for form in sorted(forms, key=len, reverse=True):
        if len(form) > 1:
            text = text.replace(f"{form}/", "").replace(form, "the folder")
    return text
