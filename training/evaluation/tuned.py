"""Baselines tuned on one paper and asked another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from training.baselines.history import Scorer
from training.baselines.methods import Baseline, Known, Setting
from training.evaluation.metrics import per_row
from training.evaluation.papers import Paper, PaperPart
from training.evaluation.ranking import lists_of
from training.fitting.progress import Progress

K = 10
# Scores worked out for each setting while tuning: fewer customers in a shop with more products.
TUNING_CELLS = 30_000_000
MIN_TUNED_ON = 500


@dataclass(frozen=True, slots=True)
class Tuned:
    """The setting of a method for one part, and its recall@10 on validation, over `rows`.

    tried  all settings with their recalls; empty where nothing could be tried and the first holds
    """

    method: str
    part: PaperPart
    setting: Setting
    recall: float | None
    rows: int
    tried: tuple[tuple[Setting, float], ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values that fit JSON."""
        return {
            "method": self.method,
            "part": self.part,
            "setting": dict(self.setting),
            "recall@10": self.recall,
            "rows": self.rows,
            "tried": [{"setting": dict(setting), "recall@10": recall} for setting, recall in self.tried],
        }


def tuned_on(baseline: Baseline, paper: Paper, known: Known, progress: Progress) -> list[Tuned]:
    """For each part the setting with the best recall@10 on the paper, of equals the first one tried.

    A baseline of one setting is asked too: its figure on validation belongs in the report.
    """
    paper = paper.thinned(max(MIN_TUNED_ON, TUNING_CELLS // max(known.history.n_products, 1)))
    fit = baseline.start(known)
    tried: list[tuple[Setting, dict[PaperPart, float]]] = []
    for number, setting in enumerate(baseline.grid(known.settings), start=1):
        progress(f"{baseline.name}: setting {number}")
        tried.append((setting, _recalls(fit(setting), paper, known.history.n_products)))
    best = {repr(found): found for found in (_best(tried, question.part)[0] for question in paper.questions)}
    for setting in (other for found in best.values() for other in baseline.around(found)):
        progress(f"{baseline.name}: setting {len(tried) + 1}")
        if all(setting != done for done, _ in tried):
            tried.append((setting, _recalls(fit(setting), paper, known.history.n_products)))
    return [
        Tuned(
            baseline.name,
            question.part,
            *_best(tried, question.part),
            rows=int((question.truth.lengths() > 0).sum()),
            tried=tuple((setting, recalls[question.part]) for setting, recalls in tried),
        )
        for question in paper.questions
    ]


def _recalls(scorer: Scorer, paper: Paper, n_products: int) -> dict[PaperPart, float]:
    parts = frozenset(question.part for question in paper.questions)
    lists = lists_of(scorer, paper, n_products, K, parts)
    values = {q.part: per_row(lists[q.part], q.truth, K).recall for q in paper.questions}
    return {part: float(recall.mean()) if len(recall) else 0.0 for part, recall in values.items()}


def _best(
    tried: Sequence[tuple[Setting, Mapping[PaperPart, float]]], part: PaperPart
) -> tuple[Setting, float]:
    """The first setting with the best recall of a part, and that recall."""
    setting, recalls = max(tried, key=lambda pair: pair[1][part])
    return setting, recalls[part]


def untuned(baseline: Baseline, paper: Paper, known: Known) -> list[Tuned]:
    """The first setting of the grid for every part, where there is nothing to tune on."""
    first = baseline.grid(known.settings)[0]
    return [Tuned(baseline.name, question.part, first, None, 0, ()) for question in paper.questions]


def asked(
    baseline: Baseline, tuned: Sequence[Tuned], paper: Paper, known: Known, length: int
) -> Mapping[PaperPart, np.ndarray]:
    """Lists int32 [n_rows, length] by part, each with the setting tuned for it; equal ones fitted once."""
    fit = baseline.start(known)
    scorers: dict[str, tuple[Scorer, set[PaperPart]]] = {}
    for choice in tuned:
        key = repr(choice.setting)
        if key not in scorers:
            scorers[key] = (fit(choice.setting), set())
        scorers[key][1].add(choice.part)
    lists: dict[PaperPart, np.ndarray] = {}
    for scorer, parts in scorers.values():
        lists |= lists_of(scorer, paper, known.history.n_products, length, frozenset(parts))
    return lists
