"""What a source of recommendations answers: candidates with their scores."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Scored(NamedTuple):
    """Candidates, best first: `products` int32 [n], `scores` float32 [n], descending."""

    products: np.ndarray
    scores: np.ndarray


NOTHING = Scored(np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32))
