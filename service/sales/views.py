"""The views for salespeople."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import orjson
from flask import Response, request
from sqlalchemy.exc import SQLAlchemyError
from structlog.typing import FilteringBoundLogger
from werkzeug.exceptions import ServiceUnavailable

from models.bundle import Bundle
from service.bundles import Bundles
from service.contacts.plan_contacts import PlanContacts
from service.event_views import JSON, LEDGER_DOWN, NO_LEDGER
from service.parameters import parameters
from service.problems import Refused
from service.sales.brief import BriefDesk
from service.sales.schemas import BriefQuery, WorklistQuery
from service.sales.worklist import Worklist, told


class Sales(NamedTuple):
    """What the views need of a shop with a ledger."""

    briefs: BriefDesk
    worklist: Worklist
    plans: PlanContacts


class SalesViews:
    """What the routes for salespeople do."""

    def __init__(self, bundles: Bundles, sales: Sales | None, log: FilteringBoundLogger) -> None:
        self._bundles = bundles
        self._sales = sales
        self._log = log

    def brief(self, customer_id: str) -> Response:
        asked = parameters(BriefQuery, request.args, {"customer_id": customer_id})
        bundle = self._bundle()
        with self._ledger() as sales:
            found = sales.briefs.brief(bundle, asked.customer_id, asked.channel)
            sales.plans.judge(asked.customer_id, asked.channel, found["nudges"])
        return Response(orjson.dumps(found), content_type=JSON)

    def worklist(self) -> Response:
        asked = parameters(WorklistQuery, request.args, {})
        bundle = self._bundle()
        with self._ledger() as sales:
            try:
                page = sales.worklist.page(bundle, asked.limit, asked.cursor, asked.channel)
            except ValueError as error:
                raise Refused(422, [("cursor", str(error))]) from error
        body = {
            "model_version": bundle.facts.version,
            "currency": bundle.facts.currency,
            "channel": asked.channel,
            "work": told(bundle, page.work),
            "left_out": page.left_out,
            "cursor": page.cursor,
        }
        return Response(orjson.dumps(body), content_type=JSON)

    def _bundle(self) -> Bundle:
        bundle = self._bundles.current()
        if bundle is None:
            raise ServiceUnavailable
        return bundle

    @contextmanager
    def _ledger(self) -> Iterator[Sales]:
        if self._sales is None:
            raise Refused(503, detail=NO_LEDGER)
        try:
            yield self._sales
        except SQLAlchemyError as error:
            self._log.error("ledger refused", error=type(error).__name__)
            raise Refused(503, detail=LEDGER_DOWN) from error
