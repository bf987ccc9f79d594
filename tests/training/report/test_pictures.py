"""The pictures: XML, the same bytes each time, names in them as they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from tests.training.report.worlds import tiny_content
from training.report import pictures
from training.report.content import OrderFigures, RuleFigure, Stage, TableFigures

HOSTILE = "</svg><script>alert('1')</script> & \"two\" $x_1$ --> \x0b\ud800 ]]> 茶"


@pytest.fixture(scope="module")
def orders() -> OrderFigures:
    figures = tiny_content().orders
    assert figures is not None
    return figures


def texts(svg: str) -> list[str]:
    root = ET.fromstring(svg)  # noqa: S314  # our own picture
    return ["".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text")]


def rule(name: str, confidence: float = 0.5) -> RuleFigure:
    return RuleFigure(("a",), (name,), "b", "Milk", 5, 10, 20, confidence, 0.1, 5, 2, 0.7)


DRAWERS: tuple[Callable[[OrderFigures, str], str], ...] = (
    pictures.orders_over_time,
    pictures.basket_sizes,
    pictures.customer_orders,
    pictures.opening_hours,
    lambda figures, label: pictures.pareto(figures.pareto, label),
)


@pytest.mark.parametrize("drawer", DRAWERS)
def test_a_picture_is_xml_with_its_reading(
    drawer: Callable[[OrderFigures, str], str], orders: OrderFigures
) -> None:
    svg = drawer(orders, 'reading with "quotes" & <brackets>')
    root = ET.fromstring(svg)  # noqa: S314  # our own picture
    assert root.attrib["aria-label"] == 'reading with "quotes" & <brackets>'
    assert "viewBox" in root.attrib
    assert "<style" not in svg  # it would hold for the whole page
    assert texts(svg)


def test_the_same_figures_give_the_same_bytes(orders: OrderFigures) -> None:
    for drawer in DRAWERS:
        assert drawer(orders, "x") == drawer(orders, "x")


def test_two_pictures_share_no_id(orders: OrderFigures) -> None:
    seen: set[str] = set()
    for drawer in DRAWERS:
        svg = drawer(orders, "x")
        ids = set(re.findall(r'\bid="([^"]+)"', svg))
        assert ids
        assert not ids & seen
        for used in re.findall(r'(?:url\(|href=")#([^")]+)', svg):
            assert used in ids
        seen |= ids


def test_names_are_text_and_nothing_else() -> None:
    svg = pictures.top_rules([rule(HOSTILE), rule("Tea $5 $6")], HOSTILE)
    assert "<script" not in svg
    shown = texts(svg)
    assert any("Tea $5 $6 → Milk" in text for text in shown)  # dollars are no formula
    assert any(text.startswith("</svg><script>") for text in shown)


def test_a_dot_is_where_its_share_is() -> None:
    svg = pictures.top_rules([rule("Tea", 1.0)], "x")
    assert "100\u202f%" in texts(svg)


def test_bars_of_rows_by_reason() -> None:
    table = TableFigures("orders", "x", 100, 60, {"bad_date": 30, "zero_price": 0}, {"bad_cost": 1200})
    shown = texts(pictures.row_reasons(table, "x"))
    assert shown == [
        "a cost that is no number, left out",
        "1,200",
        "a date that cannot be read",
        "30",
    ]


def test_weekdays_stand_in_for_hours(orders: OrderFigures) -> None:
    shown = texts(pictures.opening_hours(replace(orders, hours=None), "x"))
    assert shown[:2] == ["Mon", "2"]


def test_stages() -> None:
    assert texts(pictures.stages([Stage("reading", 61.0)], "x")) == ["reading", "1 min 1 s"]


def test_labels_keep_apart_and_in_order() -> None:
    values = [0.5, 0.1, 0.49, 0.51]
    placed = np.array(pictures._apart(values, 0.05))
    assert np.argsort(placed).tolist() == [1, 2, 0, 3]
    assert (np.diff(np.sort(placed)) >= 0.05 - 1e-9).all()
    assert placed[1] == pytest.approx(0.1)  # far from the others: it stays
    assert placed[[0, 2, 3]].mean() == pytest.approx(0.5)  # the crowd spreads about its middle
