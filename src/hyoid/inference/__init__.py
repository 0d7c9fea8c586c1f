"""Inference: sliding window, classifiers, survival models, ensembles, the way back to the CT's grid."""

from hyoid.inference.case import Prediction, is_predicted, predict_framed, write_prediction
from hyoid.inference.hpv import HpvLogits, HpvPredictor, join_answers
from hyoid.inference.predict import Predictors
from hyoid.inference.rfs import RfsPredictor, join_prognoses
from hyoid.inference.segmenter import Segmenter

__all__ = [
    "HpvLogits",
    "HpvPredictor",
    "Prediction",
    "Predictors",
    "RfsPredictor",
    "Segmenter",
    "is_predicted",
    "join_answers",
    "join_prognoses",
    "predict_framed",
    "write_prediction",
]
