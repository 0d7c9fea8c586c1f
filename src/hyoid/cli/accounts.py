"""`hyoid accounts`: who may use a server of annotations from another computer."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hyoid.cli.options import ColumnsOption, JsonOption

if TYPE_CHECKING:
    from hyoid.app.security.accounts import Accounts

accounts = typer.Typer(help="People who may use `hyoid view` from other computers.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Name of the account.")]
AnnotationsOption = Annotated[
    Path, typer.Option("--annotations", metavar="DIR", help="The folder that `hyoid view --annotations` serves.")
]
StdinOption = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


@accounts.command()
def add(
    name: NameArgument,
    annotations: AnnotationsOption,
    role: Annotated[str, typer.Option("--role", help="reader, annotator or admin.")] = "annotator",
    password_stdin: StdinOption = False,
) -> None:
    """Make an account; the password is asked for."""
    _open(annotations).add(name, role, _password(password_stdin))
    typer.echo(f"{name} may log in as {role}.")


@accounts.command("list")
def list_(annotations: AnnotationsOption, as_json: JsonOption = False) -> None:
    """List the accounts with roles and assigned cases; passwords are not kept and cannot be shown."""
    from hyoid.cohort.words import counted

    found = _open(annotations).all()
    if as_json:
        rows = [{"name": a.name, "role": a.role, "cases": None if a.cases is None else list(a.cases)} for a in found]
        typer.echo(json.dumps({"accounts": rows}, indent=2))
        return
    for account in found:
        sees = (
            "all cases"
            if account.cases is None
            else f"{counted(len(account.cases), 'case')}: {', '.join(account.cases)}"
        )
        typer.echo(f"{account.name}  {account.role}  {sees}")
    if not found:
        typer.echo("No account yet.")


@accounts.command()
def remove(name: NameArgument, annotations: AnnotationsOption) -> None:
    """Remove an account. Who is logged in with it is out at once; annotations stay."""
    _open(annotations).remove(name)
    typer.echo(f"{name} may no longer log in.")


@accounts.command()
def password(name: NameArgument, annotations: AnnotationsOption, password_stdin: StdinOption = False) -> None:
    """Give an account another password. Who is logged in with the old one is out at once."""
    opened = _open(annotations)
    opened.set_password(name, _password(password_stdin))
    typer.echo(f"{name} has a new password.")


@accounts.command()
def assign(
    name: NameArgument,
    annotations: AnnotationsOption,
    cases: Annotated[list[str] | None, typer.Argument(metavar="[CASE]...", help="Ids of the cases.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All cases, as a new account has.")] = False,
    cohort: Annotated[
        Path | None, typer.Option("--cohort", metavar="COHORT", help="Refuse ids that this cohort does not have.")
    ] = None,
    columns: ColumnsOption = None,
) -> None:
    """Let an account see these cases and no others; to it, the others do not exist."""
    from hyoid.cohort.words import counted
    from hyoid.errors import HyoidError

    if everything == bool(cases):
        raise HyoidError.of("neither or both of cases and --all", "one of the two", "Name the cases, or give --all.")
    chosen = sorted(set(cases or []))
    if cohort is not None:
        _check_known(chosen, cohort, columns)
    _open(annotations).assign(name, None if everything else chosen)
    typer.echo(f"{name} sees {'all cases' if everything else counted(len(chosen), 'case')}.")
    if chosen and cohort is None:
        typer.echo("The ids were not checked: give --cohort COHORT to have them looked up.")


def _check_known(cases: list[str], cohort: Path, columns: Path | None) -> None:
    from hyoid.cohort import read_cohort
    from hyoid.cohort.words import counted
    from hyoid.errors import HyoidError

    if not cohort.exists():
        raise HyoidError.of(f"nothing at {cohort}", "a cohort folder or CSV", "Check the path.")
    known = [case.id for case in read_cohort(cohort, columns).cases]
    unknown = [case for case in cases if case not in known]
    if unknown:
        raise HyoidError.of(
            f"{', '.join(unknown)}, not in {cohort}",
            f"ids of its {counted(len(known), 'case')}, such as {', '.join(known[:3])}",
            "Correct them; nothing was changed.",
        )


def _open(annotations: Path) -> Accounts:
    from hyoid.app.security.accounts import Accounts
    from hyoid.app.settings import ACCOUNTS_FILE

    return Accounts(annotations / ACCOUNTS_FILE)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    entered: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return entered
