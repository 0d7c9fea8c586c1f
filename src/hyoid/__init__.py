"""hyoid: PET/CT and clinical AI in head and neck cancer. Research use only, not a medical device.

The verbs of the command line are functions here: `hyoid.train`, `hyoid.predict`, ... They are imported when first
used, so that `import hyoid` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from hyoid.version import __version__

_VERBS = {
    "check_cohort": "hyoid.cohort",
    "deep_features": "hyoid.api",
    "describe": "hyoid.api",
    "dicom_results": "hyoid.api",
    "evaluate_segmentation": "hyoid.evaluation",
    "evaluate_survival": "hyoid.evaluation",
    "feature_table": "hyoid.features",
    "import_dicom": "hyoid.dicom.cohort",
    "load_recipe": "hyoid.recipe",
    "predict": "hyoid.api",
    "preprocess": "hyoid.api",
    "read_cohort": "hyoid.cohort",
    "run_benchmark": "hyoid.benchmark",
    "run_demo": "hyoid.demo",
    "train": "hyoid.api",
    "write_cohort": "hyoid.phantom",
}

if TYPE_CHECKING:
    from hyoid.api import deep_features, describe, dicom_results, predict, preprocess, train
    from hyoid.benchmark import run_benchmark
    from hyoid.cohort import check_cohort, read_cohort
    from hyoid.demo import run_demo
    from hyoid.dicom.cohort import import_dicom
    from hyoid.evaluation import evaluate_segmentation, evaluate_survival
    from hyoid.features import feature_table
    from hyoid.phantom import write_cohort
    from hyoid.recipe import load_recipe

__all__ = [
    "__version__",
    "check_cohort",
    "deep_features",
    "describe",
    "dicom_results",
    "evaluate_segmentation",
    "evaluate_survival",
    "feature_table",
    "import_dicom",
    "load_recipe",
    "predict",
    "preprocess",
    "read_cohort",
    "run_benchmark",
    "run_demo",
    "train",
    "write_cohort",
]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    if name in _VERBS:
        return getattr(import_module(_VERBS[name]), name)
    raise AttributeError(f"module 'hyoid' has no attribute '{name}'")
