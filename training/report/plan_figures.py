"""What the report says of plans: who is advised what on the day after the data, counted."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from models.advice import DECISIONS
from models.plan_decision import NudgeLimits
from models.plan_nudges import PlanNudges
from training.report.content import PlanFigures

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
    )
