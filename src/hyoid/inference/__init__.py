"""Inference: sliding window, folds averaged, the way back to the CT's grid."""

from hyoid.inference.case import Prediction, is_predicted, predict_framed, write_prediction
from hyoid.inference.predict import Predictor

__all__ = ["Prediction", "Predictor", "is_predicted", "predict_framed", "write_prediction"]
