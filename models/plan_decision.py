"""From expected costs to a decision: stay, upgrade, top up, downgrade."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NudgeLimits:
    """What must hold before a change is recommended.

    gate            least probability that the change costs less, 0 to 1
    least_saving    least expected saving in a cycle, minor units; a saving of 0 is never enough
    least_days      days of use without which a subscriber without a finished cycle gets no answer
    downgrade_cycles  finished cycles without which no smaller plan is recommended
    """

    gate: float = 0.7
    least_saving: float = 0.0
    least_days: int = 3
    downgrade_cycles: int = 2
