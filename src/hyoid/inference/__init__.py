"""Inference: sliding window, classifiers, ensembles, the way back to the CT's grid."""

from hyoid.inference.case import Prediction, is_predicted, predict_framed, write_prediction
from hyoid.inference.hpv import HpvLogits, HpvPredictor, join_answers
from hyoid.inference.predict import Predictors, Segmenter

__all__ = [
    "HpvLogits",
    "HpvPredictor",
    "Prediction",
    "Predictors",
    "Segmenter",
    "is_predicted",
    "join_answers",
    "predict_framed",
    "write_prediction",
]
