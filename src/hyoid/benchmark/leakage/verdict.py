"""What the detector says of a benchmark's runs: kept with the results, and fatal where anything leaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyoid.benchmark.leakage.leak import Leak
from hyoid.errors import LeakageError
from hyoid.files import write_json
from hyoid.version import __version__

LEAKAGE = "leakage.json"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The leaks of one run, named by its folder in the benchmark's."""

    run: str
    leaks: tuple[Leak, ...] = ()

    @property
    def failures(self) -> tuple[Leak, ...]:
        """The leaks that no `published` variant announces."""
        return tuple(leak for leak in self.leaks if not leak.labelled)

    @property
    def optimism(self) -> tuple[Leak, ...]:
        """What a `published` variant announces."""
        return tuple(leak for leak in self.leaks if leak.labelled)

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict, ready for JSON."""
        found = {"leaks": self.failures, "labelled_optimism": self.optimism}
        return {
            "run": self.run,
            "clean": not self.failures,
            **{name: [leak.to_dict() for leak in leaks] for name, leaks in found.items()},
        }


def refuse_leaks(verdicts: Sequence[Verdict], out: Path) -> None:
    """Write what was found to `out/leakage.json`, and refuse the runs that leak.

    Raises
    ------
    LeakageError
        If one leaks; every leak is named, with its patients and its path.
    """
    write_json(out / LEAKAGE, {"hyoid": __version__, "runs": [verdict.to_dict() for verdict in verdicts]})
    lines = [f"{verdict.run}: {leak}" for verdict in verdicts for leak in verdict.failures]
    if lines:
        raise LeakageError.of(
            f"{len(lines)} {'leak' if len(lines) == 1 else 'leaks'} ({'; '.join(lines)})",
            "figures of patients whom nothing had seen",
            f"All ids stand in {out / LEAKAGE}. Repair the split, cohort or recipe, and train these runs anew.",
        )
