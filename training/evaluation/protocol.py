"""The protocol: every method on the same customers, three parts, several k; one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from models.bundle import Bundle
from training.evaluation.exam import Exam, Part
from training.evaluation.methods import METHODS, Method
from training.evaluation.metrics import coverage, judged_rows, per_row
from training.evaluation.split import NotJudgeable, Split

# Raise this with any change after which figures cannot be compared with earlier ones.
PROTOCOL = 1
KS = (5, 10, 20)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: means over `customers` (carts, where the part is cart), all values 0 to 1."""

    method: str
    part: Part
    k: int
    recall: float
    ndcg: float
    hit_rate: float
    coverage: float
    customers: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured on the test window, or why nothing could be.

    rows       one for each method, part and k
    facts      the split and the sizes of what was judged, plain values
    reason     why nothing was judged, None if something was
    protocol   figures of different protocols are not comparable
    """

    rows: tuple[Row, ...]
    facts: Mapping[str, Any]
    reason: str | None = None
    protocol: int = PROTOCOL

    def row(self, method: str, part: Part, k: int) -> Row | None:
        """One line of the table, None where there is none."""
        return next((row for row in self.rows if (row.method, row.part, row.k) == (method, part, k)), None)

    def to_dict(self) -> dict[str, Any]:
        """Plain values that fit JSON."""
        return {
            "protocol": self.protocol,
            "reason": self.reason,
            "facts": dict(self.facts),
            "rows": [asdict(row) for row in self.rows],
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Evaluation:
        """The evaluation that `to_dict` wrote; raises KeyError or TypeError for anything else."""
        rows = tuple(Row(**row) for row in plain["rows"])
        return cls(rows, plain["facts"], plain["reason"], plain["protocol"])


def evaluate(
    exam: Exam | NotJudgeable,
    bundle: Bundle | None,
    split: Split | None,
    *,
    methods: Sequence[Method] = METHODS,
    progress: Callable[[str], None] = lambda _: None,
) -> Evaluation:
    """Judge every method on the exam. `bundle` must be fitted on `exam.history` and nothing else."""
    if isinstance(exam, NotJudgeable) or bundle is None:
        reason = exam.reason if isinstance(exam, NotJudgeable) else "not evaluated: no models"
        return Evaluation((), split.to_dict() if split else {}, reason)
    refuse_later_models(exam, bundle)
    rows = []
    for method in methods:
        progress(f"judging {method.name}")
        for part in method.parts:
            rows += _judge(method, part, exam, bundle)
    return Evaluation(tuple(rows), _facts(exam, split))


def _judge(method: Method, part: Part, exam: Exam, bundle: Bundle) -> list[Row]:
    truth = exam.truth(part)
    longest = method.rank(exam, bundle, part, max(KS))
    rows = []
    for k in KS:
        lists = longest if part not in method.apart or k == max(KS) else method.rank(exam, bundle, part, k)
        judged = judged_rows(truth)
        values = per_row(lists, truth, k)
        recall, ndcg, hit = (float(np.mean(value)) if len(judged) else 0.0 for value in values)
        share = coverage(lists[judged], k, exam.n_sold)
        rows.append(Row(method.name, part, k, recall, ndcg, hit, share, len(judged)))
    return rows


def refuse_later_models(exam: Exam, bundle: Bundle) -> None:
    """Models that have seen the truth would pass any exam."""
    last_known = int(bundle.buy_again.last_day.max(initial=0))
    if last_known >= exam.cut.at or bundle.facts.last_day >= exam.cut.at:
        raise ValueError(
            f"the models know day {max(last_known, bundle.facts.last_day)}, the exam starts on {exam.cut.at}"
        )


def _facts(exam: Exam, split: Split | None) -> dict[str, Any]:
    return (split.to_dict() if split else {}) | {
        "customers": len(exam.customers),
        "carts": len(exam.carts),
        "history_lines": len(exam.history.lines),
        "history_orders": exam.history.n_orders,
        "history_customers": len(exam.history.customers),
        "products_sold": exam.n_sold,
        "bought": len(exam.bought.products),
        "bought_repeat": int(exam.bought.within(exam.owned).sum()),
    }
