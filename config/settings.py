"""All settings in one frozen object: defaults, then a TOML file, then the environment.

The environment's names are SHOPKEEPER_SECTION__KEY, nested as deep as the file is:
SHOPKEEPER_DATA__ORDERS__PATH=orders.csv. Nothing else in the project reads os.environ.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from config.contacts import Contacts, Experiments
from config.data import Artifacts, Data
from config.evaluation import Evaluation
from config.identity import Identity
from config.keys import Keys
from config.ledger import Ledger
from config.nudges import Nudges
from config.preferences import Preferences
from config.service import Placements, Service
from config.training import Training
from config.value import Value
from models.errors import ConfigError, did_you_mean

ENV_PREFIX = "SHOPKEEPER_"
CONFIG_VARIABLE = "SHOPKEEPER_CONFIG"
METRICS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


class Settings(BaseSettings):
    """Every setting. Frozen; an unknown key is refused by name."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=ENV_PREFIX, env_nested_delimiter="__"
    )

    artifacts: Artifacts = Artifacts()
    data: Data = Data()
    training: Training = Training()
    value: Value = Value()
    preferences: Preferences = Preferences()
    evaluation: Evaluation = Evaluation()
    nudges: Nudges = Nudges()
    contacts: Contacts = Contacts()
    experiments: Experiments = Experiments()
    service: Service = Service()
    ledger: Ledger = Ledger()
    keys: Keys = Keys()
    identity: Identity = Identity()
    placements: Placements = Placements()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file, which arrives as init arguments."""
        return env_settings, init_settings


def load_settings(path: Path | None = None) -> Settings:
    """Read `path` (TOML; None for defaults alone) and the environment.

    Raises ConfigError, naming the file or variable, the key and the valid choices.
    """
    table = _read_toml(path) if path is not None else {}
    where = str(path) if path is not None else "environment"
    _refuse_unknown_variables()
    try:
        return Settings(**table)
    except ValidationError as error:
        raise _as_config_error(error.errors()[0], where) from error
    except SettingsError as error:
        raise _as_json_error(str(error)) from error


def settings_from_environment() -> Settings:
    """The settings of a server process: the file SHOPKEEPER_CONFIG names, if any, and the environment."""
    named = os.environ.get(CONFIG_VARIABLE)
    return load_settings(Path(named) if named else None)


def environment_with(config: Path | None) -> dict[str, str]:
    """The environment for a server process that is to read this file (see `settings_from_environment`)."""
    inherited = {name: value for name, value in os.environ.items() if name != CONFIG_VARIABLE}
    return inherited if config is None else {**inherited, CONFIG_VARIABLE: str(config.resolve())}


def metrics_directory() -> Path | None:
    """Where the workers of one server share their metrics, None in a process of its own."""
    named = os.environ.get(METRICS_VARIABLE)
    return Path(named) if named else None


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError("no such file", key="", where=str(path)) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"cannot be read as TOML: {error}", key="", where=str(path)) from error


def _refuse_unknown_variables() -> None:
    """A variable with our prefix and no section of ours would be ignored without a word otherwise."""
    for name in os.environ:
        if not name.startswith(ENV_PREFIX) or name == CONFIG_VARIABLE:
            continue
        section = name.removeprefix(ENV_PREFIX).split("__")[0].lower()
        if section not in Settings.model_fields:
            raise ConfigError(
                f"no section {section!r}; {did_you_mean(section, Settings.model_fields)}",
                key=section,
                where=f"environment variable {name}",
            )


def _as_json_error(message: str) -> ConfigError:
    """A variable for a table or a list holds no JSON; pydantic-settings names the top section alone."""
    section = next((name for name in Settings.model_fields if f'"{name}"' in message), "")
    variables = sorted(name for name in os.environ if name.startswith(ENV_PREFIX + section.upper()))
    return ConfigError(
        f"one of {', '.join(variables)} should hold JSON for its table or list and does not",
        key=section,
        where="environment",
    )


def _as_config_error(detail: ErrorDetails, where: str) -> ConfigError:
    location = [str(part) for part in detail["loc"]]
    key = ".".join(location)
    variable = ENV_PREFIX + "__".join(location).upper()
    set_there = sorted(name for name in os.environ if name.upper().startswith(variable))
    if set_there:
        where = f"environment variable {set_there[0]}"
    if detail["type"] == "extra_forbidden":
        choices = _keys_at(location[:-1])
        return ConfigError(
            f"unknown key {key!r}; {did_you_mean(location[-1], choices)}", key=key, where=where
        )
    message = detail["msg"].removeprefix("Value error, ")
    given = detail["input"]
    secret = location[-1] in ("url", "signing_key", "key")
    shown = f" (given: {given!r})" if isinstance(given, str | int | float | bool) and not secret else ""
    return ConfigError(f"{key}: {message}{shown}", key=key, where=where)


def _keys_at(location: list[str]) -> list[str]:
    """The valid keys of the table at `location`, found by walking the types of the settings."""
    model: type[BaseModel] = Settings
    for part in location:
        field = model.model_fields.get(part)
        if field is None:
            break
        model = _table_of(field.annotation) or model
    return list(model.model_fields)


def _table_of(annotation: Any) -> type[BaseModel] | None:
    """The settings table in an annotation such as `Table`, `Table | None` or `tuple[Table, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        if found := _table_of(argument):
            return found
    return None
