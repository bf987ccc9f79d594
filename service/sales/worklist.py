"""Whom to contact today: plans that do not fit, interest that was voiced, customers who are overdue."""

from __future__ import annotations

import binascii
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Connection, select

from config.service import ChannelName
from models.advice import DECISIONS, DOWNGRADE, TOP_UP, UPGRADE
from models.bundle import Bundle
from models.contact_rules import ContactHistory, Subject, against_customer, against_subject
from models.nudge_words import sentence
from models.plan_decision import NudgeLimits
from models.rewards import RewardRule, days_to
from models.rhythm import overdue
from service.identity.sessions import ids_of
from service.ledger.people import of_people
from service.ledger.schema import events
from service.profile.worth import money, worth_of
from service.sales.brief import Remembered

DAY = 86_400_000_000  # microseconds
START = datetime(1970, 1, 1, tzinfo=UTC)
INTEREST_DAYS = 30  # in which interest that was voiced is worth coming back to
MOST_TALKS = 5_000  # newest conversations that are looked at
MOST_LOOKED_AT = 2_000  # customers a page; behind them the cursor goes on


class Work(NamedTuple):
    """One customer to contact, and why. `value` is minor units."""

    value: float
    customer_id: str
    reason: str
    text: str
    product_id: str | None = None
    plan_id: str | None = None
    decision: str | None = None

    @property
    def place(self) -> tuple[float, str]:
        """Where it stands in the list: most at stake first."""
        return (-self.value, self.customer_id)


class Page(NamedTuple):
    """Some of the list; `cursor` is None after the last."""

    work: list[Work]
    left_out: int
    cursor: str | None


class Worklist:
    """Makes worklists. What follows from the model alone is reckoned once for each version."""

    def __init__(
        self, remembered: Remembered, limits: NudgeLimits, rewards: Sequence[RewardRule], outcome_days: int
    ) -> None:
        self._rewards = rewards
        self._database = remembered.database
        self._book = remembered.book
        self._rules = remembered.rules
        self._gone = remembered.gone
        self._limits = limits
        self._outcome_days = outcome_days
        self._version = ""
        self._day: date | None = None
        self._of_model: list[Work] = []

    def page(self, bundle: Bundle, limit: int, cursor: str | None, channel: ChannelName) -> Page:
        """The next customers after a cursor. Raises ValueError for a cursor that is none of ours."""
        after = None if cursor is None else _read(cursor)
        now = time.time_ns() // 1000
        found: list[Work] = []
        left_out = 0
        with self._database.reading() as connection:
            todo = self._todo(connection, bundle, now)
            rest = [each for each in todo if after is None or each.place > after]
            done = self._told(connection, now)
            for looked, each in enumerate(rest, start=1):
                if each.customer_id not in done and self._may(connection, bundle, each, channel, now):
                    found.append(each)
                else:
                    left_out += 1
                if len(found) == limit or looked == MOST_LOOKED_AT:
                    more = looked < len(rest)
                    return Page(found, left_out, _written(each) if more else None)
        return Page(found, left_out, None)

    def _todo(self, connection: Connection, bundle: Bundle, now: int) -> list[Work]:
        """One entry a customer, the one with most at stake."""
        today = datetime.now(UTC).date()
        if (self._version, self._day) != (bundle.facts.version, today):
            thanked = _thanked(bundle, self._rewards, today)
            self._of_model = [*_plans(bundle, self._limits), *_overdue(bundle), *thanked]
            self._version, self._day = bundle.facts.version, today
        best: dict[str, Work] = {}
        for each in (*self._of_model, *_interested(connection, bundle, now)):
            known = best.get(each.customer_id)
            if known is None or each.place < known.place:
                best[each.customer_id] = each
        return sorted(best.values(), key=lambda each: each.place)

    def _told(self, connection: Connection, now: int) -> set[str]:
        """Customers of whom an outcome was told lately."""
        since = now - self._outcome_days * DAY
        query = select(events.c.customer_id).where(events.c.type == "outcome", events.c.occurred_at >= since)
        return {each for each in connection.execute(query).scalars() if each}

    def _may(
        self, connection: Connection, bundle: Bundle, each: Work, channel: ChannelName, now: int
    ) -> bool:
        """Whether no rule stands against it, and the reason still holds."""
        if self._gone.cover(bundle, each.customer_id):
            return False
        history: ContactHistory = self._book.history_in(connection, each.customer_id)
        if against_customer(history, channel, now, self._rules):
            return False
        subject = Subject(each.product_id, each.plan_id)
        if any(subject) and against_subject(history, subject, now, self._rules):
            return False
        return each.reason not in ("INTERESTED", "OVERDUE") or not _bought_since(connection, bundle, each)


def _plans(bundle: Bundle, limits: NudgeLimits) -> Iterator[Work]:
    """Subscribers whom another plan would suit better: what they are expected to save is at stake."""
    nudges = bundle.plan_nudges
    if nudges is None or not len(nudges.cycles):
        return
    advice = nudges.advise(limits)
    worth = advice.saving * advice.p_saves
    acting = np.isin(advice.decision, (UPGRADE, DOWNGRADE, TOP_UP)) & (worth > 0)
    for row in np.flatnonzero(acting).tolist():
        yield Work(
            float(worth[row]),
            nudges.subscribers.id(int(nudges.cycles.customer[row])),
            "PLAN",
            sentence(nudges.book, advice, row, bundle.facts.minor_digits),
            plan_id=nudges.book.plans.id(int(advice.recommended_plan[row])),
            decision=DECISIONS[advice.decision[row]],
        )


def _overdue(bundle: Bundle) -> Iterator[Work]:
    """Customers who are late by their own rhythm: the profit that is expected of them is at stake."""
    value = bundle.customer_value
    if value is None:
        return
    today = bundle.facts.last_day + 1
    for at in overdue(value, today).tolist():
        days, gap = today - int(value.last_day[at]), float(value.gap[at])
        if value.expected[at] > 0:
            text = f"Comes every {gap:g} days as a rule, and was not here for {days}"
            yield Work(float(value.expected[at]), bundle.customers.id(at), "OVERDUE", text)


def _thanked(bundle: Bundle, rewards: Sequence[RewardRule], today: date) -> Iterator[Work]:
    """Customers whose first order or birthday is to be thanked for: what is expected of them is at stake."""
    value, directory = bundle.customer_value, bundle.directory
    for rule in rewards:
        if value is None:
            return
        if rule.kind == "first_order":
            recent = bundle.facts.last_day + 1 - value.last_day <= rule.within
            who = bundle.customers.take(np.flatnonzero((value.orders == 1) & recent))
        elif rule.kind == "birthday" and directory is not None:
            near = {at for at in np.unique(directory.birthdays).tolist() if at and _is_near(at, today, rule)}
            who = directory.customers.take(np.flatnonzero(np.isin(directory.birthdays, list(near))))
        else:
            continue
        reason = "FIRST_ORDER" if rule.kind == "first_order" else "BIRTHDAY"
        for customer in who:
            worth = worth_of(bundle, customer)
            if worth is not None and (not rule.tiers or worth.tier in rule.tiers):
                text = "First order lately" if reason == "FIRST_ORDER" else "Birthday these days"
                yield Work(worth.expected, customer, reason, f"{text}: {rule.benefit}")


def _is_near(birthday: int, today: date, rule: RewardRule) -> bool:
    return abs(days_to(divmod(birthday, 100), today)) <= rule.within


def _interested(connection: Connection, bundle: Bundle, now: int) -> Iterator[Work]:
    """Customers who said that they are interested: a piece's profit is at stake, its price if unknown."""
    since = now - INTEREST_DAYS * DAY
    query = select(events.c.customer_id, events.c.details, events.c.occurred_at).where(
        events.c.type == "conversation", events.c.occurred_at >= since, events.c.customer_id.is_not(None)
    )
    newest = query.order_by(events.c.occurred_at.desc()).limit(MOST_TALKS)
    for row in connection.execute(newest):
        said = json.loads(row.details).get("interested") if row.details else None
        for product in said if isinstance(said, list) else ():
            at = bundle.products.index(product) if isinstance(product, str) else -1
            price, cost = (int(of[at]) for of in (bundle.catalogue.price, bundle.catalogue.cost))
            if at < 0 or price <= 0:
                continue
            when = START + timedelta(microseconds=row.occurred_at)
            text = f"Was interested in {bundle.product_name(at)} on {when:%Y-%m-%d}"
            gain = float(price - cost if 0 <= cost < price else price)
            yield Work(gain, row.customer_id, "INTERESTED", text, product_id=product)


def _bought_since(connection: Connection, bundle: Bundle, each: Work) -> bool:
    """Whether they bought the product, or anything at all, since the model or the conversation."""
    ids = ids_of(connection, [each.customer_id])
    query = select(events.c.seq).where(of_people(ids), events.c.type == "purchase")
    if each.product_id is not None:
        query = query.where(events.c.product_id == each.product_id)
    else:
        query = query.where(events.c.occurred_at >= (bundle.facts.last_day + 1) * DAY)
    return connection.execute(query.limit(1)).first() is not None


def _written(each: Work) -> str:
    return urlsafe_b64encode(json.dumps(each.place).encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[float, str]:
    """Where a cursor points to. Raises ValueError."""
    try:
        found = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        value, customer = found
        place = (float(value), str(customer))
    except (binascii.Error, UnicodeDecodeError, TypeError, ValueError) as error:
        raise ValueError("is no cursor of a worklist") from error
    return place


def told(bundle: Bundle, found: Sequence[Work]) -> list[dict[str, Any]]:
    """Entries as WorkOut has them."""
    rows = []
    for each in found:
        worth = worth_of(bundle, each.customer_id)
        rows.append(
            {
                "customer_id": each.customer_id,
                "reason": each.reason,
                "text": each.text,
                "expected_value": money(bundle, each.value),
                "tier": worth.tier if worth else None,
                "product_id": each.product_id,
                "plan_id": each.plan_id,
                "decision": each.decision,
            }
        )
    return rows
