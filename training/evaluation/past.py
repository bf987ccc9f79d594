"""Fitting as if it were the day before the cut: what was not known then is taken away."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.arrays import frozen
from models.bundle import Facts
from models.catalogue import NO_STOCK_KNOWN, Catalogue
from training.evaluation.exam import Exam


def facts_of(exam: Exam) -> Facts:
    """Facts of a bundle that is judged and thrown away: known is the day before the cut."""
    return Facts(
        version="evaluation", created="", currency="XXX", minor_digits=0, last_day=exam.cut.at - 1,
        weights={}, more={},
    )  # fmt: skip


def without_stock(catalogue: Catalogue) -> Catalogue:
    """The catalogue with stock unknown: what is sold out today may well have been bought then."""
    return replace(catalogue, stock=frozen(np.full(len(catalogue), NO_STOCK_KNOWN, dtype=np.int32)))
