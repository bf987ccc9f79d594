"""What /docs shows: the OpenAPI document as text, tables and examples, ready for the template."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.route import Route


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One row of a table of fields."""

    name: str
    place: str
    type: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Section:
    """One route, as the page shows it."""

    name: str
    tag: str
    method: str
    path: str
    summary: str
    asks: Sequence[FieldRow]
    answers: Sequence[FieldRow]
    curl: str
    answer: str
    statuses: Sequence[tuple[str, str]]


def sections(document: Mapping[str, Any], routes: Sequence[Route], base: str) -> list[Section]:
    """A section for every route, in the order of the table; `base` is where the service was found."""
    return [_section(document, route, base) for route in routes]


def _section(document: Mapping[str, Any], route: Route, base: str) -> Section:
    operation = document["paths"][route.path][route.method.lower()]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    answer = operation["responses"]["200"]["content"][route.media].get("schema")
    asks = [_row(document, item["name"], item["in"], item) for item in operation.get("parameters", ())]
    return Section(
        name=route.name,
        tag=route.tag,
        method=route.method,
        path=route.path,
        summary=route.summary,
        asks=asks + _rows(document, body, "body"),
        answers=_rows(document, answer, ""),
        curl=_curl(route, base),
        answer=json.dumps(route.example, indent=2) if route.example is not None else "",
        statuses=[(code, item["description"]) for code, item in operation["responses"].items()],
    )


def _curl(route: Route, base: str) -> str:
    if route.sends is None:
        return f"curl '{base}{route.call}'"
    body = json.dumps(route.sends)
    return f"curl '{base}{route.call}' \\\n  -H 'Content-Type: application/json' \\\n  -d '{body}'"


def _rows(document: Mapping[str, Any], schema: Mapping[str, Any] | None, place: str) -> list[FieldRow]:
    if schema is None:
        return []
    found = _resolve(document, schema)
    required = found.get("required", ())
    return [
        _row(document, name, place, {"schema": field, "required": name in required, **_described(field)})
        for name, field in found["properties"].items()
    ]


def _described(field: Mapping[str, Any]) -> dict[str, str]:
    return {"description": field.get("description", "")}


def _row(document: Mapping[str, Any], name: str, place: str, item: Mapping[str, Any]) -> FieldRow:
    return FieldRow(name, place, _type(document, item["schema"]), item["required"], item["description"])


def _resolve(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in schema:
        return schema
    found: Mapping[str, Any] = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return found


def _type(document: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """A type in words: `list of string, at most 200`, `one of home, cart`, `integer, 1 to 100, or null`."""
    if "anyOf" in schema:
        return " or ".join(_type(document, choice) for choice in schema["anyOf"])
    if "$ref" in schema:
        fields = _resolve(document, schema).get("properties", {})
        return f"object of {', '.join(fields)}"
    if "enum" in schema:
        return f"one of {', '.join(map(str, schema['enum']))}"
    if schema.get("type") == "array":
        limit = f", at most {schema['maxItems']}" if "maxItems" in schema else ""
        return f"list of {_type(document, schema['items'])}{limit}"
    return f"{schema.get('type', 'any')}{_bounds(schema)}"


def _bounds(schema: Mapping[str, Any]) -> str:
    if "minimum" in schema and "maximum" in schema:
        return f", {schema['minimum']} to {schema['maximum']}"
    if "maxLength" in schema:
        return f", {schema.get('minLength', 0)} to {schema['maxLength']} characters"
    return f", at least {schema['minimum']}" if "minimum" in schema else ""
