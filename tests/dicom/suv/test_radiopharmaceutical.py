import pytest
from pydicom import Dataset

from hyoid.dicom.suv import GivenValues, suv_of
from hyoid.dicom.suv.nuclides import NUCLIDES
from hyoid.errors import DicomError
from support.pet_headers import HOUR, activity_of_one, code, pet_series


@pytest.mark.parametrize("mbq", [100, 350.5, 9999])
def test_a_dose_that_can_only_be_mbq_is_repaired_and_said(mbq: float) -> None:
    suv = suv_of(pet_series(isotope={"RadionuclideTotalDose": str(mbq)}))
    assert suv.factor == pytest.approx(1 / activity_of_one(HOUR, dose_bq=mbq * 1e6))
    assert suv.inputs.sources["dose_bq"] == "header, repaired"
    assert any("taken as MBq" in sentence for sentence in suv.assumptions)


@pytest.mark.parametrize("dose", ["0", "-3.5E8", "10", "99", "10500", "350000", "3.5E11"])
def test_doses_that_may_be_mci_or_kbq_or_nothing_are_refused(dose: str) -> None:
    with pytest.raises(DicomError, match="no plausible Radionuclide Total Dose"):
        suv_of(pet_series(isotope={"RadionuclideTotalDose": dose}))
    suv = suv_of(pet_series(isotope={"RadionuclideTotalDose": dose}), GivenValues(dose_bq=3.5e8))
    assert suv.factor == pytest.approx(1 / activity_of_one(HOUR))


def test_a_given_dose_is_better_than_a_repaired_one() -> None:
    suv = suv_of(pet_series(isotope={"RadionuclideTotalDose": "350"}), GivenValues(dose_bq=3.4e8))
    assert suv.inputs.dose_bq == 3.4e8
    assert suv.assumptions == ()


@pytest.mark.parametrize("nuclide", NUCLIDES, ids=lambda n: n.name)
@pytest.mark.parametrize("by", ["SNOMED CT", "SNOMED RT", "name"])
def test_half_lives_by_nuclide(nuclide, by: str) -> None:  # type: ignore[no-untyped-def]
    named = {"SNOMED CT": code(nuclide.codes[0], "?", "SCT"), "SNOMED RT": code(nuclide.codes[1], "?", "99SDM")}.get(by)
    tracer = f"Tracer {nuclide.element} {nuclide.mass}" if by == "name" else "Tracer"
    uptake = min(HOUR, nuclide.half_life_s)
    start = f"{int(39600 - uptake) // 3600:02d}{int(39600 - uptake) % 3600 // 60:02d}{(39600 - uptake) % 60:09.6f}"
    isotope = {"RadionuclideHalfLife": None, "RadionuclideCodeSequence": named, "Radiopharmaceutical": tracer} | {
        "RadiopharmaceuticalStartDateTime": f"20240301{start}",
        "RadiopharmaceuticalStartTime": None,
    }
    suv = suv_of(pet_series(isotope=isotope))
    assert suv.factor == pytest.approx(1 / activity_of_one(uptake, half_life_s=nuclide.half_life_s))
    assert suv.inputs.nuclide == nuclide.name
    assert suv.inputs.sources["half_life_s"] == "nuclide"


@pytest.mark.parametrize("half_life", ["109.77", "6400", "4062.6", "1.8295"])
def test_a_half_life_of_another_nuclide_or_unit_is_refused(half_life: str) -> None:
    series = pet_series(isotope={"RadionuclideHalfLife": half_life})
    if float(half_life) > 10:
        with pytest.raises(DicomError, match=r"a half-life of .* s for F-18; expected 6586.2 s"):
            suv_of(series)
    else:  # not plausible at all: as if there were none
        assert suv_of(series).inputs.half_life_s == 6586.2
    assert suv_of(series, GivenValues(half_life_s=6586.2)).factor == pytest.approx(1 / activity_of_one(HOUR))


def test_two_nuclides_are_refused() -> None:
    with pytest.raises(DicomError, match="Found F-18 and Ga-68"):
        suv_of(pet_series(isotope={"Radiopharmaceutical": "68Ga-DOTATATE"}))


def test_no_nuclide_and_no_half_life() -> None:
    isotope = {"RadionuclideHalfLife": None, "RadionuclideCodeSequence": None, "Radiopharmaceutical": "Elixir"}
    with pytest.raises(DicomError, match="no Radionuclide Half Life"):
        suv_of(pet_series(isotope=isotope))


def test_fdg_alone_is_f18() -> None:
    isotope = {"RadionuclideHalfLife": None, "RadionuclideCodeSequence": None, "Radiopharmaceutical": "FDG"}
    suv = suv_of(pet_series(isotope=isotope))
    assert suv.inputs.nuclide == "F-18"
    assert any("FDG is taken to be labelled with F-18" in note for note in suv.notes)


def test_an_unnamed_nuclide_is_said() -> None:
    isotope = {"RadionuclideCodeSequence": None, "Radiopharmaceutical": None}
    suv = suv_of(pet_series(isotope=isotope))
    assert any("names no known nuclide; the half-life of 6586.2 s is that of F-18" in note for note in suv.notes)


def test_two_tracers_are_refused() -> None:
    series = pet_series()
    for header in series:
        header.RadiopharmaceuticalInformationSequence.append(Dataset())
    with pytest.raises(DicomError, match="2 items in Radiopharmaceutical"):
        suv_of(series)


def test_no_sequence_at_all() -> None:
    series = pet_series(RadiopharmaceuticalInformationSequence=None)
    with pytest.raises(DicomError, match="no plausible Radionuclide Total Dose"):
        suv_of(series)
