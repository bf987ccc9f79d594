"""The schemas and the models have the same words."""

from __future__ import annotations

from models.advice import DECISIONS, REASONS
from service.nudge_schemas import CycleIn, Decision, ReasonCode


def test_the_schema_knows_every_decision_and_reason() -> None:
    assert set(Decision.__args__) == set(DECISIONS)  # type: ignore[attr-defined]  # a Literal has them
    assert set(ReasonCode.__args__) == set(REASONS)  # type: ignore[attr-defined]


def test_a_date_is_a_date_in_the_document() -> None:
    start = CycleIn.model_json_schema()["properties"]["start"]
    assert (start["type"], start["format"]) == ("string", "date")
