"""What is said aloud: true to the numbers, whatever the decision."""

from __future__ import annotations

import pytest

from models.advice import Advice
from models.nudge_words import amount, day_name, money, sentence
from models.plan_decision import NudgeLimits
from tests.models.tiny_plans import AS_OF, tiny_nudges


@pytest.fixture(scope="module")
def advice() -> Advice:
    nudges = tiny_nudges()
    return nudges.advisor.advise(nudges.cycles, NudgeLimits())


ANA, BEN, ERIN, GUS = range(4)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            ANA,
            (
                "Small includes 5 GB",
                "The quota of this cycle is used up.",
                "Large fits better",
                "4 x 3 GB more for 24.00 EUR",
            ),
        ),
        (BEN, ("the contract does not allow a change yet", "3 GB more")),
        (ERIN, ("Used 1 GB of 50 GB", "Large stays")),
        (GUS, ("too few days",)),
    ],
)
def test_the_sentence_says_what_was_decided(advice: Advice, row: int, words: tuple[str, ...]) -> None:
    said = sentence(tiny_nudges().book, advice, row, 2)
    for each in words:
        assert each in said
    assert "nan" not in said
    assert "  " not in said
    assert said.endswith(".")


def test_the_figures_are_those_of_the_advice(advice: Advice) -> None:
    book = tiny_nudges().book
    data, large = book.meters.index("data_gb"), book.plans.index("large")
    said = sentence(book, advice, ANA, 2)
    assert f"about {amount(float(advice.next_mean[ANA, data]), 'data_gb')} (" in said
    assert f"about {money(float(advice.cost_next[ANA, large]), 2, 'EUR')} a cycle instead of" in said


def test_no_probability_is_told_as_certain(advice: Advice) -> None:
    said = sentence(tiny_nudges().book, advice, ANA, 2)
    assert "100%" not in said


@pytest.mark.parametrize(
    ("value", "meter", "words"),
    [
        (153.4, "data_gb", "153 GB"),
        (12.34, "data_gb", "12.3 GB"),
        (5.0, "data_gb", "5 GB"),
        (4.96, "data_gb", "5 GB"),
        (12345.6, "api_calls", "12,346 calls"),
        (0.0, "minutes", "0 minutes"),
    ],
)
def test_amounts_are_round(value: float, meter: str, words: str) -> None:
    assert amount(value, meter) == words


def test_money_and_days_are_written_out() -> None:
    assert money(2679.4, 2, "EUR") == "26.79 EUR"
    assert money(2679.4, 0, "JPY") == "2679 JPY"
    assert money(-0.2, 2, "EUR") == "0.00 EUR"
    assert day_name(AS_OF) == "15 October"
