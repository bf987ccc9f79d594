"""How long pauses last, learned from every silence in the days that are known, ended or not."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from models.arrays import frozen
from models.usage_history import UsageHistory
from models.usage_pauses import TABLE, usual_lasting
from models.usage_silence import Recorded, chance_of, past_pauses

SHRINK = 10.0  # pauses of every length that end as usual ones do
MOST_CHANCE = 0.95  # that a pause ends on a day: none is impossible to last longer
# Days of a pause from which on the chance that it ends is another one: of some days together, because of
# single ones too little is known.
EDGES = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 21, 26, 32, 48, 64, 96, 128, 192, TABLE)


def fit_lasting(history: UsageHistory, n_families: int) -> np.ndarray:
    """The share of pauses that last longer than 0, 1, ... days, float64 [n_families, n_meters, TABLE].

    The chance of an end is by days of silence, over all silences that lasted so long (Kaplan and Meier,
    1958), so that it counts as well what did not end before the last day. Days count by how likely they are
    to be those of a pause.
    """
    usual = usual_lasting()
    n_meters = history.counted.shape[1]
    lasting = np.tile(usual, (n_families, n_meters, 1))
    for family in range(n_families):
        rows = np.flatnonzero(history.running.family == family)
        for meter in range(n_meters):
            lasting[family, meter] = _lasting(*_silences(history, rows, meter), usual)
    return frozen(lasting)


def _silences(history: UsageHistory, rows: np.ndarray, meter: int) -> tuple[np.ndarray, np.ndarray]:
    """How many days were at risk to end a pause, and how many did, by days of silence before: [TABLE]."""
    known_days, used_days = history.known_days[rows, meter], history.used_days[rows, meter]
    known, used = (np.diff(each, axis=1) > 0 for each in (known_days, used_days))
    # Known days up to the last one with use, and those of them with use.
    until = np.maximum.accumulate(np.where(used, known_days[:, 1:], 0), axis=1)[:, :-1]
    since = known_days[:, 1:-1] - until
    at = known[:, 1:] & (until > 0) & (since > 0)
    before = until - past_pauses(known_days, used_days).cumsum(axis=1)[:, :-1]
    paused = chance_of(Recorded(np.ones(at.sum(), np.bool_), before[at], used_days[:, 1:-1][at], since[at]))
    days = np.minimum(since[at], TABLE - 1)
    ended = paused * used[:, 1:][at]
    return np.bincount(days, paused, TABLE), np.bincount(days, ended, TABLE)


def _lasting(at_risk: np.ndarray, ended: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """The share [TABLE] of pauses that last longer than 0, 1, ... days, with SHRINK `usual` ones mixed in."""
    lasting = np.array(usual)
    for first, last in pairwise(EDGES):
        days = np.arange(first, last)
        # Of as many pauses more as SHRINK that have lasted so long, those at risk on each day, and all ends.
        risk = SHRINK * usual[days - 1] / usual[first - 1]
        ends = SHRINK * (1 - usual[last - 1] / usual[first - 1])
        moved = (ended[days].sum() + ends) / (at_risk[days].sum() + risk.sum()) * risk.sum() / ends
        chance = np.minimum((1 - usual[days] / usual[days - 1]) * moved, MOST_CHANCE)
        lasting[days] = lasting[first - 1] * np.cumprod(1 - chance)
    return lasting
