"""`shopkeeper serve`: the service under gunicorn."""

from __future__ import annotations

import errno
import os
import socket
import sys
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

import config
from config.policies import load_policies
from config.settings import Settings, environment_with, load_settings
from models.errors import ConfigError
from service.bundles import CURRENT
from service.keys.store import KeyStore
from service.ledger.database import Database
from service.welcome import welcome

GUNICORN_CONFIG = Path(config.__file__).with_name("gunicorn.conf.py")


@click.command()
@click.option(
    "--config", "file", type=click.Path(path_type=Path, dir_okay=False), help="The settings, a TOML file."
)
@click.option("--bind", metavar="HOST:PORT", help="Where to listen; else service.bind of the settings.")
@click.option(
    "--workers", type=click.IntRange(min=1), help="Processes; else service.workers of the settings."
)
def serve(file: Path | None, bind: str | None, workers: int | None) -> None:
    """Serve recommendations over HTTP until Ctrl-C."""
    settings = load_settings(file)
    address = bind or settings.service.bind
    check_address(address, "--bind" if bind else "service.bind")
    check_keys(settings, address)
    load_policies(settings.service.policies)  # a mistake is told here, in one line, rather than by gunicorn
    _announce(settings, address, workers or settings.service.workers)
    arguments = [sys.executable, "-m", "gunicorn", "--config", str(GUNICORN_CONFIG), "--bind", address]
    if workers:
        arguments += ["--workers", str(workers)]
    sys.stderr.flush()
    os.execve(sys.executable, arguments, environment_with(file))  # noqa: S606  # our own server, no shell wanted


def check_keys(settings: Settings, address: str) -> None:
    """Raise ConfigError where others than this machine could call, and nothing asks who they are."""
    host = address.rpartition(":")[0].strip("[]")
    if settings.keys.required != "auto" or host in ("localhost", "::1") or host.startswith("127."):
        return
    if settings.ledger.url:
        try:
            if KeyStore(Database(settings.ledger.url, settings.ledger.bell)).any():
                return
        except SQLAlchemyError as error:
            raise ConfigError(
                f"the ledger cannot be used: {type(error).__name__}", key="ledger.url"
            ) from error
    raise ConfigError(
        f"{address} can be reached from other machines, and there is no key: whoever finds it could read what"
        " customers bought. Make one with `shopkeeper keys create --name web --scopes web` (with the same"
        ' --config), or set required = "no" under [keys] where something in front asks who calls',
        key="keys.required",
    )


def check_address(address: str, where: str) -> None:
    """Raise ConfigError, in words, for an address that nothing can listen on."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or not 0 <= int(port) <= 65_535:
        raise ConfigError(
            f"{address!r} is no HOST:PORT such as 127.0.0.1:8000", key="service.bind", where=where
        )
    try:
        family, kind, protocol, _, target = socket.getaddrinfo(
            host.strip("[]"), int(port), type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(target)
            probe.listen(1)
    except OSError as error:
        raise ConfigError(_why(address, error), key="service.bind", where=where) from error


def _why(address: str, error: OSError) -> str:
    reasons = {
        errno.EADDRINUSE: "another program listens there; choose another port",
        errno.EACCES: "ports below 1024 need rights this user lacks; choose one above",
        errno.EADDRNOTAVAIL: "that address is not one of this machine; 0.0.0.0 is all of them",
    }
    return f"cannot listen on {address}: {reasons.get(error.errno or 0, error.strerror or str(error))}"


def _announce(settings: Settings, address: str, workers: int) -> None:
    click.echo(f"Serving {settings.artifacts.dir} on http://{address} with {workers} workers.", err=True)
    click.echo(welcome(settings.artifacts.dir / CURRENT, address), err=True)
