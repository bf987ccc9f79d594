"""What is advised for a request, with its evidence."""

from __future__ import annotations

import copy
from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from tests.service.nudges.conftest import OWN_PLANS, answer, request


def test_a_request_is_answered_with_its_evidence(client: FlaskClient) -> None:
    nudge = answer(client, request())["nudge"]
    assert (nudge["customer_id"], nudge["plan_id"], nudge["currency"]) == ("zoe", "small", "EUR")
    (data, minutes) = nudge["meters"]
    assert (data["meter"], data["unit"], data["quota"]) == ("data_gb", "gb", 5.0)
    assert data["used"] == 2.5
    assert data["p10"] <= data["p50"] <= data["p90"]
    assert minutes["used"] == 0
    assert nudge["cycle"] == {"start": "2024-10-01", "end": "2024-10-31"}
    costs = [float(plan["expected_cost"]) for plan in nudge["plans"]]
    assert costs == sorted(costs)
    assert {plan["plan_id"] for plan in nudge["plans"]} == {"small", "large"}, "retired plans are not offered"
    assert "2.5 of 5 GB" in nudge["sentence"]


def test_costs_are_those_of_the_list_of_plans(client: FlaskClient) -> None:
    """No correction of the saving may make a plan cheaper than its fee."""
    for asked in (request(), request(history=[{"meter": "data_gb", "amount": 30}] * 3)):
        nudge = answer(client, asked)["nudge"]
        costs = {plan["plan_id"]: plan["expected_cost"] for plan in nudge["plans"]}
        assert nudge["expected_cost_current"] == costs["small"]
        assert nudge["expected_cost_recommended"] == costs[nudge["recommended_plan_id"]]
        assert Decimal(costs["large"]) >= 25
    assert nudge["decision"] == "upgrade"
    assert Decimal(nudge["expected_saving"]) > 0


def test_who_leaves_is_told_so_and_advised_no_plan(client: FlaskClient) -> None:
    """30 GB a cycle on a plan of 5: an upgrade, unless there is no next cycle."""
    history = [{"meter": "data_gb", "amount": 30}] * 3
    goes_on = answer(client, request(history=history, ends_on="2024-11-01"))["nudge"]
    assert (goes_on["decision"], goes_on["ends_on"]) == ("upgrade", None)
    leaves = answer(client, request(history=history, ends_on="2024-10-20"))["nudge"]
    assert leaves["decision"] in ("stay", "top_up")
    assert leaves["recommended_plan_id"] == leaves["plan_id"]
    assert leaves["ends_on"] == leaves["cycle"]["end"] == "2024-10-20"
    assert "ENDING" in leaves["reason_codes"]
    assert leaves["sentence"].endswith("ends on 20 October 2024, so no other plan is advised.")
    assert leaves["meters"][0]["p50"] < goes_on["meters"][0]["p50"]


def test_it_is_stateless(client: FlaskClient) -> None:
    first = answer(client, request())
    answer(client, request(usage=[]))
    assert answer(client, request()) == first


def test_history_tells_one_unusual_month_from_a_misjudged_plan(client: FlaskClient) -> None:
    """The seed case, scaled to this plan: 60 % used after a third of the cycle."""
    usage = [{"meter": "data_gb", "date": f"2024-10-{day:02}", "amount": 0.3} for day in range(1, 11)]
    low, high = (
        answer(
            client,
            request(usage=usage, history=[{"meter": "data_gb", "amount": amount} for amount in amounts]),
        )["nudge"]
        for amounts in ((3.9, 3.8, 4.0), (22.0, 22.4, 21.9))
    )
    assert low["decision"] in ("stay", "top_up")
    assert high["decision"] == "upgrade"
    assert high["recommended_plan_id"] == "large"
    assert low["meters"][0]["next_mean"] < 5 < high["meters"][0]["next_mean"]


def test_under_three_days_without_history_is_too_little_to_say(client: FlaskClient) -> None:
    for usage in ([], request()["usage"][:2]):
        nudge = answer(client, request(usage=usage, history=[], as_of="2024-10-03"))["nudge"]
        assert nudge["decision"] == "insufficient_data"
        assert nudge["confidence"] == "low"
        assert "too few days" in nudge["sentence"]


def test_no_record_at_all_is_unknown_and_not_no_use(client: FlaskClient) -> None:
    for asked in (request(usage=[], history=[]), request(usage=[], history=[], as_of="2024-10-01")):
        codes = set(answer(client, asked)["nudge"]["reason_codes"])
        assert "NO_USE" not in codes
        assert not codes & {"BELOW_GATE", "HIGHER_USE", "RUNS_OUT"} or "FEW_DAYS" not in codes


def test_too_little_to_say_anything_offers_nothing(client: FlaskClient) -> None:
    usage = [{"meter": "data_gb", "date": f"2024-10-{day:02}", "amount": 4.0} for day in (1, 2)]
    nudge = answer(client, request(usage=usage, history=[], as_of="2024-10-03"))["nudge"]
    assert nudge["decision"] == "insufficient_data"
    assert nudge["add_on"] is None
    assert "RUNS_OUT" in nudge["reason_codes"]
    assert "This cycle's quota of GB was used up on" in nudge["sentence"]
    assert set(nudge["reason_codes"]) <= {"RUNS_OUT", "NO_HISTORY", "FEW_DAYS"}


def test_a_top_up_costs_what_is_saved_less(client: FlaskClient) -> None:
    usage = [{"meter": "data_gb", "date": f"2024-10-{day:02}", "amount": 0.45} for day in range(1, 11)]
    history = [{"meter": "data_gb", "amount": amount} for amount in (3.9, 3.8, 4.0)]
    nudge = answer(client, request(usage=usage, history=history))["nudge"]
    assert nudge["decision"] == "top_up"
    assert nudge["add_on"]["expected_saving"] == nudge["expected_saving"]
    difference = Decimal(nudge["expected_cost_current"]) - Decimal(nudge["expected_cost_recommended"])
    assert difference == Decimal(nudge["expected_saving"])


def test_a_retired_plan_is_valid_as_the_current_one_and_never_recommended(client: FlaskClient) -> None:
    nudge = answer(client, request(plan_id="old"))["nudge"]
    assert nudge["plan_id"] == "old"
    assert "RETIRED_PLAN" in nudge["reason_codes"]
    for asked in (request(), request(history=[{"meter": "data_gb", "amount": 55}] * 3)):
        assert answer(client, asked)["nudge"]["recommended_plan_id"] != "old"


def test_all_zeros_stay(client: FlaskClient) -> None:
    usage = [{**row, "amount": 0} for row in request()["usage"]]
    nudge = answer(client, request(usage=usage, history=[]))["nudge"]
    assert nudge["decision"] in ("stay", "insufficient_data")
    assert "NO_USE" in nudge["reason_codes"]


def test_the_largest_plan_still_exceeded_says_so(client: FlaskClient) -> None:
    own = copy.deepcopy(OWN_PLANS)
    history = [{"meter": "data_gb", "amount": amount} for amount in (180, 190, 185)]
    usage = [{**row, "amount": 6} for row in request()["usage"]]
    nudge = answer(client, request(**own, plan_id="large", usage=usage, history=history))["nudge"]
    assert nudge["decision"] in ("stay", "top_up")
    assert "NO_LARGER_PLAN" in nudge["reason_codes"]


def test_a_lock_in_suppresses_and_says_why(client: FlaskClient) -> None:
    history = [{"meter": "data_gb", "amount": 30}] * 3
    free = answer(client, request(history=history, locked_until="2024-10-10"))["nudge"]
    bound = answer(client, request(history=history, locked_until="2024-12-31"))["nudge"]
    assert free["decision"] == "upgrade"
    assert bound["decision"] == "suppressed"
    assert "LOCKED_IN" in bound["reason_codes"]
    assert "contract" in bound["sentence"]
    assert (free["locked_until"], bound["locked_until"]) == (None, "2024-12-31")


def test_a_lock_that_is_over_is_not_told(client: FlaskClient) -> None:
    """The day asked about is 2024-10-11: a lock that ends on it still holds."""
    for day, told in (("2024-10-10", None), ("2024-10-11", "2024-10-11"), ("2024-10-31", "2024-10-31")):
        nudge = answer(client, request(locked_until=day))["nudge"]
        assert nudge["locked_until"] == told
        assert nudge == {**answer(client, request())["nudge"], "locked_until": told}


def test_after_a_change_of_plan_only_what_came_since_counts_against_the_quota(client: FlaskClient) -> None:
    changed = answer(client, request(plan_since="2024-10-08"))["nudge"]
    whole = answer(client, request())["nudge"]
    assert changed["meters"][0]["used"] < whole["meters"][0]["used"]
    assert changed["meters"][0]["next_mean"] == whole["meters"][0]["next_mean"]
    assert changed["cycle"] == {"start": "2024-10-08", "end": "2024-10-31"}


def test_a_week_is_a_week(client: FlaskClient) -> None:
    """One GB a day, of a plan that includes ten a week: nothing to do, though a month would need thirty."""
    own = copy.deepcopy(OWN_PLANS)
    small = next(plan for plan in own["plans"] if plan["plan_id"] == "small")
    small["meters"][0]["quota"] = 10
    usage = [
        {"meter": "data_gb", "date": f"2024-{month:02}-{day:02}", "amount": 1.0}
        for month, day in [(9, each) for each in range(1, 31)] + [(10, each) for each in range(1, 11)]
    ]
    week = {"start": "2024-10-07", "end": "2024-10-13"}
    nudge = answer(client, request(**own, usage=usage, history=[], cycle=week))["nudge"]
    assert nudge["decision"] == "stay"
    assert nudge["meters"][0]["next_mean"] == pytest.approx(7, rel=0.2)


def test_a_pause_is_said_with_its_days(client: FlaskClient) -> None:
    """After two months of use every day, a week without any."""
    days = [f"2024-08-{day:02}" for day in range(1, 32)] + [f"2024-09-{day:02}" for day in range(1, 31)]
    usage = [{"meter": "data_gb", "date": day, "amount": 0.25} for day in [*days, "2024-10-01", "2024-10-02"]]
    usage += [{"meter": "data_gb", "date": f"2024-10-{day:02}", "amount": 0.0} for day in range(3, 10)]
    nudge = answer(client, request(usage=usage, history=[], as_of="2024-10-10"))["nudge"]
    assert "PAUSED" in nudge["reason_codes"]
    assert "been used for 7 days: the figures allow for that to go on. " in nudge["sentence"]
    assert nudge["confidence"] == "low"
    assert "PAUSED" not in answer(client, request())["nudge"]["reason_codes"]


def test_a_meter_without_any_record_is_not_told_as_not_used(client: FlaskClient) -> None:
    """Of data alone, on a plan that has minutes as well; the same once there are minutes is told of both."""
    nudge = answer(client, request())["nudge"]
    assert nudge["sentence"].startswith(
        "How many minutes are used is not known yet: what is usual stands in. Used 2.5 of 5 GB so far"
    )
    assert nudge["confidence"] == "low"
    minutes = [{"meter": "minutes", "date": f"2024-10-{day:02}", "amount": 0} for day in range(1, 11)]
    both = answer(client, request(usage=[*request()["usage"], *minutes]))["nudge"]
    assert both["sentence"].startswith("Used 2.5 of 5 GB so far")


def test_storage_by_the_hour_is_spoken_of_as_such(client: FlaskClient) -> None:
    meters = [{"meter": "storage_gb_hours", "quota": 150_000, "overage_price": "0.01"}]
    own = {"plans": [{**OWN_PLANS["plans"][0], "plan_id": "disk", "meters": meters}]}
    usage = [
        {"meter": "storage_gb_hours", "date": f"2024-10-{day:02}", "amount": 4_000, "unit": "GB hours"}
        for day in range(1, 11)
    ]
    nudge = answer(client, request(**own, plan_id="disk", history=[], usage=usage))["nudge"]
    assert nudge["meters"][0]["unit"] == "gb_hours"
    assert nudge["sentence"].startswith("Used 40,000 of 150,000 GB hours so far")
