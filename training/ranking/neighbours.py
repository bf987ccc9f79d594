"""Sources that ask customers who are alike.

`training.baselines.neighbours` has the same methods as the papers describe them, with settings to tune, and
asks them of the customers they were fitted on. Sources are fitted on a sample, and score anybody's history.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from training.ranking.history import History
from training.ranking.sources import dense, weighted_sums


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """What customers with similar baskets buy (TIFU-KNN; Hu et al., SIGIR 2020).

    vectors  float32 CSR [n_reference, n_columns] of reference customers, norms float32 [n_reference]
    """

    columns: np.ndarray
    vectors: csr_matrix
    norms: np.ndarray
    n_neighbours: int
    share: float

    def scores(self, customers: History) -> np.ndarray:
        """share * own vector + (1 - share) * mean vector of the nearest reference customers."""
        own = tifu_vectors(customers, self.columns)
        squares = np.asarray(own.multiply(own).sum(axis=1)).ravel()
        distance = squares[:, None] + self.norms - 2 * dense(own @ self.vectors.T)
        # The customer is no neighbour of theirs; single precision leaves a rest of the difference.
        distance[distance <= 1e-6 * squares[:, None]] = np.inf
        n = min(self.n_neighbours, distance.shape[1])
        nearest = np.argpartition(distance, n - 1, axis=1)[:, :n]
        others = np.isfinite(np.take_along_axis(distance, nearest, 1))
        shares = np.zeros_like(distance)
        np.put_along_axis(shares, nearest, others / np.maximum(others.sum(axis=1, keepdims=True), 1), axis=1)
        mean = weighted_sums(shares, self.vectors)
        scores: np.ndarray = self.share * dense(own) + (1 - self.share) * mean
        return scores


def tifu_vectors(
    history: History, columns: np.ndarray, group: int = 7, within: float = 0.9, between: float = 0.7
) -> csr_matrix:
    """float32 [n_customers, n_columns]: baskets in groups of `group` from the newest, weights
    within^(place in the group) / baskets in it, times between^(place of the group) / groups."""
    places, counts = history.places(), history.basket_counts()
    number, inside = places // group, places % group
    total = counts[history.basket_customer]
    size = np.minimum(group, total - number * group)
    weights = within**inside / size * between**number / np.ceil(total / group)
    entries = (weights[history.basket].astype(np.float32), (history.customer, history.product))
    return csr_matrix(entries, shape=(history.n_customers, history.n_products))[:, columns]


def fit_neighbours(
    history: History, columns: np.ndarray, n_neighbours: int = 300, share: float = 0.5
) -> Neighbours:
    """The customers of the history are the reference."""
    vectors = tifu_vectors(history, columns)
    norms = np.asarray(vectors.multiply(vectors).sum(axis=1), dtype=np.float32).ravel()
    return Neighbours(columns, vectors, norms, n_neighbours, share)


@dataclass(frozen=True, slots=True, eq=False)
class UserWise:
    """What customers with similar products bought in their last baskets (UP-CF; Faggioli et al., UMAP 2020).

    owned   float32 CSR [n_reference, n_products] ones; recent float32 CSR [n_reference, n_columns]
    """

    owned: csr_matrix
    recent: csr_matrix
    locality: float
    asymmetry: float

    def scores(self, customers: History) -> np.ndarray:
        """Sum over reference customers of similarity^locality times their recent shares."""
        mine = customers.owned()
        n_mine = np.maximum(np.diff(mine.indptr), 1).astype(np.float32)
        n_theirs = np.maximum(np.diff(self.owned.indptr), 1).astype(np.float32)
        common = dense(mine @ self.owned.T)
        common /= n_mine[:, None] ** self.asymmetry * n_theirs[None] ** (1 - self.asymmetry)
        return weighted_sums(common**self.locality, self.recent)


def fit_user_wise(
    history: History, columns: np.ndarray, baskets: int = 25, locality: float = 3, asymmetry: float = 0.25
) -> UserWise:
    """Shares of the last `baskets` baskets of every customer."""
    places = history.places()[history.basket]
    counts = np.minimum(history.basket_counts(), baskets)
    recent = places < baskets
    shares = (1 / np.maximum(counts, 1))[history.customer[recent]].astype(np.float32)
    shape = (history.n_customers, history.n_products)
    matrix = csr_matrix((shares, (history.customer[recent], history.product[recent])), shape=shape)
    return UserWise(history.owned(), matrix[:, columns], locality, asymmetry)
