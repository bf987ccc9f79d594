"""What is said aloud: true to the numbers, whatever the decision."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.advice import (
    DECISIONS,
    DOWNGRADE,
    INSUFFICIENT_DATA,
    NO_ADD_ON,
    NO_DAY,
    REASON_BITS,
    STAY,
    SUPPRESSED,
    TOP_UP,
    UPGRADE,
    Advice,
)
from models.nudge_amounts import amount, money
from models.nudge_use import UseWords
from models.nudge_words import sentence
from models.plan_decision import NudgeLimits
from models.plans import AddOn, MeterTerms, Plan, PlanBook
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
                "The quota of this cycle was used up on",
                "Large fits better",
                "4 x 3 GB more for 24.00 EUR",
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
    assert f"about {amount(float(advice.next_mean[ANA, data]), 'data_gb')} (" in said
    assert f"about {money(float(advice.cost_next[ANA, large]), 2, 'EUR')} a cycle instead of" in said


def test_no_probability_is_told_as_certain(advice: Advice) -> None:
    said = sentence(tiny_nudges().book, advice, ANA, 2)
    assert "100%" not in said


# One subscriber of plan `mid`, whose figures are set by hand.
PLANS = (
    Plan("none", "office", "None", 500, (MeterTerms("data_gb", 1000, 1, 1), MeterTerms("documents", 1, 5))),
    Plan(
        "eco",
        "office",
        "Eco",
        900,
        (MeterTerms("data_gb", 20, throttle_penalty=500), MeterTerms("documents")),
    ),
    Plan(
        "free",
        "office",
        "Free",
        900,
        (MeterTerms("data_gb", 20, throttle_penalty=0), MeterTerms("documents")),
    ),
    Plan(
        "little", "office", "Little", 500, (MeterTerms("data_gb", 50, 10, 1), MeterTerms("documents", 500, 5))
    ),
    Plan(
        "mid", "office", "Mid", 2000, (MeterTerms("data_gb", 250, 100, 10), MeterTerms("documents", 100, 10))
    ),
    Plan(
        "much", "office", "Much", 4000, (MeterTerms("data_gb", 900, 100, 10), MeterTerms("documents", 900, 5))
    ),
)
PACKS = (
    AddOn("docs", "office", "100 documents more", 1000, "documents", 100),
    AddOn("gigas", "office", "5 GB more", 100, "data_gb", 5),
)
BOOK = PlanBook.of(PLANS, PACKS, "GBP")


def told(decision: int, target: str = "mid", codes: tuple[str, ...] = (), **changed: object) -> str:
    """The sentence for what `row_of` gives."""
    return sentence(BOOK, row_of(decision, target, codes, **changed), 0, 2)


def row_of(
    decision: int = STAY, target: str = "mid", codes: tuple[str, ...] = (), **changed: object
) -> Advice:
    """The advice for 100 of 250 GB and 20 of 100 documents, and what is changed.

    Where nothing else is said, the range of the next cycle lies around its mean.
    """
    mean = np.array(changed.get("next_mean", [180.0, 40.0]))
    one = {
        "decision": decision,
        "plan": BOOK.index("mid"),
        "recommended_plan": BOOK.index(target),
        "add_on": NO_ADD_ON,
        "packs": 0,
        "cost_next": [2000.0] * len(PLANS),
        "cost_current": 5000.0,
        "cost_recommended": 3000.0,
        "saving": 2000.0,
        "p_saves": 0.9,
        "top_up_saving": 0.0,
        "confidence": 1,
        "reasons": sum(REASON_BITS[code] for code in codes),
        "metered": [True, True],
        "used": [100.0, 20.0],
        "quota": [250.0, 100.0],
        "mean": [180.0, 40.0],
        "p10": [160.0, 30.0],
        "p50": [180.0, 40.0],
        "p90": [200.0, 50.0],
        "p_exceed": [0.0, 0.0],
        "exhaustion_day": [NO_DAY, NO_DAY],
        "next_mean": [180.0, 40.0],
        "next_p10": mean * 0.8,
        "next_p90": mean * 1.2,
        "locked_until": 20_818,  # 2026-12-31
        "known": [True, True],
        "silent": [0, 0],
    }
    return Advice(**{name: np.array([value]) for name, value in {**one, **changed}.items()})


def pack(add_on_id: str, packs: int, saving: float) -> dict[str, object]:
    return {
        "add_on": BOOK.add_ons.index(add_on_id),
        "packs": packs,
        "top_up_saving": saving,
        "saving": saving,
    }


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
    assert "The quota of this cycle is likely to run out on 17 October." in said
    assert "Used 275 of 250 GB so far: that quota was used up on" in said
    assert "100 documents more for 10.00 GBP is expected to cover the documents of this cycle and" in said


def test_a_pack_beside_a_change_is_told_with_its_meter() -> None:
    said = told(UPGRADE, "much", **pack("docs", 1, 500.0), used=[275.0, 90.0], next_mean=[300.0, 40.0])
    assert "Used 90 of 100 documents so far: for the rest of this cycle, 100 documents more for" in said


@pytest.mark.parametrize(
    ("target", "mean", "high", "words"),
    [
        ("little", 40.0, 49.0, "Little is enough: about 30.00 GBP a cycle instead of 50.00 GBP"),
        ("little", 40.0, 60.0, "Little is enough for an average cycle: about"),
        (
            "little",
            90.0,
            120.0,
            "Little includes 50 GB, less than that, but is cheaper, overage included: about",
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
    assert "None includes 1 of the about 4 documents expected, but is cheaper, overage included" in said


def test_a_larger_plan_that_is_too_small_does_not_fit_better() -> None:
    use = {"next_mean": [1200.0, 40.0], "next_p90": [1500.0, 50.0]}
    said = told(UPGRADE, "much", **use)
    assert "Much includes 900 GB, less than that, but is cheaper, overage included" in said
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


def test_the_last_bit_of_a_sum_is_not_heard() -> None:
    """The same days summed in another order are the same use, also where it ends in a half."""
    said = {
        told(STAY, used=[used, 20.0]) for used in (185.5, np.nextafter(185.5, 0), np.nextafter(185.5, 200))
    }
    assert len(said) == 1


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
LIKELY_OUT = {**UNKNOWN, "p50": [180.0, 140.0], "p90": [200.0, 190.0], "exhaustion_day": [NO_DAY, AS_OF + 2]}


def test_of_what_is_unknown_no_use_is_told() -> None:
    """It used to be told as `Used 0 of 100 documents so far`."""
    said = told(STAY, codes=("RUNS_OUT",), **LIKELY_OUT)
    assert said.startswith(f"{STANDS_IN}Used 100 of 250 GB so far; this cycle ends between 160 and 200 GB")
    assert "run out" not in said
    for decision, target in ((UPGRADE, "much"), (DOWNGRADE, "little"), (SUPPRESSED, "little")):
        said = told(decision, target, ("RUNS_OUT",), **LIKELY_OUT)
        assert said.startswith(f"{STANDS_IN}The next cycle is expected to need about 180 GB")
        assert "Used 0" not in said
        assert "run out" not in said


def test_a_pack_for_a_meter_that_is_unknown_is_told_without_use() -> None:
    said = told(TOP_UP, codes=("RUNS_OUT",), **pack("docs", 1, 900.0), **LIKELY_OUT)
    assert said.startswith(f"{STANDS_IN}Mid includes 100 documents; this cycle ends between 30 and 190")
    said = told(UPGRADE, "much", **pack("docs", 1, 500.0), **LIKELY_OUT)
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
    said = told(INSUFFICIENT_DATA, codes=("RUNS_OUT",), known=[False, False], used=[0.0, 0.0])
    assert said == "There are too few days of use to say anything yet: ask again in a few days."


def test_use_that_does_not_count_for_the_forecast_yet_is_told() -> None:
    said = told(STAY, known=[False, True], p50=[240.0, 40.0])
    assert said.startswith("Used 100 of 250 GB so far;")


def test_an_unknown_meter_without_a_quota_anywhere_is_not_spoken_of() -> None:
    book = PlanBook.of(
        (Plan("one", "office", "One", 900, (MeterTerms("data_gb", 20), MeterTerms("documents"))),),
        (),
        "GBP",
    )
    assert UseWords(book, row_of(plan=0, known=[True, False], used=[5.0, 0.0]), 0).unknown() == ""


def test_of_meters_with_one_unit_the_unknown_one_is_named() -> None:
    book = PlanBook.of(
        (Plan("one", "office", "One", 900, (MeterTerms("data_mb", 20), MeterTerms("roaming_mb", 5))),),
        (),
        "GBP",
    )
    said = UseWords(book, row_of(plan=0, known=[True, False], used=[5.0, 0.0]), 0).unknown()
    assert said.startswith("How many roaming MB are used is not known yet")
