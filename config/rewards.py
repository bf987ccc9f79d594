"""config/rewards.toml: how a shop thanks its customers."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, model_validator

from config.data import Section
from config.price_list import Money
from config.toml_lines import lines_of_keys
from models.errors import ConfigError, did_you_mean
from models.rewards import RewardKind, RewardRule

TABLE = "rewards"


class RewardTable(Section):
    """One [[rewards]]."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    kind: RewardKind
    benefit: str = Field(min_length=1, max_length=200)
    every_visits: int | None = Field(None, ge=2)
    every_spent: Money | None = None
    tiers: tuple[str, ...] = ()
    within_days: int = Field(7, ge=0, le=60)

    @model_validator(mode="after")
    def _whole(self) -> RewardTable:
        if (self.kind == "visits") != (self.every_visits is not None):
            raise ValueError("every_visits goes with kind = visits, and is needed for it")
        if (self.kind == "spend") != (self.every_spent is not None):
            raise ValueError("every_spent goes with kind = spend, and is needed for it")
        if self.every_spent is not None and Decimal(self.every_spent) <= 0:
            raise ValueError("every_spent must be above 0")
        if self.kind == "tier" and not self.tiers:
            raise ValueError("a benefit of tiers needs tiers")
        return self

    def rule(self, digits: int) -> RewardRule:
        """The rule as models have it; money in minor units of a currency with so many digits."""
        every = self.every_visits or round(Decimal(self.every_spent or 0).scaleb(digits))
        return RewardRule(self.id, self.kind, self.benefit, every, frozenset(self.tiers), self.within_days)


class RewardsFile(Section):
    """The whole file."""

    rewards: tuple[RewardTable, ...] = ()


def load_rewards(path: Path, digits: int, tiers: tuple[str, ...]) -> tuple[RewardRule, ...]:
    """The rules of a file, none where there is no file; `tiers` are those of [value].

    Raises ConfigError that names the file, the line and the key.
    """
    try:
        text = path.read_text(encoding="utf-8")
        parsed = tomllib.loads(text)
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"cannot be read as TOML: {error}", key=TABLE, where=str(path)) from error
    lines = lines_of_keys(text)
    try:
        found = RewardsFile.model_validate(parsed).rewards
    except ValidationError as error:
        detail = error.errors()[0]
        raise _wrong(path, lines, detail["loc"], detail["type"], detail["msg"]) from error
    for number, each in enumerate(found):
        unknown = next((tier for tier in each.tiers if tier not in tiers), None)
        if unknown is not None:
            message = f"no tier {unknown!r}; {did_you_mean(unknown, tiers)}"
            raise _wrong(path, lines, (TABLE, number, "tiers"), "", message)
        if each.id in [other.id for other in found[:number]]:
            raise _wrong(path, lines, (TABLE, number, "id"), "", f"{each.id!r} is there already")
    return tuple(each.rule(digits) for each in found)


def _wrong(path: Path, lines: Any, location: tuple[str | int, ...], kind: str, message: str) -> ConfigError:
    place, key = location[:3], ".".join(str(part) for part in location[:3])
    while place and place not in lines:
        place = place[:-1]
    where = f"{path}:{lines[place]}" if place else str(path)
    if kind == "extra_forbidden":
        message = f"unknown key; {did_you_mean(str(location[-1]), RewardTable.model_fields)}"
    return ConfigError(f"{key}: {message.removeprefix('Value error, ')}", key=key, where=where)
