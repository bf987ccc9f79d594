"""Every error Shopkeeper raises on purpose, drawn once.

    ShopkeeperError
    ├── ConfigError      a setting is missing, unknown or of the wrong kind
    ├── DataError        a source cannot be read, or nothing usable is left of it
    ├── ArtifactError    an artifact is missing, damaged or of a format not known here
    ├── GateError        a trained model is worse than what it would replace
    ├── PlanError        a plan, a subscription or a usage contradicts itself or the others
    └── TokenError       a recommendation id was not signed here

They carry their data as attributes, and a message that names the thing, the value and the
valid choices. The command line prints the message and ends with `exit_code`.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class ShopkeeperError(Exception):
    """The root: catch this to catch everything Shopkeeper raises on purpose."""

    exit_code = 2


class ConfigError(ShopkeeperError):
    """A setting is missing, unknown or of the wrong kind.

    `key` is the dotted name of the setting (`data.orders.path`), `where` the file or
    environment variable it came from.
    """

    def __init__(self, message: str, *, key: str, where: str = "") -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.key = key
        self.where = where


class DataError(ShopkeeperError):
    """A source cannot be read, or nothing usable is left of it.

    `source` names the file or the query, `column` the column where one is at fault.
    """

    def __init__(self, message: str, *, source: str, column: str | None = None) -> None:
        super().__init__(f"{source}: {message}")
        self.source = source
        self.column = column


class ArtifactError(ShopkeeperError):
    """An artifact is missing, damaged or of a format not known here.

    `path` is the file or directory at fault; `reason` is a short code that metrics count by:
    `missing`, `older` (of an older format), `format`, `hash`, `unlisted`, `payload`, or `busy` while
    publishing waits for another.
    """

    def __init__(self, message: str, *, path: str, reason: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.reason = reason


class GateError(ShopkeeperError):
    """A trained model is worse than what it would replace, by more than the margin.

    `metric` names what was compared, `got` and `needed` are its values (higher is better).
    """

    exit_code = 3

    def __init__(self, message: str, *, metric: str, got: float, needed: float) -> None:
        super().__init__(message)
        self.metric = metric
        self.got = got
        self.needed = needed


class PlanError(ShopkeeperError):
    """A plan, a subscription or a usage contradicts itself or the others.

    `field` names the field at fault (`overage_price`), `row` the plan, add-on or row it is in; `reason`
    is a short code: `unknown`, `duplicate`, `negative`, `not_finite`, `currency`, `unit`, `order`,
    `future`, `conflict`, `empty`, `too_large`.
    """

    def __init__(self, message: str, *, field: str, row: str, reason: str) -> None:
        super().__init__(f"{row}: {field}: {message}" if row else f"{field}: {message}")
        self.field = field
        self.row = row
        self.reason = reason


class TokenError(ShopkeeperError):
    """A recommendation id was changed on its way, signed with another key, or is none at all."""


def did_you_mean(wrong: str, choices: Iterable[str]) -> str:
    """The end of a message about a wrong name: the nearest choice, then all of them."""
    known = sorted(choices)
    near = get_close_matches(wrong, known, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"{hint}valid choices: {', '.join(known) if known else 'none'}"
