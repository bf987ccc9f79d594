"""How the figures of a study are written: parts, settings, values, intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from training.evaluation.bootstrap import Interval
from training.evaluation.papers import PaperPart

PART_NAMES: Mapping[PaperPart, str] = {
    "all": "all products",
    "repeat": "products bought before",
    "new": "products new to the customer",
    "cart": "carts, all products",
    "cart new": "carts, products new to the customer",
}


def value(number: float | None) -> str:
    """Four decimals; a dash where nothing is known."""
    return "-" if number is None else f"{number:.4f}"


def setting(chosen: Mapping[str, Any]) -> str:
    """half_life_days 60, ridge 30."""
    return ", ".join(f"{name} {_plain(chosen[name])}" for name in chosen) or "none to choose"


def difference(interval: Interval) -> str:
    """+0.0123 [+0.0050, +0.0190]."""
    return f"{interval.difference:+.4f} [{interval.low:+.4f}, {interval.high:+.4f}]"


def _plain(item: Any) -> str:
    if isinstance(item, tuple | list):
        return "/".join(_plain(one) for one in item)
    return f"{item:g}" if isinstance(item, int | float) else str(item)
