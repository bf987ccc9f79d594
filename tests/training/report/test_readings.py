"""The sentences: what they say about worlds whose figures are known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.training.report.worlds import evaluation, tiny_content
from training.report import readings
from training.report.content import (
    AccuracyRow,
    CatalogueFigures,
    EvaluationFigures,
    GateCheck,
    GateFigures,
    OrderFigures,
    Pareto,
    RuleFigure,
    RulesFigures,
    TableFigures,
)

NARROW = "\u202f"


def said(text: str) -> str:
    return text.replace(NARROW, " ")


@pytest.fixture(scope="module")
def orders() -> OrderFigures:
    figures = tiny_content().orders
    assert figures is not None
    return figures


def test_the_data_window(orders: OrderFigures) -> None:
    assert readings.data_window(orders) == "10 orders in 10 days, from 5 Oct 2024 to 14 Oct 2024."
    busy = (*orders.periods[:3], replace(orders.periods[3], orders=7), *orders.periods[4:])
    assert readings.data_window(replace(orders, periods=busy)).endswith(
        "; the busiest day was 8 Oct 2024, with 7."
    )


def test_guests(orders: OrderFigures) -> None:
    assert said(readings.guests(orders)).startswith("20 % of orders are by guests")
    assert readings.guests(replace(orders, guest_orders=0)) == "Every order names its customer."
    assert "personal taste cannot" in readings.guests(replace(orders, guest_orders=10, customers=0))


def test_baskets_and_customers(orders: OrderFigures) -> None:
    assert said(readings.basket_sizes(orders)) == (
        "Half of the orders hold 2 different products or fewer; "
        "10 % hold just one and say nothing about what goes together."
    )
    assert said(readings.customer_orders(orders)) == "75 % of 4 customers ordered more than once."


def test_pareto(orders: OrderFigures) -> None:
    assert said(readings.pareto(orders)) == "The best 2 of 6 products bring 67 % of revenue."
    curve = Pareto("revenue", orders.pareto.curve, 0.78, 0.2)
    assert said(readings.pareto(replace(orders, products_sold=50, pareto=curve))) == (
        "20 % of products bring 78 % of revenue."
    )
    assert said(readings.pareto(replace(orders, products_sold=4, pareto=replace(curve, by="orders")))) == (
        "The best of 4 products brings 78 % of sales, counted in orders."
    )
    assert readings.pareto(replace(orders, products_sold=1)) == "One product brings all revenue."


def test_rows() -> None:
    table = TableFigures("orders", "x.csv", 200, 150, {"bad_date": 10, "zero_price": 40}, {})
    assert said(readings.rows(table)) == (
        "75 % of 200 rows are used; the most frequent reason not to be was a price of zero (40)."
    )
    assert said(readings.rows(replace(table, rows_kept=200, rejected={}))).endswith("none was rejected.")


def test_rules() -> None:
    best = RuleFigure(("a",), ("Tea",), "b", "Milk", 31, 120, 50, 0.2583, 0.05, 5.2, 4.0, 0.9)
    figures = RulesFigures(1000, 10, 4, 12, 0, (best,), ())
    assert said(readings.rules(figures)) == (
        "31 of 120 orders with Tea also have Milk: 26 %, against 5.0 % of all orders."
    )
    assert readings.rule_counts(figures) == (
        "12 pair rules, from 1,000 baskets; 4 of 10 products have at least one."
    )
    assert "chance" in readings.rules(replace(figures, top_pairs=()))


def judged() -> EvaluationFigures:
    source = evaluation()
    rows = (
        AccuracyRow(r.method, r.part, r.k, r.recall, r.ndcg, r.hit_rate, r.coverage, 300) for r in source.rows
    )
    return EvaluationFigures(tuple(rows), None, source.facts)


def test_accuracy_and_coverage() -> None:
    assert said(readings.accuracy(judged(), "all")) == (
        "Of everything that customers bought in the last 28 days, 40 % was among the 10 recommended; "
        "with popularity it would have been 20 %."
    )
    assert readings.accuracy(judged(), "cart") == "What is served was not judged."
    assert said(readings.coverage(judged())) == (
        "50 % of the catalogue was recommended to somebody, with popularity alone 1.0 %."
    )


def test_the_gate() -> None:
    passed = GateCheck("recall@10 on new products", "the current artifact v1", 0.4, 0.4, 0.38, 300, True)
    refused = replace(passed, got=0.3, passed=False)
    assert said(readings.comparison(passed)) == (
        "Recall@10 on new products is 40 %; the current artifact v1 reaches 40 %."
    )
    assert said(readings.comparison(refused)) == (
        "Recall@10 on new products is 30 %; the current artifact v1 reaches 40 %: 25 % worse, "
        "and at least 38 % is needed."
    )
    assert readings.verdict(GateFigures(True, (passed,))) == "Passed the gate."
    assert readings.verdict(GateFigures(False, (refused,))) == "Refused by the gate."
    assert readings.verdict(GateFigures(True)) == "Let through without a comparison."


def test_the_catalogue() -> None:
    nothing = CatalogueFigures(6, 0, 0, 0, 0, 0, 0)
    assert readings.catalogue(nothing) == "No product has a category or a price or a known stock or variants."
    assert readings.catalogue(replace(nothing, with_price=5)) == (
        "Of 6 products, 5 have a price; none has a category or a known stock or variants."
    )


def test_in_short_is_short() -> None:
    assert 3 <= len(readings.in_short(tiny_content())) <= 6
