"""What is said aloud: true to the numbers, whatever the decision."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.advice import (
    DECISIONS,
    DOWNGRADE,
    NO_DAY,
    STAY,
    SUPPRESSED,
    TOP_UP,
    UPGRADE,
    Advice,
)
from models.nudge_amounts import amount, money
from models.nudge_words import sentence
from models.plan_decision import NudgeLimits
from tests.models.tiny_plans import AS_OF, tiny_nudges
from tests.models.told import BOOK, MOBILE, pack, told, told_mobile


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
                "This cycle's quota of GB was used up on",
                "Large fits better",
                "4 x 3 GB more for 24.00 EUR is not expected to last for all of it, but is cheaper than",
            ),
        ),
        (
            BEN,
            ("the contract does not allow a change until after 23 January 2025", "used up", "3 GB more"),
        ),
        (ERIN, ("Used 1 of 50 GB", "Large stays")),
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
    assert f"about {amount(float(advice.next_mean[ANA, data]), 'GB')} (" in said
    assert f"about {money(float(advice.cost_next[ANA, large]), 2, 'EUR')} a cycle instead of" in said


def test_no_probability_is_told_as_certain(advice: Advice) -> None:
    said = sentence(tiny_nudges().book, advice, ANA, 2)
    assert "100%" not in said


OVER = {"used": [275.0, 20.0], "p10": [280.0, 30.0], "p50": [300.0, 40.0], "p90": [330.0, 50.0]}


def test_a_pack_that_is_too_small_is_not_said_to_cover_the_cycle() -> None:
    said = told(TOP_UP, codes=("RUNS_OUT",), **pack("gigas", 4, 900.0), **OVER)
    assert "cover" not in said
    assert (
        "4 x 5 GB more for 4.00 GBP is not expected to last for all of this cycle, but is cheaper than "
        "paying for the extra use and expected to save 9.00 GBP"
    ) in said
    enough = told(TOP_UP, codes=("RUNS_OUT",), **pack("gigas", 4, 900.0), **{**OVER, "p50": [269.0, 40.0]})
    assert (
        "4 x 5 GB more for 4.00 GBP is expected to cover the rest of this cycle and to save 9.00 GBP"
        in enough
    )


def test_a_top_up_is_told_with_the_meter_that_it_is_for() -> None:
    documents = {**OVER, "used": [275.0, 90.0], "p50": [300.0, 150.0], "p90": [330.0, 180.0]}
    day = {"exhaustion_day": [AS_OF, AS_OF + 2]}
    said = told(TOP_UP, codes=("RUNS_OUT",), **pack("docs", 1, 2500.0), **documents, **day)
    assert said.startswith("Used 90 of 100 documents so far; this cycle ends between 30 and 180 documents")
    assert "This cycle's quota of documents is likely to run out on 17 October." in said
    assert "This cycle's quota of GB was used up on 15 October, with 275 of 250 used so far." in said
    assert "100 documents more for 10.00 GBP is expected to cover the documents of this cycle and" in said


@pytest.mark.parametrize(("decision", "target"), [(UPGRADE, "much"), (DOWNGRADE, "little")])
def test_a_change_says_that_this_cycle_is_unusual(decision: int, target: str) -> None:
    """Only a top-up said so: a salesperson heard of a smaller plan in a month that was out of line."""
    unusual = " This cycle is not like the ones before it. "
    assert unusual in told(decision, target, codes=("RECENT_JUMP",))
    assert unusual not in told(decision, target)


def test_a_pack_beside_a_change_is_told_with_its_meter() -> None:
    said = told(UPGRADE, "much", **pack("docs", 1, 500.0), used=[275.0, 90.0], next_mean=[300.0, 40.0])
    assert (
        "Used 90 of 100 documents so far: for the rest of this cycle, 100 documents more for 10.00 GBP is "
        "expected to save 5.00 GBP."
    ) in said


@pytest.mark.parametrize(("decision", "target"), [(UPGRADE, "much"), (SUPPRESSED, "much")])
def test_a_pack_beside_a_change_that_is_too_small_is_said_to_be(decision: int, target: str) -> None:
    """As it is of a top-up: 20 GB against 50 that are still to come."""
    said = told(decision, target, **pack("gigas", 4, 900.0), **OVER, next_mean=[300.0, 40.0])
    assert (
        "For the rest of this cycle, 4 x 5 GB more for 4.00 GBP is not expected to last for all of it, but "
        "is cheaper than paying for the extra use and expected to save 9.00 GBP."
    ) in said
    slow = {"plan": BOOK.index("eco"), "quota": [20.0, np.inf], "next_mean": [300.0, 40.0]}
    assert "for all of it, but is worth more than it costs and expected to save" in told(
        decision, target, **pack("gigas", 4, 900.0), **OVER, **slow
    )


@pytest.mark.parametrize(
    ("codes", "costs", "words"),
    [
        (("HIGHER_USE",), {}, "No other plan is expected to cost less: Mid stays."),
        (
            ("HIGHER_USE", "BELOW_GATE"),
            {"much": 1500.0},
            "Another plan may cost less, but not surely enough: Mid stays.",
        ),
        (
            ("RECENT_JUMP",),
            {"much": 1500.0},
            "A bigger plan may cost less, but this cycle is not like the ones before it: Mid stays for now.",
        ),
        (("RECENT_JUMP",), {}, "No other plan is expected to cost less: Mid stays."),
        (
            ("RECENT_JUMP", "BELOW_GATE"),
            {"much": 1500.0},
            "Another plan may cost less, but not surely enough: Mid stays.",
        ),
        (
            ("RECENT_JUMP", "FEW_CYCLES"),
            {"little": 1500.0},
            "A smaller plan may do, but it is too early to say: Mid stays.",
        ),
        (("EQUAL_COST",), {}, "Another plan is expected to cost just as much: Mid stays."),
    ],
)
def test_a_top_up_says_why_the_plan_stays(
    codes: tuple[str, ...], costs: dict[str, float], words: str
) -> None:
    """It used to say that it `stays the plan for now`, whatever the reason."""
    cost = np.full(len(BOOK), 2000.0)
    for plan, each in costs.items():
        cost[BOOK.index(plan)] = each
    use = {**OVER, "cost_next": cost}
    said = told(TOP_UP, codes=codes, **pack("gigas", 4, 900.0), **use)
    assert said.endswith(f"expected to save 9.00 GBP. {words}")
    assert said.count("This cycle is not like the ones before it") == (
        "RECENT_JUMP" in codes and "A bigger plan" not in words
    )
    if "bigger" not in words:
        assert told(STAY, codes=codes, **use).endswith(words), "the same is said of a plan that stays"


def test_a_top_up_of_the_largest_plan_says_that_it_is() -> None:
    largest = {"plan": MOBILE.index("max"), "recommended_plan": MOBILE.index("max")}
    said = told_mobile(TOP_UP, ("NO_LARGER_PLAN",), **largest, add_on=0, packs=1, top_up_saving=900.0)
    assert said.endswith("save 9.00 USD. No plan on sale includes more hotspot MB than Max, so it stays.")


def test_the_figures_of_a_top_up_are_explained_before_the_plan_is() -> None:
    said = told(TOP_UP, codes=("THROTTLING_PRICED",), plan=BOOK.index("eco"), **pack("gigas", 4, 900.0))
    assert said.endswith(
        "The figures count being slowed down on Eco as if it were billed. "
        "No other plan is expected to cost less: Eco stays."
    )


@pytest.mark.parametrize(
    ("target", "mean", "high", "words"),
    [
        ("little", 40.0, 49.0, "Little is enough: about 30.00 GBP a cycle instead of 50.00 GBP"),
        ("little", 40.0, 60.0, "Little is enough for an average cycle: about"),
        (
            "little",
            90.0,
            120.0,
            "Little includes 50 GB, less than that, but is cheaper even with overage: about",
        ),
        ("eco", 90.0, 120.0, "Eco includes 20 GB, less than that, but is cheaper: about"),
        ("eco", 10.0, 12.0, "Eco is enough: about"),
    ],
)
def test_enough_is_said_only_of_a_plan_into_which_the_use_fits(
    target: str, mean: float, high: float, words: str
) -> None:
    use = {"next_mean": [mean, 40.0], "next_p90": [high, 50.0]}
    said = told(DOWNGRADE, target, **use)
    assert words in said
    assert ("is enough" in said) == ("is enough" in words)
    assert said.startswith(f"The next cycle is expected to need about {mean:g} GB")


def test_what_a_plan_lacks_is_told_with_its_meter() -> None:
    """Of documents, when data was spoken of; and a quota of 1 says of what."""
    said = told(UPGRADE, "much", next_mean=[300.0, 950.0])
    assert said.startswith("The next cycle is expected to need about 950 documents")
    assert "Much includes 900 documents, less than that, but is cheaper" in said
    said = told(DOWNGRADE, "none", next_mean=[2000.0, 4.0])
    assert said.startswith("The next cycle is expected to need about 2,000 GB")
    assert "None includes 1 of the about 4 documents expected, but is cheaper even with overage" in said


def test_a_larger_plan_that_is_too_small_does_not_fit_better() -> None:
    use = {"next_mean": [1200.0, 40.0], "next_p90": [1500.0, 50.0]}
    said = told(UPGRADE, "much", **use)
    assert "Much includes 900 GB, less than that, but is cheaper even with overage" in said
    assert "Much fits better" in told(UPGRADE, "much", next_mean=[600.0, 40.0])


def test_a_plan_that_slows_down_says_so() -> None:
    assert "Above 20 GB, Eco slows down." in told(DOWNGRADE, "eco")
    assert "Above 20 GB, Free slows down, which is not counted here." in told(DOWNGRADE, "free")
    assert "Above 20 GB, Eco slows down." in told(SUPPRESSED, "eco")
    assert "slows down" not in told(DOWNGRADE, "little")


def test_what_is_priced_as_throttling_is_said_of_the_plan_that_it_is_priced_for() -> None:
    priced = "The figures count being slowed down on Eco as if it were billed."
    assert priced in told(DOWNGRADE, "eco", ("THROTTLING_PRICED",))
    said = told(DOWNGRADE, "free", ("THROTTLING_PRICED",), plan=BOOK.index("eco"))
    assert said.endswith(f"Above 20 GB, Free slows down, which is not counted here. {priced}")


@pytest.mark.parametrize("decision", [STAY, DOWNGRADE, SUPPRESSED, UPGRADE, TOP_UP])
@pytest.mark.parametrize("code", ["BELOW_GATE", "FEW_CYCLES", "NO_LARGER_PLAN", "LOWER_USE"])
def test_what_runs_out_is_said_whatever_the_decision(decision: int, code: str) -> None:
    target = "little" if decision in (DOWNGRADE, SUPPRESSED) else "much" if decision == UPGRADE else "mid"
    add_on = pack("gigas", 4, 900.0) if decision == TOP_UP else {}
    said = told(decision, target, ("RUNS_OUT", code), **{**OVER, "exhaustion_day": [AS_OF, NO_DAY]}, **add_on)
    assert "was used up on" in said, DECISIONS[decision]
    later = {"used": [200.0, 20.0], "p50": [300.0, 40.0], "exhaustion_day": [AS_OF + 2, NO_DAY]}
    assert "likely to run out on 17 October" in told(decision, target, ("RUNS_OUT", code), **later, **add_on)


def test_small_savings_are_called_small() -> None:
    assert "to save only 0.80 GBP" in told(TOP_UP, **pack("gigas", 1, 80.0))
    costs = {"cost_recommended": 4987.0, "saving": 13.0}
    assert "about 49.87 GBP a cycle, only a little less than the 50.00 GBP of now" in told(
        DOWNGRADE, "little", **costs
    )
    assert "all but the same as now" in told(DOWNGRADE, "little", cost_recommended=4999.7, saving=0.3)
    assert "save 9.00 GBP" in told(TOP_UP, **pack("gigas", 1, 900.0))
    dear = {"cost_current": 90000.0}
    assert "save 4.00 GBP" in told(UPGRADE, "much", **{**dear, **pack("docs", 1, 400.0)})


def test_a_quota_of_nothing_is_not_used_up() -> None:
    none = {"quota": [0.0, 100.0], "used": [3.0, 20.0], "exhaustion_day": [AS_OF, NO_DAY]}
    said = told(STAY, codes=("RUNS_OUT",), **none)
    assert said.startswith("Used 3 GB so far, with none included")
    assert "used up" not in said
    assert told(STAY, **{**none, "used": [0.0, 20.0]}).startswith("Used no GB so far, with none included")


def test_who_used_nothing_is_told_no_forecast_of_it() -> None:
    said = told(DOWNGRADE, "little", ("NO_USE", "CHEAPER_PLAN"), next_mean=[0.0, 0.0], next_p90=[0.0, 0.0])
    assert said.startswith("Nothing was used so far. Little is enough")


def test_one_of_something_is_no_wrong_plural() -> None:
    ones = {
        "quota": [250.0, 1.0],
        "used": [1.0, 1.0],
        "p10": [1.0, 1.0],
        "p50": [1.0, 1.0],
        "p90": [1.0, 1.0],
    }
    said = told(STAY, codes=("RUNS_OUT",), **ones)
    assert said.startswith("Used 1 of 1 documents so far, and hardly more is expected in this cycle.")


def test_costs_and_saving_that_are_told_together_add_up(advice: Advice) -> None:
    """22.2014 - 9.6735 = 12.5279, and 22.201 - 9.674 = 12.527."""
    for decision in (UPGRADE, TOP_UP):
        one = {
            "decision": np.array([decision]),
            "cost_current": np.array([22201.4]),
            "cost_recommended": np.array([9673.5]),
            "saving": np.array([12527.9]),
        }
        now, then, saving = replace(advice, **one).told_money(np.array([0]))
        assert now - then == saving
        assert abs(saving[0] - 12527.9) < 1
    corrected = replace(advice, saving=advice.saving * 0.9)
    assert corrected.told_money(np.array([ANA]))[2] == round(float(corrected.saving[ANA]))


@pytest.mark.parametrize(
    ("saving", "words"),
    [
        (2000.0, ""),
        (1850.0, ""),
        (1500.0, " By experience such a change saves about 15.00 GBP."),
    ],
)
def test_a_saving_that_is_not_the_difference_of_the_costs_is_told(saving: float, words: str) -> None:
    """Who hears 30.00 instead of 50.00 takes 20.00 for the saving."""
    said = told(DOWNGRADE, "little", saving=saving)
    assert "about 30.00 GBP a cycle instead of 50.00 GBP" in said
    assert said.endswith(f"likely to cost less.{words}")
