"""How commands tell what they are doing: one live line with the time, on stderr; plain lines in a log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

QUIET_SECONDS = 2.0


@dataclass(slots=True)
class _Log:
    """Prints a line unless it follows too soon on the one before: within `quiet` seconds."""

    what: str
    console: Console
    quiet: float
    last: float = float("-inf")

    def __call__(self, line: str) -> None:
        now = monotonic()
        if now - self.last >= self.quiet:
            self.last = now
            self.console.print(f"{self.what}: {line}", highlight=False, markup=False, soft_wrap=True)


@contextmanager
def telling(
    what: str, console: Console | None = None, quiet: float = QUIET_SECONDS
) -> Iterator[Callable[[str], None]]:
    """A function that shows a short line; `what` stands before it.

    On a terminal the line is replaced by the next one. Elsewhere (a log, a pipe) lines are printed,
    one in `quiet` seconds at the most: 0 where there are few, and each is missed.
    """
    console = console or Console(stderr=True)
    if not console.is_terminal:
        yield _Log(what, console, quiet)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda line: progress.update(task, description=f"{what}: {line}")
