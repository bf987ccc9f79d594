"""Pair rules with all their evidence, against mlxtend and rusket at the same support.

python -m benchmarks.rule_mining

All start from the same baskets, already one-hot in memory, and end with every rule of one antecedent and
one consequent that has a lift of 1 or more, each with the columns of evidence it gives unless told
otherwise. The sets must be identical. rusket is met twice: with a pandas frame, the way its users and
mlxtend's call it, which the promise is about, and with its quicker entry for a sparse matrix.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd
import rusket
from mlxtend.frequent_patterns import association_rules, fpgrowth
from rich.table import Table
from scipy.sparse import csr_matrix

from benchmarks.data import console, generated_baskets, online_retail_baskets
from training.fitting.pair_rules import mine_rules

FRAME_RUNS = 3
RUNS = 15  # of ours and of rusket; the quickest counts
TIMES_MLXTEND, TIMES_RUSKET = 50, 4
# Both compare rounded lifts: ask for a hair less than 1, and drop by exact counts what is below.
LIFT = 1 - 1e-9

Rules = set[tuple[int, int]]
T = TypeVar("T")


@dataclass(frozen=True)
class World:
    """Baskets int32 ones [n_baskets, n_products] and the support to mine them at."""

    name: str
    baskets: csr_matrix
    min_support: float


@dataclass(frozen=True)
class Times:
    """Seconds of each, and the rules all agree on."""

    ours: float
    rusket: float
    rusket_matrix: float
    mlxtend: float
    rules: int


def main() -> None:
    warnings.filterwarnings(
        "ignore", category=RuntimeWarning
    )  # mlxtend divides by zero in metrics not asked for
    worlds = [World("generated, 100,000 x 5,000", generated_baskets(100_000, 5_000), 0.001)]
    if (real := online_retail_baskets()) is not None:
        worlds.insert(0, World("Online Retail II", real, 0.003))
    table = Table(
        "baskets", "lines", "support", "rules", "ours, s", "rusket, s", "its matrix, s", "mlxtend, s",
        "x rusket", "x its matrix", "x mlxtend", title="Pair rules",
    )  # fmt: skip
    reached = True
    for world in worlds:
        times = measure(world)
        by_rusket, by_mlxtend = times.rusket / times.ours, times.mlxtend / times.ours
        reached &= by_rusket >= TIMES_RUSKET and by_mlxtend >= TIMES_MLXTEND
        table.add_row(
            world.name,
            f"{world.baskets.nnz:,}",
            f"{world.min_support:g}",
            f"{times.rules:,}",
            f"{times.ours:.3f}",
            f"{times.rusket:.3f}",
            f"{times.rusket_matrix:.3f}",
            f"{times.mlxtend:.1f}",
            f"{by_rusket:.1f} (at least {TIMES_RUSKET})",
            f"{times.rusket_matrix / times.ours:.1f}",
            f"{by_mlxtend:.0f} (at least {TIMES_MLXTEND})",
        )
    console.print(table)
    console.print(
        f"Best of {RUNS} runs, with a frame {FRAME_RUNS}, mlxtend one; the rule sets are identical."
    )
    console.print("Command: python -m benchmarks.rule_mining")
    if not reached:
        sys.exit("slower than promised")


def measure(world: World) -> Times:
    """Mine three times over, check that all found the same, and say how long each took."""
    console.print(f"{world.name}: {world.baskets.shape[0]:,} baskets")
    names = [str(column) for column in range(world.baskets.shape[1])]
    frame = pd.DataFrame.sparse.from_spmatrix(world.baskets.astype(bool), columns=names)
    dense = pd.DataFrame(world.baskets.toarray().astype(bool), columns=names)
    # Taken in turns, so that whatever else the machine does meets both.
    ours = by_matrix = float("inf")
    for _ in range(RUNS):
        seconds, mined = timed(lambda: mine_rules(world.baskets, world.min_support))
        ours = min(ours, seconds)
        seconds, theirs = timed(lambda: with_rusket(world, names))
        by_matrix = min(by_matrix, seconds)
    by_rusket = min(timed(lambda: with_rusket_frame(world, dense))[0] for _ in range(FRAME_RUNS))
    by_mlxtend, slow = timed(lambda: with_mlxtend(world, frame))
    expected = set(zip(mined.antecedents.tolist(), mined.consequents.tolist(), strict=True))
    for found in (theirs, slow):
        assert exactly_positive(found, world.baskets) == expected
    return Times(ours, by_rusket, by_matrix, by_mlxtend, len(expected))


def with_rusket(world: World, names: list[str]) -> pd.DataFrame:
    """rusket on the sparse matrix itself, its quickest way in."""
    itemsets = rusket.fpgrowth(world.baskets, min_support=world.min_support, max_len=2, column_names=names)
    return rusket.association_rules(
        itemsets,
        num_itemsets=world.baskets.shape[0],
        metric="lift",
        min_threshold=LIFT,
    )


def with_rusket_frame(world: World, frame: pd.DataFrame) -> pd.DataFrame:
    """rusket on a one-hot pandas frame."""
    itemsets = rusket.fpgrowth(frame, min_support=world.min_support, max_len=2, use_colnames=True)
    return rusket.association_rules(
        itemsets, num_itemsets=world.baskets.shape[0], metric="lift", min_threshold=LIFT
    )


def with_mlxtend(world: World, frame: pd.DataFrame) -> pd.DataFrame:
    """mlxtend's FP-growth on a sparse frame."""
    itemsets = fpgrowth(frame, min_support=world.min_support, max_len=2, use_colnames=True)
    return association_rules(itemsets, metric="lift", min_threshold=LIFT)


def exactly_positive(rules: pd.DataFrame, baskets: csr_matrix) -> Rules:
    """The rules as product indices, without those whose lift is below 1 by exact counts."""
    orders = np.bincount(baskets.indices, minlength=baskets.shape[1]).tolist()
    found = set()
    for before, after, support in zip(
        rules["antecedents"], rules["consequents"], rules["support"], strict=True
    ):
        (first,), (second,) = before, after
        together = round(support * baskets.shape[0])
        if together * baskets.shape[0] >= orders[int(first)] * orders[int(second)]:
            found.add((int(first), int(second)))
    return found


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds of wall time, and the result."""
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


if __name__ == "__main__":
    main()
