"""Requests about plans, read from JSON with daily use as columns.

Rows of use that plainly fit are read all at once. Where they, or anything else of the request, do not, the
schema looks at all that was sent: so there is one place where errors are found.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import orjson
from pydantic import ValidationError

from service.nudge_schemas import NudgeRequest
from service.usage_columns import UsageColumns, plain_usage, usage_of


class Read(NamedTuple):
    """A request that fits its schema; its daily use is in `usage`, and not always in `request`."""

    request: NudgeRequest
    usage: UsageColumns


def read(body: bytes) -> Read:
    """The request that was sent. Raises pydantic's ValidationError."""
    try:
        sent = orjson.loads(body)
    except orjson.JSONDecodeError:  # the schema says why, or has something to say of NaN
        sent = None
    return _plain(sent, orjson.dumps) or _whole(body)


def read_row(sent: dict[str, Any]) -> Read:
    """One request of a batch. Raises pydantic's ValidationError."""
    return _plain(sent, _dumps) or _whole(_dumps(sent))


def _dumps(sent: dict[str, Any]) -> bytes:
    # json, not orjson: it keeps NaN, which is refused by name, and numbers of any length.
    return json.dumps(sent).encode()


def _whole(body: bytes) -> Read:
    request = NudgeRequest.model_validate_json(body)
    return Read(request, usage_of(request.usage))


def _plain(sent: object, dumps: Callable[[dict[str, Any]], bytes]) -> Read | None:
    """What was sent, if its rows of use are plain and all else fits."""
    usage = plain_usage(sent.get("usage", [])) if isinstance(sent, dict) else None
    if not isinstance(sent, dict) or usage is None:
        return None
    rest = {name: value for name, value in sent.items() if name != "usage"}
    try:
        # Dates are texts in JSON alone.
        return Read(NudgeRequest.model_validate_json(dumps(rest)), usage)
    except (ValidationError, orjson.JSONEncodeError):  # orjson reads what is nested deeper than it writes
        return None
