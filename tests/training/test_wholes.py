"""An epoch on whole patients is a function of the seed, the fold and the epoch."""

from collections.abc import Callable

import numpy as np
import pytest

from hyoid.cohort import Case
from hyoid.recipe.sampling import Balanced, SubsampleCenters
from hyoid.recipe.training import Training
from hyoid.training.batch import TrainingBatch
from hyoid.training.patients import Patients
from hyoid.training.prefetch import prefetched
from hyoid.training.wholes import whole_batches

CASES = [
    Case(
        f"C-{i}",
        center="AB"[i % 2],
        hpv=[True, False, None, True][i % 4],
        relapse=None if i == 5 else i % 3 == 0,
        rfs_days=None if i == 5 else 100.0 * i,
    )
    for i in range(9)
]
PATIENTS = Patients(CASES, None, np.arange(18, dtype=np.float32).reshape(9, 2))


def epoch_of(training: Training, epoch: int = 0, fold: int = 0, patients: Patients = PATIENTS) -> list[TrainingBatch]:
    return list(whole_batches(patients, {"hpv": "hpv", "rfs": "rfs"}, training, fold, epoch))


def order_of(batches: list[TrainingBatch]) -> list[int]:
    return [int(value) // 2 for batch in batches for value in batch.clinical[:, 0]]


def test_each_sample_carries_its_own_record_and_label() -> None:
    for batch in epoch_of(Training(batch_size=4)):
        status, known = batch.labels["hpv"]
        cases = [CASES[int(value) // 2] for value in batch.clinical[:, 0]]
        assert known.tolist() == [case.hpv is not None for case in cases]
        assert status.tolist() == [int(case.hpv is True) for case in cases]
        outcome, followed = batch.labels["rfs"]
        assert followed.tolist() == [case.relapse is not None for case in cases]
        assert outcome.tolist() == [[case.rfs_days or 0.0, float(case.relapse is True)] for case in cases]
        assert batch.images is None
        assert batch.present.shape == (len(cases), 0)


@pytest.mark.parametrize("cases", [{"name": "every_case"}, Balanced(), SubsampleCenters(limit=1)], ids=str)
def test_an_epoch_is_drawn_again_the_same_and_no_two_are_alike(cases: object) -> None:
    training = Training.model_validate({"batch_size": 4, "cases": cases})
    first = order_of(epoch_of(training, epoch=3))
    assert first == order_of(epoch_of(training, epoch=3))
    others = [
        order_of(epoch_of(training, epoch=4)),
        order_of(epoch_of(training, epoch=3, fold=1)),
        order_of(epoch_of(training.model_copy(update={"seed": 1}), epoch=3)),
    ]
    assert first not in others


def test_every_case_is_seen_once() -> None:
    assert sorted(order_of(epoch_of(Training(batch_size=4)))) == list(range(9))


@pytest.mark.parametrize(
    ("size", "lengths"), [(4, [4, 5]), (8, [9]), (9, [9]), (3, [3, 3, 3]), (1, [1] * 9), (20, [9])]
)
def test_a_last_batch_of_one_joins_the_one_before(size: int, lengths: list[int]) -> None:
    assert [len(batch.present) for batch in epoch_of(Training(batch_size=size))] == lengths


def test_a_single_case_is_a_batch_of_its_own() -> None:
    alone = Patients(CASES[:1], None, PATIENTS.clinical[:1])
    assert [len(batch.present) for batch in epoch_of(Training(batch_size=4), patients=alone)] == [1]


def test_unknown_status_is_no_negative() -> None:
    status, known = PATIENTS.labels("hpv")
    assert known.tolist() == [case.hpv is not None for case in CASES]
    assert status.sum() == PATIENTS.positive.sum()
    assert PATIENTS.positive.sum() == sum(case.hpv is True for case in CASES)


def test_outcomes_are_those_of_the_cases_and_none_is_made_up() -> None:
    followed = [case for case in CASES if case.relapse is not None]
    observed = Patients(followed, None, None).observed
    assert observed.days.tolist() == [case.rfs_days for case in followed]
    assert observed.event.tolist() == [case.relapse for case in followed]
    with pytest.raises(TypeError, match="without an outcome"):
        _ = PATIENTS.observed


def test_sampling_balances_events_for_a_prognosis_and_status_for_a_classifier() -> None:
    assert PATIENTS.classes("rfs") == [case.relapse for case in CASES]
    assert PATIENTS.classes("hpv") == [case.hpv for case in CASES]


def test_work_comes_in_order_and_its_errors_come_through() -> None:
    def give(k: int) -> Callable[[], int]:
        return lambda: k

    assert list(prefetched([give(k) for k in range(10)])) == list(range(10))
    with pytest.raises(ZeroDivisionError):
        list(prefetched([give(1), lambda: 1 // 0]))
