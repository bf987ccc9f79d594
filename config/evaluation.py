"""The section [evaluation]: what `shopkeeper evaluate` asks, of whom, and when."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from config.data import Section


class EvaluationCarts(Section):
    """Cart completion: one product taken out of each basket at random, to be found from the rest.

    The dates default to those of the customers; the windows run up to the next date.
    """

    min_basket_products: int = Field(2, ge=2)
    min_product_orders: int = Field(1, ge=1)
    product_orders_before: date | None = None
    validation_from: date | None = None
    test_from: date | None = None
    test_to: date | None = None
    max_carts: int = Field(3_000, ge=100)

    @model_validator(mode="after")
    def _ordered(self) -> EvaluationCarts:
        dates = (self.validation_from, self.test_from, self.test_to)
        given = [day for day in dates if day is not None]
        if len(given) not in (0, len(dates)):
            raise ValueError("give validation_from, test_from and test_to together, or none of them")
        if given != sorted(set(given)):
            raise ValueError(f"dates must ascend: {', '.join(map(str, given))}")
        return self


class Evaluation(Section):
    """The exam of `shopkeeper evaluate`."""

    dir: Path = Path("var/evaluation")
    window_days: int | None = Field(None, ge=1)
    validation_from: date | None = None
    test_from: date | None = None
    truth: Literal["window", "first_basket"] = "window"
    min_truth_products: int = Field(1, ge=1)
    min_product_orders: int = Field(1, ge=1)
    product_orders_before: date | None = None
    min_customer_orders: int = Field(1, ge=1)
    bootstrap_samples: int = Field(2_000, ge=100)
    carts: EvaluationCarts = EvaluationCarts()

    @model_validator(mode="after")
    def _ordered(self) -> Evaluation:
        if (self.validation_from is None) != (self.test_from is None):
            raise ValueError("give validation_from and test_from together, or neither")
        if self.validation_from and self.test_from and self.validation_from >= self.test_from:
            raise ValueError(f"validation_from {self.validation_from} must be before {self.test_from}")
        return self
