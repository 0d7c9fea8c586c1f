"""ComBat by the equations of Johnson, Li and Rabinovic (2007), number by number, with missing values left out."""

import math

import numpy as np

Table = list[list[float]]


def combat(values: np.ndarray, centers: list[str], covariates: np.ndarray, *, empirical_bayes: bool) -> np.ndarray:
    """Harmonise values (n, columns); every center must have two or more of each column."""
    names = sorted(set(centers))
    n, columns = values.shape
    standard, expected, pooled = np.full((n, columns), math.nan), np.zeros((n, columns)), np.zeros(columns)
    for g in range(columns):
        rows = [j for j in range(n) if not math.isnan(values[j, g])]
        design = [[float(centers[j] == name) for name in names] + list(covariates[j]) for j in rows]
        # the normal equations, solved
        x, y = np.array(design), np.array([values[j, g] for j in rows])
        beta = np.linalg.inv(x.T @ x) @ x.T @ y
        alpha = sum(sum(centers[j] == name for j in rows) / len(rows) * b for name, b in zip(names, beta, strict=False))
        pooled[g] = math.sqrt(sum((a - b) ** 2 for a, b in zip(y, x @ beta, strict=True)) / len(rows))
        for j in range(n):
            expected[j, g] = alpha + sum(c * b for c, b in zip(covariates[j], beta[len(names) :], strict=True))
            standard[j, g] = (values[j, g] - expected[j, g]) / pooled[g]
    found = values.copy()
    for name in names:
        own = [j for j in range(n) if centers[j] == name]
        each = [[standard[j, g] for j in own if not math.isnan(standard[j, g])] for g in range(columns)]
        for g, (shift, scale) in enumerate(zip(*_center(each, empirical_bayes), strict=True)):
            for j in own:
                found[j, g] = pooled[g] * (standard[j, g] - shift) / scale + expected[j, g]
    return found


def _center(each: Table, empirical_bayes: bool) -> tuple[list[float], list[float]]:
    """Return the shift and the scale of each column of one center."""
    shifts = [sum(z) / len(z) for z in each]
    squares = [_variance(z) for z in each]
    if not empirical_bayes:
        return shifts, [math.sqrt(square) for square in squares]
    level, tau_square = sum(shifts) / len(shifts), _variance(shifts)
    mean, variance = sum(squares) / len(squares), _variance(squares)
    shape, rate = (mean**2 + 2 * variance) / variance, (mean**3 + mean * variance) / variance
    posterior = [_alone(z, s, q, level, tau_square, shape, rate) for z, s, q in zip(each, shifts, squares, strict=True)]
    return [shift for shift, _ in posterior], [math.sqrt(square) for _, square in posterior]


def _alone(
    z: list[float], mean: float, square: float, level: float, tau_square: float, shape: float, rate: float
) -> tuple[float, float]:
    shift = mean
    for _ in range(300):
        shift = (len(z) * tau_square * mean + square * level) / (len(z) * tau_square + square)
        square = (rate + 0.5 * sum((value - shift) ** 2 for value in z)) / (len(z) / 2 + shape - 1)
    return shift, square


def _variance(values: list[float]) -> float:
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values) / (len(values) - 1)
