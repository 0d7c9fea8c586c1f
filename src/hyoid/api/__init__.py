"""The verbs of the command line as functions, with typed results. Import what you need from `hyoid` itself."""

from hyoid.api.features import DeepFeatureTable, deep_features
from hyoid.api.prediction import PredictResult, predict
from hyoid.api.training import TrainResult, preprocess, train

__all__ = ["DeepFeatureTable", "PredictResult", "TrainResult", "deep_features", "predict", "preprocess", "train"]
