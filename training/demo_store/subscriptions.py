"""Who subscribes to which plan, and how their use of it develops."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from training.demo_store.people import FIRST_CUSTOMER_ID, SERVICES, People
from training.demo_store.plans import DATA, MINUTES, PLANS, plan_by_id
from training.demo_store.window import Window

# What becomes of a subscriber's use; the number is the index.
STEADY, OUTGROWING, OVERPAYING, UNUSUAL, JUMP, NEW, SWITCHED = range(7)
UNUSUAL_ANCHOR = 22  # the running cycle of an unusual month began on this day of the month
_SHARES = {OUTGROWING: 0.09, OVERPAYING: 0.09, UNUSUAL: 0.05, JUMP: 0.06, NEW: 0.06, SWITCHED: 0.05}
_SUBSCRIBERS = 0.3  # of registered customers
_SETTLED_DAYS = 270  # planted developments need this much of history
_ENDED = 0.03
_LOCKED = 0.25
# The plans each development starts from, and the use of data against the quota (low, high).
_START_PLANS = {
    STEADY: (
        "bb-50",
        "bb-200",
        "bb-200",
        "bb-500",
        "bb-max",
        "bb-250-fair",
        "bb-150-classic",
        "mo-talk",
        "mo-surf",
        "mo-surf",
        "mo-roam",
        "mo-max",
        "mo-classic",
    ),
    OUTGROWING: ("bb-200", "bb-200", "mo-surf", "mo-roam"),
    OVERPAYING: ("bb-500", "bb-max", "mo-roam", "mo-max"),
    UNUSUAL: ("bb-200", "bb-200", "mo-surf"),
    JUMP: ("bb-200", "bb-500", "mo-surf", "mo-roam"),
    NEW: ("bb-50", "bb-200", "bb-500", "mo-talk", "mo-surf", "mo-roam"),
    SWITCHED: ("bb-200", "bb-500", "mo-surf", "mo-roam"),
}
_USE_OF_QUOTA = {
    STEADY: (0.45, 0.9),
    OUTGROWING: (1.6, 1.9),
    OVERPAYING: (0.1, 0.22),
    UNUSUAL: (0.7, 0.78),
    JUMP: (0.45, 0.75),
    NEW: (0.5, 1.3),
    SWITCHED: (0.5, 0.85),
}
_UNLIMITED_LIKE = {DATA: {"broadband": 700.0, "mobile": 100.0}, MINUTES: {"mobile": 450.0}}
_PREVIOUS_PLAN = {"bb-200": "bb-50", "bb-500": "bb-200", "mo-surf": "mo-talk", "mo-roam": "mo-surf"}


@dataclass(frozen=True)
class Subscriptions:
    """One subscriber a row, sorted by customer; arrays of length S. Days count from the window's start.

    `plan` indexes PLANS; `before` is the plan until `changed` (-1: none), the new one starts the
    day after. `ended` and `locked` are -1 where open. `anchor` is the day of the month on which a
    cycle begins, 0 for the default. `data` and `minutes` are the use in 30 days at the end of the
    window before chance, minutes 0 for broadband.
    """

    customer: NDArray[np.int64]
    plan: NDArray[np.int64]
    development: NDArray[np.int64]
    started: NDArray[np.int64]
    before: NDArray[np.int64]
    changed: NDArray[np.int64]
    ended: NDArray[np.int64]
    anchor: NDArray[np.int64]
    locked: NDArray[np.int64]
    data: NDArray[np.float64]
    minutes: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.customer)

    def used(self, row: int) -> dict[str, float]:
        """The use of a subscriber by meter, in 30 days at the end of the window."""
        used = {DATA: float(self.data[row])}
        if self.minutes[row] > 0:
            used[MINUTES] = float(self.minutes[row])
        return used


def build_subscriptions(
    rng: np.random.Generator, people: People, window: Window, interests: tuple[str, ...]
) -> Subscriptions:
    """Subscribers among `people`, those interested in a service first.

    `interests` names the values of `people.interest`.
    """
    count = max(round(len(people) * _SUBSCRIBERS), 1)
    asked = np.isin(people.interest, [interests.index(name) for name in SERVICES])
    weight = np.where(asked, 5.0, 1.0) * (people.joined < window.days - 30)
    customer = np.sort(
        rng.choice(len(people), min(count, int((weight > 0).sum())), replace=False, p=weight / weight.sum())
    )
    started = np.minimum(people.joined[customer] + rng.integers(0, 60, len(customer)), window.days - 20)
    development = _developments(rng, started, window)
    new = development == NEW
    started[new] = window.days - rng.integers(8, 29, int(new.sum()))
    plan = _plans(rng, development)
    data, minutes = _use(rng, plan, development)
    changed = np.where(development == SWITCHED, window.days - rng.integers(40, 200, len(plan)), -1)
    steady = development == STEADY
    ended = np.where(
        steady & (rng.random(len(plan)) < _ENDED), window.days - rng.integers(10, 120, len(plan)), -1
    )
    ended = np.where(ended > started, ended, -1)
    locked = np.where(
        (steady | new) & (rng.random(len(plan)) < _LOCKED),
        window.days + rng.integers(-200, 400, len(plan)),
        -1,
    )
    anchor = np.where(rng.random(len(plan)) < 0.2, 0, rng.integers(1, 29, len(plan)))
    return Subscriptions(
        customer=customer,
        plan=plan,
        development=development,
        started=started,
        before=_before(plan, development),
        changed=changed,
        ended=ended,
        anchor=np.where(development == UNUSUAL, UNUSUAL_ANCHOR, anchor),
        locked=np.where(locked > started, locked, -1),
        data=data,
        minutes=minutes,
    )


def _developments(rng: np.random.Generator, started: NDArray[np.int64], window: Window) -> NDArray[np.int64]:
    """A development for each subscriber; of each planted one there is at least one where possible."""
    development = np.full(len(started), STEADY)
    settled = rng.permutation(np.flatnonzero(started < window.days - _SETTLED_DAYS))
    begin = 0
    for kind, share in _SHARES.items():
        wanted = max(round(share * len(started)), 1)
        development[settled[begin : begin + wanted]] = kind
        begin += wanted
    return development


def _plans(rng: np.random.Generator, development: NDArray[np.int64]) -> NDArray[np.int64]:
    numbers = {plan.plan_id: number for number, plan in enumerate(PLANS)}
    draws = rng.random(len(development))
    plan = np.empty(len(development), dtype=np.int64)
    for kind, names in _START_PLANS.items():
        choices = np.array([numbers[name] for name in names])
        inside = development == kind
        plan[inside] = choices[(draws[inside] * len(choices)).astype(np.int64)]
    return plan


def _use(
    rng: np.random.Generator, plan: NDArray[np.int64], development: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Data and minutes used in 30 days at the end of the window."""
    data_scale = np.array([_scale(number, DATA) for number in range(len(PLANS))])
    minutes_scale = np.array([_scale(number, MINUTES) for number in range(len(PLANS))])
    bounds = np.array([_USE_OF_QUOTA[kind] for kind in range(len(_USE_OF_QUOTA))])[development]
    data = data_scale[plan] * rng.uniform(bounds[:, 0], bounds[:, 1])
    talk = np.where(development == OVERPAYING, 0.25, 0.55)
    return data, minutes_scale[plan] * talk * rng.uniform(0.5, 1.3, len(plan))


def _scale(number: int, meter: str) -> float:
    """The quota of a meter, or what stands in for it where it is unlimited; 0 where there is none."""
    plan = PLANS[number]
    if meter not in [each.meter for each in plan.meters]:
        return 0.0
    quota = plan.quota(meter)
    return float(quota) if quota is not None else _UNLIMITED_LIKE[meter][plan.family]


def _before(plan: NDArray[np.int64], development: NDArray[np.int64]) -> NDArray[np.int64]:
    previous = np.full(len(PLANS), -1)
    for later, earlier in _PREVIOUS_PLAN.items():
        previous[PLANS.index(plan_by_id(later))] = PLANS.index(plan_by_id(earlier))
    return np.where(development == SWITCHED, previous[plan], -1)


def subscriptions_table(subscriptions: Subscriptions, window: Window) -> pl.DataFrame:
    """subscriptions.csv: a plan change is two rows, the old one's `ended_on` being its last day."""
    each = subscriptions
    switched = np.flatnonzero(each.before >= 0)
    started = each.started.copy()
    started[switched] = each.changed[switched] + 1
    rows = pl.DataFrame(
        {
            "customer": np.concatenate([each.customer, each.customer[switched]]),
            "plan": np.concatenate([each.plan, each.before[switched]]),
            "started": np.concatenate([started, each.started[switched]]),
            "ended": np.concatenate([each.ended, each.changed[switched]]),
            "anchor": np.concatenate([each.anchor, each.anchor[switched]]),
            "locked": np.concatenate([each.locked, np.full(len(switched), -1)]),
        }
    ).sort("customer", "started")

    def day(column: str) -> pl.Expr:
        return pl.lit(window.start) + pl.duration(days=pl.col(column))

    return rows.select(
        customer_id=(pl.col("customer") + FIRST_CUSTOMER_ID).cast(pl.String),
        plan_id=pl.lit(pl.Series("plans", [plan.plan_id for plan in PLANS])).gather(pl.col("plan")),
        started_on=day("started").cast(pl.Date),
        ended_on=pl.when(pl.col("ended") >= 0).then(day("ended")).cast(pl.Date),
        cycle_anchor_day=pl.when(pl.col("anchor") > 0).then(pl.col("anchor")),
        locked_until=pl.when(pl.col("locked") >= 0).then(day("locked")).cast(pl.Date),
    )
