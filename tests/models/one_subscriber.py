"""One subscriber of a broadband provider, with totals of finished cycles and the days of the running one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.advice import Advice
from models.billing_days import first_day
from models.plan_advisor import PlanAdvisor, untrained
from models.plan_decision import NudgeLimits
from models.plans import AddOn, MeterTerms, Plan, PlanBook
from models.running import NO_PLAN
from models.subscriptions import NOT_LOCKED, OPEN_END, DailyUsage, Subscriptions
from models.usage_cycles import UsageCycles

DATA = "data_gb"
APRIL = (2026 - 1970) * 12 + 3  # a month of 30 days
PLANS = (
    Plan("home-50", "broadband", "Home 50", 1900, (MeterTerms(DATA, 50, 500, 10),)),
    Plan("home-200", "broadband", "Home 200", 2900, (MeterTerms(DATA, 200, 500, 10),)),
    Plan("home-500", "broadband", "Home 500", 4200, (MeterTerms(DATA, 500, 500, 20),)),
    Plan("home-old", "broadband", "Home Old", 2000, (MeterTerms(DATA, 450, 500, 20),), retired=True),
)
PACKS = (
    AddOn("plus-50", "broadband", "50 GB more", 800, DATA, 50),
    AddOn("plus-150", "broadband", "150 GB more", 1900, DATA, 150),
)
BOOK = PlanBook.of(PLANS, PACKS, "USD")


def cycles_of(
    advisor: PlanAdvisor,
    history: Sequence[float],
    days: Sequence[float],
    *,
    plan: str = "home-200",
    locked_until: int = NOT_LOCKED,
) -> UsageCycles:
    """Finished cycles with these totals before April 2026, and these days of April so far."""
    begin = APRIL - len(history)
    day, amount = [], []
    for number, total in enumerate(history):
        first, last = (int(first_day(np.array(begin + number + step))) for step in (0, 1))
        day += range(first, last)
        amount += [total / (last - first)] * (last - first)
    april = int(first_day(np.array(APRIL)))
    day += range(april, april + len(days))
    amount += days
    return _cycles(advisor, (day, amount), plan, locked_until, april + len(days))


def cycles_since(advisor: PlanAdvisor, days: Sequence[float], *, plan: str = "home-200") -> UsageCycles:
    """What was used on so many days from November 2025 on."""
    november = int(first_day(np.array(APRIL - 5)))
    until = november + len(days)
    return _cycles(advisor, (list(range(november, until)), list(days)), plan, NOT_LOCKED, until)


def _cycles(
    advisor: PlanAdvisor, use: tuple[list[int], list[float]], plan: str, locked_until: int, as_of: int
) -> UsageCycles:
    day, amount = use
    usage = DailyUsage.of(
        customer=np.zeros(len(day), dtype=np.int32),
        meter=np.zeros(len(day), dtype=np.int16),
        day=np.array(day, dtype=np.int32),
        amount=np.array(amount, dtype=np.float64),
    )
    subscriptions = Subscriptions.of(
        customer=np.array([0]),
        plan=np.array([advisor.book.index(plan)]),
        started=np.array([day[0] if day else as_of]),
        ended=np.array([OPEN_END]),
        follows=np.array([NO_PLAN], dtype=np.int16),
        locked_until=np.array([locked_until]),
        anchor=np.array([1]),
    )
    return advisor.cycles(subscriptions, usage, as_of)


def advice_of(
    history: Sequence[float],
    days: Sequence[float],
    *,
    plan: str = "home-200",
    book: PlanBook = BOOK,
    locked_until: int = NOT_LOCKED,
    limits: NudgeLimits | None = None,
) -> Advice:
    """What an advisor that was never trained says of them."""
    advisor = untrained(book)
    cycles = cycles_of(advisor, history, days, plan=plan, locked_until=locked_until)
    return advisor.advise(cycles, limits)
