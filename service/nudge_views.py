"""The views about plans: from HTTP to the nudge desk and back."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response, request
from pydantic import ValidationError
from werkzeug.exceptions import ServiceUnavailable, UnsupportedMediaType

from models.bundle import Bundle
from models.plan_nudges import PlanNudges
from service.bundles import Bundles
from service.contacts.plan_contacts import PlanContacts
from service.metrics import Metrics
from service.nudge_answers import NudgeDesk
from service.nudge_reading import read, read_row
from service.nudge_requests import Prepared, prepared
from service.nudge_schemas import (
    BATCH_BODY_BYTES,
    NUDGE_BODY_BYTES,
    NudgeBatch,
    NudgeQuery,
    NudgeRequest,
)
from service.parameters import parameters
from service.problems import Refused, invalid_body

JSON = "application/json"
NO_PLANS = (
    "the model that is served knows no plans: set [data.plans], [data.subscriptions] and [data.usage], then "
    "train and publish"
)
UNKNOWN_CUSTOMER = "this customer is not known to the model that is served"


class NudgeViews:
    """What each route about plans does. Methods carry the names of the table in `service.nudge_routes`."""

    def __init__(
        self, bundles: Bundles, desk: NudgeDesk, metrics: Metrics, contacts: PlanContacts | None = None
    ) -> None:
        self._contacts = contacts
        self._bundles = bundles
        self._desk = desk
        self._metrics = metrics

    def plan_nudges(self) -> Response:
        bundle, nudges = self._plans()
        asked = read(_body(NUDGE_BODY_BYTES))
        answer = self._desk.of_request(bundle, prepared(asked, nudges.advisor, bundle.facts.minor_digits))
        self._metrics.nudged([answer["nudge"]["decision"]], answer["fallback"])
        return _json(answer)

    def customer_plan_nudge(self, customer_id: str) -> Response:
        bundle, nudges = self._plans()
        asked = parameters(NudgeQuery, request.args, {"customer_id": customer_id})
        answer = self._desk.of_customer(bundle, nudges, asked.customer_id)
        if answer is None:
            raise Refused(404, detail=UNKNOWN_CUSTOMER)
        if self._contacts is not None:
            self._contacts.suppress(asked.customer_id, asked.channel, answer["nudges"])
        self._metrics.nudged([nudge["decision"] for nudge in answer["nudges"]], answer["fallback"])
        return _json(answer)

    def plan_nudges_batch(self) -> Response:
        bundle, nudges = self._plans()
        batch = NudgeBatch.model_validate_json(_body(BATCH_BODY_BYTES))
        read = [self._read(row, bundle, nudges) for row in batch.requests]
        ready = [each for each in read if isinstance(each, Prepared)]
        answers = iter(self._desk.of_requests(bundle, ready))
        results: list[dict[str, Any]] = []
        for each in read:
            if isinstance(each, Prepared):
                answer = next(answers)
                self._metrics.nudged([answer["nudge"]["decision"]], answer["fallback"])
                results.append({"status": 200, "answer": answer, "problem": None})
            else:
                results.append({"status": each["status"], "answer": None, "problem": each})
        return _json({"results": results})

    @staticmethod
    def _read(row: dict[str, Any], bundle: Bundle, nudges: PlanNudges) -> Prepared | dict[str, Any]:
        """One request of a batch, or the fields of the problem with it."""
        try:
            return prepared(read_row(row), nudges.advisor, bundle.facts.minor_digits)
        except ValidationError as error:
            return invalid_body(error, NudgeRequest)
        except Refused as refused:
            return refused.body()

    def _plans(self) -> tuple[Bundle, PlanNudges]:
        bundle = self._bundles.current()
        if bundle is None:
            raise ServiceUnavailable
        if bundle.plan_nudges is None:
            raise Refused(404, detail=NO_PLANS)
        return bundle, bundle.plan_nudges


def _body(most: int) -> bytes:
    """The body of a request, of at most so many bytes."""
    if request.mimetype != JSON:
        raise UnsupportedMediaType
    request.max_content_length = most
    return request.get_data(cache=False)


def _json(body: dict[str, Any]) -> Response:
    return Response(orjson.dumps(body), content_type=JSON)
