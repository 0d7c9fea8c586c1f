"""New patients of a model that reads masks and an HPV status: each fold infers them by the models nested in it."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hyoid import api
from hyoid.bundle import Bundle, load_bundle
from hyoid.cohort import Cohort
from hyoid.errors import BundleError, CohortError
from hyoid.files import read_json
from hyoid.imaging import read_volume, resample_labels
from hyoid.inference.mask_channels import with_mask_channels
from hyoid.inference.new_patient import NewPatient, volumes_ml
from hyoid.inference.rfs import RfsPredictor
from hyoid.inference.upstream import Upstreams
from support.masks import WITHOUT_MASK, mask_balls, mask_folds, mask_network

NAMES = ("baseline-segresnet", "hpv-logistic")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("new")


@pytest.fixture(scope="module")
def cohort(root: Path) -> Cohort:
    return mask_balls(root / "balls")


@pytest.fixture(scope="module")
def split(root: Path, cohort: Cohort) -> str:
    return mask_folds(cohort, root / "folds.json")


@pytest.fixture(scope="module")
def run(root: Path, cohort: Cohort, split: str) -> Path:
    """Fold 0 alone, on predicted masks and an inferred status; a missing mask would be filled."""
    recipe = mask_network(split, "inputs.missing=fill")
    return api.train(cohort, recipe, root / "run", fold="0", device="cpu").run.folder


@pytest.fixture(scope="module")
def predictor(run: Path) -> RfsPredictor:
    return RfsPredictor(load_bundle(run), "cpu")


@pytest.fixture(scope="module")
def expert(root: Path, cohort: Cohort, split: str) -> Bundle:
    """Fold 0 on experts' masks and recorded statuses; one training patient has no mask."""
    recipe = mask_network(split, "inputs.missing=fill", variant="expert")
    return api.train(cohort, recipe, root / "expert", fold="0", device="cpu").bundle


def reported(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = read_json(run / "fold-0" / "prognoses.json")["report"]
    return found


def test_a_bundle_says_of_a_patient_what_the_run_said_of_them(
    run: Path, predictor: RfsPredictor, cohort: Cohort
) -> None:
    decided = read_json(run / "fold-0" / "inferred.json")["hpv"]["ensemble"]
    for case_id, said in list(reported(run).items())[:3]:
        answer = predictor.answer(cohort.case(case_id))
        assert answer["folds_risk"] == {"fold-0": said["risk"]}
        assert answer["inferred"]["fold-0"]["hpv"] == decided[case_id]
        labels, _ = predictor.upstreams["fold-0"].label_map(cohort.case(case_id))
        assert {key: answer["inferred"]["fold-0"][key] for key in ("gtvp_ml", "gtvn_ml")} == volumes_ml(labels)
        assert answer["missing"] == ["treatment"]
        assert f"HPV-{'positive' if cohort.case(case_id).hpv else 'negative'} on record was not used" in " ".join(
            answer["notes"]
        )


def test_whoever_has_neither_mask_nor_status_is_answered_and_nothing_is_missing(
    run: Path, predictor: RfsPredictor, cohort: Cohort
) -> None:
    case_id, said = next(iter(reported(run).items()))
    answer = predictor.answer(replace(cohort.case(case_id), mask=None, hpv=None))
    assert answer["folds_risk"] == {"fold-0": said["risk"]}
    assert answer["missing"] == ["treatment"]


def test_a_mask_given_by_hand_takes_the_place_of_the_predicted_one(predictor: RfsPredictor, cohort: Cohort) -> None:
    case = cohort.case("ACEN-000")
    upstreams = predictor.upstreams["fold-0"]
    patient = NewPatient(case, predictor.bundle, mask_given=True)
    given = patient.given(upstreams)
    assert any("label map that was given is used" in note for note in patient.notes)
    labels = read_volume(case.mask)
    base = patient.patient.read(0)
    by_hand = with_mask_channels(
        base, resample_labels(labels, patient.patient.grid).array, predictor.recipe.crop_voxels
    )
    for one, other in zip(given.read(0), by_hand, strict=True):
        np.testing.assert_array_equal(one, other)
    assert given.inferred["gtvp_ml"] == volumes_ml(labels)["gtvp_ml"]
    assert predictor.answer(case, mask_given=True)["risk"] != predictor.answer(case)["risk"]


def test_the_first_inner_fold_alone_decides_by_its_own_log_odds(run: Path, cohort: Cohort) -> None:
    models = Upstreams(run / "fold-0", "cpu")
    classifier = models._classifier
    for case in cohort.cases[:6]:
        found = classifier.logits(case)
        middle = classifier.classifiers["fold-0"].fitted["decision"]["middle"]
        logit = classifier.calibrator.apply([found.folds["fold-0"] - middle])[0]
        assert models.hpv(case, "single_fold")[0] == bool(logit >= classifier.threshold.logit)
        assert models.hpv(case, "ensemble")[0] == classifier.answer(found)["decision"]


class _Failing:
    """Upstream models that a case is not good enough for."""

    @property
    def segmenter(self) -> None:
        raise CohortError("no PET to segment")

    def hpv(self, *_: object) -> None:
        raise CohortError("no record to classify")


def test_a_mask_that_cannot_be_predicted_is_refused_where_no_training_case_lacked_one(
    predictor: RfsPredictor, cohort: Cohort
) -> None:
    patient = NewPatient(cohort.case("ACEN-000"), predictor.bundle)
    with pytest.raises(CohortError, match=r"case ACEN-000 without a mask: no PET to segment; expected one"):
        patient.given(_Failing())


def test_a_status_that_cannot_be_inferred_is_missing_and_told(predictor: RfsPredictor, cohort: Cohort) -> None:
    patient = NewPatient(cohort.case("ACEN-000"), predictor.bundle, mask_given=True)
    given = patient.given(_Failing())
    assert given.case.hpv is None
    assert given.missing == ("treatment", "hpv")
    assert given.notes == ("HPV status was not inferred: no record to classify",)


def test_an_experts_model_takes_the_cases_own_mask_or_one_beside_it_or_none_if_it_learnt_to(
    expert: Bundle, cohort: Cohort
) -> None:
    assert expert.trained_without()["mask"] == 1  # the patient whom fold 0 learns from
    predictor = RfsPredictor(expert, "cpu")
    case = cohort.case("ACEN-000")
    own = predictor.answer(case)
    assert "inferred" not in own
    assert own["missing"] == ["treatment"]
    labels = read_volume(case.mask)
    beside = predictor.answer(replace(case, mask=None), labels)
    assert beside["risk"] == own["risk"]
    assert any("The mask is a predicted one" in note for note in beside["notes"])
    without = predictor.answer(replace(case, mask=None))
    assert without["missing"] == ["treatment", "mask"]
    assert without["risk"] != own["risk"]
    assert any(note == "No mask: none was given." for note in without["notes"])
    patient = NewPatient(cohort.case(WITHOUT_MASK), expert)
    assert patient.given(predictor.upstreams["fold-0"]).read(0)[1].tolist() == [True, True, False, False]


def test_the_nested_bundles_are_verified_with_the_outer_one(run: Path, tmp_path: Path) -> None:
    bundle = load_bundle(run)
    nested = [bundle.folder / "fold-0" / "upstream" / name for name in NAMES]
    for folder in nested:
        assert load_bundle(folder).folds == ("fold-0", "fold-1")
        assert f"fold-0/upstream/{folder.name}/manifest.json" in bundle.manifest["files"]
        assert "Not evaluated: it serves another recipe" in (folder / "card.md").read_text()
    for name in ("fold-1/fitted.json", "manifest.json"):
        copy = shutil.copytree(bundle.folder, tmp_path / name.replace("/", "-"))
        path = copy / "fold-0" / "upstream" / NAMES[1] / name
        path.write_text(json.dumps(read_json(path) | {"altered": 1}))
        with pytest.raises(BundleError, match=f"not what its manifest says: fold-0/upstream/{NAMES[1]}/{name}"):
            load_bundle(copy)


def test_a_cohort_and_a_single_study_are_predicted_by_the_verb(run: Path, cohort: Cohort, tmp_path: Path) -> None:
    case = cohort.case("ACEN-000")
    table = api.predict([run], tmp_path / "all", cohort=cohort.root, device="cpu")
    assert not table.failed
    (risk,) = (one["rfs"]["risk"] for one in table.cases if one["id"] == case.id)
    images = {name: case.images[name] for name in ("ct", "pet")}
    record = tmp_path / "record.json"
    record.write_text(json.dumps({"Age": case.clinical["age"], "Gender": case.clinical["gender"]}))
    one = api.predict([run], tmp_path / "one", **images, clinical=record, mask=case.mask, device="cpu")
    (answer,) = one.cases
    assert any("label map that was given is used" in note for note in answer["rfs"]["notes"])
    assert answer["rfs"]["risk"] != risk
