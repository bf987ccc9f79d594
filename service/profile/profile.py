"""The profile of a customer: a few look-ups in the bundle, and what they said themselves."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from models.bundle import Bundle
from models.customer_value import CustomerValue, Worth
from models.rewards import Customer, RewardRule, rewards_of
from service.ledger.memory import Memory
from service.profile.worth import is_overdue, money, worth_of

EPOCH = date(1970, 1, 1)


def profile_of(
    bundle: Bundle, memory: Memory | None, rules: Sequence[RewardRule], customer_id: str
) -> dict[str, Any]:
    """The profile, as ProfileOut has it."""
    forgotten = memory is not None and memory.forgot(bundle, customer_id)
    recent = memory.of(bundle, customer_id, None) if memory is not None else None
    worth = None if forgotten else worth_of(bundle, customer_id)
    at = -1 if forgotten else bundle.customers.index(customer_id)
    avoided, allowed = avoidances(bundle, at, recent.preferences if recent is not None else {})
    return {
        "model_version": bundle.facts.version,
        "customer_id": customer_id,
        "known": at >= 0 or recent is not None,
        "currency": bundle.facts.currency,
        "value": money(bundle, worth.value) if worth else None,
        "percentile": round(worth.percentile, 2) if worth else None,
        "tier": worth.tier if worth else None,
        "segment": worth.segment if worth else None,
        "rfm": "".join(map(str, worth.rfm)) if worth else None,
        "orders": worth.orders if worth else None,
        "revenue": money(bundle, worth.revenue) if worth else None,
        "expected_profit": money(bundle, worth.expected) if worth else None,
        "first_order": _day(worth.first_day) if worth else None,
        "last_order": _day(worth.last_day) if worth else None,
        "usual_gap_days": worth.gap if worth else None,
        "overdue": worth is not None and is_overdue(worth, bundle.facts.last_day + 1),
        "progress": progress_of(bundle, worth) if worth else None,
        "persona": persona_of(bundle, at),
        "rewards": [] if worth is None else due_to(bundle, rules, customer_id, worth),
        "never_buys": avoided,
        "allowed": allowed,
    }


def persona_of(bundle: Bundle, customer: int) -> dict[str, Any] | None:
    """The persona of a customer, as PersonaOut has it."""
    found = bundle.personas.of(customer) if bundle.personas is not None else None
    if found is None:
        return None
    return {
        "persona_id": found.persona_id,
        "name": found.name,
        "customers": found.customers,
        "value": money(bundle, found.value),
        "typical": [bundle.product_name(at) for at in found.typical],
    }


def due_to(
    bundle: Bundle, rules: Sequence[RewardRule], customer_id: str, worth: Worth
) -> list[dict[str, Any]]:
    """The rewards of a customer, as RewardOut has them."""
    birthday = bundle.directory.birthday_of(customer_id) if bundle.directory is not None else None
    at, day = bundle.customers.index(customer_id), bundle.facts.last_day + 1
    one = Customer(at, worth, day, datetime.now(UTC).date(), birthday)
    return [each._asdict() for each in rewards_of(bundle, rules, one)]


def avoidances(
    bundle: Bundle, customer: int, stated: Mapping[str, bool]
) -> tuple[list[dict[str, Any]], list[str]]:
    """What somebody avoids, as NeverBuyOut has it, and what was learned and they denied."""
    learned = bundle.never_buys.of(customer) if bundle.never_buys is not None else []
    found = [
        {**each._asdict(), "said": each.subject in stated}
        for each in learned
        if stated.get(each.subject, True)
    ]
    known = {each.subject for each in learned}
    nothing = {"confidence": None, "baskets": None, "rate": None}
    found += [
        {"subject": subject, "said": True, **nothing}
        for subject, avoids in stated.items()
        if avoids and subject not in known
    ]
    return found, [subject for subject in known if not stated.get(subject, True)]


def progress_of(bundle: Bundle, worth: Worth) -> dict[str, Any] | None:
    """How far it is to the next tier; None for the highest."""
    value = bundle.customer_value
    above = _above(value, worth) if value is not None else None
    if value is None or above is None:
        return None
    to_go = max(float(value.floors[above]) - worth.value, 0.0)
    usual = worth.profit / worth.orders if worth.orders and worth.profit > 0 else None
    visits = max(math.ceil(to_go / usual), 1) if usual else None
    name = value.tiers[above].capitalize()
    amount = f"{money(bundle, to_go)} {bundle.facts.currency}"
    text = f"{amount} from {name}" if visits is None else f"{_visits(visits)} from {name}"
    return {
        "tier": value.tiers[above],
        "value_to_go": money(bundle, to_go),
        "visits_to_go": visits,
        "text": text,
    }


def _above(value: CustomerValue, worth: Worth) -> int | None:
    names = [value.tiers[at] for at in range(len(value.tiers))]
    at = names.index(worth.tier)
    return at - 1 if at > 0 else None


def _visits(count: int) -> str:
    return "1 visit" if count == 1 else f"{count} visits"


def _day(day: int) -> str:
    return (EPOCH + timedelta(days=day)).isoformat()
