"""One spelling for the many of a name: without case, accents and punctuation."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from itertools import pairwise

_WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_NO_ACCENT = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i", "ß": "ss"}
)  # letters that Unicode does not decompose
_WITHOUT_SPACES = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR")
_NO_LETTER = re.compile(r"[\W_]+")
_IN_WORD = re.compile(r"[^\w\s]+|_+")


def spellings(text: str) -> frozenset[str]:
    """Return a text in small letters without accents, in each way it can be meant.

    Umlauts and the like with their base letter alone (Müller: muller) and written out (mueller); and, where the bytes
    were UTF-8 under a header that says Latin-1, also what they say.
    """
    readings = {text}
    if not text.isascii():
        with suppress(UnicodeError):
            readings.add(text.encode("latin-1").decode("utf-8"))
    small = {unicodedata.normalize("NFKC", reading).casefold() for reading in readings}
    small = {unicodedata.normalize("NFC", reading) for reading in small}
    return frozenset(_bare(reading) for one in small for reading in (one, one.translate(_WRITTEN_OUT)))


def words(text: str) -> list[str]:
    """Return the runs of letters and digits of a text."""
    return [word for word in _NO_LETTER.split(text) if word]


def joined(text: str) -> str:
    """Return a text without punctuation, its words still apart: o'rourke becomes orourke."""
    return " ".join(_IN_WORD.sub("", text).split())


def split_at_changes(text: str) -> str:
    """Return a text with a blank where letters meet digits, and a small letter a capital: LiWei2 becomes Li Wei 2."""
    pieces = [text[:1]]
    for before, after in pairwise(text):
        changes = (before.islower() and after.isupper()) or before.isdigit() != after.isdigit()
        pieces.append(f" {after}" if changes and before.isalnum() and after.isalnum() else after)
    return "".join(pieces)


def is_without_spaces(text: str) -> bool:
    """Whether a text has letters of a script whose words stand together: Chinese, Japanese, Korean, Thai ..."""
    return any(unicodedata.name(letter, "").startswith(_WITHOUT_SPACES) for letter in text)


def _bare(small: str) -> str:
    apart = unicodedata.normalize("NFKD", small.translate(_NO_ACCENT))
    kept = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", kept)  # Korean syllables whole again: their letters occur in others
