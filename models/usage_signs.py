"""Signs by which forecasts of finished cycles were found to lean, apart for the rest of a cycle and the next.

By subscriber and meter, at most MOST_SIGN. All but the last are logarithms:

    1; how far the stories moved from the level; how far the rate of the running cycle is from it; the same of
    the other meters, on average, because what moves one of a customer's meters often moves all; how far the
    level is from that of the plan; how far use was from the rates that the level is told by

Levels return to that of the plan, but not from anywhere: whoever uses three times as much for good does not
come back. If most subscribers of a plan are normally distributed around its level and a few lie anywhere,
what is to be expected of a level is nearer to the plan's by an amount that fades out again far from it
(Tweedie's formula; Efron, 2011). So what is said of the next cycle has x exp(-x^2 / 2 NEAR_PLAN^2) for x. Of
the rest of the cycle giant days are the larger part of such distances, and they do not come again: there x
stays.

Whoever grows faster than others may not do so for ever: the sign before the last is how much faster they are
taken to grow, a cycle.

The last sign, of the rest only, is how near use is to the quota, exp(-y^2 / 2 NEAR_QUOTA^2) with y the
logarithm of the expected use of a whole cycle over it. Customers choose plans that fit: few are just above a
quota, and who is told to be is mostly below. That is the more so the less sure use is, so it is weighed by
the relative variance of what is expected, in units of UNSURE.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

SIGNS = 8
MOST_SIGN = 2.0
REST, NEXT = 0, 1  # the rest of the running cycle, the next cycle
NEAR_PLAN = 0.5
NEAR_QUOTA = 0.25
UNSURE = 0.05
LEAST = 1e-9  # of a quota


class Told(NamedTuple):
    """What signs are made of, all [n, n_meters]; logarithms but for `heard` and `near_quota`.

    rest, next  how far the stories of either moved from the level
    gap         how far the rate of the running cycle is from the level; `heard` bool, is there any?
    from_plan   how far the level is from that of the plan
    apart       how far use was from the rates
    faster      how much faster than others' use grows
    near_quota  as of `nearness`
    """

    rest: np.ndarray
    next: np.ndarray
    gap: np.ndarray
    heard: np.ndarray
    from_plan: np.ndarray
    apart: np.ndarray
    faster: np.ndarray
    near_quota: np.ndarray


def signs_of(told: Told) -> np.ndarray:
    """The signs [n, n_meters, 2, SIGNS] of REST and NEXT."""
    gap, heard, from_plan = told.gap, told.heard, told.from_plan
    signs = np.empty((*gap.shape, 2, SIGNS))
    signs[..., 0] = 1.0
    signs[..., REST, 1], signs[..., NEXT, 1] = told.rest, told.next
    gap = np.minimum(np.maximum(gap, -MOST_SIGN), MOST_SIGN)
    signs[..., 2] = gap[..., None]
    others = gap.sum(axis=1, keepdims=True) - gap
    signs[..., 3] = (others / np.maximum(heard.sum(axis=1, keepdims=True) - heard, 1))[..., None]
    signs[..., REST, 4] = from_plan
    signs[..., NEXT, 4] = from_plan * np.exp(-0.5 / NEAR_PLAN**2 * from_plan * from_plan)
    signs[..., 5] = told.apart[..., None]
    signs[..., 6] = told.faster[..., None]
    signs[..., REST, 7] = told.near_quota
    signs[..., NEXT, 7] = 0.0
    return np.minimum(np.maximum(signs, -MOST_SIGN), MOST_SIGN)


def nearness(use: np.ndarray, unsure: np.ndarray, quota: np.ndarray) -> np.ndarray:
    """How near the expected `use` of a whole cycle is to the quota, all [n, n_meters]; 0 of an unlimited one.

    `unsure` is the relative variance of use.
    """
    apart = np.log(np.maximum(use, LEAST) / np.maximum(quota, LEAST))
    near: np.ndarray = np.exp(-0.5 / NEAR_QUOTA**2 * apart * apart) * (unsure / UNSURE)
    return near
