"""Audiences by rule: who is chosen, and errors that point at the place."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ConfigError
from service.offers.audience import audience_of
from tests.models.tiny import tiny_bundle
from tests.models.tiny_names import CUSTOMERS

BUNDLE = tiny_bundle()
CATEGORIES = [BUNDLE.catalogue.categories[at] for at in range(len(BUNDLE.catalogue.categories))]


@pytest.mark.parametrize(
    ("rule", "chosen"),
    [
        ("tier = gold", ["ana"]),
        ("tier != gold", ["ben", "cai", "dora"]),
        ("not tier=gold", ["ben", "cai", "dora"]),
        ("orders >= 3", ["ana", "ben"]),
        ("orders < 3 or tier = gold", ["ana", "cai", "dora"]),
        ("orders < 3 and tier = gold", []),
        ("not (orders < 3 or tier = gold)", ["ben"]),
        ("overdue", ["ana", "ben"]),
        ("persona = p1", ["ana", "cai"]),
        ("persona != p1", ["ben", "dora"]),
        ("overdue and not tier = gold", ["ben"]),
        ("segment = needs_attention", list(CUSTOMERS)),
        ("segment = champion", []),
        ("percentile>=50", ["ana", "ben"]),
        ('tier = "gold"', ["ana"]),
        # `and` binds closer than `or`.
        ("tier = gold or tier = silver and orders = 2", ["ana", "cai"]),
    ],
)
def test_who_is_chosen(rule: str, chosen: list[str]) -> None:
    assert audience_of(BUNDLE, rule) == chosen


def test_a_category_is_one_that_was_bought_in() -> None:
    for code, category in enumerate(CATEGORIES):
        bought = [
            customer
            for at, customer in enumerate(CUSTOMERS)
            if (BUNDLE.catalogue.category[BUNDLE.buy_again.of(at).products] == code).any()
        ]
        assert sorted(audience_of(BUNDLE, f'category = "{category}"')) == bought


@pytest.mark.parametrize(
    ("rule", "at", "why"),
    [
        ("teir = gold", 0, "did you mean 'tier'"),
        ("tier = glod", 7, "did you mean 'gold'"),
        ("tier > gold", 5, "'>' does not go with tier"),
        ("orders = many", 9, "is no number"),
        ("tier = gold segment = new", 12, "`and`, `or` or the end"),
        ("tier = gold and", 15, "a condition should be here"),
        ("(tier = gold", 12, "a bracket is not closed"),
        ("tier =", 6, "a value should be here"),
        ("tier", 4, "an operator should be here"),
        ("", 0, "a condition should be here"),
        ('tier = "gold', 7, "open quote"),
        ("and tier = gold", 0, "a condition should be here"),
    ],
)
def test_errors_point_at_the_place(rule: str, at: int, why: str) -> None:
    with pytest.raises(ConfigError) as caught:
        audience_of(BUNDLE, rule)
    message = str(caught.value)
    assert why in message
    assert message.rstrip().splitlines()[-1] == f"  {' ' * at}^"


@given(st.text(alphabet='tiergold="()and or<>not 3', max_size=40))
def test_whatever_is_written_is_answered_or_refused_by_name(rule: str) -> None:
    try:
        chosen = audience_of(BUNDLE, rule)
    except ConfigError:
        return
    assert set(chosen) <= set(CUSTOMERS)


def test_a_model_without_worth_says_so() -> None:
    with pytest.raises(ConfigError, match="train anew"):
        audience_of(replace(BUNDLE, customer_value=None), "overdue")
