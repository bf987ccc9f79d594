"""What customers never buy, and what they say about it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.never_buys import NeverBuys, avoided, no_never_buys
from models.query import Query
from models.recommender import recommend
from tests.models.tiny import tiny_bundle
from tests.models.tiny_customers import tiny_never_buys
from tests.models.tiny_names import CUSTOMERS, PRODUCTS

CAI = CUSTOMERS.index("cai")


def test_only_who_avoids_something_does() -> None:
    never = tiny_never_buys()
    assert [never.names_of(at) for at in range(-1, 5)] == [(), (), (), ("tag:fizzy",), (), ()]
    assert never.of(CAI)[0]._asdict() == {
        "subject": "tag:fizzy",
        "confidence": 0.995,
        "baskets": 9,
        "rate": 0.4,
    }
    assert never.of(0) == never.of(-1) == []
    assert never.products_of(["tag:fizzy", "tag:unknown"]) == {PRODUCTS.index("cola")}
    stored = NeverBuys.from_arrays(never.to_arrays())
    assert stored.of(CAI) == never.of(CAI)
    assert no_never_buys(2).of(1) == []


def test_what_is_said_is_stronger_than_what_was_learned() -> None:
    assert avoided(("tag:fizzy", "tag:fish"), {"tag:fizzy": False, "tag:dairy": True}) == (
        "tag:fish",
        "tag:dairy",
    )


def test_what_is_avoided_is_not_offered_and_explained() -> None:
    bundle = replace(tiny_bundle(), never_buys=tiny_never_buys())
    query = Query("cai", limit=100, kinds=("cross_sell", "buy_again"), explain=True)
    answer = recommend(bundle, query)
    assert "cola" not in [each.product_id for each in answer.recommendations]
    removed = {each.product_id: each.removed_by for each in answer.candidates}
    assert removed["cola"] == "never_buys"
    stranger = recommend(bundle, Query("zoe", limit=100, kinds=("cross_sell",)))
    assert "cola" in [each.product_id for each in stranger.recommendations]
    assert np.array_equal(bundle.customers.indices(["cai"]), [CAI])
