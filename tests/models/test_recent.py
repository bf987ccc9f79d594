"""What a customer did lately changes the next answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.candidates import Candidates
from models.held_out import recommend_popular
from models.query import Query
from models.recent import NO_CANDIDATES, Fresh, Recent, blended, recent_of
from models.recommender import recommend
from tests.models.tiny import tiny_bundle
from tests.models.tiny_names import BUTTER, COLA, PIZZA

BUNDLE = tiny_bundle()


def _offered(customer_id: str | None, fresh: Fresh, **query: object) -> list[str]:
    asked = Query(customer_id, **query)  # type: ignore[arg-type]  # fields of Query
    answer = recommend(BUNDLE, asked, recent=recent_of(BUNDLE, customer_id, fresh))
    return [each.product_id for each in answer.recommendations]


def _without(rule: str, fresh: Fresh, **query: object) -> list[str]:
    asked = Query("ana", explain=True, **query)  # type: ignore[arg-type]  # fields of Query
    answer = recommend(BUNDLE, asked, recent=recent_of(BUNDLE, "ana", fresh))
    return [line.product_id for line in answer.candidates if line.removed_by == rule]


def test_a_stranger_gets_a_personal_answer_after_the_first_event() -> None:
    answer = recommend(BUNDLE, Query("new"), recent=recent_of(BUNDLE, "new", Fresh(seen=("pizza",))))
    assert answer.fallback is None
    first = answer.recommendations[0]
    assert first.product_id == "cola"  # 3 of the 4 orders with pizza have it
    assert first.reasons[0].code == "BOUGHT_TOGETHER"
    assert first.reasons[0].evidence["product_id"] == "pizza"


def test_a_stranger_of_whom_nothing_known_was_seen_stays_one() -> None:
    fresh = Fresh(seen=("nothing we sell",))
    answer = recommend(BUNDLE, Query("new"), recent=recent_of(BUNDLE, "new", fresh))
    assert answer.fallback == "unknown_customer"
    assert answer.recommendations == recommend(BUNDLE, Query("new")).recommendations


def test_what_was_just_bought_is_not_offered_nor_are_its_variants() -> None:
    assert "butter" in _offered("ana", Fresh(), kinds=("buy_again",))
    fresh = Fresh(bought=("butter",), just_bought=("butter",))
    assert "butter" not in _offered("ana", fresh, kinds=("buy_again",))
    assert _without("just_bought", fresh, kinds=("buy_again",)) == ["butter"]
    variant = Fresh(bought=("bread-xl",), just_bought=("bread-xl",))
    assert "bread" not in _offered("ana", variant, kinds=("buy_again",))


def test_what_was_bought_a_while_ago_may_be_bought_again_and_is_never_cross_sell() -> None:
    fresh = Fresh(bought=("pizza",))
    assert "pizza" in _offered("ana", Fresh())
    assert "pizza" not in _offered("ana", fresh)
    assert "butter" in _offered("ana", Fresh(bought=("butter",)), kinds=("buy_again",))


@pytest.mark.parametrize(
    ("fresh", "rule"),
    [(Fresh(cart=("pizza",)), "in_cart"), (Fresh(resting=("pizza",)), "dismissed")],
)
def test_the_cart_and_what_was_declined_are_not_offered(fresh: Fresh, rule: str) -> None:
    assert "pizza" not in _offered("ana", fresh)
    assert _without(rule, fresh) == ["pizza"]


def test_a_declined_product_is_no_interest() -> None:
    recent = recent_of(BUNDLE, "new", Fresh(seen=("pizza", "cola"), resting=("pizza",)))
    assert recent.context.shown.tolist() == [COLA]


def test_what_is_interesting_is_ordered_by_how_much_it_says() -> None:
    recent = recent_of(BUNDLE, None, Fresh(seen=("butter", "cola"), cart=("pizza",)))
    assert recent.context.shown.tolist() == [PIZZA, BUTTER, COLA]


def _candidates(products: list[int], scores: list[float], name: str) -> Candidates:
    leading = np.zeros(len(products), dtype=np.intp)
    return Candidates(np.array(products, dtype=np.int32), np.array(scores), leading, (name,), ordered=True)


def _recent(candidates: Candidates) -> Recent:
    return replace(recent_of(BUNDLE, None, Fresh()), candidates=candidates)


def test_two_orders_are_fused_by_rank_on_the_scale_of_the_first() -> None:
    # 1/10 + 1/12, 1/11 and 1/11 + 1/10: the last wins; places 0 and 1 get the scores there were.
    head = _candidates([7, 8, 9], [0.5, 0.4, 0.3], "own")
    found, brought = blended(head, _recent(_candidates([9, 5, 7], [0.9, 0.8, 0.7], "lately")), 1.0)
    assert found.products.tolist() == [7, 9, 8, 5]  # .1833, .1833, .0909, .0909
    assert found.scores.tolist() == [0.5, 0.4, 0.3, 0.3]
    assert [found.names[each] for each in found.leading] == ["own", "lately", "own", "lately"]
    assert brought == {9, 5}


def test_beside_nothing_the_interests_stand_alone() -> None:
    head = _candidates([], [], "own")
    found, brought = blended(head, _recent(_candidates([9, 5], [0.9, 0.8], "lately")), 1.0)
    assert (found.products.tolist(), brought) == ([9, 5], {9, 5})


def test_those_held_out_are_spared_what_they_declined_and_told_nothing_personal() -> None:
    fresh = Fresh(seen=("pizza",), resting=("cola",))
    usual = [each.product_id for each in recommend_popular(BUNDLE, Query("ana")).recommendations]
    answer = recommend_popular(BUNDLE, Query("ana"), (), recent_of(BUNDLE, "ana", fresh))
    assert [each.product_id for each in answer.recommendations] == [each for each in usual if each != "cola"]


def test_nothing_known_proposes_nothing() -> None:
    recent = recent_of(BUNDLE, "ana", Fresh(seen=("unknown",)))
    assert recent.candidates is NO_CANDIDATES
    assert not len(recent.context.shown)
