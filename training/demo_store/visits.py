"""When the shop is visited, by whom, through which channel: one visit is one order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.demo_store.catalogue import tag_bits
from training.demo_store.people import People, draw_personas, draw_rows
from training.demo_store.personas import AGE_BANDS, AGE_SHARES, PERSONAS
from training.demo_store.window import Window

FIRST_ORDER_ID = 500_001
GUEST = -1
CHANNELS = ("web", "store", "phone")
GUEST_SHARE = 0.2
_OPENS, _CLOSES = 8.0, 23.0  # hours UTC: the shop keeps UTC
_GAP_SHAPE = 2.0  # gaps between visits are gamma: more regular than chance


@dataclass(frozen=True)
class Visits:
    """Orders without their lines, sorted by time; arrays of length O.

    The order id is FIRST_ORDER_ID plus the index. `customer` indexes People, GUEST for nobody
    registered; `second` counts from midnight of
    `day`; `rung`, `barred`, `basket` and `persona` are those of the shopper on that day.
    """

    customer: NDArray[np.int64]
    day: NDArray[np.int64]
    second: NDArray[np.int64]
    channel: NDArray[np.int64]
    persona: NDArray[np.int64]
    barred: NDArray[np.int64]
    rung: NDArray[np.int64]
    basket: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.customer)


def build_visits(rng: np.random.Generator, people: People, window: Window, orders: int) -> Visits:
    """About `orders` visits; GUEST_SHARE of them by guests, who come once."""
    guests = round(orders * GUEST_SHARE)
    customer, member_day = _member_days(rng, people, window, orders - guests)
    persona, barred, rung = _guests(rng, guests)
    owner = np.concatenate([customer, np.full(guests, GUEST)])
    personas = np.concatenate([people.persona[customer], persona])
    day = np.concatenate([member_day, _days_at(window, rng.random(guests) * window.traffic().sum())])
    bounds = (
        np.concatenate([people.start[customer].astype(np.int64), np.zeros(guests, dtype=np.int64)]),
        np.concatenate([_last_day(people.stop[customer]), np.full(guests, window.days - 1)]),
    )
    day = np.clip(_to_favourite_weekday(rng, window, day, personas), *bounds)
    second = _seconds(rng, personas)
    order = np.lexsort((second, day))
    now_rung = people.rung[customer] + (day[: len(customer)] >= people.trades_up_on[customer])
    return Visits(
        customer=owner[order],
        day=day[order],
        second=second[order],
        channel=draw_rows(rng, np.array([each.channels for each in PERSONAS])[personas])[order],
        persona=personas[order],
        barred=np.concatenate([people.barred[customer], barred])[order],
        rung=np.concatenate([now_rung, rung])[order],
        basket=np.concatenate([people.basket[customer], np.full(guests, 0.8)])[order],
    )


def _last_day(stop: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.ceil(stop).astype(np.int64) - 1


def _member_days(
    rng: np.random.Generator, people: People, window: Window, orders: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Customer index and day of every order by a registered customer; each buyer has at least one."""
    buyers = np.flatnonzero(people.buys())
    if orders < len(buyers):  # fewer orders than buyers: the keenest come
        buyers = np.sort(buyers[np.argsort(-people.visits[buyers], kind="stable")][:orders])
    share = people.visits[buyers] / people.visits[buyers].sum()
    counts = 1 + rng.multinomial(orders - len(buyers), share)
    customer = np.repeat(buyers, counts)
    busy = np.concatenate([[0.0], window.traffic().cumsum()])
    clock = np.arange(window.days + 1)
    first = np.interp(people.start[customer], clock, busy)
    last = np.interp(people.stop[customer], clock, busy)
    return customer, _days_at(window, first + (last - first) * _regular_fractions(rng, counts))


def _regular_fractions(rng: np.random.Generator, counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Rising fractions in (0, 1) for each customer's visits: gamma gaps, scaled to fit."""
    gaps = rng.gamma(_GAP_SHAPE, 1.0, int(counts.sum()))
    tails = rng.gamma(_GAP_SHAPE, 1.0, len(counts))
    firsts = np.concatenate([[0], counts.cumsum()[:-1]])
    gaps[firsts] *= 0.3  # the first order follows soon after joining
    running = gaps.cumsum()
    before = np.repeat(running[firsts] - gaps[firsts], counts)
    totals = np.repeat(np.add.reduceat(gaps, firsts) + tails, counts)
    return np.asarray((running - before) / totals)


def _days_at(window: Window, busyness: NDArray[np.float64]) -> NDArray[np.int64]:
    """The day at which the running sum of traffic reaches each value."""
    day = np.searchsorted(window.traffic().cumsum(), busyness, side="right")
    return np.clip(day, 0, window.days - 1)


def _to_favourite_weekday(
    rng: np.random.Generator, window: Window, day: NDArray[np.int64], persona: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Move each visit within its week to a weekday the persona likes."""
    weekday = draw_rows(rng, np.array([each.weekdays for each in PERSONAS])[persona])
    return np.asarray(day - window.weekdays(day) + weekday)


def _seconds(rng: np.random.Generator, persona: NDArray[np.int64]) -> NDArray[np.int64]:
    peaks = np.array([each.hours for each in PERSONAS])[persona]
    peak = np.where(rng.random(len(persona)) < 0.7, peaks[:, 0], peaks[:, 1])
    hour = peak + rng.normal(0.0, 1.1, len(persona))
    outside = (hour < _OPENS) | (hour >= _CLOSES)
    hour[outside] = rng.uniform(_OPENS, _CLOSES, int(outside.sum()))
    return np.asarray((hour * 3600).astype(np.int64))


def _guests(
    rng: np.random.Generator, count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Persona, barred bits and rung of guests; each is one person on one day."""
    age = rng.choice(len(AGE_BANDS), count, p=AGE_SHARES)
    persona = draw_personas(rng, age, np.full(count, 3), np.full(count, 4))
    chances = {"meat": 0.08, "alcohol": 0.1, "baby": 0.9, "cat": 0.82, "dog": 0.85}
    barred = np.zeros(count, dtype=np.int64)
    for tag, chance in chances.items():
        barred |= np.where(rng.random(count) < chance, tag_bits((tag,)), 0)
    rung = rng.choice(3, count, p=(0.35, 0.45, 0.2))
    return persona, barred, rung
