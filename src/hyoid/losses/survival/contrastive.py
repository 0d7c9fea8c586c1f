"""Contrastive loss on features: patients of similar times near each other, of different times apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from pydantic import Field

from hyoid.errors import HyoidError
from hyoid.losses.precision import in_single
from hyoid.losses.survival.outcomes import check_outcomes, outcomes_of_known, zero_of
from hyoid.losses.survival.output import SurvivalOutput
from hyoid.settings import Settings

if TYPE_CHECKING:
    import torch

Pairs = Literal["comparable", "published"]

_NO_DIRECTION = 1e-6
"""Length of a feature vector below which it has no direction: it is normalised to zero and has no gradient."""


class Contrastive(Settings):
    """Mean distance of similar pairs plus mean hinge of dissimilar pairs: `contrastive_loss`."""

    name: Literal["contrastive"] = "contrastive"
    margin: float = Field(1.0, gt=0, allow_inf_nan=False)
    normalise: bool = True
    pairs: Pairs = "comparable"

    def __call__(self, output: SurvivalOutput, values: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
        """Return the scalar loss over the known: values (B, 2) of days and event, known (B,) of bool."""
        days, event = outcomes_of_known(values, known)
        return contrastive_loss(output.features[known], days, event, self.margin, self.normalise, self.pairs)


def contrastive_loss(
    features: torch.Tensor,
    days: torch.Tensor,
    event: torch.Tensor,
    margin: float = 1.0,
    normalise: bool = True,
    pairs: Pairs = "comparable",
) -> torch.Tensor:
    """Return mean(distance) over the similar plus mean(max(0, margin - distance)) over the dissimilar pairs.

    Equation 4 of Zhao and Ray's paper, which leaves the sets of pairs open. They are:

    - similar: both have the event, and their times differ by less than the median difference;
    - dissimilar, "comparable": their times differ by more than the 75th percentile, and the earlier has the event; the
      other's time, even if censored, is then a lower bound of the true one, so the true difference is that or more;
    - dissimilar, "published", as in the official baseline of HECKTOR 2025: their times differ by more than the 75th
      percentile, whether they are events or ends of follow-up.

    Median and percentile are those of the differences of all pairs of different patients; "published" takes the lower
    median, and counts every pair twice and every patient's zero difference to itself.

    Parameters
    ----------
    features
        (n, f).
    days
        (n,) days to the event or to the end of follow-up.
    event
        (n,) of bool.
    margin
        Euclidean distance from which a dissimilar pair costs nothing, above 0.
    normalise
        Whether feature vectors are brought to length 1 first; distances then lie in 0 to 2.
    pairs
        How the sets are defined.

    Returns
    -------
    torch.Tensor
        Scalar, in single precision at the least. A set without pairs adds zero; with neither the gradient is zero.

    Raises
    ------
    HyoidError
        If shapes do not fit, a time is no time, the margin is not above 0, or the pairs are neither of the two.
    """
    if features.ndim != 2:
        raise HyoidError.of(f"features of shape {tuple(features.shape)}", "(n, f)", "Flatten all axes but the first.")
    check_outcomes(days, event, len(features))
    if not margin > 0:
        raise HyoidError.of(f"a margin of {margin:g}", "a number above 0", "Leave the contrastive loss out instead.")
    features = in_single(features)
    if normalise:
        features = _normalised(features)
    loss = zero_of(features)
    similar, dissimilar = pair_sets(days, event, pairs)
    if len(similar):
        loss = loss + _distances(features, similar).mean()
    if len(dissimilar):
        loss = loss + (margin - _distances(features, dissimilar)).clamp(min=0).mean()
    return loss


def pair_sets(days: torch.Tensor, event: torch.Tensor, pairs: Pairs) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the similar and the dissimilar pairs of n patients, (k, 2) indices i < j each: see `contrastive_loss`."""
    import torch

    if pairs not in get_args(Pairs):
        raise HyoidError.of(f"pairs '{pairs}'", " or ".join(get_args(Pairs)), "Name one of them.")
    first, second = torch.triu_indices(len(days), len(days), offset=1, device=days.device)
    if not len(first):
        nobody = torch.stack([first, second], dim=1)
        return nobody, nobody
    days = days.double()
    difference = (days[first] - days[second]).abs()
    if pairs == "published":
        matrix = (days[:, None] - days[None]).abs().flatten()
        near, far = matrix.median(), matrix.quantile(0.75)
        known_apart = torch.ones_like(event[first])
    else:
        near, far = difference.quantile(0.5), difference.quantile(0.75)
        known_apart = torch.where(days[first] < days[second], event[first], event[second])
    similar = event[first] & event[second] & (difference < near)
    dissimilar = known_apart & (difference > far)
    both = torch.stack([first, second], dim=1)
    return both[similar], both[dissimilar]


def _normalised(features: torch.Tensor) -> torch.Tensor:
    import torch

    length: torch.Tensor = torch.linalg.vector_norm(features, dim=1, keepdim=True)
    return features / length.masked_fill(length <= _NO_DIRECTION, torch.inf)


def _distances(features: torch.Tensor, pairs: torch.Tensor) -> torch.Tensor:
    """Euclidean distance of each pair (k, 2); that of equal features has the gradient zero."""
    import torch

    distance: torch.Tensor = torch.linalg.vector_norm(features[pairs[:, 0]] - features[pairs[:, 1]], dim=1)
    return distance
