"""The arrangement of answers: each action by hand on the tiny world."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.arrangement import boosted
from models.bundle import Bundle
from models.policies import Policy, compiled
from models.query import Answer, Query
from models.recommender import bought_together, recommend, similar
from tests.models.stepped import stepped_bundle
from tests.models.tiny import tiny_bundle

GUEST = Query(limit=10, explain=True)
UNTOUCHED = ["bread-xl", "butter", "cola", "pizza"]  # bread is a variant of bread-xl, wine is sold out


def ask(query: Query, *policies: Policy, bundle: Bundle | None = None) -> Answer:
    world = bundle or tiny_bundle()
    return recommend(world, query, compiled(policies, world))


def ids(answer: Answer) -> list[str]:
    return [item.product_id for item in answer.recommendations]


def did(answer: Answer) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {effect.policy: (effect.did, effect.product_ids) for effect in answer.policies}


def rules_only() -> Bundle:
    """The tiny world where nothing but pair rules proposes: after wine, pizza and cola."""
    world = tiny_bundle()
    return replace(world, facts=replace(world.facts, weights={"bought_together": 1.0}))


def test_without_policies_nothing_is_arranged() -> None:
    answer = recommend(tiny_bundle(), GUEST)
    assert ids(answer) == UNTOUCHED
    assert answer.policies == ()


def test_an_exclude_removes_and_says_so() -> None:
    answer = ask(GUEST, Policy("no butter", "exclude", product_ids=("butter",)))
    assert ids(answer) == ["bread-xl", "cola", "pizza"]
    assert did(answer) == {"no butter": ("removed", ("butter",))}
    removed = {line.product_id: line.removed_by for line in answer.candidates}
    assert removed["butter"] == "policy: no butter"
    assert removed["wine"] == "out_of_stock"
    assert removed["cola"] is None


def test_an_exclude_by_tag() -> None:
    assert ids(ask(GUEST, Policy("x", "exclude", tags=("vegan",)))) == ["butter", "pizza"]


def test_another_variant_takes_the_place_of_an_excluded_one() -> None:
    answer = ask(GUEST, Policy("x", "exclude", product_ids=("bread-xl",)))
    assert sorted(ids(answer)) == ["bread", "butter", "cola", "pizza"]


def test_a_boost_multiplies_what_is_behind_the_score() -> None:
    before = {item.product_id: item.score for item in recommend(tiny_bundle(), GUEST).recommendations}
    answer = ask(GUEST, Policy("pizza!", "boost", product_ids=("pizza",), factor=10.0))
    first = answer.recommendations[0]
    x = 10 * before["pizza"] / (1 - before["pizza"])
    assert (first.product_id, first.score) == ("pizza", pytest.approx(x / (1 + x), abs=2e-3))
    assert ids(answer)[1:] == ["bread-xl", "butter", "cola"]
    assert did(answer) == {"pizza!": ("boosted", ("pizza",))}
    sunk = ask(GUEST, Policy("bread?", "boost", product_ids=("bread", "bread-xl"), factor=0.01))
    assert ids(sunk)[-1] == "bread-xl"


def test_boosts_of_several_policies_multiply() -> None:
    twice = ask(
        GUEST,
        Policy("a", "boost", product_ids=("pizza",), factor=2.0),
        Policy("b", "boost", tags=("vegan",), factor=0.5),
        Policy("c", "boost", price_min=None, product_ids=("pizza", "cola"), factor=3.0),
    )
    once = ask(
        GUEST,
        Policy("a", "boost", product_ids=("pizza",), factor=6.0),
        Policy("b", "boost", product_ids=("bread", "bread-xl"), factor=0.5),
        Policy("c", "boost", product_ids=("cola",), factor=1.5),
    )
    assert [(i.product_id, i.score) for i in twice.recommendations] == [
        (i.product_id, i.score) for i in once.recommendations
    ]


def test_a_pin_puts_in_its_place_and_says_why() -> None:
    answer = ask(GUEST, Policy("pizza week", "pin", product_ids=("pizza",), position=2))
    assert ids(answer) == ["bread-xl", "pizza", "butter", "cola"]
    pinned = answer.recommendations[1]
    assert (pinned.rank, pinned.source) == (2, "popularity")
    assert [reason.code for reason in pinned.reasons] == ["POPULAR", "POLICY"]
    assert pinned.reasons[1].text == "Chosen by the shop: pizza week"
    assert pinned.reasons[1].evidence == {"policy": "pizza week"}
    assert did(answer) == {"pizza week": ("pinned", ("pizza",))}


def test_a_pin_does_not_outrank_a_filter_or_an_exclude() -> None:
    wine = Policy("wine", "pin", product_ids=("wine",))
    assert ids(ask(GUEST, wine)) == UNTOUCHED, "sold out"
    pizza = Policy("pizza", "pin", product_ids=("pizza",))
    answer = ask(GUEST, pizza, Policy("none", "exclude", product_ids=("pizza",)))
    assert ids(answer) == UNTOUCHED[:3]
    assert did(answer)["pizza"] == ("pinned", ())
    assert ids(ask(replace(GUEST, exclude=("pizza",)), pizza)) == UNTOUCHED[:3]


def test_a_pin_of_a_variant_wins_over_the_better_variant() -> None:
    answer = ask(GUEST, Policy("small bread", "pin", product_ids=("bread",), position=3))
    assert ids(answer) == ["butter", "cola", "bread", "pizza"]


def test_two_pins_of_one_place_go_beside_each_other() -> None:
    pins = [Policy(name, "pin", product_ids=(name,), position=1) for name in ("pizza", "cola")]
    assert ids(ask(GUEST, *pins)) == ["pizza", "cola", "bread-xl", "butter"]


def test_a_pin_behind_the_end_stands_last_and_one_behind_the_limit_nowhere() -> None:
    pin = Policy("b", "pin", product_ids=("bread-xl",), position=9)
    assert ids(ask(GUEST, pin)) == ["butter", "cola", "pizza", "bread-xl"]
    assert ids(ask(replace(GUEST, limit=3), pin)) == UNTOUCHED[:3]


def test_a_limit_counts_what_matches() -> None:
    answer = ask(GUEST, Policy("vegan", "limit", tags=("vegan",), at_most=1))
    assert ids(answer) == ["bread-xl", "butter", "pizza"]
    assert did(answer) == {"vegan": ("limited", ("cola",))}
    removed = {line.product_id: line.removed_by for line in answer.candidates}
    assert removed["cola"] == "policy: vegan"


def test_a_limit_counts_pins_first() -> None:
    vegan = Policy("vegan", "limit", tags=("vegan",), at_most=1)
    answer = ask(GUEST, vegan, Policy("cola", "pin", product_ids=("cola",), position=4))
    assert ids(answer) == ["butter", "pizza", "cola"]


def test_what_a_limit_leaves_out_makes_room_for_the_next() -> None:
    three = replace(GUEST, limit=3)
    assert ids(recommend(tiny_bundle(), three)) == ["bread-xl", "butter", "cola"]
    answer = ask(three, Policy("vegan", "limit", tags=("vegan",), at_most=1))
    assert ids(answer) == ["bread-xl", "butter", "pizza"]
    assert answer.shortfall == 0


def test_an_include_adds_what_no_source_proposed() -> None:
    world, query = rules_only(), Query(basket=("wine",), limit=10, explain=True)
    assert ids(recommend(world, query)) == ["pizza", "cola"]
    answer = ask(query, Policy("our bread", "include", product_ids=("bread",)), bundle=world)
    assert ids(answer) == ["pizza", "cola", "bread"]
    added = answer.recommendations[-1]
    assert (added.source, added.score, added.kind) == ("policy", 0.0, "cross_sell")
    assert [reason.code for reason in added.reasons] == ["POLICY"]
    assert did(answer) == {"our bread": ("included", ("bread",))}


def test_an_include_takes_the_last_places_of_a_full_answer() -> None:
    world, query = rules_only(), Query(basket=("wine",), limit=2)
    assert ids(ask(query, Policy("b", "include", product_ids=("bread",)), bundle=world)) == ["pizza", "bread"]


def test_an_include_adds_as_many_as_it_says_and_never_fills_up() -> None:
    world, query = rules_only(), Query(basket=("wine",), limit=10)
    bakery = Policy("b", "include", categories=("Bakery", "Dairy"))
    assert ids(ask(query, bakery, bundle=world)) == ["pizza", "cola", "bread"], "the most bought one"
    two = replace(bakery, at_most=2)
    assert ids(ask(query, two, bundle=world)) == ["pizza", "cola", "bread", "butter"]
    drinks = Policy("d", "include", categories=("Drinks",))
    assert ids(ask(query, drinks, bundle=world)) == ["pizza", "cola"], "cola is there by itself"


def test_an_include_does_not_outrank_the_filters() -> None:
    include = Policy("i", "include", product_ids=("wine", "bread", "cola"), at_most=3)
    answer = ask(Query("ana", limit=10), include, bundle=rules_only())
    assert "wine" not in ids(answer), "sold out"
    assert "bread" not in ids(answer), "not new to ana"


def test_a_pin_brings_in_what_no_source_proposed() -> None:
    world, query = rules_only(), Query(basket=("wine",), limit=10)
    answer = ask(query, Policy("bread first", "pin", product_ids=("bread",)), bundle=world)
    assert ids(answer) == ["bread", "pizza", "cola"]
    assert answer.recommendations[0].source == "policy"


def test_policies_relative_to_the_page() -> None:
    dear = Policy("dear", "exclude", price_at_least_ratio=2.0)
    query = Query(viewing="cola", limit=10)
    assert ids(recommend(tiny_bundle(), query)) == ["pizza", "butter", "bread"]
    assert ids(ask(query, dear)) == ["butter", "bread"]
    assert ids(ask(GUEST, dear)) == UNTOUCHED, "nothing is viewed"


@pytest.mark.parametrize("page", [bought_together, similar])
def test_product_pages_are_arranged_too(page: Any) -> None:
    world = tiny_bundle()
    plain = page(world, "cola", 5)
    nothing = compiled([Policy("n", "exclude", product_ids=("gone",))], world)
    assert page(world, "cola", 5, nothing) == plain
    assert "butter" in ids(plain)
    without = page(world, "cola", 5, compiled([Policy("x", "exclude", product_ids=("butter",))], world))
    assert "butter" not in ids(without)
    first = page(world, "cola", 5, compiled([Policy("p", "pin", product_ids=("butter",))], world))
    assert ids(first)[0] == "butter"
    assert first.recommendations[0].reasons[-1].code == "POLICY"
    scores = {item.product_id: item.score for item in plain.recommendations}
    assert {item.product_id: item.score for item in first.recommendations} == scores


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        (Query(viewing="cola"), {"butter": "cross_sell", "bread": "cross_sell"}),
        (Query(basket=("bread",)), {"butter": "cross_sell", "pizza": "up_sell"}),
    ],
)
@pytest.mark.parametrize("limit", [1, 3, 10])
def test_a_product_of_two_kinds_stays_under_the_better_one(
    query: Query, kinds: dict[str, str], limit: int
) -> None:
    world, both = stepped_bundle(), replace(query, kinds=("cross_sell", "up_sell"), limit=limit)
    for policy in (
        Policy("nothing", "exclude", product_ids=("gone",)),
        Policy("twice", "boost", factor=2.0),
        *(Policy("first", "pin", product_ids=(product,)) for product in kinds),
    ):
        offered = {item.product_id: item.kind for item in ask(both, policy, bundle=world).recommendations}
        assert offered.items() & kinds.items() == {(item, kinds[item]) for item in offered.keys() & kinds}
        assert set(policy.product_ids) - {"gone"} <= offered.keys()


@given(st.lists(st.floats(0, 0.999), min_size=1, max_size=20), st.floats(0.001, 1000))
def test_a_boost_keeps_the_order_and_the_scale(scores: list[float], factor: float) -> None:
    given_scores = np.sort(np.array(scores))
    after = boosted(given_scores, np.full(len(scores), factor))
    assert ((after >= 0) & (after <= 1)).all()
    assert (np.diff(after) >= -1e-12).all()
    assert np.allclose(boosted(given_scores, np.ones(len(scores))), given_scores)
