"""Walks that are written down and not walked: every row and what came of it is known."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.advice import DOWNGRADE, TOP_UP, UPGRADE
from training.plans.backtest import POLICIES, Walked

MONTH = 672  # January 2026


def planted(n: int, *, meters: int = 1, **columns: Any) -> Walked:
    """`n` rows of day 10, each of a customer of its own, judged and priced; `columns` replace what they name.

    Of every meter 80 of 100 are used, as forecast, and nobody is advised anything.
    """
    each = np.ones((n, meters))
    plain = {
        "customer": np.arange(n),
        "day": np.full(n, 10),
        "month": np.full(n, MONTH),
        "judged": each > 0,
        "exceeded": each < 0,
        "p_exceed": each * 0,
        "quota": each * 100,
        **dict.fromkeys(("actual", "p50", "run_rate", "own_mean", "next_use"), each * 80),
        "p10": each * 70,
        "p90": each * 90,
        **{name: np.zeros(n, dtype=np.int64) for name in ("plan", "decision")},
        **{name: np.zeros(n) for name in ("saving", "p_saves", "least", "realised")},
        "priced": np.ones(n, dtype=np.bool_),
        "cost": np.zeros((n, len(POLICIES))),
        "topped": np.zeros(n, dtype=np.bool_),
    }
    return Walked(**{**plain, **{name: np.asarray(column) for name, column in columns.items()}})


def changes() -> Walked:
    """Ten upgrades told 0.75 of which eight cost less, ten downgrades told 0.984375 and 1, and two top-ups.

    Of the downgrades of the first band two of four cost less, of the second all six; of the top-ups the one
    whose cycle is known did. One upgrade more is of a cycle of which the next is not known, and one row
    stays.
    """
    told = [0.75] * 10 + [63 / 64] * 4 + [1.0] * 6 + [0.7, 0.7] + [0.75] + [0.0]
    saved = [500.0] * 8 + [-100.0, 0.0] + [200.0, 200.0, -50.0, -50.0] + [100.0] * 6 + [40.0, -9.0, 99.0, 0.0]
    decision = [UPGRADE] * 10 + [DOWNGRADE] * 10 + [TOP_UP] * 2 + [UPGRADE, 0]
    n = len(told)
    at = np.arange(n)
    return planted(
        n,
        day=np.where(at % 2, 5, 20),
        decision=decision,
        p_saves=told,
        realised=saved,
        saving=np.full(n, 300.0),
        priced=(at < n - 2) & (np.array(decision) != TOP_UP) | (at == n - 1),
        topped=at == 20,
        cost=np.tile([100.0, 400.0, 200.0, 300.0, 400.0, 500.0], (n, 1)),
    )
