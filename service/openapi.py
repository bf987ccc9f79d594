"""The OpenAPI 3.1 document, made of the table of routes and the schemas that validate."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from werkzeug.http import HTTP_STATUS_CODES

from service.problems import CONTENT_TYPE
from service.route import Route
from service.schemas import ProblemOut

REFERENCE = "#/components/schemas/{model}"
REFUSALS = (401, 403, 429)  # what a route that asks for keys may answer
PARAMETER = re.compile(r"{(\w+)}")


def openapi_document(routes: Sequence[Route]) -> dict[str, Any]:
    """The document of these routes, as plain values."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Shopkeeper",
            "version": importlib.metadata.version("shopkeeper"),
            "summary": "Recommendations with their evidence.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": _schemas(routes),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _schemas(routes: Sequence[Route]) -> dict[str, Any]:
    """Every schema that a body or an answer needs, by name."""
    asked = {route.body for route in routes if route.body}
    answered = {route.answer for route in routes if route.answer} | {ProblemOut}
    _, document = models_json_schema(
        [(model, "validation") for model in _by_name(asked)]
        + [(model, "serialization") for model in _by_name(answered)],
        ref_template=REFERENCE,
    )
    definitions: dict[str, Any] = document["$defs"]
    return definitions


def _by_name(models: set[type[BaseModel]]) -> list[type[BaseModel]]:
    return sorted(models, key=lambda model: model.__name__)


def _operation(route: Route) -> dict[str, Any]:
    problems = sorted({*route.problems, *(REFUSALS if route.scopes else ())})
    operation: dict[str, Any] = {
        "operationId": route.name,
        "tags": [route.tag],
        "summary": route.summary,
        "responses": {"200": _success(route)} | {str(code): _problem(code) for code in problems},
    }
    if route.scopes:
        # Without keys, or where they are not required, everybody may: hence the empty alternative.
        operation["security"] = [{"key": []}, {}]
        operation["description"] = f"Scopes: {', '.join(sorted(route.scopes))}."
    if route.query:
        operation["parameters"] = _parameters(route.path, route.query)
    if route.body:
        content: dict[str, Any] = {"schema": _reference(route.body)}
        if route.sends is not None:
            content["example"] = dict(route.sends)
        operation["requestBody"] = {"required": True, "content": {"application/json": content}}
    return operation


def _success(route: Route) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": _reference(route.answer)} if route.answer else {}
    if route.example is not None:
        content["example"] = dict(route.example)
    return {"description": "OK", "content": {route.media: content}}


def _problem(code: int) -> dict[str, Any]:
    content = {CONTENT_TYPE: {"schema": _reference(ProblemOut)}}
    return {"description": HTTP_STATUS_CODES[code], "content": content}


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REFERENCE.format(model=model.__name__)}


def _parameters(path: str, query: type[BaseModel]) -> list[dict[str, Any]]:
    """One parameter a field of the schema: in the path where the path names it, in the query else."""
    schema = query.model_json_schema()
    in_path = set(PARAMETER.findall(path))
    return [
        {
            "name": name,
            "in": "path" if name in in_path else "query",
            "required": name in in_path or name in schema.get("required", ()),
            "description": field.get("description", ""),
            "schema": _without_null(field),
        }
        for name, field in schema["properties"].items()
    ]


def _without_null(field: dict[str, Any]) -> dict[str, Any]:
    """The schema of a field in a URL, where there is no null: an absent parameter says the same."""
    choices = [choice for choice in field.get("anyOf", ()) if choice.get("type") != "null"]
    kept = {name: value for name, value in field.items() if name not in ("anyOf", "title", "description")}
    if kept.get("default", 0) is None:
        del kept["default"]
    return {**kept, **(choices[0] if choices else {})}
