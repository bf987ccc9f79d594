"""What the service reads and answers, drawn once: validation and the OpenAPI document are made of it.

Requests are validated with these models. Answers are built as plain dictionaries because they are on the
hot path; the tests hold every answer against these models instead.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from config.service import ChannelName, PlacementName
from models.query import Did, Fallback, Kind

MAX_BODY_BYTES = 64 * 1024
MAX_BASKET = 200
MAX_EXCLUDE = 1000
MAX_LIMIT = 100
MAX_ID = 128  # characters

Id = Annotated[str, StringConstraints(min_length=1, max_length=MAX_ID)]


def _whole(value: object) -> object:
    """JSON Schema calls 10.0 an integer, so it is one here; "10" is none."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT), BeforeValidator(_whole)]


class Asked(BaseModel):
    """A request: a field that it does not know is refused, a number in quotes is no number."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class RecommendationRequest(Asked):
    """For whom, in which context, and what of."""

    customer_id: Id | None = Field(None, description="The customer; leave it out for a guest.")
    session_id: Id | None = Field(
        None, description="The visit, as events name it: what a guest did in it counts for the answer."
    )
    basket: tuple[Id, ...] = Field(
        (),
        max_length=MAX_BASKET,
        description="Products in the cart. They are never recommended. If left out on the placements cart "
        "and checkout, what events put in the cart.",
    )
    viewing: Id | None = Field(None, description="The product whose page is shown.")
    placement: PlacementName = Field(
        "home", description="Where the recommendations are shown; it decides what is left out below."
    )
    channel: ChannelName | None = Field(
        None,
        description="By which way the customer is met: conditions of policies ask for it. If left out, "
        "email for the placement email, phone for sales, web for the others.",
    )
    kinds: tuple[Kind, ...] | None = Field(
        None,
        min_length=1,
        max_length=8,
        description="cross_sell: goes with it, new to the customer. up_sell: a better one instead of what is "
        "viewed, in the basket or usually bought. buy_again: bought before. "
        "The placement's own if left out.",
    )
    limit: Limit | None = Field(
        None, description="Recommendations over all kinds together; the placement's own if left out."
    )
    exclude: tuple[Id, ...] = Field((), max_length=MAX_EXCLUDE, description="Products never to recommend.")
    explain: bool = Field(
        False,
        description="Also list the candidates, the rule that removed each that is missing, and what each "
        "policy did.",
    )


class ProductRequest(Asked):
    """One product, and how many of its relations."""

    product_id: Id = Field(description="The product the page is about.")
    limit: Limit | None = Field(None, description="How many; the product placement's own if left out.")


class Answered(BaseModel):
    """An answer: nothing in it that is not written here."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ReasonOut(Answered):
    """Why a product is recommended, with numbers that can be checked."""

    code: Literal[
        "BOUGHT_TOGETHER",
        "COMPLETES_BASKET",
        "CUSTOMERS_ALSO_BUY",
        "TASTE",
        "SIMILAR",
        "TRENDING",
        "POPULAR_IN_SEGMENT",
        "POPULAR",
        "TRADE_UP",
        "BUY_AGAIN",
        "POLICY",
    ]
    text: str
    evidence: dict[str, Any]


class RecommendationOut(Answered):
    """One product offered. Scores are comparable within one answer only.

    Ranks follow scores, but for products that a policy pinned to their place.
    """

    product_id: str
    name: str
    kind: Kind
    rank: int = Field(ge=1)
    score: float = Field(ge=0, le=1)
    source: str = Field(description="The model that proposed it; policy where none did.")
    reasons: tuple[ReasonOut, ...]


class CandidateOut(Answered):
    """A product that was considered; `removed_by` names the rule that took it out, if one did."""

    product_id: str
    kind: Kind
    source: str
    score: float
    removed_by: str | None


class EffectOut(Answered):
    """What a policy in force did to the candidates, and to which; none is possible."""

    policy: str
    did: Did
    product_ids: tuple[str, ...]


class RecommendationsOut(Answered):
    """The recommendations, best first, and everything that was not as asked."""

    recommendation_id: str = Field(description="Signed; send it back with what the customer does.")
    model_version: str
    placement: PlacementName
    fallback: Fallback | None = Field(description="Why the answer is less personal than asked for.")
    unknown_ids: tuple[str, ...] = Field(description="Products of the request the model does not know.")
    shortfall: int = Field(ge=0, description="How many fewer than asked for there are.")
    recommendations: tuple[RecommendationOut, ...]


class ExplainedOut(RecommendationsOut):
    """With `explain`: also what was considered."""

    candidates: tuple[CandidateOut, ...] = Field((), description="Only where explain was asked for.")
    policies: tuple[EffectOut, ...] = Field((), description="Only where explain was asked for.")


class CountsOut(Answered):
    """How large the model is."""

    products: int
    customers: int
    pair_rules: int
    basket_rules: int


class ModelOut(Answered):
    """What is being served: the facts of the artifact's manifest."""

    model_version: str
    created: str = Field(description="ISO 8601, UTC.")
    currency: str = Field(description="ISO 4217.")
    last_day: str = Field(description="Last day of the data, ISO 8601.")
    counts: CountsOut
    weights: dict[str, float] = Field(description="How the sources of cross_sell are mixed.")
    more: dict[str, Any] = Field(description="What training wrote down: metrics, parameters, data window.")


class HealthOut(Answered):
    """Whether this process lives, or can answer."""

    status: Literal["live", "ready"]
    model_version: str | None = None


class FieldError(Answered):
    """What is wrong with one field."""

    field: str
    message: str


class ProblemOut(Answered):
    """An error, as RFC 9457 has it."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[FieldError, ...]
