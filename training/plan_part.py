"""The part of a bundle that nudges are answered from, fitted on all that a provider's files say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from models.arrays import frozen
from models.bundle import Bundle
from models.plan_decision import NudgeLimits
from models.plan_nudges import PlanNudges
from training.data.provider import Provider
from training.plans.fit import fit_plan_advisor


def with_plans(
    bundle: Bundle, provider: Provider, limits: NudgeLimits, progress: Callable[[str], None]
) -> Bundle:
    """The bundle with plans, running cycles and the advice by these limits, and its facts with their counts.

    Raises DataError where no usage is known.
    """
    nudges = fit_plan_nudges(provider, provider.day_after, progress)
    progress("who should move to which plan")
    nudges = nudges.with_advice(limits)
    facts = bundle.facts
    counts = {
        "plans": len(provider.book.plans),
        "subscribers": len(provider.subscribers),
        "running_subscriptions": len(nudges.cycles),
        "usage_days": len(provider.usage),
    }
    more = {**facts.more, "counts": {**facts.more.get("counts", {}), **counts}}
    last_day = max(facts.last_day, provider.day_after - 1)
    return replace(bundle, plan_nudges=nudges, facts=replace(facts, last_day=last_day, more=more))


def fit_plan_nudges(provider: Provider, as_of: int, progress: Callable[[str], None]) -> PlanNudges:
    """The advisor, of cycles finished before the day `as_of`, and everyone's running cycle on it.

    Nothing of `as_of` or later is looked at.
    """
    known = provider.as_known_on(as_of)
    subscriptions, usage = known.subscriptions, known.usage
    progress("how use develops")
    advisor = fit_plan_advisor(provider.book, subscriptions, usage, as_of)
    progress("running cycles")
    return PlanNudges(
        advisor,
        provider.subscribers,
        advisor.cycles(subscriptions, usage, as_of),
        frozen(np.array([as_of], dtype=np.int32)),
    )
