"""What ALS loses where a large shop's first rounds look at a sample. `python -m benchmarks.taste_sample`.

Half of the generated shop of `benchmarks.scale`, its last 28 days kept back: taste is fitted on the rest once
with everybody in every round and once as training does it, at the two heaviest settings that are tried.
Recall is that of products new to the customer, of 4,000 customers who bought some. Told too: how much of the
lists is outside of the products that lists are made of.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from unittest.mock import patch

import numpy as np
import polars as pl
from rich.table import Table
from scipy.sparse import csr_matrix

from benchmarks.big_shop import BigShop, write_orders
from benchmarks.data import console
from config.data import Data, OrdersSource
from config.training import Taste as Settings
from models.taste import Taste
from training.data.shop import read_shop
from training.fitting import taste as fitting
from training.fitting.taste import fit_taste, fit_taste_lists, most_bought
from training.matrices import purchase_matrix

WINDOW, ASKED, LENGTH, SEED, THREADS = 28, 4_000, 100, 1, 2
EVERYBODY = 10**9


def main() -> None:
    known, later = _matrices()
    rng = np.random.default_rng(SEED)
    new = (later > 0).astype(np.float32) - (later > 0).multiply(known > 0).astype(np.float32)
    new.eliminate_zeros()
    able = np.flatnonzero((np.diff(known.indptr) > 0) & (np.diff(new.tocsr().indptr) > 0))
    asked = np.sort(rng.choice(able, min(ASKED, len(able)), replace=False))
    listed = most_bought(np.bincount(known.indices, minlength=known.shape[1]))
    settings = Settings()
    table = Table(
        "regularization", "alpha", "first rounds", "seconds", "recall@10", "@100", "outside of the listed"
    )
    for trial in settings.trials[-2:]:
        for label, most in (("everybody", EVERYBODY), ("a sample", fitting.FIRST_CUSTOMERS)):
            started = perf_counter()
            with patch.object(fitting, "FIRST_CUSTOMERS", most):
                taste = fit_taste(
                    known,
                    factors=settings.factors,
                    iterations=settings.iterations,
                    regularization=trial.regularization,
                    alpha=trial.alpha,
                    seed=SEED,
                    threads=THREADS,
                )
            seconds = perf_counter() - started
            lists = _lists(taste, known, asked)
            recalls = [f"{_recall(lists[:, :k], new.tocsr()[asked]):.4f}" for k in (10, LENGTH)]
            outside = f"{(~np.isin(lists, listed)).mean():.4f}"
            told = (f"{trial.regularization:g}", f"{trial.alpha:g}", label, f"{seconds:.0f}")
            table.add_row(*told, *recalls, outside)
    console.print(table)


def _matrices() -> tuple[csr_matrix, csr_matrix]:
    """Decayed purchases before the last days, and those of the last days."""
    with tempfile.TemporaryDirectory(prefix="shopkeeper-taste-") as folder:
        write_orders(BigShop(fraction=0.5), Path(folder) / "orders")
        orders = read_shop(Data(orders=OrdersSource(path=f"{folder}/orders/*.parquet"))).orders
    last = int(orders.lines["day"].max())  # type: ignore[arg-type]  # a column of Int32 that is not empty
    cut, shape = last - WINDOW, (len(orders.customers), len(orders.products))
    half_life = Settings().half_life_days
    known = purchase_matrix(orders.lines.filter(pl.col("day") <= cut), *shape, cut, half_life)
    return known, purchase_matrix(orders.lines.filter(pl.col("day") > cut), *shape, last, half_life)


def _lists(taste: Taste, known: csr_matrix, asked: np.ndarray) -> np.ndarray:
    of_asked = replace(taste, customer_factors=taste.customer_factors[asked])
    return fit_taste_lists(of_asked, known[asked], LENGTH, THREADS).products


def _recall(lists: np.ndarray, truth: csr_matrix) -> float:
    """The mean share of each row's true products that is in its list."""
    found = [
        np.isin(truth.indices[truth.indptr[row] : truth.indptr[row + 1]], lists[row]).mean()
        for row in range(len(lists))
    ]
    return float(np.mean(found))


if __name__ == "__main__":
    main()
