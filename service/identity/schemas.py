"""What the routes of identity take and answer."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from models.contact_hashes import ContactKind
from service.schemas import Answered, Asked, Id

MAX_CONTACT = 254


class LookupRequest(Asked):
    """By what a customer is looked up: one of the three."""

    customer_id: Id | None = None
    email: str | None = Field(None, min_length=3, max_length=MAX_CONTACT)
    phone: str | None = Field(
        None, min_length=3, max_length=40, description="With a country code, or as dialled at home."
    )

    @model_validator(mode="after")
    def _one(self) -> LookupRequest:
        if sum(each is not None for each in (self.customer_id, self.email, self.phone)) != 1:
            raise ValueError("give one of customer_id, email and phone")
        return self


class LookupOut(Answered):
    """Whom it is: nobody, one customer, or several who share a telephone."""

    customer_id: str | None = Field(description="Null where there is nobody, or more than one.")
    known: bool
    customer_ids: tuple[str, ...]


class ContactsRequest(Asked):
    """What to know a customer by. Only keyed hashes of both are kept."""

    customer_id: Id
    email: str | None = Field(None, min_length=3, max_length=MAX_CONTACT)
    phone: str | None = Field(None, min_length=3, max_length=40)

    @model_validator(mode="after")
    def _something(self) -> ContactsRequest:
        if self.email is None and self.phone is None:
            raise ValueError("give an email, a phone, or both")
        return self


class ContactsOut(Answered):
    """The kinds of contact that were given."""

    customer_id: str
    kept: tuple[ContactKind, ...]


class MergeRequest(Asked):
    """An anonymous visit, and the customer it turned out to be."""

    customer_id: Id
    session_id: Id


class MergeOut(Answered):
    """What became of it; `unchanged` where it was so before."""

    customer_id: str
    session_id: str
    result: Literal["merged", "undone", "unchanged"]


class CustomerQuery(Asked):
    """One customer."""

    customer_id: Id


class EraseOut(Answered):
    """Rows that were erased, by table."""

    customer_id: str
    erased: dict[str, int]


class ExportOut(Answered):
    """All that is held of a customer: rows by table, times in microseconds since 1970 UTC."""

    customer_id: str
    ids: tuple[str, ...] = Field(description="The customer, and their visits.")
    events: tuple[dict[str, Any], ...]
    contacts: tuple[dict[str, Any], ...]
    contact_subjects: tuple[dict[str, Any], ...]
    dismissals: tuple[dict[str, Any], ...]
    contact_states: tuple[dict[str, Any], ...]
    campaign_offers: tuple[dict[str, Any], ...]
    attributions: tuple[dict[str, Any], ...]
    exposures: tuple[dict[str, Any], ...]
    session_links: tuple[dict[str, Any], ...]
    contact_hashes: tuple[ContactKind, ...] = Field(description="Kinds of contact of which a hash is held.")
    model: dict[str, Any] | None = Field(description="What the model holds: products bought and listed.")
