"""The PET and the CT of each study of one patient, and why nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hyoid.dicom.choose import Candidate, Chosen, choose_ct, choose_pet, coverage
from hyoid.dicom.eligible import refusal
from hyoid.dicom.naming import Wishes
from hyoid.dicom.places import Equal
from hyoid.dicom.series import Series
from hyoid.dicom.stack import stack_of
from hyoid.errors import HyoidError


@dataclass(frozen=True, slots=True)
class Rules:
    """What the user asks for: series by name, and how many missing slices in a row may be interpolated."""

    pet: Wishes = field(default_factory=Wishes)
    ct: Wishes = field(default_factory=Wishes)
    fill_gaps: int = 0

    def of(self, tag: str) -> Wishes:
        """Return the wishes for the "PT" or the "CT"."""
        return self.pet if tag == "PT" else self.ct


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one series: `use` is "CT" or "PT" where it is imported, else "", and `reason` says why."""

    series: Series
    use: str
    reason: str


@dataclass
class CasePlan:
    """One study that is imported as a case; `images` by tag ("CT", "PT") may lack either, or both."""

    key: tuple[str, str, str]
    study_date: str
    images: dict[str, Chosen] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    case: str = ""

    @property
    def rank(self) -> tuple[int, str, str]:
        """Order of a patient's cases: those with PET and CT, with PET, with CT, with neither; then by date."""
        order = {("CT", "PT"): 0, ("PT",): 1, ("CT",): 2}.get(tuple(sorted(self.images)), 3)
        return order, self.study_date, self.key[2]


def plan_patient(own: Sequence[Series], rules: Rules, equal: Equal) -> list[CasePlan]:
    """Plan a case for each study of a patient, the foremost first.

    The PET is chosen first, then the CT among those of its frame of reference: of its own study, or, where that has
    none, of a study without PET. A study without PET is a case of its own if a CT is left in it.
    """
    studies: dict[str, list[Series]] = {}
    for one in own:
        studies.setdefault(one.first.study_uid, []).append(one)
    patient = _Patient(rules, equal)
    plans = {}
    for uid, study in studies.items():
        plans[uid] = CasePlan(
            (*study[0].patient, uid), min(one.first.study_date for one in study), notes=_mixed_up(own)
        )
        patient.candidates[uid] = [c for one in study if (c := patient.candidate(one)) is not None]
        pets = patient.asked(patient.candidates[uid], "PT")
        if pets:
            plans[uid].images["PT"] = patient.kept(choose_pet(pets))
    for uid, plan in plans.items():
        if "PT" in plan.images:
            lenders = [other for other in plans if "PT" not in plans[other].images]
            chosen = patient.ct_beside(plan.images["PT"].candidate, uid, lenders)
            if chosen is not None:
                plan.images["CT"] = chosen
    for uid, plan in plans.items():
        if "PT" not in plan.images:
            cts = [c for c in patient.asked(patient.candidates[uid], "CT") if id(c.series) not in patient.lent]
            if cts:
                plan.images["CT"] = patient.kept(choose_ct(cts, None))
                plan.notes += patient.refused_pets(studies[uid])
        plan.verdicts = [patient.verdict(one, plan) for one in studies[uid]]
    return sorted(plans.values(), key=lambda plan: plan.rank)


class _Patient:
    """Chooses among one patient's series, and remembers why each that was not chosen was not."""

    def __init__(self, rules: Rules, equal: Equal) -> None:
        self._rules = rules
        self._equal = equal
        self._reasons: dict[int, str] = {}
        self.candidates: dict[str, list[Candidate]] = {}
        self.lent: set[int] = set()

    def candidate(self, one: Series) -> Candidate | None:
        """Return a series as a volume, if it may and can be one."""
        reason = refusal(one, named=self._rules.of(one.modality).name(one))
        if not reason:
            try:
                return Candidate(one, stack_of(one, self._equal, self._rules.fill_gaps))
            except HyoidError as error:
                reason = str(error)
        self._reasons[id(one)] = reason
        return None

    def asked(self, candidates: Sequence[Candidate], tag: str) -> list[Candidate]:
        """Return the candidates of one kind that the user's wishes leave."""
        own = [c for c in candidates if c.series.modality == tag]
        wanted = {id(series) for series in self._rules.of(tag).of_study([c.series for c in own])}
        for candidate in own:
            if id(candidate.series) not in wanted:
                option = "--pet" if tag == "PT" else "--ct"
                self._reasons[id(candidate.series)] = f"not the one that {option} asks for"
        return [c for c in own if id(c.series) in wanted]

    def kept(self, chosen: Chosen) -> Chosen:
        """Remember why the others were not chosen."""
        self._reasons.update({id(series): reason for series, reason in chosen.others})
        return chosen

    def ct_beside(self, pet: Candidate, study: str, lenders: Sequence[str]) -> Chosen | None:
        """Return the CT that belongs to a PET; some archives keep it in a study of its own."""
        pool = self.asked(self.candidates[study], "CT")
        if not any(_fits(c, pet) for c in pool):
            pool += [c for other in lenders for c in self.asked(self.candidates[other], "CT") if _fits(c, pet)]
        fitting = []
        for ct in pool:
            forced = ct.series.uid in self._rules.ct.uids and coverage(ct, pet) > 0
            if forced or _fits(ct, pet):
                fitting.append(ct)
            elif coverage(ct, pet) == 0:
                self._reasons[id(ct.series)] = "it does not meet the PET: no slice of it lies where the PET lies"
            else:
                self._reasons[id(ct.series)] = (
                    "its frame of reference is not the PET's: its coordinates mean another place"
                )
        if not fitting:
            return None
        chosen = self.kept(choose_ct(fitting, pet))
        self.lent.add(id(chosen.candidate.series))
        return Chosen(chosen.candidate, (*chosen.notes, *_frame_notes(chosen.candidate, pet)), chosen.others)

    def refused_pets(self, study: Sequence[Series]) -> list[str]:
        """Return a sentence for each PET of a study that was refused."""
        return [
            f"No PET: {one.title}: {self._reasons[id(one)]}."
            for one in study
            if one.modality == "PT" and id(one) in self._reasons
        ]

    def verdict(self, one: Series, plan: CasePlan) -> Verdict:
        """Return what becomes of a series."""
        use = next((tag for tag, chosen in plan.images.items() if chosen.candidate.series is one), "")
        if use:
            return Verdict(one, use, "chosen")
        if id(one) in self.lent:
            return Verdict(one, "", "chosen as the CT of another study of the patient, which shares its coordinates")
        return Verdict(one, "", self._reasons.get(id(one), "not needed"))


def _fits(ct: Candidate, pet: Candidate) -> bool:
    """Whether a CT lies in the PET's frame of reference; in one study two that name none are taken to share it."""
    ours, theirs = pet.series.first, ct.series.first
    if not ours.frame_of_reference and not theirs.frame_of_reference:
        return ours.study_uid == theirs.study_uid and coverage(ct, pet) > 0
    return ours.frame_of_reference == theirs.frame_of_reference and coverage(ct, pet) > 0


def _frame_notes(ct: Candidate, pet: Candidate) -> list[str]:
    frames = ct.series.first.frame_of_reference, pet.series.first.frame_of_reference
    if frames == ("", ""):
        return ["Neither image names a frame of reference; that they share one is assumed."]
    if frames[0] != frames[1]:
        return ["The frame of reference is not the PET's; the CT was taken because --ct asks for it by UID."]
    return []


def _mixed_up(own: Sequence[Series]) -> list[str]:
    """Return a warning where one patient id seems to be several people's."""
    names = {name for one in own if (name := " ".join(one.first.patient_name.replace("^", " ").casefold().split()))}
    births = {one.first.birth_date for one in own if one.first.birth_date}
    sexes = {one.first.sex for one in own if one.first.sex}
    if max(len(names), len(births), len(sexes)) > 1:
        found = f"{len(names)} names, {len(births)} birth dates and {len(sexes)} sexes"
        return [f"The patient id {own[0].first.patient_id!r} stands beside {found}: it may be several people's."]
    return []
