"""The unit of a meter: the end of its name, so that a price list need not say it twice.

It is the last word, `gb` of data_gb; both where a thing is counted by the time that it is there, `gb_hours`
of storage_gb_hours.
"""

from __future__ import annotations

import re

# What is counted by time; docs/plan-nudges.md lists it too.
_SIZES = ("kb", "mb", "gb", "tb", "pb", "kib", "mib", "gib", "tib", "pib")
_POWER = ("w", "kw", "mw")
_MACHINES = (
    *("cpu", "vcpu", "gpu", "tpu", "core", "vcore", "vm", "machine", "server", "host", "node", "instance"),
    *("container", "pod", "worker", "cluster"),
)
_HELD = ("user", "seat", "licence", "license", "device", "agent")
THINGS = frozenset((*_SIZES, *_POWER, *_MACHINES, *_HELD))
TIMES = frozenset(
    f"{time}{plural}"
    for time in ("second", "minute", "hour", "day", "week", "month", "year")
    for plural in ("", "s")
)
_BETWEEN = re.compile(r"[-_\s]+")


def words_of(name: str) -> list[str]:
    """The words of a name, `storage`, `gb` and `hours` of storage_gb_hours; of no word, the name."""
    return [word for word in _BETWEEN.split(name) if word] or [name]


def unit_of(meter: str) -> str:
    """`gb` of data_gb, `calls` of api_calls, `gb_hours` of storage_gb_hours; in lower case."""
    *before, last = words_of(meter.lower())
    return f"{before[-1]}_{last}" if last in TIMES and before and before[-1] in THINGS else last


def fits(unit: str, meter: str) -> bool:
    """Whether amounts in this unit are amounts of the meter.

    Capitals make no difference, nor does what stands between words: `GB hours` is gb_hours.
    """
    said = words_of(unit.lower())
    return "_".join(said) == unit_of(meter) or said == words_of(meter.lower())
