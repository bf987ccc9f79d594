"""Up-sell by hand in the stepped world: whose upgrades, in which order, for which reason."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.context import resolve
from models.query import Answer, Query
from models.recommender import recommend
from models.upgrades import upgrades_in
from tests.models.stepped import stepped_bundle
from tests.models.tiny_names import BUTTER, CUSTOMERS, PIZZA, WINE


def up_sell(query: Query) -> Answer:
    return recommend(stepped_bundle(), replace(query, kinds=("up_sell",)))


def offered(query: Query) -> list[str]:
    return [item.product_id for item in up_sell(query).recommendations]


def base_of(query: Query) -> list[str]:
    return [item.reasons[0].evidence["product_id"] for item in up_sell(query).recommendations]


def test_the_product_viewed_comes_first_then_the_basket_then_what_is_bought_most() -> None:
    # butter before bread: 0.5 * 7.5/11 * sqrt(80) against 0.5 * 5/11 * sqrt(60); bread-xl is bread too
    assert offered(Query(viewing="cola")) == ["butter", "bread"]
    assert base_of(Query(viewing="cola", basket=("bread-xl",))) == ["cola"]
    assert base_of(Query(basket=("cola", "bread"))) == ["bread", "cola"]
    # dora buys butter and bread-xl; pizza is a step up from both, from butter the larger one
    assert offered(Query(customer_id="dora")) == ["pizza"]
    assert base_of(Query(customer_id="dora")) == ["butter"]


def test_what_is_owned_sold_out_shown_or_excluded_is_not_offered_and_explain_says_so() -> None:
    answer = up_sell(Query(customer_id="ana", viewing="cola", explain=True))
    assert answer.recommendations == ()
    assert answer.shortfall == 10
    removed = {line.product_id: line.removed_by for line in answer.candidates}
    assert removed == {
        "bread": "bought_before",
        "bread-xl": "bought_before",
        "butter": "bought_before",
        "wine": "out_of_stock",
    }
    answer = up_sell(Query(viewing="cola", basket=("bread",), exclude=("butter",), explain=True))
    removed = {line.product_id: line.removed_by for line in answer.candidates}
    assert removed["bread"] == removed["bread-xl"] == "in_context"
    assert removed["butter"] == "excluded"


def test_the_reason_can_be_checked() -> None:
    item = up_sell(Query(viewing="bread", limit=1)).recommendations[0]
    assert (item.product_id, item.kind, item.source) == ("pizza", "up_sell", "trade_up")
    (reason,) = item.reasons
    assert reason.code == "TRADE_UP"
    assert reason.text == (
        "A step up from Bread: 2.8 times the price, "
        "chosen later by 1 of 2 customers who had bought Bread first"
    )
    assert reason.evidence == {
        "product_id": "bread",
        "price_ratio": 2.8,
        "later_customers": 1,
        "customers": 2,
        "gain": "price",
    }


def test_a_step_nobody_took_yet_claims_nothing() -> None:
    item = up_sell(Query(viewing="cola", limit=1)).recommendations[0]
    assert item.reasons[0].text == "A step up from Cola: 1.72 times the price"
    assert item.reasons[0].evidence["gain"] == "margin"


def test_the_score_of_the_best_is_its_chance() -> None:
    # (0 + 10 * 0.75) / (1 + 10), as x / (1 + x)
    item = up_sell(Query(viewing="cola", limit=1)).recommendations[0]
    assert item.score == pytest.approx(7.5 / 11 / (1 + 7.5 / 11), abs=1e-4)


def test_what_is_bought_more_often_counts_more() -> None:
    world = stepped_bundle()
    context = resolve(Query(customer_id="cai"), world)  # bread and butter in half of her orders, as pizza
    shares = np.array(world.buy_again.scores)
    row = slice(*world.buy_again.starts[CUSTOMERS.index("cai") :][:2])
    shares[row] = [1.0, 0.001, 0.001, 0.001]  # now nearly bread alone
    habits = replace(world, buy_again=replace(world.buy_again, scores=shares))
    found = upgrades_in(habits, context)
    assert world.products.take(found.bases[np.isin(found.products, [BUTTER, PIZZA, WINE])]) == ["bread"] * 3


@pytest.mark.parametrize(
    ("query", "fallback"),
    [
        (Query(customer_id="stranger"), "unknown_customer"),
        (Query(viewing="nothing we know"), "unknown_products"),
        (Query(), "no_context"),
        (Query(viewing="pizza"), None),
    ],
)
def test_without_anything_to_step_up_from_there_is_nothing(query: Query, fallback: str | None) -> None:
    answer = up_sell(query)
    assert (answer.recommendations, answer.fallback, answer.shortfall) == ((), fallback, 10)


@pytest.mark.parametrize("limit", [2, 10])
def test_a_product_of_two_kinds_is_offered_once_under_the_better_one(limit: int) -> None:
    world = stepped_bundle()
    alone = {
        kind: {
            item.product_id: item.score
            for item in recommend(world, Query(viewing="cola", kinds=(kind,), limit=10)).recommendations
        }
        for kind in ("cross_sell", "up_sell")
    }
    assert set(alone["cross_sell"]) & set(alone["up_sell"])
    both = recommend(world, Query(viewing="cola", kinds=("cross_sell", "up_sell"), limit=limit))
    ids = [item.product_id for item in both.recommendations]
    assert len(set(ids)) == len(ids)
    for item in both.recommendations:
        assert item.score == max(scores.get(item.product_id, 0) for scores in alone.values())
