import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyoid.cohort.layouts import Found, find_files
from hyoid.cohort.layouts.names import MODALITY_OF_TAG, parse_name
from hyoid.errors import CohortError
from hyoid.imaging import IMAGE_SUFFIXES


def _touch(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.rsplit("/", maxsplit=1)[-1].encode())
    return root


def _shown(found: Found, root: Path) -> dict[str, dict[str, str]]:
    shown = {}
    for identifier, files in found.files.items():
        paths = dict(files.images) | ({"mask": files.mask} if files.mask else {})
        shown[identifier] = {name: path.relative_to(root).as_posix() for name, path in paths.items()}
    return shown


def _codes(found: Found) -> list[str]:
    return [problem.code for problem in found.problems]


@given(
    identifier=st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9_-]{0,8}[A-Za-z0-9])?", fullmatch=True).filter(
        lambda i: i.split("_")[-1].lower() not in MODALITY_OF_TAG
    ),
    tag=st.sampled_from(["CT", "PT", "PET", "CTPlanning", "RTDOSE"]),
    bar=st.sampled_from(["_", "__"]),
    suffix=st.sampled_from(IMAGE_SUFFIXES),
)
def test_names_there_and_back(identifier, tag, bar, suffix) -> None:
    assert parse_name(Path(f"{identifier}{bar}{tag}{suffix}")) == (identifier, MODALITY_OF_TAG[tag.lower()])
    assert parse_name(Path(f"{identifier}{suffix}")) == (identifier, None)


def test_the_challenges_tree_joins_the_task_folders(tmp_path) -> None:
    root = _touch(
        tmp_path,
        "Task 1/HECKTOR_2025_Training_Task_1.csv",
        "Task 1/CHUM-001/CHUM-001__CT.nii.gz",
        "Task 1/CHUM-001/CHUM-001__PT.nii.gz",
        "Task 1/CHUM-001/CHUM-001.nii.gz",
        "Task 2/T2.csv",
        "Task 2/CHUM-001/CHUM-001__CT.nii.gz",
        "Task 2/CHUM-001/CHUM-001__CTPlanning.nii.gz",
        "Task 2/CHUM-001/CHUM-001__RTDOSE.nii.gz",
        "Task 3/MDA_1-b/MDA_1-b_CT.mha",
        "Task 3/MDA_1-b/MDA_1-b_PT.nrrd",
        "Task 3/MDA_1-b/._MDA_1-b_PT.nrrd",
        "truth.csv",
    )
    found = find_files(root)
    assert found.layout == "hecktor"
    one = "Task 1/CHUM-001/CHUM-001"
    two = "Task 2/CHUM-001/CHUM-001"
    assert _shown(found, root) == {
        "CHUM-001": {
            "ct": f"{one}__CT.nii.gz",
            "pet": f"{one}__PT.nii.gz",
            "mask": f"{one}.nii.gz",
            "ct_planning": f"{two}__CTPlanning.nii.gz",
            "dose": f"{two}__RTDOSE.nii.gz",
        },
        "MDA_1-b": {"ct": "Task 3/MDA_1-b/MDA_1-b_CT.mha", "pet": "Task 3/MDA_1-b/MDA_1-b_PT.nrrd"},
    }
    assert [path.name for path in found.tables] == ["HECKTOR_2025_Training_Task_1.csv", "T2.csv"]
    assert found.problems == []


def test_images_come_from_the_folder_that_has_the_mask(tmp_path) -> None:
    root = _touch(tmp_path, "Task 1/A/A__CT.nii", "Task 2/A/A__CT.nii", "Task 2/A/A.nii")
    (root / "Task 1/A/A__CT.nii").write_bytes(b"another size")
    found = find_files(root)
    assert _shown(found, root)["A"] == {"ct": "Task 2/A/A__CT.nii", "mask": "Task 2/A/A.nii"}
    assert _codes(found) == ["copies-differ"]
    assert "Task 2/A/A__CT.nii and Task 1/A/A__CT.nii" in found.problems[0].found


def test_one_task_folder(tmp_path) -> None:
    root = _touch(
        tmp_path,
        "x.csv",
        "A-1/A-1__CT.nii.gz",
        "A-1/A-1_CT.mha",
        "A-1/B-2__PT.nii.gz",
        "A-1/notes.nii.gz",
        "B-2/readme.txt",
        "C-3__CT.nii.gz",
    )
    found = find_files(root)
    assert found.layout == "hecktor-task"
    assert _shown(found, root) == {"A-1": {"ct": "A-1/A-1_CT.mha"}, "B-2": {}, "C-3": {"ct": "C-3__CT.nii.gz"}}
    assert sorted(_codes(found)) == ["duplicate-image", "misplaced-file", "no-images", "unrecognised-file"]


def test_flat_folder(tmp_path) -> None:
    root = _touch(tmp_path, "A_CT.nii.gz", "A_PT.nii.gz", "A.nii.gz", "B__CT.nii", "stray.nii.gz", "t.csv")
    found = find_files(root)
    assert found.layout == "flat"
    assert _shown(found, root) == {
        "A": {"ct": "A_CT.nii.gz", "pet": "A_PT.nii.gz", "mask": "A.nii.gz"},
        "B": {"ct": "B__CT.nii"},
    }
    assert _codes(found) == ["unrecognised-file"]


def test_nnunet(tmp_path) -> None:
    root = _touch(
        tmp_path,
        "imagesTr/A_b-1_0000.nii.gz",
        "imagesTr/A_b-1_0001.nii.gz",
        "imagesTr/A_b-1_0002.nii.gz",
        "labelsTr/A_b-1.nii.gz",
        "imagesTs/C_0001.nii.gz",
        "clinical.csv",
    )
    found = find_files(root)
    assert found.layout == "nnunet"
    assert _shown(found, root) == {
        "A_b-1": {
            "ct": "imagesTr/A_b-1_0000.nii.gz",
            "pet": "imagesTr/A_b-1_0001.nii.gz",
            "mask": "labelsTr/A_b-1.nii.gz",
        },
        "C": {"pet": "imagesTs/C_0001.nii.gz"},
    }
    assert _codes(found) == ["unrecognised-file"]
    assert len(found.tables) == 1


@pytest.mark.parametrize(
    "labels", [{"background": 0, "GTVp": 2, "GTVn": 1}, {"0": "background", "1": "GTVn", "2": "GTVp"}]
)
def test_nnunet_labels_that_swap_the_lesions_are_refused(tmp_path: Path, labels: dict) -> None:
    _touch(tmp_path, "imagesTr/A-1_0000.nii.gz")
    right = {"background": 0, "GTVp": 1, "GTVn": 2}
    (tmp_path / "dataset.json").write_text(json.dumps({"labels": right}))
    assert list(find_files(tmp_path).files) == ["A-1"]
    (tmp_path / "dataset.json").write_text(json.dumps({"labels": labels}))
    with pytest.raises(CohortError, match="GTVp as label 2"):
        find_files(tmp_path)


@pytest.mark.parametrize("key", ["channel_names", "modality"])
def test_nnunet_channels_in_another_order(tmp_path, key) -> None:
    root = _touch(tmp_path, "imagesTr/A_0000.nii.gz", "imagesTr/A_0001.nii.gz")
    (root / "dataset.json").write_text(json.dumps({key: {"0": "PET", "1": "CT"}}))
    assert _shown(find_files(root), root) == {"A": {"pet": "imagesTr/A_0000.nii.gz", "ct": "imagesTr/A_0001.nii.gz"}}


@pytest.mark.parametrize(
    ("content", "message"),
    [("{", "unreadable"), ('{"channel_names": {"0": "T1", "1": "T2"}}', "t1"), ("[1]", "unreadable")],
)
def test_nnunet_with_a_useless_dataset_json(tmp_path, content, message) -> None:
    root = _touch(tmp_path, "imagesTr/A_0000.nii.gz")
    (root / "dataset.json").write_text(content)
    with pytest.raises(CohortError, match=message):
        find_files(root)


def test_tables_alone(tmp_path) -> None:
    root = _touch(tmp_path, "a.csv", "b.csv")
    alone = find_files(root / "a.csv")
    assert (alone.tables, _codes(alone)) == ([root / "a.csv"], ["table-alone"])
    found = find_files(root)
    assert (found.layout, len(found.tables), _codes(found)) == ("table", 2, ["no-images"])


def test_unusable_folders_are_refused_in_one_sentence(tmp_path) -> None:
    with pytest.raises(CohortError, match="nothing at"):
        find_files(tmp_path / "none")
    with pytest.raises(CohortError, match="no image and no table"):
        find_files(_touch(tmp_path, "scan.nii.gz", "dicom/1.dcm", "truth.csv"))
    (tmp_path / "empty" / "imagesTr").mkdir(parents=True)
    with pytest.raises(CohortError, match="no image and no table"):
        find_files(tmp_path / "empty")
