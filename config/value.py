"""The section [value]: what a customer is worth, and the tiers that follow from it."""

from __future__ import annotations

from pydantic import Field, model_validator

from config.data import Section


class Tier(Section):
    """A band of customers by value: entered at one percentile, left below another."""

    name: str = Field(min_length=1, max_length=40)
    enter: float = Field(ge=0, le=100)
    leave: float = Field(ge=0, le=100)


TIERS = (
    Tier(name="gold", enter=90, leave=85),
    Tier(name="silver", enter=60, leave=50),
    Tier(name="bronze", enter=0, leave=0),
)


class Value(Section):
    """How value is reckoned. Everything in days, or shares from 0 to 1."""

    half_lives: tuple[int, ...] = Field((30, 60, 90, 180, 365, 730), min_length=1)
    half_life_days: int = Field(180, ge=1)
    horizon_days: int = Field(90, ge=1)
    referral_share: float = Field(0.1, ge=0, le=1)
    referral_cap: float = Field(1.0, ge=0)
    margins: dict[str, float] = Field(default_factory=dict)
    tiers: tuple[Tier, ...] = Field(TIERS, min_length=1)

    @model_validator(mode="after")
    def _bands(self) -> Value:
        enters = [tier.enter for tier in self.tiers]
        if enters != sorted(enters, reverse=True) or enters[-1] != 0:
            raise ValueError("tiers go from the highest to one that is entered at 0")
        wrong = next((tier.name for tier in self.tiers if tier.leave > tier.enter), None)
        if wrong is not None:
            raise ValueError(f"tier {wrong!r} is left above where it is entered")
        names = [tier.name for tier in self.tiers]
        if len(set(names)) < len(names):
            raise ValueError("tiers need names of their own")
        bad = next((name for name, share in self.margins.items() if not 0 <= share <= 1), None)
        if bad is not None:
            raise ValueError(f"margin of {bad!r} is not between 0 and 1")
        return self
