import hashlib
from pathlib import Path

import pytest

from hyoid.cohort import Case, Cohort, Problem
from hyoid.errors import CohortError


@pytest.fixture
def cohort(tmp_path: Path) -> Cohort:
    image = tmp_path / "a.nii.gz"
    image.write_bytes(b"content")
    cases = (
        Case("A-1", "A", {"ct": image}, image, {"age": 60, "weight": 80.5}, True, 300.0, False),
        Case("A-2", "A", clinical={"m_stage": "M0"}),
        Case("B-1", "B"),
    )
    problems = (Problem("bad-value", "x", "y", "z", "B-1"), Problem("no-table", "x", "y", "z"))
    return Cohort(tmp_path, cases, "flat", ("note",), problems)


def test_case_by_id(cohort: Cohort) -> None:
    assert cohort.case("A-2").clinical == {"m_stage": "M0"}
    with pytest.raises(CohortError, match=r"no patient 'A-3'.*Did you mean 'A-[12]'"):
        cohort.case("A-3")
    with pytest.raises(CohortError, match="Check the id"):
        cohort.case("zzz")


def test_select(cohort: Cohort) -> None:
    part = cohort.select(["A-2", "A-1"])
    assert [case.id for case in part.cases] == ["A-1", "A-2"]
    assert [p.code for p in part.problems] == ["no-table"]
    assert len(part) == 2
    with pytest.raises(CohortError, match="'C-1'"):
        cohort.select(["A-1", "C-1"])


def test_table(cohort: Cohort) -> None:
    table = cohort.table()
    assert list(table.columns) == [
        "id",
        "center",
        "age",
        "m_stage",
        "weight",
        "relapse",
        "rfs_days",
        "hpv",
        "has_ct",
        "has_pet",
        "has_ct_planning",
        "has_dose",
        "has_mask",
    ]
    assert table["id"].tolist() == ["A-1", "A-2", "B-1"]
    assert table["has_ct"].tolist() == table["has_mask"].tolist() == [True, False, False]
    assert table["weight"].isna().tolist() == [False, True, True]
    assert len(cohort.select([]).table()) == 0


def test_file_hashes_are_of_the_bytes_of_each_image_and_mask(cohort: Cohort) -> None:
    hashes = cohort.file_hashes()
    assert sorted(hashes) == [case.id for case in cohort.cases]
    for case in cohort.cases:
        files = {**case.images, **({"mask": case.mask} if case.mask else {})}
        assert hashes[case.id] == {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}


def test_content_hash_follows_content_and_not_place(cohort: Cohort, tmp_path: Path) -> None:
    before = cohort.content_hash()
    copy = tmp_path / "elsewhere" / "b.nii.gz"
    copy.parent.mkdir()
    copy.write_bytes(b"content")
    first = cohort.cases[0]
    moved = Case("A-1", "A", {"ct": copy}, copy, dict(first.clinical), True, 300.0, False)
    elsewhere = Cohort(copy.parent, (moved, *cohort.cases[1:]), "nnunet")
    assert elsewhere.content_hash() == before
    copy.write_bytes(b"CONTENT!")
    assert elsewhere.content_hash() != before
    aged = Case("A-1", "A", dict(first.images), first.mask, {"age": 61, "weight": 80.5}, True, 300.0, False)
    assert Cohort(tmp_path, (aged, *cohort.cases[1:]), "flat").content_hash() != before
    assert cohort.select(["A-1"]).content_hash() != before
