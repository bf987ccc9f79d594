"""`shopkeeper uplift`: what personal recommendations changed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import click
from sqlalchemy.exc import SQLAlchemyError

from config.service import ChannelName
from config.settings import Settings, load_settings
from models.artifact import load_artifact
from models.bundle import Facts
from models.errors import ConfigError
from models.uplift import Estimate
from service.attribution.uplift import Uplift, Window, uplift
from service.bundles import CURRENT
from service.event_schemas import microseconds
from service.ledger.database import Database

MONEY = ("revenue", "margin")


@click.command("uplift")
@click.option("--config", "file", type=click.Path(path_type=Path, dir_okay=False), help="The settings.")
@click.option(
    "--since", required=True, type=click.DateTime(["%Y-%m-%d"]), help="First day of what is looked at, UTC."
)
@click.option(
    "--channel",
    "channels",
    multiple=True,
    type=click.Choice(get_args(ChannelName)),
    help="A channel; all of them if left out. May be given several times.",
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the same as JSON.")
def command(file: Path | None, since: datetime, channels: tuple[str, ...], out: Path | None) -> None:
    """Compare customers who get personal recommendations with those who are held out.

    Shares are of customers, money is a customer; intervals hold 95 times in 100. Where an arm is too small
    it says so rather than guess: see [experiments] in the settings.
    """
    settings = load_settings(file)
    facts, found = _measured(settings, since.replace(tzinfo=UTC), channels or get_args(ChannelName))
    for each in found:
        _tell(each, facts)
    if not any(sum(each.customers.values()) for each in found):
        click.echo(
            "Nobody was exposed: set a share in [experiments.holdout], and send the impressions of answers "
            "to POST /v1/events with their recommendation_id."
        )
    if out is not None:
        body = {each.channel: _plain(each, facts) for each in found}
        out.write_text(json.dumps({"since": f"{since:%Y-%m-%d}", "channels": body}, indent=2) + "\n")
        click.echo(f"Written to {out}")


def _measured(settings: Settings, since: datetime, channels: tuple[str, ...]) -> tuple[Facts, list[Uplift]]:
    if not settings.ledger.url:
        raise ConfigError("there is no ledger", key="ledger.url")
    bundle = load_artifact(settings.artifacts.dir / CURRENT)
    rules, until = settings.experiments, datetime.now(UTC) + timedelta(days=1)
    window = Window(
        microseconds(since), microseconds(until), rules.window_days, rules.churn_days, rules.least_customers
    )
    try:
        with Database(settings.ledger.url).reading() as connection:
            return bundle.facts, [uplift(connection, bundle, each, window) for each in channels]
    except SQLAlchemyError as error:
        raise ConfigError(f"the ledger cannot be used: {type(error).__name__}", key="ledger.url") from error


def _tell(found: Uplift, facts: Facts) -> None:
    if not sum(found.customers.values()):
        return
    counts = ", ".join(f"{count:,} {arm}" for arm, count in found.customers.items())
    click.echo(f"{found.channel}: {counts}")
    for name, estimate in found.measures.items():
        personal, control = (_shown(name, value, facts) for value in (estimate.personal, estimate.control))
        line = f"  {name:<11}{personal:>12}{control:>12}"
        if estimate.not_enough:
            click.echo(f"{line}  {estimate.not_enough}")
            continue
        low, high = (_shown(name, value, facts) for value in (estimate.low, estimate.high))
        click.echo(f"{line}  difference {_shown(name, estimate.difference, facts)} ({low} to {high})")


def _shown(name: str, value: float | None, facts: Facts) -> str:
    if value is None:
        return "-"
    if name in MONEY:
        return f"{Decimal(round(value)).scaleb(-facts.minor_digits)} {facts.currency}"
    return f"{100 * value:.1f} %"


def _plain(found: Uplift, facts: Facts) -> dict[str, Any]:
    return {
        "customers": dict(found.customers),
        "currency": facts.currency,
        **{name: _figures(name, estimate, facts) for name, estimate in found.measures.items()},
    }


def _figures(name: str, estimate: Estimate, facts: Facts) -> dict[str, Any]:
    if name not in MONEY:
        return estimate._asdict()
    return {
        key: value
        if value is None or isinstance(value, str)
        else str(Decimal(round(value)).scaleb(-facts.minor_digits))
        for key, value in estimate._asdict().items()
    }
