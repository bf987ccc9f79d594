"""How fast customers with fresh events are answered, beside a service without a ledger.

    python -m benchmarks.freshness [--seconds 4] [--rounds 7]

Both servers answer the same pages of the same customers, each of whom bought, looked at and put into the cart
something since the model was fitted. Needs wrk (Debian: apt-get install wrk).
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import orjson
from rich.console import Console

from benchmarks.servers import Load, post, served, wrk
from benchmarks.serving import SERVICE, publish
from benchmarks.synthetic import Size, customer_ids, product_ids

LEAST = 0.6  # of the requests per second without a ledger
CUSTOMERS = 1_000  # in the shop at the same time, of whom there are fresh events
SENT_AT_ONCE = 1_000
KINDS = ("purchase", "view", "view", "cart")


def main() -> None:
    """Measure, print the table, and say whether the limit holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    console = Console()
    if shutil.which("wrk") is None:
        console.print("[bold red]SKIPPED: benchmarks.freshness needs wrk, which is not installed")
        return
    with tempfile.TemporaryDirectory(prefix="sk") as folder:
        with_ledger, without = compared(Path(folder), options.seconds, options.rounds)
    share = median(a.per_second / b.per_second for a, b in zip(with_ledger, without, strict=True))
    print("| customers | req/s, median | p99 ms |")
    print("| --- | ---: | ---: |")
    for name, loads in (("with fresh events", with_ledger), ("without a ledger", without)):
        rate, tail = (median(getattr(load, field) for load in loads) for field in ("per_second", "p99"))
        print(f"| {name} | {rate:,.0f} | {tail * 1e3:.2f} |")
    print(f"\nshare: {share:.2f}, at least {LEAST}")
    print("python -m benchmarks.freshness", *sys.argv[1:])
    if share < LEAST:
        sys.exit("slower than the limit")


def compared(folder: Path, seconds: int, rounds: int) -> tuple[list[Load], list[Load]]:
    """The loads of both servers, in turns."""
    size = Size()
    environment = publish(folder, size)
    ledger = {"SHOPKEEPER_LEDGER__URL": f"sqlite:///{folder / 'ledger.sqlite3'}"}
    found: tuple[list[Load], list[Load]] = ([], [])
    with (
        served(SERVICE, {**environment, **ledger}, folder / "with.log") as (ours, _),
        served(SERVICE, {**environment, "SHOPKEEPER_LEDGER__URL": ""}, folder / "without.log") as (plain, _),
    ):
        _tell(ours, size)
        for turn in range(-1, rounds):
            for url, loads in zip((ours, plain), found, strict=True):
                load = wrk(url, customers=CUSTOMERS, products=size.products, mix="pages", seconds=seconds)
                loads.extend([load] * (turn >= 0))  # the first round warms both up
    return found


def _tell(url: str, size: Size) -> None:
    """Send the events of every customer."""
    rng = random.Random(7)
    customers, products = customer_ids(size)[:CUSTOMERS], product_ids(size)
    now = datetime.now(UTC).isoformat()
    events: list[Mapping[str, object]] = [
        {
            "id": f"{customer}-{number}",
            "type": kind,
            "customer_id": customer,
            "product_id": products[int(rng.random() ** 2 * len(products))],
            "occurred_at": now,
        }
        for customer in customers
        for number, kind in enumerate(KINDS)
    ]
    for start in range(0, len(events), SENT_AT_ONCE):
        body = orjson.dumps({"events": events[start : start + SENT_AT_ONCE]})
        answer = orjson.loads(post(f"{url}/v1/events", body))
        if answer["accepted"] != len(events[start : start + SENT_AT_ONCE]):
            raise RuntimeError(f"not all events were accepted: {answer['results'][0]}")
    time.sleep(0.5)


if __name__ == "__main__":
    main()
