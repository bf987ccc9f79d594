"""Add-on packs for the running cycle: does one cost less than what it spares?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.advice import NO_ADD_ON
from models.plan_pricing import STRATA, Strata, exceeds, started_units
from models.plans import UNLIMITED, PlanBook
from models.usage_cycles import UsageCycles
from models.usage_gamma import Gamma
from models.usage_outcome import Forecast

MOST_PACKS = 4
LEAST_P_EXCEED = 0.2  # under it no pack is priced


class TopUps(NamedTuple):
    """The best pack of each subscriber, [n]; nothing where `add_on` is NO_ADD_ON.

    saving   expected saving in the running cycle, minor units; p_saves its probability to be above 0
    """

    add_on: np.ndarray
    packs: np.ndarray
    saving: np.ndarray
    p_saves: np.ndarray


class _Left(NamedTuple):
    """Meters of some subscribers [m]: what is still to come, and what it costs without a pack.

    slack     use that costs nothing more
    penalty   what throttling costs from now on if it comes (or lasts)
    over      is the quota exceeded already?
    charged   what is charged already
    """

    rest: Gamma
    slack: np.ndarray
    unit: np.ndarray
    price: np.ndarray
    penalty: np.ndarray
    over: np.ndarray
    charged: np.ndarray

    def cost(self, added: np.ndarray) -> np.ndarray:
        """Expected cost from now on [m, n_added] with each of `added` [m or 1, n_added] on top of the slack.

        What is charged stays charged.
        """
        slack = self.slack[:, None] + added
        rest = Gamma(self.rest.mean[:, None], self.rest.shape[:, None])
        each = np.arange(len(slack)).repeat(slack.shape[1])
        every = Gamma(self.rest.mean[each], self.rest.shape[each])
        units = started_units(every, slack.ravel(), self.unit[each]).reshape(slack.shape)
        cost: np.ndarray = self.price[:, None] * units
        if self.penalty.any():
            throttled = np.where(self.over[:, None] & (added == 0), 1.0, exceeds(rest, slack))
            cost += self.penalty[:, None] * throttled
        return cost

    def costs(self, rest: np.ndarray, added: np.ndarray) -> np.ndarray:
        """The same [m, n_added, n_draws] for draws [m, n_draws] of what is to come; `added` [m, n_added]."""
        over = (rest - self.slack[:, None])[:, None] - added[..., None]
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
    n, plan = len(cycles), cycles.plan
    best = TopUps(
        np.full(n, NO_ADD_ON, dtype=np.int16), np.zeros(n, dtype=np.int16), *(np.zeros(n) for _ in range(2))
    )
    limited = (book.quota < UNLIMITED) & book.metered
    open_ = limited[plan] & (p_exceed > LEAST_P_EXCEED)
    mine = book.family[plan][:, None] == book.add_on_family
    rows, add_on = np.nonzero(open_[:, book.add_on_meter] & mine)
    if len(rows) == 0:
        return best
    left = _left(book, cycles, forecast.rest, rows, book.add_on_meter[add_on])
    packs, saving, p_saves = _tried(book, strata, left, add_on, gate)
    # The best of each subscriber, the first of equals: `rows` rise.
    order = np.lexsort((-saving, rows))
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = rows[order[1:]] != rows[order[:-1]]
    chosen = order[first]
    chosen = chosen[saving[chosen] > 0]
    if len(chosen):
        at = rows[chosen]
        best.add_on[at], best.packs[at] = add_on[chosen], packs[chosen]
        best.saving[at], best.p_saves[at] = saving[chosen], p_saves[chosen]
    return best


def _tried(
    book: PlanBook, strata: Strata, left: _Left, add_on: np.ndarray, gate: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How many packs of `add_on` [m] save most, what they save, and how probably; 0 where none pays."""
    packs = np.arange(MOST_PACKS + 1)
    amounts, price = book.add_on_amount[add_on, None] * packs, book.add_on_price[add_on, None] * packs
    expected, drawn = left.cost(amounts), left.costs(strata.draws(left.rest), amounts)
    saving = expected[:, :1] - expected - price
    p = (drawn[:, :1] - drawn > price[..., None]).sum(axis=-1) / STRATA
    pays = np.where(p >= gate, saving, 0.0)
    each, chosen = np.arange(len(pays)), pays.argmax(axis=1)
    return chosen, pays[each, chosen], p[each, chosen]


def _left(book: PlanBook, cycles: UsageCycles, coming: Gamma, rows: np.ndarray, meter: np.ndarray) -> _Left:
    """What is left for these rows and their meters [m], of what is `coming` [n, n_meters]."""
    plan, used = cycles.plan[rows], cycles.used[rows, meter]
    quota, unit, price = book.quota[plan, meter], book.unit[plan, meter], book.price[plan, meter]
    start, end, as_of = cycles.start[rows], cycles.end[rows], cycles.as_of[rows]
    past = np.maximum(used - quota, 0.0)
    over = past > 0
    charged = np.ceil(past / unit - 1e-9)
    slack = np.where(over, (price > 0) * (charged * unit - past), quota - used)
    penalty = book.penalty[plan, meter] * np.where(over, (end - as_of) / np.maximum(end - start, 1), 1.0)
    rest = Gamma(coming.mean[rows, meter], coming.shape[rows, meter])
    return _Left(rest, np.maximum(slack, 0.0), unit, price, penalty, over, charged * price)


_NO_PACK = np.zeros((1, 1))


def running_costs(book: PlanBook, cycles: UsageCycles, forecast: Forecast, rows: np.ndarray) -> np.ndarray:
    """Expected cost [m] of the whole running cycle on the current plan without a pack, for these rows."""
    plan = cycles.plan[rows]
    at, meter = np.nonzero(book.quota[plan] < UNLIMITED)
    left = _left(book, cycles, forecast.rest, rows[at], meter)
    variable = np.bincount(at, left.charged + left.cost(_NO_PACK)[:, 0], len(rows))
    total: np.ndarray = book.fee[plan] + variable
    return total


def realised_savings(
    book: PlanBook, cycles: UsageCycles, add_on: np.ndarray, packs: np.ndarray, came: np.ndarray
) -> np.ndarray:
    """What packs bought on the day asked about saved, minor units [n]: below 0 where they cost more.

    `add_on`, `packs` [n]; `came` [n, n_meters] is what was used in the whole running cycle in the end.
    """
    saved = np.zeros(len(cycles))
    rows = np.flatnonzero(add_on != NO_ADD_ON)
    if len(rows):
        bought, meter = packs[rows], book.add_on_meter[add_on[rows]]
        rest = np.maximum(came - cycles.used, 0.0)
        left = _left(book, cycles, Gamma(rest, np.ones(rest.shape)), rows, meter)
        added = np.stack([np.zeros(len(rows)), book.add_on_amount[add_on[rows]] * bought], axis=1)
        cost = left.costs(rest[rows, meter][:, None], added)[..., 0]
        saved[rows] = cost[:, 0] - cost[:, 1] - book.add_on_price[add_on[rows]] * bought
    return saved
