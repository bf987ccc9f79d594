"""The views: one method a route of the table, from HTTP to the desk and back."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response, render_template, request
from prometheus_client import CONTENT_TYPE_LATEST
from werkzeug.exceptions import ClientDisconnected, ServiceUnavailable, UnsupportedMediaType

from models.bundle import Bundle
from models.query import Answer
from service.answers import Desk, model_body
from service.bundles import Bundles
from service.metrics import Metrics
from service.openapi import openapi_document
from service.pages import sections
from service.parameters import parameters
from service.problems import problem
from service.routes import ROUTES
from service.schemas import MAX_BODY_BYTES, ProductRequest, RecommendationRequest

JSON = "application/json"


class Views:
    """What each route does. Methods carry the names of the table in `service.routes`."""

    def __init__(self, bundles: Bundles, desk: Desk, metrics: Metrics) -> None:
        self._bundles = bundles
        self._desk = desk
        self._metrics = metrics
        self._openapi = orjson.dumps(openapi_document(ROUTES))

    def recommendations(self) -> Response:
        bundle = self._bundle()
        asked = RecommendationRequest.model_validate_json(_sent())
        return self._send(*self._desk.recommend(bundle, asked))

    def customer_recommendations(self, customer_id: str) -> Response:
        bundle = self._bundle()
        asked = parameters(RecommendationRequest, request.args, {"customer_id": customer_id})
        return self._send(*self._desk.recommend(bundle, asked))

    def bought_together(self, product_id: str) -> Response:
        return self._about("bought_together", product_id)

    def similar(self, product_id: str) -> Response:
        return self._about("similar", product_id)

    def model(self) -> Response:
        return _json(model_body(self._bundle()))

    def live(self) -> Response:
        return _json({"status": "live", "model_version": None})

    def ready(self) -> Response:
        bundle = self._bundles.current()
        if bundle is None:
            return problem(503)
        return _json({"status": "ready", "model_version": bundle.facts.version})

    def metrics(self) -> Response:
        return Response(self._metrics.exposition(), content_type=CONTENT_TYPE_LATEST)

    def openapi(self) -> Response:
        return Response(self._openapi, content_type=JSON)

    def docs(self) -> str:
        document, base = orjson.loads(self._openapi), request.host_url.rstrip("/")
        return render_template("docs.html", sections=sections(document, ROUTES, base))

    def _about(self, page: str, product_id: str) -> Response:
        bundle = self._bundle()
        asked = parameters(ProductRequest, request.args, {"product_id": product_id})
        return self._send(*self._desk.about(bundle, page, asked))

    def _bundle(self) -> Bundle:
        bundle = self._bundles.current()
        if bundle is None:
            raise ServiceUnavailable
        return bundle

    def _send(self, answer: Answer, body: dict[str, Any]) -> Response:
        self._metrics.recommended(answer)
        return _json(body)


def _sent() -> bytes:
    """The JSON that was sent. Where its length is known it is read at once: werkzeug's way is ten calls."""
    environ = request.environ
    if environ.get("CONTENT_TYPE") != JSON and request.mimetype != JSON:
        raise UnsupportedMediaType
    stated = environ.get("CONTENT_LENGTH", "")
    if not stated.isdecimal() or int(stated) > MAX_BODY_BYTES:
        return request.get_data(cache=False)
    sent: bytes = environ["wsgi.input"].read(int(stated))
    if len(sent) < int(stated):
        raise ClientDisconnected
    return sent


def _json(body: dict[str, Any]) -> Response:
    return Response(orjson.dumps(body), content_type=JSON)
