"""BG/NBD and Gamma-Gamma against published figures, numerical integration, and planted parameters."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import dblquad

from training.value.bgnbd import BgNbd, GammaGamma, Repeats, fit_bgnbd, fit_gamma_gamma

CDNOW = BgNbd(0.243, 4.414, 0.793, 2.426)  # Fader, Hardie and Lee (2005), table 2
SPENT = GammaGamma(6.25, 3.74, 15.44)  # Fader and Hardie (2013)
# A table of ID, x, t_x, T, zbar (weeks, dollars) of the 2,357 customers of the papers; not ours to give.
TABLE = "CDNOW_TABLE"


def one(x: float, t_x: float, whole: float) -> Repeats:
    return Repeats(np.array([x]), np.array([t_x]), np.array([whole]))


def test_the_published_customer_is_expected_to_buy_as_published() -> None:
    """x = 2, t_x = 30.43, T = 38.86: 1.226 purchases in the next 39 weeks, as the authors' note has it."""
    assert CDNOW.expected(one(2, 30.43, 38.86), 39)[0] == pytest.approx(1.226, abs=0.001)


@pytest.mark.parametrize(("x", "t_x", "whole"), [(0, 0, 20), (1, 5, 20), (3, 19, 20), (6, 4.5, 39)])
def test_the_likelihood_is_the_integral_over_rates_and_shares(x: int, t_x: float, whole: float) -> None:
    model = BgNbd(0.9, 3.0, 1.4, 2.6)
    r, alpha, a, b = model

    def density(p: float, rate: float) -> float:
        alive = (1 - p) ** x * rate**x * np.exp(-rate * whole)
        gone = p * (1 - p) ** (x - 1) * rate**x * np.exp(-rate * t_x) if x else 0.0
        of_rate = alpha**r * rate ** (r - 1) * np.exp(-alpha * rate)
        return float((alive + gone) * of_rate * p ** (a - 1) * (1 - p) ** (b - 1))

    from scipy.special import beta, gamma  # noqa: PLC0415  # names that are parameters here

    whole_of_it, _ = dblquad(density, 0, 20, 0, 1, epsabs=1e-14, epsrel=1e-8)
    expected = np.log(whole_of_it / gamma(r) / beta(a, b))
    assert model.log_likelihood(one(x, t_x, whole)) == pytest.approx(expected, abs=1e-4)


def test_a_customer_long_silent_is_expected_less_than_one_just_seen() -> None:
    just, silent = CDNOW.expected(one(4, 38, 39), 10), CDNOW.expected(one(4, 10, 39), 10)
    assert just[0] > 3 * silent[0] > 0


def test_planted_customers_are_found_again() -> None:
    rng = np.random.default_rng(5)
    planted, n = BgNbd(0.8, 5.0, 0.7, 2.5), 6000
    rates, drops = rng.gamma(planted.r, 1 / planted.alpha, n), rng.beta(planted.a, planted.b, n)
    whole = rng.uniform(20, 50, n)
    x, t_x = np.zeros(n), np.zeros(n)
    for at in range(n):
        now = 0.0
        while True:
            now += rng.exponential(1 / rates[at])
            if now > whole[at]:
                break
            x[at], t_x[at] = x[at] + 1, now
            if rng.random() < drops[at]:
                break
    seen = Repeats(x, t_x, whole)
    found = fit_bgnbd(seen)
    assert found is not None
    assert found.log_likelihood(seen) >= planted.log_likelihood(seen)
    assert found.r == pytest.approx(planted.r, rel=0.15)
    assert found.a / (found.a + found.b) == pytest.approx(0.7 / 3.2, abs=0.05)
    assert found.expected(seen, 10).sum() == pytest.approx(planted.expected(seen, 10).sum(), rel=0.05)


def test_planted_amounts_are_found_again() -> None:
    rng = np.random.default_rng(6)
    planted, n = GammaGamma(6.0, 4.0, 15.0), 5000
    scale = rng.gamma(planted.q, 1 / planted.v, n)
    x = rng.integers(1, 9, n).astype(float)
    mean = rng.gamma(planted.p * x, 1 / (scale * x))
    found = fit_gamma_gamma(x, mean)
    assert found is not None
    assert found.p * found.v / (found.q - 1) == pytest.approx(6 * 15 / 3, rel=0.05)
    drawn = found.expected(x, mean)
    typical = found.p * found.v / (found.q - 1)
    assert (np.abs(drawn - typical) <= np.abs(mean - typical) + 1e-9).all(), "drawn to the mean of all"


def test_the_published_estimates_are_found_on_the_published_table() -> None:
    path = os.environ.get(TABLE)
    if not path:
        pytest.skip(f"{TABLE} names no table of the CDNOW customers (ID, x, t_x, T, zbar)")
    with Path(path).open() as file:
        rows = list(csv.DictReader(file))
    x, t_x, whole, spent = (
        np.array([float(row[name]) for row in rows]) for name in ("x", "t_x", "T", "zbar")
    )
    seen = Repeats(x, t_x, whole)
    found = fit_bgnbd(seen)
    assert found == pytest.approx(CDNOW, abs=0.001)
    assert found is not None
    assert found.log_likelihood(seen) == pytest.approx(-9582.4, abs=0.1)
    again = x > 0
    assert fit_gamma_gamma(x[again], spent[again]) == pytest.approx(SPENT, abs=0.01)
