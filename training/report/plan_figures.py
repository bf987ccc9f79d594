"""What the report says of plans: who is advised what on the day after the data, and what was common."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from models.advice import DECISIONS
from models.plan_decision import NudgeLimits
from models.plan_nudges import PlanNudges
from models.plans import PlanBook
from models.usage_profile import UsageProfile
from training.report.content import CommonDays, PlanFigures

EPOCH = date(1970, 1, 1)


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
        common=common_days(nudges.advisor.profile, nudges.book),
    )


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
