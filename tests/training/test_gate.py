from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from config.training import Gate
from models.bundle import Facts
from models.errors import GateError
from training.evaluation.exam import Part
from training.evaluation.protocol import Evaluation, Row
from training.gate import check

SETTINGS = Gate(margin=0.05, min_customers=200)


def row(method: str, part: Part, recall: float, customers: int = 500) -> Row:
    return Row(method, part, 10, recall, recall, recall, 0.5, customers)


def evaluation(
    served: float,
    popular: float,
    *,
    new: tuple[float, float] = (0.05, 0.03),
    cart: tuple[float, float] = (0.2, 0.03),
    customers: int = 500,
) -> Evaluation:
    rows = (
        row("served", "all", served, customers),
        row("popularity", "all", popular, customers),
        row("served", "new", new[0], customers),
        row("popularity", "new", new[1], customers),
        row("served", "cart", cart[0], customers),
        row("popularity", "cart", cart[1], customers),
    )
    return Evaluation(rows, {"window_days": 28})


def facts(metrics: Any) -> Facts:
    return Facts("20261101-000000-aaaaaa", "", "EUR", 2, 20_000, {}, {"metrics": metrics})


def test_a_better_model_passes() -> None:
    verdict = check(evaluation(0.2, 0.1), None, SETTINGS)
    assert verdict.passed
    assert [item.metric for item in verdict.checks] == [
        "recall@10 on all products",
        "recall@10 on new products",
        "recall@10 on carts",
    ]
    assert verdict.warnings == ()
    verdict.require()


def test_worse_than_popularity_is_refused_and_says_by_how_much() -> None:
    verdict = check(evaluation(0.08, 0.10), None, SETTINGS)
    assert not verdict.passed
    with pytest.raises(GateError) as refused:
        verdict.require()
    assert str(refused.value) == (
        "refused by the gate: recall@10 on all products is 0.0800, 20.0% below the popularity baseline"
        " (0.1000, judged on 500); at least 0.0950 is needed (training.gate.margin)"
    )
    assert refused.value.metric == "recall@10 on all products"
    assert (refused.value.got, refused.value.needed) == (0.08, pytest.approx(0.095))


def test_new_products_are_looked_at_too() -> None:
    verdict = check(evaluation(0.2, 0.1, new=(0.02, 0.03)), None, SETTINGS)
    with pytest.raises(GateError, match=r"recall@10 on new products is 0.0200, 33.3% below the popularity"):
        verdict.require()


def test_carts_are_looked_at_too() -> None:
    """Weak rules that crowd out what everybody buys would serve carts worse than no model at all."""
    verdict = check(evaluation(0.2, 0.1, cart=(0.005, 0.05)), None, SETTINGS)
    with pytest.raises(GateError, match=r"recall@10 on carts is 0.0050, 90.0% below the popularity"):
        verdict.require()


@pytest.mark.parametrize(("served", "passed"), [(0.0951, True), (0.0949, False)])
def test_the_margin_is_relative(served: float, passed: bool) -> None:
    assert check(evaluation(served, 0.1), None, SETTINGS).passed is passed


def test_worse_than_the_current_artifact_is_refused() -> None:
    current = facts(evaluation(0.25, 0.1).to_dict())
    verdict = check(evaluation(0.2, 0.1), current, SETTINGS)
    with pytest.raises(GateError, match=r"20.0% below the current artifact 20261101-000000-aaaaaa \(0.2500"):
        verdict.require()
    assert check(evaluation(0.24, 0.1), current, SETTINGS).passed


def test_a_harder_window_lowers_what_is_needed_an_easier_one_does_not_raise_it() -> None:
    current = facts(evaluation(0.25, 0.1).to_dict())
    assert check(evaluation(0.2, 0.08), current, SETTINGS).passed  # popularity lost a fifth too
    assert check(evaluation(0.25, 0.15), current, SETTINGS).passed


def test_few_customers_pass_with_a_warning() -> None:
    verdict = check(evaluation(0.01, 0.1, customers=199), facts(evaluation(0.9, 0.1).to_dict()), SETTINGS)
    assert verdict.passed
    assert verdict.checks == ()
    assert verdict.warnings[0] == (
        "the gate did not compare recall@10 on all products: 199 customers were judged,"
        " training.gate.min_customers is 200"
    )


def test_no_evaluation_passes_with_its_reason() -> None:
    verdict = check(Evaluation((), {}, "not evaluated: orders span 2 days"), None, SETTINGS)
    assert verdict.passed
    assert verdict.warnings == ("the gate compared nothing: not evaluated: orders span 2 days",)


@pytest.mark.parametrize(
    ("metrics", "told"),
    [
        ({"recall@10": 0.5}, "it records no evaluation"),
        (7, "it records no evaluation"),
        (Evaluation((), {}, "not evaluated: too few").to_dict(), "it was not evaluated: too few"),
        (replace(evaluation(0.9, 0.1), protocol=0).to_dict(), "it was judged by protocol 0, this one by 1"),
        (
            replace(evaluation(0.9, 0.1), facts={"window_days": 7}).to_dict(),
            "it was judged on 7 days, this one on 28",
        ),
    ],
)
def test_what_is_not_comparable_is_not_compared_and_named(metrics: Any, told: str) -> None:
    verdict = check(evaluation(0.2, 0.1), facts(metrics), SETTINGS)
    assert verdict.passed
    assert len(verdict.checks) == 3
    assert verdict.warnings == (
        f"the gate did not compare with the current artifact 20261101-000000-aaaaaa: {told}",
    )


def test_an_artifact_judged_on_too_few_customers_is_no_measure() -> None:
    current = facts(evaluation(0.9, 0.1, customers=50).to_dict())
    verdict = check(evaluation(0.2, 0.1), current, SETTINGS)
    assert verdict.passed
    assert len(verdict.checks) == 3
    assert len(verdict.warnings) == 3


def test_the_verdict_is_plain() -> None:
    plain = check(evaluation(0.08, 0.10), None, SETTINGS).to_dict()
    assert plain["passed"] is False
    assert [item["passed"] for item in plain["checks"]] == [False, True, True]


def test_an_evaluation_survives_its_dictionary() -> None:
    judged = evaluation(0.2, 0.1)
    assert Evaluation.from_dict(judged.to_dict()) == judged
