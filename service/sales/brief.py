"""The brief of a customer: who they are to us, what to offer and say, and what not."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

from config.service import ChannelName
from models.bundle import Bundle
from models.contact_rules import (
    ContactHistory,
    ContactRules,
    Subject,
    Suppression,
    against_customer,
    withheld,
)
from models.customer_value import Worth
from models.rewards import RewardRule
from service.answers import Desk
from service.contacts.book import ContactBook
from service.identity.erasures import Erasures
from service.identity.sessions import ids_of
from service.ledger.database import Database
from service.ledger.events import EventStore
from service.ledger.memory import Memory
from service.nudge_answers import NudgeDesk
from service.profile.profile import avoidances, due_to
from service.profile.worth import is_overdue, money, worth_of
from service.schemas import MAX_EXCLUDE, RecommendationRequest

EPOCH = date(1970, 1, 1)
START = datetime(1970, 1, 1, tzinfo=UTC)
RECENT = 20
UNKNOWN_CUSTOMER = "Nothing is known of this customer yet: ask, listen, and note what they are interested in."


class Remembered(Protocol):
    """What is needed of the parts that remember."""

    @property
    def database(self) -> Database: ...
    @property
    def book(self) -> ContactBook: ...
    @property
    def rules(self) -> ContactRules: ...
    @property
    def gone(self) -> Erasures: ...
    @property
    def memory(self) -> Memory: ...


class BriefDesk:
    """Makes briefs."""

    def __init__(
        self, remembered: Remembered, desk: Desk, nudges: NudgeDesk, rewards: Sequence[RewardRule]
    ) -> None:
        self._rewards = rewards
        self._database = remembered.database
        self._store = EventStore(remembered.database)
        self._book = remembered.book
        self._rules = remembered.rules
        self._gone = remembered.gone
        self._memory = remembered.memory
        self._desk = desk
        self._nudges = nudges

    def brief(self, bundle: Bundle, customer_id: str, channel: ChannelName) -> dict[str, Any]:
        """The brief, as BriefOut has it; nudges without what stands against them."""
        now = time.time_ns() // 1000
        with self._database.reading() as connection:
            ids = ids_of(connection, [customer_id])
            history = self._book.history_in(connection, customer_id)
        recent = [_happened(bundle, row) for row in self._store.of(ids, RECENT)]
        against = [each._asdict() for each in against_customer(history, channel, now, self._rules)]
        not_now = withheld(history, now, self._rules)
        products = [subject.product_id for subject in not_now if subject.product_id is not None]
        request = RecommendationRequest(
            customer_id=customer_id,
            placement="sales",
            channel=channel,
            exclude=tuple(products[:MAX_EXCLUDE]),
        )
        answer, body = self._desk.recommend(bundle, request)
        nudges = None
        if bundle.plan_nudges is not None:
            nudges = self._nudges.of_customer(bundle, bundle.plan_nudges, customer_id)
        return {
            "model_version": bundle.facts.version,
            "customer_id": customer_id,
            "currency": bundle.facts.currency,
            "who": self._who(bundle, customer_id, history, known=bool(recent)),
            "contact": {"channel": channel, "allowed": not against, "suppressions": against},
            "recent": recent,
            "offers": [_pitch(bundle, each) for each in answer.recommendations],
            "not_to_offer": [_withheld(bundle, subject, why) for subject, why in not_now.items()],
            "rewards": self._due(bundle, customer_id),
            "never_buys": self._avoided(bundle, customer_id),
            "nudges": nudges["nudges"] if nudges else [],
            "recommendation_id": body["recommendation_id"],
        }

    def _due(self, bundle: Bundle, customer_id: str) -> list[dict[str, Any]]:
        worth = worth_of(bundle, customer_id)
        if worth is None or self._gone.cover(bundle, customer_id):
            return []
        return due_to(bundle, self._rewards, customer_id, worth)

    def _avoided(self, bundle: Bundle, customer_id: str) -> list[dict[str, Any]]:
        recent = self._memory.of(bundle, customer_id, None)
        at = -1 if self._gone.cover(bundle, customer_id) else bundle.customers.index(customer_id)
        return avoidances(bundle, at, recent.preferences if recent is not None else {})[0]

    def _who(
        self, bundle: Bundle, customer_id: str, history: ContactHistory, *, known: bool
    ) -> dict[str, Any]:
        worth = worth_of(bundle, customer_id)
        if self._gone.cover(bundle, customer_id):
            worth = None
        late = worth is not None and is_overdue(worth, bundle.facts.last_day + 1)
        sentences = [_sentence(bundle, worth, late=late) if worth else UNKNOWN_CUSTOMER]
        if worth is None and known:
            sentences = ["New to us: what is known is what they did lately."]
        if history.complaint_since is not None:
            since = START + timedelta(microseconds=history.complaint_since)
            sentences.append(f"A complaint is open since {since:%Y-%m-%d}: settle it first.")
        return {
            "known": worth is not None or known,
            "sentence": " ".join(sentences),
            "tier": worth.tier if worth else None,
            "segment": worth.segment if worth else None,
            "value": money(bundle, worth.value) if worth else None,
            "expected_profit": money(bundle, worth.expected) if worth else None,
            "orders": worth.orders if worth else None,
            "first_order": _day(worth.first_day) if worth else None,
            "last_order": _day(worth.last_day) if worth else None,
            "usual_gap_days": worth.gap if worth else None,
            "overdue": late,
        }


def _sentence(bundle: Bundle, worth: Worth, *, late: bool) -> str:
    times = "one order" if worth.orders == 1 else f"{worth.orders} orders"
    said = (
        f"{worth.tier.capitalize()} customer, {worth.segment.replace('_', ' ')}: {times} since "
        f"{_day(worth.first_day)}, the last on {_day(worth.last_day)}"
    )
    if worth.gap is not None:
        said += f", usually every {worth.gap:g} days"
    said += f"; {money(bundle, worth.revenue)} {bundle.facts.currency} in all."
    return f"{said} Overdue by their own rhythm." if late else said


def _pitch(bundle: Bundle, each: Any) -> dict[str, Any]:
    price = int(bundle.catalogue.price[bundle.products.index(each.product_id)])
    why = [reason.text for reason in each.reasons]
    return {
        "product_id": each.product_id,
        "name": each.name,
        "kind": each.kind,
        "price": money(bundle, price) if price >= 0 else None,
        "say": f"{each.name}. {why[0]}." if why else f"{each.name}.",
        "reasons": [
            {"code": reason.code, "text": reason.text, "evidence": reason.evidence} for reason in each.reasons
        ],
    }


def _withheld(bundle: Bundle, subject: Subject, why: Suppression) -> dict[str, Any]:
    return {
        **subject._asdict(),
        "name": _name(bundle, subject.product_id),
        "code": why.code,
        "text": why.text,
        "until": why.until,
    }


def _happened(bundle: Bundle, row: Any) -> dict[str, Any]:
    return {
        "at": (START + timedelta(microseconds=row.occurred_at)).isoformat(timespec="seconds"),
        "type": row.type,
        "channel": row.channel,
        "product_id": row.product_id,
        "name": _name(bundle, row.product_id),
        "plan_id": row.plan_id,
        "details": json.loads(row.details) if row.details else None,
    }


def _name(bundle: Bundle, product_id: str | None) -> str | None:
    at = -1 if product_id is None else bundle.products.index(product_id)
    return bundle.product_name(at) if at >= 0 else None


def _day(day: int) -> str:
    return (EPOCH + timedelta(days=day)).isoformat()
