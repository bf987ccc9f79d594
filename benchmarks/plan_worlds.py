"""Forecasts and advice on generated worlds that nothing was tuned on. `python -m benchmarks.plan_worlds`.

Two generators written apart (`tests/training/plans`), thirteen settings that differ in everything. The oracle
knows how the world was made and everybody's level: no forecast can be better, and where it does not reach a
limit nothing can. Figures are those of `shopkeeper evaluate-plans`: of day 10, or of all days. What misses
its limit is in bold and named at the end; then the exit status is 1.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from benchmarks.drawn_worlds import drawn_worlds
from models.billing_days import cycle_start
from models.plan_decision import NudgeLimits
from tests.training.plans.oracle import Oracle
from tests.training.plans.other_worlds import OtherWorld, make_other
from tests.training.plans.worlds import Made, World, make
from training.plans.backtest import Walked, walk
from training.plans.figures import PlanStudy, figures_of

DAY = 10
BOLD = "**"
Limit = tuple[float, float]
LIMITS: dict[str, Limit] = {
    "MAE": (0, 0.75), "Brier": (0, 0.6), "ECE": (0, 0.02), "in 80 %": (0.75, 0.85), "regret": (0, 0.4),
    "expected / realised": (0.85, 1.15), "cost more": (0, 0.2),
}  # fmt: skip
COLUMNS = ["world", "MAE", "oracle", *list(LIMITS)[1:5], "last cycle's", *list(LIMITS)[5:]]
HALF_YEAR = {"months": 6.2, "customers": 2000}
FIRST_WORLDS = {
    "calm cycles": World(
        seed=2101, months=12, noise=0.15, month_end=1.8, growth=0.03, weekend=1.5, newcomers=0.25
    ),
    "wild days": World(seed=2102, months=9, noise=0.2, burst=0.7, tail=0.05, month_end=1.7),
    "three meters": World(seed=2103, customers=1200, months=10, meters=3, noise=0.2, burst=1.0),
    "many changes": World(seed=2104, months=9, noise=0.2, regime=0.25, changes=0.2),
    "drifting": World(seed=2105, months=10, noise=0.2, by_cycle=False, anchors=False, no_call_days=0.3),
    "own weeks": World(seed=2111, months=10, noise=0.15, burst=2.5, own_week=0.5),
    "plans that fit": World(seed=2112, months=11, noise=0.15, fitting=0.7, regime=0.05, misfit=0.8),
    "own growth": World(seed=2113, months=12, noise=0.15, burst=1.6, own_growth=0.04),
}
WORLDS: dict[str, Callable[[], Made]] = {
    **{name: partial(make, world) for name, world in FIRST_WORLDS.items()},
    "lognormal days": lambda: make_other(
        OtherWorld(seed=2106, months=11, law="lognormal", scale=1.3, anchors="first", month_end=1.7)
    ),
    "sessions": lambda: make_other(
        OtherWorld(seed=2107, months=10, law="sessions", scale=1.2, anchors="few", growth=0.04)
    ),
    "autoregressive": lambda: make_other(
        OtherWorld(seed=2108, months=9, law="gamma", scale=1.0, idle=0.25, keep=0.93, cv=(0.2, 0.3))
    ),
    "regular days": lambda: make_other(
        OtherWorld(seed=2109, months=13, law="gamma", scale=4.0, cv=(0.1, 0.2), month_end=1.6, growth=0.05)
    ),
    "half a year": lambda: make_other(
        OtherWorld(seed=2110, law="gamma", scale=1.2, month_end=1.8, **HALF_YEAR)
    ),
}


def main() -> None:
    worlds = asked_for(sys.argv[1:])
    print(f"| {' | '.join(COLUMNS)} |\n| --- {'| ---: ' * (len(COLUMNS) - 1)}|")
    missed = []
    for name, make_world in worlds.items():
        made = make_world()
        walked = walk(made.book, made.subscriptions, made.usage, NudgeLimits(), lambda _: None)
        meters = made.book.meters.take(range(len(made.book.meters)))
        row = row_of(made, walked, figures_of(walked, meters, "USD"))
        print(f"| {name} | {' | '.join(row)} |", flush=True)
        told = zip(COLUMNS[1:], row, strict=True)
        missed += [f"{name}: {what} {cell}" for what, cell in told if BOLD in cell]
    limits = [f"{low:g} to {high:g}" if low else f"{high:g}" for low, high in LIMITS.values()]
    print(f"| limit | {limits[0]} | | {' | '.join(limits[1:5])} | own below it | {' | '.join(limits[5:])} |")
    print("\npython -m benchmarks.plan_worlds", *sys.argv[1:])
    if missed:
        sys.exit("\n".join(["limits missed:", *missed]))


def asked_for(
    arguments: Sequence[str], prog: str = "python -m benchmarks.plan_worlds"
) -> dict[str, Callable[[], Made]]:
    """The worlds that a command line asks for, by name: some of the thirteen, or drawn ones."""
    parser = argparse.ArgumentParser(prog=prog, description=__doc__)
    parser.add_argument("--worlds", nargs="*", choices=list(WORLDS), metavar="WORLD", help="some of them")
    parser.add_argument(
        "--drawn", type=int, metavar="N", help="N worlds whose settings are drawn, in place of the thirteen"
    )
    parser.add_argument("--seed", type=int, help="of what is drawn (1)")
    options = parser.parse_args(arguments)
    if options.drawn is not None:
        if options.worlds is not None:
            parser.error("--worlds names some of the thirteen, --drawn takes others in their place: give one")
        return drawn_worlds(options.drawn, 1 if options.seed is None else options.seed)
    if options.seed is not None:
        parser.error("--seed is of what is drawn: give it with --drawn N")
    return {name: WORLDS[name] for name in (WORLDS if options.worlds is None else options.worlds)}


def row_of(made: Made, walked: Walked, study: PlanStudy) -> list[str]:
    """The figures of a world, in bold what misses its limit: those of COLUMNS, without its name."""
    on_day = walked.at(DAY)
    regret = {each.policy: each.over_stay.value for each in study.policies if each.day == DAY}
    shown = {each.kind: each for each in study.nudges if each.day == DAY}
    coverage = [each.coverage.value for each in study.meters]
    every = study.exceeds[-1]
    return [
        " ".join(_told("MAE", each.ratio.value) for each in study.meters if each.day == DAY),
        " ".join(f"{ratio:.2f}" for ratio in _oracle(made, on_day)),
        _told("Brier", every.ratio.value),
        _told("ECE", every.calibration_error, 3),
        " to ".join(_told("in 80 %", each) for each in (min(coverage), max(coverage))),
        _told("regret", regret["advisor"]),
        _text(regret["last_cycle"], regret["advisor"] <= regret["last_cycle"]),
        _told("expected / realised", shown["all"].ratio.value),
        _told("cost more", shown["upgrade"].worse.value) if "upgrade" in shown else "",
    ]


def _told(name: str, value: float, digits: int = 2) -> str:
    """The figure, in bold where it misses its limit."""
    low, high = LIMITS[name]
    return _text(value, low <= value <= high, digits)


def _text(value: float, kept: bool, digits: int = 2) -> str:
    text = f"{value:.{digits}f}"
    return text if kept else f"{BOLD}{text}{BOLD}"


def _oracle(made: Made, rows: Walked) -> list[float]:
    """The oracle's mean absolute error over that of the run rate, by meter."""
    return over_run_rate(rows, oracle_medians(made, rows)).tolist()


def over_run_rate(rows: Walked, told: np.ndarray) -> np.ndarray:
    """Mean absolute error of forecasts [n, n_meters] over that of the run rate, [n_meters]."""
    ours, theirs = (
        np.where(rows.judged, np.abs(each - rows.actual), 0.0).sum(axis=0) for each in (told, rows.run_rate)
    )
    return np.asarray(ours / theirs)


def oracle_medians(made: Made, rows: Walked) -> np.ndarray:
    """What the oracle forecasts of the same cycles, [n, n_meters]."""
    anchor = made.truth.anchor[rows.customer]
    begin, end = (cycle_start(rows.month + step, anchor) for step in (0, 1))
    return Oracle.of(made.truth, made.amount).medians(rows.customer, begin, DAY, end)


if __name__ == "__main__":
    main()
