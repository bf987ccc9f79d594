"""Errors as RFC 9457 problems: what is wrong, with which field, and nothing of the inside or of a person."""

from __future__ import annotations

from collections.abc import Iterable

import orjson
from flask import Response
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from werkzeug.exceptions import HTTPException, MethodNotAllowed, default_exceptions

from models.errors import did_you_mean
from service.schemas import MAX_BODY_BYTES

CONTENT_TYPE = "application/problem+json"
MAX_ERRORS = 20
MAX_NAME = 100  # characters of a field's name that are repeated

DETAILS = {
    400: "the request could not be understood",
    404: "there is no such page; /docs lists what there is",
    405: "this page does not know that method",
    413: f"the body is longer than {MAX_BODY_BYTES} bytes",
    415: "send the body as Content-Type: application/json",
    500: "something went wrong here; it has been written down",
    503: "no model is loaded yet; train and publish one",
}


def problem(status: int, detail: str | None = None, errors: Iterable[tuple[str, str]] = ()) -> Response:
    """An answer of application/problem+json; `errors` are pairs of field and message."""
    title = default_exceptions[status]().name if status in default_exceptions else "Error"
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail or DETAILS.get(status, title.lower()),
        "errors": [{"field": field, "message": message} for field, message in errors],
    }
    return Response(orjson.dumps(body), status, content_type=CONTENT_TYPE)


def of_http_error(error: HTTPException) -> Response:
    """The problem for an error that Flask or a view raised by its HTTP status."""
    answer = problem(error.code or 500)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return answer


def of_invalid(error: ValidationError, schema: type[BaseModel]) -> Response:
    """400 for what is no JSON, 422 for JSON that does not fit `schema`, naming each field."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    if found[0]["type"] == "json_invalid":
        return problem(400, f"the body is no JSON: {found[0]['msg'].removeprefix('Invalid JSON: ')}")
    errors = [(_field(item), _message(item, schema)) for item in found[:MAX_ERRORS]]
    named = ", ".join(dict.fromkeys(field for field, _ in errors))
    return problem(422, f"not valid: {named}" if named else "the body must be a JSON object", errors)


def _field(item: ErrorDetails) -> str:
    return ".".join(str(part)[:MAX_NAME] for part in item["loc"])


def _message(item: ErrorDetails, schema: type[BaseModel]) -> str:
    if item["type"] == "extra_forbidden":
        return f"unknown field; {did_you_mean(str(item['loc'][-1])[:MAX_NAME], schema.model_fields)}"
    return item["msg"]
