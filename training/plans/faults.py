"""What forecasts of finished cycles were wrong by: lean, bias, width and shape, shrunk to none or to few."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from scipy.special import gammainc

from models.arrays import frozen
from models.billing_days import cycle_of, cycle_start
from models.plan_advisor import PlanAdvisor
from models.usage_forecast import (
    BIAS,
    KNOTS,
    KNOWN,
    WIDTH,
    Faults,
    Moments,
    class_of,
    leaning,
    shares_used,
)
from models.usage_gamma import Gamma, gamma_of
from models.usage_history import UsageHistory
from models.usage_outcome import HALF, SHAPE_AT
from models.usage_signs import NEXT, REST
from models.usage_silence import HEARD
from training.plans.lean import fit_lean

CYCLES = 4  # the last finished ones are looked back at
LEAST_SEEN = 0.95  # of a cycle's expected use has to be recorded, for its use to be known
MOST_RATIO = 5.0  # of what was used to what was expected: a few giants would speak for all others
BIAS_SHRINK, WIDTH_SHRINK, SHAPE_SHRINK = 100.0, 200.0, 400.0  # forecasts with the usual fault mixed in
WIDTHS = np.exp(np.linspace(np.log(0.6), np.log(1.8), 15))
WITHIN = 0.8
FEW, SEVERAL = 1, 2  # classes of KNOWN


class Looked(NamedTuple):
    """Forecasts [n, n_meters] of REST and NEXT at one point of finished cycles, and what came.

    raw      what the moments say; `cycles` int [n, n_meters] finished ones known
    came     float64 [n, n_meters, 2] what was used
    judged   bool [n, n_meters, 2] is what came known well enough?
    family   int [n]
    used     float64 [n, n_meters, 2, 2] as of `shares_used`
    half     float64 [n, n_meters] as in Forecast
    """

    raw: Moments
    cycles: np.ndarray
    came: np.ndarray
    judged: np.ndarray
    family: np.ndarray
    used: np.ndarray
    half: np.ndarray


def fit_whole(history: UsageHistory, n_families: int) -> np.ndarray:
    """Whether all use was recorded in whole units, and some was; bool [n_families, n_meters]."""
    whole = np.zeros((n_families, history.recorded.shape[1]), dtype=np.bool_)
    for family in range(n_families):
        amount = np.diff(history.recorded[history.running.family == family], axis=-1)
        whole[family] = (amount == np.rint(amount)).all(axis=(0, 2)) & (amount > 0).any(axis=(0, 2))
    return frozen(whole)


def fit_faults(advisor: PlanAdvisor, history: UsageHistory, until: int) -> Faults:
    """The faults of `advisor` in the last finished cycles before `until`.

    Its own must be none yet, but for how long pauses last.
    """
    none = advisor.faults
    lean, factor, shape = (np.array(each) for each in (none.lean, none.factor, none.shape))
    looks = [_looks(advisor, history, until, knot) for knot in range(KNOTS)]
    for knot, looked in enumerate(looks):
        for f, m in np.ndindex(lean.shape[:2]):
            mine, by_row = looked.family == f, class_of(looked.cycles[:, m])
            for known in range(len(KNOWN) + 1):
                at, rows = (f, m, known, knot), mine & (by_row == known)
                if known == SEVERAL:  # until several cycles were known of anybody, few tell the most of it
                    lean[at], factor[at] = lean[f, m, FEW, knot], factor[f, m, FEW, knot]
                _fit(lean[at], factor[at], looked, rows, m)
            judged, learned = mine & looked.judged[:, m, REST], (lean[f, m, :, knot], factor[f, m, :, knot])
            shape[f, m, knot] = _shape(looked, judged, m, learned, by_row)
    if not advisor.profile.alike:
        asked = [_looks(advisor, history, until, knot, hindsight=False) for knot in range(KNOTS)]
        _widen(factor, asked, lean)
    return replace(none, lean=frozen(lean), factor=frozen(factor), shape=frozen(shape))


def _looks(
    advisor: PlanAdvisor, history: UsageHistory, until: int, knot: int, *, hindsight: bool = True
) -> Looked:
    """The forecasts at one point of all CYCLES, with or without `hindsight` of days unlike others."""
    backs = range(1, CYCLES + 1)
    return _joined([_look(advisor, history, until, (back, knot), hindsight) for back in backs])


def _look(
    advisor: PlanAdvisor, history: UsageHistory, until: int, at: tuple[int, int], hindsight: bool
) -> Looked:
    """The forecasts of everybody's cycle that ended `back` - 1 cycles before the running one."""
    back, knot = at
    rows = np.arange(len(history.running))
    anchor = history.running.anchor
    cycle = cycle_of(np.full(len(rows), until), anchor) - back
    begin, end, after = (cycle_start(cycle + step, anchor) for step in (0, 1, 2))
    as_of = begin + np.round((knot + 0.5) / KNOTS * (end - begin)).astype(np.int64)
    cycles = (history if hindsight else history.known_on(advisor.profile, as_of)).cycles(rows, as_of)
    raw, level = advisor.moments(cycles)
    total, seen = history.totals(rows, begin, end)
    following, seen_next = history.totals(rows, end, after)
    active = (history.beginning < as_of) & (history.running.started <= begin)
    judged = active[:, None] & (seen >= LEAST_SEEN) & advisor.book.metered[cycles.plan]
    # What comes after pauses is learned apart.
    judged &= (raw.mean[..., REST] > 0) & (raw.paused <= HEARD)
    used = shares_used(advisor.faults, cycles, history.running.family)
    rest = np.maximum(total / np.maximum(seen, LEAST_SEEN) - cycles.used, 0.0)
    return Looked(
        raw,
        level.cycles,
        np.stack([rest, following / np.maximum(seen_next, LEAST_SEEN)], axis=-1),
        np.stack([judged, judged & (seen_next >= LEAST_SEEN) & (after <= until)[:, None]], axis=-1),
        history.running.family,
        np.ones((*raw.paused.shape, 2, 2)) if used is None else used,
        HALF * advisor.faults.whole[history.running.family],
    )


def _joined(looks: list[Looked]) -> Looked:
    raw = Moments(*(np.concatenate(each) for each in zip(*(look.raw for look in looks), strict=True)))
    return Looked(raw, *(np.concatenate(each) for each in list(zip(*looks, strict=True))[1:]))


def _fit(lean: np.ndarray, factor: np.ndarray, looked: Looked, rows: np.ndarray, meter: int) -> None:
    """Move lean [2, SIGNS], bias and width [2, 2] by some rows bool [n] of a meter, as far as they say."""
    for which in (REST, NEXT):
        some = rows & looked.judged[:, meter, which]
        if not some.any():
            continue
        mean, came = looked.raw.mean[some, meter, which], looked.came[some, meter, which]
        lean[which] = fit_lean(looked.raw.signs[some, meter, which], mean, came, lean[which])
    told = _told(looked, rows, meter, lean)
    for which in (REST, NEXT):
        some = looked.judged[rows, meter, which]
        if some.any():
            use = Gamma(told.mean[some, which], told.shape[some, which])
            came = looked.came[rows, meter, which][some]
            ratio = np.minimum(came / np.maximum(use.mean, 1e-9), MOST_RATIO)
            usual, usual_width = factor[which]
            bias = (ratio.sum() + BIAS_SHRINK * usual) / (len(ratio) + BIAS_SHRINK)
            width = _width(use, came, bias, looked.half[rows, meter][some], usual_width)
            factor[which] = bias, width


def _widen(factor: np.ndarray, looks: list[Looked], lean: np.ndarray) -> None:
    """Widths, in place, with which ranges hold though nobody knows which days will be unlike others.

    Where forecasts lean is not to be learned from what happened to everybody in one of few cycles; how sure
    they are is.
    """
    for f, m, known, knot, which in np.ndindex(factor.shape[:-1]):
        looked = looks[knot]
        rows = (looked.family == f) & (class_of(looked.cycles[:, m]) == known) & looked.judged[:, m, which]
        if rows.any():
            told = _told(looked, rows, m, lean[f, m, known, knot])
            bias = factor[f, m, known, knot, which, BIAS]
            use, half = Gamma(*(each[:, which] for each in told)), looked.half[rows, m]
            width = _width(use, looked.came[rows, m, which], bias, half)
            factor[f, m, known, knot, which, WIDTH] = max(width, factor[f, m, known, knot, which, WIDTH])


def _told(looked: Looked, rows: np.ndarray, meter: int, lean: np.ndarray) -> Gamma:
    """The forecasts [m, 2] of some rows of a meter with this lean, [2, SIGNS] or [m, 2, SIGNS]."""
    raw = Moments(*(each[rows, meter] for each in looked.raw))
    return gamma_of(*leaning(raw, lean, looked.cycles[rows, meter], looked.used[rows, meter]))


def _width(use: Gamma, came: np.ndarray, bias: float, half: np.ndarray, usual: float = 1.0) -> float:
    """The factor of the standard deviation with which four fifths fall between p10 and p90.

    It is nearer to the `usual` one the fewer there are.
    """
    mean = use.mean * bias
    within = []
    for width in WIDTHS:
        low, high = _below(use.shape * (bias / width) ** 2, mean, came, half)
        within.append((_share_below(low, high, 0.9) - _share_below(low, high, 0.1)).mean())
    found = float(np.interp(WITHIN, np.maximum.accumulate(within), np.log(WIDTHS)))
    weight = len(came) / (len(came) + WIDTH_SHRINK)
    return float(np.exp(weight * found + (1 - weight) * np.log(usual)))


def _below(
    shape: np.ndarray, mean: np.ndarray, came: np.ndarray, half: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Between which probabilities of their gamma distributions what `came` [m] lies.

    The same twice but where use is counted in whole units: 3 is anything from 2.5 to 3.5, and 0 up to 0.5.
    """
    scale = np.maximum(mean, 1e-9) / shape
    low = gammainc(shape, np.maximum(came - half, 0.0) / scale)
    return low, gammainc(shape, (came + half) / scale) if half.any() else low


def _share_below(low: np.ndarray, high: np.ndarray, probability: float) -> np.ndarray:
    """How much of what lies between `low` and `high` [m] is below a probability, 0 to 1.

    Of counts, this in place of a step makes probabilities even where forecasts are right (Czado, Gneiting and
    Held, 2009, Biometrics 65).
    """
    wide = high - low
    part = np.minimum(np.maximum((probability - low) / np.where(wide > 0, wide, 1.0), 0.0), 1.0)
    below: np.ndarray = np.where(wide > 0, part, low <= probability)
    return below


def _shape(
    looked: Looked,
    rows: np.ndarray,
    meter: int,
    learned: tuple[np.ndarray, np.ndarray],
    known: np.ndarray,
) -> np.ndarray:
    """How often what came lay below each probability; `learned` lean and factor by class of KNOWN."""
    straight = SHAPE_AT
    if not rows.any():
        return straight
    lean, factor = (each[known[rows]] for each in learned)
    told = _told(looked, rows, meter, lean)
    bias, width = factor[:, REST, BIAS], factor[:, REST, WIDTH]
    shape = told.shape[:, REST] * (bias / width) ** 2
    came, half = looked.came[rows, meter, REST], looked.half[rows, meter]
    low, high = _below(shape, told.mean[:, REST] * bias, came, half)
    seen = np.array([_share_below(low, high, probability).mean() for probability in straight])
    weight = len(came) / (len(came) + SHAPE_SHRINK)
    mixed: np.ndarray = weight * seen + (1 - weight) * straight
    mixed[0], mixed[-1] = 0.0, 1.0
    return mixed
