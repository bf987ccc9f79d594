"""The route of events; part of the one table in `service.routes`."""

from __future__ import annotations

from service.event_schemas import EventsOut, EventsRequest
from service.route import SELLING, Route

SENT = {
    "events": [
        {
            "id": "order-1-line-1",
            "type": "purchase",
            "customer_id": "ana",
            "product_id": "cola",
            "order_id": "order-1",
            "quantity": 2,
            "unit_price": "1.50",
            "currency": "USD",
        },
        {"id": "visit-7-3", "type": "view_item", "session_id": "visit-7", "product_id": "pizza"},
        {"id": "visit-7-4", "type": "view", "session_id": "visit-7"},
    ]
}
ANSWERED = {
    "accepted": 2,
    "duplicate": 0,
    "rejected": 1,
    "results": [
        {"id": "order-1-line-1", "status": "accepted", "errors": []},
        {"id": "visit-7-3", "status": "accepted", "errors": []},
        {
            "id": "visit-7-4",
            "status": "rejected",
            "errors": [{"field": "product_id", "message": "is needed for view"}],
        },
    ],
}

EVENT_ROUTES: tuple[Route, ...] = (
    Route(
        "events",
        "POST",
        "/v1/events",
        "Events",
        "Write down what customers did; each event is answered by itself, after it is on the disk.",
        "/v1/events",
        body=EventsRequest,
        answer=EventsOut,
        problems=(400, 404, 405, 413, 415, 422, 500, 503),
        sends=SENT,
        example=ANSWERED,
        scopes=SELLING,
    ),
)
