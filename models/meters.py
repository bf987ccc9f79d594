"""The unit of a meter: the last word of its name, so that a price list need not say it twice."""

from __future__ import annotations


def unit_of(meter: str) -> str:
    """`gb` of data_gb, `minutes` of minutes, `calls` of api_calls; in lower case."""
    return meter.replace("-", "_").replace(" ", "_").rsplit("_", 1)[-1].lower()


def fits(unit: str, meter: str) -> bool:
    """Whether amounts in this unit are amounts of the meter; capitals make no difference."""
    return unit.strip().lower() in (unit_of(meter), meter.lower())
