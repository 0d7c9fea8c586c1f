"""Encoders of a recipe: lesion measures are quantities, whatever the encoder does to categories."""

import pytest

from hyoid.cohort import Case
from hyoid.recipe import load_recipe

CASES = [
    Case(str(i), clinical={"age": 50 + i, "m_stage": "M0", "gtvp_count": 1.0, "gtvp_suv_max": 5.0 + i})
    for i in range(4)
]


@pytest.mark.parametrize("name", ["one_hot", "median", "minus_one", "shifted", "regression"])
def test_a_lesion_measure_is_a_quantity_and_no_category(name: str) -> None:
    inputs = load_recipe(
        "rfs-lesions",
        overrides=[
            f"inputs.clinical={{columns: [age, m_stage], encoder: {{name: {name}}}}}",
            "inputs.lesions={measures: [gtvp_count, gtvp_suv_max]}",
        ],
    ).inputs
    encoder = inputs.fit_encoder(CASES)
    assert encoder is not None
    assert "gtvp_suv_max" in encoder.names
    new = encoder.encode([Case("new", clinical={"age": 52, "m_stage": "M0", "gtvp_count": 3.0, "gtvp_suv_max": 100.0})])
    assert new.values[0, encoder.names.index("gtvp_suv_max")] > 10
    assert not any("gtvp" in note for note in new.notes)
