"""`shopkeeper keys`: who may call the service."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

import click
from sqlalchemy.exc import SQLAlchemyError

from config.settings import load_settings
from models.errors import ConfigError
from service.commands.ledger import CONFIG
from service.keys.store import SCOPES, KeyStore, Scope
from service.ledger.database import Database

DEMO = "demo-"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def _scopes(_: click.Context, option: click.Parameter, value: str) -> list[Scope]:
    asked = [each.strip() for each in value.split(",") if each.strip()]
    unknown = [each for each in asked if each not in SCOPES]
    if unknown or not asked:
        raise click.BadParameter(
            f"{', '.join(unknown) or 'nothing'}; valid: {', '.join(SCOPES)}", param=option
        )
    return [each for each in SCOPES if each in asked]


@click.group()
def keys() -> None:
    """Who may call the service, and with which scopes."""


@keys.command()
@CONFIG
@click.option("--name", required=True, help="Who the key is for, as lists and counts name it.")
@click.option("--scopes", required=True, callback=_scopes, help=f"Some of {','.join(SCOPES)}; admin may all.")
def create(file: Path | None, name: str, scopes: list[Scope]) -> None:
    """Make a key and print it: this once, for only its hash is kept."""
    if not NAME.fullmatch(name):
        raise ConfigError(f"{name!r} is no name: up to 40 of a-z, 0-9 and -, no - first", key="--name")
    try:
        token = _store(file).create(name, scopes)
    except SQLAlchemyError as error:
        raise _unusable(error) from error
    click.echo(token)
    click.echo(
        f"Key {name!r} for {', '.join(scopes)}. It is shown this once; send it as"
        f" `Authorization: Bearer {token[:6]}...`. Running services ask for keys within 30 s.",
        err=True,
    )


@keys.command()
@CONFIG
def demo(file: Path | None) -> None:
    """Make a key for each scope and print them, to try things; those of the last time are revoked."""
    try:
        store = _store(file)
        for key in store.all():
            if key.name.startswith(DEMO) and key.revoked_at is None:
                store.revoke(key.name)
        now = f"{datetime.now(UTC):%y%m%d-%H%M%S}-{token_hex(2)}"
        made = {scope: store.create(f"{DEMO}{scope}-{now}", [scope]) for scope in SCOPES}
    except SQLAlchemyError as error:
        raise _unusable(error) from error
    click.echo("Keys of this demo, by scope; send one as `Authorization: Bearer ...`:")
    for scope, token in made.items():
        click.echo(f"  {scope:<6} {token}")
    click.echo("`make demo` does not ask for them; SHOPKEEPER_KEYS__REQUIRED=yes make demo does.")


@keys.command("list")
@CONFIG
def listed(file: Path | None) -> None:
    """List the keys: name, scopes, when made, when revoked."""
    try:
        found = _store(file).all()
    except SQLAlchemyError as error:
        raise _unusable(error) from error
    for key in found:
        ended = "" if key.revoked_at is None else f"  revoked {_day(key.revoked_at)}"
        click.echo(f"{key.name}  {','.join(sorted(key.scopes))}  made {_day(key.created_at)}{ended}")
    if not found:
        click.echo("no keys; make one: shopkeeper keys create --name web --scopes web")


@keys.command()
@CONFIG
@click.argument("name")
def revoke(file: Path | None, name: str) -> None:
    """Revoke a key: services refuse it within 30 s."""
    try:
        done = _store(file).revoke(name)
    except SQLAlchemyError as error:
        raise _unusable(error) from error
    if not done:
        raise ConfigError(f"there is no key {name!r} that could be revoked; see `keys list`", key="NAME")
    click.echo(f"{name!r} is revoked; services refuse it within 30 s")


def _store(file: Path | None) -> KeyStore:
    settings = load_settings(file)
    if not settings.ledger.url:
        raise ConfigError("keys are kept in the ledger's database, and there is none", key="ledger.url")
    return KeyStore(Database(settings.ledger.url, settings.ledger.bell))


def _unusable(error: SQLAlchemyError) -> ConfigError:
    return ConfigError(f"the ledger cannot be used: {type(error).__name__}", key="ledger.url")


def _day(at: int) -> str:
    return datetime.fromtimestamp(at / 1e6, UTC).date().isoformat()
