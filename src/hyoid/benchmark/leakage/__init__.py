"""The leakage detector: what of a finished run saw whom it reports."""

from hyoid.benchmark.leakage.external import find_external_leaks
from hyoid.benchmark.leakage.find import find_leaks
from hyoid.benchmark.leakage.leak import KINDS, Leak
from hyoid.benchmark.leakage.verdict import LEAKAGE, Verdict, refuse_leaks

__all__ = ["KINDS", "LEAKAGE", "Leak", "Verdict", "find_external_leaks", "find_leaks", "refuse_leaks"]
