"""The gate: a model that is worse than popularity, or than the current artifact, is not let through.

Three figures are looked at, all recall@10 of what the service would answer: over all products, over
products new to the customer, and of carts with one product taken out (where recall is the hit rate).
Each must reach (1 - margin) times what it is compared with.

The current artifact is compared by the figures recorded in its manifest, not judged anew: it was
fitted on data that may hold today's test window, and would pass any exam on it. The windows of the two
evaluations may differ, and so may how hard they are: where popularity does worse today than it did
then, the recorded figure is scaled down by the same ratio. It is never scaled up.
Limits of that: one baseline stands for all that changed, and both figures are estimates from a sample
of customers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from config.training import Gate as GateSettings
from models.bundle import Facts
from models.errors import GateError
from training.evaluation.exam import Part
from training.evaluation.protocol import Evaluation, Row

K = 10
CHECKED: Mapping[Part, str] = {"all": "all products", "new": "new products", "cart": "carts"}
JUDGED, BASELINE = "served", "popularity"


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison: `got` must be at least `needed`, both recall@10, 0 to 1.

    customers  how many were judged; carts, where the metric is of carts
    """

    metric: str
    against: str
    got: float
    compared: float
    needed: float
    customers: int

    @property
    def passed(self) -> bool:
        return self.got >= self.needed


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """What was compared, and why something was not."""

    checks: tuple[Check, ...]
    warnings: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return all(check.passed for check in self.checks)

    def to_dict(self) -> dict[str, Any]:
        """Plain values that fit JSON."""
        return {
            "passed": self.passed,
            "checks": [asdict(check) | {"passed": check.passed} for check in self.checks],
            "warnings": list(self.warnings),
        }

    def require(self) -> None:
        """Raise GateError for the first comparison that failed, saying by how much."""
        for check in self.checks:
            if not check.passed:
                raise GateError(_by_how_much(check), metric=check.metric, got=check.got, needed=check.needed)


def check(evaluation: Evaluation, current: Facts | None, settings: GateSettings) -> GateVerdict:
    """Compare an evaluation with its own baseline and with the current artifact's recorded one.

    What cannot be compared passes with a warning that says why: a small shop must be able to publish.
    """
    if evaluation.reason is not None:
        return GateVerdict((), (f"the gate compared nothing: {evaluation.reason}",))
    checks: list[Check] = []
    warnings: list[str] = []
    recorded = _recorded(evaluation, current, warnings)
    for part in CHECKED:
        got, baseline = evaluation.row(JUDGED, part, K), evaluation.row(BASELINE, part, K)
        if got is None or baseline is None or got.customers < settings.min_customers:
            judged = 0 if got is None else got.customers
            warnings.append(
                f"the gate did not compare {_metric(part)}: {judged} {_judged(part)} were judged,"
                f" training.gate.min_customers is {settings.min_customers}"
            )
            continue
        checks.append(_check(part, "the popularity baseline", got, baseline.recall, settings.margin))
        if recorded is not None and current is not None:
            before = _carried_over(recorded, part, baseline.recall, settings.min_customers, warnings)
            if before is not None:
                against = f"the current artifact {current.version}"
                checks.append(_check(part, against, got, before, settings.margin))
    return GateVerdict(tuple(checks), tuple(warnings))


def _check(part: Part, against: str, got: Row, compared: float, margin: float) -> Check:
    return Check(_metric(part), against, got.recall, compared, (1 - margin) * compared, got.customers)


def _metric(part: Part) -> str:
    return f"recall@{K} on {CHECKED[part]}"


def _judged(part: Part) -> str:
    return "carts" if part == "cart" else "customers"


def _recorded(evaluation: Evaluation, current: Facts | None, warnings: list[str]) -> Evaluation | None:
    """The current artifact's evaluation where it is comparable: same protocol, same width of window."""
    if current is None:
        return None
    name = f"the current artifact {current.version}"
    try:
        recorded = Evaluation.from_dict(_metrics_of(current))
    except (KeyError, TypeError):
        warnings.append(f"the gate did not compare with {name}: it records no evaluation")
        return None
    if recorded.reason is not None:
        warnings.append(f"the gate did not compare with {name}: it was {recorded.reason}")
        return None
    if recorded.protocol != evaluation.protocol:
        warnings.append(
            f"the gate did not compare with {name}: it was judged by protocol {recorded.protocol},"
            f" this one by {evaluation.protocol}"
        )
        return None
    now, then = evaluation.facts.get("window_days"), recorded.facts.get("window_days")
    if now != then:
        warnings.append(
            f"the gate did not compare with {name}: it was judged on {then} days, this one on {now}"
        )
        return None
    return recorded


def _metrics_of(facts: Facts) -> Mapping[str, Any]:
    metrics = facts.more["metrics"]
    if not isinstance(metrics, Mapping):
        raise TypeError("metrics is no table")
    return metrics


def _carried_over(
    recorded: Evaluation, part: Part, baseline_now: float, min_customers: int, warnings: list[str]
) -> float | None:
    """The recorded figure, scaled down where popularity finds today's window harder than that one."""
    got, baseline = recorded.row(JUDGED, part, K), recorded.row(BASELINE, part, K)
    if got is None or baseline is None or got.customers < min_customers:
        warnings.append(f"the current artifact's {_metric(part)} was not compared: too few {_judged(part)}")
        return None
    harder = min(1.0, baseline_now / baseline.recall) if baseline.recall > 0 else 1.0
    return got.recall * harder


def _by_how_much(check: Check) -> str:
    short = (check.compared - check.got) / check.compared
    return (
        f"refused by the gate: {check.metric} is {check.got:.4f}, {short:.1%} below {check.against}"
        f" ({check.compared:.4f}, judged on {check.customers}); at least {check.needed:.4f} is"
        f" needed (training.gate.margin)"
    )
