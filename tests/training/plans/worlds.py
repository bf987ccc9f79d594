"""Generated usage that can fail us: heavy tails, rhythms, growth, jumps, newcomers, plan changes, gaps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.plans import UNLIMITED, AddOn, MeterTerms, Plan, PlanBook
from models.subscriptions import DailyUsage, Subscriptions
from tests.training.plans.oracle import Truth
from tests.training.plans.subscribers import changes, subscribed

FIRST_DAY = 19723  # 2024-01-01, a Monday
MB, MINUTES, TEXTS = "data_mb", "minutes", "texts"
METERS = (MB, MINUTES, TEXTS)  # in sorted order, as in the plan book
KEEP = float(np.exp(-1 / 20))  # of yesterday's busyness, where it drifts
TYPICAL = (12_000.0, 400.0, 150.0)  # use in 30 days of a customer in the middle


@dataclass(frozen=True)
class World:
    """How use behaves; shares are of customers, `noise` is the between-cycle coefficient of variation."""

    seed: int = 1
    customers: int = 1500
    months: int = 10
    meters: int = 2
    between: float = 0.7  # sigma of the logarithm of use between customers
    noise: float = 0.25
    noise_spread: float = 0.4  # customers differ in it
    burst: float = 1.2  # shape of gamma days: less is wilder
    tail: float = 0.02  # share of days several times as large
    growth: float = 0.01  # a month
    own_growth: float = 0.0  # standard deviation between customers of growth a month
    regime: float = 0.1
    weekend: float = 1.4
    month_end: float = 1.5
    missing: float = 0.02
    newcomers: float = 0.15
    changes: float = 0.06
    anchors: bool = True
    no_use: float = 0.01
    no_call_days: float = 0.0
    by_cycle: bool = True  # busy and quiet stretches are cycles, otherwise they drift from day to day
    misfit: float = 0.6  # sigma of the logarithm of what customers believe they use
    fitting: float = 0.0  # share whose plan fits them: they use 0.45 to 0.9 of its quotas
    own_week: float = 0.0  # sigma of the log by which customers' weekends differ, and their month's ends
    holidays: float = 0.0  # times a year that each has 4 to 16 days without any use
    common: tuple[
        tuple[int, int, float], ...
    ] = ()  # days from .. before, in which everybody's use is so many times


@dataclass(frozen=True)
class Made:
    """A world's data. `amount` float64 [n_customers, n_meters, n_days] is all use, recorded or not."""

    book: PlanBook
    subscriptions: Subscriptions
    usage: DailyUsage
    amount: np.ndarray
    until: int
    truth: Truth


def make(world: World) -> Made:
    """Daily use, subscriptions and five plans, the same for the same world."""
    rng = np.random.default_rng(world.seed)
    n, m, days = world.customers, world.meters, round(world.months * 30.44)
    book = five_plans(m)
    level = np.array(TYPICAL[:m]) * np.exp(
        rng.normal(0, world.between, (n, 1)) * 0.8 + rng.normal(0, world.between * 0.6, (n, m))
    )
    fits, chosen = _fitting(world, book, level)
    level[rng.random(n) < world.no_use] = 0
    anchor = rng.integers(1, 32, n) if world.anchors else np.ones(n, dtype=np.int64)
    calendar = FIRST_DAY + np.arange(days)
    regime = _regimes(rng, world, n, days)
    growth = (1 + world.growth + _own_growth(world)) ** (np.arange(days) / 30.44)
    base = level[:, :, None] / 30 * growth * rhythm(world, m, calendar) * _own_rhythm(world, n, calendar)
    sigma = world.noise * np.exp(rng.normal(0, world.noise_spread, (n, 1, 1)))
    amount = base * regime[:, None] * _stretches(rng, world, sigma, anchor, calendar)
    amount *= single_days(rng, world, amount.shape)
    started = np.where(
        rng.random(n) < world.newcomers, rng.integers(1, days - 5, n), -rng.integers(0, 400, n)
    )
    amount[np.broadcast_to((np.arange(days) < started[:, None])[:, None], amount.shape)] = 0
    # Everybody is on the plan that would fit what they believe they use.
    believed = level[:, None] * np.exp(rng.normal(0, world.misfit, (len(level), 1, 1)))
    plan = np.where(fits, chosen, book.costs(np.maximum(believed, 1))[:, 0].argmin(axis=1))
    change = changes(rng, started, days, world.changes)
    second = rng.integers(0, 5, n)[change.changed]
    subscriptions = subscribed(FIRST_DAY, started, anchor, (plan, second), change)
    truth = Truth(
        FIRST_DAY,
        base,
        regime,
        np.repeat(sigma[:, :, 0], m, axis=1),
        None if world.by_cycle else KEEP,
        anchor,
        lambda draw, rows, shape: single_days(draw, world, (len(rows), *shape)),
    )
    _go_on_holiday(world, amount)
    for begin, end, factor in world.common:
        amount[:, :, begin:end] *= factor
    usage = _recorded(rng, world, amount, started)
    return Made(book, subscriptions, usage, amount, FIRST_DAY + days, truth)


def _fitting(world: World, book: PlanBook, level: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whose plan fits them, bool [n], and which it would be, int [n]; follows in `level` [n, n_meters].

    Where customers know what they use, few are just above a quota: plans themselves tell where levels lie.
    """
    rng = np.random.default_rng([world.seed, 6])
    n, m = level.shape
    fits, plan = rng.random(n) < world.fitting, rng.integers(0, 5, n)
    quota = book.quota[plan]
    within = np.where(quota < UNLIMITED, quota, 4 * np.array(TYPICAL[:m]))
    level[fits] = (within * rng.uniform(0.45, 0.9, (n, m)))[fits]
    return fits, plan


def five_plans(n_meters: int, retired: bool = True) -> PlanBook:
    """Five plans on sale (one throttled, one unlimited), one retired, two packs."""
    ladder = ((0.35, 1000), (0.8, 1700), (1.5, 2600), (3.0, 3900), (None, 6500))
    prices = ((300.0, 1024.0), (4.0, 1.0), (6.0, 1.0))
    plans = []
    for number, (size, fee) in enumerate(ladder):
        terms = []
        for meter in range(n_meters):
            quota = None if size is None else round(TYPICAL[meter] * size)
            price, unit = prices[meter]
            if number == 3 and meter == 0:
                terms.append(MeterTerms(METERS[meter], quota, throttle_penalty=2500.0))
            else:
                terms.append(MeterTerms(METERS[meter], quota, price, unit))
        plans.append(Plan(f"plan-{number}", "mobile", f"Plan {number}", fee, tuple(terms)))
    if retired:
        old = tuple(
            MeterTerms(METERS[k], round(TYPICAL[k] * 0.7), prices[k][0], prices[k][1])
            for k in range(n_meters)
        )
        plans.append(Plan("plan-old", "mobile", "Old plan", 1200, old, retired=True))
    packs = [
        AddOn("pack-data", "mobile", "5 GB", 900, MB, 5120.0),
        AddOn("pack-minutes", "mobile", "100 minutes", 250, MINUTES, 100.0),
    ]
    return PlanBook.of(plans, packs[: min(n_meters, 2)])


def _regimes(rng: np.random.Generator, world: World, n: int, days: int) -> np.ndarray:
    """A change to three times or a third for some, [n, n_days]."""
    turn = rng.integers(20, days, n)
    factor = np.where(rng.random(n) < 0.5, 3.0, 1 / 3)
    turned = (rng.random(n) < world.regime)[:, None] & (np.arange(days) >= turn[:, None])
    return np.where(turned, factor[:, None], 1.0)


def rhythm(world: World, n_meters: int, calendar: np.ndarray) -> np.ndarray:
    """Weekends and ends of months, [n_meters, n_days]; minutes fall at weekends."""
    weekend = (calendar + 3) % 7 >= 5
    dates = calendar.astype("datetime64[D]")
    late = ((dates + 3).astype("datetime64[M]") != dates.astype("datetime64[M]")).astype(float)
    rows = [
        np.where(weekend, world.weekend if meter % 2 == 0 else 2 - world.weekend, 1.0)
        * (1 + (world.month_end - 1) * late)
        for meter in range(n_meters)
    ]
    return np.stack(rows)


def _own_growth(world: World) -> np.ndarray:
    """How much faster than others each customer's use grows, [n, 1, 1]."""
    rng = np.random.default_rng([world.seed, 7])
    return np.asarray(np.clip(world.own_growth * rng.normal(0, 1, (world.customers, 1, 1)), -0.2, 0.2))


def _own_rhythm(world: World, n: int, calendar: np.ndarray) -> np.ndarray:
    """How much more each customer uses on weekends and on the last days of a month, [n, 1, n_days]."""
    rng = np.random.default_rng([world.seed, 5])
    date = calendar.astype("datetime64[D]")
    weekend = (calendar + 3) % 7 >= 5
    last = (date + 3).astype("datetime64[M]") != date.astype("datetime64[M]")
    week, end = world.own_week * rng.normal(0, 1, (2, n, 1))
    return np.asarray(np.exp(week * weekend + end * last))[:, None]


def _stretches(
    rng: np.random.Generator, world: World, sigma: np.ndarray, anchor: np.ndarray, calendar: np.ndarray
) -> np.ndarray:
    """Busy and quiet times of each customer and meter, [n, n_meters, n_days], mean 1; `sigma` [n, 1, 1]."""
    n, m, days = len(anchor), world.meters, len(calendar)
    if not world.by_cycle:
        shocks = rng.normal(0, 1, (n, m, days))
        path, state, keep = np.empty_like(shocks), rng.normal(0, 1, (n, m)), KEEP
        for day in range(days):
            state = keep * state + np.sqrt(1 - keep**2) * shocks[:, :, day]
            path[:, :, day] = state
        return np.asarray(np.exp(sigma * path - sigma**2 / 2))
    date = calendar.astype("datetime64[D]")
    month = date.astype("datetime64[M]").astype(int)
    of_month = (date - date.astype("datetime64[M]").astype("datetime64[D]")).astype(int) + 1
    length = (
        (month + 1).astype("datetime64[M]").astype("datetime64[D]")
        - month.astype("datetime64[M]").astype("datetime64[D]")
    ).astype(int)
    cycle = month[None] - (of_month[None] < np.minimum(anchor[:, None], length[None]))
    cycle -= cycle.min()
    shocks = rng.normal(0, 1, (n, m, cycle.max() + 1))
    path = np.take_along_axis(shocks, np.broadcast_to(cycle[:, None], (n, m, days)), axis=2)
    return np.asarray(np.exp(sigma * path - sigma**2 / 2))


def single_days(rng: np.random.Generator, world: World, shape: tuple[int, ...]) -> np.ndarray:
    """Chance of single days, mean about 1."""
    amount = rng.gamma(world.burst, 1 / world.burst, shape)
    amount *= np.where(rng.random(shape) < world.tail, rng.lognormal(1.2, 0.6, shape), 1.0)
    amount *= (rng.random(shape) >= world.no_call_days) / (1 - world.no_call_days)
    return amount


def _go_on_holiday(world: World, amount: np.ndarray) -> None:
    """Take the use of holidays out of `amount` [n, n_meters, n_days], in place."""
    rng = np.random.default_rng([world.seed, 4])
    n, _, days = amount.shape
    for customer, times in enumerate(rng.poisson(world.holidays * days / 365, n).tolist()):
        for first, length in zip(rng.integers(0, days, times), rng.integers(4, 17, times), strict=True):
            amount[customer, :, first : first + length] = 0.0


def _recorded(rng: np.random.Generator, world: World, amount: np.ndarray, started: np.ndarray) -> DailyUsage:
    """What was written down: some days are missing, here and there a week."""
    n, _, days = amount.shape
    seen = (rng.random((n, 1, days)) >= world.missing) & (np.arange(days) >= started[:, None])[:, None]
    gap = rng.integers(0, days, n)
    inside = (np.arange(days) >= gap[:, None]) & (np.arange(days) < gap[:, None] + 7)
    seen &= ~(inside & (rng.random(n) < world.missing)[:, None])[:, None]
    customer, meter, day = np.nonzero(np.broadcast_to(seen, amount.shape))
    return DailyUsage.of(
        customer=customer,
        meter=meter,
        day=day + FIRST_DAY,
        amount=amount[customer, meter, day],
    )
