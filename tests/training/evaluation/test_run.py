from __future__ import annotations

import json
from typing import Any

import pytest
from scipy.sparse import csr_matrix

from config.training import BoughtTogether, Gate
from models.basket_rules import BasketRules
from tests.training.evaluation.worlds import (
    FIRST_DAY,
    SETTINGS,
    catalogue_of,
    combo_shop,
    loyal_shop,
    orders_of,
)
from training import bundle_parts
from training.choices import DEFAULT_WEIGHTS
from training.evaluation.exam import PARTS, Exam
from training.evaluation.methods import METHODS
from training.evaluation.protocol import KS, Evaluation
from training.evaluation.run import Judged, exams, tune_and_evaluate
from training.evaluation.split import Split, split_by_time
from training.gate import check


@pytest.fixture(scope="module")
def judged() -> Judged:
    orders = orders_of([*loyal_shop(), *combo_shop()])
    return tune_and_evaluate(orders, catalogue_of(orders), SETTINGS)


def test_every_method_is_judged_on_the_same_customers(judged: Judged) -> None:
    evaluation = judged.evaluation
    assert evaluation.reason is None
    expected = {(method.name, part, k) for method in METHODS for part in method.parts for k in KS}
    assert {(row.method, row.part, row.k) for row in evaluation.rows} == expected
    assert len(evaluation.rows) == len(expected)
    for part in PARTS:
        assert len({row.customers for row in evaluation.rows if row.part == part}) == 1
    for row in evaluation.rows:
        for value in (row.recall, row.ndcg, row.hit_rate, row.coverage):
            assert 0 <= value <= 1


def test_judged_models_get_as_much_time_as_those_that_are_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """With less, a slow machine judged a shop without the rules that it serves."""
    allowed: list[float] = []
    real = bundle_parts.fit_basket_rules

    def fit(baskets: csr_matrix, settings: BoughtTogether, seed: int, *more: Any) -> BasketRules:
        allowed.append(settings.max_seconds)
        return real(baskets, settings, seed, *more)

    monkeypatch.setattr(bundle_parts, "fit_basket_rules", fit)
    orders = orders_of([*loyal_shop(), *combo_shop()])
    tune_and_evaluate(orders, catalogue_of(orders), SETTINGS)
    assert len(allowed) >= 2
    assert set(allowed) == {SETTINGS.bought_together.max_seconds}


def test_what_is_recorded_fits_json_and_comes_back(judged: Judged) -> None:
    text = json.dumps({"metrics": judged.evaluation.to_dict(), "choices": judged.choices.to_dict()})
    recorded = json.loads(text)
    assert Evaluation.from_dict(recorded["metrics"]).rows == judged.evaluation.rows
    assert recorded["metrics"]["facts"]["test_from"] == "2025-02-21"
    assert recorded["metrics"]["facts"]["customers"] == 80  # c00 to c79, in both shops c00 to c59
    assert recorded["choices"]["weights"]["cart_ridge"] == 1.0
    assert recorded["choices"]["item_ridge"]["carts"] in SETTINGS.item_ridge.cart_regularizations


def test_the_gate_lets_a_shop_with_planted_truth_through(judged: Judged) -> None:
    verdict = check(judged.evaluation, None, Gate(min_customers=50))
    assert verdict.passed
    assert len(verdict.checks) == 3


def test_test_knows_validation_and_validation_knows_neither() -> None:
    orders = orders_of(loyal_shop())
    split = split_by_time(orders.lines, SETTINGS.split)
    assert isinstance(split, Split)
    validation, test = exams(orders, split, SETTINGS)
    assert isinstance(validation, Exam)
    assert isinstance(test, Exam)
    assert validation.history.lines["day"].max() == split.validation.at - 1
    assert test.history.lines["day"].max() == split.test.at - 1 == split.validation.stop - 1


def test_a_large_shop_is_judged_by_the_same_sample_of_customers_twice() -> None:
    orders = orders_of(loyal_shop())
    split = split_by_time(orders.lines, SETTINGS.split)
    assert isinstance(split, Split)
    validation, test = exams(orders, split, SETTINGS, max_lines=len(orders.lines) // 2)
    assert isinstance(validation, Exam)
    assert isinstance(test, Exam)
    assert 15 < len(test.customers) < 45
    assert validation.history.customers.ids.tolist() == test.history.customers.ids.tolist()


@pytest.mark.parametrize(
    ("days", "reason"),
    [
        (1, "not evaluated: orders span 1 days, 4 are needed for a split"),
        (8, "not evaluated: 3 customers with orders before 2024-10-10 bought from then to 2024-10-11,"),
    ],
)
def test_a_tiny_shop_gets_defaults_and_the_reason(days: int, reason: str) -> None:
    orders = orders_of(
        (f"c{number}", FIRST_DAY + day, ("tea", "milk")) for number in range(3) for day in range(days)
    )
    judged = tune_and_evaluate(orders, catalogue_of(orders), SETTINGS)
    assert judged.evaluation.rows == ()
    assert judged.evaluation.reason is not None
    assert judged.evaluation.reason.startswith(reason)
    assert judged.choices.weights == DEFAULT_WEIGHTS
    assert judged.choices.reasons[0].startswith("nothing was tuned, defaults hold; not evaluated:")
    assert check(judged.evaluation, None, Gate()).passed


def test_a_shop_of_guests_alone_is_not_judged_by_name() -> None:
    orders = orders_of((None, FIRST_DAY + day, ("tea", "milk")) for day in range(100))
    judged = tune_and_evaluate(orders, catalogue_of(orders), SETTINGS)
    assert judged.evaluation.reason is not None
    assert "0 customers" in judged.evaluation.reason
