import numpy as np
import pytest

from hyoid.errors import ImageError
from hyoid.geometry import Grid, Volume
from hyoid.imaging.editing import exclude_ct_range
from support.label_maps import on_grid

LABELS = on_grid([[[1, 1, 1, 2, 2, 2, 0]]])
CT = LABELS.with_array(np.array([[[-1000.0, 20.0, 50.0, 19.9, 180.0, 180.1, 900.0]]]))


def test_limits_belong_to_the_range() -> None:
    assert exclude_ct_range(LABELS, CT).labels.array.tolist() == [[[0, 1, 1, 0, 2, 0, 0]]]
    assert exclude_ct_range(LABELS, CT, label=2).labels.array.tolist() == [[[1, 1, 1, 0, 2, 0, 0]]]
    assert exclude_ct_range(LABELS, CT, -200.0, None).labels.array.tolist() == [[[0, 1, 1, 2, 2, 2, 0]]]
    assert exclude_ct_range(LABELS, CT, None, 180.0).labels.array.tolist() == [[[1, 1, 1, 2, 2, 0, 0]]]
    assert exclude_ct_range(LABELS, CT, None, None).change_ml == {1: 0.0, 2: 0.0}


def test_refusals() -> None:
    with pytest.raises(ImageError, match="a CT on 6x1x1"):
        exclude_ct_range(LABELS, Volume(CT.array[..., 1:], Grid((6, 1, 1), (1, 1, 1))))
    with pytest.raises(ImageError, match="a lower limit below the upper"):
        exclude_ct_range(LABELS, CT, 180.0, 20.0)
    broken = CT.with_array(np.where(CT.array == 50, np.nan, CT.array))
    with pytest.raises(ImageError, match="NaN or infinite within the labels"):
        exclude_ct_range(LABELS, broken)
    outside = CT.with_array(np.where(CT.array == 900, np.nan, CT.array))
    assert exclude_ct_range(LABELS, outside).labels.array.tolist() == [[[0, 1, 1, 0, 2, 0, 0]]]
