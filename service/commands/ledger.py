"""`shopkeeper ledger`: what the ledger holds, and forgetting what is old."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from config.settings import Settings, load_settings
from models.errors import ConfigError
from service.attribution import records
from service.event_schemas import microseconds
from service.ledger.database import Database
from service.ledger.events import EventStore

CONFIG = click.option(
    "--config", "file", type=click.Path(path_type=Path, dir_okay=False), help="The settings, a TOML file."
)


@click.group()
def ledger() -> None:
    """What the ledger holds, and forgetting what is old."""


@ledger.command()
@CONFIG
def info(file: Path | None) -> None:
    """Bring the schema up to date, and say how many events there are."""
    store = _store(load_settings(file))
    click.echo(f"{_asked(store.count):,} events")


@ledger.command()
@CONFIG
def prune(file: Path | None) -> None:
    """Delete events, and what was attributed and shown, older than [ledger] retention_days."""
    settings = load_settings(file)
    store, days = _store(settings), settings.ledger.retention_days
    before = microseconds(datetime.now(UTC) - timedelta(days=days))
    pruned = _asked(lambda: store.prune(before))
    _asked(lambda: _prune_records(settings, before))
    click.echo(f"{pruned:,} events older than {days} days deleted; {_asked(store.count):,} kept")


def _store(settings: Settings) -> EventStore:
    if not settings.ledger.url:
        raise ConfigError("there is no ledger", key="ledger.url")
    return EventStore(Database(settings.ledger.url))


def _prune_records(settings: Settings, before: int) -> int:
    with Database(settings.ledger.url).writing() as connection:
        return records.prune(connection, before)


def _asked(question: Callable[[], int]) -> int:
    try:
        return question()
    except SQLAlchemyError as error:
        raise ConfigError(f"the ledger cannot be used: {type(error).__name__}", key="ledger.url") from error
