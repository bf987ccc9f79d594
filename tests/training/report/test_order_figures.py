"""Figures of order lines, each counted by hand in `worlds` or beside the assertion."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.report.worlds import FIRST, LABELS, lines_of, tiny_lines
from training.report.content import Band, Money, OrderFigures
from training.report.order_figures import order_figures


def figures_of(lines: pl.DataFrame, timezone: str = "UTC") -> OrderFigures:
    return order_figures(lines, LABELS, timezone=timezone, digits=2)


def test_the_tiny_world() -> None:
    figures = figures_of(tiny_lines())
    assert (figures.first_day, figures.last_day, figures.days) == (date(2024, 10, 5), date(2024, 10, 14), 10)
    assert (figures.order_lines, figures.orders, figures.guest_orders) == (22, 10, 2)
    assert (figures.customers, figures.returning_customers) == (4, 3)  # dora ordered once
    assert (figures.products_sold, figures.rare_products) == (6, 3)  # bread-xl, pizza, wine are in 1, 4, 2
    assert figures.priced_lines == 20  # wine has no price
    assert figures.revenue == Money(7680, 2)
    # Orders sorted by value: 250 560 560 730 740 740 890 1070 1070 1070.
    assert figures.median_order_value == Money(740, 2)
    assert (figures.mean_basket, figures.median_basket) == (2.2, 2.0)
    assert figures.basket_sizes == (Band(1, 1, 1), Band(2, 2, 6), Band(3, 3, 3))
    assert figures.customer_orders == (Band(1, 1, 1), Band(2, 2, 2), Band(3, 3, 1))
    assert figures.weekdays == (2, 1, 1, 1, 1, 2, 2)


def test_pareto_and_best_sellers_by_revenue() -> None:
    figures = figures_of(tiny_lines())
    assert figures.pareto.by == "revenue"
    # A fifth of 6 products, rounded up, is 2: pizza and butter, 35.60 + 15.50 of 76.80.
    assert figures.pareto.share_of_best_20 == pytest.approx(51.10 / 76.80, abs=1e-6)
    assert figures.pareto.products_for_80 == 0.5  # with bread 63.60, more than 61.44
    assert (figures.pareto.curve[0], figures.pareto.curve[-1]) == (0.0, 1.0)
    best = figures.best_sellers
    assert [seller.product_id for seller in best] == ["pizza", "butter", "bread", "cola", "bread-xl", "wine"]
    assert (best[0].name, best[0].orders, best[0].quantity, best[0].revenue) == (
        "PIZZA",
        4,
        4,
        Money(3560, 2),
    )
    assert best[-1].revenue is None


def test_without_prices_products_are_ranked_by_orders() -> None:
    figures = figures_of(tiny_lines().with_columns(pl.lit(None, dtype=pl.Int64).alias("price")))
    assert figures.revenue is None
    assert figures.median_order_value is None
    assert all(period.revenue is None for period in figures.periods)
    assert figures.pareto.by == "orders"
    assert figures.pareto.share_of_best_20 == pytest.approx(
        10 / 22, abs=1e-6
    )  # two products in 5 orders each
    assert [seller.orders for seller in figures.best_sellers] == [5, 5, 5, 4, 2, 1]


def test_free_products_only_are_ranked_by_orders() -> None:
    assert figures_of(tiny_lines().with_columns(price=pl.lit(0, dtype=pl.Int64))).pareto.by == "orders"


def test_hours_are_the_shops_own() -> None:
    hours = figures_of(tiny_lines(), "Europe/Berlin").hours
    assert hours is not None
    assert [row[14] for row in hours] == [2, 1, 1, 1, 1, 2, 2]  # 12:30 UTC is 14:30 in October
    assert sum(map(sum, hours)) == 10


def test_a_day_begins_at_local_midnight() -> None:
    late = lines_of([(0, 0, 0, 1.0, 100, datetime(2024, 12, 31, 23, 30))])
    assert figures_of(late).first_day == date(2024, 12, 31)
    assert figures_of(late, "Europe/Berlin").first_day == date(2025, 1, 1)


def test_dates_without_time_have_no_hours() -> None:
    midnight = tiny_lines().with_columns(pl.col("ordered_at").dt.truncate("1d"))
    assert figures_of(midnight).hours is None
    # The shop's midnight, stored as UTC: the evening before.
    local = midnight.with_columns(pl.col("ordered_at") - timedelta(hours=2))
    assert figures_of(local, "Europe/Berlin").hours is None
    assert figures_of(local, "Europe/Berlin").first_day == date(2024, 10, 5)


def test_a_product_in_two_lines_of_an_order_is_in_one_order() -> None:
    lines = lines_of([(0, 0, 0, 1.0, 100, FIRST), (0, 0, 0, 2.0, 90, FIRST), (1, 0, 1, 1.0, 10, FIRST)])
    figures = figures_of(lines)
    assert figures.basket_sizes == (Band(1, 1, 2),)
    assert figures.best_sellers[0].orders == 1
    assert figures.revenue == Money(290, 2)


def test_periods_without_orders_are_there_and_cut_ones_are_marked() -> None:
    # Wednesday 2 Oct and Tuesday 19 Nov 2024: 49 days, weeks from Monday 30 Sep to Monday 18 Nov.
    lines = lines_of(
        [(0, 0, 0, 1.0, 100, datetime(2024, 10, 2)), (1, -1, 0, 1.0, 100, datetime(2024, 11, 19))]
    )
    figures = figures_of(lines)
    assert figures.period == "week"
    assert [period.start for period in figures.periods] == [
        date(2024, 9, 30) + timedelta(weeks=at) for at in range(8)
    ]
    assert [period.orders for period in figures.periods] == [1, 0, 0, 0, 0, 0, 0, 1]
    assert [period.guest_orders for period in figures.periods] == [0, 0, 0, 0, 0, 0, 0, 1]
    assert [period.whole for period in figures.periods] == [False, *[True] * 6, False]


@pytest.mark.parametrize(("days", "period"), [(41, "day"), (42, "week"), (1097, "week"), (1098, "month")])
def test_the_width_of_periods(days: int, period: str) -> None:
    ends = [(at, 0, 0, 1.0, 100, FIRST + timedelta(days=at * days)) for at in (0, 1)]
    assert figures_of(lines_of(ends)).period == period


def test_one_line() -> None:
    figures = figures_of(lines_of([(0, -1, 0, 1.0, None, FIRST)]))
    assert (figures.orders, figures.customers, figures.customer_orders) == (1, 0, ())
    assert figures.pareto.curve == (0.0, *[1.0] * 100)


def test_no_line_is_refused() -> None:
    with pytest.raises(ValueError, match="no order lines"):
        figures_of(lines_of([]))


@given(
    st.lists(
        st.tuples(
            st.integers(0, 8),
            st.integers(0, 5),
            st.integers(1, 9),
            st.none() | st.integers(0, 999),
            st.integers(0, 1500),
        ),
        min_size=1,
        max_size=40,
    )
)
def test_sums_agree(rows: list[tuple[int, int, int, int | None, int]]) -> None:
    """Whatever is sold: every split of the orders adds up to all of them, and the curve climbs to 1."""
    hours = {order: hour for order, _, _, _, hour in rows}
    lines = lines_of(
        [
            (order, order % 3 - 1, product, float(quantity), price, FIRST + timedelta(hours=hours[order]))
            for order, product, quantity, price, _ in rows
        ]
    )
    figures = figures_of(lines)
    assert figures.orders == len(hours)
    assert sum(band.count for band in figures.basket_sizes) == figures.orders
    assert sum(band.count for band in figures.customer_orders) == figures.customers
    assert sum(period.orders for period in figures.periods) == figures.orders
    assert sum(figures.weekdays) == figures.orders
    curve = figures.pareto.curve
    assert list(curve) == sorted(curve)
    assert (curve[0], curve[-1]) == (0.0, 1.0)
    if figures.revenue is not None:
        assert figures.revenue.minor == sum(row[2] * row[3] for row in rows if row[3] is not None)
