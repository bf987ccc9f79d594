"""How use develops from cycle to cycle, learned by maximum likelihood from finished cycles."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

from models.arrays import frozen
from models.plans import PlanBook
from models.usage_cycles import UsageCycles
from models.usage_defaults import FIELDS, FLOOR, PRIOR, default_dynamics
from models.usage_dynamics import Dynamics, relative_spread
from models.usage_level import log_likelihood

LEAST_SEEN = 0.2  # W under which a cycle is not learned from
LEAST_SUBSCRIBERS = 20
LEARNED_FROM = 1500  # subscribers: the likelihood is sharp enough
PLAN_SHRINK = 10.0  # subscribers of the family's mean mixed into each plan's
MOST_CHANCE = 0.15  # of a jump, of an unusual cycle
LEAST_FAR = -0.22  # logarithm of `far`: a new level differs by a factor, or it is only noise
MOST_RESTLESS = 1.4
MOST_PACE, LEAST_PACE = 0.15, 0.005  # less is none
ROUNDS = 600


def fit_dynamics(cycles: UsageCycles, book: PlanBook, within: dict[str, np.ndarray], seed: int) -> Dynamics:
    """The dynamics of finished cycles; `within`: those [n_families, n_meters] that are measured."""
    base = default_dynamics(book)
    fields = {name: np.array(getattr(base, name)) for name in (*FIELDS, "start")}
    fields |= within
    family = book.family[cycles.plan]
    rng = np.random.default_rng(seed)
    for f in range(len(book.families)):
        for m in range(len(book.meters)):
            rows = np.flatnonzero((family == f) & (cycles.finished_w[:, :, m] > LEAST_SEEN).any(axis=1))
            if len(rows) < LEAST_SUBSCRIBERS:
                continue
            _start(fields, cycles, book, rows, (f, m))
            some = np.sort(rng.permutation(rows)[:LEARNED_FROM])
            _learn(fields, cycles, some, (f, m))
    return Dynamics(**{name: frozen(array) for name, array in fields.items()})


def _start(
    fields: dict[str, np.ndarray], cycles: UsageCycles, book: PlanBook, rows: np.ndarray, at: tuple[int, int]
) -> None:
    """Levels by plan before a subscriber's own use is known, and how far subscribers are from them."""
    f, m = at
    share = np.where(cycles.finished_w[rows][:, :, m] > LEAST_SEEN, cycles.finished_w[rows][:, :, m], np.nan)
    with np.errstate(divide="ignore"):
        seen = np.log(cycles.finished[rows][:, :, m] / share)
    usual = np.nanmedian(seen, axis=1)
    middle = float(np.median(usual))
    if not np.isfinite(middle):
        return
    floor = middle + np.log(FLOOR)
    usual = np.maximum(usual, floor)
    fields["floor"][at] = floor
    above = usual > floor
    general = float(usual[above].mean())
    residual = []
    for plan in np.flatnonzero((book.family == f) & book.metered[:, m]).tolist():
        own = usual[above & (cycles.plan[rows] == plan)]
        fields["start"][plan, m] = (own.sum() + PLAN_SHRINK * general) / (len(own) + PLAN_SHRINK)
        residual.append(own - fields["start"][plan, m])
    fields["between"][at] = max(float(np.concatenate(residual).var()), 0.02)


def _learn(fields: dict[str, np.ndarray], cycles: UsageCycles, rows: np.ndarray, at: tuple[int, int]) -> None:
    """Maximum likelihood of the eight that have no closed form, with a weak pull to what is usual."""
    f, m = at
    used = cycles.finished[rows][:, :, m : m + 1]
    share = cycles.finished_w[rows][:, :, m : m + 1]
    share = np.where(share > LEAST_SEEN, share, 0.0)
    begin = np.array([np.log(0.05), np.log(0.002), -1.5, -1.5, np.log(0.8), 0.0, PRIOR["restless"], 0.0])
    fixed = {
        name: fields[name][f : f + 1, m : m + 1] for name in ("between", "day", "floor", "spread", "heed")
    }
    times = relative_spread(cycles.spread[rows, m : m + 1], cycles.spread_w[rows, m : m + 1], fixed["spread"])
    fixed["seen"] = fields["seen"][f, m] * times ** fixed["heed"]
    start = fields["start"][cycles.plan[rows]][:, m : m + 1]

    def made(x: np.ndarray) -> dict[str, float]:
        step = np.clip(x, -12, 3)
        chance = MOST_CHANCE / (1 + np.exp(-step[2:4]))
        return {
            "cycle": float(np.exp(step[0])), "drift": float(np.exp(step[1])), "jump": float(chance[0]),
            "odd": float(chance[1]), "far": float(np.exp(min(max(step[4], LEAST_FAR), 1.0))),
            "growth": float(x[5] * 0.05), "restless": float(np.clip(x[6], 0.0, MOST_RESTLESS)),
            "pace": float(np.clip(x[7] * 0.05, 0.0, MOST_PACE)),
        }  # fmt: skip

    def loss(x: np.ndarray) -> float:
        values = {name: np.full((1, 1), value) for name, value in made(x).items()}
        likelihood = log_likelihood(Dynamics(**fixed, **values, start=start), used, share)
        return float(-likelihood.sum() + ((x - begin) ** 2).sum())

    simplex = begin + np.vstack([np.zeros(8), np.diag([0.7, 1.0, 1.0, 1.0, 0.4, 0.3, -0.4, 0.8])])
    options = {"maxfev": ROUNDS, "xatol": 0.02, "fatol": 0.05, "initial_simplex": simplex}
    found = minimize(loss, begin, method="Nelder-Mead", options=options).x
    for name, value in made(found).items():
        fields[name][at] = value
    if fields["pace"][at] < LEAST_PACE:
        fields["pace"][at] = 0.0
