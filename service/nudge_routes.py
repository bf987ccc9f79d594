"""The routes about plans; part of the one table in `service.routes`."""

from __future__ import annotations

from service.nudge_examples import (
    BATCH_EXAMPLE,
    BATCH_REQUEST_EXAMPLE,
    CUSTOMER_NUDGES_EXAMPLE,
    NUDGE_EXAMPLE,
    NUDGE_REQUEST_EXAMPLE,
)
from service.nudge_schemas import (
    CustomerNudgesOut,
    NudgeAnswer,
    NudgeBatch,
    NudgeBatchOut,
    NudgeQuery,
    NudgeRequest,
)
from service.route import SELLING, Route

NUDGE_ROUTES: tuple[Route, ...] = (
    Route(
        "plan_nudges",
        "POST",
        "/v1/plan-nudges",
        "Plans",
        "Upgrade, top up, downgrade or stay: from the usage in the request, which is not kept.",
        "/v1/plan-nudges",
        body=NudgeRequest,
        answer=NudgeAnswer,
        problems=(400, 404, 405, 409, 413, 415, 422, 500, 503),
        sends=NUDGE_REQUEST_EXAMPLE,
        example=NUDGE_EXAMPLE,
        scopes=SELLING,
    ),
    Route(
        "plan_nudges_batch",
        "POST",
        "/v1/plan-nudges:batch",
        "Plans",
        "The same for several subscribers; each is answered by itself, with its own status.",
        "/v1/plan-nudges:batch",
        body=NudgeBatch,
        answer=NudgeBatchOut,
        problems=(400, 404, 405, 413, 415, 422, 500, 503),
        sends=BATCH_REQUEST_EXAMPLE,
        example=BATCH_EXAMPLE,
        scopes=SELLING,
    ),
    Route(
        "customer_plan_nudge",
        "GET",
        "/v1/customers/{customer_id}/plan-nudge",
        "Plans",
        "The same for a known customer, from the usage that training read.",
        "/v1/customers/ana/plan-nudge",
        query=NudgeQuery,
        answer=CustomerNudgesOut,
        problems=(404, 405, 422, 500, 503),
        example=CUSTOMER_NUDGES_EXAMPLE,
        scopes=SELLING,
    ),
)
