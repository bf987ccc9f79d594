"""`shopkeeper evaluate-plans`: how good forecasts and plan nudges would have been."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from config.settings import load_settings
from models.errors import ConfigError, DataError
from training.commands.rejected import rejected_lines
from training.commands.telling import telling
from training.data.money import minor_digits
from training.data.provider import read_provider
from training.plans.backtest import walk
from training.plans.figures import PlanStudy, figures_of
from training.plans.study_files import PAGE, plan_study_files
from training.plans.words import tables_of
from training.report.wording import things

PIPED_WIDTH = 180


@click.command()
@click.option(
    "--config",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The settings, a TOML file, with [data.plans], [data.subscriptions] and [data.usage].",
)
def evaluate_plans(file: Path) -> None:
    """Walk finished cycles, forecasting at days 5, 10, 15 and 20 with only the past.

    Compared with the run rate, the customer's own mean, last cycle's best plan, the 80 % rule and staying.
    Prints tables, and writes a report with pictures to the folder [evaluation] dir.
    Rows that cannot be used are counted by reason; [data] rejects names a file of every one of them.
    """
    settings = load_settings(file)
    if not settings.data.has_plans:
        raise ConfigError(
            "no plans: give [data.plans], [data.subscriptions] and [data.usage] a path, or a url and a query",
            key="data.plans",
            where=str(file),
        )
    limits = settings.nudges.limits(minor_digits(settings.data.currency))
    with telling("evaluating plans", quiet=0) as progress:
        provider = read_provider(settings.data, progress)
        try:
            walked = walk(provider.book, provider.subscriptions, provider.usage, limits, progress)
        except ValueError as error:
            raise DataError(str(error), source=provider.reports["usage"].source) from error
        progress("counting")
        meters = provider.book.meters.take(range(len(provider.book.meters)))
        study = figures_of(walked, meters, provider.book.currency_code)
        folder = settings.evaluation.dir
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in plan_study_files(study, file.stem).items():
            (folder / name).write_bytes(content)
    console = Console()
    if not console.is_terminal:
        console.width = PIPED_WIDTH  # a log has no edge to wrap at
    _print(study, folder / PAGE, console)
    for line in rejected_lines(provider.reports, settings.data.rejects):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _print(study: PlanStudy, page: Path, console: Console) -> None:
    for title, columns, rows in tables_of(study):
        table = Table(*columns, title=title, title_justify="left")
        for row in rows:
            table.add_row(*row)
        console.print(table)
    walked = f"{things(len(study.months), 'month')} walked, {study.months[0]} to {study.months[-1]}."
    console.print(f"{walked} Report with pictures: {page}", highlight=False)
