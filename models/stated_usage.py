"""One subscriber's cycles as a request states them: daily use, and totals of finished cycles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from models.arrays import frozen
from models.billing_days import cycle_of, cycle_start
from models.plan_advisor import PlanAdvisor
from models.usage_cycles import UsageCycles
from models.usage_history import LEAST, MOST_CYCLES

EPOCH = date(1970, 1, 1)
NOBODY = 0  # whose row it is does not matter: it is answered and forgotten


@dataclass(frozen=True, slots=True)
class StatedCycle:
    """The running cycle on a plan. Days count from 1970-01-01; `end` is the day after the last.

    plan   position in the plan book
    as_of  everything before it is known
    """

    plan: int
    as_of: int
    start: int
    end: int
    locked: bool


@dataclass(frozen=True, slots=True, eq=False)
class StatedUse:
    """What was used, distinct by meter and day, and by meter and cycle.

    meter, day, amount        [n_days] use of days before `as_of`; days before the running cycle are history
    total_meter, total_place, total_amount, total_share   [n_totals] totals of finished cycles: `place` 1 is
                              the one right before the running one, `share` how much of it is known, 0 to 1
    """

    meter: np.ndarray
    day: np.ndarray
    amount: np.ndarray
    total_meter: np.ndarray
    total_place: np.ndarray
    total_amount: np.ndarray
    total_share: np.ndarray


def stated_cycles(advisor: PlanAdvisor, cycle: StatedCycle, use: StatedUse) -> UsageCycles:
    """The row [1] of a subscriber, as `UsageHistory` makes it of files.

    Use counts from the day after the first activity on; totals say that there was some before.
    """
    timeline = _Timeline.of(advisor, cycle, use)
    finished, finished_w = timeline.finished(use)
    now = slice(cycle.start - timeline.first, cycle.as_of - timeline.first)
    begins = max(cycle.start, timeline.beginning)
    since = slice(min(begins, cycle.as_of) - timeline.first, cycle.as_of - timeline.first)
    to_end = slice(since.start, cycle.end - timeline.first)
    whole = np.maximum(timeline.weight[:, now.start : to_end.stop].sum(axis=1), LEAST)
    counted_w = timeline.weight * timeline.counted
    known_w = counted_w[:, since].sum(axis=1)
    recorded = np.asarray(timeline.seen.any(axis=0))
    after_first = np.arange(len(recorded)) + timeline.first >= timeline.beginning - 1
    return UsageCycles(
        customer=_one(NOBODY, np.int32),
        plan=_one(cycle.plan, np.int16),
        as_of=_one(cycle.as_of, np.int32),
        start=_one(cycle.start, np.int32),
        end=_one(cycle.end, np.int32),
        locked=_one(cycle.locked, np.bool_),
        finished=frozen(finished[None]),
        finished_w=frozen(finished_w[None]),
        used=frozen(timeline.amount[:, now].sum(axis=1)[None]),
        exposed=frozen((timeline.amount * timeline.counted)[:, now].sum(axis=1)[None]),
        exposed_w=frozen((counted_w[:, now].sum(axis=1) / whole)[None]),
        open_w=frozen((np.maximum(timeline.weight[:, to_end].sum(axis=1) - known_w, 0.0) / whole)[None]),
        days=_one(int((recorded & after_first)[now].sum()), np.int32),
        missing=_one(max(since.stop - since.start - int(recorded[since].sum()), 0), np.int32),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Timeline:
    """Days from `first` on, all [n_meters, n_days]; `beginning` is the first day that counts.

    amount   use, 0 where nothing is known
    seen     is there a record?
    counted  is there one that counts?
    weight   of the day, by the learned profile
    starts   [n_cycles + 1] first days of the cycles before the running one, oldest first, then its own
    """

    first: int
    beginning: int
    amount: np.ndarray
    seen: np.ndarray
    counted: np.ndarray
    weight: np.ndarray
    starts: np.ndarray

    @classmethod
    def of(cls, advisor: PlanAdvisor, cycle: StatedCycle, use: StatedUse) -> _Timeline:
        family = int(advisor.book.family[cycle.plan])
        anchor = (EPOCH + timedelta(days=cycle.start)).day
        cycles = int(cycle_of(np.array([cycle.start]), np.array([anchor]))[0])
        numbers = cycles + np.arange(-MOST_CYCLES, 1)
        starts = cycle_start(numbers, np.full(len(numbers), anchor))
        first = int(starts[0])
        shape = (len(advisor.book.meters), cycle.end - first)
        amount, seen = np.zeros(shape), np.zeros(shape, dtype=np.bool_)
        kept = (use.day >= first) & (use.day < cycle.as_of)
        at = use.meter[kept], use.day[kept] - first
        amount[at], seen[at] = use.amount[kept], True
        active = np.asarray((amount > 0).any(axis=0))
        beginning = first + int(active.argmax()) + 1 if active.any() else cycle.start
        if (use.total_amount > 0).any():
            beginning = first
        counts = np.arange(shape[1]) + first >= beginning if active.any() else np.True_
        weight = advisor.profile.weights(anchor, first, cycle.end)[family]
        return cls(first, beginning, amount, seen, seen & counts, weight, starts)

    def finished(self, use: StatedUse) -> tuple[np.ndarray, np.ndarray]:
        """Use in finished cycles and how much of each is known, both [n_cycles, n_meters], oldest first.

        A total that was given wins over the days of its cycle.
        """
        counted_w = self.weight * self.counted
        amount = np.zeros((MOST_CYCLES, len(self.weight)))
        share = np.zeros_like(amount)
        for row, (begin, end) in enumerate(zip(self.starts[:-1], self.starts[1:], strict=True)):
            days = slice(int(begin) - self.first, int(end) - self.first)
            amount[row] = (self.amount * self.counted)[:, days].sum(axis=1)
            share[row] = counted_w[:, days].sum(axis=1) / np.maximum(self.weight[:, days].sum(axis=1), LEAST)
        recent = use.total_place <= MOST_CYCLES
        at = MOST_CYCLES - use.total_place[recent], use.total_meter[recent]
        amount[at], share[at] = use.total_amount[recent], use.total_share[recent]
        return amount, share


def _one(value: int | bool, kind: type[np.generic]) -> np.ndarray:
    return frozen(np.array([value], dtype=kind))
