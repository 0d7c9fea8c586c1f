"""Descriptions and names of structures of which only known words are kept."""

from __future__ import annotations

import re

from hyoid.dicom.deidentify.profile import profile

_SEPARATORS = re.compile(r"[\s_\-^~/\\.,;:+()\[\]{}|&#*]+")
_PIECES = re.compile(r"[A-Za-z]+|\d+")
_MEASURE = re.compile(r"\d{1,3}(\.\d{1,2})?(mm|cm|min|s|kv|kvp|gy|hu|d)", re.IGNORECASE)
_DIMENSION = re.compile(r"[234]D", re.IGNORECASE)
_DOSE_CGY = range(1000, 9000)


def known_words(text: str) -> str:
    """Return the words of a description that are in the vocabulary or are measures (3.75mm), joined by one blank.

    Everything else is dropped: names, numbers, dates, and words that nobody thought of. An empty text says that
    nothing of it was known.
    """
    vocabulary = profile().words["descriptor_words"]
    words = [word for word in _SEPARATORS.split(_protected(text)) if word]
    kept = [word for word in words if word.lower() in vocabulary or _is_measure(word)]
    return " ".join(word.replace("·", ".") for word in kept)


def is_known_structure(name: str) -> bool:
    """Whether every word of a structure's name is in the vocabulary of anatomy and target volumes.

    GTVp, GTV-T1, CTV_High, PTV70, PTV_7000, Parotid_L and SpinalCord+5mm are; a name with a person's name, an
    identifier or a date in it is not. Numbers of at most two digits count as known, and a dose in cGy in whole tens.
    """
    words = [word for word in _SEPARATORS.split(_protected(name)) if word]
    return bool(words) and all(_is_measure(word) or _is_known_word(word) for word in words)


def _is_known_word(word: str) -> bool:
    vocabulary = profile().words["structure_words"]
    if word.isdigit():
        return _is_number(word)
    if not word.isascii() or not word.isalnum():
        return False
    pieces = _PIECES.findall(word)
    return all(_is_number(piece) if piece.isdigit() else _is_known_piece(piece, vocabulary) for piece in pieces)


def _is_known_piece(piece: str, vocabulary: frozenset[str]) -> bool:
    """Whether letters are one known word, or several written as in SpinalCord."""
    camel = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", piece)
    return piece.lower() in vocabulary or all(part.lower() in vocabulary for part in camel)


def _is_number(digits: str) -> bool:
    return len(digits) <= 2 or (len(digits) == 4 and int(digits) in _DOSE_CGY and int(digits) % 10 == 0)


def _is_measure(word: str) -> bool:
    plain = word.replace("·", ".")
    return _MEASURE.fullmatch(plain) is not None or _DIMENSION.fullmatch(plain) is not None


def _protected(text: str) -> str:
    """Return the text with decimal points turned into another sign, so that they separate no words."""
    return re.sub(r"(?<=\d)\.(?=\d)", "·", text)
