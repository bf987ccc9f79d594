"""Errors as RFC 9457 problems: what is wrong, with which field, and nothing of the inside or of a person."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from flask import Response
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from werkzeug.exceptions import HTTPException, MethodNotAllowed, default_exceptions

from models.errors import did_you_mean

CONTENT_TYPE = "application/problem+json"
CONFLICT = 409
MAX_ERRORS = 20
MAX_NAME = 100  # characters of a field's name that are repeated
# What is repeated of what was sent: a number or a date; where a name of ours is asked for, one word as well.
# Anything else may be about a person, and a text of seven digits may be a telephone's number.
NAME = re.compile(r"(?!.*\d{7})[A-Za-z][\w-]{0,39}", re.ASCII)
FIELD = re.compile(r"\??(?!.*\d{7})[\w.-]{1,40}", re.ASCII)  # ? before one of the path, given in the query
TIME = r"[T ]\d\d?:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?"
HARMLESS = re.compile(rf"[+-]?\d{{1,6}}(\.\d{{1,6}})?|\d{{4}}-\d\d?-\d\d?({TIME})?|", re.ASCII)
MAX_NUMBER = 1e18
# Errors whose message says all there is to say, and those about texts, which may be about a person.
OF_LENGTHS = frozenset({"too_short", "too_long"})
COMPLETE = OF_LENGTHS | {"missing", "extra_forbidden"}
OF_CHOICES = frozenset({"literal_error", "enum"})
OF_TEXTS = frozenset({"string_type", "string_too_short", "string_too_long", "string_unicode"})

DETAILS = {
    400: "the request could not be understood",
    401: "a key is needed",
    403: "this key may not do that",
    404: "there is no such page; /docs lists what there is",
    405: "this page does not know that method",
    413: "the body is longer than this page takes",
    415: "send the body as Content-Type: application/json",
    429: "too many requests",
    500: "something went wrong here; it has been written down",
    503: "no model is loaded yet; train and publish one",
}


class Refused(Exception):  # noqa: N818  # it is no fault of ours, and not an error of the tree
    """A request that fits its schema and cannot be answered all the same; pairs of field and message."""

    def __init__(
        self, status: int, errors: Sequence[tuple[str, str]] = (), detail: str | None = None
    ) -> None:
        super().__init__(status)
        self.status = status
        self.errors = errors
        self.detail = detail

    def body(self) -> dict[str, Any]:
        """The problem as it is answered; at most MAX_ERRORS fields are named."""
        errors = [(name[:MAX_NAME], message) for name, message in self.errors[:MAX_ERRORS]]
        named = ", ".join(dict.fromkeys(name for name, _ in errors))
        words = "contradicts what was given before" if self.status == CONFLICT else "not valid"
        return problem_body(self.status, self.detail or f"{words}: {named}", errors)


def problem(status: int, detail: str | None = None, errors: Iterable[tuple[str, str]] = ()) -> Response:
    """An answer of application/problem+json; `errors` are pairs of field and message."""
    return Response(orjson.dumps(problem_body(status, detail, errors)), status, content_type=CONTENT_TYPE)


def problem_body(
    status: int, detail: str | None = None, errors: Iterable[tuple[str, str]] = ()
) -> dict[str, Any]:
    """The fields of a problem, as ProblemOut has them."""
    title = default_exceptions[status]().name if status in default_exceptions else "Error"
    return {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail or DETAILS.get(status, title.lower()),
        "errors": [{"field": field, "message": message} for field, message in errors],
    }


def of_refused(error: Refused) -> Response:
    """The problem for a request that cannot be answered."""
    return Response(orjson.dumps(error.body()), error.status, content_type=CONTENT_TYPE)


def of_http_error(error: HTTPException) -> Response:
    """The problem for an error that Flask or a view raised by its HTTP status."""
    answer = problem(error.code or 500)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return answer


def of_invalid(error: ValidationError, schema: type[BaseModel]) -> Response:
    """400 for what is no JSON, 422 for JSON that does not fit `schema`, naming each field."""
    body = invalid_body(error, schema)
    return Response(orjson.dumps(body), body["status"], content_type=CONTENT_TYPE)


def invalid_body(error: ValidationError, schema: type[BaseModel]) -> dict[str, Any]:
    """The fields of that problem, as ProblemOut has them."""
    found = _told(error.errors(include_url=False, include_context=False))
    if found[0]["type"] == "json_invalid":
        return problem_body(400, f"the body is no JSON: {found[0]['msg'].removeprefix('Invalid JSON: ')}")
    errors = [(_field(item), _message(item, schema)) for item in found[:MAX_ERRORS]]
    named = ", ".join(dict.fromkeys(field for field, _ in errors))
    return problem_body(422, f"not valid: {named}" if named else "the body must be a JSON object", errors)


def given(value: object) -> str:
    """What was sent, for the end of a message; only its kind where it may be about a person."""
    if value is None or isinstance(value, bool):
        return str(value).lower().replace("none", "null")
    if isinstance(value, (int, float)):
        return _number(value)
    if isinstance(value, str) and HARMLESS.fullmatch(value):
        return repr(value)
    return kind_of(value)


def name_given(value: object) -> str:
    """The same where a plan, a meter or another name of ours is asked for: one word is then no person's."""
    return repr(value) if isinstance(value, str) and NAME.fullmatch(value) else given(value)


def kind_of(value: object) -> str:
    """What kind of thing was sent."""
    if isinstance(value, str):
        return f"{len(value)} character{'s' * (len(value) != 1)}"
    kinds = {type(None): "null", bool: "a boolean", int: "a number", float: "a number", dict: "an object"}
    return kinds.get(type(value), "an array")


def _number(value: float) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return json.dumps(value)  # NaN or Infinity, as it was written
    return str(value) if abs(value) <= MAX_NUMBER else "a larger number"


def _told(found: list[ErrorDetails]) -> list[ErrorDetails]:
    """Errors without those of a list that is too short only because what is in it is wrong."""
    around = {item["loc"][:length] for item in found for length in range(len(item["loc"]))}
    return [item for item in found if item["type"] != "too_short" or item["loc"] not in around]


def _field(item: ErrorDetails) -> str:
    return ".".join(map(_part, item["loc"]))


def _part(part: str | int) -> str:
    """A place in a list, or the name of a field where it looks like one: else it may be about a person."""
    name = str(part)
    return name if FIELD.fullmatch(name) else f"({kind_of(name)})"


def _message(item: ErrorDetails, schema: type[BaseModel]) -> str:
    kind, value = item["type"], item["input"]
    if kind == "extra_forbidden":
        name, inside = str(item["loc"][-1])[:MAX_NAME], len(item["loc"]) > 1
        return f"unknown field; {did_you_mean(name, schema.model_fields)}" if not inside else "unknown field"
    said = item["msg"].removeprefix("Value error, ")
    if kind in OF_LENGTHS:  # in words of JSON, which has no tuples
        said = said.replace("Tuple", "List").replace(" after validation", "")
    if kind in COMPLETE or (kind == "value_error" and not isinstance(value, (str, int, float))):
        return said
    told = kind_of if kind in OF_TEXTS else name_given if kind in OF_CHOICES else given
    return f"{said}, got {told(value)}"
