"""What is asked and answered about plans; see service.schemas for the rules of both."""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from config.price_list import MAX_ADD_ONS, MAX_PLANS, AddOnTable, Amount, PlanTable
from config.service import ChannelName
from service.schemas import Answered, Asked, Id, ProblemOut

MAX_USAGE = 3000
MAX_HISTORY = 300
MAX_BATCH = 500
NUDGE_BODY_BYTES = 512 * 1024
BATCH_BODY_BYTES = 4 * 1024 * 1024

Decision = Literal["stay", "upgrade", "top_up", "downgrade", "insufficient_data", "suppressed"]
Confidence = Literal["low", "medium", "high"]
NudgeFallback = Literal["no_subscription", "plans_not_learned"]
ReasonCode = Literal[
    "RUNS_OUT",
    "PAUSED",
    "RECENT_JUMP",
    "HIGHER_USE",
    "LOWER_USE",
    "CHEAPER_PLAN",
    "EQUAL_COST",
    "BELOW_GATE",
    "NO_LARGER_PLAN",
    "THROTTLING_PRICED",
    "TOP_UP_CHEAPER",
    "ENDING",
    "LOCKED_IN",
    "RETIRED_PLAN",
    "NO_HISTORY",
    "FEW_DAYS",
    "FEW_CYCLES",
    "NO_USE",
    "DAYS_MISSING",
]
FIRST_DAY, LAST_DAY = datetime.date(1970, 1, 1), datetime.date(2100, 12, 31)
MAX_UNIT = 40  # characters
WRITTEN = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _written(value: object) -> str:
    """The same. Left to itself, pydantic also reads seconds since 1970 in quotes, and times at midnight."""
    if not isinstance(value, str) or not WRITTEN.fullmatch(value):
        raise PydanticCustomError("date_written", "write a date like 2026-05-31")
    try:
        datetime.date.fromisoformat(value)
    except ValueError as error:
        raise PydanticCustomError("date_of_no_day", "there is no such day") from error
    return value


# Not strict: what is a date in JSON is a text by now.
Day = Annotated[datetime.date, Field(ge=FIRST_DAY, le=LAST_DAY, strict=False), BeforeValidator(_written)]
Unit = Annotated[str, StringConstraints(min_length=1, max_length=MAX_UNIT)]
Share = Annotated[float, Field(ge=0, le=1)]


class CycleIn(Asked):
    """A billing period, both days included."""

    start: Day = Field(description="Its first day.")
    end: Day = Field(description="Its last day.")


class UsageIn(Asked):
    """The total of one day."""

    id: Id | None = Field(None, description="Of the record; the same one again is ignored and counted.")
    meter: Id
    date: Day = Field(description="Before as_of; days before the cycle are history.")
    amount: Amount = Field(description="In the unit of the meter.")
    unit: Unit | None = Field(
        None,
        description="Checked if given: the last word of the meter's name, gb of data_gb, or two, gb_hours of "
        "storage_gb_hours.",
    )


class HistoryIn(Asked):
    """The total of one finished cycle."""

    meter: Id
    amount: Amount
    cycle_start: Day | None = Field(
        None, description="For all of history or for none; if left out, oldest first."
    )
    cycle_end: Day | None = Field(None, description="The last day, before the running cycle.")
    days: int | None = Field(None, ge=1, le=366, description="Days of it with a record; all if left out.")


class NudgeRequest(Asked):
    """One subscriber's use so far. Nothing is written down; the answer depends on the request alone."""

    customer_id: Id | None = Field(None, description="Only repeated in the answer.")
    as_of: Day = Field(description="The day asked about, in the shop's time zone: usage is before it.")
    plan_id: Id = Field(description="The current plan; it may be retired.")
    cycle: CycleIn = Field(description="The running cycle: as_of is in it.")
    usage: Annotated[tuple[UsageIn, ...], Field(max_length=MAX_USAGE)] = Field(
        (), description="Daily totals. A day that is not there is unknown, not zero."
    )
    history: Annotated[tuple[HistoryIn, ...], Field(max_length=MAX_HISTORY)] = Field(
        (), description="Finished cycles."
    )
    locked_until: Day | None = Field(
        None,
        description="Last day on which the plan cannot change. It would on the first day of the next cycle: "
        "a lock that ends before that stands against nothing.",
    )
    plan_since: Day | None = Field(
        None,
        description="First day of the current plan, if it changed within the running cycle: what was used "
        "before it tells how much is used, and counts against no quota.",
    )
    ends_on: Day | None = Field(
        None,
        description="Last day of the subscription, if it is known to end. Where there will be no next cycle, "
        "no plan is advised for one, and this cycle counts until then.",
    )
    plans: Annotated[tuple[PlanTable, ...], Field(min_length=1, max_length=MAX_PLANS)] | None = Field(
        None, description="An own price list, as in plans.toml; the service's own plans if left out."
    )
    add_ons: Annotated[tuple[AddOnTable, ...], Field(max_length=MAX_ADD_ONS)] = Field(
        (), description="Packs of the own price list; only with plans."
    )


class NudgeBatch(Asked):
    """Several requests; each is answered by itself."""

    requests: Annotated[tuple[dict[str, Any], ...], Field(min_length=1, max_length=MAX_BATCH)] = Field(
        description="Each as the body of POST /v1/plan-nudges."
    )


class NudgeQuery(Asked):
    """Whose nudges."""

    customer_id: Id = Field(description="The customer.")
    channel: ChannelName = Field("web", description="How they would be told: consent is asked for it.")


class MeterOut(Answered):
    """One meter of the current plan; amounts in its unit, at the end of the running cycle."""

    meter: str
    unit: str = Field(description="The end of the meter's name: gb of data_gb, gb_hours of storage_gb_hours.")
    used: float = Field(ge=0, description="So far, counted against the quota: the sum of what is recorded.")
    known: bool = Field(
        description="Is anything known of how much is used? If not, the forecast is what is usual."
    )
    quota: float | None = Field(description="Null where unlimited.")
    p10: float = Field(description="In one case of ten less is used in this cycle.")
    p50: float
    p90: float = Field(description="In one case of ten more is used in this cycle.")
    p_exceed: Share = Field(description="Probability of more than the quota in this cycle.")
    exhaustion_date: str | None = Field(
        description="Day on which the quota was passed, or is expected to be; null if not in this cycle, "
        "or if nothing is known of how much is used."
    )
    next_mean: float = Field(description="Expected in the next cycle; with its own range:")
    next_p10: float
    next_p90: float


class PlanCostOut(Answered):
    """A plan that could be had instead, or the current one."""

    plan_id: str
    name: str
    expected_cost: str = Field(description="Of the next cycle, with overage and priced throttling.")


class AddOnOut(Answered):
    """The pack that is expected to pay in the running cycle."""

    add_on_id: str
    name: str
    packs: int = Field(ge=1)
    price: str = Field(description="Of all of them.")
    expected_saving: str = Field(description="In this cycle.")


class SuppressionOut(Answered):
    """A rule that stands against a contact now: see docs/contacts.md."""

    code: str
    text: str
    until: str | None = Field(description="ISO 8601; null where it is not a matter of time.")
    evidence: dict[str, Any]


class NudgeOut(Answered):
    """What to do about one subscription, and why. Money is decimal strings of `currency`."""

    customer_id: str | None
    as_of: str
    decision: Decision
    suppressions: tuple[SuppressionOut, ...] = Field(
        description="Why not to tell it now: caps, complaints, dismissals. Of stated usage nothing is asked."
    )
    sentence: str = Field(description="To be read out; of the suppressions it says nothing.")
    plan_id: str
    recommended_plan_id: str = Field(description="The current one unless another is recommended.")
    add_on: AddOnOut | None = Field(description="For the rest of this cycle; may come beside any change.")
    currency: str
    expected_cost_current: str = Field(
        description="Of the next cycle, also where there will be none; for a top_up, of this one."
    )
    expected_cost_recommended: str = Field(description="Of the same cycle.")
    expected_saving: str = Field(
        description="For a change of plan corrected by experience: not always the difference."
    )
    p_saves: Share = Field(
        description="Probability that what is recommended costs less; 0 if nothing is. Of a change of plan "
        "no surer than changes came to be."
    )
    confidence: Confidence = Field(description="How much is known about this subscriber.")
    reason_codes: tuple[ReasonCode, ...] = Field(description="None beside one that excludes it.")
    cycle: dict[Literal["start", "end"], str] = Field(
        description="First and last day of the running one on this plan, at most until it ends."
    )
    locked_until: str | None = Field(
        description="Last day on which the contract allows no other plan; null where none is to come."
    )
    ends_on: str | None = Field(
        description="Last day of the subscription, where it is known to end before the next cycle."
    )
    next_plan_id: str | None = Field(
        description="The plan that is booked for the day after `ends_on`; null where none is."
    )
    meters: tuple[MeterOut, ...]
    plans: tuple[PlanCostOut, ...] = Field(description="Cheapest first.")


class NudgeAnswer(Answered):
    """The nudge for one request."""

    model_version: str
    fallback: NudgeFallback | None = Field(
        description="plans_not_learned: of some meters of the own price list training knows nothing."
    )
    repeated: int = Field(ge=0, description="Records that were there before, ignored.")
    nudge: NudgeOut


class CustomerNudgesOut(Answered):
    """The nudges of a known customer, one for each subscription that runs."""

    model_version: str
    customer_id: str
    as_of: str = Field(description="The day after the last one of the usage that training read.")
    fallback: NudgeFallback | None = Field(description="no_subscription: none runs on that day.")
    nudges: tuple[NudgeOut, ...]


class NudgeResult(Answered):
    """The answer to one request of a batch: an answer with status 200, else a problem."""

    status: int
    answer: NudgeAnswer | None
    problem: ProblemOut | None


class NudgeBatchOut(Answered):
    """Answers in the order of the requests."""

    results: tuple[NudgeResult, ...]
