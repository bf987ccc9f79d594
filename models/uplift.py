"""What personal recommendations changed: customers who get them against those who are held out.

Shares are compared by Newcombe's hybrid score interval (Statistics in Medicine 17, 1998, method 10), which
keeps its level for small shares; amounts by Welch's interval of the difference of two means.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import ndtri, stdtrit

LEVEL = 0.95


class Estimate(NamedTuple):
    """One measure by arm. `difference` is personal minus control, with its 95 % interval `low` to `high`.

    not_enough   why there is no interval ("not enough data: ..."), None where there is one; then
                 difference, low and high are None
    """

    personal: float | None
    control: float | None
    difference: float | None
    low: float | None
    high: float | None
    not_enough: str | None


def share_uplift(personal: np.ndarray, control: np.ndarray, least: int) -> Estimate:
    """The difference of two shares, from bool [n_personal] and bool [n_control], one entry a customer.

    `least` is the number of customers of an arm below which nothing is said.
    """
    means = _mean(personal), _mean(control)
    if short := _short(personal, control, least):
        return Estimate(*means, None, None, None, short)
    p, c = float(np.mean(personal)), float(np.mean(control))
    p_low, p_high = _wilson(p, len(personal))
    c_low, c_high = _wilson(c, len(control))
    difference = p - c
    low = difference - float(np.hypot(p - p_low, c_high - c))
    high = difference + float(np.hypot(p_high - p, c - c_low))
    return Estimate(p, c, difference, low, high, None)


def mean_uplift(personal: np.ndarray, control: np.ndarray, least: int) -> Estimate:
    """The difference of two means, from float64 [n_personal] and [n_control], one entry a customer."""
    means = _mean(personal), _mean(control)
    short = _short(personal, control, least)
    if not short and not (np.var(personal) or np.var(control)):
        short = "not enough data: no customer of either arm differs from another"
    if short:
        return Estimate(*means, None, None, None, short)
    parts = [(float(np.var(values, ddof=1)) / len(values), len(values)) for values in (personal, control)]
    variance = sum(part for part, _ in parts)
    freedom = variance**2 / sum(part**2 / (n - 1) for part, n in parts)
    half = float(stdtrit(freedom, 0.5 + LEVEL / 2)) * variance**0.5
    difference = float(np.mean(personal) - np.mean(control))
    return Estimate(*means, difference, difference - half, difference + half, None)


def _mean(values: np.ndarray) -> float | None:
    return float(np.mean(values)) if len(values) else None


def _short(personal: np.ndarray, control: np.ndarray, least: int) -> str | None:
    """Why two arms are too small to compare, None if they are not."""
    least = max(least, 2)
    if len(personal) >= least and len(control) >= least:
        return None
    counts = f"{len(personal)} personal and {len(control)} control customers"
    return f"not enough data: {counts}, {least} of each needed"


def _wilson(share: float, n: int) -> tuple[float, float]:
    """Wilson's score interval of a share."""
    z = float(ndtri(0.5 + LEVEL / 2))
    centre = share + z * z / (2 * n)
    half = z * float(np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)))
    scale = 1 + z * z / n
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)
