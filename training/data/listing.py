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
    """As `did_you_mean`; of more than SHOWN choices the first, in the order they come in."""
    known = list(choices)
    by_name = sorted(known)
    head = did_you_mean(wrong, known).removesuffix(", ".join(by_name))
    return head + listed(by_name if len(known) <= SHOWN else known)


def _printable(name: str) -> str:
    return name if name.isprintable() else repr(name)[1:-1]
