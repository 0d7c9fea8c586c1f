"""What is found of the cases in the background."""

import threading
from pathlib import Path

import pytest

from hyoid.app.cases.library import CaseLibrary
from hyoid.app.cases.review import Review, review_case
from hyoid.app.cases.reviews import Reviews
from hyoid.app.cases.worker import HereWorker, ProcessWorker, WorkerStoppedError
from hyoid.cohort import Case, read_cohort
from hyoid.cohort.check import check_cohort
from hyoid.files import jsonable
from hyoid.imaging import write_volume
from support.viewed import ELSEWHERE, PRIMARY, labels_of, write_cohort, write_prediction
from support.waiting import wait_until


@pytest.fixture
def library(viewed: Path) -> CaseLibrary:
    return CaseLibrary(read_cohort(viewed / "cohort"), viewed / "predictions")


class Counting(HereWorker):
    """Counts what it is asked, and fails as it is told."""

    def __init__(self, fail: type[Exception] | None = None) -> None:
        self.asked: list[str] = []
        self.fail = fail
        self.go = threading.Event()
        self.go.set()

    def review(self, case: Case, *files: object) -> Review:
        self.go.wait(30)
        self.asked.append(case.id)
        if self.fail is not None:
            raise self.fail("no memory")
        return super().review(case, *files)


def finished(library: CaseLibrary, worker: HereWorker, folder: Path | None = None) -> Reviews:
    reviews = Reviews(library, worker, folder)
    reviews.start()
    wait_until(lambda: reviews.waiting == 0)
    reviews.stop()
    return reviews


def test_the_findings_are_those_of_the_check(library: CaseLibrary) -> None:
    reviews = finished(library, HereWorker())
    expected = check_cohort(library.cohort)
    for case_id in library.ids:
        assert reviews.findings(case_id) == [finding for finding in expected if finding.case == case_id]
    broken = {finding.code for finding in reviews.findings("MDA-004")}
    assert "truncated-file" in broken


def test_findings_of_tables_are_there_at_once(library: CaseLibrary) -> None:
    reviews = Reviews(library, HereWorker())
    assert {finding.code for finding in reviews.findings("MDA-003")} == {"id-without-images"}
    assert reviews.of("MDA-001") is None
    assert reviews.waiting == 5


def test_failures_and_lesions(library: CaseLibrary) -> None:
    review = finished(library, HereWorker()).of("MDA-001")
    assert review is not None
    assert {jump.flag for jump in review.jumps} == {"missed_node", "hallucinated_node"}
    assert review.lesions == {"expert": 2, "predicted": 2}


def test_a_review_survives_its_file(library: CaseLibrary) -> None:
    case = library.case("MDA-001")
    review = review_case(case, case.images["ct"], library.layer_path("MDA-001", "predicted"))
    assert Review.from_dict(jsonable(review.to_dict())) == review


def test_reviews_are_kept_from_one_start_to_the_next(library: CaseLibrary, tmp_path: Path) -> None:
    first, second = Counting(), Counting()
    one = finished(library, first, tmp_path)
    two = finished(library, second, tmp_path)
    assert (len(first.asked), second.asked) == (5, [])
    assert [two.of(case_id) for case_id in library.ids] == [one.of(case_id) for case_id in library.ids]
    for path in tmp_path.iterdir():
        path.write_text("{", encoding="utf-8")
    third = Counting()
    finished(library, third, tmp_path)
    assert len(third.asked) == 5


def test_a_review_holds_while_the_files_do(tmp_path: Path) -> None:
    write_cohort(tmp_path)
    predictions = write_prediction(tmp_path)
    library = CaseLibrary(read_cohort(tmp_path / "cohort"), predictions)
    worker = Counting()
    reviews = Reviews(library, worker)
    reviews.start()
    wait_until(lambda: reviews.waiting == 0)
    write_volume(predictions / "MDA-001" / "MDA-001.nii.gz", labels_of((PRIMARY, 1), (ELSEWHERE, 1)))
    assert reviews.of("MDA-001") is None
    reviews.hurry("MDA-001")
    wait_until(lambda: reviews.of("MDA-001") is not None)
    reviews.stop()
    assert worker.asked.count("MDA-001") == 2


def test_who_is_looked_at_is_next(library: CaseLibrary) -> None:
    worker = Counting()
    worker.go.clear()
    reviews = Reviews(library, worker)
    reviews.start()
    reviews.hurry("MDA-005")
    worker.go.set()
    wait_until(lambda: reviews.waiting == 0)
    reviews.stop()
    assert worker.asked.index("MDA-005") <= 1


@pytest.mark.parametrize("fail", [WorkerStoppedError, KeyError])
def test_a_worker_that_fails_stops_nothing(library: CaseLibrary, fail: type[Exception]) -> None:
    reviews = finished(library, Counting(fail))
    for case_id in library.ids:
        assert reviews.of(case_id) is None
        assert (reviews.failure(case_id) or "").startswith("The check of this case")


def test_in_a_process_of_its_own(library: CaseLibrary) -> None:
    worker = ProcessWorker()
    case = library.case("MDA-002")
    try:
        found = worker.review(case, case.images["pet"], None)
        assert found == review_case(case, case.images["pet"], None)
        process = worker._process
        assert process is not None
        process.kill()
        process.join()
        with pytest.raises(WorkerStoppedError):
            worker.review(case, None, None)
        assert worker.review(case, case.images["pet"], None) == found
    finally:
        worker.close()
    with pytest.raises(WorkerStoppedError):
        worker.review(case, None, None)
