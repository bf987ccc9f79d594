"""How figures are written for people: counts, shares, money, days, and the plain names of codes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from babel.numbers import format_currency

from training.report.content import Money

# A narrow space that does not break: "78 %" stays on one line.
THIN = "\u202f"

REASONS: Mapping[str, str] = {
    "missing_order_id": "no order id",
    "missing_product_id": "no product id",
    "bad_id": "an id that cannot be used",
    "bad_date": "a date that cannot be read",
    "future_date": "a day that is still to come",
    "bad_quantity": "a quantity that is no number",
    "bad_price": "a price that is no number",
    "bad_cost": "a cost that is no number, left out",
    "bad_customer_id": "a customer id that cannot be used, counted as a guest",
    "non_product": "not a product (postage, fees, vouchers)",
    "excluded_category": "a category left out by configuration",
    "non_positive_quantity": "a quantity of zero or less",
    "negative_price": "a negative price",
    "zero_price": "a price of zero",
    "exact_duplicate": "an exact copy of another line",
    "cancellation_unmatched": "a cancellation without its purchase",
    "cancellation_netted": "a cancellation set off against its purchase",
    "cancelled_in_full": "a purchase cancelled in full",
    "cancelled_in_part": "a purchase cancelled in part",
    "duplicate_product_id": "a product that is listed already",
    "bad_unit_cost": "a cost that is no number of zero or more, left out",
    "bad_stock": "a stock that is no number of zero or more, left out",
    "bad_min_age": "an age that is no number of zero or more, left out",
    "missing_customer_id": "no customer id",
    "duplicate_customer_id": "a customer who is listed already",
    "erased_customer": "a customer who asked to be forgotten",
    "missing_plan_id": "no plan id",
    "unknown_plan": "a plan that is not in the price list",
    "bad_started_on": "a first day that cannot be read",
    "bad_ended_on": "a last day that cannot be read",
    "ended_before_start": "a last day before the first",
    "bad_cycle_anchor_day": "an anchor that is no day of a month",
    "bad_locked_until": "a lock-in whose day cannot be read",
    "replaced_on_same_day": "a plan replaced on the day it started",
    "renewed": "a renewal of the same plan, one subscription with the row before",
    "ended_by_next": "a plan that ran on beside the next one, ended the day before it",
    "missing_meter": "no meter",
    "bad_amount": "an amount that is no number",
    "negative_amount": "an amount below zero",
    "amount_too_large": "an amount beyond what can be counted, 1e15",
    "unknown_meter": "a meter that no plan has",
    "unit_mismatch": "an amount in another unit than the meter's",
    "without_subscription": "use by somebody without a subscription",
    "repeated": "an exact copy of another row",
    "two_totals": "a day with two different totals, left unknown",
    "order_time_unified": "lines of one order with different times, the first taken",
}

METHODS: Mapping[str, str] = {
    "served": "served",
    "popularity": "popularity",
    "trending": "trending",
    "personal_frequency": "personal frequency",
    "buy_again": "personal frequency",
    "taste": "taste",
    "trade_up": "trade-ups",
    "item_ridge": "item ridge",
    "cart_ridge": "item ridge on carts",
    "bought_together": "bought together",
    "basket_rules": "basket rules",
    "gp_topfreq": "GP-TopFreq",
    "tifu_knn": "TIFU-KNN",
    "up_cf": "UP-CF",
    "ease": "EASE",
    "als": "ALS",
}


def reason(code: str) -> str:
    """A reason in plain words; a code without any is shown with spaces."""
    return REASONS.get(code, code.replace("_", " "))


def method(name: str) -> str:
    """A method's or source's name as people read it."""
    return METHODS.get(name, name.replace("_", " "))


def count(number: float) -> str:
    """1044847 as 1,044,847; 12.5 as 12.5."""
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.1f}"


def percent(share: float) -> str:
    """A share of 0 to 1 with two figures that mean something: 78 %, 4.2 %, 0.42 %."""
    value = share * 100
    if value == 0:
        return f"0{THIN}%"
    if value >= 99.5 and share < 1:
        return f"{min(value, 99.9):.1f}{THIN}%"
    if value >= 9.95:
        return f"{value:.0f}{THIN}%"
    return f"{value:.1f}{THIN}%" if value >= 0.995 else f"{value:.2g}{THIN}%"


def change(share: float) -> str:
    """How much more or less: +12 %, -3.1 %, 0 %."""
    sign = "" if share == 0 else "+" if share > 0 else "\N{MINUS SIGN}"
    return f"{sign}{percent(abs(share))}"


def money(amount: Money, currency: str) -> str:
    """With the currency's sign; no minor units from 1,000 on."""
    value = amount.amount
    pattern = "¤#,##0" if abs(value) >= 1000 else None
    text: str = format_currency(value, currency, pattern, locale="en", currency_digits=pattern is None)
    return text


def day(value: date) -> str:
    """1 Dec 2009."""
    return f"{value.day} {value:%b %Y}"


def days(number: int) -> str:
    """1 day, 28 days."""
    return things(number, "day")


def things(number: int, thing: str) -> str:
    """1 order, 2 orders."""
    if number == 1:
        return f"1 {thing}"
    plural = f"{thing[:-1]}ies" if thing.endswith("y") and thing[-2] not in "aeiou" else f"{thing}s"
    return f"{count(number)} {plural}"


def duration(seconds: float) -> str:
    """0.4 s, 12 s, 3 min 20 s."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def short(text: str, length: int) -> str:
    """The text, cut to `length` characters with an ellipsis."""
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"
