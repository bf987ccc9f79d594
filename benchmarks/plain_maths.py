"""A plan advisor of plain maths: moments with a fixed decay and one gain, as billing analysts would write it.

A peer for `benchmarks.plan_worlds`: what is simpler than the level filter, and what it would cost to have it.
Prices, guardrails and decisions are those of `models.plan_advisor`; only the forecast differs. By family and
meter, with S the use so far and W the share of a usual cycle in which it was used (all rates a cycle):

    mu0, sigma2   mean and variance of rates between customers
    tau2          squared coefficient of variation between cycles of one customer
    phi           variance of daily use over its mean

    prior         1/V = 1/sigma2 + sum_c d_c / (tau2 m0^2 + phi m0 / W_c),  d_c = 0.5^(age / 3 cycles)
    running       K = (V + tau2 m0^2) / (V + tau2 m0^2 + phi m0 / W),  theta = m + K (S/W - m)
    rest          mean (1-W) theta,  variance (1-W)^2 (V + tau2 m0^2)(1-K) + phi theta (1-W)
    next cycle    K' = V / (V + tau2 m0^2 + phi m0 / W),  m' = m + K'(S/W - m),
                  variance V(1-K') + tau2 m0^2 + phi m'

Bias and width of both are learned on five days of the last two finished cycles, shrunk to 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from models.billing_days import cycle_of, cycle_start
from models.plan_advisor import PlanAdvisor, untrained
from models.plans import PlanBook
from models.running import running_on
from models.subscriptions import DailyUsage, Subscriptions
from models.usage_cycles import UsageCycles
from models.usage_forecast import Faults
from models.usage_gamma import Gamma, gamma_of
from models.usage_history import UsageHistory
from models.usage_level import Level
from models.usage_outcome import SHAPE_AT, SHAPE_KNOTS, Forecast
from models.usage_profile import UsageProfile
from models.usage_rate import UsageRates
from training.plans.profile import fit_profile

HALF_LIFE = 3.0  # cycles
LEAST_W = 0.2  # of a cycle, for its rate to say something of moments
KNOTS = 5  # elapsed shares of the cycle at which they are
LOOKED = 2  # finished cycles in which bias and width are learned
SHRINK = 100.0  # forecasts without any fault mixed in
WELL_SEEN = 0.95  # of a cycle, for what came to be known
WITHIN = 0.8  # of what comes lies between p10 and p90
WIDTHS = np.exp(np.linspace(np.log(0.4), np.log(2.5), 31))


@dataclass(frozen=True, slots=True, eq=False)
class Plain:
    """The moments, all float64 [n_families, n_meters]; bias and width [n_families, n_meters, KNOTS, 2]."""

    mu0: np.ndarray
    sigma2: np.ndarray
    tau2: np.ndarray
    phi: np.ndarray
    bias: np.ndarray
    width: np.ndarray

    def outlook(self, cycles: UsageCycles, family: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Mean and variance [n, n_meters, 2] of the rest and of the next cycle, and the prior mean.

        `family` int [n]. With use of a cycle W as in UsageCycles: of the rest `open_w`, of the next `next_w`.
        """
        mu0, sigma2, tau2, phi = (each[family] for each in (self.mu0, self.sigma2, self.tau2, self.phi))
        w, use = cycles.finished_w, cycles.finished
        own = (use.sum(axis=1) + mu0 * 0.5) / (w.sum(axis=1) + 0.5)
        m0 = np.maximum(own, 1e-3 * mu0 + 1e-9)
        daily, cycle = phi * m0, tau2 * m0 * m0
        age = np.arange(w.shape[1])[::-1, None]
        known = w > 0
        weight = np.where(
            known, 0.5 ** (age / HALF_LIFE) / (cycle[:, None] + daily[:, None] / np.where(known, w, 1.0)), 0.0
        )
        rate = np.where(known, use / np.where(known, w, 1.0), 0.0)
        v = 1 / (1 / sigma2 + weight.sum(axis=1))
        m = v * (mu0 / sigma2 + (weight * rate).sum(axis=1))
        heard = cycles.exposed_w > 0
        share = np.where(heard, cycles.exposed_w, 1.0)
        running = np.where(heard, cycles.exposed / share, m)
        apart = np.where(heard, daily / share, np.inf)
        gain, gain_next = (v + cycle) / (v + cycle + apart), v / (v + cycle + apart)
        theta, coming = m + gain * (running - m), m + gain_next * (running - m)
        rest, next_ = cycles.open_w, cycles.next_w
        single = phi * theta, phi * coming
        variance = (
            rest**2 * (v + cycle) * (1 - gain) + single[0] * rest,
            next_**2 * (v * (1 - gain_next) + cycle) + single[1] * next_,
        )
        return np.stack([rest * theta, next_ * coming], axis=-1), np.stack(variance, axis=-1), m


@dataclass(frozen=True, slots=True, eq=False)
class PlainAdvisor(PlanAdvisor):
    """Prices and decides as `PlanAdvisor`, on plainer forecasts."""

    plain: Plain = field(kw_only=True)

    def forecast(self, cycles: UsageCycles) -> tuple[Forecast, Level]:
        family = self.book.family[cycles.plan]
        mean, variance, usual = self.plain.outlook(cycles, family)
        elapsed = (cycles.as_of - cycles.start) / np.maximum(cycles.end - cycles.start, 1)
        knot = np.minimum((elapsed * KNOTS).astype(np.int64), KNOTS - 1)
        mean = mean * self.plain.bias[family, :, knot]
        variance = variance * (self.plain.bias[family, :, knot] * self.plain.width[family, :, knot]) ** 2
        seen = (cycles.finished_w > 0).sum(axis=1)
        none = np.zeros((1, *usual.shape))
        level = Level(np.log(np.maximum(usual, 1e-9)), none[0], seen, none, none, none[:, :, 0])
        straight = np.broadcast_to(SHAPE_AT, (*usual.shape, SHAPE_KNOTS))
        rest, next_ = (gamma_of(mean[..., at], variance[..., at]) for at in (0, 1))
        jumped = (cycles.exposed > 2 * usual * cycles.exposed_w) & (seen >= 2) & (cycles.exposed_w > 0)
        return Forecast(cycles.used, rest, next_, straight, jumped, seen, none[0]), level


def fit_plain(book: PlanBook, subscriptions: Subscriptions, usage: DailyUsage, as_of: int) -> PlainAdvisor:
    """The plain advisor learned from everything used before the day `as_of`, as `fit_plan_advisor` does."""
    n_families, n_meters = len(book.families), len(book.meters)
    running = running_on(subscriptions, book, as_of - 1)
    rates = UsageRates.plain(n_families, n_meters)
    flat = UsageProfile.flat(n_families, n_meters)
    profile = fit_profile(UsageHistory.of(running, usage, book, (flat, rates), as_of), n_families, as_of)
    history = UsageHistory.of(running, usage, book, (profile, rates), as_of)
    rows = np.arange(len(running))
    cycles = history.cycles(rows, np.full(len(rows), as_of, dtype=np.int64))
    moments = _moments(cycles, running.family, n_families)
    blank = untrained(book)
    advisor = PlainAdvisor(
        book, profile, rates, blank.dynamics, Faults.none(n_families, n_meters), blank.strata,
        plain=moments,
    )  # fmt: skip
    return replace(advisor, plain=_corrected(advisor, history, as_of))


def _moments(cycles: UsageCycles, family: np.ndarray, n_families: int) -> Plain:
    """The moments of finished cycles, by the method of moments."""
    n_meters = cycles.used.shape[1]
    mu0, sigma2, tau2, phi = (np.ones((n_families, n_meters)) for _ in range(4))
    for f, k in np.ndindex(mu0.shape):
        mine = family == f
        w, use = cycles.finished_w[mine, :, k], cycles.finished[mine, :, k]
        known = w > LEAST_W
        rate = np.where(known, use / np.where(known, w, 1.0), 0.0)
        n = known.sum(axis=1)
        own = rate.sum(axis=1) / np.maximum(n, 1)
        some = (n > 0) & (own > 0)
        if not some.any():
            continue
        mu0[f, k] = own[some].mean()
        phi[f, k] = _daily(cycles.parts[mine, :, k], cycles.parts_w[mine, :, k])
        several = some & (n > 1)
        between = (np.where(known, (rate - own[:, None]) ** 2, 0).sum(axis=1) / np.maximum(n - 1, 1))[several]
        level = own[several]
        chance = phi[f, k] * level
        # Ratios are averaged, so that no large customer speaks for all; the largest hundredth is left out.
        squared = np.minimum((between - chance) / level**2, np.quantile(between / level**2, 0.99))
        tau2[f, k] = max(float(squared.mean()), 1e-3) if several.any() else 0.06
        sigma2[f, k] = max(float(own[some].var()) - tau2[f, k] * mu0[f, k] ** 2 / 2, 0.05 * mu0[f, k] ** 2)
    faults = (*mu0.shape, KNOTS, 2)
    return Plain(mu0, sigma2, tau2, phi, np.ones(faults), np.ones(faults))


def _daily(parts: np.ndarray, parts_w: np.ndarray) -> float:
    """phi, from how far the rates before and after the cuts of cycles are apart; parts [n, n_cuts, 2]."""
    known = (parts_w > LEAST_W).all(axis=2)
    use, w = parts[known], parts_w[known]
    mean = use.sum(axis=1) / w.sum(axis=1)
    squared = (use[:, 0] / w[:, 0] - use[:, 1] / w[:, 1]) ** 2 / (1 / w).sum(axis=1)
    used = mean > 0
    if not used.any():
        return 0.05
    values = squared[used] / mean[used]
    return float(np.minimum(values, np.quantile(values, 0.99)).mean())


def _corrected(advisor: PlainAdvisor, history: UsageHistory, until: int) -> Plain:
    """The moments with bias and width as the last finished cycles have them."""
    plain = advisor.plain
    bias, width = plain.bias.copy(), plain.width.copy()
    rows, anchor, family = np.arange(len(history.running)), history.running.anchor, history.running.family
    now = cycle_of(np.full(len(rows), until), anchor)
    for knot in range(KNOTS):
        told: list[tuple[np.ndarray, ...]] = []
        for back in range(1, LOOKED + 1):
            begin, end, after = (cycle_start(now - back + step, anchor) for step in (0, 1, 2))
            as_of = begin + np.round((knot + 0.5) / KNOTS * (end - begin)).astype(np.int64)
            cycles = history.cycles(rows, as_of)
            mean, variance, _ = plain.outlook(cycles, family)
            total, seen = history.totals(rows, begin, end)
            next_, seen_next = history.totals(rows, end, after)
            active = ((history.beginning < as_of) & (history.running.started <= begin))[:, None]
            following = (seen_next >= WELL_SEEN) & (after <= until)[:, None]
            judged = active[..., None] & np.stack([seen >= WELL_SEEN, following], axis=-1)
            rest = np.maximum(total / np.maximum(seen, WELL_SEEN) - cycles.used, 0.0)
            came = np.stack([rest, next_ / np.maximum(seen_next, WELL_SEEN)], axis=-1)
            told.append((mean, variance, came, judged & (mean > 0)))
        mean, variance, came, judged = (np.concatenate(each) for each in zip(*told, strict=True))
        for f, k, which in np.ndindex(bias.shape[0], bias.shape[1], 2):
            some = judged[:, k, which] & (np.tile(family, LOOKED) == f)
            at = f, k, knot, which
            bias[at], width[at] = _faults(*(each[some, k, which] for each in (mean, variance, came)))
    return replace(plain, bias=bias, width=width)


def _faults(mean: np.ndarray, variance: np.ndarray, came: np.ndarray) -> tuple[float, float]:
    """Bias and width of forecasts [n], shrunk to 1."""
    if len(mean) == 0:
        return 1.0, 1.0
    bias = (np.minimum(came / mean, 5.0).sum() + SHRINK) / (len(mean) + SHRINK)
    within = []
    for width in WIDTHS:
        use: Gamma = gamma_of(mean * bias, variance * (bias * width) ** 2)
        p = use.cdf(came)
        within.append(((p >= 0.1) & (p <= 0.9)).mean())
    found = float(np.interp(WITHIN, np.maximum.accumulate(within), np.log(WIDTHS)))
    return float(bias), float(np.exp(found * len(mean) / (len(mean) + SHRINK)))
