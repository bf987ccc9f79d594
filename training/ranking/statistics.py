"""What is known of products, customers, and pairs of both, as columns of features by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from training.ranking.history import History

Columns = Mapping[str, np.ndarray]
MATURE_DAYS = 28  # a first purchase younger than this has had no time to be repeated
ZERO_IF_NEVER = frozenset({"n", "d15", "d45", "d120", "n5", "n10", "n20", "r95"})
PAIR_COLUMNS = (
    "n",
    "last",
    "first",
    "last_place",
    "first_place",
    "d15",
    "d45",
    "d120",
    "n5",
    "n10",
    "n20",
    "r95",
    "gap",
    "gap_deviation",
    "overdue",
    "overdue_places",
    "last_gap",
)


@dataclass(frozen=True, slots=True, eq=False)
class PairStatistics:
    """What is known of customers and the things (products, categories) they bought.

    keys     int64 [n_pairs] customer * n_things + thing, ascending
    columns  float32 [n_pairs] each
    """

    keys: np.ndarray
    n_things: int
    columns: Columns

    def of(self, customers: np.ndarray, things: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Positions int64 [n] of these pairs, and bool [n] whether they exist."""
        wanted = customers.astype(np.int64) * self.n_things + things
        if not len(self.keys):
            return np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=bool)
        at = np.minimum(self.keys.searchsorted(wanted), len(self.keys) - 1)
        return at, self.keys[at] == wanted

    def looked_up(self, at: np.ndarray, exists: np.ndarray, name: str) -> np.ndarray:
        """float32 [n]: a column at these positions; where the pair does not exist 0 for a count, else NaN."""
        never = 0.0 if name in ZERO_IF_NEVER else np.nan
        if not len(self.keys):
            return np.full(len(at), never, dtype=np.float32)
        values: np.ndarray = np.where(exists, self.columns[name][at], np.float32(never))
        return values


def pair_statistics(history: History, thing_of: np.ndarray, n_things: int) -> PairStatistics:
    """Statistics of every customer and thing; `thing_of` int32 [n_products], -1 for none.

    Ages and gaps are in days, places in baskets of the customer.
    """
    thing = thing_of[history.product]
    rows = np.flatnonzero(thing >= 0)
    key = history.customer[rows].astype(np.int64) * n_things + thing[rows]
    # The history is in order of time for each customer, and a stable sort keeps it so for each pair.
    order = key.argsort(kind="stable")
    key, basket = key[order], history.basket[rows][order]
    distinct = np.ones(len(key), dtype=bool)
    distinct[1:] = (key[1:] != key[:-1]) | (basket[1:] != basket[:-1])
    key, basket = key[distinct], basket[distinct]
    age = history.age()[basket].astype(np.float32)
    place = history.places()[basket].astype(np.float32)
    first = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]])) if len(key) else np.empty(0, int)
    last = np.append(first[1:], len(key)) - 1 if len(key) else first
    return PairStatistics(key[first], n_things, _pair_columns(age, place, first, last))


def _pair_columns(
    age: np.ndarray, place: np.ndarray, first: np.ndarray, last: np.ndarray
) -> dict[str, np.ndarray]:
    """The columns, for ages [n] and places [n] of pairs that begin at `first` and end at `last`."""
    if not len(first):
        return {}
    n = (last - first + 1).astype(np.float32)

    def total(values: np.ndarray) -> np.ndarray:
        return np.add.reduceat(values.astype(np.float32), first)

    gap = np.zeros(len(age), dtype=np.float32)
    gap[1:] = age[:-1] - age[1:]
    gap[first] = 0
    span = age[first] - age[last]
    several = n > 1
    mean_gap = np.where(several, span / np.maximum(n - 1, 1), np.nan).astype(np.float32)
    variance = total(gap**2) / np.maximum(n - 1, 1) - np.nan_to_num(mean_gap) ** 2
    place_gap = (place[first] - place[last]) / np.maximum(n - 1, 1)
    columns = {
        "n": n,
        "last": age[last],
        "first": age[first],
        "last_place": place[last],
        "first_place": place[first],
        "d15": total(np.exp2(-age / 15)),
        "d45": total(np.exp2(-age / 45)),
        "d120": total(np.exp2(-age / 120)),
        "n5": total(place < 5),
        "n10": total(place < 10),
        "n20": total(place < 20),
        "r95": total(np.float32(0.95) ** place),
        "gap": mean_gap,
        "gap_deviation": np.where(n > 2, np.sqrt(np.maximum(variance, 0)), np.nan),
        "overdue": age[last] / np.maximum(np.where(several, mean_gap, np.nan), 1),
        "overdue_places": np.where(several, place[last] / np.maximum(place_gap, 0.5), np.nan),
        "last_gap": np.where(several, gap[last], np.nan),
    }
    return {name: values.astype(np.float32) for name, values in columns.items()}


def product_statistics(history: History) -> dict[str, np.ndarray]:
    """Columns float32 [n_products]: how much and how freshly bought, by how many, how often again."""
    n = history.n_products
    age = history.age()[history.basket]
    basket_age = history.age()
    ever_first, pair = _first_purchases(history)

    def count(rows: np.ndarray) -> np.ndarray:
        return np.bincount(history.product[rows], minlength=n).astype(np.float32)

    def baskets(days: float) -> float:
        return float(max((basket_age < days).sum(), 1))

    def rate(counts: np.ndarray, days: float) -> np.ndarray:
        return np.log((counts + 0.5) / (baskets(days) + 100) * 1000)

    ever = np.inf
    bought = {days: count(age < days) for days in (7, 28, 90, ever)}
    new = {days: count(ever_first & (age < days)) for days in (7, 28, 90, ever)}
    columns = {f"share_{name}": rate(bought[days], days) for name, days in _WINDOWS}
    columns |= {f"new_share_{name}": rate(new[days], days) for name, days in _WINDOWS[:3]}
    columns["trend_7"] = np.log((bought[7] + 2) / (bought[28] / 4 + 2))
    columns["trend_28"] = np.log((bought[28] + 3) / (bought[90] * 28 / 90 + 3))
    columns["trend_ever"] = np.log((bought[28] + 3) / (bought[ever] / baskets(ever) * baskets(28) + 3))
    columns["new_among_28"] = (new[28] + 1) / (bought[28] + 2)
    columns["buyers"] = np.log((new[ever] + 1) / max(int((history.basket_counts() > 0).sum()), 1))
    columns["per_buyer"] = bought[ever] / np.maximum(new[ever], 1)
    columns |= _repurchase(history, age, ever_first, pair)
    columns |= _price(history, age)
    oldest = np.zeros(n, dtype=np.float32)
    np.maximum.at(oldest, history.product, age.astype(np.float32))
    columns["on_sale_days"] = oldest
    sizes = np.bincount(history.basket, minlength=len(basket_age))[history.basket]
    columns["basket_size"] = np.bincount(history.product, sizes, minlength=n) / np.maximum(bought[ever], 1)
    return {name: values.astype(np.float32) for name, values in columns.items()}


_WINDOWS: tuple[tuple[str, float], ...] = (("7", 7), ("28", 28), ("90", 90), ("ever", np.inf))


def _first_purchases(history: History) -> tuple[np.ndarray, np.ndarray]:
    """bool [n]: is the entry the customer's first of the product; int64 [n]: the number of their pair."""
    key = history.customer.astype(np.int64) * history.n_products + history.product
    _, first, pair = np.unique(key, return_index=True, return_inverse=True)
    is_first = np.zeros(len(key), dtype=bool)
    is_first[first] = True
    return is_first, pair


def _repurchase(
    history: History, age: np.ndarray, first: np.ndarray, pair: np.ndarray
) -> dict[str, np.ndarray]:
    """The share of buyers who bought again, and the days between purchases; both shrunk to the mean."""
    n = history.n_products
    times = np.bincount(pair, minlength=1)[pair]
    mature = first & (age >= MATURE_DAYS)
    again = np.bincount(history.product[mature & (times > 1)], minlength=n)
    buyers = np.bincount(history.product[mature], minlength=n)
    mean = again.sum() / max(buyers.sum(), 1)
    # Days between the first and the last purchase over the number of repeats, summed over customers.
    span = np.bincount(history.product[first], age[first], minlength=n)
    newest = np.zeros(len(pair), dtype=bool)
    _, from_end = np.unique(pair[::-1], return_index=True)
    newest[len(pair) - 1 - from_end] = True
    span -= np.bincount(history.product[newest], age[newest], minlength=n)
    repeats = np.bincount(history.product[~first], minlength=n)
    mean_gap = span.sum() / max(repeats.sum(), 1)
    return {
        "again": (again + 10 * mean) / (buyers + 10),
        "usual_gap": (span + 5 * mean_gap) / (repeats + 5),
    }


def _price(history: History, age: np.ndarray) -> dict[str, np.ndarray]:
    n, known = history.n_products, ~np.isnan(history.price)

    def mean(rows: np.ndarray) -> np.ndarray:
        counts = np.bincount(history.product[rows], minlength=n)
        sums = np.bincount(history.product[rows], history.price[rows], minlength=n)
        means: np.ndarray = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
        return means

    usual = mean(known)
    return {
        "price": np.log(np.maximum(usual, 1)),
        "price_now": mean(known & (age < 7)) / np.maximum(usual, 1),
    }


def customer_statistics(history: History) -> dict[str, np.ndarray]:
    """Columns float32 [n_customers]: how many baskets, how large, how often, how adventurous."""
    n, counts = history.n_customers, np.maximum(history.basket_counts(), 1)
    age, place = history.age(), history.places()
    entries = np.bincount(history.customer, minlength=n)
    last, oldest = np.full(n, 999.0), np.zeros(n)
    np.minimum.at(last, history.basket_customer, age)
    np.maximum.at(oldest, history.basket_customer, age)
    gap = (oldest - last) / np.maximum(counts - 1, 1)
    first, _ = _first_purchases(history)
    recent = age[history.basket] < 56
    latest = place[history.basket] < 3
    priced = ~np.isnan(history.price)
    logs = np.log(np.maximum(history.price[priced], 1))
    prices = np.bincount(history.customer[priced], logs, minlength=n)
    columns = {
        "baskets": np.log(counts),
        "size": entries / counts,
        "size_3": np.bincount(history.customer[latest], minlength=n) / np.minimum(counts, 3),
        "last": last,
        "gap": gap,
        "due": last / np.maximum(gap, 0.5),
        "new_share": (np.bincount(history.customer[recent & first], minlength=n) + 1)
        / (np.bincount(history.customer[recent], minlength=n) + 2),
        "distinct": np.log1p(np.bincount(history.customer[first], minlength=n)),
        "price": prices / np.maximum(np.bincount(history.customer[priced], minlength=n), 1),
    }
    return {name: values.astype(np.float32) for name, values in columns.items()}
