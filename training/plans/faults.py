"""What forecasts of finished cycles were wrong by: bias, width and shape, shrunk to none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.special import gammainc

from models.arrays import frozen
from models.billing_days import cycle_of, cycle_start
from models.plan_advisor import PlanAdvisor
from models.usage_forecast import KNOTS, SHAPE_KNOTS, Faults, Gamma
from models.usage_history import UsageHistory

CYCLES = 3  # the last finished ones are looked back at
LEAST_SEEN = 0.95  # of a cycle's expected use has to be recorded, for its use to be known
MOST_RATIO = 5.0  # of what was used to what was expected: a few giants would speak for all others
BIAS_SHRINK, WIDTH_SHRINK, SHAPE_SHRINK = 100.0, 200.0, 400.0  # forecasts without a fault mixed in
WIDTHS = np.exp(np.linspace(np.log(0.6), np.log(1.8), 15))
WITHIN = 0.8


class Looked(NamedTuple):
    """Forecasts [n, n_meters] at one point of one finished cycle, and what came.

    rest, next      the forecast; `came`, `came_next` what was used
    judged, judged_next  bool: is what came known well enough?
    known           int [n, n_meters] was there a finished cycle before?
    """

    rest: Gamma
    next: Gamma
    came: np.ndarray
    came_next: np.ndarray
    judged: np.ndarray
    judged_next: np.ndarray
    known: np.ndarray
    family: np.ndarray


def fit_faults(advisor: PlanAdvisor, history: UsageHistory, until: int) -> Faults:
    """The faults of `advisor` in the last finished cycles before `until`; its own must be none yet."""
    looks = {
        knot: [look for back in range(1, CYCLES + 1) if (look := _look(advisor, history, until, back, knot))]
        for knot in range(KNOTS)
    }
    none = advisor.faults
    tables = {name: np.array(getattr(none, name)) for name in Faults.__slots__}
    for knot, some in looks.items():
        for known in (0, 1):
            _factors(tables, some, knot, known)
    fitted = replace(none, **{name: frozen(table) for name, table in tables.items()})
    for f in range(tables["shape"].shape[0]):
        for m in range(tables["shape"].shape[1]):
            tables["shape"][f, m] = _shape(fitted, looks, f, m)
    return replace(fitted, shape=frozen(tables["shape"]))


def _look(advisor: PlanAdvisor, history: UsageHistory, until: int, back: int, knot: int) -> Looked:
    """The forecasts of everybody's cycle that ended `back` - 1 cycles before the running one."""
    rows = np.arange(len(history.running))
    anchor = history.running.anchor
    cycle = cycle_of(np.full(len(rows), until), anchor) - back
    begin, end, after = (cycle_start(cycle + step, anchor) for step in (0, 1, 2))
    as_of = begin + np.round((knot + 0.5) / KNOTS * (end - begin)).astype(np.int64)
    cycles = history.cycles(rows, as_of)
    coming, level = advisor.forecast(cycles)
    total, seen = history.totals(rows, begin, end)
    following, seen_next = history.totals(rows, end, after)
    active = (history.beginning < as_of) & (history.running.started <= begin)
    judged = active[:, None] & (seen >= LEAST_SEEN) & advisor.book.metered[cycles.plan]
    return Looked(
        coming.rest,
        coming.next,
        np.maximum(total / np.maximum(seen, LEAST_SEEN) - cycles.used, 0.0),
        following / np.maximum(seen_next, LEAST_SEEN),
        judged,
        judged & (seen_next >= LEAST_SEEN) & (after <= until)[:, None],
        (level.cycles > 0).astype(np.int64),
        history.running.family,
    )


@dataclass(frozen=True, slots=True)
class _Pairs:
    mean: np.ndarray
    shape: np.ndarray
    came: np.ndarray


def _pairs(looks: list[Looked], f: int, m: int, known: int, *, next_: bool) -> _Pairs:
    parts: list[list[np.ndarray]] = [[], [], []]
    for look in looks:
        judged = look.judged_next if next_ else look.judged
        rows = judged[:, m] & (look.family == f) & (look.known[:, m] == known)
        use, came = (look.next, look.came_next) if next_ else (look.rest, look.came)
        for part, values in zip(parts, (use.mean, use.shape, came), strict=True):
            part.append(values[rows, m])
    joined = [np.concatenate(part) if part else np.empty(0) for part in parts]
    return _Pairs(*joined)


def _factors(tables: dict[str, np.ndarray], looks: list[Looked], knot: int, known: int) -> None:
    """Put bias and width of one knot into the tables."""
    for f in range(tables["bias"].shape[0]):
        for m in range(tables["bias"].shape[1]):
            for prefix in ("", "next_"):
                pairs = _pairs(looks, f, m, known, next_=bool(prefix))
                if len(pairs.mean) == 0:
                    continue
                ratio = np.minimum(pairs.came / np.maximum(pairs.mean, 1e-9), MOST_RATIO)
                bias = (ratio.sum() + BIAS_SHRINK) / (len(ratio) + BIAS_SHRINK)
                tables[f"{prefix}bias"][f, m, known, knot] = bias
                tables[f"{prefix}width"][f, m, known, knot] = _width(pairs, bias)


def _width(pairs: _Pairs, bias: float) -> float:
    """The factor of the standard deviation with which four fifths fall between p10 and p90."""
    within = []
    mean = pairs.mean * bias
    for width in WIDTHS:
        shape = pairs.shape * (bias / width) ** 2
        below = gammainc(shape, pairs.came * shape / np.maximum(mean, 1e-9))
        within.append(((below > 0.1) & (below < 0.9)).mean())
    found = float(np.interp(WITHIN, np.maximum.accumulate(within), np.log(WIDTHS)))
    weight = len(pairs.mean) / (len(pairs.mean) + WIDTH_SHRINK)
    return float(np.exp(weight * found))


def _shape(faults: Faults, looks: dict[int, list[Looked]], f: int, m: int) -> np.ndarray:
    """How often what came lay below each probability, at all knots together."""
    straight = np.linspace(0, 1, SHAPE_KNOTS)
    below = []
    for knot, some in looks.items():
        for known in (0, 1):
            pairs = _pairs(some, f, m, known, next_=False)
            bias, width = faults.bias[f, m, known, knot], faults.width[f, m, known, knot]
            shape = pairs.shape * (bias / width) ** 2
            below.append(gammainc(shape, pairs.came * shape / np.maximum(pairs.mean * bias, 1e-9)))
    all_ = np.concatenate(below)
    if len(all_) == 0:
        return straight
    seen = np.searchsorted(np.sort(all_), straight, "right") / len(all_)
    weight = len(all_) / (len(all_) + SHAPE_SHRINK)
    mixed: np.ndarray = weight * seen + (1 - weight) * straight
    mixed[0], mixed[-1] = 0.0, 1.0
    return mixed
