"""The view of events: from HTTP to the ledger and back."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import orjson
from flask import Response, request
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from structlog.typing import FilteringBoundLogger
from werkzeug.exceptions import UnsupportedMediaType

from service.event_schemas import EVENTS_BODY_BYTES, EventIn, EventsRequest
from service.ledger.event import Event
from service.ledger.events import EventStore
from service.metrics import Metrics
from service.problems import Refused, invalid_body

JSON = "application/json"
NO_LEDGER = "there is no ledger: set [ledger] url"
LEDGER_DOWN = "the ledger cannot be written to; nothing of this call was kept, send it again"
MAX_ID = 128
STATUSES = ("accepted", "duplicate", "rejected")


class EventViews:
    """What the route of events does."""

    def __init__(self, store: EventStore | None, metrics: Metrics, log: FilteringBoundLogger) -> None:
        self._store = store
        self._metrics = metrics
        self._log = log

    def events(self) -> Response:
        """Write the events of a request down; the answer is sent after the commit."""
        asked = EventsRequest.model_validate_json(_body())
        now = datetime.now(UTC)
        rows = [_read(each, now) for each in asked.events]
        new = iter(self._append([row for row in rows if isinstance(row, Event)]))
        results = [
            {"id": row.event_id, "status": "accepted" if next(new) else "duplicate", "errors": []}
            if isinstance(row, Event)
            else row
            for row in rows
        ]
        counts = Counter(result["status"] for result in results)
        self._metrics.events(counts)
        body = {**{status: counts[status] for status in STATUSES}, "results": results}
        return Response(orjson.dumps(body), content_type=JSON)

    def _append(self, events: list[Event]) -> list[bool]:
        if self._store is None:
            raise Refused(503, detail=NO_LEDGER)
        try:
            return self._store.append(events)
        except SQLAlchemyError as error:
            # Its message repeats the parameters, which are what a customer did.
            self._log.error("ledger refused", error=type(error).__name__)
            raise Refused(503, detail=LEDGER_DOWN) from error


def _read(row: dict[str, Any], now: datetime) -> Event | dict[str, Any]:
    """The event of a row, or why it is none."""
    try:
        # json, not orjson: it keeps NaN, which is refused by name, and numbers of any length.
        event = EventIn.model_validate_json(json.dumps(row))
    except ValidationError as error:
        sent = row.get("id")
        known = sent if isinstance(sent, str) and len(sent) <= MAX_ID else None
        return {"id": known, "status": "rejected", "errors": invalid_body(error, EventIn)["errors"]}
    faults = [{"field": field, "message": message} for field, message in event.faults()]
    return {"id": event.id, "status": "rejected", "errors": faults} if faults else event.row(now)


def _body() -> bytes:
    if request.mimetype != JSON:
        raise UnsupportedMediaType
    request.max_content_length = EVENTS_BODY_BYTES
    return request.get_data(cache=False)
