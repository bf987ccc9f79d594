"""Policies: which products each condition matches in the tiny world, and when one holds."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from models.ids import UNKNOWN
from models.policies import NO_GROUP, Occasion, Policy, compiled, in_force, unknown_names
from tests.models.tiny import tiny_bundle
from tests.models.tiny_names import BREAD, BREAD_XL, BUTTER, COLA, PIZZA, PRODUCTS, WINE

EVERYTHING = np.arange(len(PRODUCTS), dtype=np.int32)
# Prices: bread 2.50, bread-xl 4.20, butter 3.10, cola 1.80, pizza 8.90; the price of wine is not known.
MATCHES: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [BREAD, BREAD_XL, BUTTER, COLA, PIZZA, WINE]),
    ({"product_ids": ("pizza", "bread", "gone")}, [BREAD, PIZZA]),
    ({"product_ids": ("gone",)}, []),
    ({"categories": ("Drinks",)}, [COLA, WINE]),
    ({"categories": ("Drinks", "Dairy")}, [BUTTER, COLA, WINE]),
    ({"categories": ("drinks",)}, []),
    ({"brands": ("Cellar",)}, [COLA, WINE]),
    ({"tags": ("alcohol",)}, [WINE]),
    ({"tags": ("alcohol", "vegan")}, [BREAD, BREAD_XL, COLA, WINE]),
    ({"tags": ("vegan",), "categories": ("Drinks",), "price_max": Decimal(2)}, [COLA]),
    ({"price_min": Decimal("3.10")}, [BREAD_XL, BUTTER, PIZZA]),
    ({"price_min": Decimal("3.101")}, [BREAD_XL, PIZZA]),
    ({"price_max": Decimal("2.50")}, [BREAD, COLA]),
    ({"price_max": Decimal("2.499")}, [COLA]),
]


@pytest.mark.parametrize(("conditions", "expected"), MATCHES, ids=lambda value: str(value)[:40])
def test_what_conditions_match(conditions: dict[str, Any], expected: list[int]) -> None:
    bundle = tiny_bundle()
    (policy,) = compiled([Policy("p", "exclude", **conditions)], bundle)
    assert policy.mask.nonzero()[0].tolist() == expected
    assert EVERYTHING[policy.matches(bundle.catalogue, EVERYTHING, UNKNOWN)].tolist() == expected


RELATIVE: list[tuple[dict[str, Any], int, list[int]]] = [
    ({"same_category": True}, COLA, [COLA, WINE]),
    ({"same_category": False}, COLA, [BREAD, BREAD_XL, BUTTER]),
    ({"same_category": True}, PIZZA, []),
    ({"same_category": False}, PIZZA, []),
    ({"same_brand": True}, COLA, [COLA, WINE]),
    ({"same_brand": False}, COLA, [BREAD, BREAD_XL]),
    ({"price_at_least_ratio": 2.0}, COLA, [BREAD_XL, PIZZA]),
    ({"price_at_most_ratio": 1.5}, COLA, [BREAD, COLA]),
    ({"price_at_least_ratio": 1.5, "price_at_most_ratio": 2.4}, COLA, [BREAD_XL, BUTTER]),
    ({"price_at_least_ratio": 0.1}, WINE, []),
    ({"same_category": True, "tags": ("alcohol",)}, COLA, [WINE]),
    ({"same_category": False}, UNKNOWN, []),
    ({"price_at_most_ratio": 9.0}, UNKNOWN, []),
]


@pytest.mark.parametrize(("conditions", "viewing", "expected"), RELATIVE, ids=lambda value: str(value)[:40])
def test_what_is_compared_with_the_product_viewed(
    conditions: dict[str, Any], viewing: int, expected: list[int]
) -> None:
    bundle = tiny_bundle()
    (policy,) = compiled([Policy("p", "exclude", **conditions)], bundle)
    assert EVERYTHING[policy.matches(bundle.catalogue, EVERYTHING, viewing)].tolist() == expected


@pytest.mark.parametrize(
    ("conditions", "occasion", "holds"),
    [
        ({}, Occasion("home", "web", 0.0), True),
        ({"placements": ("cart", "home")}, Occasion("home", "web", 0.0), True),
        ({"placements": ("cart",)}, Occasion("home", "web", 0.0), False),
        ({"channels": ("email",)}, Occasion("home", "web", 0.0), False),
        ({"channels": ("email",), "placements": ("home",)}, Occasion("home", "email", 0.0), True),
        ({"valid_from": 100.0}, Occasion("home", "web", 99.9), False),
        ({"valid_from": 100.0}, Occasion("home", "web", 100.0), True),
        ({"valid_until": 100.0}, Occasion("home", "web", 99.9), True),
        ({"valid_until": 100.0}, Occasion("home", "web", 100.0), False),
    ],
)
def test_when_and_where_a_policy_holds(conditions: dict[str, Any], occasion: Occasion, holds: bool) -> None:
    ready = compiled([Policy("p", "exclude", **conditions)], tiny_bundle())
    assert in_force(ready, occasion) == (ready if holds else ())


def test_what_an_include_chooses_from() -> None:
    named = Policy("named", "include", product_ids=("wine", "gone", "bread", "wine"))
    drinks = Policy("drinks", "pin", categories=("Drinks", "Dairy"))
    first, second = compiled([named, drinks], tiny_bundle())
    assert first.pool.tolist() == [WINE, BREAD], "as the policy names them"
    assert second.pool.tolist() == [BUTTER, COLA, WINE], "the most bought first: 5, 5 and 2 orders"


def test_the_groups_of_a_limit() -> None:
    bundle = tiny_bundle()
    by_category, by_brand, together = compiled(
        [
            Policy("c", "limit", attribute="category"),
            Policy("b", "limit", attribute="brand", categories=("Bakery", "Dairy")),
            Policy("t", "limit", tags=("vegan",)),
        ],
        bundle,
    )
    assert by_category.groups.tolist() == [0, 0, 1, 2, NO_GROUP, 2]
    assert by_brand.groups.tolist() == [1, 1, NO_GROUP, NO_GROUP, NO_GROUP, NO_GROUP]
    assert together.groups.tolist() == [0, 0, NO_GROUP, 0, NO_GROUP, 0]


def test_names_that_the_bundle_does_not_know_are_told() -> None:
    policies = [
        Policy("a", "exclude", product_ids=("bread", "gone")),
        Policy("b", "boost", categories=("Drink",), brands=("Mill",), tags=("halal",)),
    ]
    assert list(unknown_names(policies, tiny_bundle())) == [
        "policy 'a': no product 'gone' in the model",
        "policy 'b': no category 'Drink'; did you mean 'Drinks'? valid choices: Bakery, Dairy, Drinks",
        "policy 'b': no tag 'halal'; valid choices: alcohol, vegan",
    ]


def test_a_policy_without_a_window_always_holds() -> None:
    policy = Policy("p", "exclude")
    assert (policy.valid_from, policy.valid_until) == (-math.inf, math.inf)
