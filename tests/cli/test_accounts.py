"""`hyoid accounts` as it is typed."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hyoid.app.security import passwords
from hyoid.app.security.passwords import Scrypt
from hyoid.cli.app import app
from hyoid.errors import HyoidError
from support.balls import ball_cohort

WORDS = "correct horse battery"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    cheap = Scrypt(n=2**4)
    monkeypatch.setattr(passwords, "Scrypt", lambda n=cheap.n, r=8, p=1: Scrypt(n, r, p))
    return str(tmp_path / "annotations")


def run(*arguments: str, typed: str = "") -> str:
    result = CliRunner().invoke(app, ["accounts", *arguments], input=typed)
    if isinstance(result.exception, HyoidError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def listed(folder: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(run("list", "--annotations", folder, "--json"))["accounts"]
    return found


def test_the_life_of_an_account(folder: str) -> None:
    assert "No account" in run("list", "--annotations", folder)
    said = run("add", "ann", "--annotations", folder, "--role", "admin", typed=f"{WORDS}\n{WORDS}\n")
    assert "ann may log in as admin" in said
    assert WORDS not in said
    run("add", "ben", "--annotations", folder, "--password-stdin", typed=WORDS)
    run("assign", "ben", "MDA-001", "MDA-002", "--annotations", folder)
    assert listed(folder) == [
        {"name": "ann", "role": "admin", "cases": None},
        {"name": "ben", "role": "annotator", "cases": ["MDA-001", "MDA-002"]},
    ]
    assert "2 cases: MDA-001, MDA-002" in run("list", "--annotations", folder)
    run("assign", "ben", "--all", "--annotations", folder)
    assert listed(folder)[1]["cases"] is None
    before = (Path(folder) / "accounts.json").read_text(encoding="utf-8")
    run("password", "ben", "--annotations", folder, "--password-stdin", typed="another good password\n")
    assert (Path(folder) / "accounts.json").read_text(encoding="utf-8") != before
    run("remove", "ben", "--annotations", folder)
    assert [account["name"] for account in listed(folder)] == ["ann"]


def test_ids_are_looked_up_where_the_cohort_is_given(folder: str, tmp_path: Path) -> None:
    cohort = str(ball_cohort(tmp_path / "balls", 2))
    run("add", "ben", "--annotations", folder, "--password-stdin", typed=WORDS)
    said = run("assign", "ben", "NOPE-1", "--annotations", folder)
    assert "ben sees 1 case." in said
    assert "not checked" in said
    with pytest.raises(HyoidError, match=r"ACEN-00, NOPE-1, not in .* such as ACEN-000"):
        run("assign", "ben", "ACEN-000", "ACEN-00", "NOPE-1", "--annotations", folder, "--cohort", cohort)
    assert listed(folder)[0]["cases"] == ["NOPE-1"]  # as before
    said = run("assign", "ben", "ACEN-000", "--annotations", folder, "--cohort", cohort)
    assert "not checked" not in said
    assert "1 case: ACEN-000" in run("list", "--annotations", folder)


def test_what_is_refused(folder: str) -> None:
    for arguments, words in (
        (("add", "ann", "--password-stdin"), "a password of 5 characters"),
        (("remove", "ann"), "no account ann"),
        (("assign", "ann"), "neither or both"),
        (("assign", "ann", "MDA-001", "--all"), "neither or both"),
    ):
        with pytest.raises(HyoidError, match=words):
            run(*arguments, "--annotations", folder, typed="short")
    assert not (Path(folder) / "accounts.json").exists()
