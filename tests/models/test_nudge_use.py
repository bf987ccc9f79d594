"""What is said of use: pauses, ranges, and what is not known."""

from __future__ import annotations

import numpy as np
import pytest

from models.advice import DOWNGRADE, INSUFFICIENT_DATA, NO_DAY, STAY, SUPPRESSED, TOP_UP, UPGRADE
from models.nudge_use import UseWords
from models.nudge_words import sentence
from models.plans import MeterTerms, Plan, PlanBook
from tests.models.tiny_plans import AS_OF
from tests.models.told import MOBILE, pack, row_of, told, told_mobile


@pytest.mark.parametrize("decision", [STAY, DOWNGRADE, SUPPRESSED, UPGRADE, TOP_UP])
def test_that_nothing_is_used_any_more_is_said_first(decision: int) -> None:
    target = "little" if decision in (DOWNGRADE, SUPPRESSED) else "much" if decision == UPGRADE else "mid"
    add_on = pack("gigas", 4, 900.0) if decision == TOP_UP else {}
    said = told(decision, target, ("PAUSED",), silent=[12, 14], **add_on)
    assert said.startswith("Nothing has been used for 12 days: the figures allow for that to go on. ")
    assert told(decision, target, **add_on) in said


def test_a_pause_of_one_meter_is_not_said_of_the_others() -> None:
    assert told(STAY, codes=("PAUSED",), silent=[0, 5]).startswith("No documents have been used for 5 days:")
    never = {"used": [0.0, 20.0], "next_mean": [0.0, 40.0]}
    said = told(STAY, codes=("PAUSED",), silent=[0, 4], **never)
    assert said.startswith("Nothing has been used for 4 days:")


@pytest.mark.parametrize(
    ("mean", "low", "high", "words"),
    [
        (1032.0, 0.0, 152.0, "is expected to need 0 to 152 GB in eight cases of ten, and Mid"),
        (3.0, 0.0, 0.0, "is expected to need 0 GB in eight cases of ten, and Mid"),
        (153.4, 0.0, 153.1, "is expected to need about 153 GB (0 to 153), and Mid"),
        (80.0, 0.00011, 246.0, "is expected to need about 80 GB (0 to 246), and Mid"),
        (80.0, 0.25, 246.0, "is expected to need about 80 GB (0.25 to 246), and Mid"),
    ],
)
def test_a_mean_outside_its_range_is_not_told(mean: float, low: float, high: float, words: str) -> None:
    """In a pause the next cycle is nothing or as usual, and the mean of both may be neither."""
    use = {"next_mean": [mean, 1.0], "next_p10": [low, 0.5], "next_p90": [high, 2.0]}
    assert words in told(SUPPRESSED, "much", **use)


def test_a_quota_above_the_range_is_not_less_than_that() -> None:
    use = {"next_mean": [1032.0, 40.0], "next_p10": [0.0, 30.0], "next_p90": [152.0, 50.0]}
    assert "Much includes 900 GB, which may be too little, but is cheaper" in told(UPGRADE, "much", **use)


def test_the_low_end_of_this_cycle_is_as_round_as_its_high_end() -> None:
    none = {"used": [0.0, 0.0], "p10": [0.0034, 0.0], "p50": [60.0, 1.0], "p90": [122.0, 2.0]}
    assert "this cycle ends between 0 and 122 GB in eight cases of ten" in told(STAY, **none)
    some = {**none, "used": [0.01, 0.0], "p10": [0.02, 0.0]}
    assert "Used 0.01 of 250 GB so far; this cycle ends between 0.02 and 122 GB" in told(STAY, **some)


STANDS_IN = "How many documents are used is not known yet: what is usual stands in. "
UNKNOWN = {"known": [True, False], "used": [100.0, 0.0]}
BEYOND = {**UNKNOWN, "p50": [180.0, 140.0], "p90": [200.0, 190.0]}


def test_of_what_is_unknown_no_use_is_told() -> None:
    """It used to be told as `Used 0 of 100 documents so far`."""
    said = told(STAY, **BEYOND)
    assert said.startswith(f"{STANDS_IN}Used 100 of 250 GB so far; this cycle ends between 160 and 200 GB")
    assert "run out" not in said
    for decision, target in ((UPGRADE, "much"), (DOWNGRADE, "little"), (SUPPRESSED, "little")):
        said = told(decision, target, **BEYOND)
        assert said.startswith(f"{STANDS_IN}The next cycle is expected to need about 180 GB")
        assert "Used 0" not in said
        assert "run out" not in said


def test_a_pack_for_a_meter_that_is_unknown_is_told_without_use() -> None:
    said = told(TOP_UP, **pack("docs", 1, 900.0), **BEYOND)
    assert said.startswith(f"{STANDS_IN}Mid includes 100 documents; this cycle ends between 30 and 190")
    said = told(UPGRADE, "much", **pack("docs", 1, 500.0), **BEYOND)
    assert "Mid includes 100 documents: for the rest of this cycle, 100 documents more for" in said


def test_enough_is_said_only_by_what_is_known() -> None:
    use = {**UNKNOWN, "next_mean": [40.0, 30.0]}
    assert "Little is enough by what is known: about" in told(DOWNGRADE, "little", **use)
    assert "Eco is enough: about" in told(DOWNGRADE, "eco", **{**use, "next_mean": [10.0, 30.0]})
    packed = told(TOP_UP, **pack("gigas", 4, 900.0), **UNKNOWN)
    assert "is expected to cover the GB of this cycle and to save" in packed


def test_nothing_used_is_said_of_known_meters_only() -> None:
    none = {**UNKNOWN, "used": [0.0, 0.0]}
    assert told(STAY, codes=("NO_USE",), **none).startswith(f"{STANDS_IN}No GB were used so far; Mid stays")


def test_too_few_days_of_nothing_known_say_nothing_of_it() -> None:
    said = told(INSUFFICIENT_DATA, known=[False, False], used=[0.0, 0.0])
    assert said == "There are too few days of use to say anything yet: ask again in a few days."


def test_an_unknown_meter_without_a_quota_anywhere_is_not_spoken_of() -> None:
    book = PlanBook.of(
        (Plan("one", "office", "One", 900, (MeterTerms("data_gb", 20), MeterTerms("documents"))),),
        (),
        "GBP",
    )
    assert (
        UseWords(book, row_of(plan=0, recommended_plan=0, known=[True, False], used=[5.0, 0.0]), 0).unknown()
        == ""
    )


def test_of_meters_with_one_unit_the_unknown_one_is_named() -> None:
    book = PlanBook.of(
        (Plan("one", "office", "One", 900, (MeterTerms("data_mb", 20), MeterTerms("roaming_mb", 5))),),
        (),
        "GBP",
    )
    said = UseWords(
        book, row_of(plan=0, recommended_plan=0, known=[True, False], used=[5.0, 0.0]), 0
    ).unknown()
    assert said.startswith("How many roaming MB are used is not known yet")


def test_of_meters_with_one_unit_every_amount_names_its_meter() -> None:
    """It used to be `is expected to need about 17,635 MB, and Surf includes 3,072 MB`."""
    hotspot = {"next_mean": [9000.0, 17635.0], "used": [4000.0, 3100.0], "exhaustion_day": [NO_DAY, AS_OF]}
    said = told_mobile(UPGRADE, ("RUNS_OUT",), **hotspot)
    assert said.startswith(
        "The next cycle is expected to need about 17,635 hotspot MB (14,108 to 21,162), and Surf includes "
        "3,072 hotspot MB. This cycle's quota of hotspot MB was used up on 15 October. Max fits better: "
    )
    assert told_mobile(STAY, **hotspot).startswith("Used 3,100 of 3,072 hotspot MB so far; this cycle ends")
    said = told_mobile(UPGRADE, next_mean=[9000.0, 40000.0])
    assert "Max includes 30,720 hotspot MB, less than that, but is cheaper" in said
    assert "Used no hotspot MB so far" in told_mobile(STAY, used=[0.0, 0.0], quota=[15360.0, 0.0])
    said = told_mobile(STAY, ("NO_LARGER_PLAN",), plan=MOBILE.index("max"), quota=[50000.0, 30720.0])
    assert "No plan on sale includes more hotspot MB than Max" in said


def test_a_meter_of_the_recommended_plan_alone_is_told_apart_as_well() -> None:
    """What slows down is not the data that the current plan has."""
    terms = MeterTerms("data_mb", 100, 5, 1)
    book = PlanBook.of(
        (
            Plan("one", "office", "One", 900, (terms,)),
            Plan("two", "office", "Two", 500, (terms, MeterTerms("roaming_mb", 5, throttle_penalty=9))),
        ),
        (),
        "GBP",
    )
    one = {"plan": 0, "recommended_plan": 1, "metered": [True, False], "quota": [100.0, np.inf]}
    said = sentence(book, row_of(DOWNGRADE, **one, next_mean=[50.0, 0.0], cost_next=[900.0, 500.0]), 0, 2)
    assert "about 50 data MB (40 to 60), and One includes 100 data MB. " in said
    assert "Above 5 roaming MB, Two slows down." in said


def test_a_change_is_told_with_the_meter_for_which_it_saves_most() -> None:
    """It used to be the one furthest beyond its quota, whatever that cost."""
    # 4.0 times the documents at 0.10 GBP each, 2.8 and then 1.6 times the data at 1.00 GBP for 10 GB.
    said = told(UPGRADE, "much", next_mean=[700.0, 400.0])
    assert said.startswith("The next cycle is expected to need about 700 GB (560 to 840), and Mid includes")
    said = told(UPGRADE, "much", next_mean=[400.0, 400.0])
    assert said.startswith("The next cycle is expected to need about 400 documents (320 to 480), and Mid")


def test_overage_that_is_only_possible_counts_as_money_too() -> None:
    """An average cycle fits into both quotas; a large one costs far more for the data."""
    use = {"next_mean": [90.0, 99.0], "next_p10": [10.0, 97.0], "next_p90": [400.0, 101.0]}
    assert told(UPGRADE, "much", **use).startswith("The next cycle is expected to need about 90 GB (10 to")


def test_priced_throttling_is_money() -> None:
    """On `eco` the data slow down, which is worth 5.00 GBP; documents are unlimited there."""
    use = {"next_mean": [30.0, 130.0], "next_p10": [29.0, 129.0], "next_p90": [31.0, 131.0]}
    assert told(DOWNGRADE, "eco", **use).startswith("The next cycle is expected to need about 30 GB")


def test_where_no_cost_differs_the_tightest_meter_is_told() -> None:
    for mean, words in ((50.0, "50 GB"), (20.0, "40 documents")):
        said = told(UPGRADE, "much", next_mean=[mean, 40.0])
        assert said.startswith(f"The next cycle is expected to need about {words}")


def test_the_quota_of_a_plan_with_one_meter_needs_no_name() -> None:
    book = PlanBook.of((Plan("one", "office", "One", 900, (MeterTerms("data_gb", 20, 5, 1),)),), (), "GBP")
    one = {"plan": 0, "recommended_plan": 0, "cost_next": [900.0], "metered": [True], "quota": [20.0]}
    use = {"used": [21.0], "p10": [30.0], "p50": [31.0], "p90": [32.0], "exhaustion_day": [AS_OF]}
    rest = {"next_mean": [30.0], "next_p10": [29.0], "next_p90": [31.0], "known": [True], "silent": [0]}
    said = sentence(book, row_of(STAY, codes=("RUNS_OUT",), **one, **use, **rest), 0, 2)
    assert "in eight cases of ten. The quota of this cycle was used up on 15 October." in said


def test_the_quota_that_runs_out_is_named_behind_a_pause_of_others() -> None:
    """It used to be `The quota of this cycle`, two sentences after the meters that are not used."""
    use = {"used": [100.0, 80.0], "p50": [100.0, 140.0], "exhaustion_day": [NO_DAY, AS_OF + 2]}
    said = told(STAY, codes=("PAUSED", "RUNS_OUT"), silent=[8, 0], **use)
    assert said.startswith("No GB have been used for 8 days")
    assert "This cycle's quota of documents is likely to run out on 17 October." in said
