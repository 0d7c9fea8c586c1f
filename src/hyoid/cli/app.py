"""The application object: every verb is registered here."""

from __future__ import annotations

import warnings
from typing import Annotated

import typer

from hyoid.cli.accounts import accounts
from hyoid.cli.benchmark import benchmark
from hyoid.cli.check import check
from hyoid.cli.deface import deface
from hyoid.cli.deidentify import deidentify
from hyoid.cli.demo import demo
from hyoid.cli.describe import describe
from hyoid.cli.dvh import dvh
from hyoid.cli.evaluate import evaluate
from hyoid.cli.export import export
from hyoid.cli.features import features
from hyoid.cli.import_ import import_
from hyoid.cli.node import node
from hyoid.cli.phantom import phantom
from hyoid.cli.predict import predict
from hyoid.cli.preprocess import preprocess
from hyoid.cli.recipes import recipes
from hyoid.cli.send import send
from hyoid.cli.train import train
from hyoid.cli.view import view
from hyoid.version import __version__

app = typer.Typer(
    name="hyoid",
    help="PET/CT and clinical AI in head and neck cancer. Research use only, not a medical device.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _root(
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """PET/CT and clinical AI in head and neck cancer. Research use only, not a medical device."""
    # Hospitals' files are full of values that break a rule of their VR. What matters of them is said in sentences; of
    # the rest, pydicom and pynetdicom would warn by the line, from any thread, and quote the patient's data.
    warnings.filterwarnings("ignore", module=r"py(net)?dicom(\.|$)")


for verb in (
    demo,
    phantom,
    check,
    describe,
    recipes,
    preprocess,
    train,
    predict,
    features,
    dvh,
    benchmark,
    view,
    deidentify,
    deface,
    send,
    node,
):
    app.command()(verb)
app.add_typer(evaluate, name="evaluate")
app.add_typer(import_, name="import")
app.add_typer(export, name="export")
app.add_typer(accounts, name="accounts")
