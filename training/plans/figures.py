"""The figures of a walk: how good forecasts and decisions were, with bootstrap intervals."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from models.advice import DOWNGRADE, TOP_UP, UPGRADE
from training.plans.backtest import DAYS, POLICIES, Walked

SAMPLES = 300
BINS = 10
QUANTILES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}


@dataclass(frozen=True, slots=True)
class Figure:
    """A value and its 95 % interval, by bootstrap over customers."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class MeterFigures:
    """One meter on one day of the cycle; errors in the meter's unit.

    mae, mae_run_rate, mae_own_mean  mean absolute errors of the median, and of the baselines
    ratio      mae over mae_run_rate
    pinball    mean over p10, p50 and p90
    coverage   share between p10 and p90
    """

    meter: str
    day: int
    rows: int
    mae: float
    mae_run_rate: float
    mae_own_mean: float
    ratio: Figure
    pinball: float
    coverage: Figure


@dataclass(frozen=True, slots=True)
class ExceedFigures:
    """p_exceed of all limited meters on one day (None: all days)."""

    day: int | None
    rows: int
    brier: float
    brier_run_rate: float
    ratio: Figure
    calibration_error: float


@dataclass(frozen=True, slots=True)
class Bin:
    """One band of p_exceed: mean probability, how often it came true, rows."""

    told: float
    came: float
    rows: int


@dataclass(frozen=True, slots=True)
class PolicyFigures:
    """Regret of the next cycle against the best plan in hindsight, minor units a subscriber."""

    policy: str
    day: int
    regret: float
    over_stay: Figure


@dataclass(frozen=True, slots=True)
class NudgeFigures:
    """Nudges of one day: what was expected of them and what came, minor units each.

    Of a change of plan in the next cycle, of a top-up in this one.
    """

    day: int
    kind: str
    shown: int
    expected: float
    realised: float
    ratio: Figure
    worse: Figure


@dataclass(frozen=True, slots=True)
class PlanStudy:
    """All figures of a walk."""

    subscribers: int
    months: tuple[str, ...]
    currency: str
    meters: tuple[MeterFigures, ...]
    exceeds: tuple[ExceedFigures, ...]
    bins: tuple[Bin, ...]
    policies: tuple[PolicyFigures, ...]
    nudges: tuple[NudgeFigures, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values that fit JSON."""
        return asdict(self)


def figures_of(walked: Walked, meters: list[str], currency: str, seed: int = 1) -> PlanStudy:
    """The figures of a walk over plans with these meters."""
    days = [day for day in DAYS if walked.at(day).judged.any()]
    return PlanStudy(
        subscribers=len(np.unique(walked.customer)),
        months=tuple(str(np.datetime64(int(m), "M")) for m in np.unique(walked.month)),
        currency=currency,
        meters=tuple(
            _meter(walked.at(day), name, at, day, seed)
            for at, name in enumerate(meters)
            for day in days
            if walked.at(day).judged[:, at].any()
        ),
        exceeds=tuple(
            _exceeds(walked if day is None else walked.at(day), day, seed) for day in (*days, None)
        ),
        bins=tuple(_bins(*_limited(walked)[:2])),
        policies=tuple(figure for day in days for figure in _policies(walked.at(day), day, seed)),
        nudges=tuple(figure for day in days for figure in _nudges(walked.at(day), day, seed)),
    )


def _meter(rows: Walked, name: str, at: int, day: int, seed: int) -> MeterFigures:
    kept = rows.judged[:, at]
    actual, who = rows.actual[kept, at], rows.customer[kept]
    errors = {key: np.abs(getattr(rows, key)[kept, at] - actual) for key in ("p50", "run_rate", "own_mean")}
    within = ((actual >= rows.p10[kept, at]) & (actual <= rows.p90[kept, at])).astype(float)
    pinball = [
        np.maximum(level * (actual - told), (level - 1) * (actual - told)).mean()
        for level, told in ((level, getattr(rows, key)[kept, at]) for key, level in QUANTILES.items())
    ]
    return MeterFigures(
        name,
        day,
        len(actual),
        float(errors["p50"].mean()),
        float(errors["run_rate"].mean()),
        float(errors["own_mean"].mean()),
        _ratio(errors["p50"], errors["run_rate"], who, seed),
        float(np.mean(pinball)),
        _ratio(within, np.ones(len(within)), who, seed),
    )


def _limited(rows: Walked) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """p_exceed, whether it came, what the run rate says (0 or 1) and the customer, of limited meters."""
    kept = rows.judged & np.isfinite(rows.quota)
    run_rate = (rows.run_rate > rows.quota)[kept].astype(float)
    who = np.broadcast_to(rows.customer[:, None], kept.shape)[kept]
    return rows.p_exceed[kept], rows.exceeded[kept].astype(float), run_rate, who


def _exceeds(rows: Walked, day: int | None, seed: int) -> ExceedFigures:
    told, came, run_rate, who = _limited(rows)
    ours, theirs = (told - came) ** 2, (run_rate - came) ** 2
    error = sum(each.rows * abs(each.told - each.came) for each in _bins(told, came)) / max(len(told), 1)
    return ExceedFigures(
        day,
        len(told),
        float(ours.mean()) if len(told) else 0.0,
        float(theirs.mean()) if len(told) else 0.0,
        _ratio(ours, theirs, who, seed),
        float(error),
    )


def _bins(told: np.ndarray, came: np.ndarray) -> list[Bin]:
    """Ten bands of equal width."""
    band = np.minimum((told * BINS).astype(int), BINS - 1)
    return [
        Bin(float(told[band == b].mean()), float(came[band == b].mean()), int((band == b).sum()))
        for b in range(BINS)
        if (band == b).any()
    ]


def _policies(rows: Walked, day: int, seed: int) -> list[PolicyFigures]:
    regret = (rows.cost - rows.least[:, None])[rows.priced]
    who = rows.customer[rows.priced]
    if len(regret) == 0:
        return []
    stay = regret[:, POLICIES.index("stay")]
    return [
        PolicyFigures(name, day, float(regret[:, at].mean()), _ratio(regret[:, at], stay, who, seed))
        for at, name in enumerate(POLICIES)
    ]


def _nudges(rows: Walked, day: int, seed: int) -> list[NudgeFigures]:
    found = []
    for kind, decisions in (
        ("all", (UPGRADE, DOWNGRADE, TOP_UP)),
        ("upgrade", (UPGRADE,)),
        ("downgrade", (DOWNGRADE,)),
        ("top_up", (TOP_UP,)),
    ):
        known = np.where(rows.decision == TOP_UP, rows.topped, rows.priced)
        shown = known & np.isin(rows.decision, decisions)
        if not shown.any():
            continue
        expected, realised, who = rows.saving[shown], rows.realised[shown], rows.customer[shown]
        worse = _ratio((realised < 0).astype(float), np.ones(len(who)), who, seed)
        ratio = _ratio(expected, realised, who, seed)
        found.append(
            NudgeFigures(day, kind, len(who), float(expected.mean()), float(realised.mean()), ratio, worse)
        )
    return found


def _ratio(upper: np.ndarray, lower: np.ndarray, customers: np.ndarray, seed: int) -> Figure:
    """sum(upper) / sum(lower) [n] and its 95 % interval; customers, not rows, are drawn."""
    _, who = np.unique(customers, return_inverse=True)
    sums = np.stack([np.bincount(who, weights=upper), np.bincount(who, weights=lower)])
    rng = np.random.default_rng(seed)
    n = sums.shape[1]
    draws = np.array([_drawn(sums, np.asarray(rng.integers(0, n, size=n))) for _ in range(SAMPLES)])
    low, high = np.percentile(draws, (2.5, 97.5))
    return Figure(_drawn(sums, np.arange(n)), float(low), float(high))


def _drawn(sums: np.ndarray, rows: np.ndarray) -> float:
    upper, lower = sums[:, rows].sum(axis=1)
    return float(upper / lower) if lower else 0.0
