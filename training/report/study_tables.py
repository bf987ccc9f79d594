"""A study on the terminal."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console, RenderableType
from rich.table import Table

from training.evaluation.papers import PaperPart
from training.evaluation.scores import KS
from training.evaluation.study import BLEND, Study
from training.report.study_words import PART_NAMES, difference, setting, value
from training.report.wording import count, method

HEADS = ("recall", "NDCG min(k,|T|)", "NDCG |T|", "hit rate", "coverage", "popularity", "revenue recall")
MIN_WIDTH = 130  # a table broken into several lines a row cannot be read: a narrow terminal wraps instead


def print_study(study: Study, page: Path, console: Console) -> None:
    """Print every table, what could not be done, and where the page is."""
    console.width = max(console.width, MIN_WIDTH)
    for name, facts in study.facts.items():
        told = ", ".join(f"{key.replace('_', ' ')} {fact}" for key, fact in facts.items())
        console.print(f"{name}: {told}", highlight=False, markup=False, soft_wrap=True)
    for part in study.parts:
        console.print()
        console.print(_scores(study, part))
    if study.comparisons:
        console.print()
        console.print(_comparisons(study))
    if study.tuned:
        console.print()
        console.print(_settings(study))
    for world, choices in study.blend.items():
        weights = ", ".join(f"{name} {weight:g}" for name, weight in choices["weights"].items())
        console.print(
            f"\nblend, {world}: taste {setting(choices['taste'])}; weights {weights}",
            highlight=False, markup=False, soft_wrap=True,
        )  # fmt: skip
    for note in study.notes:
        console.print(f"note: {note}", highlight=False, markup=False, soft_wrap=True)
    console.print(f"\nreport  {page}", highlight=False, markup=False, soft_wrap=True)


def _scores(study: Study, part: PaperPart) -> RenderableType:
    table = Table(title=f"{PART_NAMES[part]} ({part})", title_justify="left", box=None, padding=(0, 1))
    table.add_column("method", no_wrap=True)
    table.add_column("k", justify="right", no_wrap=True)
    for head in (*HEADS, "lists"):
        table.add_column(head, justify="right", no_wrap=True)
    for k in KS:
        for line in study.of(part, k):
            cells = (
                line.recall, line.ndcg, line.ndcg_truth, line.hit_rate, line.coverage, line.popularity,
                line.revenue_recall,
            )  # fmt: skip
            style = "bold" if line.method == BLEND else None
            table.add_row(method(line.method), str(k), *map(value, cells), count(line.rows), style=style)
        table.add_section()
    return table


def _comparisons(study: Study) -> RenderableType:
    table = Table(
        title="blend minus the best single method by the same metric, 95 % interval over customers",
        title_justify="left", box=None, padding=(0, 1),
    )  # fmt: skip
    for head in ("part", "metric", "k", "best single", "its value", "blend", "difference", ""):
        table.add_column(head, no_wrap=True)
    for found in study.comparisons:
        verdict = (
            ("better" if found.interval.low > 0 else "worse") if found.interval.sure else "no difference"
        )
        table.add_row(
            found.part, found.metric, str(found.k), method(found.best), value(found.best_value),
            value(found.blend_value), difference(found.interval), verdict,
        )  # fmt: skip
    return table


def _settings(study: Study) -> RenderableType:
    table = Table(title="settings, chosen on validation", title_justify="left", box=None, padding=(0, 1))
    for head in ("method", "part", "recall@10 there", "tried", "setting"):
        table.add_column(head, no_wrap=True)
    for choice in study.tuned:
        table.add_row(
            method(choice.method), choice.part, value(choice.recall), str(len(choice.tried)),
            setting(choice.setting),
        )  # fmt: skip
    return table
