import math
from collections import Counter

import numpy as np
import pytest

from hyoid.errors import CohortError
from hyoid.phantom import Patient, centers_of, draw_patient, draw_patients
from hyoid.phantom.centers import CenterSet, allocate
from hyoid.phantom.clinical import MISSING_SHARE

N = 3000


@pytest.fixture(scope="module")
def train() -> list[Patient]:
    return draw_patients(N, 0)


def _share(values: list[bool]) -> float:
    return float(np.mean(values))


def _balanced_accuracy(patients: list[Patient]) -> float:
    truth = np.array([patient.disease.hpv for patient in patients])
    called = np.array([patient.hpv_log_likelihood_ratio > 0 for patient in patients])
    return float((called[truth].mean() + (~called[~truth]).mean()) / 2)


def _c_index(risk: np.ndarray, patients: list[Patient]) -> float:
    days = np.array([patient.outcome.rfs_days for patient in patients])
    event = np.array([patient.outcome.relapse for patient in patients])
    earlier = event[:, None] & (days[:, None] < days[None, :])
    order = np.sign(risk[:, None] - risk[None, :])
    return float((earlier * (order + 1) / 2).sum() / earlier.sum())


def test_centres_come_in_their_real_shares_from_the_start() -> None:
    total = sum(center.cases for center in centers_of("train"))
    names = Counter(center.name for center, _ in allocate("train", 731))
    assert total == 731
    assert names == {center.name: center.cases for center in centers_of("train")}
    assert {center.name for center, _ in allocate("train", 60)} == set(names)


def test_identifiers_count_within_the_centre() -> None:
    names = [name for _, name in allocate("train", 40)]
    assert len(set(names)) == 40
    assert {"MDA-001", "CHUP-001", "CHUS-002"} <= set(names)


def test_a_patient_does_not_depend_on_how_many_there_are() -> None:
    assert draw_patients(12, 5)[:4] == draw_patients(4, 5)
    assert draw_patient(5, 7) == draw_patients(12, 5)[7]
    assert draw_patients(4, 5) != draw_patients(4, 6)


@pytest.mark.parametrize(("centers", "rate"), [("train", 0.20), ("train", 0.40), ("unseen", 0.20), ("unseen", 0.10)])
def test_event_rate_is_the_one_asked_for(centers: CenterSet, rate: float) -> None:
    drawn = draw_patients(N, 1, centers, event_rate=rate)
    assert _share([patient.outcome.relapse for patient in drawn]) == pytest.approx(rate, abs=0.025)


def test_hpv_prevalence_by_centre_confounds_centre_and_label(train: list[Patient]) -> None:
    by_center = {
        center.name: _share([p.disease.hpv for p in train if p.center.name == center.name])
        for center in centers_of("train")
    }
    assert by_center["MDA"] > 0.98
    assert by_center["CHUP"] == pytest.approx(21 / 58, abs=0.08)
    known = [p.disease.hpv for p in train if "hpv" not in p.missing]
    assert _share(known) == pytest.approx(530 / 588, abs=0.03)


@pytest.mark.parametrize("prevalence", [0.2, None, 0.8])
def test_prevalence_of_unseen_centres_is_honoured(prevalence: float | None) -> None:
    drawn = draw_patients(N, 0, "unseen", prevalence=prevalence)
    expected = 0.58 if prevalence is None else prevalence
    assert _share([patient.disease.hpv for patient in drawn]) == pytest.approx(expected, abs=0.025)
    assert _balanced_accuracy(drawn) >= 0.85


def test_hpv_oracle_with_the_true_prevalences(train: list[Patient]) -> None:
    assert 0.85 <= _balanced_accuracy(train) < 0.97


def test_hpv_signature_is_the_same_at_every_centre(train: list[Patient]) -> None:
    unseen = draw_patients(N, 0, "unseen")
    for status in (True, False):
        here, there = (
            np.mean([p.disease.tumour_hu for p in drawn if p.disease.hpv == status]) for drawn in (train, unseen)
        )
        assert here == pytest.approx(there, abs=1.2)


def test_usz_has_no_hpv_and_missing_cells_have_their_shares(train: list[Patient]) -> None:
    assert all("hpv" in patient.missing for patient in train if patient.center.name == "USZ")
    for name, share in {**MISSING_SHARE, "hpv": 0.24}.items():
        assert _share([name in patient.missing for patient in train]) == pytest.approx(share, abs=0.025)


def test_age_and_sex_are_the_papers(train: list[Patient]) -> None:
    ages = [patient.clinical.age_years for patient in train]
    assert np.median(ages) == pytest.approx(60, abs=1.5)
    assert min(ages) >= 21
    assert max(ages) <= 92
    assert _share([patient.clinical.male for patient in train]) == pytest.approx(0.70, abs=0.04)


def test_lesions_have_the_frequencies_and_volumes_of_the_real_cohort(train: list[Patient]) -> None:
    primaries = [patient.disease.primary for patient in train]
    found = [primary for primary in primaries if primary]
    assert _share([primary is None for primary in primaries]) == pytest.approx(0.04, abs=0.012)
    assert _share([not patient.disease.nodes for patient in train]) == pytest.approx(0.11, abs=0.02)
    assert all(patient.disease.lesions for patient in train)
    assert np.median([primary.volume_ml for primary in found]) == pytest.approx(8, abs=0.6)
    nodes = [node for patient in train for node in patient.disease.nodes]
    assert np.median([node.volume_ml for node in nodes]) == pytest.approx(4, abs=0.3)
    assert max(len(patient.disease.nodes) for patient in train) == 6
    oropharynx = _share([primary.place in ("tonsil", "tongue_base") for primary in found])
    assert oropharynx == pytest.approx(2 / 3, abs=0.04)


def test_cystic_nodes_speak_for_hpv(train: list[Patient]) -> None:
    shares = {
        status: _share([n.texture == "cystic" for p in train if p.disease.hpv == status for n in p.disease.nodes])
        for status in (True, False)
    }
    assert shares[True] > 3 * shares[False]


def test_the_true_predictor_ranks_well_and_the_record_alone_little(train: list[Patient]) -> None:
    oracle = _c_index(np.array([patient.log_hazard for patient in train]), train)
    record = _c_index(np.array([patient.record_log_hazard for patient in train]), train)
    assert 0.74 <= oracle <= 0.80
    assert 0.58 <= record <= 0.66


def test_metabolic_volume_leaves_out_the_dead_core(train: list[Patient]) -> None:
    for node in (node for patient in train[:200] for node in patient.disease.nodes):
        assert node.metabolic_ml == pytest.approx(node.volume_ml * (1 - node.core_share))
        assert (node.core_share > 0) == (node.texture != "solid")


def test_follow_up_ends_after_five_years_and_differs_by_centre(train: list[Patient]) -> None:
    follow_up = {name: [] for name in ("CHUP", "MDA")}
    for patient in train:
        assert 1 <= patient.outcome.rfs_days <= math.ceil(5 * 365.25)
        follow_up.get(patient.center.name, []).append(patient.outcome.censoring_days)
    assert np.mean(follow_up["MDA"]) > np.mean(follow_up["CHUP"])


@pytest.mark.parametrize(
    "settings",
    [
        {"patients": 0},
        {"patients": 3, "seed": -1},
        {"patients": 3, "prevalence": 0.5},
        {"patients": 3, "centers": "unseen", "prevalence": 1.5},
        {"patients": 3, "centers": "elsewhere"},
        {"patients": 3, "event_rate": 0.0},
    ],
)
def test_settings_out_of_range_are_refused(settings: dict) -> None:
    with pytest.raises(CohortError, match=r"Found .*expected"):
        draw_patients(**settings)
