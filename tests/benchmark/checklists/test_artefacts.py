from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from hyoid.benchmark.checklists import artefacts
from hyoid.benchmark.checklists.known import Known
from hyoid.files import read_json, write_json
from hyoid.version import __version__
from support.checklists import KnownOf


def test_versions_are_those_that_the_bundles_recorded(known: Known, tmp_path: Path) -> None:
    assert artefacts.software(known).startswith(f"Trained with hyoid {__version__}, python ")
    assert f"numpy {version('numpy')}" in artefacts.software(known)
    old = read_json(known.runs[0].folder / "bundle" / "manifest.json")
    write_json(tmp_path / "run" / "bundle" / "manifest.json", old | {"versions": {"hyoid": "0.0.1"}})
    both = (known.runs[0], replace(known.runs[1], folder=tmp_path / "run"))
    assert f"hyoid {__version__} and 0.0.1," in artefacts.software(replace(known, runs=both))


def test_without_bundles_neither_versions_nor_models_are_claimed(known: Known, tmp_path: Path) -> None:
    bare = replace(known, runs=(replace(known.runs[0], folder=tmp_path),))
    assert artefacts.software(bare) is None
    assert artefacts.specification(bare) is None
    assert "Each of 1 run keeps" in artefacts.code(bare)


def test_the_models_are_where_it_is_said(known: Known) -> None:
    words = artefacts.specification(known)
    for run in known.runs:
        assert run.folder.name in words
        assert (run.folder / "bundle" / "manifest.json").is_file()
        assert (run.folder / "recipe.yaml").is_file()
        assert (run.folder / "splits.json").is_file()


def test_external_patients_update_no_model_but_a_transductive_harmonisation(known: Known, known_of: KnownOf) -> None:
    assert artefacts.updating(known).endswith("for external patients.")
    assert artefacts.updating(replace(known, external=None)) is None
    adapting = replace(known, recipes=known_of("rfs-lesions:combat_transductive", "rfs-lesions").recipes)
    assert "; rfs-lesions:combat_transductive fit the harmonisation" in artefacts.updating(adapting)
