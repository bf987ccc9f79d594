"""What the plan advisor answers: a struct of arrays, one row a subscriber."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from models.arrays import Arrays, frozen

# What to do; the number in `Advice.decision` is the position.
DECISIONS = ("stay", "upgrade", "top_up", "downgrade", "insufficient_data", "suppressed")
STAY, UPGRADE, TOP_UP, DOWNGRADE, INSUFFICIENT_DATA, SUPPRESSED = range(6)

# How much is known about the subscriber; the number in `Advice.confidence` is the position.
CONFIDENCES = ("low", "medium", "high")
LOW, MEDIUM, HIGH = range(3)

# Why; bit i of `Advice.reasons` is REASONS[i]. Listed in the order in which they are told.
REASONS = (
    "RUNS_OUT",  # the quota of the running cycle is used up, or more likely than not to be exceeded
    "PAUSED",  # nothing was used for 3 to 61 days, though it was nearly every day before
    "RECENT_JUMP",  # the running cycle is far from what was usual: a wider interval, and first a top-up
    "HIGHER_USE",  # the next cycle is expected above the quota
    "LOWER_USE",  # the next cycle is expected at less than half of the quota of every metered meter
    "CHEAPER_PLAN",  # another plan is expected to cost less
    "EQUAL_COST",  # the next best plan costs the same
    "BELOW_GATE",  # another plan would be cheaper on average, but not surely enough
    "NO_LARGER_PLAN",  # a quota is exceeded, no plan on sale has a larger one, and no other is advised
    "THROTTLING_PRICED",  # the saving contains the price put on being slowed down
    "TOP_UP_CHEAPER",  # an add-on costs less than what the rest of this cycle is expected to
    "ENDING",  # the subscription ends with this cycle or within it: there is no next one to advise on
    "LOCKED_IN",  # the contract still forbids the change on the first day of the next cycle
    "RETIRED_PLAN",  # the plan is not sold any more; it stays valid
    "NO_HISTORY",  # no finished cycle: others' use stands in for the subscriber's own
    "FEW_DAYS",  # under three days of use
    "FEW_CYCLES",  # a smaller plan would be cheaper, but two finished cycles are needed to say so
    "NO_USE",  # nothing was used at all: there are records, and they say so
    "DAYS_MISSING",  # some days have no record and are unknown
)
REASON_BITS = {name: 1 << bit for bit, name in enumerate(REASONS)}

# Which reasons are not told beside another one: they contradict it, or rest on what it says is not known.
# From top to bottom: a reason that was silenced silences nothing.
SILENCES = {
    "ENDING": (
        "HIGHER_USE",
        "LOWER_USE",
        "CHEAPER_PLAN",
        "EQUAL_COST",
        "BELOW_GATE",
        "NO_LARGER_PLAN",
        "LOCKED_IN",
        "FEW_CYCLES",
    ),
    "FEW_DAYS": (
        "RECENT_JUMP",
        "HIGHER_USE",
        "LOWER_USE",
        "CHEAPER_PLAN",
        "EQUAL_COST",
        "BELOW_GATE",
        "NO_LARGER_PLAN",
        "THROTTLING_PRICED",
        "TOP_UP_CHEAPER",
        "LOCKED_IN",
        "FEW_CYCLES",
    ),
    "NO_HISTORY": ("RECENT_JUMP",),
    "DAYS_MISSING": ("NO_USE",),
    "NO_USE": ("RUNS_OUT", "RECENT_JUMP", "HIGHER_USE", "NO_LARGER_PLAN"),
    "HIGHER_USE": ("LOWER_USE",),
    "CHEAPER_PLAN": ("EQUAL_COST", "BELOW_GATE", "NO_LARGER_PLAN", "FEW_CYCLES"),
    "BELOW_GATE": ("EQUAL_COST", "FEW_CYCLES"),
}

NO_PLAN = -1
NO_ADD_ON = -1
NO_DAY = -1
HALF = 0.5  # a minor unit


@dataclass(frozen=True, slots=True, eq=False)
class Advice:
    """One row a subscriber, in the order asked. Money in minor units, days since 1970-01-01.

    decision          int8 [n] position in DECISIONS
    plan              int16 [n] the current plan
    recommended_plan  int16 [n] the plan to be on from the next cycle; the current one unless the decision is
                      upgrade or downgrade; where suppressed, what would have been recommended
    add_on            int16 [n] the top-up that pays in the running cycle, NO_ADD_ON where none does;
                      may come with an upgrade
    packs             int16 [n] how many of it
    cost_next         float64 [n, n_plans] expected cost of the next cycle on every plan; NaN for plans of
                      other families and for those without a meter of the current plan
    cost_current      float64 [n] expected cost without acting: of the next cycle on the current plan; for
                      a top-up, of the running cycle without it
    cost_recommended  float64 [n] the same when acting
    saving            float64 [n] what acting is expected to save: cost_current - cost_recommended, for a
                      change of plan corrected by what became of such savings; 0 where nothing is recommended
    p_saves           float64 [n] probability that acting costs less; 0 where nothing is recommended
    top_up_saving     float64 [n] expected saving of the add-on in the running cycle, 0 without one
    confidence        int8 [n] position in CONFIDENCES
    reasons           int32 [n] bits, see REASONS
    metered           bool [n, n_meters] meters of the current plan: the columns below hold for these
    used              float64 [n, n_meters] counted against the quota so far in the running cycle
    quota             float64 [n, n_meters] of the current plan, inf where unlimited
    mean, p10, p50, p90  float64 [n, n_meters] use at the end of the running cycle
    p_exceed          float64 [n, n_meters] probability of more than the quota in the running cycle
    exhaustion_day    int32 [n, n_meters] day on which use passed the quota or its median will; NO_DAY if
                      none, and where nothing is known of how much is used
    next_mean         float64 [n, n_meters] expected use of the next cycle
    next_p10, next_p90  float64 [n, n_meters]
    locked_until      int32 [n] last day on which the contract allows no other plan, NOT_LOCKED if none
    ends_on           int32 [n] last day of the subscription, where that is known and before the next cycle;
                      NO_DAY where not
    follows           int16 [n] the plan that is booked for the day after that, NO_PLAN where none is
    known             bool [n, n_meters] is anything known of how much is used? Otherwise the forecast is what
                      is usual alone
    silent            int32 [n, n_meters] days with a record since the last one with use, where a pause is
                      told; otherwise 0
    """

    decision: np.ndarray
    plan: np.ndarray
    recommended_plan: np.ndarray
    add_on: np.ndarray
    packs: np.ndarray
    cost_next: np.ndarray
    cost_current: np.ndarray
    cost_recommended: np.ndarray
    saving: np.ndarray
    p_saves: np.ndarray
    top_up_saving: np.ndarray
    confidence: np.ndarray
    reasons: np.ndarray
    metered: np.ndarray
    used: np.ndarray
    quota: np.ndarray
    mean: np.ndarray
    p10: np.ndarray
    p50: np.ndarray
    p90: np.ndarray
    p_exceed: np.ndarray
    exhaustion_day: np.ndarray
    next_mean: np.ndarray
    next_p10: np.ndarray
    next_p90: np.ndarray
    locked_until: np.ndarray
    ends_on: np.ndarray
    follows: np.ndarray
    known: np.ndarray
    silent: np.ndarray

    def __len__(self) -> int:
        return len(self.decision)

    def reason_codes(self, row: int) -> list[str]:
        """The reasons of a row, in the order in which they are told."""
        bits = int(self.reasons[row])
        return [name for name in REASONS if bits & REASON_BITS[name]]

    @property
    def offered(self) -> np.ndarray:
        """Whether the add-on is to be offered, bool [n]: nothing is where too little is known."""
        offered: np.ndarray = (self.add_on != NO_ADD_ON) & (self.decision != INSUFFICIENT_DATA)
        return offered

    def told_money(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Cost now, cost when acting and saving of these rows [m] in whole minor units, to be told together.

        Rounded one by one they need not add up. Where the saving is the difference of the costs it is that of
        the rounded ones; of a top-up, whose saving is told with the pack as well, the cost when acting gives.
        """
        current, acting = self.cost_current[rows], self.cost_recommended[rows]
        saving, tops = np.round(self.saving[rows]), self.decision[rows] == TOP_UP
        now = np.round(current)
        then = np.where(tops, now - saving, np.round(acting))
        plain = np.abs(current - acting - self.saving[rows]) < HALF
        return now, then, np.where(plain, now - then, saving)

    def by_value(self) -> np.ndarray:
        """Positions [n], those where acting now is expected to save most first; ties keep their order.

        Of what a contract forbids for now, only the add-on counts.
        """
        acting = np.isin(self.decision, (UPGRADE, DOWNGRADE, TOP_UP))
        held = (self.decision == SUPPRESSED) & self.offered
        value = np.where(acting, self.saving * self.p_saves, np.where(held, self.top_up_saving, -1.0))
        order: np.ndarray = np.argsort(-value, kind="stable")
        return order

    def take(self, rows: slice | np.ndarray) -> Self:
        """The advice at these positions [m]."""
        return type(self)(**{name: getattr(self, name)[rows] for name in self.__slots__})

    def to_arrays(self) -> Arrays:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        return cls(**{name: arrays[name] for name in cls.__slots__})

    @classmethod
    def joined(cls, parts: list[Self]) -> Self:
        """The rows of several answers, one after the other."""
        return cls(
            **{
                name: frozen(np.concatenate([getattr(part, name) for part in parts]))
                for name in cls.__slots__
            }
        )
