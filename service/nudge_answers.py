"""Advice turned into the fields of service.nudge_schemas."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from models.advice import CONFIDENCES, DECISIONS, NO_DAY, Advice
from models.bundle import Bundle
from models.meters import unit_of
from models.nudge_words import sentence
from models.plan_decision import NudgeLimits
from models.plan_nudges import PlanNudges
from models.plans import PlanBook
from models.running import NO_PLAN
from models.subscriptions import LAST_DAY
from models.usage_cycles import UsageCycles
from service.ledger.memory import Gone
from service.nudge_requests import Prepared

EPOCH = date(1970, 1, 1)
NO_SUBSCRIPTION = "no_subscription"


class NudgeDesk:
    """Where requests about plans are answered from a bundle, by the limits of the settings."""

    def __init__(self, limits: NudgeLimits, gone: Gone | None = None) -> None:
        self.limits = limits
        self._gone = gone

    def of_customer(self, bundle: Bundle, nudges: PlanNudges, customer_id: str) -> dict[str, Any] | None:
        """The nudges of a customer, as CustomerNudgesOut has them; None for somebody nobody knows."""
        if self._gone is not None and self._gone.cover(bundle, customer_id):
            return None
        rows = nudges.of_customer(customer_id)
        if rows is None and bundle.customers.index(customer_id) < 0:
            return None
        found = [] if rows is None else self._nudges(bundle, nudges, rows, customer_id)
        return {
            "model_version": bundle.facts.version,
            "customer_id": customer_id,
            "as_of": _date(int(nudges.as_of[0])),
            "fallback": None if found else NO_SUBSCRIPTION,
            "nudges": found,
        }

    def of_request(self, bundle: Bundle, asked: Prepared) -> dict[str, Any]:
        """The nudge for one request, as NudgeAnswer has it."""
        return self.of_requests(bundle, [asked])[0]

    def of_requests(self, bundle: Bundle, asked: Sequence[Prepared]) -> list[dict[str, Any]]:
        """The same for several, those of one price list priced together."""
        answers: list[dict[str, Any]] = [{} for _ in asked]
        by_advisor: dict[int, list[int]] = {}
        for at, each in enumerate(asked):
            by_advisor.setdefault(id(each.advisor), []).append(at)
        for places in by_advisor.values():
            first = asked[places[0]]
            cycles = UsageCycles.joined([asked[at].cycles for at in places])
            advice = first.advisor.advise(cycles, self.limits)
            for row, at in enumerate(places):
                each = asked[at]
                nudge = nudge_body(each.advisor.book, cycles, advice, row, each.digits)
                answers[at] = {
                    "model_version": bundle.facts.version,
                    "fallback": each.fallback,
                    "repeated": each.repeated,
                    "nudge": {"customer_id": each.customer_id, **nudge},
                }
        return answers

    def _nudges(
        self, bundle: Bundle, nudges: PlanNudges, rows: slice, customer_id: str
    ) -> list[dict[str, Any]]:
        if rows.start == rows.stop:
            return []
        cycles, advice = nudges.cycles.take(rows), nudges.advise(self.limits, rows)
        digits = bundle.facts.minor_digits
        return [
            {"customer_id": customer_id, **nudge_body(nudges.book, cycles, advice, row, digits)}
            for row in range(len(cycles))
        ]


def nudge_body(book: PlanBook, cycles: UsageCycles, advice: Advice, row: int, digits: int) -> dict[str, Any]:
    """One row of advice as NudgeOut has it, without the customer; `digits` are those of the currency."""

    def money(minor: float) -> str:
        return str(Decimal(round(minor)).scaleb(-digits))

    current, recommended, saving = (float(each[0]) for each in advice.told_money(np.array([row])))
    return {
        "as_of": _date(int(cycles.as_of[row])),
        "decision": DECISIONS[advice.decision[row]],
        "suppressions": [],
        "sentence": sentence(book, advice, row, digits),
        "plan_id": book.plans.id(int(advice.plan[row])),
        "recommended_plan_id": book.plans.id(int(advice.recommended_plan[row])),
        "add_on": _add_on(book, advice, row, digits),
        "currency": book.currency_code,
        "expected_cost_current": money(current),
        "expected_cost_recommended": money(recommended),
        "expected_saving": money(saving),
        "p_saves": round(float(advice.p_saves[row]), 4),
        "confidence": CONFIDENCES[advice.confidence[row]],
        "reason_codes": advice.reason_codes(row),
        "cycle": {"start": _date(int(cycles.start[row])), "end": _date(int(cycles.end[row]) - 1)},
        "locked_until": _locked(int(cycles.locked_until[row]), int(cycles.as_of[row])),
        "ends_on": _day_or_none(int(advice.ends_on[row])),
        "next_plan_id": None if advice.follows[row] == NO_PLAN else book.plans.id(int(advice.follows[row])),
        "meters": [
            _meter(book, advice, row, int(meter)) for meter in np.flatnonzero(advice.metered[row]).tolist()
        ],
        "plans": [
            {
                "plan_id": book.plans.id(plan),
                "name": book.plan_names[plan],
                "expected_cost": money(advice.cost_next[row, plan]),
            }
            for plan in np.argsort(advice.cost_next[row], kind="stable").tolist()
            if np.isfinite(advice.cost_next[row, plan])
        ],
    }


def _add_on(book: PlanBook, advice: Advice, row: int, digits: int) -> dict[str, Any] | None:
    if not advice.offered[row]:
        return None
    pack, packs = book.add_on(int(advice.add_on[row])), int(advice.packs[row])
    return {
        "add_on_id": pack.add_on_id,
        "name": pack.name,
        "packs": packs,
        "price": str(Decimal(pack.price * packs).scaleb(-digits)),
        "expected_saving": str(Decimal(round(float(advice.top_up_saving[row]))).scaleb(-digits)),
    }


def _meter(book: PlanBook, advice: Advice, row: int, meter: int) -> dict[str, Any]:
    def value(values: np.ndarray) -> float:
        return round(float(values[row, meter]), 3)

    name, quota = book.meters.id(meter), float(advice.quota[row, meter])
    exhausted = int(advice.exhaustion_day[row, meter])
    return {
        "meter": name,
        "unit": unit_of(name),
        "used": value(advice.used),
        "known": bool(advice.known[row, meter]),
        "quota": quota if np.isfinite(quota) else None,
        "p10": value(advice.p10),
        "p50": value(advice.p50),
        "p90": value(advice.p90),
        "p_exceed": round(float(advice.p_exceed[row, meter]), 4),
        "exhaustion_date": _day_or_none(exhausted),
        "next_mean": value(advice.next_mean),
        "next_p10": value(advice.next_p10),
        "next_p90": value(advice.next_p90),
    }


def _day_or_none(day: int) -> str | None:
    return None if day == NO_DAY else _date(day)


def _locked(until: int, as_of: int) -> str | None:
    """A lock that has ended is none."""
    return None if until < as_of else _date(min(until, LAST_DAY))


def _date(day: int) -> str:
    return (EPOCH + timedelta(days=day)).isoformat()
