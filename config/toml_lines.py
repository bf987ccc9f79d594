"""On which line of a TOML file each key is: what tomllib, which parses it, does not say."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

Location = tuple[str | int, ...]


def lines_of_keys(text: str) -> dict[Location, int]:
    """Location -> line, from 1, of the tables and keys of a text that tomllib has parsed.

    A location is as pydantic writes it: ("policy", 2, "factor") is the key of the third [[policy]].
    """
    lines: dict[Location, int] = {}
    counts: dict[Location, int] = {}
    table: Location = ()
    for number, statement, parsed in _statements(text):
        path = _first_path(parsed)
        if statement.lstrip().startswith("[["):
            at = counts[path] = counts.get(path, -1) + 1
            table = (*path, at)
            lines.setdefault(path, number)
            lines[table] = number
        elif statement.lstrip().startswith("["):
            # A table inside the last of an array of tables of that name.
            head = path[:1]
            table = (*head, counts[head], *path[1:]) if head in counts else path
            lines[table] = number
        elif path:
            for depth in range(1, len(path) + 1):
                lines.setdefault((*table, *path[:depth]), number)
    return lines


def _statements(text: str) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Line number, text and value of each statement, which is as many lines as parse alone."""
    begun, number = "", 1
    for at, line in enumerate(text.split("\n"), start=1):
        if not begun:
            number = at
        begun += line + "\n"
        try:
            parsed = tomllib.loads(begun)
        except tomllib.TOMLDecodeError:
            continue  # a value that goes on in the next line
        if parsed:
            yield number, begun, parsed
        begun = ""


def _first_path(parsed: dict[str, Any]) -> Location:
    """The keys that one statement names: a.b.c for `a.b.c = 1` and `[a.b.c]`; no deeper than tables go."""
    path: list[str | int] = []
    here: Any = parsed
    while isinstance(here, dict) and len(here) == 1:
        (key, here), *_ = here.items()
        path.append(key)
        if isinstance(here, list) and here == [{}]:
            break
    return tuple(path)
