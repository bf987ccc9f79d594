"""Features of candidates, all of them from before the cut."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.ranking.candidates import CandidateRows
from training.ranking.groups import Grouping
from training.ranking.history import History
from training.ranking.rivals import rival_names
from training.ranking.snapshot import Snapshot
from training.ranking.sources import SOURCE_NAMES
from training.ranking.statistics import (
    PAIR_COLUMNS,
    PairStatistics,
    customer_statistics,
    pair_statistics,
)

GROUP_COLUMNS = ("n", "last", "d15", "d45", "d120", "overdue", "gap", "last_place")
PART_COLUMNS = ("n", "d45", "d120")  # of which the product's part of its group is told


@dataclass(slots=True)
class Table:
    """Columns by name, collected one by one; `matrix` is float32 [n_rows, n_columns]."""

    names: list[str]
    columns: list[np.ndarray]

    def add(self, name: str, values: np.ndarray) -> None:
        """One more column."""
        self.names.append(name)
        self.columns.append(values)

    def column(self, name: str) -> np.ndarray:
        """The values of a column that was added."""
        return self.columns[self.names.index(name)]

    def matrix(self) -> np.ndarray:
        """All columns side by side."""
        return np.stack(self.columns, axis=1).astype(np.float32, copy=False)


def features(customers: History, snapshot: Snapshot, rows: CandidateRows) -> Table:
    """The features of candidate rows of these customers."""
    table = Table([], [])
    _source_columns(table, snapshot, rows)
    for name, values in snapshot.products.items():
        table.add(f"product_{name}", values[rows.product])
    of_customers = customer_statistics(customers)
    for name, values in of_customers.items():
        table.add(f"customer_{name}", values[rows.customer])
    table.add(
        "price_difference", snapshot.products["price"][rows.product] - of_customers["price"][rows.customer]
    )
    identity = np.arange(customers.n_products, dtype=np.int32)
    pairs = pair_statistics(customers, identity, customers.n_products)
    last = _pair_columns(table, customers, snapshot, rows, pairs)
    for grouping in snapshot.groupings:
        _group_columns(table, customers, snapshot, rows, grouping, last)
        table.add(
            f"{grouping.name}_price_difference", _dearer_than_usual(customers, snapshot, rows, grouping)
        )
    for name, values in zip(rival_names(snapshot.groupings), rows.rivals, strict=True):
        table.add(name, values)
    return table


def _source_columns(table: Table, snapshot: Snapshot, rows: CandidateRows) -> None:
    at = {name: place for place, name in enumerate(snapshot.sources)}
    silent = np.full(len(rows.product), np.nan, dtype=np.float32)
    for name in SOURCE_NAMES:
        table.add(f"{name}_score", rows.scores[at[name]] if name in at else silent)
        table.add(f"{name}_rank", rows.ranks[at[name]] if name in at else silent)


def _pair_columns(
    table: Table, customers: History, snapshot: Snapshot, rows: CandidateRows, pairs: PairStatistics
) -> np.ndarray:
    """What the customer did with the product; returns days since the last purchase, NaN for none."""
    at, exists = pairs.of(rows.customer, rows.product)
    looked_up = {name: pairs.looked_up(at, exists, name) for name in PAIR_COLUMNS}
    for name, values in looked_up.items():
        table.add(f"pair_{name}", values)
    baskets = np.maximum(customers.basket_counts(), 1)[rows.customer]
    table.add("pair_share", looked_up["n"] / baskets)
    table.add("pair_share_since", looked_up["n"] / (np.nan_to_num(looked_up["first_place"]) + 1))
    usual = np.maximum(snapshot.products["usual_gap"][rows.product], 1)
    table.add("pair_overdue_usual", looked_up["last"] / usual)
    return looked_up["last"]


def _group_columns(
    table: Table,
    customers: History,
    snapshot: Snapshot,
    rows: CandidateRows,
    grouping: Grouping,
    last: np.ndarray,
) -> None:
    """What the customer did with the product's group, and the product's place in it."""
    group = grouping.of[rows.product]
    in_group = group >= 0
    pairs = pair_statistics(customers, grouping.of, grouping.size)
    at, exists = pairs.of(rows.customer, np.maximum(group, 0))
    exists &= in_group
    for name in GROUP_COLUMNS:
        table.add(f"{grouping.name}_{name}", pairs.looked_up(at, exists, name))
    for name in PART_COLUMNS:
        whole = np.maximum(table.column(f"{grouping.name}_{name}"), np.float32(1e-6))
        table.add(f"{grouping.name}_part_{name}", table.column(f"pair_{name}") / whole)
    share = np.exp(snapshot.products["share_28"])
    totals = np.bincount(grouping.of[grouping.of >= 0], share[grouping.of >= 0], minlength=grouping.size)
    part = share / np.where(grouping.of >= 0, totals[np.maximum(grouping.of, 0)], np.nan)
    table.add(f"{grouping.name}_product_share", part.astype(np.float32)[rows.product])
    times = table.column(f"{grouping.name}_n")
    usual = totals / max(totals.sum(), 1e-9)
    expected = np.maximum(customers.basket_counts(), 1)[rows.customer] * usual[np.maximum(group, 0)]
    table.add(f"{grouping.name}_lift", np.log((times + 1) / (expected * 5 + 1)).astype(np.float32))
    table.add(
        f"{grouping.name}_distinct", _distinct(customers, grouping)[rows.customer, np.maximum(group, 0)]
    )
    # Something else of the group was bought since: a substitute.
    table.add(f"{grouping.name}_since", pairs.looked_up(at, exists, "last") - last)


def _distinct(customers: History, grouping: Grouping) -> np.ndarray:
    """float32 [n_customers, n_groups]: how many products of the group the customer ever bought."""
    owned = customers.owned().tocoo()
    group = grouping.of[owned.col]
    inside = group >= 0
    counts = np.bincount(
        owned.row[inside].astype(np.int64) * grouping.size + group[inside],
        minlength=customers.n_customers * grouping.size,
    )
    return counts.reshape(customers.n_customers, grouping.size).astype(np.float32)


def _dearer_than_usual(
    customers: History, snapshot: Snapshot, rows: CandidateRows, grouping: Grouping
) -> np.ndarray:
    """float32 [n]: the logarithm of the product's price over what the customer paid in its group on the
    (geometric) mean; NaN where they bought nothing of it.
    """
    bought = grouping.of[customers.product]
    priced = (bought >= 0) & ~np.isnan(customers.price)
    at = customers.customer[priced].astype(np.int64) * grouping.size + bought[priced]
    n_pairs = customers.n_customers * grouping.size
    times = np.bincount(at, minlength=n_pairs)
    paid = np.bincount(at, np.log(np.maximum(customers.price[priced], 1)), minlength=n_pairs)
    group = grouping.of[rows.product]
    pair = rows.customer.astype(np.int64) * grouping.size + np.maximum(group, 0)
    found = (group >= 0) & (times[pair] > 0)
    usual = np.where(found, paid[pair] / np.maximum(times[pair], 1), np.nan)
    return np.asarray(snapshot.products["price"][rows.product] - usual, dtype=np.float32)
