"""Price lists: what is taken as it is, and every mistake with its place."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from config.price_list import PriceList, faults, plan_book
from models.plans import MeterTerms

PRICES: dict[str, Any] = {
    "plans": [
        {
            "plan_id": "surf",
            "family": "mobile",
            "name": "Surf",
            "fee": "20.00",
            "currency": "USD",
            "meters": [
                {"meter": "data_mb", "quota": 15360, "overage_price": "10.00", "overage_unit": 1024},
                {"meter": "minutes", "quota": 500, "overage_price": "0.035", "overage_unit": 1},
            ],
        },
        {
            "plan_id": "max",
            "family": "mobile",
            "name": "Max",
            "fee": "45",
            "currency": "USD",
            "retired": True,
            "meters": [
                {"meter": "data_mb", "quota": 90000.5, "throttled": True, "throttle_penalty": "15.00"},
                {"meter": "minutes"},
            ],
        },
    ],
    "add_ons": [
        {
            "add_on_id": "5gb",
            "family": "mobile",
            "name": "5 GB more",
            "price": "7.00",
            "currency": "USD",
            "meter": "data_mb",
            "amount": 5120,
        }
    ],
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """PRICES with one value changed, added, or (None) removed; `path` as in plans.0.fee."""
    prices = copy.deepcopy(PRICES)
    *ahead, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    here: Any = prices
    for part in ahead:
        here = here[part]
    if value is None:
        del here[last]
    else:
        here[last] = value
    return prices


def test_money_becomes_minor_units_and_a_missing_quota_is_unlimited() -> None:
    prices = PriceList.model_validate(PRICES)
    assert list(faults(prices, "USD", 2)) == []
    book = plan_book(prices, "USD", 2)
    surf, largest = book.plan(book.index("surf")), book.plan(book.index("max"))
    assert (surf.fee, surf.retired) == (2000, False)
    assert surf.meters == (
        MeterTerms("data_mb", 15360.0, 1000.0, 1024.0),
        MeterTerms("minutes", 500.0, 3.5, 1.0),
    )
    assert (largest.fee, largest.retired) == (4500, True)
    assert largest.meters == (
        MeterTerms("data_mb", 90000.5, throttle_penalty=1500.0),
        MeterTerms("minutes"),
    )
    assert (book.add_on(0).price, book.add_on(0).amount) == (700, 5120.0)
    assert book.currency_code == "USD"


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("plans.0.fee", "-1.00", "must not be negative"),
        ("plans.0.fee", "20,00", "decimal string"),
        ("plans.0.fee", "NaN", "decimal string"),
        ("plans.0.fee", "1\n", "decimal string"),
        ("plans.0.fee", "٣", "decimal string"),
        ("plans.0.fee", 20.0, "decimal string"),
        ("plans.0.fee", None, "required"),
        ("plans.0.meters.0.overage_price", "-0.01", "must not be negative"),
        ("plans.0.meters.0.quota", -1, "greater than or equal to 0"),
        ("plans.0.meters.0.quota", float("nan"), "finite"),
        ("plans.0.meters.0.quota", float("inf"), "finite"),
        ("plans.0.meters.0.quota", "500", "number"),
        ("plans.0.meters.0.overage_unit", 0, "greater than 0"),
        ("plans.0.meters", [], "at least 1"),
        ("plans.0.currency", "usd", "pattern"),
        ("plans.0.retired", "no", "boolean"),
        ("plans.0.price", "1.00", "not permitted"),
        ("plans", [], "at least 1"),
        ("add_ons.0.amount", 0, "greater than 0"),
    ],
)
def test_a_value_of_the_wrong_kind_is_named(path: str, value: Any, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        PriceList.model_validate(changed(path, value))
    error = caught.value.errors()[0]
    assert ".".join(map(str, error["loc"])) == path
    assert words in error["msg"]


@pytest.mark.parametrize(
    ("path", "value", "place", "words"),
    [
        ("plans.1.currency", "EUR", None, "EUR beside USD"),
        ("add_ons.0.currency", "EUR", None, "EUR beside USD"),
        ("plans.0.fee", "20.005", None, "more decimals"),
        ("add_ons.0.price", "0.001", None, "more decimals"),
        ("plans.1.plan_id", "surf", None, "'surf' is there twice"),
        ("plans.0.meters.1.meter", "data_mb", None, "'data_mb' is there twice"),
        ("plans.0.meters.0.quota", None, None, "unlimited"),
        ("plans.0.meters.0.overage_price", None, None, "a quota needs it"),
        ("plans.0.meters.0.throttled", True, "plans.0.meters.0.overage_price", "throttle_penalty instead"),
        ("plans.0.meters.0.throttle_penalty", "1.00", None, "belongs to throttled"),
        ("plans.1.meters.0.throttle_penalty", None, None, "say what a throttled cycle is worth"),
        ("add_ons.0.meter", "data_gb", None, "no plan of the family 'mobile' has the meter 'data_gb'"),
    ],
)
def test_a_contradiction_is_named(path: str, value: Any, place: str | None, words: str) -> None:
    prices = PriceList.model_validate(changed(path, value))
    (location, message), *_ = faults(prices, "USD", 2)
    assert ".".join(map(str, location)) == (place or path)
    assert words in message


def test_a_currency_without_minor_unit_takes_whole_amounts_only() -> None:
    prices = PriceList.model_validate(
        {"plans": [changed("plans.0.currency", "JPY")["plans"][0] | {"fee": "2000"}]}
    )
    assert list(faults(prices, "JPY", 0)) == []
    assert plan_book(prices, "JPY", 0).plan(0).fee == 2000
    dear = prices.model_copy(update={"plans": (prices.plans[0].model_copy(update={"fee": Decimal("1.5")}),)})
    assert [location for location, _ in faults(dear, "JPY", 0)] == [("plans", 0, "fee")]
