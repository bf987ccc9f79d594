"""What POST /v1/events takes and answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args

import orjson
from pydantic import AfterValidator, BeforeValidator, Field, field_validator

from config.price_list import CURRENCY_PATTERN, Money
from config.service import ChannelName, PlacementName
from models.currencies import minor_digits
from service.ledger.event import ALIASES, OF_OFFER, OF_PRODUCT, Event, EventType
from service.schemas import Answered, Asked, Id

MAX_EVENTS = 1000
MAX_DETAILS = 4096  # bytes of JSON
MAX_QUANTITY = 1e12
MAX_TOKEN = 1024
MAX_SUBJECT = 200
SUBJECTS = ("tag:", "category:")
DATED = re.compile(r"\d{4}-\d\d-\d\d[Tt ]", re.ASCII)
A_TIME = "a time with its offset, such as 2026-11-24T10:00:00Z"
EVENTS_BODY_BYTES = 8 * 1024 * 1024
AHEAD = timedelta(hours=24)  # a device's clock may be wrong, or in another time zone
OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TEXTS = (
    "id",
    "customer_id",
    "session_id",
    "product_id",
    "plan_id",
    "meter",
    "order_id",
    "recommendation_id",
    "campaign_id",
)


def _canonical(value: object) -> object:
    return ALIASES.get(value, value) if isinstance(value, str) else value


def _dated(value: object) -> object:
    """The same. Left to itself, pydantic also reads numbers, in quotes or not, as seconds since 1970."""
    if not isinstance(value, datetime) and not (isinstance(value, str) and DATED.match(value)):
        raise ValueError(f"write {A_TIME}")
    return value


def _when(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"lacks its offset: write {A_TIME}")
    if value > datetime.now(UTC) + AHEAD:
        raise ValueError("lies more than a day in the future")
    if value < OLDEST:
        raise ValueError("lies before the year 2000")
    return value


def _small(value: dict[str, Any] | None) -> dict[str, Any] | None:
    if value is None:
        return None
    try:
        length = len(orjson.dumps(value))
    except orjson.JSONEncodeError as error:
        raise ValueError("holds a number beyond 64 bits, or is nested too deep") from error
    if length > MAX_DETAILS:
        raise ValueError(f"longer than {MAX_DETAILS} bytes of JSON")
    return value


Moment = Annotated[datetime, Field(strict=False), BeforeValidator(_dated), AfterValidator(_when)]


class EventIn(Asked):
    """One event."""

    id: Id = Field(description="Yours, the same when the event is sent again: it counts once.")
    type: Annotated[EventType, BeforeValidator(_canonical)] = Field(
        description=f"Or as Google Analytics 4 calls it: {', '.join(ALIASES)}."
    )
    customer_id: Id | None = Field(None, description="Who did it.")
    session_id: Id | None = Field(None, description="An anonymous visit, where the customer is not known.")
    product_id: Id | None = None
    plan_id: Id | None = None
    meter: Id | None = None
    order_id: Id | None = None
    quantity: float | None = Field(
        None, ge=0, le=MAX_QUANTITY, allow_inf_nan=False, description="Pieces; of usage, the day's amount."
    )
    unit_price: Money | None = Field(None, description='A decimal string, such as "2.50".')
    currency: str | None = Field(None, pattern=CURRENCY_PATTERN, description="ISO 4217.")
    channel: ChannelName | None = None
    placement: PlacementName | None = None
    recommendation_id: str | None = Field(None, min_length=1, max_length=MAX_TOKEN)
    campaign_id: Id | None = None
    occurred_at: Moment | None = Field(
        None, description="ISO 8601 with an offset; the moment of arrival if left out."
    )
    details: Annotated[dict[str, Any] | None, AfterValidator(_small)] = Field(
        None, description=f"Whatever else is worth keeping, at most {MAX_DETAILS} bytes."
    )

    @field_validator(*TEXTS)
    @classmethod
    def _storable(cls, value: str | None) -> str | None:
        # PostgreSQL keeps no NUL in a text: it would refuse the whole call, however often it is sent again.
        if value is not None and "\0" in value:
            raise ValueError("contains a NUL character")
        return value

    def faults(self) -> list[tuple[str, str]]:
        """What an event of this type lacks, or cannot have together: pairs of field and message."""
        lacks = [
            (name, f"is needed for {self.type}") for name in self._needs() if getattr(self, name) is None
        ]
        if self.customer_id is None and self.session_id is None:
            lacks.append(("customer_id", "is needed, or a session_id"))
        if self.type in OF_OFFER and self.product_id is None and self.plan_id is None:
            lacks.append(("product_id", f"is needed for {self.type}, or a plan_id"))
        if self.type == "outcome" and not _is_text((self.details or {}).get("result")):
            lacks.append(("details.result", "is needed for outcome: what came of it, in words"))
        if self.type == "preference":
            lacks += self._preference_faults()
        if self.type == "consent" and not isinstance((self.details or {}).get("granted"), bool):
            lacks.append(("details.granted", "is needed for consent: true or false"))
        if self.unit_price is not None and self.currency is None:
            lacks.append(("currency", "is needed with unit_price"))
        elif self.unit_price is not None and self._minor() % 1:
            lacks.append(("unit_price", f"has more decimals than {self.currency}"))
        return lacks

    def _preference_faults(self) -> Iterator[tuple[str, str]]:
        details = self.details or {}
        subject = details.get("subject")
        if not (isinstance(subject, str) and subject.startswith(SUBJECTS) and len(subject) <= MAX_SUBJECT):
            yield "details.subject", f"is needed for preference: {' or '.join(SUBJECTS)} and its name"
        if not isinstance(details.get("avoids"), bool):
            yield "details.avoids", "is needed for preference: true or false"

    def _needs(self) -> tuple[str, ...]:
        needs = {
            "usage": ("meter", "quantity"),
            "consent": ("channel",),
            "plan_change": ("plan_id",),
            "outcome": ("customer_id",),
        }
        if self.type in needs:
            return needs[self.type]
        return ("product_id",) if self.type in OF_PRODUCT else ()

    def _minor(self) -> Decimal:
        return Decimal(self.unit_price or 0).scaleb(minor_digits(self.currency or ""))

    def row(self, received_at: datetime) -> Event:
        """The event as the ledger keeps it."""
        return Event(
            self.id,
            self.type,
            self.customer_id,
            self.session_id,
            self.product_id,
            self.plan_id,
            self.meter,
            self.order_id,
            self.quantity,
            None if self.unit_price is None else int(self._minor()),
            self.currency,
            self.channel,
            self.placement,
            self.recommendation_id,
            self.campaign_id,
            microseconds(self.occurred_at or received_at),
            microseconds(received_at),
            None if self.details is None else orjson.dumps(self.details).decode(),
        )


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def microseconds(moment: datetime) -> int:
    """Since 1970 UTC."""
    return (moment - EPOCH) // timedelta(microseconds=1)


class EventsRequest(Asked):
    """Several events; each is answered by itself."""

    events: Annotated[tuple[dict[str, Any], ...], Field(min_length=1, max_length=MAX_EVENTS)] = Field(
        description=f"Each with id, type ({', '.join(get_args(EventType))}) and what goes with it: "
        f"{', '.join(name for name in EventIn.model_fields if name not in ('id', 'type'))}."
    )


class FieldError(Answered):
    """What is wrong with a field."""

    field: str
    message: str


class EventOut(Answered):
    """What became of an event. `accepted` and `duplicate` are on the disk; `errors` say why one is not."""

    id: str | None
    status: Literal["accepted", "duplicate", "rejected"]
    errors: tuple[FieldError, ...]


class EventsOut(Answered):
    """What became of each event, in their order."""

    accepted: int
    duplicate: int
    rejected: int
    results: tuple[EventOut, ...]
