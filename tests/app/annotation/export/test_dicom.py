"""Annotations of an imported case go back into its study, drawn by a person."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pydicom
import pytest

from hyoid.app.annotation import Actor, AnnotationStore
from hyoid.app.annotation.export import ExportRequest, Exports
from hyoid.app.cases.library import CaseLibrary
from hyoid.cohort import read_cohort
from hyoid.dicom.cohort import import_dicom
from hyoid.dicom.structures import read_reference_series, read_regions, structure_labels
from hyoid.dicom.structures.lattice import on_lattice
from hyoid.geometry import Volume
from support.dicom_series import ct_slices, pet_slices, stored, write_series


@pytest.fixture
def drawn(tmp_path: Path) -> tuple[Exports, Volume]:
    pytest.importorskip("highdicom")
    write_series(
        ct_slices(stored((12, 20, 24)), orientation=(0.96, 0.28, 0.0, -0.28, 0.96, 0.0)), tmp_path / "pile" / "ct"
    )
    write_series(pet_slices(stored((8, 8, 9), seed=1)), tmp_path / "pile" / "pet")
    import_dicom(tmp_path / "pile", tmp_path / "cohort")
    library = CaseLibrary(read_cohort(tmp_path / "cohort"))
    (case,) = library.ids
    grid = library.reference_grid(case)
    array = np.zeros(grid.shape, np.uint8)
    array[5:8, 7:11, 8:14], array[4, 12:14, 14:17] = 1, 2
    store = AnnotationStore(tmp_path / "annotations")
    store.save(case, "anna", Volume(array, grid), 0)
    exports = Exports(store, library, lambda: datetime(2026, 11, 22, tzinfo=UTC))
    yield exports, Volume(array, grid)
    store.close()


@pytest.mark.parametrize("kind", ["seg", "rtstruct"])
def test_the_object_holds_the_same_voxels_in_the_study_s_frame(
    drawn: tuple[Exports, Volume], tmp_path: Path, kind: str
) -> None:
    exports, labels = drawn
    told = exports.make(ExportRequest(format=kind, state="draft"), ["P1"], Actor("chief"))
    assert told.files == (f"P1/P1.{kind}.dcm", "manifest.json")
    path = exports.path(told.id) / told.files[0]
    dataset = pydicom.dcmread(path)
    reference = read_reference_series(tmp_path / "pile" / "ct")
    assert dataset.StudyInstanceUID == reference.study_instance_uid
    if kind == "seg":
        assert {segment.SegmentAlgorithmType for segment in dataset.SegmentSequence} == {"MANUAL"}
    else:
        assert {roi.ROIGenerationAlgorithm for roi in dataset.StructureSetROISequence} == {"MANUAL"}
    made = structure_labels(read_regions(path), reference)
    assert np.array_equal(made.labels.array, on_lattice(labels, reference.grid).array)


def test_a_case_whose_images_are_gone_is_left_out_with_the_reason(
    drawn: tuple[Exports, Volume], tmp_path: Path
) -> None:
    exports, _ = drawn
    (tmp_path / "pile").rename(tmp_path / "moved")
    with pytest.raises(Exception, match=r"nothing to export.*P1 was left out"):
        exports.make(ExportRequest(format="seg", state="draft"), ["P1"], Actor("chief"))
    assert exports.ids() == []
