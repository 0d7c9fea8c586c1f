"""Each fact against the value of the result that it is of."""

from dataclasses import replace

from hyoid.benchmark import BenchmarkRow
from hyoid.benchmark.checklists import findings
from hyoid.benchmark.checklists.known import Known
from hyoid.benchmark.findings import Findings
from hyoid.benchmark.leakage import Leak, Verdict
from hyoid.benchmark.row import Figure


def _of(known: Known, **changes: object) -> Known:
    return replace(known, result=replace(known.result, **changes))


def test_measures_are_those_of_the_rows(known: Known) -> None:
    words = findings.measures(known)
    assert words.startswith("hpv: balanced_accuracy, auc, sensitivity, specificity; rfs: c_index,")
    assert words.endswith("Beside them calibration by centre and net benefit over thresholds.")
    assert "Beside" not in findings.measures(_of(known, findings=Findings()))


def test_intervals_tell_their_replicates(known: Known) -> None:
    assert "(95 %, 2000 replicates)" in findings.intervals(known)
    assert findings.intervals(known).endswith("Centres, gaps and comparisons: 50 replicates.")
    assert "comparisons" not in findings.intervals(_of(known, findings=Findings()))


def test_performance_is_the_foremost_measure_of_every_row(known: Known) -> None:
    words = findings.performance(known)
    for row in known.result.rows:
        name, figure = next(iter(row.figures.items()))
        bounds = f"{figure.interval[0]:.3f} to {figure.interval[1]:.3f}, n {figure.n}"
        assert f"{row.recipe} ({row.split}): {name} {figure.value:.3f} ({bounds})" in words
    undefined = BenchmarkRow("r", "kfold", "hpv", {"auc": Figure(None, None, 3)})
    assert findings.performance(_of(known, rows=(undefined,))) == "r (kfold): auc undefined (no interval, n 3)."
    assert findings.performance(_of(known, rows=())) is None


def test_comparisons_are_counted(known: Known) -> None:
    assert findings.multiplicity(known).startswith("2 comparisons of two recipes in 2 families")  # inside and outside
    assert findings.multiplicity(_of(known, findings=Findings())) is None


def test_calibration_slopes(known: Known) -> None:
    (one,) = (one for one in known.result.findings.calibration if (one.task, one.split) == ("hpv", "kfold"))
    slopes = ", ".join(f"{row.center} {row.calibration.line.slope:.2f}" for row in one.found)
    assert f"hpv-logistic:clinical (kfold), probability of HPV-positive: {slopes}" in findings.calibration(known)
    assert findings.calibration(_of(known, findings=Findings())) is None


def test_centers_are_compared_in_the_foremost_measure(known: Known) -> None:
    found = known.result.findings.centers
    (one,) = (o.found for o in found if (o.split, o.found.measure) == ("kfold", "auc"))
    own = f"auc I squared {100 * one.heterogeneity.i_squared:.0f} %, tau {one.heterogeneity.tau:.3f} over 3 centres"
    assert f"hpv-logistic:clinical (kfold): {own}" in findings.heterogeneity(known)
    assert "balanced_accuracy" not in findings.heterogeneity(known)
    assert "tau" in findings.heterogeneity_method(known)
    none = _of(known, findings=Findings())
    assert findings.heterogeneity(none) is findings.heterogeneity_method(none) is None


def test_gaps_are_inside_against_outside(known: Known) -> None:
    gap = next(
        o.found for o in known.result.findings.gaps if o.recipe == "rfs-lesions:clinical" and not o.found.within_centers
    )
    values = f"c_index {gap.inside.value:.3f} (kfold) against {gap.outside.value:.3f} (external), difference "
    assert f"rfs-lesions:clinical: {values}{gap.difference}" in findings.gaps(known)
    assert findings.gaps(known).count("against") == 3
    assert findings.gaps(_of(known, findings=Findings())) is None


def test_shift_counts_small_p_values(known: Known) -> None:
    rows = known.result.findings.inputs["clinical record"].shift.rows
    small = sum(row.p_holm < 0.05 for row in rows)
    assert findings.shift(known).startswith(f"clinical record: {small} of ")
    assert ", XCCEN " in findings.shift(known)
    assert findings.shift(_of(known, findings=Findings())) is None


def test_leakage_is_told_only_where_it_was_looked_for(known: Known) -> None:
    assert findings.leakage(known).endswith("Leaks found: none.")
    assert findings.leakage(_of(known, leakage=())) is None
    leaks = (Leak("split", "splits.json", "x"), Leak("selection", "splits.json", "y", labelled=True))
    words = findings.leakage(_of(known, leakage=(Verdict("run", leaks),)))
    assert words.endswith("Leaks found: 1. Optimism that a published variant announces: 1 times.")
