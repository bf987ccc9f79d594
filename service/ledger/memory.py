"""The memory of what customers did since the model was fitted, kept ready for the next answer."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import orjson
from sqlalchemy import Connection, or_, select
from sqlalchemy.exc import SQLAlchemyError
from structlog.typing import FilteringBoundLogger

from models.bundle import Bundle
from models.contact_rules import ContactRules
from models.recent import Fresh, Recent, recent_of
from service.contacts.book import resting_products
from service.ledger.database import Database
from service.ledger.people import of_people
from service.ledger.schema import events as table
from service.metrics import Metrics

NEWEST = 200  # events of a person that are looked at
MOST_KEPT = 10_000  # people kept ready in a worker
STALE_SECONDS = 600.0  # after which a rest that has ended is noticed
REST_SECONDS = 5.0  # a ledger that cannot be reached is not asked for so long: no answer may wait for it
DAY = 86_400_000_000  # microseconds
PREFERENCE = "preference"  # holds until something else is said, however long ago it was
JUST_DAYS = 3  # in which what was bought is not offered again, however often they buy it
COLUMNS = (table.c.type, table.c.product_id, table.c.quantity, table.c.occurred_at, table.c.details)

# All ids under which whoever is there is known, by customer and session id.
Visitors = Callable[[Connection, str | None, str | None], Sequence[str]]


class Gone(Protocol):
    """Knows whether a customer was erased after a bundle's data was read."""

    def cover(self, bundle: Bundle, customer_id: str) -> bool: ...


def as_named(_: Connection, customer_id: str | None, session_id: str | None) -> Sequence[str]:
    """The ids of a visit in a shop that links none."""
    return tuple(each for each in (customer_id, session_id) if each)


class Happened(Protocol):
    """Of an event what is remembered; see the table of events."""

    @property
    def type(self) -> str: ...
    @property
    def product_id(self) -> str | None: ...
    @property
    def quantity(self) -> float | None: ...
    @property
    def occurred_at(self) -> int: ...
    @property
    def details(self) -> str | None: ...


class Kept(NamedTuple):
    """What was found, when the bell had rung as `heard` says, for a version of the model."""

    heard: tuple[int, ...]
    version: str
    until: float
    recent: Recent | None


class Memory:
    """Answers from what is kept; asks the database where the bell has rung since, and only then.

    Where there is no bell (its file cannot be made) the database is asked every time.
    """

    def __init__(
        self,
        database: Database,
        rules: ContactRules,
        metrics: Metrics,
        log: FilteringBoundLogger,
        visitors: Visitors = as_named,
        gone: Gone | None = None,
    ) -> None:
        self._database = database
        self._rules = rules
        self._visitors = visitors
        self._gone = gone
        self._metrics = metrics
        self._log = log
        self._down_until = 0.0
        self._kept: OrderedDict[tuple[str, ...], Kept] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, bundle: Bundle, customer_id: str | None, session_id: str | None) -> Recent | None:
        """What a person did since the model was fitted; None where nothing is known, and where the ledger
        cannot be read: recommending goes on without it, the log says so, and every such answer is counted.
        """
        if not (customer_id or session_id):
            return None
        if time.monotonic() < self._down_until:
            self._metrics.ledger_unread()
            return None
        try:
            return self._of(bundle, customer_id, session_id)
        except SQLAlchemyError as error:
            self._down_until = time.monotonic() + REST_SECONDS
            self._metrics.ledger_unread()
            self._log.error("ledger not read", error=type(error).__name__, seconds=REST_SECONDS)
            return None

    def forgot(self, bundle: Bundle, customer_id: str | None) -> bool:
        """Whether a customer asked to be forgotten by the model that is served."""
        return customer_id is not None and self._gone is not None and self._gone.cover(bundle, customer_id)

    def _of(self, bundle: Bundle, customer_id: str | None, session_id: str | None) -> Recent | None:
        ids = tuple(each for each in (customer_id, session_id) if each)
        bell = self._database.bell()
        heard = tuple(map(bell.heard, ids)) if bell is not None else ()
        if bell is not None and not any(heard):
            return None
        kept = self._kept.get(ids)
        version, now = bundle.facts.version, time.monotonic()
        if kept and bell is not None and kept[:2] == (heard, version) and now < kept.until:
            return kept.recent
        recent = self._found(bundle, customer_id, session_id)
        with self._lock:
            self._kept[ids] = Kept(heard, version, now + STALE_SECONDS, recent)
            self._kept.move_to_end(ids)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return recent

    def _found(self, bundle: Bundle, customer_id: str | None, session_id: str | None) -> Recent | None:
        now = time.time_ns() // 1000
        since = bundle.facts.last_day * DAY  # what was before that day is in the model
        with self._database.reading() as connection:
            theirs = tuple(self._visitors(connection, customer_id, session_id))
            lately = or_(table.c.occurred_at >= since, table.c.type == PREFERENCE)
            newest = select(*COLUMNS).where(of_people(theirs), lately)
            newest = newest.order_by(table.c.occurred_at.desc(), table.c.seq.desc()).limit(NEWEST)
            rows: Sequence[Any] = connection.execute(newest).all()
            resting = tuple(resting_products(connection, theirs, now, self._rules))
        fresh = fresh_of(rows, resting, now)
        if not any(fresh):
            return None
        known = next((each for each in theirs if bundle.customers.index(each) >= 0), None)
        return recent_of(bundle, None if self.forgot(bundle, known) else known, fresh)


def fresh_of(rows: Sequence[Happened], resting: Iterable[str], now: int) -> Fresh:
    """What events, newest first, say of each product, at a time in microseconds since 1970 UTC.

    What was put in the cart before it was bought or taken out is not in it any more.
    """
    found: dict[str, dict[str, None]] = {name: {} for name in (*NAMES.values(), "dropped")}
    for row in rows:
        for name, product in _said(row):
            if name != "cart" or not (product in found["bought"] or product in found["dropped"]):
                found[name].setdefault(product)
    just = (row.product_id for row in rows if _bought(row) and row.occurred_at >= now - JUST_DAYS * DAY)
    return Fresh(
        bought=tuple(found["bought"]),
        just_bought=tuple(dict.fromkeys(product for product in just if product)),
        cart=tuple(found["cart"]),
        interested=tuple(found["interested"]),
        wished=tuple(found["wished"]),
        seen=tuple(found["seen"]),
        resting=tuple(resting),
        preferences=tuple(_preferences(rows)),
    )


NAMES: Mapping[str, str] = {
    "purchase": "bought",
    "cart": "cart",
    "wishlist": "wished",
    "view": "seen",
    "click": "seen",
    "accept": "interested",
}


def _said(row: Happened) -> Iterable[tuple[str, str]]:
    """What one event says, about which products."""
    if row.type == "conversation":
        details = orjson.loads(row.details) if row.details else {}
        listed = details.get("interested")  # what they want none of is among the dismissals
        yield from (("interested", each) for each in listed or () if isinstance(each, str))
        return
    name = NAMES.get(row.type)
    if name is None or row.product_id is None:
        return
    if name == "cart" and row.quantity is not None and row.quantity <= 0:
        name = "dropped"
    if name == "bought" and not _bought(row):
        return
    yield name, row.product_id


def _preferences(rows: Iterable[Happened]) -> Iterable[tuple[str, bool]]:
    """What they said last of each subject."""
    said: dict[str, bool] = {}
    for row in rows:
        if row.type == PREFERENCE and row.details:
            details = orjson.loads(row.details)
            said.setdefault(details["subject"], details["avoids"])
    return said.items()


def _bought(row: Happened) -> bool:
    return row.type == "purchase" and bool(row.product_id) and (row.quantity is None or row.quantity > 0)
