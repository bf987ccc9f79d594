"""Names in a message: the first of them, and how many more there are."""

from __future__ import annotations

from collections.abc import Iterable

from models.errors import did_you_mean

SHOWN = 10


def listed(names: Iterable[str]) -> str:
    """The names in their order, cut after SHOWN; what would garble a terminal is shown as an escape."""
    known = [_printable(name) for name in names]
    more = len(known) - SHOWN
    return ", ".join(known[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")


def nearest(wrong: str, choices: Iterable[str]) -> str:
    """As `did_you_mean`, with no more than SHOWN of the choices."""
    known = sorted(choices)
    return did_you_mean(wrong, known).removesuffix(", ".join(known)) + listed(known)


def _printable(name: str) -> str:
    return name if name.isprintable() else repr(name)[1:-1]
