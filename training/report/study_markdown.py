"""A study as Markdown tables, to be kept in a document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from training.evaluation.scores import KS, Score
from training.evaluation.study import BLEND, Study
from training.report.study_words import PART_NAMES, difference, setting, value
from training.report.wording import count, method

HEADS = (
    "method",
    *(f"recall@{k}" for k in KS),
    "NDCG@10 min(k,T)",
    "NDCG@10 T",
    "hit rate@10",
    "coverage@10",
    "popularity@10",
    "revenue@10",
)


def markdown(study: Study) -> str:
    """A table for each part, the differences, the settings chosen, and what could not be done."""
    blocks = []
    for part in study.parts:
        rows = [_cells(study, line) for line in study.of(part, KS[1])]
        judged = count(study.of(part, KS[1])[0].rows)
        blocks.append(f"**{PART_NAMES[part]}** ({judged} judged)\n\n{_table(HEADS, rows)}")
    heads = ("part", "metric", "best single", "its value", "blend", "difference [95 %]")
    found = [
        (
            one.part,
            f"{one.metric}@{one.k}",
            method(one.best),
            value(one.best_value),
            value(one.blend_value),
            difference(one.interval),
        )
        for one in study.comparisons
        if one.metric in ("recall", "ndcg") and one.k in KS[1:]
    ]
    if found:
        blocks.append(f"**blend minus the best single method**\n\n{_table(heads, found)}")
    chosen = [
        (method(one.method), one.part, setting(one.setting), value(one.recall), str(len(one.tried)))
        for one in study.tuned
    ]
    if chosen:
        named = ("method", "part", "setting", "recall@10 on validation", "tried")
        blocks.append(f"**settings, chosen on validation**\n\n{_table(named, chosen)}")
    blocks += [f"Note: {note}." for note in study.notes]
    return "\n\n".join(blocks) + "\n"


def _cells(study: Study, at_ten: Score) -> list[str]:
    recalls = [
        next(line.recall for line in study.of(at_ten.part, k) if line.method == at_ten.method) for k in KS
    ]
    cells = [method(at_ten.method), *map(value, recalls)]
    cells += map(value, (at_ten.ndcg, at_ten.ndcg_truth, at_ten.hit_rate, at_ten.coverage))
    cells += map(value, (at_ten.popularity, at_ten.revenue_recall))
    return [f"**{cell}**" for cell in cells] if at_ten.method == BLEND else cells


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
