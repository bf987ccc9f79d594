"""The one table of routes: Flask's URL map, the OpenAPI document and /docs are made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel

from service.examples import (
    BOUGHT_TOGETHER_EXAMPLE,
    CUSTOMER_EXAMPLE,
    MODEL_EXAMPLE,
    RECOMMENDATIONS_EXAMPLE,
    REQUEST_EXAMPLE,
    SIMILAR_EXAMPLE,
)
from service.schemas import (
    ExplainedOut,
    HealthOut,
    ModelOut,
    ProductRequest,
    RecommendationRequest,
    RecommendationsOut,
)

Method = Literal["GET", "POST"]
Tag = Literal["Recommendations", "Model", "Health", "Documentation"]

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

    @property
    def rule(self) -> str:
        """The path as Flask writes it; ids may contain slashes."""
        return self.path.replace("{", "<path:").replace("}", ">")


ROUTES: tuple[Route, ...] = (
    Route(
        "recommendations",
        "POST",
        "/v1/recommendations",
        "Recommendations",
        "Recommend products for a customer, a product page or a cart.",
        "/v1/recommendations",
        body=RecommendationRequest,
        answer=ExplainedOut,
        problems=(400, 405, 413, 415, 422, 500, 503),
        sends=REQUEST_EXAMPLE,
        example=RECOMMENDATIONS_EXAMPLE,
    ),
    Route(
        "customer_recommendations",
        "GET",
        "/v1/customers/{customer_id}/recommendations",
        "Recommendations",
        "The same for one customer, as a GET.",
        "/v1/customers/17850/recommendations?placement=home&kinds=buy_again&limit=1",
        query=RecommendationRequest,
        answer=ExplainedOut,
        problems=ASKING,
        example=CUSTOMER_EXAMPLE,
    ),
    Route(
        "bought_together",
        "GET",
        "/v1/products/{product_id}/bought-together",
        "Recommendations",
        "What is bought with a product, strongest rule first.",
        "/v1/products/85123A/bought-together?limit=1",
        query=ProductRequest,
        answer=RecommendationsOut,
        problems=ASKING,
        example=BOUGHT_TOGETHER_EXAMPLE,
    ),
    Route(
        "similar",
        "GET",
        "/v1/products/{product_id}/similar",
        "Recommendations",
        "Products that the same customers choose.",
        "/v1/products/85123A/similar?limit=1",
        query=ProductRequest,
        answer=RecommendationsOut,
        problems=ASKING,
        example=SIMILAR_EXAMPLE,
    ),
    Route(
        "model",
        "GET",
        "/v1/model",
        "Model",
        "What is being served: version, counts, metrics of its training.",
        "/v1/model",
        answer=ModelOut,
        problems=(405, 500, 503),
        example=MODEL_EXAMPLE,
    ),
    Route(
        "live",
        "GET",
        "/health/live",
        "Health",
        "Whether the process lives.",
        "/health/live",
        answer=HealthOut,
        example={"status": "live", "model_version": None},
    ),
    Route(
        "ready",
        "GET",
        "/health/ready",
        "Health",
        "Whether a model is loaded.",
        "/health/ready",
        answer=HealthOut,
        problems=(500, 503),
        example={"status": "ready", "model_version": "20111209T120000Z-5d41402a"},
    ),
    Route(
        "metrics",
        "GET",
        "/metrics",
        "Health",
        "Counters and latencies of all workers, for Prometheus.",
        "/metrics",
        media="text/plain",
    ),
    Route(
        "openapi",
        "GET",
        "/openapi.json",
        "Documentation",
        "This interface as OpenAPI 3.1.",
        "/openapi.json",
    ),
    Route(
        "docs",
        "GET",
        "/docs",
        "Documentation",
        "This interface as a page to read.",
        "/docs",
        media="text/html",
    ),
)
