"""`shopkeeper recommend`: recommendations for many customers, to a file."""

from __future__ import annotations

from pathlib import Path
from time import time

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from config.policies import load_policies, policies_of_placements
from config.service import channel_of
from config.settings import load_settings
from models.errors import ConfigError, did_you_mean
from models.policies import Occasion
from models.query import KINDS, Kind
from training.batch import BatchSummary, Offer, write_batch
from training.batch_files import ending_of
from training.customer_list import CustomerList, read_customer_list

MAX_LIMIT = 100


@click.command()
@click.option(
    "--config", "file", type=click.Path(path_type=Path, dir_okay=False), help="The settings, a TOML file."
)
@click.option(
    "--customers",
    "list_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="For whom: Parquet or CSV with a column customer_id, or one id a line.  [default: all known]",
)
@click.option(
    "--kinds",
    help="Kinds, separated by commas: cross_sell, up_sell, buy_again.  [default: those of placement email]",
)
@click.option(
    "--limit",
    type=click.IntRange(1, MAX_LIMIT),
    help="Recommendations a customer, over all kinds.  [default: that of placement email]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="File to write, ending in .parquet, .csv or .ndjson.",
)
def recommend(
    file: Path | None, list_file: Path | None, kinds: str | None, limit: int | None, out: Path
) -> None:
    """Write what the current artifact recommends to each customer, with reasons, to a file.

    The policies of the placement email hold, as they do in the service.
    """
    settings = load_settings(file)
    default = settings.placements.email
    offer = Offer(
        parse_kinds(kinds) if kinds is not None else default.kinds,
        limit or default.limit,
        (*load_policies(settings.service.policies), *policies_of_placements(settings.placements)),
        Occasion("email", channel_of("email"), time()),  # one moment for the whole file
    )
    ending_of(out)
    chosen = read_customer_list(list_file) if list_file else None
    columns = (TextColumn("customers"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("customers", total=None)
        summary = write_batch(
            settings.artifacts.dir,
            chosen.ids if chosen else None,
            offer,
            out,
            workers=settings.training.threads,
            on_progress=lambda done, of: progress.update(task, completed=done, total=of),
        )
    click.echo(_report(out, summary, chosen))


def parse_kinds(text: str) -> tuple[Kind, ...]:
    """The kinds in `text`, separated by commas; raises ConfigError for one that is none."""
    names = list(dict.fromkeys(name.strip() for name in text.split(",")))
    for name in names:
        if name not in KINDS:
            raise ConfigError(
                f"{name!r} is no kind; {did_you_mean(name, KINDS)}", key="kinds", where="--kinds"
            )
    return tuple(kind for name in names for kind in KINDS if kind == name)


def _report(out: Path, summary: BatchSummary, chosen: CustomerList | None) -> str:
    lines = [
        f"Wrote {summary.rows:,} recommendations for {summary.customers:,} customers to {out} "
        f"in {summary.seconds:.1f} s, with model {summary.model_version}."
    ]
    lines += [
        f"  {count:,} customers with fallback {name}: what is popular, nothing personal"
        for name, count in sorted(summary.fallbacks.items())
    ]
    if summary.without:
        lines.append(f"  {summary.without:,} customers without a recommendation: they have no row")
    lines += [f"  {sentence}" for sentence in summary.unknown]
    if chosen and chosen.repeated:
        lines.append(f"  {chosen.repeated:,} repeated ids left out")
    if chosen and chosen.blank:
        lines.append(f"  {chosen.blank:,} lines without an id left out")
    lines.append(
        "Next: load the file into the campaign tool; `reasons` says why, `fallback` who is a stranger."
    )
    return "\n".join(lines)
