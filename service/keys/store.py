"""Making, revoking and checking keys."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

from sqlalchemy import exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from models.errors import ConfigError
from service.keys.schema import api_keys as table
from service.ledger.database import Database

Scope = Literal["web", "sales", "email", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
PREFIX = "sk"
# A secret has 256 random bits, so that the hash need not be slow for its sake; 16 MB and some 30 ms.
COST, BLOCK, PARALLEL = 2**14, 8, 1


class Key(NamedTuple):
    """A key without its secret. Times are microseconds since 1970 UTC."""

    key_id: str
    name: str
    scopes: frozenset[str]
    created_at: int
    revoked_at: int | None = None


class KeyStore:
    """The keys of a service, in the database of its ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, name: str, scopes: Sequence[Scope]) -> str:
        """Make a key; what the caller sends as its bearer token is returned here and nowhere again.

        Raises ConfigError for a name that is taken, also by a revoked key: names are in the logs.
        """
        key_id, secret, salt = secrets.token_hex(6), secrets.token_urlsafe(32), secrets.token_bytes(16)
        row = {
            "key_id": key_id,
            "name": name,
            "scopes": ",".join(dict.fromkeys(scopes)),
            "salt": salt,
            "hash": _hash(secret, salt),
            "created_at": time.time_ns() // 1000,
        }
        try:
            with self._database.writing() as connection:
                connection.execute(insert(table).values(row))
        except IntegrityError as error:
            raise ConfigError(f"there is a key of the name {name!r} already", key="--name") from error
        return f"{PREFIX}_{key_id}_{secret}"

    def all(self) -> list[Key]:
        """Every key, revoked ones too, oldest first."""
        query = select(table).order_by(table.c.created_at, table.c.key_id)
        with self._database.reading() as connection:
            return [
                Key(row.key_id, row.name, frozenset(row.scopes.split(",")), row.created_at, row.revoked_at)
                for row in connection.execute(query)
            ]

    def any(self) -> bool:
        """Is there a key that is not revoked?"""
        with self._database.reading() as connection:
            return bool(connection.execute(select(exists().where(table.c.revoked_at.is_(None)))).scalar())

    def revoke(self, name: str) -> bool:
        """Revoke a key; was there one of this name that could be used?"""
        mine = (table.c.name == name) & table.c.revoked_at.is_(None)
        with self._database.writing() as connection:
            changed = connection.execute(update(table).where(mine).values(revoked_at=time.time_ns() // 1000))
            return changed.rowcount > 0

    def verified(self, token: str) -> Key | None:
        """The key of a token; None for a token that is none, is wrong, or was revoked."""
        prefix, _, rest = token.partition("_")
        key_id, _, secret = rest.partition("_")
        if prefix != PREFIX or not secret:
            return None
        query = select(table).where(table.c.key_id == key_id, table.c.revoked_at.is_(None))
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None or not hmac.compare_digest(row.hash, _hash(secret, row.salt)):
            return None
        return Key(row.key_id, row.name, frozenset(row.scopes.split(",")), row.created_at)


def _hash(secret: str, salt: bytes) -> bytes:
    return hashlib.scrypt(secret.encode(), salt=salt, n=COST, r=BLOCK, p=PARALLEL)
