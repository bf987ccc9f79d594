"""Seconds to advise 100,000 subscribers, and milliseconds for one. `python -m benchmarks.plan_nudges`."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from time import perf_counter

import numpy as np

from models.advice import NO_DAY
from models.arrays import frozen
from models.plan_advisor import PlanAdvisor, untrained
from models.plan_decision import NudgeLimits
from models.plans import AddOn, MeterTerms, Plan, PlanBook
from models.running import NO_PLAN
from models.subscriptions import NOT_LOCKED, OPEN_END, DailyUsage, Subscriptions
from models.usage_cycles import N_CUTS, UsageCycles
from models.usage_dates import MOST_CYCLES

LIMIT_SECONDS, LIMIT_MILLISECONDS = 10.0, 5.0
CYCLES = MOST_CYCLES
TODAY = 20_600  # 2026-05-27
METERS = (("data_mb", 12_000.0, 300.0, 1024.0), ("minutes", 400.0, 4.0, 1.0), ("texts", 150.0, 6.0, 1.0))
# W before and after each cut, of a cycle of 30 days and of one of 31 on its day 10.
CUT_W = np.array([[10 / 30, 20 / 30], [20 / 30, 10 / 30], [0, 10 / 31], [5 / 31, 5 / 31]])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscribers", type=int, default=100_000)
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--pace", type=float, default=0.03, help="how far growth differs; 0 is less work")
    options = parser.parse_args()
    advisor = untrained(five_plans())
    pace = frozen(np.full_like(advisor.dynamics.pace, options.pace))
    advisor = replace(advisor, dynamics=replace(advisor.dynamics, pace=pace))
    cycles = random_cycles(options.subscribers)
    begin = perf_counter()
    advice = advisor.advise(cycles, NudgeLimits())
    seconds = perf_counter() - begin
    singles = [
        _milliseconds(lambda row=row: advisor.advise(cycles.take(np.array([row])))) for row in _some(options)
    ]
    raw = [_milliseconds(lambda case=case: _from_days(advisor, *case)) for case in _requests(options.calls)]
    print(f"\n{options.subscribers:,} subscribers, 3 meters, 5 plans, {CYCLES} finished cycles, p_saves too")
    print(f"decisions: {np.bincount(advice.decision, minlength=6).tolist()}\n")
    print("| what | p50 | p99 | limit |")
    print("| --- | ---: | ---: | ---: |")
    print(f"| everybody, seconds | {seconds:.1f} | | {LIMIT_SECONDS:.0f} |")
    for name, times in (("one, from its cycles, ms", singles), ("one, from a year of days, ms", raw)):
        low, high = np.percentile(times, (50, 99))
        print(f"| {name} | {low:.2f} | {high:.2f} | {LIMIT_MILLISECONDS:.0f} |")
    print("\npython -m benchmarks.plan_nudges", *sys.argv[1:])
    if seconds > LIMIT_SECONDS or max(np.percentile(t, 99) for t in (singles, raw)) > LIMIT_MILLISECONDS:
        sys.exit("slower than the limit")


def five_plans() -> PlanBook:
    """Five plans of three meters, one throttled, one unlimited, and two packs."""
    plans = []
    for number, (size, fee) in enumerate(((0.35, 1000), (0.8, 1700), (1.5, 2600), (3.0, 3900), (None, 6500))):
        terms = tuple(
            MeterTerms(meter, None if size is None else round(typical * size), throttle_penalty=2500.0)
            if number == 3 and meter == "data_mb"
            else MeterTerms(meter, None if size is None else round(typical * size), price, unit)
            for meter, typical, price, unit in METERS
        )
        plans.append(Plan(f"plan-{number}", "mobile", f"Plan {number}", fee, terms))
    packs = [
        AddOn("pack-data", "mobile", "5 GB", 900, "data_mb", 5120.0),
        AddOn("pack-minutes", "mobile", "100 minutes", 250, "minutes", 100.0),
    ]
    return PlanBook.of(plans, packs)


def random_cycles(n: int) -> UsageCycles:
    """Subscribers on day 10 of a cycle of 31, all meters known."""
    rng = np.random.default_rng(1)
    level = np.array([typical for _, typical, _, _ in METERS]) * rng.lognormal(0, 0.7, (n, 3))
    share = np.full((n, 3), 10 / 31)
    used = level * share * rng.gamma(6, 1 / 6, (n, 3))
    before, after = (
        level[:, None] * CUT_W[:, part, None] * rng.gamma(6, 1 / 6, (n, N_CUTS, 3)) for part in (0, 1)
    )

    def same(value: int, kind: type) -> np.ndarray:
        return frozen(np.full(n, value, dtype=kind))

    return UsageCycles(
        customer=frozen(np.arange(n, dtype=np.int32)),
        plan=frozen(rng.integers(0, 5, n).astype(np.int16)),
        as_of=same(TODAY, np.int32),
        start=same(TODAY - 10, np.int32),
        end=same(TODAY + 21, np.int32),
        ended=same(OPEN_END, np.int32),
        follows=same(NO_PLAN, np.int16),
        locked_until=same(NOT_LOCKED, np.int32),
        finished=frozen(level[:, None] * rng.lognormal(0, 0.25, (n, CYCLES, 3))),
        finished_w=frozen(np.ones((n, CYCLES, 3))),
        apart=frozen(np.zeros((n, 3))),
        spread=frozen(rng.gamma(30, 1 / 20, (n, 3))),
        spread_w=frozen(np.full((n, 3), CYCLES + 1.0)),
        used=frozen(used),
        exposed=frozen(used),
        exposed_w=frozen(share),
        paused=frozen(np.zeros((n, 3))),
        silent=frozen(np.zeros((n, 3), dtype=np.int32)),
        parts=frozen(np.stack([before, after], axis=-1)),
        parts_w=frozen(np.broadcast_to(CUT_W[:, None], (n, N_CUTS, 3, 2))),
        ran_out=frozen(np.full((n, 3), NO_DAY, dtype=np.int32)),
        open_w=frozen(1 - share),
        next_w=frozen(np.ones((n, 3))),
        days=same(10, np.int32),
        missing=same(0, np.int32),
    )


def _some(options: argparse.Namespace) -> list[int]:
    rng = np.random.default_rng(2)
    return [int(row) for row in rng.integers(0, options.subscribers, options.calls)]


def _requests(calls: int) -> list[tuple[Subscriptions, DailyUsage]]:
    """One customer's subscription and a year of their days, for each call."""
    rng, days = np.random.default_rng(3), 365
    cases = []
    for _ in range(calls):
        subscriptions = Subscriptions.of(
            customer=np.zeros(1),
            plan=rng.integers(0, 5, 1),
            started=np.array([TODAY - days]),
            ended=np.array([OPEN_END]),
            locked_until=np.array([NOT_LOCKED]),
            anchor=rng.integers(1, 29, 1),
        )
        amount = np.array([[typical / 30] for _, typical, _, _ in METERS]) * rng.gamma(1.5, 0.7, (3, days))
        usage = DailyUsage.of(
            customer=np.zeros(3 * days),
            meter=np.repeat(np.arange(3), days),
            day=np.tile(np.arange(TODAY - days, TODAY), 3),
            amount=amount.ravel(),
        )
        cases.append((subscriptions, usage))
    return cases


def _from_days(advisor: PlanAdvisor, subscriptions: Subscriptions, usage: DailyUsage) -> None:
    advisor.advise(advisor.cycles(subscriptions, usage, TODAY))


def _milliseconds(call: object) -> float:
    begin = perf_counter()
    call()  # type: ignore[operator]
    return (perf_counter() - begin) * 1000


if __name__ == "__main__":
    main()
