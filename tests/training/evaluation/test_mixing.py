from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.bundle import Bundle
from models.sources import CROSS_SELL_SOURCES
from tests.training.evaluation.test_exam import exam_of
from tests.training.evaluation.worlds import FIRST_DAY, combo_shop, fitted
from training.choices import DEFAULT_WEIGHTS
from training.evaluation.exam import Exam
from training.evaluation.methods import served
from training.evaluation.metrics import per_row
from training.evaluation.mixing import Proposals, with_cart, without_context
from training.evaluation.split import Cut

ONLY_TASTE = {"taste": 1.0}
ONLY_POPULARITY = {"popularity": 1.0}


@pytest.fixture(scope="module")
def combos() -> tuple[Exam, Bundle]:
    exam = exam_of(combo_shop(), Cut(FIRST_DAY + 140, FIRST_DAY + 168))
    return exam, fitted(exam)


def by_hand() -> Proposals:
    """Two contexts, three candidates each (the second context has two), taste and popularity only.

    context 0: taste 1.0 0.5 0.0, popularity 0.0 0.5 1.0, right is candidate 2, and one not proposed
    context 1: taste 0.2 0.2,     popularity 0.0 0.0,     right is candidate 1
    """
    shares = np.zeros((len(CROSS_SELL_SOURCES), 2, 3), dtype=np.float32)
    shares[:, 1, 2] = -1
    shares[CROSS_SELL_SOURCES.index("taste")][:, :] = [[1.0, 0.5, 0.0], [0.2, 0.2, -1]]
    shares[CROSS_SELL_SOURCES.index("popularity")][:, :] = [[0.0, 0.5, 1.0], [0.0, 0.0, -1]]
    return Proposals(shares, np.array([0, 1]), np.array([2, 1]), np.array([2, 1]))


def test_recall_by_hand() -> None:
    proposals = by_hand()
    # Popularity puts candidate 2 first; in context 1 nothing is proposed by it.
    assert proposals.recall(ONLY_POPULARITY, 1).tolist() == [0.5, 0]
    # Taste says nothing of candidate 2; in context 1 both tie and the first product wins.
    assert proposals.recall(ONLY_TASTE, 1).tolist() == [0, 0]
    assert proposals.recall(ONLY_TASTE, 2).tolist() == [0, 1]
    # Taste 1, popularity 2: 1.0, 1.5, 2.0.
    assert proposals.recall({"taste": 1.0, "popularity": 2.0}, 1).tolist() == [0.5, 0]


def test_a_sample_is_spread_over_all_customers(combos: tuple[Exam, Bundle]) -> None:
    exam, bundle = combos
    everybody, some = without_context(exam, bundle, 1000), without_context(exam, bundle, 8)
    assert (len(everybody.sizes), len(some.sizes)) == (80, 8)
    every_tenth = everybody.recall(DEFAULT_WEIGHTS, 5)[::10]
    assert some.recall(DEFAULT_WEIGHTS, 5).tolist() == every_tenth.tolist()


@pytest.mark.parametrize("weights", [DEFAULT_WEIGHTS, {**DEFAULT_WEIGHTS, "taste": 3.0}, ONLY_POPULARITY])
@pytest.mark.parametrize("k", [1, 5, 10])
def test_the_mix_is_judged_as_it_is_served(
    combos: tuple[Exam, Bundle], weights: dict[str, float], k: int
) -> None:
    """What tuning maximises is the recall of the answers of a bundle with those weights."""
    exam, bundle = combos
    bundle = replace(bundle, facts=replace(bundle.facts, weights=weights))
    for proposals, part in (
        (without_context(exam, bundle, 1000), "new"),
        (with_cart(exam, bundle), "cart"),
    ):
        truth = exam.truth(part)  # type: ignore[arg-type]  # two of its literals
        answers = per_row(served(exam, bundle, part, k), truth, k)  # type: ignore[arg-type]  # as above
        assert proposals.recall(weights, k).tolist() == pytest.approx(answers.recall.tolist())
