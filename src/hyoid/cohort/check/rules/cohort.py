"""Across cases: the same image twice, centres, masks that some lack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hyoid.cohort.case import Case
from hyoid.cohort.check.finding import Finding, Rule

KNOWN_CENTERS = frozenset({"CHUM", "CHUP", "CHUS", "CHUV", "HGJ", "HMR", "MDA", "USZ", "CHB", "CHUN", "CHUB"})
"""Centres of HECKTOR up to 2026 by the prefix of their ids (Saeed et al., 2025; `splits_final.json` of the official
baseline, which also has CHUV)."""

IDENTICAL_IMAGES = Rule(
    "identical-images", "error", "cohort",
    "two cases whose CT, or whose PET, is equal voxel by voxel",
    "every patient once",
    "Probably one patient under two ids, or an image in the wrong place: keep one, and find out which is right. "
    "Training leaves the later id out, or a fold would train on whom it reports.",
)  # fmt: skip

CENTER_MISSING = Rule(
    "center-missing", "warning", "cohort",
    "a case whose centre neither the table nor the id tells",
    "a centre for every case",
    "Add a CenterID column, or a rule `center` in the --columns file: leave-one-centre-out needs it.",
)  # fmt: skip

UNKNOWN_CENTER = Rule(
    "unknown-center", "info", "cohort",
    "a centre that is none of the HECKTOR challenge's",
    f"one of {', '.join(sorted(KNOWN_CENTERS))}",
    "Nothing to do if these are your own data: models trained on the challenge have not seen this centre.",
)  # fmt: skip

MISSING_MASK = Rule(
    "missing-mask", "info", "cohort",
    "a case with images and without a mask in a cohort where others have one",
    "an expert mask",
    "Nothing to do for prediction; the case does not train or test a segmentation.",
)  # fmt: skip

CHECK_FAILED = Rule(
    "check-failed", "error", "cohort",
    "a case at which a rule of the check itself failed",
    "a case that can be checked",
    "Please report this message as a fault of hyoid, with the file if it may be shared.",
)  # fmt: skip

RULES = (IDENTICAL_IMAGES, CENTER_MISSING, UNKNOWN_CENTER, MISSING_MASK, CHECK_FAILED)


def check_cases(cases: Sequence[Case], digests: Mapping[str, Mapping[str, str]]) -> Iterator[Finding]:
    """Compare the cases with one another; `digests` is the voxels' hash by case id and modality."""
    yield from _identical(digests)
    yield from _centers(cases)
    if any(case.mask for case in cases):
        for case in cases:
            if case.images and case.mask is None:
                yield MISSING_MASK.finding(case.id, "no mask")


def _identical(digests: Mapping[str, Mapping[str, str]]) -> Iterator[Finding]:
    owner: dict[tuple[str, str], str] = {}
    for case, by_role in sorted(digests.items()):
        for role, digest in by_role.items():
            first = owner.setdefault((role, digest), case)
            if first != case:
                yield IDENTICAL_IMAGES.finding(case, f"the {role.upper()} of {first} again")


def _centers(cases: Sequence[Case]) -> Iterator[Finding]:
    foreign: dict[str, int] = {}
    for case in cases:
        if case.center is None:
            yield CENTER_MISSING.finding(case.id, "no centre")
        elif case.center.upper() not in KNOWN_CENTERS:
            foreign[case.center] = foreign.get(case.center, 0) + 1
    for name, count in sorted(foreign.items()):
        yield UNKNOWN_CENTER.finding(None, f"the centre {name!r} of {count} case{'s' if count > 1 else ''}")
