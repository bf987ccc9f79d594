"""Whether somebody was erased, asked without waiting for a ledger that is down."""

from __future__ import annotations

import time
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy.exc import OperationalError

from models.contact_hashes import ContactHasher
from service.identity import erasures
from service.identity.erasures import Erasures
from service.identity.register import Register
from service.ledger.database import Database
from tests.models.tiny import tiny_bundle

HASHER = ContactHasher(b"a key that is long enough", "GB")
BUNDLE = tiny_bundle()


class Down:
    """A database that cannot be reached, and counts who tries."""

    tried = 0

    def bell(self) -> None:
        self.tried += 1
        raise OperationalError("connect", None, OSError())


def test_only_what_was_erased_after_the_data_was_read_is_covered(database: Database) -> None:
    gone = Erasures(database, HASHER)
    register = Register(database, HASHER, gone)
    assert not gone.cover(BUNDLE, "ana")
    register.erase("ana", time.time_ns() // 1000)
    assert gone.cover(BUNDLE, "ana")
    assert not gone.cover(BUNDLE, "ben")
    register.erase("ana", 1)  # long before the model was trained: it knows only what came after
    assert not gone.cover(BUNDLE, "ana")


def test_another_process_hears_of_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.sqlite3"
    one, other = Database(url), Database(url)
    listening = Erasures(other, HASHER)
    assert not listening.cover(BUNDLE, "ana")
    Register(one, HASHER, Erasures(one, HASHER)).erase("ana", time.time_ns() // 1000)
    assert listening.cover(BUNDLE, "ana")


def test_a_ledger_that_is_down_is_left_alone_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    down = Down()
    gone = Erasures(cast(Database, down), HASHER)
    for _ in range(3):
        assert not gone.cover(BUNDLE, "ana")
    assert down.tried == 1
    monkeypatch.setattr(erasures, "REST_SECONDS", 0.0)
    again = Erasures(cast(Database, down), HASHER)
    for _ in range(3):
        again.cover(BUNDLE, "ana")
    assert down.tried == 4
