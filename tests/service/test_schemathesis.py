"""schemathesis over the OpenAPI document: no server error, and answers as documented."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from service.app import create_app
from service.route import Route
from service.routes import ROUTES
from tests.models.tiny import publish_tiny
from tests.service.conftest import settings_for

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
]
# A schema cannot say that a plan must be known, that a cycle ends after its start, nor what a telephone
# number is: what fits it may be refused, by the fields that contradict each other.
BEYOND_SCHEMA = frozenset({"plan_nudges", "lookup_customer", "add_contacts"})
# How what does not fit may be refused: what is too much for its schema may be too long for its page as well.
REJECTED = [400, 404, 405, 409, 413, 415, 422]
# What of a URL may be taken although its schema says no: "7" is text and a number there.
STRICT = {
    GenerationMode.POSITIVE: [positive_data_acceptance],
    GenerationMode.NEGATIVE: [negative_data_rejection],
}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> schemathesis.BaseSchema:
    directory: Path = tmp_path_factory.mktemp("schemathesis") / "artifacts"
    publish_tiny(directory)
    config = schemathesis.Config.from_dict(
        {"checks": {"negative_data_rejection": {"expected-statuses": REJECTED}}}
    )
    return schemathesis.openapi.from_wsgi("/openapi.json", create_app(settings_for(directory)), config=config)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_operation(api: schemathesis.BaseSchema, route: Route, mode: GenerationMode) -> None:
    operation = api[route.path][route.method]
    if mode is GenerationMode.NEGATIVE and not (route.body or route.query):
        return  # nothing can be wrong in a request without input
    checks = CHECKS + (STRICT[mode] if route.body else [])
    if route.name in BEYOND_SCHEMA:
        checks = [check for check in checks if check is not positive_data_acceptance]

    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    @hypothesis.settings(
        max_examples=50,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    def holds(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(checks=checks)

    holds()
