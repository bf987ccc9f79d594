from __future__ import annotations

import numpy as np

from tests.training.baselines.worlds import ask, history
from training.baselines.frequency import by_ranking, gp_topfreq, personal_frequency, popularity
from training.baselines.history import NOTHING_SAID

NO = NOTHING_SAID


def test_popularity_is_the_same_for_all() -> None:
    scores = popularity(history(), np.inf)(ask([0, -1]))
    assert scores.tolist() == [[4, 2, 4, 1, NO]] * 2
    assert popularity(history(), 15)(ask([0])).tolist() == [[1, NO, 2, 1, NO]]


def test_a_ranking_lists_what_it_names() -> None:
    assert by_ranking(np.array([3, 0]), 5)(ask([1])).tolist() == [[1, NO, NO, 2, NO]]


def test_personal_frequency_knows_own_products_alone() -> None:
    scores = personal_frequency(history(), 10)(ask([1, -1]))
    np.testing.assert_allclose(scores[0], [0.125, NO, 1.125, NO, NO], rtol=1e-6)
    assert (scores[1] == NO).all()


def test_gp_topfreq_goes_on_with_popular_products() -> None:
    scores = gp_topfreq(history())(ask([0, -1]))
    order = np.argsort(-scores[0], kind="stable").tolist()
    assert order[:4] == [0, 2, 1, 3]  # 3 baskets, 1 (popular), 1 (less so), then never bought
    np.testing.assert_allclose(scores[0], [3 + 4 / 5, 1 + 2 / 5, 1 + 4 / 5, 1 / 5, NO], rtol=1e-6)
    np.testing.assert_allclose(scores[1], [4 / 5, 2 / 5, 4 / 5, 1 / 5, NO], rtol=1e-6)
