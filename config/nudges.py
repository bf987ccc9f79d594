"""The section [nudges]: what must hold before another plan is recommended."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from config.data import Section
from config.price_list import Money
from models.plan_certainty import ASKED
from models.plan_decision import NudgeLimits


class Nudges(Section):
    """When a nudge is worth somebody's time; `least_saving` in major units of the shop's currency."""

    gate: float = Field(ASKED, ge=0, le=0.99)  # nothing is surer: see models.plan_certainty
    least_saving: Money = Decimal(0)
    least_days: int = Field(3, ge=1)
    downgrade_cycles: int = Field(2, ge=0)

    def limits(self, digits: int) -> NudgeLimits:
        """The limits as models have them; `digits` are the decimals of the currency's minor unit."""
        return NudgeLimits(
            gate=self.gate,
            least_saving=float(self.least_saving.scaleb(digits)),
            least_days=self.least_days,
            downgrade_cycles=self.downgrade_cycles,
        )
