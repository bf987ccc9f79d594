"""The page: one file, nothing from elsewhere, the figures of the JSON, and sections that may be missing."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest

from tests.training.report.worlds import (
    FIRST,
    evaluation,
    lines_of,
    renamed,
    tiny_content,
    tiny_lines,
    trained,
    without_customers,
)
from training.evaluation.protocol import Evaluation
from training.report.content import ReportContent, TrialFigures
from training.report.files import DATA, PAGE, report_files
from training.report.html import render

HOSTILE = '</td><script>alert("1")</script><img src=x onerror=alert(1)>{{ 7*7 }} $a$ & \x0b'


class Page(HTMLParser):
    """Reads a page: its ids, its tags, what it points to, its cells, and whether every tag is closed."""

    VOID = ("meta", "br", "hr", "img", "link", "input")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.tags: set[str] = set()
        self.targets: list[str] = []
        self.cells: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            assert not name.startswith("on"), name
            if name == "id":
                self.ids.append(value or "")
            if name in ("src", "href", "xlink:href", "action"):
                self.targets.append(value or "")
        if tag not in self.VOID:
            self._open.append(tag)
        if tag in ("td", "dd"):
            self.cells.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in ("td", "dd"):
            self.cells[-1] += data


@pytest.fixture(scope="module")
def content() -> ReportContent:
    return tiny_content()


@pytest.fixture(scope="module")
def page(content: ReportContent) -> str:
    return render(content)


def test_it_needs_nothing_from_elsewhere(page: str) -> None:
    read = Page(page)
    assert not read.tags & {"script", "link", "img", "iframe", "object", "form"}
    assert read.targets
    assert all(target.startswith("#") for target in read.targets)
    assert "url(http" not in page
    assert "@import" not in page


def test_ids_are_unique_and_links_lead_somewhere(page: str) -> None:
    read = Page(page)
    assert len(read.ids) == len(set(read.ids))
    assert {target[1:] for target in read.targets} <= set(read.ids)


def test_the_json_has_the_figures_of_the_page(content: ReportContent) -> None:
    files = report_files(content)
    data: dict[str, Any] = json.loads(files[DATA])
    cells = Page(files[PAGE].decode()).cells
    orders = data["orders"]
    for number in ("orders", "order_lines", "customers", "products_sold"):
        assert f"{orders[number]:,}" in cells
    assert orders["revenue"] == "76.80"
    assert "€76.80" in cells
    assert orders["best_sellers"][0]["revenue"] == "35.60"
    assert "€35.60" in cells
    assert "no price" in cells
    for row in data["evaluation"]["rows"]:
        for metric in ("recall", "ndcg", "hit_rate", "coverage"):
            assert f"{row[metric]:.4f}" in cells
    for trial in data["tuning"]["trials"]:
        assert f"{trial['score']:.4f}" in cells
    for rule in data["rules"]["top_basket_rules"]:
        assert f"{rule['rule_orders']} of {rule['orders']}" in cells
    for stage in data["stages"]:
        assert f"{stage['seconds']:.1f} s" in files[PAGE].decode()
    assert data["gate"]["passed"] is True
    assert "Passed the gate." in files[PAGE].decode()


def test_the_json_is_the_content(content: ReportContent) -> None:
    data = json.loads(report_files(content)[DATA])
    assert data == json.loads(json.dumps(content.to_dict()))
    assert data["tables"][0]["rejected"] == {"bad_date": 5, "exact_duplicate": 1}
    assert data["created"] == "2024-10-15T00:00:00+00:00"


def test_no_password_gets_out(content: ReportContent) -> None:
    for text in report_files(content).values():
        assert b"hunter2" not in text
        assert b"postgresql://shop:***@db/shop" in text


def test_hostile_names_are_only_names() -> None:
    names = [HOSTILE, "\ud800 lone", "<b>Butter", "a" * 5000, "', \" & <", "茶 &amp;"]
    bundle = renamed([name.encode(errors="replace").decode() for name in names])
    page = render(tiny_content(bundle=bundle))
    read = Page(page)
    assert not read.tags & {"script", "img", "b"}
    assert "{{ 7*7 }}" in page  # shown, not computed
    assert "茶 &amp;amp;" in page


def test_a_shop_of_one_basket_of_one_product() -> None:
    one = tiny_content(lines_of([(0, -1, 0, 1.0, None, FIRST)]), bundle=without_customers())
    page = render(one)
    assert "One product brings all sales" in page
    assert "No order names its customer" in page
    assert "€" not in page
    Page(page)


def test_why_there_is_no_evaluation() -> None:
    judged = trained(tiny_lines()).judged
    unjudged = replace(judged, evaluation=Evaluation((), {}, "not evaluated: orders span 3 days"))
    page = render(tiny_content(judged=unjudged))
    assert "Not evaluated: orders span 3 days." in page
    assert 'id="accuracy-' not in page
    assert "Recall: " not in page


def test_sections_that_have_nothing_to_say_are_left_out() -> None:
    page = render(ReportContent("v1", datetime(2026, 1, 1, tzinfo=UTC), "EUR"))
    assert re.findall(r'<section id="(\w+)"', page) == ["details"]
    Page(page)


def test_of_many_trials_the_choice_and_the_best_are_shown(content: ReportContent) -> None:
    assert content.tuning is not None
    trials = tuple(
        TrialFigures("weights", {"taste": at / 100}, "recall@10", at / 1000, chosen=at == 7)
        for at in range(40)
    )
    cells = Page(render(replace(content, tuning=replace(content.tuning, trials=trials)))).cells
    assert [f"taste {at / 100}" for at in (7, 39, 38, 37, 36, 35, 34, 33)] == [
        cell for cell in cells if cell.startswith("taste 0")
    ]


def test_parts_that_were_not_judged_have_no_picture(page: str) -> None:
    assert {row.part for row in evaluation().rows} == {"all", "new"}
    assert 'id="accuracy-all' in page
    assert 'id="accuracy-repeat' not in page
    assert 'id="accuracy-cart' not in page


def test_the_same_content_gives_the_same_bytes(content: ReportContent) -> None:
    assert report_files(content) == report_files(content)
