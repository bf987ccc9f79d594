"""The end of a training on the terminal."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from models.errors import GateError
from tests.training.report.worlds import renamed, tiny_content, tiny_lines, trained
from training.evaluation.protocol import Evaluation
from training.pipeline import TrainingResult
from training.report.content import ReportContent
from training.report.summary import print_summary


def printed(content: ReportContent, *, published: bool = True, refusal: GateError | None = None) -> str:
    out = io.StringIO()
    result = TrainingResult("v1", Path("artifacts/v1"), content, refusal, published)
    print_summary(result, Path("shop.toml"), Console(file=out, width=200))
    return out.getvalue()


def test_what_came_out_where_it_is_and_what_to_do() -> None:
    text = printed(tiny_content())
    assert "10 orders in 10 days" in text
    assert "22 of 30 rows used" in text
    assert "bad_date 5, exact_duplicate 1" in text
    assert "14 pair rules and 3 rules with several antecedents" in text
    assert "Passed the gate." in text
    assert "artifacts/v1/report.html" in text
    assert "shopkeeper serve --config shop.toml" in text


def test_accuracy_beside_the_baseline() -> None:
    lines = printed(tiny_content()).splitlines()
    assert next(line.split() for line in lines if "recall@10" in line and "coverage" in line) == [
        "recall@10",
        "all",
        "new",
        "coverage",
    ]
    assert next(line.split() for line in lines if line.strip().startswith("served")) == [
        "served",
        *("40%", "20%", "50%"),
    ]


def test_a_version_that_was_not_published() -> None:
    refusal = GateError("worse", metric="recall", got=0.1, needed=0.2)
    text = printed(tiny_content(), published=False, refusal=refusal)
    assert "v1 is stored, not published" in text
    assert "shopkeeper publish --config shop.toml v1" in text
    assert "shopkeeper serve" not in text


def test_without_an_evaluation() -> None:
    judged = trained(tiny_lines()).judged
    content = tiny_content(judged=replace(judged, evaluation=Evaluation((), {}, "not evaluated: too few")))
    text = printed(content)
    assert "Not evaluated: too few." in text
    assert "recall@10 " not in text.split("gate")[0]


def test_names_are_no_markup() -> None:
    names = ["[bold]Tea[/bold]", "Bread, large", "[/x] Butter", "Cola", "Pizza", "Wine"]
    content = tiny_content(bundle=renamed(names))
    assert content.rules is not None
    shown = replace(content.rules, top_pairs=content.rules.top_basket_rules)
    assert "2 of 2 orders with [bold]Tea[/bold] also have [/x] Butter" in printed(
        replace(content, rules=shown)
    )
