"""`shopkeeper keys`, and what `serve` says without one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from config.settings import Settings, load_settings
from models.errors import ConfigError
from service.commands.serve import check_keys
from service.keys.store import SCOPES, KeyStore
from service.ledger.database import Database
from shopkeeper import main

Run = Callable[..., Result]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "shop.toml"
    file.write_text(f'[ledger]\nurl = "sqlite:///{tmp_path / "ledger.sqlite3"}"\n')
    return file


@pytest.fixture
def run(config: Path) -> Run:
    """What `shopkeeper keys ...` answers."""

    def call(command: str, *arguments: str) -> Result:
        return CliRunner().invoke(main, ["keys", command, "--config", str(config), *arguments])

    return call


def test_a_key_is_made_listed_and_revoked(run: Run) -> None:
    assert "no keys; make one" in run("list").stdout
    made = run("create", "--name", "shop", "--scopes", "email,web")
    assert made.exit_code == 0
    token = made.stdout.strip()
    assert token.startswith("sk_")
    assert token not in made.stderr
    listed = run("list").stdout
    assert listed.startswith("shop  email,web  made ")
    assert token not in listed
    assert run("revoke", "shop").exit_code == 0
    assert "revoked" in run("list").stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("create", "--name", "shop", "--scopes", "web,till"), "till; valid: web, sales, email, admin"),
        (("create", "--name", "My shop", "--scopes", "web"), "'My shop' is no name"),
        (("revoke", "nobody"), "there is no key 'nobody'"),
    ],
)
def test_mistakes_are_told(run: Run, arguments: tuple[str, ...], words: str) -> None:
    answer = run(*arguments)
    assert answer.exit_code == 2
    assert words in answer.stderr


def test_without_a_key_nothing_is_served_to_other_machines(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
    settings = Settings(ledger={"url": url})
    check_keys(settings, "127.0.0.1:8000")
    check_keys(settings, "[::1]:8000")
    check_keys(Settings(ledger={"url": url}, keys={"required": "no"}), "0.0.0.0:8000")
    for address in ("0.0.0.0:8000", "[::]:8000", "10.0.0.7:8000"):
        with pytest.raises(ConfigError, match="shopkeeper keys create"):
            check_keys(settings, address)
    with pytest.raises(ConfigError, match="shopkeeper keys create"):
        check_keys(Settings(ledger={"url": ""}), "0.0.0.0:8000")
    KeyStore(Database(url)).create("shop", ["web"])
    check_keys(settings, "0.0.0.0:8000")


def test_the_demo_makes_a_key_for_each_scope_and_revokes_the_last(run: Run, config: Path) -> None:
    first, second = run("demo").stdout, run("demo").stdout
    store = KeyStore(Database(load_settings(config).ledger.url))
    tokens = {line.split()[0]: line.split()[1] for line in second.splitlines() if " sk_" in line}
    assert set(tokens) == set(SCOPES)
    for scope, token in tokens.items():
        key = store.verified(token)
        assert key is not None
        assert key.scopes == {scope}
    old = [line.split()[1] for line in first.splitlines() if " sk_" in line]
    assert [store.verified(token) for token in old] == [None] * len(SCOPES)
