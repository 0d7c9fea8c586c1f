"""Which PET and CT of a pile are taken, by rule or by wish, and why the others are not."""

from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset

from hyoid.dicom.naming import Wishes
from hyoid.dicom.plan import plan_cases
from hyoid.dicom.source import Reader
from hyoid.dicom.study import CasePlan, Rules
from hyoid.dicom.survey import survey
from support.dicom_series import ct_slices, edited, pet_slices, stored, uid, write_series


def planned(
    folder: Path, *series: list[Dataset], pet: tuple[str, ...] = (), ct: tuple[str, ...] = ()
) -> list[CasePlan]:
    for number, slices in enumerate(series):
        write_series(slices, folder / str(number))
    with Reader() as reader:
        found = survey([folder], reader)
        return plan_cases(found.series, Rules(Wishes.of(pet), Wishes.of(ct)), lambda *_: False, {})


def taken(plan: CasePlan) -> dict[str, str]:
    return {tag: chosen.candidate.series.first.description for tag, chosen in plan.images.items()}


def reason(plan: CasePlan, description: str) -> str:
    return next(v.reason for v in plan.verdicts if v.series.first.description == description)


REFUSED_PETS = [
    ({"Units": "PROPCNTS"}, "values in PROPCNTS: counts of no known proportion"),
    ({"Units": "PROPCPS"}, "values in PROPCPS"),
    (
        {"CorrectedImage": ["DECY", "SCAT"]},
        "not attenuation corrected (Corrected Image holds DECY, SCAT, and not ATTN)",
    ),
    ({"AttenuationCorrectionMethod": "NONE"}, "not attenuation corrected (Attenuation Correction Method is NONE)"),
    ({"SeriesDescription": "WB NAC"}, "not attenuation corrected by its description"),
    ({"SeriesDescription": "PET Uncorrected"}, "not attenuation corrected by its description"),
    ({"CorrectedImage": None, "AttenuationCorrectionMethod": None}, "nothing in it says that it is attenuation"),
    ({"SeriesType": ["GATED", "IMAGE"]}, "a gated acquisition"),
    ({"SeriesType": ["DYNAMIC", "IMAGE"]}, "a dynamic acquisition"),
    ({"SeriesType": ["WHOLE BODY", "REPROJECTION"]}, "a projection"),
    ({"ImageType": ["DERIVED", "SECONDARY", "MIP"]}, "a maximum intensity projection"),
    ({"ImageType": ["DERIVED", "SECONDARY", "MIP_ROT"]}, "a projection (Image Type holds MIP_ROT)"),
    ({"SeriesDescription": "PET AC MIP", "ImageType": ["DERIVED", "SECONDARY"]}, "a projection by its description"),
    ({"SeriesDescription": "WB_MIPs"}, "a projection by its description; name it with --pet"),
    ({"SeriesDescription": "Max-IP rotating"}, "a projection by its description"),
    ({"Rows": 999}, "a truncated file"),
]


@pytest.mark.parametrize(("elements", "sentence"), REFUSED_PETS)
def test_a_pet_of_no_suv_is_refused_with_the_reason_and_the_ct_imported_alone(tmp_path, elements, sentence):
    bad = edited(pet_slices(), **({"SeriesDescription": "BAD"} | elements))
    (plan,) = planned(tmp_path, bad, ct_slices())
    assert taken(plan) == {"CT": "CT WB"}
    assert sentence in reason(plan, bad[0].SeriesDescription)
    assert any(note.startswith("No PET: series 3") and sentence in note for note in plan.notes)


@pytest.mark.parametrize(
    "description", ["PET AC", "WB CTAC 3D MAC", "NACHTRAG", "PET VENACAVA", "Mipro", "Max 3 bed", ""]
)
def test_words_that_only_look_like_not_corrected_refuse_nothing(tmp_path, description):
    (plan,) = planned(tmp_path, edited(pet_slices(), SeriesDescription=description))
    assert set(plan.images) == {"PT"}


def test_where_only_words_or_silence_speak_against_a_pet_the_user_is_believed(tmp_path):
    words = edited(pet_slices(), SeriesDescription="NAC test")
    assert not planned(tmp_path / "a", words)[0].images
    assert taken(planned(tmp_path / "b", words, pet=("nac TEST",))[0]) == {"PT": "NAC test"}
    counts = edited(pet_slices(), Units="PROPCNTS")
    assert not planned(tmp_path / "c", counts, pet=(counts[0].SeriesInstanceUID,))[0].images


@pytest.mark.parametrize(
    ("elements", "sentence"),
    [
        ({"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}, "a localizer"),
        ({"ImageType": ["DERIVED", "SECONDARY", "SCREEN SAVE"]}, "a picture of a screen"),
        ({"RescaleType": "Z_EFF"}, "a CT of Z_EFF"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}, "no image of CT or PET (Secondary Capture Image Storage)"),
        ({"FrameOfReferenceUID": uid("elsewhere")}, "its frame of reference is not the PET's"),
        ({"SamplesPerPixel": 3}, "a picture in colour"),
    ],
)
def test_a_ct_of_no_hu_or_of_another_place_is_refused_with_the_reason(tmp_path, elements, sentence):
    (plan,) = planned(tmp_path, pet_slices(), edited(ct_slices(), **elements))
    assert set(plan.images) == {"PT"}
    assert sentence in reason(plan, "CT WB")


def test_a_ct_that_lies_beside_the_pet_is_not_taken(tmp_path):
    (plan,) = planned(tmp_path, pet_slices(), ct_slices(origin=(-10, -20, 500)))
    assert set(plan.images) == {"PT"}
    assert "does not meet the PET" in reason(plan, "CT WB")


def test_the_ct_is_chosen_by_coverage_then_kernel_then_time_then_slice_distance(tmp_path):
    def ct(name: str, number: int, **options) -> list[Dataset]:
        elements = {key: options.pop(key) for key in ("ConvolutionKernel", "ImageType") if key in options}
        return edited(ct_slices(series=name, number=number, description=name, **options), **elements)

    far, near = stored((8, 8, 10)), stored((12, 8, 10))  # the PET is 12 mm long
    cts = [
        ct("derived", 1, ImageType=["DERIVED", "SECONDARY", "AXIAL"]),
        ct("short", 2, values=stored((3, 8, 10))),
        ct("lung", 3, ConvolutionKernel="B70f"),
        ct("late", 4, time="113000"),
        ct("thin", 5, values=near, step=1.0),
        ct("best", 6, values=far, step=1.75),
        ct("same", 7, values=far, step=1.75),
    ]
    (plan,) = planned(tmp_path, pet_slices(), *cts)
    assert taken(plan)["CT"] == "best"
    for name, why in {
        "derived": "is an original",
        "short": "covers more of the PET",
        "lung": "is not made for bone or lung",
        "late": "was scanned nearer to the PET",
        "thin": "has slices nearer to the PET's",
        "same": "has the lowest series number",
    }.items():
        assert f"series 6 (best), CT, 8 images {why}" in reason(plan, name)
    assert any("7 CT series would do" in note for note in plan.images["CT"].notes)


def test_wishes_by_text_and_uid_go_before_the_rules(tmp_path):
    low, high = ct_slices(), ct_slices(series="CT2", number=9, description="Contrast Neck")
    by_text, *_ = planned(tmp_path / "a", pet_slices(), low, high, ct=("contrast",))
    assert taken(by_text)["CT"] == "Contrast Neck"
    assert reason(by_text, "CT WB") == "not the one that --ct asks for"
    by_uid, *_ = planned(tmp_path / "b", pet_slices(), low, high, ct=(high[0].SeriesInstanceUID,))
    assert taken(by_uid)["CT"] == "Contrast Neck"
    nobody, *_ = planned(tmp_path / "c", pet_slices(), low, ct=("no such text",))
    assert "CT" not in nobody.images
    other_study, *_ = planned(tmp_path / "d", pet_slices(), low, ct=(uid("another study's"),))
    assert taken(other_study)["CT"] == "CT WB"


def test_a_ct_of_another_frame_is_taken_only_by_uid_and_said(tmp_path):
    elsewhere = ct_slices(frame="F2")
    (plan,) = planned(tmp_path, pet_slices(), elsewhere, ct=(elsewhere[0].SeriesInstanceUID,))
    assert any("The frame of reference is not the PET's" in note for note in plan.images["CT"].notes)


def test_two_images_without_a_frame_of_reference_share_one_within_a_study(tmp_path):
    (plan,) = planned(tmp_path, pet_slices(frame=None), ct_slices(frame=None))
    assert set(plan.images) == {"CT", "PT"}
    assert any("is assumed" in note for note in plan.images["CT"].notes)


def test_the_longer_original_pet_is_taken(tmp_path):
    whole = pet_slices(stored((9, 5, 6)), series="whole", number=8, description="whole")
    short = pet_slices(stored((4, 5, 6)), series="short", number=4, description="short")
    derived = edited(
        pet_slices(stored((9, 5, 6)), series="derived", number=1, description="derived"),
        ImageType=["DERIVED", "SECONDARY"],
    )
    (plan,) = planned(tmp_path, short, derived, whole)
    assert taken(plan) == {"PT": "whole"}
    assert "is longer" in reason(plan, "short")
    assert "is an original" in reason(plan, "derived")


def test_each_patient_and_study_is_a_case_and_a_ct_in_a_study_of_its_own_goes_with_its_pet(tmp_path):
    plans = planned(
        tmp_path,
        pet_slices(),
        ct_slices(study="S-CT"),
        pet_slices(study="S2", frame="F2", date="20210101"),
        ct_slices(study="S2", frame="F2", date="20210101"),
        ct_slices(patient="P2"),
    )
    cases = {plan.case: set(plan.images) for plan in plans if plan.images}
    assert cases == {"P1": {"CT", "PT"}, "P1-20210101": {"CT", "PT"}, "P2": {"CT"}}
    (lender,) = (plan for plan in plans if not plan.images)
    assert lender.verdicts[0].reason.startswith("chosen as the CT of another study")


def test_one_id_on_two_people_is_told(tmp_path):
    other = edited(ct_slices(study="S2", frame="F2"), PatientName="Else^Someone", PatientSex="F")
    plans = planned(tmp_path, pet_slices(), other)
    assert all(any("may be several people's" in note for note in plan.notes) for plan in plans)


def test_a_series_in_two_frames_of_reference_is_refused(tmp_path):
    slices = ct_slices()
    slices[0].FrameOfReferenceUID = uid("other")
    (plan,) = planned(tmp_path, slices)
    assert "images in 2 frames of reference" in plan.verdicts[0].reason


def test_an_incomplete_series_is_told(tmp_path):
    (plan,) = planned(tmp_path, edited(pet_slices(), NumberOfSlices=40))
    assert "4 of 40 announced images were found." in plan.images["PT"].notes
    assert np.isclose(plan.images["PT"].candidate.length_mm, 12.0)


def test_a_projection_by_its_words_alone_is_taken_where_it_is_named(tmp_path):
    pet, ct = pet_slices(description="PET AC MIP"), ct_slices(description="CT thin MIP")
    (plan,) = planned(tmp_path / "rule", pet, ct)
    assert not plan.images
    assert "name it with --ct" in reason(plan, "CT thin MIP")
    (plan,) = planned(tmp_path / "wish", pet, ct, pet=("ac mip",), ct=("thin mip",))
    assert taken(plan) == {"PT": "PET AC MIP", "CT": "CT thin MIP"}
