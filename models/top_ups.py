"""Add-on packs for the running cycle: does one cost less than what it spares?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.advice import NO_ADD_ON
from models.plan_pricing import Strata, exceeds, started_units
from models.plans import UNLIMITED, PlanBook
from models.usage_cycles import UsageCycles
from models.usage_forecast import Forecast
from models.usage_gamma import Gamma

MOST_PACKS = 4
LEAST_P_EXCEED = 0.2  # under it no pack is priced


class TopUps(NamedTuple):
    """The best pack of each subscriber, [n]; nothing where `add_on` is NO_ADD_ON.

    saving   expected saving in the running cycle, minor units; p_saves its probability to be above 0
    current  expected cost of the running cycle without the pack
    """

    add_on: np.ndarray
    packs: np.ndarray
    saving: np.ndarray
    p_saves: np.ndarray
    current: np.ndarray


class _Left(NamedTuple):
    """One meter of some subscribers [m]: what is still to come, and what it costs without a pack.

    slack     use that costs nothing more
    penalty   what throttling costs from now on if it comes (or lasts)
    over      is the quota exceeded already?
    """

    rest: Gamma
    slack: np.ndarray
    unit: np.ndarray
    price: np.ndarray
    penalty: np.ndarray
    over: np.ndarray

    def cost(self, added: np.ndarray) -> np.ndarray:
        """Expected cost from now on [m, n_added] with each of `added` on top of the slack.

        What is charged stays charged.
        """
        slack, shape = self.slack[:, None] + added, (len(self.slack), len(added))
        rest = Gamma(self.rest.mean[:, None], self.rest.shape[:, None])
        throttled = np.where(self.over[:, None] & (added == 0), 1.0, exceeds(rest, slack))
        every = Gamma(*(np.broadcast_to(each, shape).ravel() for each in rest))
        unit = np.broadcast_to(self.unit[:, None], shape)
        units = started_units(every, slack.ravel(), unit.ravel()).reshape(shape)
        cost: np.ndarray = self.price[:, None] * units + self.penalty[:, None] * throttled
        return cost

    def costs(self, rest: np.ndarray, added: np.ndarray) -> np.ndarray:
        """The same [m, n_added, n_draws] for draws [m, n_draws] of what is to come."""
        over = (rest - self.slack[:, None])[:, None] - added[:, None]
        cost: np.ndarray = np.maximum(over, 0.0)
        cost /= self.unit[:, None, None]
        np.ceil(cost, out=cost)
        cost *= self.price[:, None, None]
        if self.penalty.any():
            throttled = (over > 0) | (self.over[:, None] & (added == 0))[..., None]
            cost += throttled * self.penalty[:, None, None]
        return cost


def best_top_ups(
    book: PlanBook, strata: Strata, cycles: UsageCycles, forecast: Forecast, p_exceed: np.ndarray, gate: float
) -> TopUps:
    """The pack, and how many, that spares most among those that pay with a probability of `gate`."""
    n = len(cycles)
    best = TopUps(
        np.full(n, NO_ADD_ON, dtype=np.int16), np.zeros(n, dtype=np.int16), *(np.zeros(n) for _ in range(3))
    )
    for add_on in range(len(book.add_ons)):
        meter = int(book.add_on_meter[add_on])
        mine = book.family[cycles.plan] == book.add_on_family[add_on]
        limited = book.metered[cycles.plan, meter] & (book.quota[cycles.plan, meter] < UNLIMITED)
        rows = np.flatnonzero(mine & limited & (p_exceed[:, meter] > LEAST_P_EXCEED))
        if len(rows):
            _try(best, add_on, _left(book, cycles, forecast, rows, meter), rows, (book, strata, gate))
    found = np.flatnonzero(best.add_on != NO_ADD_ON)
    if len(found):
        best.current[found] = running_costs(book, cycles, forecast, found)
    return best


def _try(
    best: TopUps, add_on: int, left: _Left, rows: np.ndarray, by: tuple[PlanBook, Strata, float]
) -> None:
    """Put 1 to MOST_PACKS of an add-on where they are better than what was found before."""
    book, strata, gate = by
    packs = np.arange(MOST_PACKS + 1)
    amounts, price = packs * float(book.add_on_amount[add_on]), packs * int(book.add_on_price[add_on])
    expected, drawn = left.cost(amounts), left.costs(strata.draws(left.rest), amounts)
    saving = expected[:, :1] - expected - price
    p = (drawn[:, :1] - drawn > price[:, None]).mean(axis=-1)
    pays = np.where(p >= gate, saving, 0.0)
    chosen = pays.argmax(axis=1)
    each = np.arange(len(rows))
    better = pays[each, chosen] > best.saving[rows]
    at, of = rows[better], (each[better], chosen[better])
    best.add_on[at], best.packs[at] = add_on, chosen[better]
    best.saving[at], best.p_saves[at] = saving[of], p[of]


def _left(book: PlanBook, cycles: UsageCycles, forecast: Forecast, rows: np.ndarray, meter: int) -> _Left:
    plan = cycles.plan[rows]
    unit, price = book.unit[plan, meter], book.price[plan, meter]
    over = np.maximum(cycles.used[rows, meter] - book.quota[plan, meter], 0.0)
    charged = np.ceil(over / unit - 1e-9) * unit
    slack = np.where(over > 0, np.where(price > 0, charged - over, 0.0), book.quota[plan, meter])
    slack = np.where(over > 0, slack, slack - cycles.used[rows, meter])
    days_left = (cycles.end[rows] - cycles.as_of[rows]) / np.maximum(cycles.end[rows] - cycles.start[rows], 1)
    penalty = book.penalty[plan, meter] * np.where(over > 0, days_left, 1.0)
    rest = Gamma(forecast.rest.mean[rows, meter], forecast.rest.shape[rows, meter])
    return _Left(rest, np.maximum(slack, 0.0), unit, price, penalty, over > 0)


_NO_PACK = np.zeros(1)


def running_costs(book: PlanBook, cycles: UsageCycles, forecast: Forecast, rows: np.ndarray) -> np.ndarray:
    """Expected cost [m] of the whole running cycle on the current plan without a pack, for these rows."""
    total = book.fee[cycles.plan[rows]].astype(np.float64)
    for meter in range(len(book.meters)):
        limited = book.quota[cycles.plan[rows], meter] < UNLIMITED
        some = rows[limited]
        if len(some) == 0:
            continue
        plan = cycles.plan[some]
        over = np.maximum(cycles.used[some, meter] - book.quota[plan, meter], 0.0)
        charged = np.ceil(over / book.unit[plan, meter] - 1e-9) * book.price[plan, meter]
        total[limited] += charged + _left(book, cycles, forecast, some, meter).cost(_NO_PACK)[:, 0]
    return np.asarray(total)
