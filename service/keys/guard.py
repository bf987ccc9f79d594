"""Who may call what: the bearer token of a request against the scopes of a route, and how often."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from config.keys import Keys
from service.keys.store import Key, KeyStore

KEPT_SECONDS = 30.0  # a revoked key is refused, and a first key asked for, after so long at the latest
MOST_KEPT = 1_000  # tokens
MAX_TOKEN = 200  # characters
WRONG_A_SECOND = 5.0  # tokens that a worker looks up: each costs a query, most a slow hash
ADMIN = "admin"
BEARER = "Bearer "


class Refusal(NamedTuple):
    """Why a request is not answered: the status, what to say, and headers that go with it."""

    status: int
    reason: str
    detail: str
    headers: Mapping[str, str]


class Bucket:
    """A token bucket: so many at once, refilled evenly."""

    def __init__(self, per_second: float, most: float) -> None:
        self._rate, self._most = per_second, most
        self._left, self._at = most, time.monotonic()

    def wait(self) -> float:
        """0 if one may pass, who is counted; else the seconds until the next may."""
        now = time.monotonic()
        self._left = min(self._most, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left >= 1:
            self._left -= 1
            return 0.0
        return (1 - self._left) / self._rate


class Guard:
    """Admits or refuses requests. What was found out about a token is kept for a while, under its hash."""

    def __init__(
        self,
        store: KeyStore | None,
        settings: Keys,
        scopes: Mapping[str, frozenset[str]],
        workers: int,
        refused: Callable[[str], None],
    ) -> None:
        """`scopes` are those that may call each route, by its name; none for a route that is open to all.

        `refused` is told the reason of each refusal.
        """
        self._store = store
        self._settings = settings
        self._scopes = scopes
        self._per_second = settings.rate_per_minute / 60 / workers
        self._refused = refused
        self._kept: OrderedDict[bytes, tuple[float, Key | None]] = OrderedDict()
        self._buckets: dict[str, Bucket] = {}
        self._lookups = Bucket(WRONG_A_SECOND, WRONG_A_SECOND)
        self._wanted = settings.required == "yes"
        self._wanted_until = 0.0
        self._lock = threading.Lock()

    def refusal(self, route: str, authorization: str | None) -> Refusal | None:
        """Why a request for a route may not be answered; None where it may."""
        scopes = self._scopes.get(route)
        if not scopes or not self._asks():
            return None
        found = self._judged(scopes, authorization)
        if found is not None:
            self._refused(found.reason)
        return found

    def _asks(self) -> bool:
        """Are keys asked for? With "auto", from the first key on."""
        if self._settings.required != "auto" or self._store is None:
            return self._wanted
        now = time.monotonic()
        if now >= self._wanted_until:
            with suppress(SQLAlchemyError):  # what was found before holds on
                self._wanted = self._store.any()
            self._wanted_until = now + KEPT_SECONDS
        return self._wanted

    def _judged(self, scopes: frozenset[str], authorization: str | None) -> Refusal | None:
        token = (authorization or "").removeprefix(BEARER)
        if not authorization or token == authorization or len(token) > MAX_TOKEN:
            return _unauthorized("no_key", "send a key: Authorization: Bearer sk_...")
        key = self._key(token)
        if isinstance(key, Refusal):
            return key
        if key is None:
            return _unauthorized("wrong_key", "this key is not known, or was revoked")
        if ADMIN not in key.scopes and not key.scopes & scopes:
            needed = " or ".join(sorted(scopes | {ADMIN}))
            return Refusal(403, "wrong_scope", f"this needs a key with the scope {needed}", {})
        return self._too_often(key)

    def _key(self, token: str) -> Key | Refusal | None:
        """The key of a token, from what is kept if it is."""
        digest, now = hashlib.sha256(token.encode()).digest(), time.monotonic()
        kept = self._kept.get(digest)
        if kept is not None and now < kept[0]:
            return kept[1]
        with self._lock:
            wait = 0.0 if kept and kept[1] else self._lookups.wait()
            if wait:
                return _later("guessing", wait)
            try:
                key = None if self._store is None else self._store.verified(token)
            except SQLAlchemyError:
                # A key that was good stays good while the database cannot be asked.
                if kept is None or kept[1] is None:
                    return Refusal(503, "no_database", "keys cannot be checked now; try again", {})
                key = kept[1]
            self._kept[digest] = (now + KEPT_SECONDS, key)
            self._kept.move_to_end(digest)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return key

    def _too_often(self, key: Key) -> Refusal | None:
        with self._lock:
            bucket = self._buckets.get(key.key_id)
            if bucket is None:
                most = max(self._per_second, 1.0)
                bucket = self._buckets[key.key_id] = Bucket(self._per_second, most)
            wait = bucket.wait()
        return _later("too_often", wait) if wait else None


def _unauthorized(reason: str, detail: str) -> Refusal:
    return Refusal(401, reason, detail, {"WWW-Authenticate": "Bearer"})


def _later(reason: str, wait: float) -> Refusal:
    seconds = str(max(1, -int(-wait // 1)))
    return Refusal(429, reason, f"too many requests; again in {seconds} s", {"Retry-After": seconds})
