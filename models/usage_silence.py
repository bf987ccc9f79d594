"""Days without any use at the end of what is known: a pause, after which use goes on, or nothing unusual?

Who uses something nearly every day and then nothing for a week is on holiday, or gone; who often has empty
days is neither. With f the share of a subscriber's days without use before, s such days in a row come with
the chance f^s where nothing is the matter, so that the probability of a pause is

    PAUSE / (PAUSE + f^s)

with PAUSE the chance of one on any day. Who is away uses nothing of all meters: the same is asked of days
without any use at all, and of each meter the likelier of the two holds. Days on which everybody used next to
nothing (`UsageProfile.common`) say nothing of a pause, unless there was use on them. Earlier pauses are no
days of f: who was away for two weeks in spring has none the more often. By as much the silent days are not
heard, in the running cycle nor in finished ones: they say nothing of how much is used on other days, neither
by their number nor by the shape they give to all days. What they do say, how much of the days to come will be
silent as well, is that of `usage_pauses`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.usage_cycles import FINISHED_CUTS
from models.usage_spans import DAYS, WEIGHT

PAUSE = 0.002
UNSEEN = 0.1  # of a day more than was seen there was no use
SURE = 1 - 1e-9  # the most that is believed: what is never heard at all would not even be known to be nothing
SILENT = [DAYS, WEIGHT]  # the sums to which days without use add
OUTAGE = 0.5  # of what is usual: on days on which all used less than this, nothing is no silence
HEARD = 0.5  # up to this probability of a pause parts of the running cycle are compared


class Recorded(NamedTuple):
    """Days with a record that tells, by subscriber and meter, all [n, n_meters + 1]; last, of use of any.

    ever      bool, was anything used before?
    before    how many there are up to the last one with use, less those of earlier pauses; `used` how many of
              these have use
    since     how many there are after it
    """

    ever: np.ndarray
    before: np.ndarray
    used: np.ndarray
    since: np.ndarray


def telling(counts: np.ndarray, used: np.ndarray, common: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """The days that tell of pauses, and those of them with use: bool [..., n_meters + 1, n_days].

    `counts` and `used` bool [..., n_meters, n_days]; `common` factors of these days, None if all are alike.
    Last, of use of any meter: known where one is.
    """
    if common is not None:
        counts = counts & (used | (common >= OUTAGE))
    each = np.concatenate([counts, counts.any(axis=-2, keepdims=True)], axis=-2)
    return each, np.concatenate([used, used.any(axis=-2, keepdims=True)], axis=-2)


def paused_of(days: Recorded) -> np.ndarray:
    """The probability that use has paused: of each meter, or of all, [n, n_meters]."""
    paused = chance_of(days)
    silent = days.ever[:, :-1] & (days.since[:, :-1] > 0)
    return np.where(silent, np.maximum(paused[:, :-1], paused[:, -1:]), 0.0)


def chance_of(days: Recorded) -> np.ndarray:
    """The same of each for itself; of days of any shape."""
    paused = _paused(days.before, days.used, np.maximum(days.since, 0))
    return np.where(days.ever & (days.since > 0), paused, 0.0)


def silences(
    known: np.ndarray, used: np.ndarray, first: np.ndarray, as_of: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whether use has paused, for how many days, and the position of the day after the last with use.

    All [n, n_meters]. From running sums [n, n_meters + 1, n_days + 1] of the days of `telling`, between the
    positions [n] of the first day that is looked at and of the one asked about.
    """
    known, used = (_within(each, first, as_of) for each in (known, used))
    n_known, n_used = known[..., -1], used[..., -1]
    last = np.maximum((used >= n_used[..., None]).argmax(axis=-1), first[:, None])
    before = np.take_along_axis(known, last[..., None], axis=-1)[..., 0]
    since = n_known - before
    some = np.flatnonzero(((since > 0) & (before > n_used)).any(axis=1))
    others = before.astype(np.float64)
    others[some] -= past_pauses(known[some], used[some]).sum(axis=-1)
    days = Recorded(n_used > 0, others, n_used, since)
    silent = np.where(days.ever, since, 0).astype(np.int32)
    return paused_of(days), silent[:, :-1], last[:, :-1]


def past_pauses(known: np.ndarray, used: np.ndarray) -> np.ndarray:
    """Days of earlier pauses [..., n_days], each told on the day that ended it: how many, times how likely.

    Running sums [..., n_days + 1] of days with a record, and with use.
    """
    found = np.zeros((*known.shape[:-1], known.shape[-1] - 1))
    some = used[..., 1:] > used[..., :-1]
    until = np.maximum.accumulate(np.where(some, known[..., 1:], 0), axis=-1)[..., :-1]
    empty = known[..., 1:-1] - until
    ended = np.nonzero(some[..., 1:] & (until > 0) & (empty > 0))
    days, before = empty[ended], until[ended]
    found[..., 1:][ended] = days * _paused(before, used[..., 1:-1][ended], days)
    return found


def _paused(before: np.ndarray, used: np.ndarray, since: np.ndarray) -> np.ndarray:
    """The probability of a pause: of the days `before` some were `used`, and of those `since` none."""
    usual = ((before - used + UNSEEN) / (before + 1)) ** since
    return np.asarray(np.minimum(PAUSE / (PAUSE + usual), SURE))


def _within(sums: np.ndarray, first: np.ndarray, as_of: np.ndarray) -> np.ndarray:
    """Running sums [n, n_meters, n_days + 1] of nothing but the days between two positions [n]."""
    low, high = (np.take_along_axis(sums, each[:, None, None], axis=-1) for each in (first, as_of))
    within: np.ndarray = np.minimum(np.maximum(sums, low), high) - low
    return within


def unhear(sums: np.ndarray, paused: np.ndarray, silent: np.ndarray) -> None:
    """Take what is not heard out of the sums [n_sums, n, n_spans, n_meters], in place.

    Sums as `usage_spans` names them; `silent` [2, n, n_spans, n_meters] those of SILENT over the last days
    without use, of which the others are 0. `paused` [n, n_meters].
    """
    sums[SILENT] -= paused[:, None] * silent


def heard(parts_w: np.ndarray, paused: np.ndarray) -> np.ndarray:
    """W [n, N_CUTS, n_meters, 2] of the parts at cuts: of a running cycle that paused none are compared.

    `paused` [n, n_meters].
    """
    kept = parts_w.copy()
    kept[:, len(FINISHED_CUTS) :] *= (paused <= HEARD)[:, None, :, None]
    return kept
