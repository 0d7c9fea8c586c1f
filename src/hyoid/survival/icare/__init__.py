"""iCARE on arrays: signs of single columns by their concordance with survival, and the mean of signed z-scores.

After Rebaud et al., "Simplicity is all you need" (HECKTOR 2022). NumPy only; a higher risk is worse, times in days.
"""

from hyoid.survival.icare.concordance import concordances
from hyoid.survival.icare.draws import Draw, canonical_order, draw_columns, draw_counts
from hyoid.survival.icare.members import fit_members
from hyoid.survival.icare.pairs import Rule
from hyoid.survival.icare.pruning import Correlation, correlations, uncorrelated
from hyoid.survival.icare.ranks import varies
from hyoid.survival.icare.signed_mean import SignedMean

__all__ = [
    "Correlation",
    "Draw",
    "Rule",
    "SignedMean",
    "canonical_order",
    "concordances",
    "correlations",
    "draw_columns",
    "draw_counts",
    "fit_members",
    "uncorrelated",
    "varies",
]
