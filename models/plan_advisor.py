"""The plan advisor: forecast, price, decide. Immutable, as fitted by `training.plans`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from models.advice import NO_DAY, TOP_UP, Advice
from models.arrays import Arrays
from models.plan_certainty import as_sure_as_came
from models.plan_decision import (
    NudgeLimits,
    Outlook,
    Prices,
    decide,
    end_told,
    following_told,
    pause_told,
    use_told,
)
from models.plan_pricing import Strata, expected_costs, p_cheaper
from models.plan_relations import PlanRelations, relations_of
from models.plans import UNLIMITED, PlanBook
from models.running import running_on
from models.subscriptions import DailyUsage, Subscriptions
from models.top_ups import best_top_ups, running_costs
from models.usage_cycles import UsageCycles
from models.usage_defaults import default_dynamics
from models.usage_dynamics import Dynamics
from models.usage_forecast import WAYS, Faults, Moments, forecast, moments
from models.usage_gamma import LEAST
from models.usage_history import UsageHistory
from models.usage_level import Level, follow
from models.usage_outcome import Forecast
from models.usage_profile import UsageProfile
from models.usage_rate import UsageRates

PARTS = ("book", "profile", "rates", "dynamics", "faults", "strata")  # what is kept
BLOCK = 1024  # subscribers priced, or cut into cycles, at a time: what a processor's cache is good for


@dataclass(frozen=True, slots=True, eq=False)
class PlanAdvisor:
    """Answers for one subscriber or for all of them at once."""

    book: PlanBook
    profile: UsageProfile
    rates: UsageRates
    dynamics: Dynamics
    faults: Faults
    strata: Strata
    relations: PlanRelations = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "relations", relations_of(self.book))

    def cycles(self, subscriptions: Subscriptions, usage: DailyUsage, as_of: int) -> UsageCycles:
        """Every subscriber whose subscription runs on `as_of`, with their usage cut into cycles.

        Usage on `as_of` or later is not looked at. Days count from 1970-01-01.
        """
        running = running_on(subscriptions, self.book, as_of)
        parts = []
        for rows in _blocks(len(running)):
            some = running if rows is None else running.take(rows)
            history = UsageHistory.of(some, usage, self.book, (self.profile, self.rates), as_of)
            parts.append(history.cycles(np.arange(len(some)), np.full(len(some), as_of, dtype=np.int64)))
        return UsageCycles.joined(parts)

    def advise(self, cycles: UsageCycles, limits: NudgeLimits | None = None) -> Advice:
        """The advice [n] for these subscribers, in their order."""
        limits = limits or NudgeLimits()
        blocks = [
            self._advise(cycles if rows is None else cycles.take(rows), limits)
            for rows in _blocks(len(cycles))
        ]
        return blocks[0] if len(blocks) == 1 else Advice.joined(blocks)

    def forecast(self, cycles: UsageCycles) -> tuple[Forecast, Level]:
        """The forecast, and the level before the running cycle it is made from."""
        own, level = self._level(cycles)
        terms = self.book.family[cycles.plan], self.book.quota[cycles.plan]
        return forecast(own, self.faults, level, cycles, terms), level

    def moments(self, cycles: UsageCycles) -> tuple[Moments, Level]:
        """What the forecast is made from before its faults are taken out, and the level."""
        own, level = self._level(cycles)
        return moments(own, level, cycles, self.book.quota[cycles.plan]), level

    def _level(self, cycles: UsageCycles) -> tuple[Dynamics, Level]:
        """Everybody's own dynamics, and the level after the finished cycles."""
        family, days = self.book.family[cycles.plan], (cycles.spread, cycles.spread_w)
        own = self.dynamics.of(family, cycles.plan, days)
        return own, follow(own, cycles.finished, cycles.finished_w)

    def prices(self, cycles: UsageCycles, coming: Forecast) -> Prices:
        """What the next cycle is expected to cost on every plan."""
        plan = cycles.plan.astype(np.int64)
        comparable = self.relations.comparable[plan]
        cost, throttling = expected_costs(self.book, coming.next, comparable)
        drawn = p_cheaper(self.book, self.strata, coming.next, plan, comparable)
        family, larger = self.book.family[plan], self.relations.larger[plan]
        p_saves = as_sure_as_came(drawn, self.faults.certainty[family], larger)
        return Prices(larger, cost, throttling, p_saves, self.faults.saving[family])

    def _advise(self, cycles: UsageCycles, limits: NudgeLimits) -> Advice:
        book, plan = self.book, cycles.plan.astype(np.int64)
        coming, level = self.forecast(cycles)
        metered = book.metered[plan]
        p_exceed = np.where(metered, coming.p_exceed(book.quota[plan]), 0.0)
        prices = self.prices(cycles, coming)
        top_ups = best_top_ups(book, self.strata, cycles, coming, p_exceed, limits.gate)
        realised = self.faults.saving[book.family[plan], WAYS.index("top_up")]
        top_ups = top_ups._replace(saving=top_ups.saving * realised)
        p10, p50, p90 = coming.quantiles(0.1, 0.5, 0.9)
        usual = np.exp(level.mean) * cycles.next_w
        matters = np.maximum(p50, usual) >= self.relations.matters[plan]
        jumped = (coming.jumped & metered & (level.cycles > 0) & matters).any(axis=1)
        paused = pause_told(cycles, metered, matters)
        seen = (level.cycles * metered).max(axis=1, initial=0)
        outlook = Outlook(p_exceed, coming.next.mean, jumped, paused, usual, seen, self.relations.more[plan])
        decided = decide(book, cycles, outlook, prices, top_ups, limits)
        rows, tops = np.arange(len(plan)), decided.decision == TOP_UP
        current = prices.cost[rows, plan]
        if tops.any():
            current[tops] = running_costs(book, cycles, coming, np.flatnonzero(tops))
        known = use_told(cycles)
        next_p10, next_p90 = coming.next_quantiles(0.1, 0.9)
        return Advice(
            decision=decided.decision,
            plan=cycles.plan,
            recommended_plan=decided.recommended,
            add_on=top_ups.add_on,
            packs=top_ups.packs,
            cost_next=prices.cost,
            cost_current=current,
            # What a plan costs is what a plan costs: the saving is corrected by experience, prices are not.
            cost_recommended=np.where(tops, current - decided.saving, prices.cost[rows, decided.recommended]),
            saving=decided.saving,
            p_saves=decided.p_saves,
            top_up_saving=top_ups.saving,
            confidence=decided.confidence,
            reasons=decided.reasons,
            metered=metered,
            used=cycles.used,
            quota=quota_of(book, plan),
            mean=cycles.used + coming.rest.mean,
            p10=p10,
            p50=p50,
            p90=p90,
            p_exceed=p_exceed,
            exhaustion_day=_exhaustion(cycles, p50, np.where(metered & known, book.quota[plan], UNLIMITED)),
            next_mean=coming.next.mean,
            next_p10=next_p10,
            next_p90=next_p90,
            locked_until=cycles.locked_until,
            ends_on=end_told(cycles),
            follows=following_told(cycles),
            known=known,
            silent=cycles.silent * paused,
        )

    def to_arrays(self) -> Arrays:
        return {
            f"{part}_{name}": array
            for part in PARTS
            for name, array in getattr(self, part).to_arrays().items()
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        def of(part: str) -> Arrays:
            return {n.removeprefix(f"{part}_"): a for n, a in arrays.items() if n.startswith(f"{part}_")}

        return cls(
            PlanBook.from_arrays(of("book")),
            UsageProfile.from_arrays(of("profile")),
            UsageRates.from_arrays(of("rates")),
            Dynamics.from_arrays(of("dynamics")),
            Faults.from_arrays(of("faults")),
            Strata.from_arrays(of("strata")),
        )


def quota_of(book: PlanBook, plan: np.ndarray) -> np.ndarray:
    """What plans [n] include [n, n_meters], inf where that is unlimited."""
    quota = book.quota[plan]
    return np.where(quota < UNLIMITED, quota, np.inf)


def untrained(book: PlanBook) -> PlanAdvisor:
    """The advisor of plans of which no use is known: a flat profile, and what `usage_defaults` assumes."""
    n_families, n_meters = len(book.families), len(book.meters)
    return PlanAdvisor(
        book,
        UsageProfile.flat(n_families, n_meters),
        UsageRates.plain(n_families, n_meters),
        default_dynamics(book),
        Faults.none(n_families, n_meters),
        Strata.of(n_meters),
    )


def _blocks(n: int) -> Iterator[np.ndarray | None]:
    """The positions of BLOCK rows at a time; None where all `n` fit into one."""
    if n <= BLOCK:
        yield None
    else:
        for begin in range(0, n, BLOCK):
            yield np.arange(begin, min(begin + BLOCK, n))


def _exhaustion(cycles: UsageCycles, p50: np.ndarray, quota: np.ndarray) -> np.ndarray:
    """The day [n, n_meters] on which use passed the quota, or its median will; NO_DAY where it does not."""
    coming = np.maximum(p50 - cycles.used, LEAST)
    # Of an unlimited quota, no more than is coming.
    left = np.minimum(np.maximum(quota - cycles.used, 0.0), coming)
    days = left / coming * (cycles.end - cycles.as_of)[:, None]
    day = cycles.as_of[:, None] + np.minimum(days, (cycles.end - cycles.as_of - 1)[:, None]).astype(np.int64)
    coming_day = np.where(p50 > quota, day, NO_DAY)
    return np.where(cycles.ran_out != NO_DAY, cycles.ran_out, coming_day).astype(np.int32)
