"""Taste: factors of customers and products from implicit-feedback ALS, and how to score with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from models.arrays import Arrays, best
from models.ids import UNKNOWN
from models.scored import NOTHING, Scored


@dataclass(frozen=True, slots=True, eq=False)
class Taste:
    """Frozen factors. Scores are estimated preferences: about 0 for no interest, about 1 for a purchase.

    customer_factors  float32 [n_customers, n_factors]
    product_factors   float32 [n_products, n_factors]; a row of zeros for a product without a known buyer
    gram              float32 [n_factors, n_factors] product_factors.T @ product_factors
    regularization    float64 [1]
    alpha             float64 [1] confidence of a purchase of weight 1
    """

    customer_factors: np.ndarray
    product_factors: np.ndarray
    gram: np.ndarray
    regularization: np.ndarray
    alpha: np.ndarray

    def scores(self, factors: np.ndarray) -> np.ndarray:
        """Preferences float32 [n_products] of one customer's factors [n_factors]."""
        scores: np.ndarray = self.product_factors @ factors
        return scores

    def top(self, factors: np.ndarray, n: int, exclude: np.ndarray) -> Scored:
        """The n best products for these factors, without those in `exclude` (product indices)."""
        if not factors.any():
            return NOTHING
        scores = self.scores(factors)
        scores[exclude] = -np.inf
        products = best(scores, n)
        products = products[scores[products] > 0]
        return Scored(products.astype(np.int32), scores[products])

    def fold_in(self, products: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Factors float32 [n_factors] of a customer who bought `products` [n] with `weights` [n].

        The normal equation of one ALS step (Hu, Koren, Volinsky, ICDM 2008, equation 4) with
        confidence alpha * weight:
            (Y'Y + Y'(C - I)Y + regularization I) x = Y'C 1
        Unknown products (UNKNOWN) are left out; nothing known gives zeros.
        """
        known = products != UNKNOWN
        rows = self.product_factors[products[known]].astype(np.float64)
        confidence = float(self.alpha[0]) * weights[known].astype(np.float64)
        left = self.gram.astype(np.float64) + (rows.T * (confidence - 1)) @ rows
        left[np.diag_indices_from(left)] += float(self.regularization[0])
        return np.linalg.solve(left, confidence @ rows).astype(np.float32)

    def to_arrays(self) -> Arrays:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        return cls(**{name: arrays[name] for name in cls.__slots__})
