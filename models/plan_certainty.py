"""How sure p_saves may be: told no surer than changes of plan came to be.

Forecasts are learned from all subscribers, and those who are advised a change are not like all. So what the
draws of `plan_pricing` say beyond ASKED, the probability that is asked for if nothing else is configured, is
pulled towards it as far as finished cycles showed (Platt, 1999, in Advances in Large Margin Classifiers, with
a fixed point). With L the log odds:

    L(p_saves) = L(ASKED) + slope (L(share of draws) - L(ASKED))        where the share is above ASKED

Of as many draws as all there are, half a one is taken to be against: nothing is certain.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit

from models.plan_pricing import STRATA

ASKED = 0.7
UP, DOWN = 0, 1
_FIXED = float(logit(ASKED))
_MOST = 1 - 0.5 / STRATA


def beyond(p: np.ndarray) -> np.ndarray:
    """Log odds of shares of draws above those of ASKED; 0 where they are not."""
    above: np.ndarray = logit(np.minimum(np.maximum(p, ASKED), _MOST)) - _FIXED
    return above


def probability_of(above: np.ndarray) -> np.ndarray:
    """The probability with these log odds above those of ASKED."""
    p: np.ndarray = expit(_FIXED + above)
    return p


def as_sure_as_came(p: np.ndarray, slope: np.ndarray, larger: np.ndarray) -> np.ndarray:
    """p_saves [n, n_plans] of the shares `p` of draws; `larger` bool, is the plan an upgrade?

    `slope` float64 [n, 2] of UP and DOWN, at most 1.
    """
    own = np.where(larger, slope[:, UP, None], slope[:, DOWN, None])
    return np.where(p > ASKED, probability_of(own * beyond(p)), p)
