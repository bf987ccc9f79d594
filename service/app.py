"""The composition root of the service: settings in, a Flask application out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from flask import Flask, Response, redirect, request, url_for
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from config.policies import policies_of_placements
from config.rewards import load_rewards
from config.settings import Settings, metrics_directory, settings_from_environment
from models.currencies import minor_digits
from service.answers import Desk
from service.bundles import Bundles
from service.keys.guard import Guard
from service.keys.store import KeyStore
from service.ledger.database import Database
from service.ledger_parts import LedgerParts, Surroundings, ledger_parts, ledger_views
from service.logs import logger
from service.metrics import Metrics
from service.nudge_answers import NudgeDesk
from service.nudge_views import NudgeViews
from service.policies import PolicyBook
from service.problems import Refused, of_http_error, of_invalid, of_refused, problem
from service.profile.views import ProfileViews
from service.routes import ROUTES
from service.schemas import MAX_BODY_BYTES
from service.short_way import ShortWay
from service.signing import Signer, signing_key
from service.views import Views

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from structlog.typing import FilteringBoundLogger

STARTED = "shopkeeper.started"
NO_ROUTE = "none"
PATHS: Mapping[str | None, str] = {route.name: route.path for route in ROUTES}


class ShopkeeperApp(Flask):
    """A Flask application that knows when a request began and which bundles it serves."""

    bundles: Bundles
    short_way: ShortWay | None = None

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if self.short_way is not None:
            answer = self.short_way.answer(environ, start_response)
            if answer is not None:
                return answer
        environ[STARTED] = perf_counter()
        return super().wsgi_app(environ, start_response)


def from_environment() -> ShopkeeperApp:
    """The application of a server process: what gunicorn calls."""
    return create_app(settings_from_environment())


def create_app(settings: Settings) -> ShopkeeperApp:
    """The application, with the current bundle loaded if there is one.

    Raises ConfigError for a signing key that cannot be had and for policies that cannot be used.
    """
    shop = selling(settings)
    around, parts, desk, nudges = shop.around, shop.parts, shop.desk, shop.nudges
    metrics, log = around.metrics, around.log
    app = ShopkeeperApp("service", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.url_map.merge_slashes = False
    app.bundles = around.bundles
    pages: tuple[object, ...] = (
        Views(app.bundles, desk, metrics),
        NudgeViews(app.bundles, nudges, metrics, parts.plans if parts else None),
        ProfileViews(app.bundles, parts.memory if parts else None, around.rewards),
        *ledger_views(around, parts, desk, nudges, shop.signer),
    )
    for route in ROUTES:
        view = next(getattr(each, route.name) for each in pages if hasattr(each, route.name))
        app.add_url_rule(route.rule, route.name, view, methods=[route.method])
    # Only for who opens the address in a browser: no route of the interface, and not in its document.
    app.add_url_rule("/", "home", lambda: redirect(url_for("docs")), methods=["GET"])
    _handle_errors(app, log)
    guard = _guard(settings, parts.database if parts else None, metrics)
    app.before_request(_door(guard))
    if not settings.service.log_requests:  # lines of requests are written on Flask's way
        app.short_way = ShortWay(app.bundles, desk, guard, metrics)
    app.after_request(_observer(metrics, log if settings.service.log_requests else None))
    return app


@dataclass(frozen=True, slots=True)
class Selling:
    """All that answers, put together: the application is made around it, and so are commands."""

    around: Surroundings
    parts: LedgerParts | None
    signer: Signer
    desk: Desk
    nudges: NudgeDesk


def selling(settings: Settings) -> Selling:
    """What answers by these settings. Raises ConfigError as `create_app` does."""
    log = logger(settings.service.log_level)
    metrics = Metrics(metrics_directory())
    standing = policies_of_placements(settings.placements)
    book = PolicyBook(settings.service.policies, standing, metrics, log)
    bundles = Bundles(
        settings.artifacts.dir, settings.service.reload_seconds, metrics, log, beside=book.refresh
    )
    digits = minor_digits(settings.data.currency)
    tiers = tuple(tier.name for tier in settings.value.tiers)
    rewards = load_rewards(settings.service.rewards, digits, tiers)
    around = Surroundings(settings, bundles, metrics, log, rewards)
    database = Database(settings.ledger.url, settings.ledger.bell) if settings.ledger.url else None
    parts = ledger_parts(around, database) if database is not None else None
    signer = Signer(signing_key(settings.service))
    desk = Desk(settings.placements, signer, book, settings.experiments, parts.memory if parts else None)
    limits = settings.nudges.limits(digits)
    return Selling(around, parts, signer, desk, NudgeDesk(limits, parts.gone if parts else None))


def _guard(settings: Settings, database: Database | None, metrics: Metrics) -> Guard:
    store = None if database is None else KeyStore(database)
    scopes = {route.name: route.scopes for route in ROUTES}
    return Guard(store, settings.keys, scopes, settings.service.workers, metrics.turned_away)


def _door(guard: Guard) -> Callable[[], Response | None]:
    """What is asked before every view."""

    def admit() -> Response | None:
        found = guard.refusal(request.endpoint or "", request.headers.get("Authorization"))
        if found is None:
            return None
        answer = problem(found.status, found.detail)
        answer.headers.update(found.headers)
        return answer

    return admit


def _handle_errors(app: Flask, log: FilteringBoundLogger) -> None:
    """Every error becomes a problem; what was not foreseen is logged without what the caller sent."""
    schemas = {route.name: route.body or route.query for route in ROUTES}

    def invalid(error: ValidationError) -> Response:
        schema = schemas.get(request.endpoint or "")
        return of_invalid(error, schema) if schema else unforeseen(error)

    def unforeseen(error: Exception) -> Response:
        log.error(
            "request failed",
            route=PATHS.get(request.endpoint, NO_ROUTE),
            method=request.method,
            error=type(error).__name__,
            where=_where(error),
        )
        return problem(500)

    app.register_error_handler(HTTPException, of_http_error)
    app.register_error_handler(ValidationError, invalid)
    app.register_error_handler(Refused, of_refused)
    app.register_error_handler(Exception, unforeseen)


def _where(error: Exception) -> list[str]:
    """The lines that led to an error; its message is left out, for it may repeat what the caller sent."""
    lines, trace = [], error.__traceback__
    while trace is not None:
        lines.append(f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}")
        trace = trace.tb_next
    return lines[-10:]


def _observer(metrics: Metrics, log: FilteringBoundLogger | None) -> Callable[[Response], Response]:
    """What is done with every answer: counted, and logged if asked for."""

    def observe(response: Response) -> Response:
        asked = request._get_current_object()  # type: ignore[attr-defined]  # the proxy costs as much as the rest
        seconds = perf_counter() - asked.environ[STARTED]
        route = PATHS.get(asked.endpoint, NO_ROUTE)
        metrics.answered(route, response.status_code, seconds)
        if log is not None:
            log.info(
                "request",
                route=route,
                method=asked.method,
                status=response.status_code,
                milliseconds=round(seconds * 1000, 2),
            )
        return response

    return observe
