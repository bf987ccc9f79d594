"""The two text files beside the data: README.txt, and shop.toml to train with."""

from __future__ import annotations

from pathlib import Path

from training.demo_store.orders import DELIVERY, Dirt
from training.demo_store.plans import CURRENCY
from training.demo_store.toml_text import quoted


def shop_toml(directory: Path) -> str:
    """A configuration that reads the store; its paths are `directory` as given."""
    return f"""# The demo store. Paths are relative to the directory in which commands are run.
[artifacts]
dir = {quoted((directory / "artifacts").as_posix())}

[data]
currency = {quoted(CURRENCY)}

[data.orders]
path = {quoted((directory / "orders.csv").as_posix())}
non_product_pattern = {quoted(f"^{DELIVERY}$")}
cancellation_pattern = "^C"

[data.products]
path = {quoted((directory / "products.csv").as_posix())}

[data.customers]
path = {quoted((directory / "customers.csv").as_posix())}

[data.plans]
path = {quoted((directory / "plans.toml").as_posix())}

[data.subscriptions]
path = {quoted((directory / "subscriptions.csv").as_posix())}

[data.usage]
path = {quoted((directory / "usage.parquet").as_posix())}
"""


def readme(seed: int, as_of: str, dirt: Dirt, delivery_lines: int) -> str:
    """README.txt: what each file is, and the faults in it. `as_of` is the day after the last."""
    return f"""A generated shop: a neighbourhood pizza-and-grocery shop that also sells broadband and mobile
plans. Nobody in it exists; telephone numbers and addresses are of ranges reserved for fiction.
Seed {seed}. The files are those of a shop on the morning of {as_of}; times are UTC, which the
shop keeps, and money is in {CURRENCY}.

orders.csv         one product in one order a line; an empty customer_id is a guest
products.csv       the catalogue; variant_of names the product whose other size it is
customers.csv      registered customers, some without an order yet; an empty cell is unknown
events.parquet     views, carts and wishlists of the last 90 days; a missing customer_id is a
                   session of someone not logged in
plans.toml         plans with quotas and prices, and add-on packs
subscriptions.csv  who has which plan; after a change the old row's ended_on is its last day;
                   an empty cycle_anchor_day is the first of the month
usage.parquet      daily use for a year, data_gb in gigabytes; a missing day was not recorded
truth.json         what was planted: combinations, vegetarians, the most valuable fifth, ...
shop.toml          a configuration that reads all this

Faults in orders.csv, on purpose (lines; truth.json has them under "dirt"):
exact duplicates of the line before            {dirt.duplicate_line}
cancellations: a line of an earlier order with
negative quantity, order_id with C before it   {dirt.cancellation}
cancellations of orders older than the file    {dirt.cancellation_unmatched}
dates that are none                            {dirt.bad_date}
missing order_id                               {dirt.missing_order_id}
missing product_id                             {dirt.missing_product_id}
quantity of zero or less                       {dirt.non_positive_quantity}
and delivery fees, whose product_id {DELIVERY}
is no product                                  {delivery_lines}
"""
