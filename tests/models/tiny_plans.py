"""The plans of the tiny world: three mobile plans and a line, five subscribers, an advisor that knows nobody.

On day 20,011 (2024-10-15), cycles beginning on the first of the month but for erin's:

    ana    small (5 GB, 100 minutes)   used 1 GB a day since August: far beyond it, every cycle
    ben    small, locked until 2025    the same
    erin   large (50 GB), no orders    0.2 GB a day: a small part of it
    finn   small until 2024-09-30      no subscription any more
    gus    small, since 2024-10-14     a day of use: too little to say anything
"""

from __future__ import annotations

import numpy as np

from models.arrays import frozen
from models.ids import IdMap
from models.plan_advisor import PlanAdvisor
from models.plan_nudges import PlanNudges
from models.plan_pricing import Strata
from models.plans import AddOn, MeterTerms, Plan, PlanBook
from models.subscriptions import NOT_LOCKED, OPEN_END, DailyUsage, Subscriptions
from models.usage_defaults import default_dynamics
from models.usage_forecast import Faults
from models.usage_profile import UsageProfile
from models.usage_rate import UsageRates

AS_OF = 20_011  # 2024-10-15
AUGUST = 19_936  # 2024-08-01
SUBSCRIBERS = ("ana", "ben", "erin", "finn", "gus")
PLANS = (
    Plan(
        "small",
        "mobile",
        "Small",
        1000,
        (MeterTerms("data_gb", 5, 300, 1), MeterTerms("minutes", 100, 10, 1)),
    ),
    Plan("large", "mobile", "Large", 2500, (MeterTerms("data_gb", 50, 300, 1), MeterTerms("minutes"))),
    Plan(
        "old", "mobile", "Old Large", 2000, (MeterTerms("data_gb", 60), MeterTerms("minutes")), retired=True
    ),
    Plan("line", "broadband", "Line", 3000, (MeterTerms("data_gb"),)),
)
ADD_ONS = (AddOn("plus", "mobile", "3 GB more", 600, "data_gb", 3.0),)


def tiny_book() -> PlanBook:
    """The plan book of this world."""
    return PlanBook.of(PLANS, ADD_ONS, "EUR")


def tiny_advisor(book: PlanBook | None = None) -> PlanAdvisor:
    """An advisor that nothing was learned for: the defaults of `models.usage_defaults`."""
    book = book or tiny_book()
    shape = len(book.families), len(book.meters)
    return PlanAdvisor(
        book,
        UsageProfile.flat(*shape),
        UsageRates.plain(*shape),
        default_dynamics(book),
        Faults.none(*shape),
        Strata.of(shape[1]),
    )


def tiny_subscriptions(book: PlanBook) -> Subscriptions:
    """Who has which plan."""
    rows = (
        ("ana", "small", AUGUST - 30, OPEN_END, NOT_LOCKED, 1),
        ("ben", "small", AUGUST - 30, OPEN_END, AS_OF + 100, 1),
        ("erin", "large", AUGUST - 30, OPEN_END, NOT_LOCKED, 10),
        ("finn", "small", AUGUST - 30, 19_996, NOT_LOCKED, 1),
        ("gus", "small", AS_OF - 1, OPEN_END, NOT_LOCKED, 1),
    )
    names, plans, started, ended, locked, anchor = (np.array(column) for column in zip(*rows, strict=True))
    return Subscriptions.of(
        customer=np.searchsorted(SUBSCRIBERS, names),
        plan=book.plans.indices(plans.tolist()),
        started=started,
        ended=ended,
        locked_until=locked,
        anchor=anchor,
    )


def tiny_usage(book: PlanBook) -> DailyUsage:
    """The same use every day, of data; ana also phones."""
    rows = [
        (customer, "data_gb", day, amount)
        for customer, first, amount in (
            (0, AUGUST, 1.0),
            (1, AUGUST, 1.0),
            (2, AUGUST, 0.2),
            (4, AS_OF - 1, 0.5),
        )
        for day in range(first, AS_OF)
    ]
    rows += [(0, "minutes", day, 2.0) for day in range(AUGUST, AS_OF)]
    customer, meter, day, amount = zip(*rows, strict=True)
    return DailyUsage.of(
        customer=np.array(customer),
        meter=book.meters.indices(meter),
        day=np.array(day),
        amount=np.array(amount),
    )


def tiny_nudges() -> PlanNudges:
    """The part of the bundle."""
    book = tiny_book()
    advisor = tiny_advisor(book)
    cycles = advisor.cycles(tiny_subscriptions(book), tiny_usage(book), AS_OF)
    return PlanNudges(advisor, IdMap.of(SUBSCRIBERS), cycles, frozen(np.array([AS_OF], dtype=np.int32)))
