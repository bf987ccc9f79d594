"""Daily use of some subscribers as arrays by day: what was used, what each day weighs, and running sums."""

from __future__ import annotations

import numpy as np

from models.plans import PlanBook
from models.running import Running
from models.subscriptions import DailyUsage
from models.usage_profile import UsageProfile
from models.usage_rhythm import Calendar, daily, rhythms_of


def filled(
    amount: np.ndarray, running: Running, usage: DailyUsage, book: PlanBook, between: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Put use of the days `between` into `amount` [n, n_meters, n_days].

    The days with a record, bool of the same shape; and whether there was use before them, bool [n].
    """
    first, until = between
    begins, ends = (np.searchsorted(usage.customer, running.customer, side) for side in ("left", "right"))
    counts = ends - begins
    owner = np.repeat(np.arange(len(counts)), counts)
    row = np.arange(len(owner)) + (begins - (np.cumsum(counts) - counts))[owner]
    meter, day = usage.meter[row], usage.day[row]
    own = book.metered[running.plan][owner, meter] & (day < until)
    early = day < first
    kept = np.flatnonzero(own & ~early)
    before = np.zeros(len(running), dtype=np.bool_)
    if early.any():
        before[owner[own & early & (usage.amount[row] > 0)]] = True
    at = owner[kept], meter[kept], day[kept] - first
    amount[at] = usage.amount[row[kept]]
    seen = np.zeros(amount.shape, dtype=np.bool_)
    seen[at] = True
    return seen, before


def weights_of(
    running: Running, profile: UsageProfile, first: int, n_days: int
) -> tuple[np.ndarray, np.ndarray]:
    """Weights [n_kinds, n_meters, n_days] of each anchor and family there is, and whose is which."""
    each = running.family * 32 + running.anchor
    kinds, kind = (
        (each, np.zeros(1, dtype=np.int64)) if len(each) == 1 else np.unique(each, return_inverse=True)
    )
    weights = np.empty((len(kinds), profile.weekday.shape[1], n_days))
    for row, (family, anchor) in enumerate(divmod(k, 32) for k in kinds.tolist()):
        weights[row] = profile.weights(family, anchor, first, first + n_days)
    return weights, kind


def own_weights(
    running: Running,
    profile: UsageProfile,
    known: tuple[np.ndarray, np.ndarray],
    first: int,
    asked: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """The same by subscriber, where these have a rhythm of their own, which comes last: of `rhythms_of`.

    `known`: use, and whether it counts, [n, n_meters, n_days] from the day `first` on; `asked` [n] are the
    days before which it is known.
    """
    n_days = known[0].shape[-1]
    weight, kind = weights_of(running, profile, first, n_days)
    if profile.one_rhythm:
        return weight, kind, None
    weight, calendar = weight[kind], Calendar.of(first + np.arange(n_days))
    rhythm = rhythms_of((*known, weight), calendar, asked - first, profile.trust[running.family])
    weight *= daily(rhythm, calendar)
    return weight, np.arange(len(running)), rhythm


def running_sums(values: np.ndarray, kind: type = np.float64) -> np.ndarray:
    """Running sums along the last axis, beginning with 0."""
    sums = np.empty((*values.shape[:-1], values.shape[-1] + 1), dtype=kind)
    sums[..., 0] = 0
    np.cumsum(values, axis=-1, out=sums[..., 1:])
    return sums
