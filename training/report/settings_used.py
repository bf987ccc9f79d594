"""The settings of a training as the report may show them: without secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from config.settings import Settings
from training.report.content import SettingUsed

# [service] and [placements] have no part in a training; [service] holds the signing key.
SECTIONS = ("artifacts", "data", "training")
HIDDEN = "(hidden)"
_SECRET_KEY = re.compile(r"key|secret|password|passwd|token|credential", re.IGNORECASE)
_URL_PASSWORD = re.compile(r"(?P<head>[a-z][a-z0-9+.-]*://[^/\s:@]*):[^/\s]*@", re.IGNORECASE)


def settings_used(settings: Settings) -> tuple[SettingUsed, ...]:
    """Every setting a training reads, by dotted key, with passwords hidden."""
    used: list[SettingUsed] = []
    for section in SECTIONS:
        now: BaseModel = getattr(settings, section)
        defaults = _flat(section, _defaults(now))
        for key, value in _flat(section, now.model_dump(mode="json")).items():
            changed = key not in defaults or defaults[key] != value
            used.append(SettingUsed(key, _shown(key, value), changed))
    return tuple(used)


def without_password(source: str) -> str:
    """The name of a source without the password that a database URL in it may carry."""
    return _URL_PASSWORD.sub(r"\g<head>:***@", source)


def _defaults(table: BaseModel) -> dict[str, Any]:
    """The defaults of a table of settings, and of every table in it that is there now."""
    defaults: dict[str, Any] = type(table).model_construct().model_dump(mode="json")
    for name, value in table:
        if isinstance(value, BaseModel):
            defaults[name] = _defaults(value)
    return defaults


def _flat(prefix: str, value: Any) -> dict[str, Any]:
    """A nested table as dotted keys; lists of tables are numbered."""
    inner: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, Mapping):
        inner = value.items()
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        inner = enumerate(value)
    flat = {key: item for name, part in inner for key, item in _flat(f"{prefix}.{name}", part).items()}
    return flat or {prefix: value}


def _shown(key: str, value: Any) -> str:
    name = key.rsplit(".", 1)[-1]
    if value is None or value in ({}, []):
        return "none"
    if name == "url":
        return _safe_url(str(value))
    if _SECRET_KEY.search(name) and ".columns." not in key:
        return HIDDEN
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return without_password(str(value))


def _safe_url(url: str) -> str:
    """A database URL with its password hidden and its options, which may carry one, left out."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        return HIDDEN
    return parsed.set(query={}).render_as_string(hide_password=True)
