"""Cases by id, their files and volumes."""

from pathlib import Path

import numpy as np
import pytest

from hyoid.app.cases.library import CaseLibrary, UnknownCaseError
from hyoid.cohort import Case, Cohort, read_cohort
from hyoid.errors import CohortError, HyoidError, ImageError
from hyoid.files import write_json
from hyoid.geometry import Volume
from hyoid.imaging import write_volume
from support.viewed import CT_GRID, NODE, PET_GRID, PRIMARY, ct_volume, labels_of, write_prediction


@pytest.fixture
def library(viewed: Path) -> CaseLibrary:
    return CaseLibrary(read_cohort(viewed / "cohort"), viewed / "predictions")


def one_case(folder: Path, ct: Volume, mask: Volume | None = None) -> CaseLibrary:
    folder.mkdir(exist_ok=True)
    write_volume(folder / "A-1__CT.nii.gz", ct)
    if mask is not None:
        write_volume(folder / "A-1.nii.gz", mask)
    return CaseLibrary(read_cohort(folder), folder / "predictions")


def test_layouts_and_grids(library: CaseLibrary) -> None:
    assert library.ids == ("MDA-001", "MDA-002", "MDA-003", "MDA-004", "MDA-005")
    assert library.reference("MDA-001") == "ct"
    assert library.reference("MDA-002") == "pet"
    assert library.reference_grid("MDA-001").same_as(CT_GRID)
    assert library.reference_grid("MDA-002").same_as(PET_GRID)
    with pytest.raises(CohortError, match="neither CT nor PET"):
        library.reference_grid("MDA-003")


def test_images_and_layers(library: CaseLibrary) -> None:
    ct, pet = library.ct("MDA-001"), library.pet("MDA-001")
    assert ct is not None
    assert pet is not None
    assert (ct.array.dtype, pet.array.dtype) == (np.int16, np.float32)
    np.testing.assert_array_equal(ct.array, ct_volume().array)
    assert library.layers("MDA-001") == ("expert", "predicted")
    expert = library.layer("MDA-001", "expert")
    assert expert is not None
    np.testing.assert_array_equal(expert.array, labels_of((PRIMARY, 1), (NODE, 2)).array)
    assert library.layer("MDA-002", "predicted") is None
    assert library.ct("MDA-002") is None
    assert library.pet("MDA-005") is None


@pytest.mark.parametrize("case_id", ["", "MDA-999", "../MDA-001", "MDA-001/../MDA-002", "MDA-001\0", "mda-001"])
def test_only_ids_of_the_cohort(library: CaseLibrary, case_id: str) -> None:
    for call in (library.case, library.ct, library.pet, library.reference_grid, library.prediction, library.layers):
        with pytest.raises(UnknownCaseError):
            call(case_id)


def test_an_id_of_a_table_is_no_path(tmp_path: Path) -> None:
    """A CSV may hold any id; that of a file outside must not open it."""
    write_json(tmp_path / "secret.json", {"id": "../secret"})
    library = CaseLibrary(Cohort(tmp_path, (Case("../secret"), Case("..")), "table"), tmp_path / "predictions")
    (tmp_path / "predictions").mkdir()
    write_json(tmp_path / "secret" / "secret.json", {"id": "../secret"})
    assert library.prediction("../secret") is None
    assert library.prediction("..") is None
    assert library.layers("../secret") == ()


def test_a_mask_on_another_grid_is_refused(library: CaseLibrary) -> None:
    with pytest.raises(CohortError, match="the CT's grid"):
        library.layer("MDA-005", "expert")


def test_a_torn_image_is_refused(library: CaseLibrary) -> None:
    with pytest.raises(ImageError):
        library.ct("MDA-004")


def test_a_ct_beyond_16_bits_is_cut_off_and_said(tmp_path: Path) -> None:
    ct = ct_volume()
    array = ct.array.astype(np.float32)
    array[2, 2, 2:5] = (40_000.0, -40_000.0, 12.5)
    served = one_case(tmp_path, ct.with_array(array)).image("A-1", "ct")
    assert served.volume.array.dtype == np.int16
    assert served.volume.array[2, 2, 2:5].tolist() == [32767, -32768, 12]
    assert served.volume.array[0, 0, 0] == 1234
    assert any("2 voxels" in note for note in served.notes)
    assert any("fractions" in note for note in served.notes)


def test_a_pet_in_becquerel_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    folder.mkdir()
    write_volume(folder / "A-1__PT.nii.gz", Volume(np.full(PET_GRID.shape, 9000, np.float32), PET_GRID))
    with pytest.raises(ImageError, match="Bq/mL"):
        CaseLibrary(read_cohort(folder)).pet("A-1")


def test_a_file_that_was_replaced_is_read_again(tmp_path: Path) -> None:
    library = one_case(tmp_path, ct_volume(), labels_of((PRIMARY, 1)))
    first, states = library.layer("A-1", "expert"), library.states("A-1")
    write_volume(tmp_path / "A-1.nii.gz", labels_of((NODE, 2), (PRIMARY, 1)))
    second = library.layer("A-1", "expert")
    assert first is not None
    assert second is not None
    assert (first.array.max(), second.array.max()) == (1, 2)
    assert library.states("A-1") != states


def test_other_labels_in_a_prediction_are_refused(tmp_path: Path) -> None:
    library = one_case(tmp_path, ct_volume())
    write_volume(tmp_path / "predictions" / "A-1" / "A-1.nii.gz", labels_of((PRIMARY, 3)))
    with pytest.raises(CohortError, match=r"labels \[0, 3\]"):
        library.layer("A-1", "predicted")


@pytest.mark.parametrize("content", ["{", "[]", '{"id": "B-2"}', "\x00"])
def test_a_prediction_that_is_none(tmp_path: Path, content: str) -> None:
    library = one_case(tmp_path, ct_volume())
    path = tmp_path / "predictions" / "A-1" / "A-1.json"
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="utf-8")
    with pytest.raises(HyoidError):
        library.prediction("A-1")


def test_sentences_have_no_folders(viewed: Path, library: CaseLibrary) -> None:
    with pytest.raises(ImageError) as caught:
        library.ct("MDA-004")
    assert str(viewed) in str(caught.value)
    assert str(viewed) not in library.sentence(caught.value)
    assert "MDA-004__CT.nii.gz" in library.sentence(caught.value)


def test_oblique_images_are_not_annotated(tmp_path: Path) -> None:
    turn = np.array([[0.6, -0.8, 0.0], [0.8, 0.6, 0.0], [0.0, 0.0, 1.0]])
    rows = np.array([[1, 1, 1] / np.sqrt(3), [2, -1, -1] / np.sqrt(6), [0, 1, -1] / np.sqrt(2)])
    for number, matrix in enumerate((turn, rows)):
        ct = ct_volume()
        grid = type(CT_GRID)(CT_GRID.size, CT_GRID.spacing, CT_GRID.origin, tuple(matrix.ravel()))
        library = one_case(tmp_path / str(number), Volume(ct.array, grid))
        if number == 0:
            library.canonical("A-1")
        else:
            with pytest.raises(CohortError, match="oblique"):
                library.canonical("A-1")
        assert library.ct("A-1") is not None


def test_predictions_may_come_later(tmp_path: Path) -> None:
    library = one_case(tmp_path, ct_volume())
    assert library.prediction("A-1") is None
    write_prediction(tmp_path, "A-1")
    assert library.layers("A-1") == ("predicted",)
    assert library.prediction("A-1") is not None
