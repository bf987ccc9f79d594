"""`shopkeeper value`: what each customer is worth, to a file."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from time import perf_counter

import click
import numpy as np
import polars as pl

from config.settings import load_settings
from models.customer_value import segment_of
from models.errors import ConfigError
from models.ids import IdMap
from training.batch_files import ending_of
from training.commands.telling import telling
from training.data.money import minor_digits
from training.data.orders import GUEST, Orders
from training.data.products import build_catalogue
from training.data.shop import read_shop
from training.nudge_file import write_frame
from training.value.fit import FittedValue, fit_customer_value
from training.value.worth import TOP

EPOCH = date(1970, 1, 1)


@click.command()
@click.option(
    "--config",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The settings, a TOML file, with [data.orders].",
)
@click.option(
    "--as-of",
    "as_of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day to answer for; only what was before it is looked at.  [default: after the last order]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="File to write, ending in .parquet, .csv or .ndjson.",
)
def value(file: Path, as_of: datetime | None, out: Path) -> None:
    """Write what each customer is worth, most valuable first.

    Value is profit that fades with age, with a half-life chosen on the shop's own past. See [value] in the
    settings for tiers, margins and referrals.
    """
    settings = load_settings(file)
    if settings.data.orders is None:
        raise ConfigError("no orders: give [data.orders] a path", key="data.orders", where=str(file))
    ending_of(out)
    started, digits = perf_counter(), minor_digits(settings.data.currency)
    with telling("valuing") as progress:
        shop = read_shop(settings.data, progress)
        day = int(str(shop.orders.lines["day"].max())) + 1 if as_of is None else (as_of.date() - EPOCH).days
        orders = known_before(shop.orders, day)
        if not len(orders.customers):
            raise ConfigError(f"no customer bought before {EPOCH + timedelta(days=day)}", key="as-of")
        catalogue = build_catalogue(shop.orders, shop.products)
        progress("what customers are worth")
        fitted = fit_customer_value(orders, catalogue, settings.value, day, registered=shop.customers)
        frame = value_frame(orders.customers, fitted, day, digits, settings.value.horizon_days)
        progress(f"writing {out}")
        write_frame(frame, out)
    click.echo(_report(out, frame, fitted, EPOCH + timedelta(days=day), perf_counter() - started))


def known_before(orders: Orders, day: int) -> Orders:
    """The lines before a day, and the customers who have any."""
    lines = orders.lines.filter(pl.col("day") < day)
    customer = lines["customer"].to_numpy()
    used = np.unique(customer[customer != GUEST])
    place = np.full(len(orders.customers) + 1, GUEST, dtype=np.int32)  # the last entry serves GUEST
    place[used] = np.arange(len(used), dtype=np.int32)
    lines = lines.with_columns(pl.Series("customer", place[customer]))
    return replace(orders, lines=lines, customers=IdMap(orders.customers.ids[used]))


def value_frame(customers: IdMap, fitted: FittedValue, as_of: int, digits: int, horizon: int) -> pl.DataFrame:
    """One row a customer, most valuable first. Money as decimal strings of the shop's currency."""
    found = fitted.value
    order = np.argsort(-found.value, kind="stable")

    def money(amounts: np.ndarray) -> list[str]:
        return [str(Decimal(round(float(each))).scaleb(-digits)) for each in amounts[order]]

    rfm = found.rfm[order].tolist()
    return pl.DataFrame(
        {
            "customer_id": customers.take(order),
            "recency_days": as_of - found.last_day[order],
            "orders": found.orders[order],
            "revenue": money(found.revenue),
            "profit": money(found.profit),
            "value": money(found.value),
            "tier": [found.tiers[at] for at in found.tier[order].tolist()],
            "rfm": ["".join(map(str, cell)) for cell in rfm],
            "segment": [segment_of(recency, frequency) for recency, frequency, _ in rfm],
            f"expected_profit_{horizon}d": money(found.expected),
        }
    )


def _report(out: Path, frame: pl.DataFrame, fitted: FittedValue, as_of: date, seconds: float) -> str:
    revenue = np.sort(fitted.value.revenue)[::-1].astype(np.float64)
    best = revenue[: round(TOP * len(revenue))].sum() / max(revenue.sum(), 1)
    counts = Counter(frame["tier"])
    tiers = ", ".join(f"{counts[tier]:,} {tier}" for tier in counts)
    basis = ", ".join(f"{100 * share:.0f} % from {name}" for name, share in fitted.basis.items())
    return "\n".join(
        [
            f"Wrote {len(frame):,} customers as of {as_of} to {out} in {seconds:.1f} s: {tiers}.",
            f"  The fifth that spent most brought {100 * best:.0f} % of the revenue.",
            f"  Profit: {basis or 'none known'}; it fades by half in {fitted.half_life.half_life} days.",
            f"  Expected profit by {fitted.expected.model}.",
            "Next: talk to the first rows before the others do.",
        ]
    )
