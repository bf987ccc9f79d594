from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from config.evaluation import Evaluation
from config.settings import Settings
from tests.training.evaluation.worlds import SETTINGS, combo_shop, loyal_shop, orders_of
from training.baselines.history import Scorer
from training.baselines.methods import BASELINES, Baseline, Fit, Known, Setting, settings_of
from training.data.report import ReadReport
from training.data.shop import Shop
from training.evaluation.study import BLEND, Study, run_study

FEW = tuple(
    method for method in BASELINES if method.name in ("popularity", "personal_frequency", "max_confidence")
)
ASKED = Settings(training=SETTINGS, evaluation=Evaluation(bootstrap_samples=200))


def broken(known: Known) -> Fit:
    raise np.linalg.LinAlgError("no factor")


def watching(days: list[int]) -> Baseline:
    """Notes the last day that it was allowed to know, each time it is started."""

    def start(known: Known) -> Fit:
        days.append(int(known.orders.lines["day"].max()))  # type: ignore[arg-type]  # a column that is not empty
        assert known.last_day < days[-1] + 8

        def fit(_: Setting) -> Scorer:
            return lambda asked: np.ones((len(asked.customers), known.history.n_products), np.float32)

        return fit

    return Baseline("watching", start, settings_of(), carts=True)


def shop_of(baskets: list[tuple[str | None, int, tuple[str, ...]]]) -> Shop:
    return Shop(orders_of(baskets), None, None, ReadReport({}))


DAYS: list[int] = []


@pytest.fixture(scope="module")
def loyal() -> Study:
    methods = (*FEW, Baseline("broken", broken, settings_of(), carts=True), watching(DAYS))
    return run_study(shop_of(loyal_shop()), ASKED, baselines=methods)


def test_every_method_and_the_blend_on_the_same_rows(loyal: Study) -> None:
    assert loyal.parts == ["all", "repeat", "new", "cart", "cart new"]
    for part in loyal.parts:
        for k in (5, 10, 20):
            lines = loyal.of(part, k)
            assert lines[0].method == BLEND
            assert {line.method for line in lines} >= {BLEND, "popularity", "max_confidence"}
            assert len({line.rows for line in lines}) == 1
            for line in lines:
                assert 0 <= line.ndcg_truth <= line.ndcg <= 1
                assert line.recall <= line.hit_rate
                assert line.revenue_recall is None  # this shop has no prices


def test_what_cannot_be_fitted_is_named_and_the_rest_goes_on(loyal: Study) -> None:
    told = [note for note in loyal.notes if note.startswith("broken")]
    assert told == [
        f"broken not fitted for {what}: LinAlgError: no factor" for what in ("customers", "carts")
    ]
    assert all(line.method != "broken" for line in loyal.scores)


def test_the_comparison_is_with_the_best_by_the_same_metric(loyal: Study) -> None:
    assert len(loyal.comparisons) == 5 * 3 * 4
    for found in loyal.comparisons:
        lines = loyal.of(found.part, found.k)
        singles = [getattr(line, found.metric) for line in lines if line.method != BLEND]
        assert found.best_value == max(singles)
        assert found.blend_value == getattr(lines[0], found.metric)
        assert found.interval.difference == pytest.approx(found.blend_value - found.best_value)
        assert found.interval.low <= found.interval.high


def test_habits_are_found_in_a_loyal_shop(loyal: Study) -> None:
    best = max(loyal.of("repeat", 5), key=lambda line: line.recall)
    assert best.recall > 0.6
    chosen = next(c for c in loyal.tuned if (c.method, c.part) == ("personal_frequency", "all"))
    assert chosen.recall == max(recall for _, recall in chosen.tried)


def test_tuning_never_sees_the_test_window(loyal: Study) -> None:
    assert loyal.scores  # the study is over: DAYS is filled
    validation_cut, test_cut = 20_000 + 112, 20_000 + 140
    for tuning, testing in zip(DAYS[::2], DAYS[1::2], strict=True):
        assert tuning < validation_cut
        assert validation_cut <= testing < test_cut


def test_pairs_are_found_in_a_shop_of_combos() -> None:
    study = run_study(shop_of(combo_shop()), ASKED, baselines=FEW)
    lines = {line.method: line for line in study.of("cart", 5)}
    assert lines["max_confidence"].recall > lines["popularity"].recall + 0.1
    assert study.to_dict()["facts"]["customers and carts"]["carts"] == lines[BLEND].rows


def test_prices_give_revenue_recall() -> None:
    shop = shop_of(loyal_shop())
    priced = shop.orders.lines.with_columns(price=pl.lit(100, dtype=pl.Int64))
    orders = type(shop.orders)(priced, shop.orders.products, shop.orders.customers, {}, shop.orders.n_orders)
    study = run_study(Shop(orders, None, None, ReadReport({})), ASKED, baselines=FEW[:1])
    for line in study.scores:
        assert line.revenue_recall is not None
        assert 0 <= line.revenue_recall <= 1


def test_a_shop_too_short_says_so() -> None:
    study = run_study(shop_of([("a", 20_000, ("x",))]), ASKED)
    assert study.scores == []
    assert "orders span 1 days" in study.notes[0]


def test_guests_alone_have_carts() -> None:
    rng = np.random.default_rng(1)
    baskets: list[tuple[str | None, int, tuple[str, ...]]] = [
        (None, 20_000 + day, (f"a{pair}", f"b{pair}"))
        for day in range(168)
        for pair in rng.integers(0, 30, 4)
    ]
    study = run_study(shop_of(baskets), ASKED, baselines=FEW)
    assert study.parts == ["cart", "cart new"]
    assert any(note.startswith("customers not judged") for note in study.notes)
    assert {line.method: line.recall for line in study.of("cart", 5)}["max_confidence"] == 1.0
