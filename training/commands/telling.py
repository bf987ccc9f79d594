"""How commands tell what they are doing: one live line with the time, on stderr; plain lines in a log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


@contextmanager
def telling(what: str, console: Console | None = None) -> Iterator[Callable[[str], None]]:
    """A function that shows a short line; `what` stands before it.

    On a terminal the line is replaced by the next one. Elsewhere (a log, a pipe) each line is
    printed once.
    """
    console = console or Console(stderr=True)
    if not console.is_terminal:
        yield lambda line: console.print(f"{what}: {line}", highlight=False, markup=False, soft_wrap=True)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda line: progress.update(task, description=f"{what}: {line}")
