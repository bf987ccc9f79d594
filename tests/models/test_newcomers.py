"""Customers who registered and have not bought yet."""

from __future__ import annotations

from models.newcomers import Newcomers
from models.query import Query
from models.recommender import recommend
from tests.models.tiny import tiny_bundle
from tests.models.tiny_customers import tiny_newcomers
from tests.models.tiny_names import BUTTER


def test_a_newcomer_gets_what_is_popular_with_their_like() -> None:
    answer = recommend(tiny_bundle(), Query("nell", limit=4))
    assert answer.fallback == "new_customer"
    assert [each.product_id for each in answer.recommendations][:2] == ["pizza", "butter"]
    first = answer.recommendations[0]
    assert first.source == "segment_popularity"
    assert first.reasons[0].code == "POPULAR_IN_SEGMENT"
    assert first.reasons[0].text == "Bought by 2 of 4 customers who told us the same"
    assert first.reasons[0].evidence == {"buyers": 2, "alike": 4}
    assert len(answer.recommendations) > 2, "behind their list comes what everybody buys"


def test_a_cart_says_more_than_what_was_told() -> None:
    answer = recommend(tiny_bundle(), Query("nell", basket=("pizza",), limit=2))
    assert answer.recommendations[0].product_id == "cola"
    assert answer.recommendations[0].source != "segment_popularity"


def test_whoever_is_forgotten_or_unknown_is_a_stranger() -> None:
    assert recommend(tiny_bundle(), Query("nell", forgotten=True)).fallback == "unknown_customer"
    assert recommend(tiny_bundle(), Query("zoe")).fallback == "unknown_customer"


def test_they_survive_being_stored() -> None:
    stored = Newcomers.from_arrays(tiny_newcomers().to_arrays())
    assert stored.row("nell") == 0
    assert stored.row("ana") == -1
    assert stored.evidence(0, BUTTER) == (1, 4)
