"""The short way of the one route that stores call on every page view: bytes in, bytes out.

Flask's request context, dispatch and response cost as much as recommending does. What is not plainly a good
request goes Flask's way with its body put back, so that there is one place where errors are answered.
"""

from __future__ import annotations

from io import BytesIO
from time import perf_counter
from typing import TYPE_CHECKING

import orjson

from service.answers import Desk
from service.bundles import Bundles
from service.keys.guard import Guard
from service.metrics import Metrics
from service.schemas import MAX_BODY_BYTES, RecommendationRequest

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ROUTE, PATH, METHOD = "recommendations", "/v1/recommendations", "POST"
JSON = "application/json"


class ShortWay:
    """Answers good requests for recommendations as `Views.recommendations` does, and no others."""

    def __init__(self, bundles: Bundles, desk: Desk, guard: Guard, metrics: Metrics) -> None:
        self._bundles = bundles
        self._desk = desk
        self._guard = guard
        self._metrics = metrics

    def answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes] | None:
        """The whole answer, or None for what Flask has to look at."""
        if environ["PATH_INFO"] != PATH or environ["REQUEST_METHOD"] != METHOD:
            return None
        if self._guard.refusal(ROUTE, environ.get("HTTP_AUTHORIZATION")) is not None:
            return None
        started, sent = perf_counter(), _sent(environ)
        body = None if sent is None else self._answered(sent, started)
        if body is None:
            return None
        start_response("200 OK", [("Content-Type", JSON), ("Content-Length", str(len(body)))])
        return [body]

    def _answered(self, sent: bytes, started: float) -> bytes | None:
        bundle = self._bundles.current()
        if bundle is None:
            return None
        try:
            asked = RecommendationRequest.model_validate_json(sent)
            answer, fields = self._desk.recommend(bundle, asked)
            body = orjson.dumps(fields)
        except Exception:  # whatever it is, Flask's way meets it again and answers it
            return None
        self._metrics.recommended(answer)
        self._metrics.answered(PATH, 200, perf_counter() - started)
        return body


def _sent(environ: WSGIEnvironment) -> bytes | None:
    """The JSON that was sent, which can still be read after this; None where it is not plain to read."""
    stated = environ.get("CONTENT_LENGTH", "")
    if environ.get("CONTENT_TYPE") != JSON or not stated.isdecimal() or int(stated) > MAX_BODY_BYTES:
        return None
    sent: bytes = environ["wsgi.input"].read(int(stated))
    environ["wsgi.input"] = BytesIO(sent)
    return sent if len(sent) == int(stated) else None
