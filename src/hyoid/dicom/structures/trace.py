"""The outlines of a mask: contours along the edges of its pixels.

A contour runs along the edges between pixels, so that its area is that of the pixels, and the centres of all that is
inside lie half a pixel from it: what reads it back by any sensible rule gets the same mask, of a single pixel too.
Contours through the centres of the border's pixels would lose half a pixel all around.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from hyoid.imaging import content_block

CHANNEL = 0.25
"""Where a keyhole's channel runs, in pixels from the centres of a row: no centre lies on it."""

_STEPS = np.array([(1, 0), (0, 1), (-1, 0), (0, -1)])
"""Right, down, left, up, in (x, y) with y down: clockwise, with the mask to the right."""

Loop = NDArray[np.float64]


def trace(section: NDArray[np.bool_]) -> list[Loop]:
    """Return the outlines of a slice (y, x), one closed polygon (n, 2) of (x, y) in pixel indices for each piece.

    Pieces that touch by a corner only are two. A hole is joined to its outline by the keyhole technique of DICOM PS3.3
    C.8.8.6.3, a channel of no width that is gone to and fro: then neither a reader that unites contours nor one that
    takes them by even-odd fills it.
    """
    block = content_block(section)
    own = np.pad(section[block], 1)
    if not own.any():
        return []
    pieces, count = ndimage.label(own)  # by edges: corners do not join
    outer: dict[int, Loop] = {}
    holes: dict[int, list[Loop]] = {piece: [] for piece in range(1, count + 1)}
    for loop, piece in _loops(own, pieces):
        if _signed_area(loop) > 0:
            outer[piece] = loop
        else:
            holes[piece].append(loop)
    shift = np.array([block[1].start, block[0].start]) - 1.5  # the padding, and from corners to pixel centres
    return [_with_holes(outer[piece], holes[piece]) + shift for piece in sorted(outer)]


def _loops(mask: NDArray[np.bool_], pieces: NDArray[np.int32]) -> list[tuple[Loop, int]]:
    """Return the closed loops around and within a padded mask, corners (x, y) only, each with the piece it bounds.

    Corner (x, y) is the upper left one of pixel (y, x). Where two pixels meet by a corner the loop stays with its own.
    """
    height, width = mask.shape
    starts = np.zeros((4, height + 1, width + 1), bool)
    up, left = np.zeros_like(mask), np.zeros_like(mask)
    up[1:], left[:, 1:] = mask[:-1], mask[:, :-1]
    starts[0, :-1, :-1] = mask & ~up  # top edge, going right
    starts[3, 1:, :-1] = mask & ~left  # left edge, going up from its lower end
    starts[1, :-1, :-1] = left & ~mask  # right edge of the pixel to the left, going down
    starts[2, :-1, 1:] = up & ~mask  # bottom edge of the pixel above, going left from its right end
    owners = ((0, 0), (-1, 0), (-1, -1), (0, -1))  # the pixel (x, y) to the right of an edge, from where it starts
    found = []
    ways = starts.copy()
    for direction, row, column in np.argwhere(starts).tolist():
        if not ways[direction, row, column]:
            continue
        x, y, way, corners = column, row, direction, list[tuple[int, int]]()
        while ways[way, y, x]:
            ways[way, y, x] = False
            x, y = x + int(_STEPS[way, 0]), y + int(_STEPS[way, 1])
            turned = next(turn % 4 for turn in (way + 1, way, way + 3) if starts[turn % 4, y, x])
            if turned != way:
                corners.append((x, y))
            way = turned
        owner_x, owner_y = owners[direction]
        found.append((np.array(corners, np.float64), int(pieces[row + owner_y, column + owner_x])))
    return found


def _signed_area(loop: Loop) -> float:
    x, y = loop.T
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def _with_holes(outline: Loop, holes: list[Loop]) -> Loop:
    """Join holes to their outline, the leftmost first: to the left of each lies the outline or a hole joined before."""
    for hole in sorted(holes, key=lambda loop: float(loop[:, 0].min())):
        x, following = hole[:, 0], np.roll(hole, -1, axis=0)
        edge = int(np.flatnonzero((x == x.min()) & (following[:, 0] == x.min()))[0])
        level = min(hole[edge, 1], following[edge, 1]) + 0.5 + CHANNEL
        after = np.roll(outline, -1, axis=0)
        low, high = np.minimum(outline[:, 1], after[:, 1]), np.maximum(outline[:, 1], after[:, 1])
        hit = (outline[:, 0] == after[:, 0]) & (low < level) & (level < high) & (outline[:, 0] < x.min())
        at = int(np.flatnonzero(hit)[outline[hit, 0].argmax()])
        here, there = np.array([[outline[at, 0], level]]), np.array([[x.min(), level]])
        around = np.roll(hole, -(edge + 1), axis=0)
        outline = np.concatenate([outline[: at + 1], here, there, around, there, here, outline[at + 1 :]])
    return outline
