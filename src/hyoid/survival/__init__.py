"""Survival analysis on arrays: curves, baselines, fitted models. NumPy only; a higher risk is worse, times in days."""
