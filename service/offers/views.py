"""The view of offers: a line a customer, as they are made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import Any

import orjson
from flask import Response, request
from sqlalchemy.exc import SQLAlchemyError
from structlog.typing import FilteringBoundLogger
from werkzeug.exceptions import ServiceUnavailable, UnsupportedMediaType

from service.bundles import Bundles
from service.event_schemas import microseconds
from service.event_views import LEDGER_DOWN, NO_LEDGER
from service.offers.campaigns import Campaign, Campaigns
from service.offers.schemas import OffersRequest
from service.problems import Refused

JSON, NDJSON = "application/json", "application/x-ndjson"


class OfferViews:
    """What the route of offers does."""

    def __init__(self, bundles: Bundles, campaigns: Campaigns | None, log: FilteringBoundLogger) -> None:
        self._bundles = bundles
        self._campaigns = campaigns
        self._log = log

    def offers(self) -> Response:
        """A line a customer, then a line with the summary."""
        if request.mimetype != JSON:
            raise UnsupportedMediaType
        asked = OffersRequest.model_validate_json(request.get_data(cache=False))
        bundle = self._bundles.current()
        if bundle is None:
            raise ServiceUnavailable
        if self._campaigns is None:
            raise Refused(503, detail=NO_LEDGER)
        twice = next((one for one in asked.customers if asked.customers.count(one) > 1), None)
        if twice is not None:
            raise Refused(422, [("customers", "names a customer twice")])
        campaign = Campaign(asked.campaign_id, asked.placement, asked.limit)
        rows = self._campaigns.offers(bundle, campaign, asked.customers, microseconds(datetime.now(UTC)))
        try:
            first = next(rows)  # where the ledger is down, it is said before a line is sent
        except SQLAlchemyError as error:
            self._log.error("ledger refused", error=type(error).__name__)
            raise Refused(503, detail=LEDGER_DOWN) from error
        return Response(_lines(chain([first], rows)), content_type=NDJSON)


def _lines(rows: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    for row in rows:
        yield orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)
