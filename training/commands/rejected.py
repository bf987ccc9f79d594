"""What commands say of rows that could not be used: how many of each table, for which reasons, and where."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from training.data.columns import TableName
from training.data.report import TableReport
from training.report.wording import REASONS, count, things


def rejected_lines(reports: Mapping[TableName, TableReport], file: Path | None) -> list[str]:
    """A line a table with rejected rows and one about the file of them; none where every row was used.

    `file` is that of `[data] rejects`, None where it is not set.
    """
    tables = [
        f"  {name}: {_counted(table.rejected)} ({things(table.rows_read, 'row')} read)"
        for name, table in reports.items()
        if sum(table.rejected.values())
    ]
    if not tables:
        return []
    where = (
        f"  Every one of them, with its reason: {file}"
        if file is not None
        else '  To have every one of them with its reason in a file: rejects = "rejects.csv" in [data].'
    )
    return ["Rows that could not be used:", *tables, where]


def _counted(rejected: Mapping[str, int]) -> str:
    """`3 unknown_plan (a plan that is not in the price list)`, the most frequent reason first."""
    most_first = sorted(rejected.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(
        f"{count(number)} {code}" + (f" ({REASONS[code]})" if code in REASONS else "")
        for code, number in most_first
        if number
    )
