"""The sections [artifacts] and [data.*]: where orders come from and what to make of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator


class Section(BaseModel):
    """A frozen table of settings; a key it does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _is_pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"{value!r} is no regular expression: {error}") from error
    return value


Pattern = Annotated[str, AfterValidator(_is_pattern)]


class Artifacts(Section):
    """Where artifacts live and how many are kept."""

    dir: Path = Path("var/artifacts")
    keep: int = Field(5, ge=2)


class Source(Section):
    """One table of the shop: files, or a database with a query.

    `columns` maps canonical names to theirs; canonical names that the source uses itself need
    no entry.
    """

    path: str | None = None
    url: str | None = None
    query: str | None = None
    columns: dict[str, str] = {}
    separator: str = Field(",", min_length=1, max_length=1)
    encoding: str = "utf-8"

    @model_validator(mode="after")
    def _one_origin(self) -> Source:
        if (self.path is None) == (self.url is None):
            raise ValueError("give either path (a file or a glob) or url with query (a database)")
        if (self.url is None) != (self.query is None):
            raise ValueError("url and query go together")
        return self


class OrdersSource(Source):
    """Order lines, and what counts as one."""

    timestamp_format: str | None = None
    non_product_pattern: Pattern | None = None
    cancellation_pattern: Pattern | None = None
    drop_exact_duplicates: bool = True
    drop_zero_price: bool = False


class ProductsSource(Source):
    """The catalogue: names, categories, prices, stock."""

    exclude_categories: tuple[str, ...] = ()


class CustomersSource(Source):
    """Registered customers, with or without an order."""


class PlansSource(Source):
    """Plans with their meters and add-ons as TOML, or one table a kind: then plan_meters is one too."""

    @property
    def is_toml(self) -> bool:
        """Whether the plans are one TOML file, which has meters and add-ons in it."""
        return self.path is not None and self.path.endswith(".toml")


class PlanMetersSource(Source):
    """What each plan includes and charges, where plans are a table."""


class AddOnsSource(Source):
    """Packs that top up a meter for one cycle, where plans are a table."""


class SubscriptionsSource(Source):
    """Who has which plan since when."""

    timestamp_format: str | None = None


class UsageSource(Source):
    """How much of each meter a customer used, a day."""

    timestamp_format: str | None = None


PLAN_TABLES = ("plans", "subscriptions", "usage")  # a nudge needs all three


class Data(Section):
    """Every table, and what holds for all of them."""

    orders: OrdersSource | None = None
    products: ProductsSource | None = None
    customers: CustomersSource | None = None
    plans: PlansSource | None = None
    plan_meters: PlanMetersSource | None = None
    add_ons: AddOnsSource | None = None
    subscriptions: SubscriptionsSource | None = None
    usage: UsageSource | None = None
    currency: str = Field("USD", pattern="^[A-Z]{3}$")
    timezone: str = "UTC"
    day_first: bool = False
    rejects: Path | None = None

    @property
    def has_plans(self) -> bool:
        """Whether there are plans, subscriptions and usage: one comes with the others."""
        return self.plans is not None

    @model_validator(mode="after")
    def _plans_are_whole(self) -> Data:
        missing = [name for name in PLAN_TABLES if getattr(self, name) is None]
        if 0 < len(missing) < len(PLAN_TABLES):
            told = ", ".join(f"[data.{name}]" for name in missing)
            raise ValueError(f"plans, subscriptions and usage go together: {told} is missing")
        beside = [name for name in ("plan_meters", "add_ons") if getattr(self, name) is not None]
        if beside and (self.plans is None or self.plans.is_toml):
            raise ValueError(
                f"[data.{beside[0]}] belongs to plans that are a table; a TOML file has all in it"
            )
        if self.plans is not None and not self.plans.is_toml and self.plan_meters is None:
            raise ValueError(
                "plans that are a table need [data.plan_meters] beside them; or name a .toml file"
            )
        return self
