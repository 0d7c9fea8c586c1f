import re
from pathlib import Path

import yaml

from hyoid.cohort import ColumnMap
from hyoid.cohort.schema import CANONICAL_NAMES
from hyoid.cohort.values import SPOKEN_MISSING

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "clinical-columns.md").read_text(encoding="utf-8")


def test_the_example_is_valid() -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert ColumnMap.model_validate(yaml.safe_load(block)).rfs_unit == "days"


def test_every_key_column_and_missing_word_is_explained() -> None:
    for name in (*ColumnMap.model_fields, *CANONICAL_NAMES):
        assert re.search(rf"^\| `{name}`", PAGE, re.MULTILINE), name
    for word in SPOKEN_MISSING:
        assert f"`{word}`" in PAGE or f"`{word.upper()}`" in PAGE, word
