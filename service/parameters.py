"""Parameters of a URL, validated by the same schemas as bodies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel
from werkzeug.datastructures import MultiDict

Asked = TypeVar("Asked", bound=BaseModel)

# Lists of ids are repeated parameters, for an id may contain a comma; names of kinds contain none.
COMMA_SEPARATED = "kinds"


def parameters(schema: type[Asked], query: MultiDict[str, str], path: Mapping[str, str]) -> Asked:
    """The parameters of a URL as an instance of `schema`; raises pydantic's ValidationError.

    A parameter of the path cannot be given in the query as well: it is refused as unknown there.
    """
    values: dict[str, Any] = dict(path)
    for name, given in query.lists():
        key = f"?{name}" if name in path else name
        values[key] = _value(schema, name, given)
    # Not strict: all that a URL can carry is text.
    return schema.model_validate(values, strict=False)


def _value(schema: type[BaseModel], name: str, given: list[str]) -> Any:
    if name == COMMA_SEPARATED and name in schema.model_fields:
        return [part for item in given for part in item.split(",")]
    field = schema.model_fields.get(name)
    takes_many = field is not None and "tuple" in str(field.annotation)
    # A scalar that is given twice stays a list, which its type refuses by name.
    return given if takes_many or len(given) > 1 else given[0]
