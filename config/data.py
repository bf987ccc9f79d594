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


class Data(Section):
    """Every table, and what holds for all of them."""

    orders: OrdersSource | None = None
    products: ProductsSource | None = None
    customers: CustomersSource | None = None
    currency: str = Field("USD", pattern="^[A-Z]{3}$")
    timezone: str = "UTC"
    day_first: bool = False
    rejects: Path | None = None
