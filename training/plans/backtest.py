"""Walking finished cycles: what would have been said with only the past, and what came.

Every walked month the advisor is fitted on what lies before it, then asked at days 5, 10, 15 and 20 of
each subscriber's cycle that begins in that month, about that cycle and the next.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from models.advice import DOWNGRADE, TOP_UP, UPGRADE, Advice
from models.billing_days import cycle_start, first_day, month_of
from models.plan_advisor import PlanAdvisor
from models.plan_decision import NudgeLimits
from models.plans import UNLIMITED, PlanBook
from models.running import Running, running_on
from models.subscriptions import OPEN_END, DailyUsage, Subscriptions
from models.top_ups import realised_savings
from models.usage_cycles import UsageCycles
from models.usage_history import UsageHistory
from models.usage_rate import UsageRates
from training.plans.fit import fit_plan_advisor

DAYS = (5, 10, 15, 20)
LEAST_SEEN = 0.9  # of a cycle's expected use has to be recorded, for the cycle to be judged
LEAST_MONTHS = 3  # of usage before the first walked month
MOST_MONTHS = 6  # walked, the last ones
BLOCK = 4000
AHEAD = 3  # cycles of which it is known, when asked, what came
Fit = Callable[[PlanBook, Subscriptions, DailyUsage, int], PlanAdvisor]
POLICIES = ("advisor", "stay", "last_cycle", "own_mean", "run_rate", "rule_80")


@dataclass(frozen=True, slots=True, eq=False)
class Walked:
    """One row a subscriber, walked cycle and day of asking. Money in minor units; NaN where not judged.

    customer, day, month         int [n]
    meter arrays [n, n_meters]:  actual, p50, p10, p90, p_exceed, exceeded, run_rate, own_mean, quota;
                                 `judged` bool
    plan         int [n] the current one
    decision, saving, p_saves    [n] as advised
    next_use     [n, n_meters] of the next cycle
    cost         [n, n_policies] of the next cycle, had the policy been followed
    least        [n] of the next cycle on the best plan in hindsight that the contract allows
    realised     [n] what following a change of plan saved in the next cycle, or a top-up in this one
    priced       bool [n] is the next cycle known?
    topped       bool [n] was a top-up advised, and is this cycle known?
    """

    customer: np.ndarray
    day: np.ndarray
    month: np.ndarray
    judged: np.ndarray
    actual: np.ndarray
    p10: np.ndarray
    p50: np.ndarray
    p90: np.ndarray
    p_exceed: np.ndarray
    exceeded: np.ndarray
    quota: np.ndarray
    run_rate: np.ndarray
    own_mean: np.ndarray
    plan: np.ndarray
    decision: np.ndarray
    saving: np.ndarray
    p_saves: np.ndarray
    priced: np.ndarray
    next_use: np.ndarray
    cost: np.ndarray
    least: np.ndarray
    realised: np.ndarray
    topped: np.ndarray

    @classmethod
    def joined(cls, parts: list[Walked]) -> Walked:
        """The rows of several walks."""
        return cls(
            **{name: np.concatenate([getattr(part, name) for part in parts]) for name in cls.__slots__}
        )

    def at(self, day: int) -> Walked:
        """The rows asked on a day of the cycle."""
        return self.take(self.day == day)

    def take(self, kept: np.ndarray) -> Walked:
        """The rows that are kept, bool [n]."""
        return Walked(**{name: getattr(self, name)[kept] for name in self.__slots__})


def walk(
    book: PlanBook,
    subscriptions: Subscriptions,
    usage: DailyUsage,
    limits: NudgeLimits,
    progress: Callable[[str], None],
    fit: Fit = fit_plan_advisor,
) -> Walked:
    """All rows of the walk, of the advisor that `fit` learns from what lies before each month.

    Raises ValueError where there is too little usage, or nobody, to walk a cycle.
    """
    if len(usage) == 0:
        raise ValueError("there is no usage")
    first, until = int(usage.day.min()), int(usage.day.max()) + 1
    begin, end = int(month_of(np.array(first))), int(month_of(np.array(until)))
    months = [month for month in range(begin + LEAST_MONTHS, end) if first_day(np.array(month + 1)) <= until]
    months = months[-MOST_MONTHS:]
    if not months:
        raise ValueError(f"{until - first} days of usage: {LEAST_MONTHS + 1} whole months are needed")
    parts = []
    for month in months:
        start = int(first_day(np.array(month)))
        progress(f"walking {np.datetime64(month, 'M')}")
        advisor = fit(book, subscriptions, usage.until(start), start)
        parts.extend(_walk_month(advisor, subscriptions, usage, limits, (month, until)))
    if not parts:
        first, last = np.array(months)[[0, -1]].astype("datetime64[M]")
        raise ValueError(f"nobody had a subscription in the months walked, {first} to {last}")
    return Walked.joined(parts)


def _walk_month(
    advisor: PlanAdvisor,
    subscriptions: Subscriptions,
    usage: DailyUsage,
    limits: NudgeLimits,
    window: tuple[int, int],
) -> list[Walked]:
    month, until = window
    parts = []
    for day in DAYS:
        # Who ran on that day of their cycle; the plan is the one of that day.
        late = int(first_day(np.array(month))) + 31 + day
        for running in _running_at(subscriptions, advisor.book, month, day):
            for begin in range(0, len(running), BLOCK):
                some = running.take(np.arange(begin, min(begin + BLOCK, len(running))))
                last = min(until, late + 62)
                asked = cycle_start(np.full(len(some), month), some.anchor) + day
                learned = advisor.profile, advisor.rates
                history = UsageHistory.of(some, usage, advisor.book, learned, last, asked, back=AHEAD)
                parts.append(_ask(advisor, history, limits, (month, day, until)))
    return parts


def _running_at(subscriptions: Subscriptions, book: PlanBook, month: int, day: int) -> list[Running]:
    """Subscriptions by anchor, as they run on the day of their cycle that begins in the month."""
    found = []
    for anchor in np.unique(subscriptions.anchor).tolist():
        as_of = int(cycle_start(np.array(month), np.array(anchor))) + day
        running = running_on(subscriptions, book, as_of)
        found.append(running.take(np.flatnonzero(running.anchor == anchor)))
    return [_together(found)] if found else []


def _together(parts: list[Running]) -> Running:
    return Running(*(np.concatenate([getattr(p, name) for p in parts]) for name in Running.__slots__))


def _ask(
    advisor: PlanAdvisor, history: UsageHistory, limits: NudgeLimits, when: tuple[int, int, int]
) -> Walked:
    """What is advised on that day of the cycle, and what came."""
    month, day, until = when
    rows, anchor, book = np.arange(len(history.running)), history.running.anchor, advisor.book
    begin, end, after = (cycle_start(np.full(len(rows), month + step), anchor) for step in (0, 1, 2))
    cycles = history.cycles(rows, begin + day)
    # Files do not say when it was known that a subscription would end: on that day it was not.
    cycles = replace(cycles, ended=np.full(len(rows), OPEN_END, dtype=np.int32))
    advice = advisor.advise(cycles, limits)
    total, seen = history.totals(rows, begin, end)
    next_, seen_next = history.totals(rows, end, after)
    whole = (end <= until) & (cycles.start == begin) & (cycles.end == end) & (history.beginning < begin + day)
    judged = advice.metered & whole[:, None] & (seen >= LEAST_SEEN) & (cycles.days > 0)[:, None]
    actual = total / np.maximum(seen, LEAST_SEEN)
    priced = whole & (after <= until) & ((seen_next >= LEAST_SEEN) | ~advice.metered).all(axis=1)
    # What a contract forbids nobody can do: no policy moves, and none regrets it.
    own = np.arange(len(book.plans)) == cycles.plan[:, None]
    comparable = advisor.relations.comparable[cycles.plan] & (own | ~cycles.locked[:, None])
    came = next_ / np.maximum(seen_next, LEAST_SEEN)
    costs = np.where(comparable, book.costs(came), np.inf)
    elapsed = day / (end - begin)
    run_rate = cycles.used / elapsed[:, None]
    plain = replace(history, rates=UsageRates.plain(len(book.families), len(book.meters)))
    known = plain.cycles(rows, begin + day)
    chosen = _chosen(advice, known, book, comparable, run_rate)
    taken = np.take_along_axis(costs, chosen, axis=1)
    moved = np.isin(advice.decision, (UPGRADE, DOWNGRADE))
    saved = realised_savings(book, cycles, advice.add_on, advice.packs, actual)
    return Walked(
        customer=cycles.customer,
        day=np.full(len(rows), day),
        month=np.full(len(rows), month),
        judged=judged,
        actual=actual,
        p10=advice.p10,
        p50=advice.p50,
        p90=advice.p90,
        p_exceed=advice.p_exceed,
        exceeded=actual > advice.quota,
        quota=advice.quota,
        run_rate=run_rate,
        own_mean=_own_mean(known, run_rate),
        plan=cycles.plan.astype(np.int64),
        decision=advice.decision,
        saving=advice.saving,
        p_saves=advice.p_saves,
        priced=priced,
        next_use=came,
        cost=taken,
        least=costs.min(axis=1),
        realised=np.where(moved, taken[:, 1] - taken[:, 0], saved),
        topped=(advice.decision == TOP_UP) & (judged | ~advice.metered).all(axis=1),
    )


def _own_mean(cycles: UsageCycles, otherwise: np.ndarray) -> np.ndarray:
    """The mean rate of the finished cycles [n, n_meters]; `otherwise` where there is none."""
    share = cycles.finished_w.sum(axis=1)
    return np.where(share > 0, cycles.finished.sum(axis=1) / np.where(share > 0, share, 1.0), otherwise)


def _chosen(
    advice: Advice, cycles: UsageCycles, book: PlanBook, comparable: np.ndarray, run_rate: np.ndarray
) -> np.ndarray:
    """The plan each of POLICIES would be on in the next cycle, [n, n_policies]."""
    plan = cycles.plan.astype(np.int64)
    moved = np.isin(advice.decision, (UPGRADE, DOWNGRADE))
    last_w = cycles.finished_w[:, -1]
    last = np.where(last_w > 0, cycles.finished[:, -1] / np.where(last_w > 0, last_w, 1.0), run_rate)

    def cheapest(use: np.ndarray) -> np.ndarray:
        best: np.ndarray = np.where(comparable, book.costs(use), np.inf).argmin(axis=1)
        return best

    columns = (
        np.where(moved, advice.recommended_plan, plan),
        plan,
        cheapest(last),
        cheapest(_own_mean(cycles, run_rate)),
        cheapest(run_rate),
        _rule_80(book, plan, comparable, run_rate),
    )
    return np.stack(columns, axis=1).astype(np.int64)


def _rule_80(book: PlanBook, plan: np.ndarray, comparable: np.ndarray, run_rate: np.ndarray) -> np.ndarray:
    """The next dearer plan where use projected at the rate so far is above 80 % of any quota."""
    limited = book.quota[plan] < UNLIMITED
    above = (limited & book.metered[plan] & (run_rate > 0.8 * book.quota[plan])).any(axis=1)
    dearer = np.where(comparable & (book.fee > book.fee[plan][:, None]), book.fee.astype(float), np.inf)
    chosen: np.ndarray = np.where(above & np.isfinite(dearer).any(axis=1), dearer.argmin(axis=1), plan)
    return chosen
