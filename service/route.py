"""One route of the service: what Flask, the OpenAPI document and /docs need of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel

Method = Literal["GET", "POST", "DELETE"]
Tag = Literal[
    "Recommendations", "Plans", "Events", "Offers", "Customers", "Sales", "Model", "Health", "Documentation"
]

SELLING = frozenset({"web", "sales", "email"})  # whoever meets customers
ASKING = (404, 405, 422, 500, 503)  # what every route that needs a model and reads input may answer


@dataclass(frozen=True, slots=True)
class Route:
    """One route.

    path       as OpenAPI writes it; parameters in braces are fields of `query`
    body       schema of the JSON body, None where there is none
    query      schema of path and query parameters together
    answer     schema of the 200 answer, None where it is not JSON
    media      content type of the 200 answer
    problems   the other statuses it may answer with
    call       an example call: path with query, filled in
    example    what that call answers, and what it sends
    scopes     scopes of keys that may call it, `admin` besides; none where everybody may
    """

    name: str
    method: Method
    path: str
    tag: Tag
    summary: str
    call: str
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    media: str = "application/json"
    problems: tuple[int, ...] = (500,)
    sends: Mapping[str, Any] | None = None
    example: Mapping[str, Any] | None = field(default=None)
    scopes: frozenset[str] = frozenset()

    @property
    def rule(self) -> str:
        """The path as Flask writes it; ids may contain slashes."""
        return self.path.replace("{", "<path:").replace("}", ">")
