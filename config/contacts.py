"""The sections [contacts] and [experiments]: when customers are contacted, and who is held out."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from config.data import Section
from config.service import ChannelName
from models.contact_rules import Cap, ContactRules

DEFAULT_CAPS = ((7, 1), (30, 2))


LINK_FIELDS = {"product_id": "x", "recommendation_id": "x"}


def _is_link(value: str) -> str:
    """An absolute http or https link with a place for the product."""
    try:
        filled = value.format(**LINK_FIELDS)
    except (KeyError, IndexError, ValueError) as error:
        raise ValueError(
            f"only {{product_id}} and {{recommendation_id}} can be filled in: {error}"
        ) from error
    if not filled.startswith(("https://", "http://")):
        raise ValueError("links in mails are absolute: https://...")
    if "{product_id}" not in value:
        raise ValueError("it has no {product_id}: every product would have the same link")
    return value


LinkTemplate = Annotated[str, AfterValidator(_is_link)]


class ContactCap(Section):
    """At most so many commercial contacts with a customer in so many days, over all channels."""

    days: int = Field(ge=1)
    most: int = Field(ge=0)


class Contacts(Section):
    """When a customer is left alone."""

    caps: tuple[ContactCap, ...] = tuple(ContactCap(days=days, most=most) for days, most in DEFAULT_CAPS)
    rest_days: int = Field(60, ge=0)
    twice_rest_days: int = Field(180, ge=0)
    plan_change_days: int = Field(14, ge=0)
    repeat_days: int = Field(14, ge=0)
    outcome_days: int = Field(30, ge=0)
    product_url: LinkTemplate = "https://shop.example/products/{product_id}?from={recommendation_id}"

    def rules(self) -> ContactRules:
        """The rules as models have them."""
        return ContactRules(
            tuple(Cap(cap.most, cap.days) for cap in self.caps),
            self.rest_days,
            self.twice_rest_days,
            self.plan_change_days,
            self.repeat_days,
        )


class Holdout(Section):
    """Share of the customers of each channel who never get a personal recommendation."""

    web: float = Field(0.0, ge=0, le=1)
    store: float = Field(0.0, ge=0, le=1)
    phone: float = Field(0.0, ge=0, le=1)
    chat: float = Field(0.0, ge=0, le=1)
    email: float = Field(0.0, ge=0, le=1)

    def of(self, channel: ChannelName) -> float:
        """The share of one channel."""
        share: float = getattr(self, channel)
        return share


class Experiments(Section):
    """What is measured against those who are held out."""

    salt: str = Field("shopkeeper", min_length=1)
    holdout: Holdout = Holdout()
    attribution_days: int = Field(30, ge=1)
    window_days: int = Field(7, ge=1)
    churn_days: int = Field(30, ge=1)
    least_customers: int = Field(100, ge=2)
