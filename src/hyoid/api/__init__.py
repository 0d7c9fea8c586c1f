"""The verbs of the command line as functions, with typed results. Import what you need from `hyoid` itself."""

from hyoid.api.prediction import PredictResult, predict
from hyoid.api.training import TrainResult, preprocess, train

__all__ = ["PredictResult", "TrainResult", "predict", "preprocess", "train"]
