"""`shopkeeper evaluate-plans`: how good forecasts and plan nudges would have been."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from config.settings import Settings, load_settings
from models.billing_days import month_of
from models.errors import ConfigError, DataError
from training.commands.rejected import rejected_lines
from training.commands.telling import telling
from training.data.money import minor_digits
from training.data.provider import Provider, read_provider
from training.plans.backtest import LEAST_SEEN, Walked, walk
from training.plans.figures import PlanStudy, figures_of
from training.plans.study_files import PAGE, plan_study_files
from training.plans.words import tables_of, walk_told
from training.report.wording import REASONS, things

PIPED_WIDTH = 180
UNTOLD_NAMES = ("config", "settings", "shop", "shopkeeper")  # of settings files, that say not whose they are


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
    Prints tables, and writes a report with pictures to the folder [evaluation] dir: plans.html, plans.md,
    plans.json. docs/plan-nudges.md says what the figures mean.
    Rows that cannot be used are counted by reason; [data] rejects names a file of every one of them.
    """
    settings = load_settings(file)
    if not settings.data.has_plans:
        raise ConfigError(
            "no plans: give [data.plans], [data.subscriptions] and [data.usage] a path, or a url and a query",
            key="data.plans",
            where=str(file),
        )
    with telling("evaluating plans", quiet=0) as progress:
        provider = read_provider(settings.data, progress)
        walked = _walk(settings, provider, progress)
        progress("counting")
        meters = provider.book.meters.take(range(len(provider.book.meters)))
        over = _finished_months(provider)
        study = figures_of(walked, meters, provider.book.currency_code, finished_months=over)
        folder = settings.evaluation.dir
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in plan_study_files(study, _name_of(file)).items():
            (folder / name).write_bytes(content)
    _warn(provider)
    console = Console()
    if not console.is_terminal:
        console.width = PIPED_WIDTH  # a log has no edge to wrap at
    _print(study, folder / PAGE, console)
    for line in rejected_lines(provider.reports, settings.data.rejects):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _walk(settings: Settings, provider: Provider, progress: Callable[[str], None]) -> Walked:
    """The walk. Raises DataError where it has nothing to judge."""
    limits = settings.nudges.limits(minor_digits(settings.data.currency))
    try:
        walked = walk(provider.book, provider.subscriptions, provider.usage, limits, progress)
    except ValueError as error:
        raise _refusal(str(error), provider, settings) from error
    if not walked.judged.any():
        seen = f"{LEAST_SEEN * 100:.0f} %"
        why = (
            f"nobody had a plan for the whole of a cycle that was walked, with at least {seen} of the "
            "expected use of a meter recorded"
        )
        raise _refusal(why, provider, settings)
    return walked


def _refusal(why: str, provider: Provider, settings: Settings) -> DataError:
    """With the rows that were rejected by reason: a misspelt meter shows there."""
    lines = [f"nothing can be judged: {why}", *rejected_lines(provider.reports, settings.data.rejects)]
    return DataError("\n".join(lines), source=provider.reports["usage"].source)


def _finished_months(provider: Provider) -> int:
    """How many months, from that of the first usage on, were over by the end of the last."""
    first, until = int(provider.usage.day.min()), provider.day_after
    begin, end = month_of(np.array([first, until])).tolist()
    return int(end - begin)


def _warn(provider: Provider) -> None:
    """Say on stderr of which meters, of plans that somebody had, no usage was kept: they may be misspelt."""
    book, other = provider.book, provider.reports["usage"].rejected.get("unknown_meter", 0)
    never = book.metered[np.unique(provider.subscriptions.plan)].any(axis=0)
    never[np.unique(provider.usage.meter)] = False
    misspelt = f" ({things(other, 'row')} of usage: {REASONS['unknown_meter']})" if other else ""
    for meter in book.meters.take(np.flatnonzero(never).tolist()):
        click.echo(
            f"warning: no use of {meter} is recorded{misspelt}: what a cycle costs on a plan that has it is "
            "unknown, so that neither policies nor nudges of its subscribers are judged",
            err=True,
        )


def _name_of(file: Path) -> str:
    """Whose settings these are: the name of the file, or of its folder where every file has that name."""
    return file.resolve().parent.name or file.stem if file.stem in UNTOLD_NAMES else file.stem


def _print(study: PlanStudy, page: Path, console: Console) -> None:
    for title, columns, rows, caption in tables_of(study):
        table = Table(*columns, title=title, title_justify="left")
        for row in rows:
            table.add_row(*row)
        console.print(table if rows else title)
        console.print(f"{caption}\n", style="dim", highlight=False, markup=False)
    console.print(f"{walk_told(study)} Report with pictures: {page}", highlight=False, soft_wrap=True)
