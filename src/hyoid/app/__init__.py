"""The review application: cohorts, predictions and annotations in the browser."""
