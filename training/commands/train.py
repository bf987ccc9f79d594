"""`shopkeeper train`: the offline job."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console

from config.settings import load_settings
from training.commands.telling import telling
from training.pipeline import run_training
from training.report.summary import print_summary


@click.command()
@click.option(
    "--config",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The settings, a TOML file; config/default.toml shows every key.",
)
@click.option(
    "--publish/--no-publish", "wanted", default=True, help="Whether to make the new version the current one."
)
def train(file: Path, wanted: bool) -> None:
    """Read orders, fit the models, judge them, publish the artifact.

    Ends with exit code 0 if all went well, 2 if the settings or the data cannot be used, 3 if the
    gate refused the new version (it is stored, with its report, and the old one stays current).
    """
    settings = load_settings(file)
    with telling("training") as progress:
        result = run_training(settings, progress, wanted=wanted)
    print_summary(result, file, Console())
    if result.refusal is not None and wanted:
        click.echo(f"error: {result.refusal}", err=True)
        sys.exit(result.refusal.exit_code)
