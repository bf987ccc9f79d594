"""How a fit function tells what it is doing."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str], None]  # called with one short line now and then


def silent(_: str) -> None:
    """Tell nobody."""
