"""What the report says of plans: who is advised what on the day after the data, and what was learned."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from models.advice import DECISIONS
from models.plan_advisor import PlanAdvisor
from models.plan_decision import NudgeLimits
from models.plan_nudges import PlanNudges
from models.plans import PlanBook
from models.usage_defaults import default_dynamics
from models.usage_profile import WEEK, UsageProfile
from training.report.content import CommonDays, LearnedUse, PlanFigures

EPOCH = date(1970, 1, 1)
SATURDAY = 5  # from Monday, 0


def plan_figures(nudges: PlanNudges, limits: NudgeLimits) -> PlanFigures:
    """The figures of everyone whose subscription runs."""
    advice = nudges.advise(limits)
    counts = np.bincount(advice.decision, minlength=len(DECISIONS))
    return PlanFigures(
        plans=len(nudges.book.plans),
        families=len(nudges.book.families),
        meters=len(nudges.book.meters),
        subscribers=len(nudges.subscribers),
        running=len(nudges.cycles),
        as_of=EPOCH + timedelta(days=int(nudges.as_of[0])),
        decisions={name: int(count) for name, count in zip(DECISIONS, counts, strict=True)},
        learned=learned_use(nudges.advisor),
        common=common_days(nudges.advisor.profile, nudges.book),
    )


def learned_use(advisor: PlanAdvisor) -> tuple[LearnedUse, ...]:
    """What was learned of each meter that a family's plans have."""
    book, profile, dynamics = advisor.book, advisor.profile, advisor.dynamics
    assumed = (dynamics.cycle == default_dynamics(book).cycle) & (dynamics.growth == 0)
    found = []
    for family, meter in np.ndindex(assumed.shape):
        at = family, meter
        if not book.metered[book.family == family, meter].any():
            continue
        week, month_end, trust = profile.weekday[at], profile.month_end[at], profile.trust[at]
        found.append(
            LearnedUse(
                family=book.families.id(family),
                meter=book.meters.id(meter),
                growth=float(np.expm1(dynamics.growth[at])),
                pace=float(dynamics.pace[at]),
                unrest=float(np.sqrt(np.expm1(dynamics.cycle[at]))),
                new_level=float(dynamics.jump[at]),
                odd=float(dynamics.odd[at]),
                weekend=float(week[SATURDAY:].mean() / week[:SATURDAY].mean()),
                month_end=float(month_end[0] / np.median(month_end)),
                own_week=float(np.sqrt(trust[:WEEK].mean())),
                own_month_end=float(np.sqrt(trust[WEEK])),
                assumed=bool(assumed[at]),
            )
        )
    return tuple(found)


def common_days(profile: UsageProfile, book: PlanBook) -> tuple[CommonDays, ...]:
    """The days that were unlike others to everybody, those together that follow each other, oldest first."""
    found = []
    for family, meter in np.ndindex(profile.since.shape):
        times = profile.common[family, meter]
        at = np.flatnonzero(times != 1)
        for run in np.split(at, np.flatnonzero(np.diff(at) > 1) + 1):
            if len(run):
                first, last = (int(profile.since[family, meter] + day - 1) for day in run[[0, -1]])
                found.append(
                    CommonDays(
                        book.families.id(family),
                        book.meters.id(meter),
                        EPOCH + timedelta(days=first),
                        EPOCH + timedelta(days=last),
                        float(np.exp(np.log(times[run]).mean())),
                    )
                )
    return tuple(sorted(found, key=lambda each: (each.first, each.family, each.meter)))
