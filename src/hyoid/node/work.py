"""One study from received instances to DICOM objects: import, predict, write."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from hyoid.dicom.cohort import ImportResult, import_dicom
from hyoid.errors import HyoidError

RECEIVED, COHORT, PREDICTED, RESULTS = "received", "cohort", "predicted", "results"
"""Folders of a study."""

STEPS = ("import", "predict", "results")

_MAX_REASONS = 10

_T = TypeVar("_T")


class StepError(HyoidError):
    """A step that failed, with the sentence that says why; it may name the patient."""

    def __init__(self, step: str, sentence: str) -> None:
        super().__init__(sentence)
        self.step = step


Make = Callable[[Path, Callable[[str], None]], list[Path]]
"""From a study's folder to the files of its results; is told a function to say steps to."""


def make_results(bundles: Sequence[Path], device: str) -> Make:
    """Return what makes a study's results with these bundles.

    What it returns raises StepError where a step fails. What an earlier call made is removed first: it was made of
    fewer instances.
    """

    def make(folder: Path, said: Callable[[str], None]) -> list[Path]:
        for name in (COHORT, PREDICTED, RESULTS):
            shutil.rmtree(folder / name, ignore_errors=True)
        said("importing")
        cases = _step("import", _import, folder)
        said(f"predicting {len(cases)} cases")
        _step("predict", _predict, folder, bundles, device)
        said("writing results")
        return _step("results", _write, folder)

    return make


def _step(name: str, work: Callable[..., _T], *arguments: object) -> _T:
    try:
        return work(*arguments)
    except StepError:
        raise
    except HyoidError as error:
        raise StepError(name, str(error)) from error
    except MemoryError as error:
        raise StepError(name, "Found a study that no memory holds; use a larger machine.") from error
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        raise StepError(name, f"{error.strerror or error}{where}.") from error
    except Exception as error:
        raise StepError(name, f"{type(error).__name__}: {error}. Please report this fault.") from error


def _import(folder: Path) -> list[str]:
    """Import the study; return its cases."""
    result = import_dicom(folder / RECEIVED, folder / COHORT)
    errors = [sentence for case in result.cases for sentence in case.errors]
    if errors:  # half a study would get an answer that nobody expects
        raise StepError("import", " ".join(errors))
    cases = [case.case for case in result.cases if case.case]
    if not cases:
        raise StepError("import", _nothing(result))
    return cases


def _nothing(result: ImportResult) -> str:
    reasons = [
        f"{verdict.series.title}: {verdict.reason}"
        for case in result.cases
        for verdict in case.plan.verdicts
        if not verdict.use
    ]
    told = [*reasons, *result.survey.damaged][:_MAX_REASONS]
    return (
        f"Found no PET or CT that can be imported in {result.survey.files} files; expected an attenuation-corrected "
        f"PET, a CT, or both, as axial series. {'; '.join(told)}"
    ).strip()


def _predict(folder: Path, bundles: Sequence[Path], device: str) -> None:
    from hyoid.api import predict

    result = predict(list(bundles), folder / PREDICTED, cohort=folder / COHORT, device=device)
    if result.failed:
        raise StepError("predict", " ".join(f"{case}: {reason}" for case, reason in result.failed.items()))


def _write(folder: Path) -> list[Path]:
    from hyoid.api import dicom_results

    made = dicom_results(folder / COHORT, folder / PREDICTED, sources=[folder / RECEIVED], out=folder / RESULTS)
    if made.failed:
        raise StepError("results", " ".join(f"{case}: {reason}" for case, reason in made.failed.items()))
    return [path for files in made.written.values() for path in files.values()]
