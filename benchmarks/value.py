"""What customers are worth: how much the top fifth spend next, and how long it takes to reckon and to tell.

python -m benchmarks.value           on Online Retail II, then at the scale of Instacart
python -m benchmarks.value --plain   on Online Retail II alone

At each day the top fifth of the customers known by then is drawn up by value (the half-life chosen on what
was before that day), by plain past spend, and by the usual sum of the quintiles of recency, frequency and
monetary value; what counts is the share of the revenue of the next 90 days that they bring.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from time import perf_counter

import numpy as np
from rich.table import Table

from benchmarks.big_shop import BigShop, write_orders
from benchmarks.data import console, real_file
from config.data import Data, OrdersSource
from config.preferences import Preferences
from config.rewards import load_rewards
from config.settings import load_settings
from config.value import Value
from models.artifact import load_artifact
from models.errors import ArtifactError
from models.texts import Texts
from service.profile.profile import profile_of
from tests.models.tiny import tiny_bundle
from training.commands.value import known_before
from training.data.products import build_catalogue
from training.data.shop import read_shop
from training.fitting.buy_again import fit_buy_again
from training.personas.fit import fit_personas
from training.preferences.never_buys import fit_never_buys
from training.value.expected import BGNBD, SIMPLE, bought_and_spent, decayed_rate
from training.value.fit import fit_customer_value
from training.value.history import spending_of
from training.value.profit import money_of
from training.value.rfm import rfm_of
from training.value.worth import captured

EPOCH = date(1970, 1, 1)
DAYS = ("2010-12-01", "2011-03-01", "2011-06-01", "2011-09-01")
HORIZON = 90
BETTER_THAN_RFM = 0.01
MOST_SECONDS, MOST_MILLISECONDS = 90, 0.5
CATEGORIES, FACTORS, THREADS = 60, 64, 2
DEMO, REWARDS = Path("var/demo/artifacts/current"), Path("config/rewards.toml")
REAL = Path("config/examples/online_retail_ii.toml")


def main() -> None:
    held = [_accuracy(), _profiles()]
    if "--plain" not in sys.argv[1:]:
        held.append(_speed())
    if not all(held):
        sys.exit("a limit was missed")


def _accuracy() -> bool:
    if real_file("online_retail_ii.parquet") is None:
        console.print("skipped: there is no online_retail_ii.parquet")
        return True
    shop = read_shop(load_settings(REAL).data)
    catalogue = build_catalogue(shop.orders, shop.products)
    everything = spending_of(shop.orders, money_of(shop.orders.lines, catalogue, {}))
    table = Table(
        "on", "customers", "half-life", "value", "past spend", "R+F+M", f"error, {SIMPLE}", f"{BGNBD}"
    )
    held = True
    for day in DAYS:
        cut = (date.fromisoformat(day) - EPOCH).days
        orders = known_before(shop.orders, cut)
        fitted = fit_customer_value(orders, catalogue, Value(), cut)
        before = fitted.spending
        mine = shop.orders.customers.indices(orders.customers.take(range(len(orders.customers))))
        later = everything.within(cut, cut + HORIZON)
        spent, known = later.total(later.revenue)[mine], np.ones(len(mine), dtype=np.bool_)
        shares = [
            captured(scores, spent, known)
            for scores in (
                fitted.value.value,
                before.total(before.revenue),
                rfm_of(before).sum(axis=1, dtype=np.int64),
            )
        ]
        finer = bought_and_spent(before, cut, HORIZON)
        expected = [decayed_rate(before, cut, fitted.half_life.half_life, HORIZON), finer]
        errors = [np.abs(each - spent).mean() / 100 for each in expected if each is not None]
        table.add_row(
            day,
            f"{len(mine):,}",
            str(fitted.half_life.half_life),
            *(f"{share:.4f}" for share in shares),
            *(f"{error:.2f}" for error in errors),
        )
        held &= shares[0] >= shares[1] and shares[0] >= shares[2] + BETTER_THAN_RFM
    console.print(table)
    console.print(f"{'holds' if held else 'MISSED'}: at least past spend, and {BETTER_THAN_RFM} above R+F+M")
    return held


def _speed() -> bool:
    """Value, never-buys and personas of the big shop, whose products are given categories."""
    with tempfile.TemporaryDirectory() as folder:
        write_orders(BigShop(), Path(folder))
        shop = read_shop(Data(orders=OrdersSource(path=f"{folder}/*.parquet")))
    orders, catalogue = shop.orders, build_catalogue(shop.orders, shop.products)
    catalogue = replace(
        catalogue,
        categories=Texts.of(f"category {at}" for at in range(CATEGORIES)),
        category=(np.arange(len(catalogue)) % CATEGORIES).astype(np.int32),
    )
    last = int(str(orders.lines["day"].max()))
    tiny = tiny_bundle()
    factors = np.random.default_rng(1).normal(size=(len(orders.customers), FACTORS)).astype(np.float32)
    bundle = replace(
        tiny,
        products=orders.products,
        customers=orders.customers,
        catalogue=catalogue,
        taste=replace(tiny.taste, customer_factors=factors),
        buy_again=fit_buy_again(orders.lines, len(orders.customers), len(orders.products), last, 90),
    )
    seconds: dict[str, float] = {}
    started = perf_counter()
    worth = fit_customer_value(orders, catalogue, Value(), last + 1)
    seconds["value"] = perf_counter() - started
    started = perf_counter()
    fit_never_buys(orders, catalogue, Preferences())
    seconds["never-buys"] = perf_counter() - started
    started = perf_counter()
    fit_personas(orders, replace(bundle, customer_value=worth.value), None, 1, THREADS)
    seconds["personas"] = perf_counter() - started
    whole = sum(seconds.values())
    console.print(f"{len(orders.lines):,} order lines, {len(orders.customers):,} customers")
    console.print(", ".join(f"{name} {took:.1f} s" for name, took in seconds.items()))
    held = whole <= MOST_SECONDS
    console.print(f"{'holds' if held else 'MISSED'}: {whole:.1f} s <= {MOST_SECONDS} s")
    return held


def _profiles() -> bool:
    """How long a profile takes, on the model of `make demo`."""
    try:
        bundle = load_artifact(DEMO)
    except ArtifactError:
        console.print(f"SKIPPED: profiles; there is no {DEMO}: run `make demo` first")
        return True
    rules = load_rewards(REWARDS, bundle.facts.minor_digits, ("gold", "silver", "bronze"))
    customers = bundle.customers.take(range(len(bundle.customers)))
    taken = []
    for customer in customers:
        started = perf_counter()
        profile_of(bundle, None, rules, customer)
        taken.append(perf_counter() - started)
    p99 = 1e3 * float(np.quantile(taken, 0.99))
    held = p99 <= MOST_MILLISECONDS
    told = (
        f"a profile takes {1e3 * float(np.median(taken)):.2f} ms, p99 {p99:.2f} ms <= {MOST_MILLISECONDS} ms"
    )
    console.print(f"{'holds' if held else 'MISSED'}: {told}")
    return held


if __name__ == "__main__":
    main()
