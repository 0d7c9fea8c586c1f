"""The splits of a benchmark, by the names of the command line."""

from __future__ import annotations

from collections.abc import Mapping

KFOLD, CENTER_OUT, SIZE_MATCHED = "kfold", "leave-one-center-out", "size-matched"

SPLITS: Mapping[str, str] = {
    KFOLD: "split={name: kfold, folds: 5}",
    CENTER_OUT: "split={name: leave_one_center_out}",
    SIZE_MATCHED: "split={name: size_matched_kfold}",
}
"""What each sets in a recipe."""
