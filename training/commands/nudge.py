"""`shopkeeper nudge`: who should move to which plan, for everyone, to a file."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from time import perf_counter

import click
import polars as pl

from config.settings import load_settings
from models.errors import ConfigError
from training.batch_files import ending_of
from training.commands.rejected import rejected_lines
from training.commands.telling import telling
from training.data.money import minor_digits
from training.data.provider import read_provider
from training.nudge_file import nudge_frame, write_frame
from training.plan_part import fit_plan_nudges
from training.report.readings import DECISION_WORDS

EPOCH = date(1970, 1, 1)
MOST_UNKNOWN = 45  # days after the last usage from which on no running cycle has a known day
NEXT = "Next: the first rows are worth most; `reason_codes` says why, p10 to p90 how sure."


@click.command()
@click.option(
    "--config",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The settings, a TOML file, with [data.plans], [data.subscriptions] and [data.usage].",
)
@click.option(
    "--as-of",
    "as_of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day to answer for; only what was before it is looked at.  [default: after the last usage]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="File to write, ending in .parquet, .csv or .ndjson.",
)
def nudge(file: Path, as_of: datetime | None, out: Path) -> None:
    """Write who should move to which plan, and how sure that is, to a file.

    One row a customer and meter, the nudges worth most first. Everything is learned anew from the files, of
    cycles that were finished on that day: no artifact is needed, and nothing later is looked at. Ends of
    subscriptions count as the table has them, unless usage goes on after that day.
    Rows that cannot be used are counted by reason; [data] rejects names a file of every one of them.
    """
    settings = load_settings(file)
    if not settings.data.has_plans:
        raise ConfigError(
            "no plans: give [data.plans], [data.subscriptions] and [data.usage] a path, or a url and a query",
            key="data.plans",
            where=str(file),
        )
    ending_of(out)
    started = perf_counter()
    digits = minor_digits(settings.data.currency)
    with telling("nudging") as progress:
        provider = read_provider(settings.data, progress)
        day = provider.day_after if as_of is None else (as_of.date() - EPOCH).days
        nudges = fit_plan_nudges(provider, day, progress)
        progress("advising")
        frame = nudge_frame(
            nudges, nudges.advisor.advise(nudges.cycles, settings.nudges.limits(digits)), digits
        )
        progress(f"writing {out}")
        write_frame(frame, out)
    as_of_day = EPOCH + timedelta(days=day)
    lines = _report(out, frame, as_of_day, perf_counter() - started)
    lines += rejected_lines(provider.reports, settings.data.rejects)
    _tell_gap(EPOCH + timedelta(days=provider.day_after - 1), as_of_day)
    _tell_endings(frame)
    click.echo("\n".join([*lines, NEXT]))


def _report(out: Path, frame: pl.DataFrame, as_of: date, seconds: float) -> list[str]:
    each = frame.unique(["customer_id", "plan_id"])
    counts = Counter(each["decision"])
    lines = [
        f"Wrote {len(frame):,} rows for {len(each):,} running subscriptions on {as_of} to {out} "
        f"in {seconds:.1f} s."
    ]
    return lines + [
        f"  {counts[decision]:,} {words}" for decision, words in DECISION_WORDS.items() if counts[decision]
    ]


def _tell_endings(frame: pl.DataFrame) -> None:
    """Say on stderr that many subscriptions end, which would rather be the periods of their bills."""
    each = frame.unique(["customer_id", "plan_id"])["ends_on"]
    ending = len(each) - each.null_count()
    if 2 * ending > len(each):
        click.echo(
            f"warning: {ending:,} of {len(each):,} running subscriptions end before their next cycle, and "
            "are advised no other plan. ended_on is the day on which somebody leaves: leave it empty where "
            "only a bill ends",
            err=True,
        )


def _tell_gap(last: date, as_of: date) -> None:
    """Say on stderr that days before `as_of` are unknown: `last` is the last that usage is known of."""
    days = (as_of - last).days
    if days < 2:
        return
    said = f"the last known day of usage is {last}, and {as_of} is {days:,} days later"
    if days <= MOST_UNKNOWN:
        click.echo(f"note: {said}: the days between are unknown", err=True)
        return
    click.echo(
        f"warning: {said}: the days between are unknown, so that of running cycles nothing may be known, "
        "whatever was finished before; give newer usage, or an earlier --as-of",
        err=True,
    )
