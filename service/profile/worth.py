"""What a bundle says of the worth of one customer, in words and figures that can be answered."""

from __future__ import annotations

from decimal import Decimal

from models.bundle import Bundle
from models.customer_value import Worth
from models.rhythm import LOST, OVERDUE, SHORTEST


def worth_of(bundle: Bundle, customer_id: str) -> Worth | None:
    """What a customer is worth, None where the model does not know."""
    at = bundle.customers.index(customer_id)
    return None if at < 0 or bundle.customer_value is None else bundle.customer_value.of(at)


def is_overdue(worth: Worth, day: int) -> bool:
    """Whether a customer is late by their own rhythm, and not yet gone."""
    if worth.gap is None:
        return False
    return OVERDUE <= (day - worth.last_day) / max(worth.gap, SHORTEST) <= LOST


def money(bundle: Bundle, minor: float) -> str:
    """Minor units as a decimal string of the shop's currency."""
    return str(Decimal(round(minor)).scaleb(-bundle.facts.minor_digits))
