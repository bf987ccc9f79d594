"""Usage by day, ready to be cut into cycles as they were known on any day."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.advice import NO_DAY
from models.arrays import frozen
from models.plans import PlanBook
from models.running import Running
from models.subscriptions import DailyUsage
from models.usage_cycles import BIT, SUMMED, USUAL_CYCLE, UsageCycles
from models.usage_dates import AFTER, ASKED, END, MOST_CYCLES, SINCE, START, CycleDates
from models.usage_days import filled, own_weights, running_sums
from models.usage_profile import UsageProfile
from models.usage_rate import UsageRates, levels_of, shapes_of, spread_of
from models.usage_rhythm import Calendar, daily
from models.usage_silence import SILENT, heard, silences, telling, unhear
from models.usage_spans import (
    DAYS,
    LEAST,
    LEVEL,
    SHAPE,
    USE,
    WEIGHT,
    apart_of,
    halves,
    spans_of,
    told,
)

LONGEST_CYCLE = 31
SPANS = spans_of(MOST_CYCLES)
# Of running sums: use on all days, after those of `usage_spans`; and how many there are.
RECORDED, SUMS = 6, 7


@dataclass(frozen=True, slots=True, eq=False)
class UsageHistory:
    """The daily use of some subscribers as running sums, from which cycles are differences.

    Column d of a running sum holds what lies before day `first + d`. A day counts from the day after the
    first use on: the day of the first use is there because there was use, and would tell too much.

    running     [n] the subscribers
    first       the first day of the sums
    beginning   int64 [n] the first day that counts; the first day of all where nothing was ever used
    sums        float64 [7, n, n_meters, n_days + 1] of days that count: the four of `usage_rate.levels_of`,
                weight, use; last, use on all days
    rates       by which the rate of a span of days is told
    weight      float64 [n_kinds, n_meters, n_days + 1] weight of all days, by anchor and family; by
                subscriber where these have an own rhythm
    kind        int64 [n] row of `weight`
    rhythm      float64 [n, n_meters, CLASSES] of `usage_rhythm`; None where all have the same
    quota       float64 [n, n_meters] of the plan
    use_days    int32 [n, n_days + 1] days with a record of any meter, from the first use on
    used_days   int32 [n, n_meters + 1, n_days + 1] days on which something was used; last, of any meter
    known_days  int32 [n, n_meters + 1, n_days + 1] days that tell of pauses, see `usage_silence.telling`
    """

    running: Running
    first: int
    beginning: np.ndarray
    sums: np.ndarray
    rates: UsageRates
    weight: np.ndarray
    kind: np.ndarray
    rhythm: np.ndarray | None
    quota: np.ndarray
    use_days: np.ndarray
    used_days: np.ndarray
    known_days: np.ndarray

    @classmethod
    def of(
        cls,
        running: Running,
        usage: DailyUsage,
        book: PlanBook,
        learned: tuple[UsageProfile, UsageRates],
        until: int,
        asked: np.ndarray | None = None,
        *,
        back: int = 0,
    ) -> UsageHistory:
        """The history of these subscribers before the day `until`. Usage after it is not looked at.

        `asked` int64 [n]: days before `until` on which their own rhythm is what was known of it by then.
        Whoever looks back so many cycles, `back`, sees as many finished ones from there as from `until`.
        """
        profile, rates = learned
        first = until - (MOST_CYCLES + 1 + back) * LONGEST_CYCLE
        n_days = until - first + 2 * LONGEST_CYCLE
        days = np.zeros((SUMS, len(running), len(book.meters), n_days))
        use, amount = days[USE], days[RECORDED]
        seen, before = filled(amount, running, usage, book, (first, until))
        used: np.ndarray = amount.max(axis=1, initial=0.0) > 0
        active = used.any(axis=1)
        began = np.where(active & ~before, used.argmax(axis=1), -1)
        after = np.arange(n_days) - began[:, None]
        counts = seen & (after > 0)[:, None]
        np.multiply(amount, counts, out=use)
        asked = np.full(len(running), until) if asked is None else asked
        weight, kind, rhythm = own_weights(running, profile, (use, counts), first, asked)
        own = weight[kind]
        np.multiply(own, counts, out=days[WEIGHT])
        levels_of(use, counts, own, days[SHAPE])
        use_days = seen.any(axis=1) & (after >= 0)
        common = None if profile.alike else profile.common_of_all(first + np.arange(n_days))[running.family]
        known_days, used_days = telling(counts, use > 0, common)
        # Without any use, exposure starts with the subscription.
        beginning = np.where(active | before, began + 1 + first, np.maximum(running.started, first))
        return cls(
            running,
            first,
            beginning,
            running_sums(days),
            rates,
            running_sums(weight),
            kind,
            rhythm,
            book.quota[running.plan],
            running_sums(use_days, np.int32),
            running_sums(used_days, np.int32),
            running_sums(known_days, np.int32),
        )

    @property
    def recorded(self) -> np.ndarray:
        """Use on all days: running sums [n, n_meters, n_days + 1]."""
        recorded: np.ndarray = self.sums[RECORDED]
        return recorded

    @property
    def counted(self) -> np.ndarray:
        """Use on days that count: running sums [n, n_meters, n_days + 1]."""
        counted: np.ndarray = self.sums[USE]
        return counted

    @property
    def counted_w(self) -> np.ndarray:
        """Weight of the recorded days that count: running sums [n, n_meters, n_days + 1]."""
        counted_w: np.ndarray = self.sums[WEIGHT]
        return counted_w

    def cycles(self, rows: np.ndarray, as_of: np.ndarray) -> UsageCycles:
        """The cycles of the subscribers `rows` [n] as known on the days `as_of` [n]."""
        who, at = self.running.take(rows), rows[:, None]
        dates = CycleDates.of(who, as_of, self.beginning[rows])
        # Every sum is looked up once on all of these days.
        day = np.minimum(np.maximum(dates.all_ - self.first, 0), self.sums.shape[-1] - 1)
        # By position: of days, then of sums, as `shapes_of` takes them.
        sums = self.sums[:, at, :, day].transpose(2, 0, 1, 3)
        recorded = sums[RECORDED]
        known_w = sums[WEIGHT, :, ASKED] - sums[WEIGHT, :, SINCE]
        sums = sums[:RECORDED, :, SPANS.end] - sums[:RECORDED, :, SPANS.begin]
        paused, silent = self._unheard(sums, rows, day)
        sums = np.maximum(sums, 0.0)
        use, shapes = told(self.rates, who.family, sums)
        share = sums[WEIGHT] / USUAL_CYCLE
        spread, spread_w = spread_of(shapes[:, : MOST_CYCLES + 1], share[:, : MOST_CYCLES + 1])
        used = np.maximum(np.round(recorded[:, ASKED] - recorded[:, START], SUMMED), 0.0)
        weight, use_days = self.weight[self.kind[rows][:, None], :, day], self.use_days[at, day]
        open_w = np.maximum(weight[:, END] - weight[:, SINCE] - known_w, 0.0)
        missing = as_of - dates.since - (use_days[:, ASKED] - use_days[:, SINCE])
        return UsageCycles(
            customer=frozen(who.customer),
            plan=frozen(who.plan),
            as_of=frozen(as_of.astype(np.int32)),
            start=frozen(dates.start.astype(np.int32)),
            end=frozen(dates.end.astype(np.int32)),
            ended=frozen(who.ended.astype(np.int32)),
            follows=frozen(who.follows),
            locked_until=frozen(who.locked_until.astype(np.int32)),
            finished=frozen(use[:, :MOST_CYCLES]),
            finished_w=frozen(share[:, :MOST_CYCLES]),
            apart=frozen(apart_of(sums[USE, :, :MOST_CYCLES], use[:, :MOST_CYCLES])),
            spread=frozen(spread),
            spread_w=frozen(spread_w),
            used=frozen(used),
            ran_out=frozen(self._ran_out(rows, used, recorded[:, START])),
            exposed=frozen(use[:, MOST_CYCLES]),
            exposed_w=frozen(share[:, MOST_CYCLES]),
            paused=frozen(paused),
            silent=frozen(silent),
            parts=frozen(halves(use, MOST_CYCLES)),
            parts_w=frozen(heard(halves(share, MOST_CYCLES), paused)),
            open_w=frozen(open_w / USUAL_CYCLE),
            next_w=frozen((weight[:, AFTER] - weight[:, MOST_CYCLES + 1]) / USUAL_CYCLE),
            days=frozen(np.maximum(use_days[:, ASKED] - use_days[:, MOST_CYCLES], 0).astype(np.int32)),
            missing=frozen(np.maximum(missing, 0).astype(np.int32)),
        )

    def known_on(self, profile: UsageProfile, as_of: np.ndarray) -> UsageHistory:
        """The same, but for the weights of days to come, as they were expected on the days `as_of` [n].

        `profile` is what it was made with; `as_of` are alike for all whose cycles begin on the same day.
        """
        if profile.alike:
            return self
        n_days = self.weight.shape[2] - 1
        weights = np.empty((*self.weight.shape[:2], n_days))
        alike = self.running.family * 32 + self.running.anchor
        for each in np.unique(alike).tolist():
            rows = np.flatnonzero(alike == each)
            known, (family, anchor) = profile.known_on(int(as_of[rows[0]])), divmod(each, 32)
            weights[self.kind[rows]] = known.weights(family, anchor, self.first, self.first + n_days)
        if self.rhythm is not None:
            weights *= daily(self.rhythm, Calendar.of(self.first + np.arange(n_days)))
        return replace(self, weight=running_sums(weights))

    def _ran_out(self, rows: np.ndarray, used: np.ndarray, before: np.ndarray) -> np.ndarray:
        """The day [n, n_meters] on which use passed the quota, counted from what was recorded `before`."""
        quota = self.quota[rows]
        day = np.full(used.shape, NO_DAY, dtype=np.int32)
        at, meter = np.nonzero(used > quota)
        if len(at):
            allowed = (before + quota)[at, meter]
            passed = self.sums[RECORDED, rows[at], meter] > allowed[:, None] + BIT
            day[at, meter] = self.first + passed.argmax(axis=1) - 1
        return day

    def _unheard(self, sums: np.ndarray, rows: np.ndarray, day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Take pauses out of the sums [n_sums, n, n_spans, n_meters] of spans, in place.

        Whether use has paused and for how many days, [n, n_meters]; `day` [n, n_dates] positions.
        """
        paused, silent, last = silences(self.known_days[rows], self.used_days[rows], day[:, 0], day[:, ASKED])
        some = np.flatnonzero(paused.any(axis=1))
        if len(some):
            heard_ = sums[:, some]
            unhear(heard_, paused[some], self._silent_sums(rows[some], day[some], last[some]))
            sums[:, some] = heard_
        return paused, silent

    def _silent_sums(self, rows: np.ndarray, day: np.ndarray, last: np.ndarray) -> np.ndarray:
        """The sums of SILENT [2, n, n_spans, n_meters] over the days of each span after the `last` with use.

        `day` [n, n_dates] positions, `last` [n, n_meters].
        """
        after = np.maximum(day[:, :, None], last[:, None])
        at, meters = rows[:, None, None], np.arange(last.shape[1])
        sums = np.stack([each[at, meters, after] for each in self.sums[SILENT]])
        silent: np.ndarray = sums[:, :, SPANS.end] - sums[:, :, SPANS.begin]
        return silent

    def totals(self, rows: np.ndarray, begin: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Recorded use [n, n_meters] on the days begin .. end - 1 [n], and its share of their weight."""
        known = self._one(self.counted_w, rows, begin, end)
        whole = self._one(self.weight, self.kind[rows], begin, end)
        return self._one(self.sums[RECORDED], rows, begin, end), known / np.maximum(whole, LEAST)

    def shares(self, rows: np.ndarray, cycle: np.ndarray, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Use on days that count between `edges` [n, n_spans + 1], and its W; both [n, n_spans, n_meters].

        The last edge is the end of the cycle that begins on the days `cycle` [n].
        """
        whole = self._one(self.weight, self.kind[rows], cycle, edges[:, -1])
        use = self._between(self.counted, rows, edges[:, :-1], edges[:, 1:])
        known = self._between(self.counted_w, rows, edges[:, :-1], edges[:, 1:])
        return use, known / np.maximum(whole, LEAST)[:, None]

    def levels(self, rows: np.ndarray, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean of use over weight [n, n_spans, n_meters] of days that count between `edges`.

        And their `usage_rate.shapes_of`, [n, n_spans, n_meters, TERMS].
        """
        begin, end = edges[:, :-1], edges[:, 1:]
        sums = np.stack([self._between(each, rows, begin, end) for each in self.sums[SHAPE]])
        return sums[LEVEL] / np.maximum(sums[DAYS], LEAST), shapes_of(sums)

    def _one(self, sums: np.ndarray, rows: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
        return self._between(sums, rows, begin[:, None], end[:, None])[:, 0]

    def _between(self, sums: np.ndarray, rows: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Differences [n, n_spans, n_meters] of running sums between days [n, n_spans]."""
        last = sums.shape[-1] - 1
        at = rows[:, None]
        low = np.minimum(np.maximum(begin - self.first, 0), last)
        high = np.minimum(np.maximum(end - self.first, 0), last)
        difference: np.ndarray = np.maximum(sums[at, :, high] - sums[at, :, low], 0)
        return difference
