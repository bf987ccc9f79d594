"""The end of a training on the terminal: what came out, where to read on, what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from training.pipeline import TrainingResult
from training.report import readings
from training.report.content import EvaluationFigures, ReportContent
from training.report.files import PAGE
from training.report.readings import HEADLINE_K
from training.report.wording import THIN, count, duration, method, percent, things

SHOWN_REASONS = 3


def print_summary(result: TrainingResult, config: Path, console: Console) -> None:
    """Print the end of a training; `config` is the settings file, for the commands to try next."""
    console.print(summary(result.content, result.directory / PAGE, _next_steps(result, config)))


def summary(content: ReportContent, report: Path, next_steps: Sequence[str]) -> RenderableType:
    """What to print. `report` is where the page is."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", min_width=8)
    table.add_column(overflow="fold")
    for name, text in _lines(content):
        table.add_row(name, Text(_plain(text)))
    accuracy: list[RenderableType] = []
    if content.evaluation is not None and content.evaluation.rows:
        accuracy = [Padding(_accuracy(content.evaluation), (1, 0, 1, 10))]
    ending = Table.grid(padding=(0, 2))
    ending.add_column(style="bold", min_width=8)
    ending.add_column(overflow="fold")
    ending.add_row("report", Text(str(report)))
    for at, step in enumerate(next_steps):
        ending.add_row("" if at else "next", Text(step))
    return Group(table, *accuracy, ending)


def _next_steps(result: TrainingResult, config: Path) -> list[str]:
    if result.published:
        return [f"shopkeeper serve --config {config}", f"shopkeeper artifacts --config {config}"]
    stored = f"{result.version} is stored, not published: read the report, then, if it is to be used,"
    return [stored, f"shopkeeper publish --config {config} {result.version}"]


def _lines(content: ReportContent) -> list[tuple[str, str]]:
    lines = []
    if content.orders is not None:
        lines.append(("data", readings.data_window(content.orders)))
        lines.append(("", readings.guests(content.orders)))
    lines += [("", f"{table.table}: {_rejects(content, at)}") for at, table in enumerate(content.tables)]
    if content.rules is not None:
        lines.append(("rules", readings.rule_counts(content.rules)))
        lines.append(("", readings.rules(content.rules)))
    if content.value is not None:
        lines.append(("value", readings.value(content.value)))
    if content.plans is not None:
        lines.append(("plans", readings.plans(content.plans)))
    if content.evaluation is not None and content.evaluation.reason:
        lines.append(("accuracy", f"{readings.sentence(content.evaluation.reason)}."))
    if content.gate is not None:
        lines.append(("gate", readings.verdict(content.gate)))
        lines += [("", readings.comparison(check)) for check in content.gate.checks]
        lines += [("", f"{readings.sentence(warning)}.") for warning in content.gate.warnings]
    if content.stages:
        lines.append(("time", readings.stages(content)))
    return lines


def _rejects(content: ReportContent, at: int) -> str:
    table = content.tables[at]
    rejected = sorted(
        ((code, number) for code, number in table.rejected.items() if number), key=lambda r: -r[1]
    )
    said = f"{count(table.rows_kept)} of {things(table.rows_read, 'row')} used"
    if table.seconds is not None:
        said += f" ({duration(table.seconds)})"
    if not rejected:
        return said
    named = ", ".join(f"{code} {count(number)}" for code, number in rejected[:SHOWN_REASONS])
    more = len(rejected) - SHOWN_REASONS
    return f"{said}; rejected: {named}" + (f" and {things(more, 'further reason')}" if more > 0 else "")


def _accuracy(figures: EvaluationFigures) -> Table:
    """Recall at 10 by method and part; what is served in bold."""
    parts = list(dict.fromkeys(row.part for row in figures.rows))
    table = Table(box=None, padding=(0, 2), title=None, show_edge=False)
    table.add_column(f"recall@{HEADLINE_K}")
    for part in parts:
        table.add_column(part, justify="right")
    table.add_column("coverage", justify="right")
    for name in dict.fromkeys(row.method for row in figures.rows):
        rows = [readings.row_of(figures, name, part) for part in parts]
        cells = ["" if row is None else _plain(percent(row.recall)) for row in rows]
        overall = readings.row_of(figures, name, "all")
        cells.append("" if overall is None else _plain(percent(overall.coverage)))
        table.add_row(method(name), *cells, style="bold" if name == "served" else None)
    return table


def _plain(text: str) -> str:
    """The text without narrow spaces: a terminal may break a line there, or show a box."""
    return text.replace(THIN, "")
