"""The whole of `train` at the scale of Instacart, and how its time grows towards it.

python -m benchmarks.scale              1/16, 1/4 and 1/1 of 3.2 million baskets
python -m benchmarks.scale 1/16         one fraction only
python -m benchmarks.scale 1/1 --plain  without learned orders, within 8 minutes instead of 12
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.big_shop import BigShop, write_orders

FRACTIONS = (Fraction(1, 16), Fraction(1, 4), Fraction(1))
MOST_SECONDS, MOST_PLAIN_SECONDS = 720, 480
MOST_GIGABYTES, MOST_EXPONENT, MOST_RULE_SECONDS = 10, 1.1, 60
PLAIN = "--plain"

CONFIG = """
[artifacts]
dir = "{folder}/artifacts"
[data.orders]
path = "{folder}/orders/*.parquet"
"""

RULES = """
import json, sys, time
from pathlib import Path
from config.settings import load_settings
from training.data.shop import read_shop
from training.fitting.basket_rules import fit_basket_rules
from training.fitting.bought_together import fit_bought_together
from training.matrices import basket_matrix
settings = load_settings(Path(sys.argv[1]))
orders = read_shop(settings.data).orders
fit, threads = settings.training.bought_together, settings.training.threads
started = time.perf_counter()
baskets = basket_matrix(orders.lines, orders.n_orders, len(orders.products))
pairs = fit_bought_together(baskets, fit, threads)
rules = fit_basket_rules(baskets, fit, settings.training.seed, threads)
seconds = time.perf_counter() - started
print(json.dumps({"seconds": seconds, "pairs": len(pairs.consequents), "rules": len(rules)}))
"""


@dataclass(frozen=True)
class Run:
    """What one fraction took."""

    fraction: Fraction
    lines: int
    train_seconds: float
    rule_seconds: float
    gigabytes: float
    stages: dict[str, float]


def main() -> None:
    plain = PLAIN in sys.argv
    most_seconds = MOST_PLAIN_SECONDS if plain else MOST_SECONDS
    fractions = [Fraction(text) for text in sys.argv[1:] if text != PLAIN] or FRACTIONS
    console = Console()
    with tempfile.TemporaryDirectory(prefix="shopkeeper-scale-") as folder:
        runs = [
            measure(each, Path(folder) / f"{each.numerator}-{each.denominator}", plain, console)
            for each in fractions
        ]
    console.print(table_of(runs))
    if len(runs) > 1:
        exponent = growth(runs)
        console.print(f"seconds grow with lines to the power {exponent:.2f} (limit {MOST_EXPONENT})")
    largest = runs[-1]
    if largest.fraction == 1:
        held = {
            f"train {largest.train_seconds:.0f} s <= {most_seconds} s": largest.train_seconds <= most_seconds,
            f"rules {largest.rule_seconds:.0f} s <= {MOST_RULE_SECONDS} s": largest.rule_seconds
            <= MOST_RULE_SECONDS,
            f"peak {largest.gigabytes:.1f} GB <= {MOST_GIGABYTES} GB": largest.gigabytes <= MOST_GIGABYTES,
        }
        for what, holds in held.items():
            console.print(f"{'holds' if holds else 'FAILS'}: {what}")


def measure(fraction: Fraction, folder: Path, plain: bool, console: Console) -> Run:
    """Generate a fraction of the shop, train on it in a process of its own, and clean up."""
    console.print(f"generating {fraction} of the shop")
    lines = write_orders(BigShop(fraction=float(fraction)), folder / "orders")
    config = folder / "shop.toml"
    without = "[training.ranking]\nenabled = false\n" if plain else ""
    config.write_text(CONFIG.format(folder=folder) + without)
    console.print(f"training on {lines:,} lines")
    train = [sys.executable, "-m", "shopkeeper", "train", "--config", str(config)]
    seconds, gigabytes = watched(train)
    report = json.loads((folder / "artifacts" / "current" / "report.json").read_text())
    stages = {stage["name"]: stage["seconds"] for stage in report["stages"]}
    console.print("counting rules alone")
    done = subprocess.run(
        [sys.executable, "-c", RULES, str(config)], check=True, capture_output=True, text=True
    )
    rules = json.loads(done.stdout)["seconds"]
    for file in (folder / "orders").iterdir():
        file.unlink()
    return Run(fraction, lines, seconds, rules, gigabytes, stages)


def watched(command: list[str]) -> tuple[float, float]:
    """Seconds of a command, and the peak of resident memory of it and its children, in GB.

    Raises RuntimeError with the end of its output where it fails.
    """
    started, peak = time.perf_counter(), 0
    with tempfile.TemporaryFile() as output:
        process = psutil.Popen(command, stdout=output, stderr=output)
        while process.poll() is None:
            peak = max(peak, resident(process))
            time.sleep(0.1)
        if process.returncode:
            output.seek(0)
            raise RuntimeError(output.read().decode()[-2000:])
    return time.perf_counter() - started, peak / 1e9


def resident(process: psutil.Process) -> int:
    """Bytes of resident memory of a process and its children, 0 if it just ended."""
    try:
        return sum(one.memory_info().rss for one in [process, *process.children(recursive=True)])
    except psutil.NoSuchProcess:
        return 0


def growth(runs: list[Run]) -> float:
    """The slope between the smallest and the largest run, log of seconds over log of lines."""
    first, last = runs[0], runs[-1]
    return math.log(last.train_seconds / first.train_seconds) / math.log(last.lines / first.lines)


def table_of(runs: list[Run]) -> Table:
    """One column a run."""
    table = Table(title="train at scale: python -m benchmarks.scale")
    table.add_column("")
    for run in runs:
        table.add_column(str(run.fraction), justify="right")
    rows: list[tuple[str, list[str]]] = [
        ("order lines", [f"{run.lines:,}" for run in runs]),
        ("train, s", [f"{run.train_seconds:.1f}" for run in runs]),
        *[(f"  {stage}, s", [f"{run.stages.get(stage, 0):.1f}" for run in runs]) for stage in runs[0].stages],
        ("rules alone, s", [f"{run.rule_seconds:.1f}" for run in runs]),
        ("peak memory, GB", [f"{run.gigabytes:.1f}" for run in runs]),
    ]
    for name, cells in rows:
        table.add_row(name, *cells)
    return table


if __name__ == "__main__":
    main()
