from pathlib import Path

import pytest

from hyoid.bundle import load_bundle
from hyoid.errors import BundleError
from hyoid.files import write_json


def test_a_run_that_is_not_finished_is_no_damaged_bundle(tmp_path: Path) -> None:
    write_json(tmp_path / "manifest.json", {"hyoid": "0.1", "recipe_hash": "a", "cohort_hash": "b", "cohort": "C"})
    with pytest.raises(BundleError, match=r"a run in .* whose training is not finished.*--out .* --resume"):
        load_bundle(tmp_path)
    write_json(tmp_path / "manifest.json", {"format": 1})
    with pytest.raises(BundleError, match=r"manifest\.json is damaged"):
        load_bundle(tmp_path)
