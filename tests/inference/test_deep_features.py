"""Deep features of one network: equal to the network's own, and what its head and its estimator read."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from pydantic import TypeAdapter
from safetensors.torch import load_file, save_file

from hyoid import api
from hyoid.bundle import Bundle, load_bundle, write_bundle
from hyoid.cohort import Cohort, read_cohort
from hyoid.cohort.encoders import FittedEncoder
from hyoid.errors import BundleError, CohortError
from hyoid.estimators import FittedSurvival
from hyoid.files import read_json, sha256_of_file, write_json
from hyoid.imaging import read_volume
from hyoid.inference.deep_features import DeepNetwork
from hyoid.networks.batch import Batch
from hyoid.recipe import Recipe, load_recipe, parse_recipe
from hyoid.survival import FittedBaseline
from support.hpv import ball_hpv_cohort, image_network, records
from support.recipes import small_recipe
from support.rfs import TABLE, ball_outcome_cohort, fused_network, outcome_records, write_table


def record_risk_network(folds: int = 2) -> Recipe:
    """A survival network of the record alone, without an estimator after it."""
    raw = fused_network(epochs=3, folds=folds).model_dump(mode="json")
    raw |= {"preprocess": None, "variants": {}, "stages": raw["stages"][:1]}
    raw["inputs"]["images"] = []
    raw["stages"][0]["network"]["encoder"] = None
    raw["stages"][0]["training"]["augment"] = []
    return parse_recipe(raw, "record-risk")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("deep")


@pytest.fixture(scope="module")
def table(root: Path) -> Cohort:
    return read_cohort(write_table(root / "table" / TABLE, outcome_records(36)))


@pytest.fixture(scope="module")
def record_run(root: Path, table: Cohort) -> Path:
    return api.train(table, record_risk_network(), root / "record", device="cpu").run.folder


@pytest.fixture(scope="module")
def balls(root: Path) -> Cohort:
    return read_cohort(ball_outcome_cohort(root / "balls", outcome_records(12)))


@pytest.fixture(scope="module")
def fused_run(root: Path, balls: Cohort) -> Path:
    return api.train(balls, fused_network(), root / "fused", device="cpu", fold="0").run.folder


@pytest.mark.parametrize("member", [0, 1])
def test_features_are_those_of_the_network_called_by_hand(fused_run: Path, balls: Cohort, member: int) -> None:
    bundle = load_bundle(fused_run)
    found = DeepNetwork.of(bundle, fold=0, member=member, device="cpu")
    folder, recipe, case = bundle.folder / "fold-0", bundle.recipe, balls.case("BCEN-004")
    fitted = read_json(folder / "fitted.json")
    encoder = FittedEncoder.from_json(fitted["encoder"])
    network = recipe.build_network(len(encoder.names))
    network.load_state_dict(load_file(str(folder / f"selected-{member:04d}.safetensors")))
    framed = recipe.imaging.apply({name: read_volume(case.images[name]) for name in ("ct", "pet")}, ("ct", "pet"))
    batch = Batch(
        torch.from_numpy(framed.images)[None], torch.ones(1, 2), torch.from_numpy(encoder.encode([case]).values)
    )
    with torch.no_grad():
        by_hand = network.eval().features(batch)[0].double().numpy()
    features = found.features(case)
    np.testing.assert_array_equal(features.values, by_hand)
    assert features.values.shape == (8,)
    assert features.missing == ("alcohol", "treatment")


def test_the_head_reads_the_bundles_risk_from_the_features(record_run: Path, table: Cohort) -> None:
    bundle = load_bundle(record_run)
    for fold in (0, 1):
        network = DeepNetwork.of(bundle, fold, device="cpu")
        fitted = read_json(bundle.folder / f"fold-{fold}" / "fitted.json")
        baseline = FittedBaseline.model_validate(fitted["members"][0]["baseline"])
        said = read_json(record_run / f"fold-{fold}" / "prognoses.json")["report"]
        features = np.stack([network.features(table.case(i)).values for i in said])
        with torch.no_grad():
            output = network.network.heads["rfs"](torch.from_numpy(features).float())
        risk = baseline.standardised(output.risk.numpy())
        np.testing.assert_allclose(risk, [one["risk"] for one in said.values()], rtol=1e-4, atol=1e-5)


def test_the_estimator_reads_the_bundles_risk_from_each_members_own_features(fused_run: Path, balls: Cohort) -> None:
    bundle = load_bundle(fused_run)
    members = read_json(bundle.folder / "fold-0" / "fitted.json")["members"]
    said = read_json(fused_run / "fold-0" / "prognoses.json")["report"]
    risks, swapped = [], []
    tables = []
    for k in range(len(members)):
        network = DeepNetwork.of(bundle, 0, k, "cpu")
        tables.append(np.stack([network.features(balls.case(i)).values for i in said]))
    assert len(tables) == 2
    assert not np.allclose(tables[0], tables[1])
    for member, own, other in zip(members, tables, tables[::-1], strict=True):
        estimator = TypeAdapter(FittedSurvival).validate_python(member["estimator"])
        baseline = FittedBaseline.model_validate(member["baseline"])
        risks.append(baseline.standardised(estimator.risk(own)))
        swapped.append(baseline.standardised(estimator.risk(other)))
    expected = [one["risk"] for one in said.values()]
    np.testing.assert_allclose(np.mean(risks, axis=0), expected, rtol=1e-6, atol=1e-9)
    assert not np.allclose(np.mean(swapped, axis=0), expected, rtol=1e-2)


def test_provenance_names_bundle_recipe_fold_weights_and_layer_of_each_column(fused_run: Path) -> None:
    bundle = load_bundle(fused_run)
    network = DeepNetwork.of(bundle, 0, 1, "cpu")
    columns = network.provenance(8)
    assert list(columns) == [f"deep_{k:04d}" for k in range(8)]
    last = columns["deep_0007"]
    assert last["definition"] == "component 7 of 8 of the fused vector that the network's head reads"
    assert last["manifest_hash"] == sha256_of_file(bundle.folder / "manifest.json")
    assert last["weights_hash"] == sha256_of_file(bundle.folder / "fold-0" / "selected-0001.safetensors")
    assert (last["recipe"], last["recipe_hash"]) == ("glasgow-rfs", bundle.recipe.hash)
    assert (last["fold"], last["weights"], last["layer"]) == ("fold-0", "selected-0001.safetensors", "fusion")
    assert last["inputs"][:3] == ["ct", "pet", "age"]


@pytest.mark.parametrize(
    ("fold", "member", "message"),
    [
        (1, 0, "Found fold 1; expected one of fold-0. Choose"),
        (-1, 0, "Found fold -1"),
        (0, None, r"2 networks in fold-0.*0 \(selected-0000.safetensors\) to 1 \(selected-0001.safetensors\)"),
        (0, 2, "member 2 of fold-0; expected 0 to 1"),
        (0, -1, "member -1 of fold-0"),
    ],
)
def test_a_network_that_is_not_there_or_not_chosen_is_refused(
    fused_run: Path, fold: int, member: int | None, message: str
) -> None:
    with pytest.raises(BundleError, match=message):
        DeepNetwork.of(load_bundle(fused_run), fold, member, "cpu")


def _untrained(folder: Path, recipe: Recipe, fitted: dict[str, object]) -> Bundle:
    """A bundle as far as its networks go."""
    fold = folder / "fold-0"
    write_json(fold / "fitted.json", fitted)
    if recipe.has_network:
        state = {name: value.contiguous() for name, value in recipe.build_network(1).state_dict().items()}
        save_file(state, fold / "weights.safetensors")
    return write_bundle(folder / "bundle", recipe, {"fold-0": fold}, {"cases": 0, "centers": []}, {"metrics": {}})


def test_what_has_no_fused_vector_is_refused(tmp_path: Path) -> None:
    segmentation = _untrained(tmp_path / "segmentation", small_recipe(), {"trained_without": {}})
    with pytest.raises(BundleError, match="baseline-unet, a network that answers voxel by voxel"):
        DeepNetwork.of(segmentation, device="cpu")
    fitted = {"encoder": None, "members": [{"weights": None}]}
    estimator = _untrained(tmp_path / "estimator", load_recipe("rfs-lesions:clinical"), fitted)
    with pytest.raises(BundleError, match="an estimator without a network"):
        DeepNetwork.of(estimator, device="cpu")


def test_inputs_that_another_recipe_infers_are_refused(tmp_path: Path) -> None:
    recipe = fused_network("inputs.mask={train: expert, predict: predicted}")
    fitted = {"encoder": None, "members": [{"weights": "weights.safetensors"}]}
    with pytest.raises(BundleError, match="glasgow-rfs, which reads what another recipe infers"):
        DeepNetwork.of(_untrained(tmp_path, recipe, fitted), device="cpu")


def test_an_image_may_be_missing_where_this_very_network_was_trained_without_it(root: Path) -> None:
    """One patient has no PET: the fold that trained on them can do without, the fold that reports them cannot."""
    cohort = read_cohort(ball_hpv_cohort(root / "gap", records(12), without_pet=["BCEN-003"]))
    run = api.train(cohort, image_network("inputs.missing=fill"), root / "filling", device="cpu").run.folder
    bundle, case = load_bundle(run), cohort.case("BCEN-003")
    assert bundle.trained_without()["pet"] == 0  # of the ensemble
    counts = [
        read_json(bundle.folder / fold / "fitted.json")["trained_without"]["pet"] for fold in ("fold-0", "fold-1")
    ]
    assert sorted(counts) == [0, 1]
    knows, never = counts.index(1), counts.index(0)
    features = DeepNetwork.of(bundle, knows, device="cpu").features(case)
    assert np.isfinite(features.values).all()
    assert "pet" in features.missing
    with pytest.raises(CohortError, match="an image that all training cases of baseline-hpv-resnet18 had"):
        DeepNetwork.of(bundle, never, device="cpu").features(case)


def test_altered_weights_are_refused(fused_run: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(fused_run / "bundle", tmp_path / "bundle")
    other = copy / "fold-0" / "selected-0001.safetensors"
    shutil.copyfile(other, copy / "fold-0" / "selected-0000.safetensors")
    with pytest.raises(BundleError, match=r"not what its manifest says: fold-0/selected-0000\.safetensors"):
        api.deep_features(tmp_path, copy, member=0)
