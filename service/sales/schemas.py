"""What the routes for salespeople take and answer."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from config.service import ChannelName
from service.nudge_schemas import NudgeOut, SuppressionOut
from service.profile.schemas import NeverBuyOut, RewardOut
from service.schemas import Answered, Asked, Id

MAX_WORK = 100
MAX_CURSOR = 512
WorkReason = Literal["PLAN", "INTERESTED", "OVERDUE", "FIRST_ORDER", "BIRTHDAY"]


class BriefQuery(Asked):
    """Whose brief, and how they are met."""

    customer_id: Id
    channel: ChannelName = Field("phone", description="How the customer is met: consent is asked for it.")


class WhoOut(Answered):
    """Who this is to us. Money is decimal strings of the shop's currency; null where it is not known."""

    known: bool
    sentence: str = Field(description="To be read before talking.")
    tier: str | None
    segment: str | None
    value: str | None
    expected_profit: str | None
    orders: int | None
    first_order: str | None
    last_order: str | None
    usual_gap_days: float | None
    overdue: bool


class HappenedOut(Answered):
    """One thing that happened, on any channel."""

    at: str
    type: str
    channel: str | None
    product_id: str | None
    name: str | None
    plan_id: str | None
    details: dict[str, Any] | None


class MeetOut(Answered):
    """Whether the customer may be contacted by this channel now, and what stands against it."""

    channel: ChannelName
    allowed: bool
    suppressions: tuple[SuppressionOut, ...]


class PitchOut(Answered):
    """What to offer, and what to say."""

    product_id: str
    name: str
    kind: str
    price: str | None
    say: str
    reasons: tuple[dict[str, Any], ...]


class WithheldOut(Answered):
    """What not to offer now, and why."""

    product_id: str | None
    plan_id: str | None
    name: str | None
    code: str
    text: str
    until: str | None


class BriefOut(Answered):
    """All that a salesperson should know before talking to a customer."""

    model_version: str
    customer_id: str
    currency: str
    who: WhoOut
    contact: MeetOut
    recent: tuple[HappenedOut, ...]
    offers: tuple[PitchOut, ...]
    not_to_offer: tuple[WithheldOut, ...]
    rewards: tuple[RewardOut, ...] = Field(description="What is due to them, and how far the rest is.")
    never_buys: tuple[NeverBuyOut, ...] = Field(
        description="What they avoid: not among the offers. A preference event says otherwise."
    )
    nudges: tuple[NudgeOut, ...]
    recommendation_id: str = Field(description="To be echoed by the events that tell what came of it.")


class WorklistQuery(Asked):
    """How much work, from where on."""

    limit: int = Field(20, ge=1, le=MAX_WORK)
    cursor: str | None = Field(None, min_length=1, max_length=MAX_CURSOR, description="Of the page before.")
    channel: ChannelName = "phone"


class WorkOut(Answered):
    """One customer to contact today."""

    customer_id: str
    reason: WorkReason
    text: str = Field(description="Why, in words.")
    expected_value: str = Field(description="What is at stake, a decimal string of the currency.")
    tier: str | None
    product_id: str | None
    plan_id: str | None
    decision: str | None


class WorklistOut(Answered):
    """Whom to contact, most at stake first."""

    model_version: str
    currency: str
    channel: ChannelName
    work: tuple[WorkOut, ...]
    left_out: int = Field(description="Customers on this page whom rules or an outcome keep off the list.")
    cursor: str | None = Field(description="Of the next page; null after the last one.")
