from __future__ import annotations

import numpy as np
import pytest

from tests.training.evaluation.worlds import SETTINGS, catalogue_of, loyal_shop, orders_of
from training.baselines.history import Asked, History, Scorer
from training.baselines.methods import BASELINES, Baseline, Fit, Known, Setting, settings_of
from training.evaluation.papers import Paper, Rules, Sitting, sit
from training.evaluation.split import Cut
from training.evaluation.tuned import asked, tuned_on, untuned
from training.fitting.progress import silent

FIRST = 20_000


@pytest.fixture(scope="module")
def exam() -> Sitting:
    orders = orders_of(loyal_shop())
    return sit(orders, orders.lines, Cut(FIRST + 140, FIRST + 168), Rules(), 3)


def known_of(exam: Sitting, paper: Paper) -> Known:
    orders = exam.exam.history
    last = exam.exam.cut.at - 1
    return Known(orders, History.of(orders, last, paper.customers), catalogue_of(orders), last, SETTINGS)


def paper_of(exam: Sitting, *, carts: bool = False) -> Paper:
    paper = exam.carts if carts else exam.customers
    assert isinstance(paper, Paper)
    return paper


def oracle(known: Known) -> Fit:
    """Knows by its setting which part it is good for: owned products first, or the others first."""
    owned = known.history.decayed(1e9).toarray() > 0

    def fit(setting: Setting) -> Scorer:
        def score(block: Asked) -> np.ndarray:
            own = owned[block.customers]
            popular = known.history.product_orders()
            return np.where(own, setting["own"] * 1e6, 0).astype(np.float32) + popular

        return score

    return fit


def test_each_part_gets_the_setting_that_is_best_for_it(exam: Sitting) -> None:
    paper = paper_of(exam)
    method = Baseline("oracle", oracle, settings_of(own=(-1.0, 1.0)))
    tuned = {choice.part: choice for choice in tuned_on(method, paper, known_of(exam, paper), silent)}
    assert tuned["all"].setting == {"own": 1.0}
    assert tuned["new"].setting == {"own": -1.0}  # equally good: the first
    assert tuned["all"].recall == max(recall for _, recall in tuned["all"].tried)
    assert [setting["own"] for setting, _ in tuned["all"].tried] == [-1.0, 1.0]


def test_further_axes_are_tried_around_the_best(exam: Sitting) -> None:
    paper = paper_of(exam)
    method = Baseline("oracle", oracle, settings_of(own=(-1.0, 1.0), of=(0,)), then={"of": (0, 1, 2)})
    tuned = tuned_on(method, paper, known_of(exam, paper), silent)
    tried = [tuple(setting.values()) for setting, _ in tuned[0].tried]
    assert tried[:2] == [(-1.0, 0), (1.0, 0)]
    assert len(set(tried)) == len(tried)
    assert (1.0, 2) in tried


@pytest.mark.parametrize("method", BASELINES, ids=lambda method: f"{method.name}-{method.customers}")
def test_every_baseline_answers(method: Baseline, exam: Sitting) -> None:
    """With its first setting; personal methods find what these loyal customers buy."""
    for carts in (False, True):
        if not (method.carts if carts else method.customers):
            continue
        paper = paper_of(exam, carts=carts)
        known = known_of(exam, paper)
        lists = asked(method, untuned(method, paper, known), paper, known, 20)
        assert set(lists) == {question.part for question in paper.questions}
        for question in paper.questions:
            found = lists[question.part]
            assert found.shape == (len(paper), 20)
            limits = question.limits.contains(found)
            assert (limits == (found >= 0)).all() if question.only else not limits.any()
            if method.name not in ("personal_frequency", "trending") or question.part in ("all", "repeat"):
                assert (found >= 0).any(), question.part
