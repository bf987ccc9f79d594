"""The policies file: merchandiser's policies as TOML, checked, with the line of every mistake."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import BeforeValidator, Field, PlainValidator, ValidationError
from pydantic_core import ErrorDetails

from config.data import Section
from config.service import ChannelName, PlacementName, Placements
from config.toml_lines import lines_of_keys
from models.errors import ConfigError, did_you_mean
from models.policies import Action, Attribute, Policy

TABLE = "policy"
# Keys that belong to some actions only.
OF_ACTIONS: Mapping[str, tuple[Action, ...]] = {
    "factor": ("boost",),
    "position": ("pin",),
    "at_most": ("limit", "include"),
    "attribute": ("limit",),
}
NEEDED: Mapping[Action, str] = {"boost": "factor", "pin": "position", "limit": "at_most"}
CHOICES: Mapping[str, Any] = {
    "action": Action,
    "attribute": Attribute,
    "placements": PlacementName,
    "channels": ChannelName,
}
MATCHING = (
    "product_id",
    "category",
    "brand",
    "tag",
    "price_min",
    "price_max",
    "same_category",
    "same_brand",
    "price_at_least_ratio",
    "price_at_most_ratio",
)


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _exact(value: object) -> object:
    """TOML's 4.99 means 4.99, not the binary number next to it."""
    return str(value) if isinstance(value, float) else value


def _moment(value: object) -> datetime | date:
    if isinstance(value, date):  # a datetime is one too
        return value
    if isinstance(value, str):
        for kind in (date, datetime):
            try:
                return kind.fromisoformat(value)
            except ValueError:
                continue
    raise ValueError("no ISO 8601 date or time such as 2026-11-27 or 2026-11-27T08:00:00Z")


Names = Annotated[
    tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(_listed), Field(min_length=1)
]
Price = Annotated[Decimal, BeforeValidator(_exact), Field(ge=0, le=10**12)]
Ratio = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Moment = Annotated[datetime | date, PlainValidator(_moment)]


class PolicyTable(Section):
    """One [[policy]] table."""

    name: str = Field(min_length=1, max_length=100)
    action: Action
    product_id: Names = ()
    category: Names = ()
    brand: Names = ()
    tag: Names = ()
    price_min: Price | None = None
    price_max: Price | None = None
    same_category: bool | None = None
    same_brand: bool | None = None
    price_at_least_ratio: Ratio | None = None
    price_at_most_ratio: Ratio | None = None
    factor: float = Field(1.0, gt=0, le=1000)
    position: int = Field(1, ge=1, le=100)
    at_most: int = Field(1, ge=1, le=100)
    attribute: Attribute | None = None
    placements: Annotated[tuple[PlacementName, ...], BeforeValidator(_listed), Field(min_length=1)] = ()
    channels: Annotated[tuple[ChannelName, ...], BeforeValidator(_listed), Field(min_length=1)] = ()
    valid_from: Moment | None = None
    valid_until: Moment | None = None

    def policy(self) -> Policy:
        """The policy as models have it."""
        return Policy(
            self.name,
            self.action,
            product_ids=self.product_id,
            categories=self.category,
            brands=self.brand,
            tags=self.tag,
            price_min=self.price_min,
            price_max=self.price_max,
            same_category=self.same_category,
            same_brand=self.same_brand,
            price_at_least_ratio=self.price_at_least_ratio,
            price_at_most_ratio=self.price_at_most_ratio,
            factor=self.factor,
            position=self.position,
            at_most=self.at_most,
            attribute=self.attribute,
            placements=self.placements,
            channels=self.channels,
            valid_from=-math.inf if self.valid_from is None else _begins(self.valid_from),
            valid_until=math.inf if self.valid_until is None else _ends(self.valid_until),
        )


class PoliciesFile(Section):
    """The whole file."""

    policy: tuple[PolicyTable, ...] = ()


def load_policies(path: Path) -> tuple[Policy, ...]:
    """The policies of a file, in its order; none where there is no such file.

    Raises ConfigError, naming file and line, the key and the valid choices.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be read: {error}", key=TABLE, where=str(path)) from error
    return parse_policies(text, str(path))


def parse_policies(text: str, where: str) -> tuple[Policy, ...]:
    """The policies in a text; `where` is what messages call it. Raises ConfigError."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _as_syntax_error(str(error), text, where) from error
    lines = lines_of_keys(text)
    try:
        tables = PoliciesFile.model_validate(table).policy
    except ValidationError as error:
        raise _as_config_error(error.errors()[0], lines, where) from error
    names: set[str] = set()
    for at, found in enumerate(tables):
        wrong = _contradiction(found) or (
            ("name", "taken by a policy above") if found.name in names else None
        )
        if wrong:
            key, message = wrong
            raise ConfigError(
                f"policy {found.name!r}: {key + ': ' if key else ''}{message}",
                key=".".join(filter(None, (TABLE, str(at), key))),
                where=_place(lines, (TABLE, at, key), where),
            )
        names.add(found.name)
    return tuple(found.policy() for found in tables)


def policies_of_placements(placements: Placements) -> tuple[Policy, ...]:
    """`max_per_category` of the placements, as the limits they are."""
    return tuple(
        Policy(
            f"placements.{name}.max_per_category",
            "limit",
            at_most=most,
            attribute="category",
            placements=(name,),
        )
        for name in Placements.model_fields
        if (most := getattr(placements, name).max_per_category)
    )


def _contradiction(table: PolicyTable) -> tuple[str, str] | None:
    """A key of the table (empty: none of them) and what is wrong with it, None if nothing is."""
    given, action = table.model_fields_set, table.action
    for key, actions in OF_ACTIONS.items():
        if key in given and action not in actions:
            return key, f"belongs to the action {' or '.join(actions)}, and this one is {action}"
    needed = NEEDED.get(action)
    if needed and needed not in given:
        return "", f"the action {action} needs the key {needed}"
    if action != "limit" and given.isdisjoint(MATCHING):
        return "", f"matches every product; say which, by one of: {', '.join(MATCHING)}"
    for low, high in (("price_min", "price_max"), ("price_at_least_ratio", "price_at_most_ratio")):
        least, most = getattr(table, low), getattr(table, high)
        if least is not None and most is not None and least > most:
            return high, f"{most} is below {low}, {least}"
    policy = table.policy()
    if policy.valid_until <= policy.valid_from:
        return "valid_until", f"{table.valid_until} is not after valid_from, {table.valid_from}"
    return None


def _begins(moment: datetime | date) -> float:
    """Seconds since 1970 UTC at which a time, or a day, begins; a time without a zone is UTC."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _ends(moment: datetime | date) -> float:
    """The same for its end: a day is over at the next midnight, a time at once."""
    if not isinstance(moment, datetime):
        return _begins(moment) + timedelta(days=1).total_seconds()
    return _begins(moment)


def _as_syntax_error(message: str, text: str, where: str) -> ConfigError:
    found = re.search(r" \(at line (\d+), column \d+\)$", message)
    line = int(found[1]) if found else len(text.splitlines())
    said = message[: found.start()] if found else message
    return ConfigError(f"cannot be read as TOML: {said}", key=TABLE, where=f"{where}:{line}")


def _as_config_error(
    detail: ErrorDetails, lines: Mapping[tuple[str | int, ...], int], where: str
) -> ConfigError:
    location = detail["loc"][:3]  # table, number, key; which of a list it is shows in what was given
    key = ".".join(str(part) for part in location)
    place = _place(lines, location, where)
    if detail["type"] == "extra_forbidden":
        known = PolicyTable.model_fields if len(location) > 1 else PoliciesFile.model_fields
        message = f"unknown key {str(location[-1])!r}; {did_you_mean(str(location[-1]), known)}"
        return ConfigError(message, key=key, where=place)
    if detail["type"] == "missing":
        return ConfigError(f"{key}: this key is needed", key=key, where=place)
    said = detail["msg"].removeprefix("Value error, ")
    given = detail["input"]
    if len(location) < 3:
        said = "policies are tables that begin with [[policy]], in double brackets"
    elif detail["type"] == "literal_error":
        said = f"not known; {did_you_mean(str(given), get_args(CHOICES[str(location[2])]))}"
    shown = f" (given: {given!r})" if isinstance(given, str | int | float | bool) else ""
    return ConfigError(f"{key}: {said}{shown}", key=key, where=place)


def _place(lines: Mapping[tuple[str | int, ...], int], location: tuple[str | int, ...], where: str) -> str:
    """File and line of a key, or of the nearest table around it that has one."""
    while location and location not in lines:
        location = location[:-1]
    return f"{where}:{lines[location]}" if location else where
