"""The figures of a walk: how good forecasts and decisions were, with bootstrap intervals."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from models.advice import DOWNGRADE, TOP_UP, UPGRADE
from training.plans.backtest import DAYS, POLICIES, Walked

SAMPLES = 300
BINS = 10  # of equal width, of the expected calibration error
# Most rows lie at one of the ends, where a tenth is too wide to see whether what is told holds.
EXCEED_BANDS = (0, 0.001, 0.01, 0.03, *(tenth / 10 for tenth in range(1, 10)), 0.97, 0.99, 0.999, 1)
SAVES_BANDS = (0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1)  # the gate may be set below its usual 0.7
NUDGES = {
    "all": (UPGRADE, DOWNGRADE, TOP_UP),
    "upgrade": (UPGRADE,),
    "downgrade": (DOWNGRADE,),
    "top_up": (TOP_UP,),
}
SURE = {"change": (UPGRADE, DOWNGRADE), **{kind: NUDGES[kind] for kind in ("upgrade", "downgrade", "top_up")}}
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
    """p_exceed of all limited meters on one day (None: all days).

    brier, brier_run_rate  mean squared difference to what came, of p_exceed and of the run rate's 0 or 1
    ratio                  brier over brier_run_rate
    calibration_error      the expected calibration error: over ten bands of equal width (not those of
                           `Bin`, which are narrow at the ends), the difference between the mean told and
                           the share that came true, each band weighing as many rows as it has
    """

    day: int | None
    rows: int
    brier: float
    brier_run_rate: float
    ratio: Figure
    calibration_error: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows of which a probability of `low` to `high` was told, `high` itself only where it is 1.

    told, came  their mean probability, and the share of which it came true
    """

    low: float
    high: float
    told: float
    came: float
    rows: int


@dataclass(frozen=True, slots=True)
class SavesFigures:
    """p_saves of the nudges of one kind that were shown, on all days: did following them cost less?

    `change` is any change of plan, judged by the next cycle; a top-up is judged by this one.
    """

    kind: str
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class PolicyFigures:
    """Regret of the next cycle against the best plan in hindsight, minor units a subscriber.

    over_stay  regret over that of staying
    """

    policy: str
    day: int
    rows: int
    regret: float
    over_stay: Figure


@dataclass(frozen=True, slots=True)
class NudgeFigures:
    """Nudges of one day: what was expected of them and what came, minor units each.

    Of a change of plan in the next cycle, of a top-up in this one.

    ratio  expected over realised
    worse  share of which following cost more than not
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
    """All figures of a walk. Money in minor units of the currency.

    months           those walked
    finished_months  how many months of usage were over by its end, walked or not; None where nobody said
    """

    subscribers: int
    months: tuple[str, ...]
    finished_months: int | None
    currency: str
    meters: tuple[MeterFigures, ...]
    exceeds: tuple[ExceedFigures, ...]
    bins: tuple[Bin, ...]
    saves: tuple[SavesFigures, ...]
    policies: tuple[PolicyFigures, ...]
    nudges: tuple[NudgeFigures, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values that fit JSON."""
        return asdict(self)


def figures_of(
    walked: Walked, meters: list[str], currency: str, seed: int = 1, finished_months: int | None = None
) -> PlanStudy:
    """The figures of a walk over plans with these meters; `finished_months` of usage were over."""
    days = [day for day in DAYS if walked.at(day).judged.any()]
    return PlanStudy(
        subscribers=len(np.unique(walked.customer)),
        months=tuple(str(np.datetime64(int(m), "M")) for m in np.unique(walked.month)),
        finished_months=finished_months,
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
        bins=_bins(*_limited(walked)[:2], EXCEED_BANDS),
        saves=tuple(_saves(walked)),
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
    return ExceedFigures(
        day,
        len(told),
        float(ours.mean()) if len(told) else 0.0,
        float(theirs.mean()) if len(told) else 0.0,
        _ratio(ours, theirs, who, seed),
        _calibration_error(told, came),
    )


def _calibration_error(told: np.ndarray, came: np.ndarray) -> float:
    """The expected calibration error of probabilities [n]; 0 where there is none."""
    tenths = tuple(edge / BINS for edge in range(BINS + 1))
    off = sum(each.rows * abs(each.told - each.came) for each in _bins(told, came, tenths))
    return float(off) / max(len(told), 1)


def _bins(told: np.ndarray, came: np.ndarray, edges: tuple[float, ...]) -> tuple[Bin, ...]:
    """The bands between `edges` that have rows; `told` and `came` [n]."""
    band = np.minimum(np.searchsorted(edges, told, side="right"), len(edges) - 1) - 1
    return tuple(
        Bin(
            float(edges[b]),
            float(edges[b + 1]),
            float(told[band == b].mean()),
            float(came[band == b].mean()),
            int((band == b).sum()),
        )
        for b in np.unique(band).tolist()
    )


def _saves(rows: Walked) -> list[SavesFigures]:
    cheaper = (rows.realised > 0).astype(float)
    kinds = {kind: _shown(rows, decisions) for kind, decisions in SURE.items()}
    return [
        SavesFigures(kind, _bins(rows.p_saves[shown], cheaper[shown], SAVES_BANDS))
        for kind, shown in kinds.items()
        if shown.any()
    ]


def _shown(rows: Walked, decisions: tuple[int, ...]) -> np.ndarray:
    """Which nudges were one of the decisions and can be judged, bool [n]."""
    known = np.where(rows.decision == TOP_UP, rows.topped, rows.priced)
    return np.asarray(known & np.isin(rows.decision, decisions))


def _policies(rows: Walked, day: int, seed: int) -> list[PolicyFigures]:
    regret = (rows.cost - rows.least[:, None])[rows.priced]
    who = rows.customer[rows.priced]
    if len(regret) == 0:
        return []
    stay = regret[:, POLICIES.index("stay")]
    return [
        PolicyFigures(
            name, day, len(regret), float(regret[:, at].mean()), _ratio(regret[:, at], stay, who, seed)
        )
        for at, name in enumerate(POLICIES)
    ]


def _nudges(rows: Walked, day: int, seed: int) -> list[NudgeFigures]:
    found = []
    for kind, decisions in NUDGES.items():
        shown = _shown(rows, decisions)
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
