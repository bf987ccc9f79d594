"""How a shop thanks its customers: what is due to somebody, and how far the next thing is."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple

from models.bundle import Bundle
from models.customer_value import Worth
from models.rhythm import LOST, OVERDUE, SHORTEST

RewardKind = Literal["visits", "spend", "tier", "birthday", "first_order", "win_back", "replenishment"]
EPOCH = date(1970, 1, 1)
MOST_REPLENISHED = 3
LEAST_BOUGHT = 3  # orders of a customer with a product, before an interval is believed
FORGOTTEN = 3.0  # intervals after which a product is not missed any more


@dataclass(frozen=True, slots=True)
class RewardRule:
    """One rule.

    every   visits, or minor units spent, from one reward to the next
    tiers   whom it is for; empty for everybody
    within  days: of a birthday before and after it, of a first order since it
    """

    reward_id: str
    kind: RewardKind
    benefit: str
    every: int = 0
    tiers: frozenset[str] = frozenset()
    within: int = 0


class Reward(NamedTuple):
    """What is due to a customer, or how far it is. `text` can be read out."""

    reward_id: str
    kind: RewardKind
    benefit: str
    due: bool
    text: str
    evidence: Mapping[str, Any]


class Customer(NamedTuple):
    """One customer on a day.

    customer  position in the bundle
    day       the day after the last one that the model knows, days since 1970-01-01
    today     the day it really is, for birthdays
    birthday  month and day, None where unknown
    """

    customer: int
    worth: Worth
    day: int
    today: date
    birthday: tuple[int, int] | None


def rewards_of(bundle: Bundle, rules: Iterable[RewardRule], one: Customer) -> list[Reward]:
    """The rewards of a customer, those that are due first."""
    found = [
        reward
        for rule in rules
        if not rule.tiers or one.worth.tier in rule.tiers
        for reward in _of_rule(bundle, rule, one)
    ]
    return sorted(found, key=lambda each: not each.due)


def _of_rule(bundle: Bundle, rule: RewardRule, one: Customer) -> Iterator[Reward]:
    worth = one.worth
    if rule.kind == "visits":
        yield _counted(rule, worth.orders, lambda left: f"{_visits(left)} to go")
    elif rule.kind == "spend":
        digits = bundle.facts.minor_digits
        unit = bundle.facts.currency
        yield _counted(rule, worth.revenue, lambda left: f"{left / 10**digits:.{digits}f} {unit} to go")
    elif rule.kind == "tier":
        text = f"As a {worth.tier} customer"
        yield Reward(rule.reward_id, "tier", rule.benefit, True, text, {"tier": worth.tier})
    elif rule.kind == "birthday":
        yield from _birthday(rule, one)
    elif rule.kind == "first_order" and worth.orders == 1 and one.day - worth.last_day <= rule.within:
        when = EPOCH + timedelta(days=worth.last_day)
        evidence = {"on": when.isoformat()}
        yield Reward(rule.reward_id, "first_order", rule.benefit, True, f"First order on {when}", evidence)
    elif rule.kind == "win_back" and worth.gap is not None:
        days = one.day - worth.last_day
        if OVERDUE <= days / max(worth.gap, SHORTEST) <= LOST:
            text = f"Comes every {worth.gap:g} days as a rule, and was not here for {days}"
            yield Reward(
                rule.reward_id, "win_back", rule.benefit, True, text, {"days": days, "usual": worth.gap}
            )
    elif rule.kind == "replenishment":
        yield from _replenished(bundle, rule, one)


def _counted(rule: RewardRule, done: int, words: Callable[[int], str]) -> Reward:
    """A reward for each so many: due when the last visit or purchase reached it."""
    due = done >= rule.every and done % rule.every == 0 if rule.kind == "visits" else False
    left = rule.every - done % rule.every
    text = f"Reached with {_visits(done)}" if due else words(left)
    return Reward(
        rule.reward_id, rule.kind, rule.benefit, due, text, {"done": done, "every": rule.every, "left": left}
    )


def _birthday(rule: RewardRule, one: Customer) -> Iterator[Reward]:
    if one.birthday is None:
        return
    away = days_to(one.birthday, one.today)
    if abs(away) <= rule.within:
        text = "Birthday today" if away == 0 else f"Birthday {'in' if away > 0 else ''} {abs(away)} days"
        if away < 0:
            text += " ago"
        yield Reward(
            rule.reward_id, "birthday", rule.benefit, True, " ".join(text.split()), {"days_to_go": away}
        )


def days_to(birthday: tuple[int, int], today: date) -> int:
    """Days to the nearest birthday (month and day), negative where it was; 29 February is 28 elsewhen."""
    month, day = birthday
    found = []
    for year in (today.year - 1, today.year, today.year + 1):
        try:
            found.append((date(year, month, day) - today).days)
        except ValueError:
            found.append((date(year, month, 28) - today).days)
    return min(found, key=abs)


def _replenished(bundle: Bundle, rule: RewardRule, one: Customer) -> Iterator[Reward]:
    """Products whose own interval has passed: the customer's gap, stretched to the orders that had them."""
    gap = one.worth.gap
    if gap is None:
        return
    again = bundle.buy_again
    found = []
    for position, product in enumerate(again.of(one.customer).products.tolist()):
        record = again.record(one.customer, position)
        if record.orders_with < LEAST_BOUGHT:
            continue
        interval = max(gap, SHORTEST) * record.orders / record.orders_with
        days = one.day - record.last_day
        if 1 <= days / interval <= FORGOTTEN:
            found.append((days / interval, product, days, interval))
    for _, product, days, interval in sorted(found, reverse=True)[:MOST_REPLENISHED]:
        text = (
            f"{bundle.product_name(product)}: usually every {math.ceil(interval)} days, last {days} days ago"
        )
        evidence = {"product_id": bundle.product_id(product), "days": days, "usual": round(interval, 1)}
        yield Reward(rule.reward_id, "replenishment", rule.benefit, True, text, evidence)


def _visits(count: int) -> str:
    return "1 visit" if count == 1 else f"{count} visits"
