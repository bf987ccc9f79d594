"""A second way of generating usage, written apart from `worlds`, so that nothing is fitted to one of them.

Use of a day is level x rhythm x growth x regime x exp(unrest) x chance. Unrest is of the cycle, or drifts
from day to day (autoregressive); part of it is common to a customer's meters. Chance is gamma or lognormal,
or a Poisson number of sessions, a few of them giants. Customers differ in both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.billing_days import cycle_of
from models.plans import AddOn, MeterTerms, Plan, PlanBook
from models.subscriptions import DailyUsage
from tests.training.plans.oracle import Truth
from tests.training.plans.subscribers import changes, subscribed
from tests.training.plans.worlds import Made

FIRST_DAY = 19_768  # 2024-02-15
FEES = (900, 1900, 3400, 5900, 9900)
GIANTS, GIANT = 0.03, 6.0  # share of sessions, and their mean size


@dataclass(frozen=True)
class OtherWorld:
    """How use behaves; `cv` is the range of customers' between-cycle coefficient of variation.

    law, scale  chance of a day: "gamma" of this shape, "lognormal" of this sigma, "sessions" so many a day
    keep        of yesterday's unrest, or None: unrest is of the cycle
    common      part of the variance of unrest that a customer's meters share
    regime      share of customers whose use changes to three times or a third; a third of it a second time
    """

    seed: int = 1
    customers: int = 1500
    months: float = 10
    meters: tuple[str, ...] = ("api_calls", "data_gb")
    typical: tuple[float, ...] = (50_000.0, 120.0)
    law: str = "gamma"
    scale: float = 1.5
    idle: float = 0.0  # share of days without use
    keep: float | None = None
    cv: tuple[float, float] = (0.1, 0.3)
    common: float = 0.5
    between: float = 0.8
    weekend: tuple[float, float] = (0.6, 1.3)  # of even and of odd meters
    month_end: float = 1.5
    growth: float = 0.02
    regime: float = 0.15
    newcomers: float = 0.2
    changes: float = 0.08
    anchors: str = "any"  # or "first", "few"
    missing: float = 0.01
    quotas: tuple[float | None, ...] = (0.25, 0.6, 1.2, 2.5, None)  # of the typical use
    overage: float = 48.0  # price of the typical use, in the currency's major units
    misfit: float = 0.5


def make_other(world: OtherWorld) -> Made:
    """Daily use, subscriptions, five plans and the truth; the same for the same world."""
    rng = np.random.default_rng([world.seed, 99])
    n, days = world.customers, int(world.months * 30.44)
    calendar = FIRST_DAY + np.arange(days)
    book = _book(world)
    level = _levels(rng, world)
    base = level[:, :, None] * _rhythm(world, calendar) * (1 + world.growth) ** (np.arange(days) / 30.44)
    regime = _regimes(rng, world, days)
    anchor = _anchors(rng, world)
    cv = rng.uniform(*world.cv, n)
    sigma = np.repeat(np.sqrt(np.log1p(cv**2))[:, None], len(world.meters), axis=1)
    unrest = sigma[:, :, None] * _unrest(rng, world, anchor, calendar) - sigma[:, :, None] ** 2 / 2
    own = np.exp(rng.normal(0, 0.3, n))

    def chance(draw: np.random.Generator, rows: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        return _chance(draw, world, own[rows].reshape(-1, *(1,) * len(shape)), (len(rows), *shape))

    amount = base * regime[:, None] * np.exp(unrest) * chance(rng, np.arange(n), base.shape[1:])
    started = np.where(
        rng.random(n) < world.newcomers, rng.integers(1, days - 5, n), -rng.integers(0, 500, n)
    )
    amount *= (np.arange(days) >= started[:, None])[:, None]
    truth = Truth(FIRST_DAY, base, regime, sigma, world.keep, anchor, chance)
    # Everybody is on the plan that would fit what they believe they use.
    plan = book.costs(level * 30.44 * np.exp(rng.normal(0, world.misfit, (n, 1)))).argmin(axis=1)
    change = changes(rng, started, days, world.changes)
    second = rng.integers(0, len(book), change.changed.sum())
    subscriptions = subscribed(FIRST_DAY, started, anchor, (plan, second), change)
    usage = _recorded(rng, world, amount, started)
    return Made(book, subscriptions, usage, amount, FIRST_DAY + days, truth)


def _book(world: OtherWorld) -> PlanBook:
    plans = []
    for number, (size, fee) in enumerate(zip(world.quotas, FEES, strict=True)):
        terms = []
        for meter, typical in zip(world.meters, world.typical, strict=True):
            unit = max(round(typical / 40), 1)
            price = round(100 * world.overage / len(world.meters) / typical * unit, 4)
            quota = None if size is None else float(round(typical * size))
            terms.append(MeterTerms(meter, quota, price, float(unit)))
        plans.append(Plan(f"plan-{number}", "service", f"Plan {number}", fee, tuple(terms)))
    pack = AddOn("pack", "service", "Pack", 700, world.meters[0], float(round(world.typical[0] * 0.3)))
    return PlanBook.of(plans, [pack])


def _levels(rng: np.random.Generator, world: OtherWorld) -> np.ndarray:
    """Use of a day [n, n_meters], in the plan book's order of meters; customers' tails are heavy."""
    n, typical = world.customers, np.array(world.typical)[np.argsort(world.meters)]
    common = rng.standard_t(6, n) * world.between * 0.75
    own = rng.normal(0, world.between * 0.5, (n, len(typical)))
    levels: np.ndarray = typical / 30 * np.exp(common[:, None] + own - 0.3 * world.between**2)
    return levels


def _rhythm(world: OtherWorld, calendar: np.ndarray) -> np.ndarray:
    """Weekends, Mondays, and a rise to the end of the month, [n_meters, n_days]."""
    weekday, dates = (calendar + 3) % 7, calendar.astype("datetime64[D]")
    next_month = (dates.astype("datetime64[M]") + 1).astype("datetime64[D]")
    rise = np.clip(1 - ((next_month - dates).astype(int) - 1) / 5, 0, 1)
    rows = [
        np.where(weekday >= 5, world.weekend[meter % 2], np.where(weekday == 0, 1.1, 1.0))
        * (1 + (world.month_end - 1) * rise * (1.6 if meter == 0 else 0.8))
        for meter in range(len(world.meters))
    ]
    return np.stack(rows)


def _regimes(rng: np.random.Generator, world: OtherWorld, days: int) -> np.ndarray:
    regime = np.ones((world.customers, days))
    for share in (world.regime, world.regime / 3):
        who, turn = rng.random(world.customers) < share, rng.integers(10, days, world.customers)
        factor = np.where(rng.random(world.customers) < 0.5, 3.0, 1 / 3)
        regime *= np.where(who[:, None] & (np.arange(days) >= turn[:, None]), factor[:, None], 1.0)
    return regime


def _anchors(rng: np.random.Generator, world: OtherWorld) -> np.ndarray:
    if world.anchors == "first":
        return np.ones(world.customers, dtype=np.int64)
    choices = np.array([1, 5, 15, 28]) if world.anchors == "few" else np.arange(1, 32)
    return rng.choice(choices, world.customers)


def _unrest(
    rng: np.random.Generator, world: OtherWorld, anchor: np.ndarray, calendar: np.ndarray
) -> np.ndarray:
    """Standard normal [n, n_meters, n_days]: one number a cycle, or one that drifts."""
    n, m, days = world.customers, len(world.meters), len(calendar)

    def shocks(k: int) -> np.ndarray:
        shared, own = rng.normal(0, 1, (n, 1, k)), rng.normal(0, 1, (n, m, k))
        mixed: np.ndarray = np.sqrt(world.common) * shared + np.sqrt(1 - world.common) * own
        return mixed

    if world.keep is None:
        cycle = np.stack([cycle_of(calendar, np.full(days, each)) for each in range(1, 32)])[anchor - 1]
        cycle -= cycle.min()
        return np.take_along_axis(
            shocks(int(cycle.max()) + 1), np.broadcast_to(cycle[:, None], (n, m, days)), axis=2
        )
    path, state = shocks(days), shocks(1)[:, :, 0]
    for day in range(days):
        state = world.keep * state + np.sqrt(1 - world.keep**2) * path[:, :, day]
        path[:, :, day] = state
    return path


def _chance(
    rng: np.random.Generator, world: OtherWorld, own: np.ndarray, shape: tuple[int, ...]
) -> np.ndarray:
    """Chance of single days, mean 1; `own` is by how much more or less customers' days vary."""
    if world.law == "gamma":
        k = world.scale / own**2
        days = rng.gamma(np.broadcast_to(k, shape)) / k
    elif world.law == "lognormal":
        sigma = world.scale * np.sqrt(own)
        days = np.exp(sigma * rng.normal(size=shape) - sigma**2 / 2)
    else:
        often = world.scale / own
        sessions = rng.poisson(np.broadcast_to(often, shape))
        days = rng.gamma(np.maximum(sessions, 1e-9)) * (sessions > 0)
        days = (days + rng.binomial(sessions, GIANTS) * rng.exponential(GIANT, shape)) / often
        days /= 1 + GIANTS * GIANT
    used: np.ndarray = days * (rng.random(shape) >= world.idle) / (1 - world.idle)
    return used


def _recorded(
    rng: np.random.Generator, world: OtherWorld, amount: np.ndarray, started: np.ndarray
) -> DailyUsage:
    n, _, days = amount.shape
    seen = (rng.random((n, 1, days)) >= world.missing) & (np.arange(days) >= started[:, None])[:, None]
    customer, meter, day = np.nonzero(np.broadcast_to(seen, amount.shape))
    return DailyUsage.of(
        customer=customer, meter=meter, day=day + FIRST_DAY, amount=amount[customer, meter, day]
    )
