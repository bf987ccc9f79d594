"""How fast the service is beside a constant, how fast it loads, what a worker costs.

    python -m benchmarks.serving [--seconds 4] [--rounds 9] [--mixes MIX ...]

Needs wrk (Debian: apt-get install wrk). Both servers run under config/gunicorn.conf.py with two
workers on this machine, wrk beside them; rounds alternate, and the median of their ratios counts.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import orjson
from rich.console import Console
from rich.table import Table

from benchmarks.constant_app import ANSWER_FILE
from benchmarks.servers import ROOT, Load, memory, post, served, wrk
from benchmarks.synthetic import Size, customer_ids, product_ids, synthetic_bundle
from config.settings import CONFIG_VARIABLE
from models.artifact import write_artifact

SERVICE = "service.app:from_environment()"
CONSTANT = "benchmarks.constant_app:from_environment()"
# Of the constant's requests per second, by products and by what is asked (see known_customers.lua).
RATE_LIMITS = {10_000: {"pages": 0.5, "five": 0.2}, 100_000: {"pages": 0.25}}
MIXES = ("home", "product", "pages", "cart", "five", "mixed")
P99_LIMIT = 3.0  # times the constant's, at 10,000 products
LOAD_LIMIT = 1.0  # seconds
WORKER_LIMIT = 60.0  # MB
LARGE = Size(products=50_000, customers=200_000)  # as large as Instacart's
SAMPLE = 200  # answers looked at for the size of the constant


@dataclass(frozen=True, slots=True)
class Comparison:
    """Loads of both servers, round by round."""

    ours: list[Load]
    constant: list[Load]
    answer_bytes: int

    def rate(self) -> float:
        """Median share of the constant's requests per second."""
        return median(a.per_second / b.per_second for a, b in zip(self.ours, self.constant, strict=True))

    def tail(self) -> float:
        """Median of our p99 in times of the constant's."""
        return median(a.p99 / b.p99 for a, b in zip(self.ours, self.constant, strict=True))


def main() -> None:
    """Measure, print the tables, and say which limits hold."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=4, help="of every round")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--mixes", nargs="*", default=[], choices=MIXES, help="these instead of the limits'")
    options = parser.parse_args()
    console = Console()
    if shutil.which("wrk") is None:
        console.print(
            "[bold red]SKIPPED: benchmarks.serving needs wrk, which is not installed (apt-get install wrk)"
        )
        return
    title = "POST /v1/recommendations, known customers"
    table = Table("products", "asked", "server", "req/s", "p50 ms", "p99 ms", title=title)
    verdicts = Table("what", "measured", "limit", "holds", title="against the limits")
    for products, limits in RATE_LIMITS.items():
        with tempfile.TemporaryDirectory() as directory:
            mixes = options.mixes or list(limits)
            found = compare(Path(directory), Size(products=products), mixes, options.seconds, options.rounds)
        for mix, comparison in found.items():
            _add_rows(table, products, mix, comparison)
            name = f"{products:,} products, {mix}"
            if mix in limits:
                what = f"{name}: req/s, share of the constant's"
                _verdict(verdicts, what, comparison.rate(), limits[mix], at_least=True)
            if products == min(RATE_LIMITS) and mix == "pages":
                _verdict(verdicts, f"{name}: p99, times the constant's", comparison.tail(), P99_LIMIT)
    with tempfile.TemporaryDirectory() as directory:
        seconds, megabytes, worker = load_and_memory(Path(directory))
    name = f"{LARGE.products:,} products, {LARGE.customers:,} customers, {megabytes:.0f} MB"
    _verdict(verdicts, f"{name}: seconds to load", seconds, LOAD_LIMIT)
    _verdict(verdicts, f"{name}: MB for one further worker", worker, WORKER_LIMIT)
    console.print(table, verdicts)
    console.print(
        f"command: python -m benchmarks.serving --seconds {options.seconds} --rounds {options.rounds}"
    )


def compare(
    directory: Path, size: Size, mixes: Sequence[str], seconds: int, rounds: int
) -> dict[str, Comparison]:
    """Both servers side by side, loaded in turns with each mix."""
    environment = publish(directory, size)
    answer = directory / "answer.json"
    found: dict[str, Comparison] = {}
    with served(SERVICE, environment, directory / "service.log") as (url, _):
        answer.write_bytes(_typical_answer(url, size))
        with served(CONSTANT, {ANSWER_FILE: str(answer)}, directory / "constant.log") as (other, _):
            for mix in mixes:
                found[mix] = Comparison([], [], answer.stat().st_size)
                for turn in range(-1, rounds):
                    kept = turn >= 0  # the first round warms both up
                    for target, loads in ((other, found[mix].constant), (url, found[mix].ours)):
                        load = wrk(
                            target,
                            customers=size.customers,
                            products=size.products,
                            mix=mix,
                            seconds=seconds if kept else 2,
                        )
                        loads.extend([load] * kept)
    return found


def load_and_memory(directory: Path) -> tuple[float, float, float]:
    """Seconds to load the large artifact, its size in MB, and MB that a third worker adds to two."""
    environment = publish(directory, LARGE)
    artifact = directory / "artifacts" / "current"
    code = (
        "import sys, time; from pathlib import Path; from models.artifact import load_artifact;"
        "start = time.perf_counter(); load_artifact(Path(sys.argv[1])); print(time.perf_counter() - start)"
    )
    times = [
        float(
            subprocess.run(
                [sys.executable, "-c", code, str(artifact)], cwd=ROOT, check=True, capture_output=True
            ).stdout
        )
        for _ in range(3)
    ]
    size = sum(path.stat().st_size for path in artifact.iterdir())
    with served(SERVICE, environment, directory / "service.log") as (url, master):
        before, workers = _settled(url, master)
        os.kill(master, signal.SIGTTIN)
        time.sleep(2)
        after, more = _settled(url, master)
    return median(times), size / 1e6, (after - before) / (more - workers) / 1e6


def _settled(url: str, master: int) -> tuple[int, int]:
    """Memory and workers after every worker has answered for a while."""
    wrk(url, customers=LARGE.customers, products=LARGE.products, mix="mixed", seconds=4)
    return memory(master)


def publish(directory: Path, size: Size) -> dict[str, str]:
    """An artifact of this size with its settings; the environment that makes a server read them."""
    version = directory / "artifacts" / "synthetic"
    version.mkdir(parents=True)
    write_artifact(synthetic_bundle(size), version)
    (directory / "artifacts" / "current").symlink_to("synthetic")
    settings = directory / "shop.toml"
    settings.write_text(
        f'[artifacts]\ndir = "{directory / "artifacts"}"\n'
        f'[service]\nsigning_key_file = "{directory / "key"}"\n'
    )
    return {CONFIG_VARIABLE: str(settings)}


def _typical_answer(url: str, size: Size) -> bytes:
    """The answer of median length to carts of random customers."""
    rng = random.Random(7)
    customers, products = customer_ids(size), product_ids(size)
    answers = []
    for _ in range(SAMPLE):
        asked = {"customer_id": rng.choice(customers), "basket": [rng.choice(products)], "placement": "cart"}
        answers.append(post(f"{url}/v1/recommendations", orjson.dumps(asked)))
    return sorted(answers, key=len)[SAMPLE // 2]


def _add_rows(table: Table, products: int, mix: str, found: Comparison) -> None:
    for name, loads in (
        ("shopkeeper", found.ours),
        (f"constant of {found.answer_bytes} bytes", found.constant),
    ):
        figures = [median(getattr(load, field) for load in loads) for field in ("per_second", "p50", "p99")]
        table.add_row(
            f"{products:,}",
            mix,
            name,
            f"{figures[0]:,.0f}",
            f"{figures[1] * 1e3:.2f}",
            f"{figures[2] * 1e3:.2f}",
        )


def _verdict(table: Table, what: str, measured: float, limit: float, *, at_least: bool = False) -> None:
    holds = measured >= limit if at_least else measured <= limit
    table.add_row(
        what, f"{measured:.2f}", f"{'>=' if at_least else '<='} {limit:g}", "yes" if holds else "NO"
    )


if __name__ == "__main__":
    main()
