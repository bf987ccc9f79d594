"""What the profile of a customer is."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from models.rewards import RewardKind
from service.schemas import Answered


class ProgressOut(Answered):
    """The way to the next tier. Money is a decimal string of the shop's currency."""

    tier: str
    value_to_go: str
    visits_to_go: int | None = Field(description="At what they usually leave; null where nothing is known.")
    text: str


class NeverBuyOut(Answered):
    """Something they avoid, learned from their baskets or said by themselves."""

    subject: str = Field(description="tag: or category: and its name.")
    said: bool = Field(description="They said so; else it was learned, and the figures are the evidence.")
    confidence: float | None
    baskets: int | None = Field(description="Baskets of theirs, none of which had it.")
    rate: float | None = Field(description="Share of baskets with it, of similar customers who buy it.")


class RewardOut(Answered):
    """What is due to a customer by the shop's rewards, or how far it is."""

    reward_id: str
    kind: RewardKind
    benefit: str
    due: bool
    text: str = Field(description="Why, or how far; to be read out.")
    evidence: dict[str, Any]


class PersonaOut(Answered):
    """The group of customers who buy like this one."""

    persona_id: str
    name: str
    customers: int
    value: str = Field(description="Mean value of its customers.")
    typical: tuple[str, ...] = Field(description="Names of the products of its typical basket.")


class ProfileOut(Answered):
    """What a customer is worth and avoids; null where it is not known."""

    model_version: str
    customer_id: str
    known: bool
    currency: str
    value: str | None
    percentile: float | None
    tier: str | None
    segment: str | None
    rfm: str | None
    orders: int | None
    revenue: str | None
    expected_profit: str | None
    first_order: str | None
    last_order: str | None
    usual_gap_days: float | None
    overdue: bool
    progress: ProgressOut | None
    persona: PersonaOut | None
    rewards: tuple[RewardOut, ...] = Field(description="Those that are due first.")
    never_buys: tuple[NeverBuyOut, ...]
    allowed: tuple[str, ...] = Field(description="What was learned that they avoid, and they said no.")
