"""Trees asked through the C interface say what Booster.predict says."""

from __future__ import annotations

import numpy as np
import pytest
from lightgbm import Booster, basic

from models.trees import predictor
from training.ranking.carts import grown

N_FEATURES = 5


def booster() -> Booster:
    random = np.random.default_rng(4)
    features = random.random((3_000, N_FEATURES), dtype=np.float32)
    bought = (random.random(3_000) < features[:, 0] * features[:, 1]).astype(np.float32)
    return Booster(model_str=grown(features, bought, seed=1, threads=1).tobytes().decode())


def rows(n: int) -> np.ndarray:
    found = np.random.default_rng(n).random((n, N_FEATURES), dtype=np.float32)
    found[::3, 1], found[1::3, 0] = np.nan, 0
    return found


@pytest.mark.parametrize("n", [0, 1, 48])
def test_it_is_what_booster_predict_says_however_rows_lie_in_memory(n: int) -> None:
    model = booster()
    ask, asked = predictor(model), rows(n)
    expected = np.asarray(model.predict(asked, num_threads=1)) if n else np.empty(0)
    spread = np.repeat(np.repeat(asked, 2, axis=0), 2, axis=1)[::2, ::2]
    for laid_out in (asked, np.asfortranarray(asked), spread, asked.astype(np.float64)):
        assert np.array_equal(ask(laid_out), expected)


def test_it_keeps_the_booster_alive() -> None:
    ask, expected = predictor(booster()), booster().predict(rows(9), num_threads=1)
    assert np.array_equal(ask(rows(9)), expected)


def test_rows_of_another_width_are_refused_in_words() -> None:
    with pytest.raises(RuntimeError, match="number of features"):
        predictor(booster())(np.zeros((2, N_FEATURES + 1), dtype=np.float32))


def test_without_the_private_names_it_is_booster_predict(monkeypatch: pytest.MonkeyPatch) -> None:
    model = booster()
    expected = predictor(model)(rows(7))
    monkeypatch.delattr(basic, "_LIB")
    ask = predictor(model)
    monkeypatch.undo()
    assert np.array_equal(ask(rows(7)), expected)
