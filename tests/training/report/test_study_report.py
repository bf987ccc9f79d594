"""The report of a study: on a page, in figures, on the terminal."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from training.evaluation.bootstrap import Interval
from training.evaluation.scores import KS, Score
from training.evaluation.study import BLEND, Comparison, Study
from training.evaluation.tuned import Tuned
from training.report.study_files import study_files, study_pictures
from training.report.study_tables import print_study
from training.report.study_words import difference, setting, value


def study() -> Study:
    """Two methods, carts alone, one difference that is sure and one that is not."""
    scores = [
        Score(name, "cart", k, recall + k / 100, 0.2, 0.1, 0.4, 0.05, 0.01, revenue, 40)
        for name, recall, revenue in (("ease", 0.1, None), (BLEND, 0.15, 0.25))
        for k in KS
    ]
    comparisons = [
        Comparison("cart", 10, "recall", "ease", 0.25, 0.2, Interval(0.05, 0.01, 0.09)),
        Comparison("cart", 10, "ndcg_truth", "ease", 0.1, 0.1, Interval(0.0, -0.02, 0.02)),
        Comparison("cart", 20, "recall", "ease", 0.3, 0.4, Interval(-0.1, -0.2, -0.05)),
    ]
    return Study(
        facts={"carts": {"test": "2017-12-01 to 2017-12-31", "carts": 40}},
        scores=scores,
        comparisons=comparisons,
        tuned=[Tuned("ease", "cart", {"ridge": 30.0}, 0.2, 40, (({"ridge": 30.0}, 0.2),))],
        blend={"carts": {"taste": {"alpha": 1.0}, "weights": {"taste": 0.5}}},
        notes=["als not fitted for carts: MemoryError: <b>no memory</b>"],
    )


def test_the_page_has_every_figure_and_no_foreign_markup() -> None:
    files = study_files(study(), "my <shop>")
    page = files["report.html"].decode()
    assert "my &lt;shop&gt;" in page
    assert "&lt;b&gt;no memory" in page
    for shown in ("0.1500", "0.2500", "+0.0500 [+0.0100, +0.0900]", "ridge 30", "2017-12-01 to 2017-12-31"):
        assert shown in page, shown
    assert page.count("<svg") == 3


def test_the_figures_for_programs() -> None:
    data = json.loads(study_files(study(), "shop")["report.json"])
    assert len(data["scores"]) == 6
    assert data["comparisons"][0]["interval"] == {"difference": 0.05, "low": 0.01, "high": 0.09}
    assert data["tuned"][0]["setting"] == {"ridge": 30.0}
    assert data["notes"] == study().notes


def test_pictures_are_the_same_each_time() -> None:
    first, second = study_pictures(study()), study_pictures(study())
    assert first == second
    assert set(first) == {"recall-cart", "lead-cart", "coverage-cart"}
    assert "EASE" in first["recall-cart"]


def test_the_tables_to_copy() -> None:
    text = study_files(study(), "shop")["tables.md"].decode()
    assert "| **blend** | **0.2000** | **0.2500** | **0.3500** | **0.2000** | **0.1000** |" in text
    assert "| EASE | 0.1500 | 0.2000 | 0.3000 | 0.2000 |" in text
    assert "| cart | recall@10 | EASE | 0.2000 | 0.2500 | +0.0500 [+0.0100, +0.0900] |" in text
    tables = [block.splitlines() for block in text.split("\n\n") if block.startswith("|")]
    assert all(len({line.count("|") for line in table}) == 1 for table in tables)
    assert text.endswith("<b>no memory</b>.\n")


def test_the_terminal() -> None:
    out = io.StringIO()
    print_study(study(), Path("folder/report.html"), Console(file=out, width=60))
    text = out.getvalue()
    assert "carts, all products (cart)" in text
    assert "note: als not fitted for carts" in text
    assert "+0.0500 [+0.0100, +0.0900]  better" in text
    assert "no difference" in text
    assert "worse" in text
    assert "folder/report.html" in text
    lines = [line.split() for line in text.splitlines() if line.strip().startswith(("blend  ", "EASE  "))]
    assert lines[0][:3] == ["blend", "5", "0.2000"]  # the blend first


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (value(None), "-"),
        (value(0.12345), "0.1235"),
        (setting({}), "none to choose"),
        (setting({"group": 7, "decays": (0.9, 0.7)}), "group 7, decays 0.9/0.7"),
        (setting({"combine": "max"}), "combine max"),
        (difference(Interval(-0.01, -0.02, 0.001)), "-0.0100 [-0.0200, +0.0010]"),
    ],
)
def test_how_figures_are_written(written: str, expected: str) -> None:
    assert written == expected
