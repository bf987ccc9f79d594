"""Fitting the plan advisor: profile, dynamics, then what is left of faults."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from models.arrays import frozen
from models.billing_days import cycle_of, cycle_start
from models.plan_advisor import PlanAdvisor, untrained
from models.plan_pricing import Strata
from models.plans import PlanBook
from models.running import running_on
from models.subscriptions import DailyUsage, Subscriptions
from models.usage_defaults import PRIOR
from models.usage_forecast import Faults
from models.usage_history import UsageHistory
from models.usage_profile import UsageProfile
from models.usage_rate import UsageRates
from training.plans.common_days import fit_common_days
from training.plans.dynamics import fit_dynamics
from training.plans.faults import CYCLES as LOOKED_BACK
from training.plans.faults import fit_faults, fit_whole
from training.plans.pauses import fit_lasting
from training.plans.profile import fit_profile
from training.plans.rates import fit_rates, parts_of
from training.plans.rhythms import fit_rhythms
from training.plans.savings import CYCLES as SAVED
from training.plans.savings import fit_savings
from training.plans.spreads import fit_spreads

LEARNED_FROM = 4000  # subscribers, drawn at random: their days fit into memory and say enough
CYCLES_OF_DAYS = 4  # finished cycles in which the chance of single days is measured
SPLITS = (8, 15)  # days of a cycle before and after which use is compared
LEAST_SEEN = 0.2
MOST_QUANTILE = 0.995
DAY_SHRINK = 50.0  # comparisons of what is usual mixed in


def fit_plan_advisor(
    book: PlanBook,
    subscriptions: Subscriptions,
    usage: DailyUsage,
    as_of: int,
    progress: Callable[[str], None] = lambda _: None,
    *,
    seed: int = 1,
) -> PlanAdvisor:
    """The advisor learned from everything used before the day `as_of`.

    What too little is known of stays as `models.usage_defaults` has it. Raises FloatingPointError as
    `checked` does.
    """
    n_families, n_meters = len(book.families), len(book.meters)
    running = running_on(subscriptions, book, as_of - 1)
    rng = np.random.default_rng(seed)
    running = running.take(np.sort(rng.permutation(len(running))[:LEARNED_FROM]))
    flat = UsageProfile.flat(n_families, n_meters)
    faults, strata = Faults.none(n_families, n_meters), Strata.of(n_meters)
    if len(running) == 0:
        return untrained(book)
    progress("learning when use happens")
    plain = UsageRates.plain(n_families, n_meters)
    profile = fit_profile(UsageHistory.of(running, usage, book, (flat, plain), as_of), n_families, as_of)
    history = UsageHistory.of(running, usage, book, (profile, plain), as_of)
    profile = fit_common_days(history, profile, as_of)
    if not profile.alike:
        history = UsageHistory.of(running, usage, book, (profile, plain), as_of)
    profile = fit_rhythms(history, profile, as_of)
    if not profile.one_rhythm:
        history = UsageHistory.of(running, usage, book, (profile, plain), as_of)
    parts = parts_of(history, as_of)
    rates, seen = fit_rates(parts, n_families)
    history = replace(history, rates=rates)
    cycles = history.cycles(np.arange(len(running)), np.full(len(running), as_of, dtype=np.int64))
    progress("learning how use develops")
    day = measured_days(history, n_families, as_of)
    within = fit_spreads(parts, rates, cycles, {"day": day, "seen": seen})
    dynamics = fit_dynamics(cycles, book, within, seed)
    advisor = PlanAdvisor(book, profile, rates, dynamics, faults, strata)
    progress("learning from forecasts of finished cycles")
    lasting, whole = fit_lasting(history, n_families), fit_whole(history, n_families)
    # In finished cycles as much was known of what came before them as is known today.
    history = UsageHistory.of(running, usage, book, (profile, rates), as_of, back=max(LOOKED_BACK, *SAVED))
    advisor = replace(advisor, faults=replace(faults, lasting=lasting, whole=whole))
    advisor = replace(advisor, faults=fit_faults(advisor, history, as_of))
    return checked(replace(advisor, faults=fit_savings(advisor, history, as_of)))


def checked(advisor: PlanAdvisor) -> PlanAdvisor:
    """The same advisor. Raises FloatingPointError where something learned is no number.

    It would say "stay" to everybody, and nobody would notice.
    """
    for part in ("profile", "rates", "dynamics", "faults"):
        for name, array in getattr(advisor, part).to_arrays().items():
            if not np.isfinite(array).all():
                raise FloatingPointError(
                    f"{part}.{name}: {int((~np.isfinite(array)).sum())} of what was "
                    f"learned of usage are no numbers"
                )
    return advisor


def measured_days(history: UsageHistory, n_families: int, as_of: int) -> np.ndarray:
    """The relative variance of use within a cycle, times W: [n_families, n_meters].

    From how far the rates before and after a day of finished cycles are apart: the variance of their
    difference over the cycle's rate is day (1 / W before + 1 / W after).
    """
    anchor = history.running.anchor
    now, rows = cycle_of(np.full(len(anchor), as_of), anchor), np.arange(len(anchor))
    apart: list[np.ndarray] = []
    for back in range(1, CYCLES_OF_DAYS + 1):
        begin, end = cycle_start(now - back, anchor), cycle_start(now - back + 1, anchor)
        apart.extend(_apart(history, rows, begin, begin + split, end) for split in SPLITS)
    values = np.concatenate(apart)
    family = np.tile(history.running.family, len(apart))
    day = np.full((n_families, values.shape[1]), PRIOR["day"])
    for f in range(n_families):
        for m in range(values.shape[1]):
            some = values[family == f, m]
            some = some[np.isfinite(some)]
            if len(some):
                some = np.minimum(some, np.quantile(some, MOST_QUANTILE))
                day[f, m] = (some.sum() + DAY_SHRINK * PRIOR["day"]) / (len(some) + DAY_SHRINK)
    return frozen(day)


def _apart(
    history: UsageHistory, rows: np.ndarray, begin: np.ndarray, split: np.ndarray, end: np.ndarray
) -> np.ndarray:
    """Squared differences [n, n_meters] of rates in units of their variance; NaN where not known."""
    use, share = history.shares(rows, begin, np.stack([begin, split, end], axis=1))
    known = np.asarray(np.all((share > LEAST_SEEN) & (use > 0), axis=1))
    share = np.where(known[:, None], share, 1.0)
    whole = np.where(known, use.sum(axis=1) / share.sum(axis=1), 1.0)
    rate = use / share
    squared = ((rate[:, 0] - rate[:, 1]) / whole) ** 2 / (1 / share).sum(axis=1)
    return np.where(known, squared, np.nan)
