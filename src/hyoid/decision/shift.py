"""A corrected prior as a record: from what, to what, how it was found, and what it cannot mend."""

from __future__ import annotations

from typing import Literal, Self

from numpy.typing import ArrayLike
from pydantic import Field

from hyoid.decision.prevalence import PREVALENCE_BOUNDS
from hyoid.decision.prior import correct_prior, prior_offset
from hyoid.metrics import Floats
from hyoid.settings import Settings

PriorMethod = Literal["given", "em", "black_box"]

_METHODS = {
    "given": "which was given",
    "em": "estimated from {cases} cases by expectation maximisation on their probabilities",
    "black_box": "estimated from how many of {cases} cases are called positive",
}

_LIMIT = (
    "Hospitals also differ in how images of the same HPV status look, p(x|y), in scanners and patients; no correction "
    "of the prior can mend that."
)


class PriorShift(Settings):
    """A correction of the prior that was made.

    Parameters
    ----------
    from_prior, to_prior
        Share of positives before and after.
    method
        `given`, or estimated by `em` or `black_box`.
    cases
        Number of cases that the estimate is made of; 0 where it was given.
    sentences
        What was done, and what it cannot mend; to be printed with the predictions.
    """

    from_prior: float = Field(gt=0, lt=1)
    to_prior: float = Field(gt=0, lt=1)
    method: PriorMethod
    cases: int = Field(0, ge=0)
    sentences: tuple[str, ...] = ()

    @classmethod
    def of(cls, from_prior: float, to_prior: float, method: PriorMethod = "given", cases: int = 0) -> Self:
        """Describe a correction.

        Raises
        ------
        HyoidError
            If a prior is not strictly between 0 and 1.
        """
        prior_offset(from_prior, to_prior)
        done = (
            f"Probabilities were corrected from a share of {from_prior:.1%} HPV-positive to one of {to_prior:.1%}, "
            f"{_METHODS[method].format(cases=cases)}."
        )
        at_bound = method != "given" and to_prior in PREVALENCE_BOUNDS
        held = ("The estimate lies at its bound: it is hardly to be believed.",) if at_bound else ()
        return cls(
            from_prior=from_prior, to_prior=to_prior, method=method, cases=cases, sentences=(done, *held, _LIMIT)
        )

    @property
    def offset(self) -> float:
        """What is added to every logit; a threshold that moves with the prior moves by it too."""
        return prior_offset(self.from_prior, self.to_prior)

    def apply(self, logits: ArrayLike) -> Floats:
        """Return the corrected logits (n,)."""
        return correct_prior(logits, self.from_prior, self.to_prior)
