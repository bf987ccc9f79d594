"""What is due to a customer, by each kind of rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rewards import Customer, Reward, RewardKind, RewardRule, days_to, rewards_of
from tests.models.tiny import tiny_bundle
from tests.models.tiny_names import CUSTOMERS, LAST_DAY

BUNDLE = tiny_bundle()
TODAY = date(2026, 11, 24)


def rewarded(
    kind: RewardKind, customer: str = "ana", worth: dict[str, Any] | None = None, **more: Any
) -> list[Reward]:
    at = CUSTOMERS.index(customer)
    assert BUNDLE.customer_value is not None
    known = BUNDLE.customer_value.of(at)._replace(**worth or {})
    one = Customer(at, known, LAST_DAY + 1, TODAY, more.pop("birthday", None))
    return rewards_of(BUNDLE, [RewardRule("it", kind, "A coffee", **more)], one)


@pytest.mark.parametrize(
    ("orders", "due", "text"),
    [
        (1, False, "9 visits to go"),
        (9, False, "1 visit to go"),
        (10, True, "Reached with 10 visits"),
        (11, False, "9 visits to go"),
    ],
)
def test_every_tenth_visit(orders: int, due: bool, text: str) -> None:
    reward = rewarded("visits", worth={"orders": orders}, every=10)[0]
    assert (reward.due, reward.text) == (due, text)


def test_spending_says_how_much_is_missing() -> None:
    reward = rewarded("spend", worth={"revenue": 12_345}, every=10_000)[0]
    assert (reward.due, reward.text) == (False, "76.55 EUR to go")
    assert reward.evidence == {"done": 12_345, "every": 10_000, "left": 7_655}


def test_benefits_of_a_tier_are_for_it_alone() -> None:
    assert rewarded("tier", tiers=frozenset({"gold"}))[0].due
    assert rewarded("tier", "ben", tiers=frozenset({"gold"})) == []


@pytest.mark.parametrize(
    ("birthday", "text"),
    [
        ((11, 24), "Birthday today"),
        ((11, 26), "Birthday in 2 days"),
        ((11, 21), "Birthday 3 days ago"),
        ((11, 28), None),
        (None, None),
    ],
)
def test_birthdays(birthday: tuple[int, int] | None, text: str | None) -> None:
    found = rewarded("birthday", birthday=birthday, within=3)
    assert [each.text for each in found] == ([text] if text else [])


@given(st.dates(date(2000, 1, 1), date(2040, 12, 31)), st.dates(date(2000, 1, 1), date(2040, 12, 31)))
def test_a_birthday_is_never_more_than_half_a_year_away(born: date, today: date) -> None:
    away = days_to((born.month, born.day), today)
    assert -183 <= away <= 183
    assert days_to((today.month, today.day), today) == 0


def test_a_first_order_is_thanked_for_while_it_is_fresh() -> None:
    fresh = {"orders": 1, "last_day": LAST_DAY - 3}
    assert rewarded("first_order", worth=fresh, within=7)[0].due
    assert rewarded("first_order", worth={**fresh, "last_day": LAST_DAY - 30}, within=7) == []
    assert rewarded("first_order", worth={**fresh, "orders": 2}, within=7) == []


def test_winning_back_is_for_the_overdue() -> None:
    assert rewarded("win_back")[0].text == "Comes every 10 days as a rule, and was not here for 21"
    assert rewarded("win_back", worth={"last_day": LAST_DAY - 5}) == []
    assert rewarded("win_back", worth={"gap": None}) == []
    assert rewarded("win_back", worth={"last_day": LAST_DAY - 300}) == []


def test_a_product_is_missed_after_its_own_interval() -> None:
    """All that ana buys was in 3 of her 6 orders; she comes every 10 days, hence for each every 20."""
    again, at = BUNDLE.buy_again, CUSTOMERS.index("ana")
    last = LAST_DAY - 100
    counts = {
        "orders_with": np.full_like(again.orders_with, 3),
        "customer_orders": np.full_like(again.customer_orders, 6),
        "last_day": np.full_like(again.last_day, last),
    }
    shop = replace(BUNDLE, buy_again=replace(again, **counts))
    assert BUNDLE.customer_value is not None
    worth, rule = BUNDLE.customer_value.of(at), RewardRule("it", "replenishment", "A reminder")

    def missed(days: int) -> list[Reward]:
        return rewards_of(shop, [rule], Customer(at, worth, last + days, TODAY, None))

    assert missed(19) == []
    assert [each.evidence["usual"] for each in missed(20)] == [20] * len(missed(20))
    assert 1 <= len(missed(20)) <= 3
    assert missed(20)[0].text.endswith("usually every 20 days, last 20 days ago")
    assert missed(61) == []


def test_what_is_due_comes_first() -> None:
    assert BUNDLE.customer_value is not None
    one = Customer(0, BUNDLE.customer_value.of(0), LAST_DAY + 1, TODAY, None)
    rules = [RewardRule("a", "visits", "x", every=100), RewardRule("b", "win_back", "y")]
    assert [each.reward_id for each in rewards_of(BUNDLE, rules, one)] == ["b", "a"]
