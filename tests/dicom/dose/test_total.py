"""Which doses of a treatment are summed, and what the sum is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hyoid.dicom.dose import Dose, TotalDose, read_dose, total_dose
from hyoid.errors import DicomError
from support.dicom_dose import PLAN, rtdose

BOOST = "1.2.826.0.1.3680043.8.498.3"


def dose(gray: float, summation: str = "PLAN", **elements: Any) -> Dose:
    return read_dose(rtdose(np.full((4, 3, 5), round(gray * 100), np.uint16), summation=summation, **elements))


def beam(gray: float, *beams: int, group: int | None = 1, **elements: Any) -> Dose:
    return dose(gray, "BEAM", beams=beams, fraction_group=group, **elements)


def fraction(gray: float, group: int | None = 1, **elements: Any) -> Dose:
    return dose(gray, "FRACTION", fraction_group=group, **elements)


def level(total: TotalDose) -> float:
    assert total.volume.array.min() == pytest.approx(total.volume.array.max())
    return float(total.volume.array.max())


SUMS: list[tuple[str, list[Dose], float, int]] = [
    ("one plan", [dose(70)], 70, 1),
    ("a plan beside its beams", [beam(30, 1), dose(70), beam(40, 2)], 70, 1),
    ("a plan beside its fraction groups", [fraction(50), dose(70), fraction(20, 2)], 70, 1),
    ("beams", [beam(30, 1), beam(20, 2), beam(5, 3, 4)], 55, 3),
    ("beams of one number in two fraction groups", [beam(30, 1), beam(20, 1, group=2)], 50, 2),
    ("fraction groups", [fraction(50), fraction(20, 2)], 70, 2),
    ("a fraction group beside its beams", [fraction(50), beam(20, 1), beam(30, 2)], 50, 1),
    ("a fraction group and the beams of another", [fraction(50), beam(12, 1, group=2), beam(8, 2, group=2)], 70, 3),
    (
        "a beam and an application setup of one number",
        [beam(50, 1), dose(7, "BRACHY", setups=[1], fraction_group=1)],
        57,
        2,
    ),
    (
        "a dose of both plans beside each",
        [dose(50), dose(20, plans=[BOOST]), dose(70, "MULTI_PLAN", plans=[PLAN, BOOST])],
        70,
        1,
    ),
    ("a plan beside parts", [dose(70), dose(2, "FRACTION_SESSION"), dose(1, "CONTROL_POINT")], 70, 1),
]


@pytest.mark.parametrize(("name", "doses", "gray", "used"), SUMS, ids=[s[0] for s in SUMS])
def test_each_part_counts_once(name: str, doses: list[Dose], gray: float, used: int) -> None:
    for order in (doses, doses[::-1]):
        total = total_dose(order)
        assert level(total) == pytest.approx(gray)
        assert len(total.used) == used
        assert len(total.left_out) == len(doses) - used
        assert {*total.used, *(o.sop_instance_uid for o in total.left_out)} == {
            d.header.sop_instance_uid for d in doses
        }


def test_an_object_given_twice_counts_once() -> None:
    once = beam(30, 1)
    total = total_dose([once, beam(20, 2), once])
    assert level(total) == pytest.approx(50)
    assert [out.reason for out in total.left_out] == ["it was given twice"]


def test_plans_are_summed_only_by_name() -> None:
    doses = [dose(50), dose(20, plans=[BOOST])]
    with pytest.raises(DicomError, match=r"doses of 2 plans .*--plan UID"):
        total_dose(doses)
    both = total_dose(doses, plans=[PLAN, BOOST])
    assert level(both) == pytest.approx(70)
    assert both.plans == (PLAN, BOOST)
    assert any("as asked" in note for note in both.notes)
    assert level(total_dose(doses, plans=[BOOST])) == pytest.approx(20)
    with pytest.raises(DicomError, match=r"no dose of plan 9\.9"):
        total_dose(doses, plans=["9.9"])


REFUSED: list[tuple[str, list[Dose], str]] = [
    ("nothing", [], "no dose"),
    ("two doses of one plan", [dose(70), dose(66)], "count twice"),
    ("two doses of one beam", [beam(30, 1), beam(31, 1)], "the same beam"),
    ("overlapping sets of beams", [beam(30, 1, 2), beam(31, 2, 3)], "the same beam"),
    ("two of one fraction group", [fraction(50), fraction(20)], "the same fraction group"),
    ("a beam that names no beam", [beam(30, 1), dose(20, "BEAM")], "does not say of which"),
    ("a fraction that names no group, beside beams", [fraction(50, None), beam(20, 1)], "does not say of which"),
    ("beams of which one names no group", [beam(30, 1), beam(20, 2, group=None)], "does not say of which"),
    (
        "a fraction beside a dose of its beam and of another group's",
        [
            fraction(50),
            read_dose(rtdose(np.full((4, 3, 5), 9, np.uint16), summation="BEAM", ReferencedRTPlanSequence=None)),
        ],
        "plans",
    ),
    ("only a session", [dose(2, "FRACTION_SESSION")], "number of sessions"),
    ("only a record", [dose(70, "RECORD")], "RECORD"),
    ("a beam of two plans", [beam(30, 1, plans=[PLAN, BOOST])], "of 2 plans"),
    ("a plan without a name beside one with", [dose(70), dose(20, plans=[])], "an unnamed one"),
    ("two patients", [beam(30, 1), beam(30, 2, patient="P2")], "2 values of patient"),
    ("two frames", [beam(30, 1), beam(30, 2, frame="1.2.3")], "frame of reference"),
    ("effective alone", [dose(70, dose_type="EFFECTIVE")], "--dose-type effective"),
    ("cGy", [read_dose(rtdose(np.full((4, 3, 5), 7000, np.uint16), scaling=1))], "cGy"),
    ("0 everywhere", [dose(0)], "0 Gy everywhere"),
]


@pytest.mark.parametrize(("name", "doses", "said"), REFUSED, ids=[r[0] for r in REFUSED])
def test_what_may_count_twice_or_is_no_treatment_is_refused(name: str, doses: list[Dose], said: str) -> None:
    for order in (doses, doses[::-1]):
        with pytest.raises(DicomError, match=said):
            total_dose(order)


def test_an_altered_copy_is_refused() -> None:
    first, second = beam(30, 1, SOPInstanceUID="1.2.3"), beam(31, 2, SOPInstanceUID="1.2.3")
    with pytest.raises(DicomError, match="altered"):
        total_dose([first, second])


def test_types_are_never_mixed() -> None:
    physical, effective = dose(60), dose(66, dose_type="EFFECTIVE")
    assert level(total_dose([physical, effective])) == pytest.approx(60)
    biological = total_dose([physical, effective], "EFFECTIVE")
    assert level(biological) == pytest.approx(66)
    assert "PHYSICAL, not EFFECTIVE" in biological.left_out[0].reason


def test_brachytherapy_may_exceed_what_a_beam_cannot() -> None:
    source = rtdose(np.full((4, 3, 5), 900, np.uint16), scaling=1, summation="BRACHY", setups=[1], fraction_group=1)
    assert level(total_dose([read_dose(source)])) == 900


def test_other_grids_are_interpolated_onto_the_finest_with_a_note() -> None:
    """A coarse beam that falls linearly along x, 20 Gy at x = 0 to 0 at x = 40; the fine grid lies inside it."""
    coarse = np.tile(np.arange(2000, -1, -500).astype(np.uint16), (5, 5, 1))
    one = read_dose(
        rtdose(coarse, position=(0, 0, 0), spacing=(10, 10), offsets=np.arange(5) * 10.0, summation="BEAM",
               beams=[1], fraction_group=1)
    )  # fmt: skip
    fine = np.full((8, 10, 10), 3000, np.uint16)
    two = read_dose(
        rtdose(fine, position=(5, 5, 5), spacing=(2, 2), offsets=np.arange(8) * 2.0, summation="BEAM", beams=[2],
               fraction_group=1)
    )  # fmt: skip
    for order in ([one, two], [two, one]):
        total = total_dose(order)
        assert total.volume.grid.same_as(two.volume.grid)
        np.testing.assert_allclose(total.volume.array[3, 4], 30 + 20 - 0.5 * (5 + 2 * np.arange(10)), rtol=1e-5)
        assert any("covers 100% of it, is up to 20.00 Gy at its own edge" in note for note in total.notes)


def test_a_total_is_told_in_plain_types() -> None:
    found = total_dose([dose(70), beam(10, 1)]).to_dict()
    assert (found["units"], found["max_gy"], len(found["left_out"])) == ("Gy", pytest.approx(70), 1)
    assert "P1" not in str(found)
