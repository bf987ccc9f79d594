"""What is assumed of use before any is known: the advisor of a price list that nothing was learned for."""

from __future__ import annotations

import numpy as np

from models.arrays import frozen
from models.plans import UNLIMITED, PlanBook
from models.usage_dynamics import Dynamics

FIELDS = (
    "between",
    "cycle",
    "restless",
    "day",
    "seen",
    "drift",
    "growth",
    "pace",
    "jump",
    "odd",
    "far",
    "spread",
    "heed",
    "floor",
)
# Subscribers of a plan differ by a factor of e, cycles by a quarter, days by more than their own size.
PRIOR = {
    "between": 1.0, "cycle": 0.05, "restless": 0.6, "day": 0.05, "seen": 0.05, "drift": 0.003, "growth": 0.0,
    "pace": 0.0, "jump": 0.01, "odd": 0.02, "far": 0.8, "spread": 0.15, "heed": 0.0, "floor": 0.0,
}  # fmt: skip
FLOOR = 0.01  # of the least usual use
USE_OF_QUOTA = 0.7


def default_dynamics(book: PlanBook) -> Dynamics:
    """What holds before anybody's use is known: a plan's level is a part of its quota."""
    shape = (len(book.families), len(book.meters))
    quota = np.where(book.quota < UNLIMITED, book.quota, 0.0)
    largest = np.maximum(quota.max(axis=0), 1.0)
    start = np.log(USE_OF_QUOTA * np.where(quota > 0, quota, largest))
    fields = {name: np.full(shape, PRIOR[name]) for name in FIELDS}
    for family in range(shape[0]):
        fields["floor"][family] = start[book.family == family].min(axis=0) + np.log(FLOOR)
    return Dynamics(**{name: frozen(a) for name, a in fields.items()}, start=frozen(start))
