import io

import numpy as np
from matplotlib.image import imread

from hyoid.evaluation.report.dvh import dvh_picture
from hyoid.features import dvh


def _drawn(picture: bytes) -> np.ndarray:
    """Pixels that are neither white nor grey: the lines of the structures."""
    pixels = imread(io.BytesIO(picture), format="png")[..., :3]
    return np.ptp(pixels, axis=-1) > 0.3


def test_the_line_falls_at_the_structures_dose() -> None:
    low, high = (_drawn(dvh_picture({"A": dvh(np.full(9, gray), up_to_gy=70)})) for gray in (20.0, 60.0))
    width = low.shape[1]
    columns = [np.flatnonzero(drawn[60:-90].sum(axis=0) > 150).mean() / width for drawn in (low, high)]
    assert columns[1] - columns[0] > 0.4


def test_as_many_lines_as_structures_and_the_same_picture_again() -> None:
    curves = {f"structure {number}": dvh(np.linspace(0, 10.0 * number, 50), up_to_gy=120) for number in range(1, 11)}
    picture = dvh_picture(curves)
    pixels = imread(io.BytesIO(picture), format="png")[..., :3][_drawn(picture)]
    assert len(np.unique(np.round(pixels, 1), axis=0)) >= 8
    assert dvh_picture(curves) == picture
