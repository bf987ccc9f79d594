"""Subscriptions and usage as arrays: sorted, and refused where they contradict themselves."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import PlanError
from models.subscriptions import NOT_LOCKED, OPEN_END, DailyUsage, Subscriptions


def usage(**changed: list[float]) -> DailyUsage:
    columns = {"customer": [1, 0, 0], "meter": [0, 0, 0], "day": [5, 7, 6], "amount": [1.0, 2.0, 3.0]}
    return DailyUsage.of(**{name: np.array(values) for name, values in (columns | changed).items()})


def subscriptions(**changed: list[int]) -> Subscriptions:
    columns = {
        "customer": [1, 0],
        "plan": [0, 1],
        "started": [10, 20],
        "ended": [OPEN_END, 30],
        "locked_until": [NOT_LOCKED, 25],
        "anchor": [1, 31],
    }
    return Subscriptions.of(**{name: np.array(values) for name, values in (columns | changed).items()})


def test_rows_are_sorted() -> None:
    assert usage().day.tolist() == [6, 7, 5]
    assert usage().until(7).day.tolist() == [6, 5]
    assert subscriptions().customer.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("amount", "reason"), [(-1.0, "negative"), (np.nan, "not_finite"), (np.inf, "not_finite")]
)
def test_no_such_amount(amount: float, reason: str) -> None:
    with pytest.raises(PlanError) as caught:
        usage(amount=[1.0, amount, 3.0])
    assert (caught.value.field, caught.value.reason) == ("amount", reason)


def test_one_total_a_customer_meter_and_day() -> None:
    with pytest.raises(PlanError) as caught:
        usage(day=[5, 6, 6])
    assert (caught.value.field, caught.value.reason) == ("day", "conflict")
    assert len(usage(day=[6, 6, 7])) == 3  # two customers on one day


@pytest.mark.parametrize(
    ("field", "values"), [("ended", [OPEN_END, 19]), ("anchor", [0, 31]), ("anchor", [1, 32])]
)
def test_no_such_subscription(field: str, values: list[int]) -> None:
    with pytest.raises(PlanError) as caught:
        subscriptions(**{field: values})
    assert caught.value.field == field


def test_nothing_is_lost_on_the_way_through_arrays() -> None:
    for each in (usage(), subscriptions()):
        again = type(each).from_arrays(each.to_arrays())
        for name, array in each.to_arrays().items():
            np.testing.assert_array_equal(array, getattr(again, name))
