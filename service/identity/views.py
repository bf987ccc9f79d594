"""The views of identity: from HTTP to the register and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

import orjson
from flask import Response, request
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError
from structlog.typing import FilteringBoundLogger
from werkzeug.exceptions import ServiceUnavailable, UnsupportedMediaType

from models.bundle import Bundle
from models.contact_hashes import ContactKind
from service.bundles import Bundles
from service.event_schemas import microseconds
from service.event_views import JSON, LEDGER_DOWN, NO_LEDGER
from service.identity.register import Register, TakenError
from service.identity.schemas import ContactsRequest, CustomerQuery, LookupRequest, MergeRequest
from service.identity.sessions import CALL, BelongsToAnotherError, merge, undo
from service.ledger.database import Database
from service.parameters import parameters
from service.problems import Refused

Body = TypeVar("Body", bound=BaseModel)
NO_CONTACT: dict[ContactKind, str] = {
    "email": "is no e-mail address",
    "phone": "is no telephone number; give the country code, or set [identity] default_region",
}


class IdentityViews:
    """What the routes of identity do. Methods carry the names of the table in `service.identity.routes`."""

    def __init__(
        self,
        bundles: Bundles,
        database: Database | None,
        register: Register | None,
        log: FilteringBoundLogger,
    ) -> None:
        self._bundles = bundles
        self._database = database
        self._known = register
        self._log = log

    def lookup_customer(self) -> Response:
        asked = _asked(LookupRequest)
        bundle, register = self._bundle(), self._register()
        with self._ledger():
            found: tuple[str, ...] = ()
            if asked.customer_id is not None:
                if register.knows(bundle, asked.customer_id):
                    found = (asked.customer_id,)
            else:
                kind: ContactKind = "phone" if asked.email is None else "email"
                looked = register.find(bundle, kind, asked.email or asked.phone or "")
                if looked is None:
                    raise Refused(422, [(kind, NO_CONTACT[kind])])
                found = looked
        one = found[0] if len(found) == 1 else None
        return _json({"customer_id": one, "known": bool(found), "customer_ids": found})

    def add_contacts(self) -> Response:
        asked = _asked(ContactsRequest)
        bundle, register = self._bundle(), self._register()
        given: dict[ContactKind, str] = {}
        if asked.email is not None:
            given["email"] = asked.email
        if asked.phone is not None:
            given["phone"] = asked.phone
        with self._ledger():
            try:
                wrong = register.add(bundle, asked.customer_id, given, _now())
            except TakenError as error:
                raise Refused(
                    409, [(error.kind, "is known of another customer; erase or correct that one first")]
                ) from error
        if wrong:
            raise Refused(422, [(kind, NO_CONTACT[kind]) for kind in given if kind in wrong])
        return _json({"customer_id": asked.customer_id, "kept": list(given)})

    def merge_session(self) -> Response:
        asked = _asked(MergeRequest)
        with self._ledger() as database:
            try:
                with database.writing() as connection:
                    new = merge(connection, asked.customer_id, asked.session_id, _now(), CALL)
            except BelongsToAnotherError as error:
                told = "is merged into another customer; undo that first"
                raise Refused(409, [("session_id", told)]) from error
            self._ring(database, asked)
        return _json({**asked.model_dump(), "result": "merged" if new else "unchanged"})

    def unmerge_session(self) -> Response:
        asked = _asked(MergeRequest)
        with self._ledger() as database:
            with database.writing() as connection:
                undone = undo(connection, asked.customer_id, asked.session_id, _now())
            self._ring(database, asked)
        return _json({**asked.model_dump(), "result": "undone" if undone else "unchanged"})

    def export_customer(self, customer_id: str) -> Response:
        asked = parameters(CustomerQuery, request.args, {"customer_id": customer_id})
        bundle, register = self._bundle(), self._register()
        with self._ledger():
            return _json(register.export(bundle, asked.customer_id))

    def erase_customer(self, customer_id: str) -> Response:
        asked = parameters(CustomerQuery, request.args, {"customer_id": customer_id})
        register = self._register()
        with self._ledger():
            counts = register.erase(asked.customer_id, _now())
        self._log.info("customer erased", rows=sum(counts.values()))
        return _json({"customer_id": asked.customer_id, "erased": counts})

    def _bundle(self) -> Bundle:
        bundle = self._bundles.current()
        if bundle is None:
            raise ServiceUnavailable
        return bundle

    def _register(self) -> Register:
        if self._known is None:
            raise Refused(503, detail=NO_LEDGER)
        return self._known

    @contextmanager
    def _ledger(self) -> Iterator[Database]:
        """The ledger; where it cannot be reached, that is what is answered, and nothing was kept."""
        if self._database is None:
            raise Refused(503, detail=NO_LEDGER)
        try:
            yield self._database
        except SQLAlchemyError as error:
            self._log.error("ledger refused", error=type(error).__name__)
            raise Refused(503, detail=LEDGER_DOWN) from error

    @staticmethod
    def _ring(database: Database, asked: MergeRequest) -> None:
        bell = database.bell()
        if bell is not None:
            bell.ring((asked.customer_id, asked.session_id))


def _asked(schema: type[Body]) -> Body:
    if request.mimetype != JSON:
        raise UnsupportedMediaType
    return schema.model_validate_json(request.get_data(cache=False))


def _now() -> int:
    return microseconds(datetime.now(UTC))


def _json(body: dict[str, Any]) -> Response:
    return Response(orjson.dumps(body), content_type=JSON)
