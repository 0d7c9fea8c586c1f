"""Patients of an external cohort whom the models know: by their id, or by their images."""

from __future__ import annotations

from hyoid.benchmark.leakage.copies import is_evidence
from hyoid.benchmark.leakage.leak import Leak
from hyoid.cohort import Cohort


def find_external_leaks(cohort: Cohort, external: Cohort) -> list[Leak]:
    """Look for patients of `external` who stand in `cohort`, on which the models were trained, under any id.

    Images are compared byte by byte. Two centres may number their patients alike; such an id is a finding all the same,
    for nobody could tell.
    """
    own, others = ({case.id for case in one.cases} for one in (cohort, external))
    found = []
    if shared := tuple(sorted(own & others)):
        found.append(Leak("split", str(external.root), f"has them, who stand in {cohort.root} too", shared))
    hashes = cohort.file_hashes()
    owners = {(role, digest): i for i, by_role in hashes.items() for role, digest in by_role.items()}
    for i, by_role in external.file_hashes().items():
        known = {role: owners[role, digest] for role, digest in by_role.items() if (role, digest) in owners}
        for role, owner in known.items():
            if is_evidence(external, role, (i,)):
                case = external.case(i)
                path = str(case.mask if role == "mask" else case.images[role])
                found.append(Leak("copy", path, f"is the {role} of {owner} in {cohort.root}", (i, owner)))
    return found
