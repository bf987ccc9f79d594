"""Keys are shown once, kept hashed, and revoked."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.errors import ConfigError
from service.keys.schema import api_keys
from service.keys.store import KeyStore
from service.ledger.database import Database
from tests.service.ledger.conftest import database, ledger_url

__all__ = ["database", "ledger_url"]  # fixtures


def test_a_key_is_verified_and_its_secret_is_not_kept(database: Database) -> None:
    store = KeyStore(database)
    token = store.create("shop", ["web", "email"])
    found = store.verified(token)
    assert found is not None
    assert (found.name, found.scopes) == ("shop", {"web", "email"})
    secret = token.split("_", 2)[2]
    with database.reading() as connection:
        row = connection.execute(select(api_keys)).one()
    assert secret not in repr(tuple(row))


def test_what_is_no_key_is_none(database: Database) -> None:
    store = KeyStore(database)
    token = store.create("shop", ["web"])
    for wrong in (token[:-1], token + "x", "sk_" + token[3:].swapcase(), "", "sk", "sk__", "pk" + token[2:]):
        assert store.verified(wrong) is None


def test_a_revoked_key_is_none_and_its_name_stays_taken(database: Database) -> None:
    store = KeyStore(database)
    assert not store.any()
    token = store.create("shop", ["web"])
    assert store.any()
    assert store.revoke("shop")
    assert not store.revoke("shop")
    assert store.verified(token) is None
    assert not store.any()
    assert [key.name for key in store.all() if key.revoked_at] == ["shop"]
    with pytest.raises(ConfigError, match="of the name 'shop' already"):
        store.create("shop", ["web"])
