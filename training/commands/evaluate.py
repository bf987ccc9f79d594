"""`shopkeeper evaluate`: how good the answers are beside every method, on the same customers."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from config.settings import load_settings
from models.errors import ConfigError
from training.commands.telling import telling
from training.data.shop import read_shop
from training.evaluation.study import run_study
from training.report.files import PAGE
from training.report.study_files import study_files
from training.report.study_tables import print_study


@click.command()
@click.option(
    "--config",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The settings, a TOML file; [evaluation] says what is asked.",
)
def evaluate(file: Path) -> None:
    """Judge every method and the service's own answers on the same customers.

    Settings of all methods are chosen on a validation window; the test window after it is looked at
    once. Prints tables, and writes a report with pictures to the folder [evaluation] dir.
    """
    settings = load_settings(file)
    if settings.data.orders is None:
        raise ConfigError(
            "nothing to evaluate on: give [data.orders] a path, or a url and a query", key="data.orders"
        )
    with telling("evaluating") as progress:
        study = run_study(read_shop(settings.data, progress), settings, progress)
        progress("drawing")
        files = study_files(study, file.stem)
        folder = settings.evaluation.dir
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
    print_study(study, folder / PAGE, Console())
