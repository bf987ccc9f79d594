"""One subscriber's cycles as a request states them: daily use, and totals of finished cycles."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from models.advice import NO_DAY
from models.arrays import frozen
from models.billing_days import cycle_start, month_of
from models.plan_advisor import PlanAdvisor
from models.running import NO_PLAN
from models.subscriptions import NOT_LOCKED, OPEN_END
from models.usage_cycles import BIT, SUMMED, USUAL_CYCLE, UsageCycles
from models.usage_dates import MOST_CYCLES
from models.usage_history import SPANS, SUMS
from models.usage_rate import levels_of, spread_of
from models.usage_rhythm import Calendar, daily, rhythms_of
from models.usage_silence import SILENT, Recorded, heard, past_pauses, paused_of, telling, unhear
from models.usage_spans import SHAPE, USE, WEIGHT, apart_of, cut_days, halves, told

EPOCH = date(1970, 1, 1)
ALL = -1  # of the running sums: the weight of every day, recorded or not
STEPS = np.arange(-MOST_CYCLES, 3)  # from the running cycle to those that are looked at
NOBODY = 0  # whose row it is does not matter: it is answered and forgotten


@dataclass(frozen=True, slots=True)
class StatedCycle:
    """The running cycle on a plan. Days count from 1970-01-01; `end` is the day after the last.

    Cycles before and after it begin on the same day of other months, if it ends where the next of these
    begins; otherwise all are of as many days.

    plan          position in the plan book
    as_of         everything before it is known
    locked_until  last day on which the plan cannot be changed, NOT_LOCKED where it can
    since         first day on this plan, if it changed within the cycle: what was used before counts against
                  no quota
    ended         last day of the subscription, OPEN_END where none is known
    anchor        the day of the month on which cycles begin; None where they are not of the calendar
    """

    plan: int
    as_of: int
    start: int
    end: int
    locked_until: int = NOT_LOCKED
    since: int | None = None
    ended: int = OPEN_END
    anchor: int | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "anchor", _anchor_of(self.start, self.end))

    @property
    def on_plan(self) -> int:
        """The first day of this cycle on the plan."""
        return self.start if self.since is None else max(self.start, self.since)

    @property
    def on_plan_until(self) -> int:
        """The day after the last of this cycle on the plan."""
        return min(self.end, self.ended + 1)

    @property
    def starts(self) -> np.ndarray:
        """First days [MOST_CYCLES + 3] of the finished cycles, oldest first, of this one, the next, and the
        one after that."""
        if self.anchor is None:
            return self.start + STEPS * (self.end - self.start)
        return cycle_start(month_of(np.array([self.start])) + STEPS, np.array([self.anchor]))


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
    now = slice(cycle.on_plan - timeline.first, cycle.as_of - timeline.first)
    in_cycle = slice(cycle.start - timeline.first, now.stop)
    next_w = timeline.weight[:, timeline.starts[-2] - timeline.first :].sum(axis=1) / USUAL_CYCLE
    begins = max(cycle.on_plan, timeline.beginning)
    since = slice(min(begins, cycle.as_of) - timeline.first, cycle.as_of - timeline.first)
    to_end = slice(since.start, cycle.on_plan_until - timeline.first)
    counted_w = timeline.weight * timeline.counted
    known_w = counted_w[:, since].sum(axis=1)
    open_w = np.maximum(timeline.weight[:, to_end].sum(axis=1) - known_w, 0.0)
    paused, silent, after = timeline.silence(use)
    spans = timeline.told(advisor, cycle, paused, after)
    raw, finished, finished_w = timeline.finished(spans, use)
    recorded = np.asarray(timeline.seen.any(axis=0))
    spread, spread_w = spread_of(spans.shapes[None, : MOST_CYCLES + 1], spans.share[None, : MOST_CYCLES + 1])
    after_first = np.arange(len(recorded)) + timeline.first >= timeline.beginning - 1
    return UsageCycles(
        customer=_one(NOBODY, np.int32),
        plan=_one(cycle.plan, np.int16),
        as_of=_one(cycle.as_of, np.int32),
        start=_one(cycle.on_plan, np.int32),
        end=_one(cycle.on_plan_until, np.int32),
        ended=_one(cycle.ended, np.int32),
        follows=_one(NO_PLAN, np.int16),
        locked_until=_one(cycle.locked_until, np.int32),
        finished=frozen(finished[None]),
        finished_w=frozen(finished_w[None]),
        apart=frozen(apart_of(raw[None], finished[None])),
        spread=frozen(spread),
        spread_w=frozen(spread_w),
        used=frozen(np.round(timeline.amount[:, now].sum(axis=1), SUMMED)[None]),
        ran_out=frozen(timeline.ran_out(advisor.book.quota[cycle.plan], now)[None]),
        exposed=frozen(spans.use[None, MOST_CYCLES]),
        exposed_w=frozen(spans.share[None, MOST_CYCLES]),
        paused=frozen(paused),
        silent=frozen(silent),
        parts=frozen(halves(spans.use[None], MOST_CYCLES)),
        parts_w=frozen(heard(halves(spans.share[None], MOST_CYCLES), paused)),
        open_w=frozen(open_w[None] / USUAL_CYCLE),
        next_w=frozen(next_w[None]),
        days=_one(int((recorded & after_first)[in_cycle].sum()), np.int32),
        missing=_one(max(since.stop - since.start - int(recorded[since].sum()), 0), np.int32),
    )


class _Told(NamedTuple):
    """By span of `usage_spans.spans_of`, [n_spans, n_meters]: use, as the level is told by, W; and shapes.

    whole   W of all days of each finished cycle, [n_cycles, n_meters]
    """

    raw: np.ndarray
    use: np.ndarray
    share: np.ndarray
    shapes: np.ndarray
    whole: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class _Timeline:
    """Days from `first` on, all [n_meters, n_days]; `beginning` is the first day that counts.

    amount   use, 0 where nothing is known
    seen     is there a record?
    counted  is there one that counts?
    weight   of the day, by the learned profile
    common   what is common to everybody's days, None if all are alike
    starts   as of StatedCycle
    """

    first: int
    beginning: int
    amount: np.ndarray
    seen: np.ndarray
    counted: np.ndarray
    weight: np.ndarray
    common: np.ndarray | None
    starts: np.ndarray

    @classmethod
    def of(cls, advisor: PlanAdvisor, cycle: StatedCycle, use: StatedUse) -> _Timeline:
        family = int(advisor.book.family[cycle.plan])
        starts = cycle.starts
        first = int(starts[0])
        shape = (len(advisor.book.meters), int(starts[-1]) - first)
        amount, seen = np.zeros(shape), np.zeros(shape, dtype=np.bool_)
        kept = (use.day >= first) & (use.day < cycle.as_of)
        at = use.meter[kept], use.day[kept] - first
        amount[at], seen[at] = use.amount[kept], True
        active = np.asarray((amount > 0).any(axis=0))
        beginning = first + int(active.argmax()) + 1 if active.any() else cycle.start
        if (use.total_amount > 0).any() or (use.amount[use.day < first] > 0).any():
            beginning = first
        counts = np.arange(shape[1]) + first >= beginning if active.any() else np.True_
        profile, last = advisor.profile, int(starts[-1])
        weight = profile.weights(family, cycle.anchor, first, last)
        calendar = np.arange(first, last)
        common = None if profile.alike else profile.common_of(family, calendar)
        if not profile.one_rhythm:
            days, asked = (amount * counts, seen & counts, weight), np.array([cycle.as_of - first])
            one = tuple(each[None] for each in days)
            seen_on = Calendar.of(calendar)
            weight = weight * daily(rhythms_of(one, seen_on, asked, profile.trust[[family]])[0], seen_on)
        return cls(first, beginning, amount, seen, seen & counts, weight, common, starts)

    def told(self, advisor: PlanAdvisor, cycle: StatedCycle, paused: np.ndarray, after: np.ndarray) -> _Told:
        """The spans of the finished cycles, the running one, and its cuts, in the order of `spans_of`.

        Of the days `after` the last with use as much is left out as is not heard: see `silence`.
        """
        one = [np.array([each]) for each in (self.starts[-4], cycle.start, cycle.as_of)]
        on = np.concatenate([self.starts[:-1], cut_days(*one)[0], one[2]]) - self.first
        weight, counted = self.weight, self.amount * self.counted
        days = np.empty((SUMS, *weight.shape))
        levels_of(counted, self.counted, weight, days[SHAPE])
        days[WEIGHT], days[USE], days[ALL] = weight * self.counted, counted, weight
        sums = np.zeros((*days.shape[:2], days.shape[2] + 1))
        np.cumsum(days, axis=2, out=sums[..., 1:])
        spans, on_days = SPANS, sums[..., on].swapaxes(1, 2)
        between = on_days[:ALL, spans.end] - on_days[:ALL, spans.begin]
        if paused.any():
            silent = sums[SILENT]
            np.cumsum(days[SILENT] * after, axis=2, out=silent[..., 1:])
            silent = silent[..., on].swapaxes(1, 2)
            unhear(between[:, None], paused, (silent[:, spans.end] - silent[:, spans.begin])[:, None])
        between = np.maximum(between, 0.0)
        whole = on_days[ALL, 1 : MOST_CYCLES + 1] - on_days[ALL, :MOST_CYCLES]
        family = advisor.book.family[[cycle.plan]]
        use, shapes = told(advisor.rates, family, between[:, None])
        return _Told(between[USE], use[0], between[WEIGHT] / USUAL_CYCLE, shapes[0], whole / USUAL_CYCLE)

    def ran_out(self, quota: np.ndarray, now: slice) -> np.ndarray:
        """The day [n_meters] of the running cycle, `now`, on which use passed the quota [n_meters]."""
        passed = self.amount[:, now].cumsum(axis=1) > quota[:, None] + BIT
        day = np.where(passed.any(axis=1), self.first + now.start + (~passed).sum(axis=1), NO_DAY)
        return day.astype(np.int32)

    def silence(self, use: StatedUse) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Whether use has paused, and for how many days [1, n_meters]; which days these are."""
        tells, used = telling(self.counted, self.counted & (self.amount > 0), self.common)
        days = np.arange(used.shape[1])
        last = np.where(used.any(axis=1), used.shape[1] - used[:, ::-1].argmax(axis=1), 0)[:, None]
        before = days < last
        ever = np.array(used.any(axis=1))
        ever[use.total_meter[use.total_amount > 0]] = True
        ever[-1] = ever.any()
        since = (tells & ~before).sum(axis=1)
        known, n_used = (tells & before).sum(axis=1), used.sum(axis=1)
        if ((since > 0) & (known > n_used)).any():
            sums = np.zeros((2, len(used), used.shape[1] + 1), dtype=np.int32)
            np.cumsum((tells, used), axis=2, out=sums[..., 1:])
            known = known - past_pauses(*sums).sum(axis=-1)
        recorded = Recorded(ever, known, n_used, since)
        paused = paused_of(Recorded(*(each[None] for each in recorded)))
        silent = np.where(ever, since, 0)[None, :-1].astype(np.int32)
        return paused, silent, self.counted & ~before[:-1]

    def finished(self, spans: _Told, use: StatedUse) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Use in finished cycles as it was and as it is told, and how much of each is known, oldest first.

        All [n_cycles, n_meters]. A total that was given wins over the days of its cycle.
        """
        raw, amount, share = (each[:MOST_CYCLES].copy() for each in spans[:3])
        recent = use.total_place <= MOST_CYCLES
        at = MOST_CYCLES - use.total_place[recent], use.total_meter[recent]
        raw[at], amount[at], share[at] = (
            use.total_amount[recent],
            use.total_amount[recent],
            use.total_share[recent] * spans.whole[at],
        )
        return raw, amount, share


def _anchor_of(start: int, end: int) -> int | None:
    """The day of the month on which a cycle begins and the next one does; None where these differ."""
    month = month_of(np.array([start])) + np.arange(2)
    # From the end of a short month the day is that of the end.
    for day in ((EPOCH + timedelta(days=day)).day for day in (start, end)):
        if cycle_start(month, np.array([day])).tolist() == [start, end]:
            return day
    return None


def _one(value: int | bool, kind: type[np.generic]) -> np.ndarray:
    return frozen(np.array([value], dtype=kind))
