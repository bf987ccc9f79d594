"""A price list as it is written: plans, their meters and add-ons, in plans.toml or in a request.

Money is decimal strings ("20.00"), so that nothing is lost on the way to integer minor units.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from models.plans import AddOn, MeterTerms, Plan, PlanBook

Location = tuple[str | int, ...]

MAX_PLANS = 200
MAX_METERS = 20
MAX_ADD_ONS = 200
MAX_AMOUNT = 1e15  # of a meter: a float still tells neighbouring units apart
AMOUNT_PATTERN = r"^[0-9]{1,9}(\.[0-9]{1,6})?$"
CURRENCY_PATTERN = "^[A-Z]{3}$"
_MONEY = re.compile(AMOUNT_PATTERN)


def _money(value: object) -> object:
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str):
        raise ValueError('money is a decimal string, such as "20.00"')  # noqa: TRY004  # pydantic's own error
    if value.startswith("-") and _MONEY.match(value[1:]):
        raise ValueError("a price must not be negative")
    if not _MONEY.match(value) or not value.isascii() or value.endswith("\n"):
        raise ValueError('no decimal string such as "20.00", at most nine digits before the point')
    return Decimal(value)


Name = Annotated[str, StringConstraints(min_length=1, max_length=128)]
Money = Annotated[
    Decimal, BeforeValidator(_money), WithJsonSchema({"type": "string", "pattern": AMOUNT_PATTERN})
]
Amount = Annotated[float, Field(ge=0, le=MAX_AMOUNT, allow_inf_nan=False)]
PositiveAmount = Annotated[float, Field(gt=0, le=MAX_AMOUNT, allow_inf_nan=False)]


class Listed(BaseModel):
    """A part of a price list: a key it does not know is refused, a number in quotes is no number."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class MeterTable(Listed):
    """What a plan includes of one meter, and what follows beyond it."""

    meter: Name
    quota: Amount | None = Field(None, description="Included in a cycle; left out: unlimited.")
    overage_price: Money | None = Field(None, description="Price of each started overage_unit beyond it.")
    overage_unit: PositiveAmount = Field(1.0, description="How much of the meter is billed at once.")
    throttled: bool = Field(False, description="Beyond the quota it becomes slow; nothing more is billed.")
    throttle_penalty: Money | None = Field(None, description="What a slow cycle is worth to a customer.")

    def terms(self, digits: int) -> MeterTerms:
        """The meter as models have it; `digits` are the decimals of the currency's minor unit."""
        return MeterTerms(
            self.meter,
            self.quota,
            float(_minor(self.overage_price or Decimal(0), digits)),
            self.overage_unit,
            float(_minor(self.throttle_penalty or Decimal(0), digits)) if self.throttled else None,
        )

    def contradiction(self) -> tuple[str, str] | None:
        """A key and what is wrong with it beside the others, None if nothing is."""
        charged, priced = self.overage_price is not None, self.throttle_penalty is not None
        wrong: dict[str, tuple[bool, str]] = {
            "quota": (
                self.quota is None and (self.throttled or charged or priced),
                "missing: an unlimited meter has no overage_price and is not throttled",
            ),
            "overage_price": (
                self.quota is not None and self.throttled == charged,
                "a throttled meter has a throttle_penalty instead"
                if self.throttled
                else "missing: a quota needs it, or throttled = true with a throttle_penalty",
            ),
            "throttle_penalty": (
                self.quota is not None and self.throttled != priced,
                'missing: say what a throttled cycle is worth, "0.00" for nothing'
                if self.throttled
                else "belongs to throttled = true",
            ),
        }
        # The penalty first: who gives one without throttled = true forgot that, not the price of overage.
        order = ("quota", "throttle_penalty", "overage_price") if priced else tuple(wrong)
        return next(((key, wrong[key][1]) for key in order if wrong[key][0]), None)


class PlanTable(Listed):
    """One plan; `fee` is the price of a cycle."""

    plan_id: Name
    family: Name = Field(description="Plans of one family replace each other.")
    name: Name
    fee: Money
    currency: str = Field(pattern=CURRENCY_PATTERN, description="ISO 4217; the same everywhere.")
    retired: bool = Field(False, description="No longer sold: valid as a current plan, never recommended.")
    meters: Annotated[tuple[MeterTable, ...], Field(min_length=1, max_length=MAX_METERS, strict=False)]


class AddOnTable(Listed):
    """A pack that adds `amount` to a meter for one cycle."""

    add_on_id: Name
    family: Name
    name: Name
    price: Money
    currency: str = Field(pattern=CURRENCY_PATTERN)
    meter: Name
    amount: PositiveAmount


class PriceList(Listed):
    """The whole of plans.toml."""

    plans: Annotated[tuple[PlanTable, ...], Field(min_length=1, max_length=MAX_PLANS, strict=False)]
    add_ons: Annotated[tuple[AddOnTable, ...], Field(max_length=MAX_ADD_ONS, strict=False)] = ()


def faults(
    prices: PriceList, currency: str, digits: int, said_by: str = ""
) -> Iterator[tuple[Location, str]]:
    """What is wrong with a price list that fits its schema: where, as pydantic writes it, and what.

    `currency` is that of everything, `digits` the decimals of its minor unit; `said_by` is where that
    currency stands, if it does not stand in the list.
    """
    yield from _repeated(prices)
    currencies: list[tuple[Location, str]] = [
        *((("plans", at, "currency"), plan.currency) for at, plan in enumerate(prices.plans)),
        *((("add_ons", at, "currency"), add_on.currency) for at, add_on in enumerate(prices.add_ons)),
    ]
    for location, other in currencies:
        if other != currency:
            beside = f"{currency} of {said_by}" if said_by else currency
            yield location, f"{other} beside {beside}: one list has one currency"
    for at, plan in enumerate(prices.plans):
        yield from _too_exact(plan.fee, digits, ("plans", at, "fee"), currency)
        for place, meter in enumerate(plan.meters):
            if wrong := meter.contradiction():
                yield ("plans", at, "meters", place, wrong[0]), wrong[1]
    metered = {(plan.family, meter.meter) for plan in prices.plans for meter in plan.meters}
    for at, add_on in enumerate(prices.add_ons):
        yield from _too_exact(add_on.price, digits, ("add_ons", at, "price"), currency)
        if (add_on.family, add_on.meter) not in metered:
            told = f"no plan of the family {add_on.family!r} has the meter {add_on.meter!r}"
            yield ("add_ons", at, "meter"), told


def plan_book(prices: PriceList, currency: str, digits: int) -> PlanBook:
    """The plan book of a price list that has no faults."""
    plans = [
        Plan(
            plan.plan_id,
            plan.family,
            plan.name,
            int(_minor(plan.fee, digits)),
            tuple(meter.terms(digits) for meter in plan.meters),
            plan.retired,
        )
        for plan in prices.plans
    ]
    add_ons = [
        AddOn(a.add_on_id, a.family, a.name, int(_minor(a.price, digits)), a.meter, a.amount)
        for a in prices.add_ons
    ]
    return PlanBook.of(plans, add_ons, currency)


def _minor(amount: Decimal, digits: int) -> Decimal:
    """Major to minor units; a price of overage may be a fraction of one."""
    return amount.scaleb(digits)


def _repeated(prices: PriceList) -> Iterator[tuple[Location, str]]:
    seen: dict[tuple[Any, ...], Location] = {}
    places: list[tuple[tuple[Any, ...], Location]] = []
    for at, plan in enumerate(prices.plans):
        places.append((("plan", plan.plan_id), ("plans", at, "plan_id")))
        places += [
            (("meter", at, meter.meter), ("plans", at, "meters", place, "meter"))
            for place, meter in enumerate(plan.meters)
        ]
    places += [
        (("add_on", add_on.add_on_id), ("add_ons", at, "add_on_id"))
        for at, add_on in enumerate(prices.add_ons)
    ]
    for key, location in places:
        if key in seen:
            yield location, f"{key[-1]!r} is there twice"
        seen[key] = location


def _too_exact(
    amount: Decimal, digits: int, location: Location, currency: str
) -> Iterator[tuple[Location, str]]:
    if amount != round(amount, digits):
        yield location, f"{amount} has more decimals than {currency} has, {digits}"
