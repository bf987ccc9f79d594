"""The section [preferences]: what customers never buy, learned from their baskets."""

from __future__ import annotations

from pydantic import Field

from config.data import Section


class Preferences(Section):
    """How sure one must be, and what is looked at."""

    enabled: bool = True
    least_baskets: int = Field(8, ge=2)
    false_discoveries: float = Field(0.01, gt=0, lt=0.5)
    leave_out: tuple[str, ...] = ()
