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
    """For each part the setting with the best recall@10 on the paper, of equals the first of the grid.

    A baseline of one setting is asked too: its figure on validation belongs in the report.
    """
    paper = paper.thinned(max(MIN_TUNED_ON, TUNING_CELLS // max(known.history.n_products, 1)))
    fit, grid = baseline.start(known), baseline.grid(known.settings)
    recalls: dict[PaperPart, list[float]] = {question.part: [] for question in paper.questions}
    for number, setting in enumerate(grid, start=1):
        progress(f"{baseline.name}: setting {number} of {len(grid)}")
        lists = lists_of(fit(setting), paper, known.history.n_products, K, frozenset(recalls))
        for question in paper.questions:
            values = per_row(lists[question.part], question.truth, K).recall
            recalls[question.part].append(float(values.mean()) if len(values) else 0.0)
    return [
        Tuned(
            baseline.name,
            question.part,
            grid[int(np.argmax(recalls[question.part]))],
            max(recalls[question.part]),
            int((question.truth.lengths() > 0).sum()),
            tuple(zip(grid, recalls[question.part], strict=True)),
        )
        for question in paper.questions
    ]


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
