"""Pair rules: rows, evidence, and the two formulas against values worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.training import BoughtTogether as Settings
from models.bought_together import BoughtTogether, lift_lower_bound, shrunk_score
from models.scored import Scored
from tests.models.contract import ModelContract, assert_descending
from tests.models.tiny import tiny_bundle
from tests.models.tiny_names import BREAD, BUTTER, COLA, PIZZA, PRODUCTS
from tests.training.fitting.worlds import tiny_lines
from training.fitting.bought_together import fit_bought_together
from training.matrices import basket_matrix


class TestBoughtTogetherContract(ModelContract):
    part = "bought_together"

    def fit(self) -> BoughtTogether:
        baskets = basket_matrix(tiny_lines(), 10, len(PRODUCTS))
        return fit_bought_together(baskets, Settings(min_pair_orders=1), threads=2)

    def unknown(self, model: BoughtTogether) -> Sequence[Scored]:
        return [model.of(-1), model.of(len(PRODUCTS)), model.of(10**9)]


def test_evidence_holds_the_counts_and_what_follows() -> None:
    # Bread in 5 of 10 orders, butter in 5, both in 4: confidence 4/5, lift (4/5) / (5/10) = 1.6.
    counts = tiny_bundle().bought_together.evidence(BREAD, BUTTER)
    assert counts is not None
    assert counts[:4] == (4, 5, 5, 10)
    assert counts.confidence == pytest.approx(0.8)
    assert counts.lift == pytest.approx(1.6)
    # Wilson's lower bound of 4 of 5 with z = 1.96 is 0.3755; over the base rate 0.5 that is 0.7511.
    assert counts.lift_lower == pytest.approx(0.7511, abs=1e-4)


def test_no_rule_has_no_evidence() -> None:
    rules = tiny_bundle().bought_together
    assert rules.evidence(BREAD, PIZZA) is None
    assert rules.evidence(BREAD, BREAD) is None


def test_rows_of_several_antecedents_come_with_their_antecedent() -> None:
    rules = tiny_bundle().bought_together
    at, antecedents = rules.rows(np.array([BREAD, PIZZA]))
    found = sorted(zip(antecedents.tolist(), rules.consequents[at].tolist(), strict=True))
    # wine, out of stock, is still a rule: filters come later
    assert found == [(BREAD, BUTTER), (BREAD, COLA), (PIZZA, COLA), (PIZZA, 5)]
    nothing, nobody = rules.rows(np.empty(0, dtype=np.int32))
    assert len(nothing) == len(nobody) == 0


def test_shrunk_score_by_hand() -> None:
    # p = 20/100. confidence' = (8 + 10 * 0.2) / (10 + 10) = 0.5; score = 0.5 / sqrt(0.2) = 1.1180
    pair, antecedent, consequent = np.array([8]), np.array([10]), np.array([20])
    score = shrunk_score(pair, antecedent, consequent, 100, damping=10, discount=0.5)
    assert score[0] == pytest.approx(1.1180, abs=1e-4)
    # Nothing shrunk: discount 0 is confidence 0.8, discount 1 is lift 4.
    assert shrunk_score(pair, antecedent, consequent, 100, damping=0, discount=0)[0] == pytest.approx(0.8)
    assert shrunk_score(pair, antecedent, consequent, 100, damping=0, discount=1)[0] == pytest.approx(4.0)


def test_shrinking_puts_the_well_known_rule_before_the_lucky_one() -> None:
    # 1 of 1 has the higher confidence, 80 of 100 is the better rule.
    scores = shrunk_score(
        np.array([1, 80]), np.array([1, 100]), np.array([50, 50]), 1000, damping=10, discount=0.5
    )
    assert scores[1] > scores[0]


def test_lift_lower_bound_by_hand() -> None:
    # 50 of 100: (0.5 + 0.019208 - 1.96 sqrt(0.0025 + 0.00009604)) / 1.038416 = 0.40383; base rate 0.25
    bound = lift_lower_bound(np.array([50]), np.array([100]), np.array([250]), 1000)
    assert bound[0] == pytest.approx(0.40383 / 0.25, abs=1e-4)
    # Nothing in common: bound 0, never below.
    assert lift_lower_bound(np.array([0]), np.array([5]), np.array([5]), 10)[0] == 0


@given(st.integers(1, 10_000), st.data())
def test_lift_lower_bound_is_below_lift_and_rises_with_evidence(antecedent: int, data: st.DataObject) -> None:
    pair = data.draw(st.integers(1, antecedent))
    total = 4 * antecedent
    consequent = data.draw(st.integers(pair, total))
    counts = np.array([[pair], [antecedent], [consequent]])
    lift = pair * total / (antecedent * consequent)
    few = lift_lower_bound(counts[0], counts[1], counts[2], total)[0]
    many = lift_lower_bound(10 * counts[0], 10 * counts[1], 10 * counts[2], 10 * total)[0]
    assert 0 <= few <= many <= lift


def test_rows_come_best_first() -> None:
    rules = tiny_bundle().bought_together
    for product in range(len(PRODUCTS)):
        assert_descending(rules.of(product))
    assert rules.of(COLA).products[0] == PIZZA
