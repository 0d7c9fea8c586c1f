"""The verbs of the command line as functions, with typed results. Import what you need from `hyoid` itself.

Each verb is imported when it is first asked for: a prediction need not wait for what only training needs.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hyoid.api.description import DescribeResult, describe
    from hyoid.api.dicom_objects import DicomResults, dicom_results
    from hyoid.api.features import DeepFeatureTable, deep_features
    from hyoid.api.prediction import PredictResult, predict
    from hyoid.api.training import TrainResult, preprocess, train

__all__ = [
    "DeepFeatureTable",
    "DescribeResult",
    "DicomResults",
    "PredictResult",
    "TrainResult",
    "deep_features",
    "describe",
    "dicom_results",
    "predict",
    "preprocess",
    "train",
]

_MODULES = {
    "DeepFeatureTable": "hyoid.api.features",
    "DescribeResult": "hyoid.api.description",
    "DicomResults": "hyoid.api.dicom_objects",
    "PredictResult": "hyoid.api.prediction",
    "TrainResult": "hyoid.api.training",
    "deep_features": "hyoid.api.features",
    "describe": "hyoid.api.description",
    "dicom_results": "hyoid.api.dicom_objects",
    "predict": "hyoid.api.prediction",
    "preprocess": "hyoid.api.training",
    "train": "hyoid.api.training",
}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(import_module(_MODULES[name]), name)
    raise AttributeError(f"module 'hyoid.api' has no attribute '{name}'")
