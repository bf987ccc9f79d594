"""Usage cut into cycles, by hand: gaps, first use, changes of plan, short months, the day asked about."""

from __future__ import annotations

import numpy as np
import pytest

from models.billing_days import cycle_of, cycle_start
from models.plan_advisor import untrained
from models.running import running_on
from models.subscriptions import NOT_LOCKED, OPEN_END, DailyUsage, Subscriptions
from models.usage_cycles import USUAL_CYCLE, UsageCycles
from models.usage_dates import MOST_CYCLES
from models.usage_history import UsageHistory
from tests.models.one_subscriber import BOOK


def day(text: str) -> int:
    return int(np.datetime64(text, "D").astype(int))


def cut(
    days: dict[str, float],
    as_of: str,
    rows: tuple[tuple[str, str, str | None], ...] = (("home-200", "2026-01-01", None),),
    anchor: int = 1,
) -> UsageCycles:
    subscriptions = Subscriptions.of(
        customer=np.zeros(len(rows)),
        plan=np.array([BOOK.index(plan) for plan, _, _ in rows]),
        started=np.array([day(start) for _, start, _ in rows]),
        ended=np.array([OPEN_END if end is None else day(end) for _, _, end in rows]),
        locked_until=np.full(len(rows), NOT_LOCKED),
        anchor=np.full(len(rows), anchor),
    )
    usage = DailyUsage.of(
        customer=np.zeros(len(days)),
        meter=np.zeros(len(days)),
        day=np.array([day(text) for text in days]),
        amount=np.array(list(days.values())),
    )
    return untrained(BOOK).cycles(subscriptions, usage, day(as_of))


def span(first: str, last: str, amount: float) -> dict[str, float]:
    days = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    return {str(each): amount for each in days}


def test_a_whole_cycle_and_a_running_one() -> None:
    cycles = cut(span("2026-03-31", "2026-05-10", 2.0), "2026-05-11")
    assert cycles.finished[0, -1, 0] == pytest.approx(60)
    assert cycles.finished_w[0, -1, 0] == pytest.approx(30 / USUAL_CYCLE)
    assert cycles.used[0, 0] == pytest.approx(20)
    assert cycles.exposed_w[0, 0] == pytest.approx(10 / USUAL_CYCLE)
    assert cycles.open_w[0, 0] == pytest.approx(21 / USUAL_CYCLE)
    assert (cycles.days[0], cycles.missing[0]) == (10, 0)


def test_both_cycles_are_cut_in_two() -> None:
    cycles = cut(span("2026-03-31", "2026-04-20", 2.0) | span("2026-04-21", "2026-05-10", 4.0), "2026-05-11")
    np.testing.assert_allclose(cycles.parts[0, 1, 0], [40, 40])  # ten days before May
    np.testing.assert_allclose(cycles.parts_w[0, 1, 0], [20 / USUAL_CYCLE, 10 / USUAL_CYCLE])
    np.testing.assert_allclose(cycles.parts[0, -1, 0], [20, 20])  # five days before the one asked about
    np.testing.assert_allclose(cycles.parts_w[0, -1, 0], [5 / USUAL_CYCLE, 5 / USUAL_CYCLE])
    # Fifteen days before the day asked about: before the cycle began.
    np.testing.assert_allclose(cycles.parts_w[0, 2, 0], [0, 10 / USUAL_CYCLE])
    assert cycles.apart[0, 0] == 0


def test_missing_days_are_unknown_and_not_zero() -> None:
    days = span("2026-03-31", "2026-05-10", 2.0)
    for text in ("2026-04-10", "2026-04-11", "2026-05-05"):
        del days[text]
    cycles = cut(days, "2026-05-11")
    assert cycles.finished[0, -1, 0] / cycles.finished_w[0, -1, 0] == pytest.approx(2 * USUAL_CYCLE)
    assert cycles.finished_w[0, -1, 0] == pytest.approx(28 / USUAL_CYCLE)
    assert cycles.open_w[0, 0] == pytest.approx(22 / USUAL_CYCLE)
    assert cycles.missing[0] == 1


def test_exposure_starts_the_day_after_the_first_use() -> None:
    days = span("2026-05-03", "2026-05-04", 0.0) | span("2026-05-05", "2026-05-10", 3.0)
    cycles = cut(days, "2026-05-11")
    assert cycles.used[0, 0] == pytest.approx(18)
    assert cycles.exposed[0, 0] == pytest.approx(15)
    assert cycles.exposed_w[0, 0] == pytest.approx(5 / USUAL_CYCLE)
    assert cycles.open_w[0, 0] == pytest.approx(21 / USUAL_CYCLE)
    assert cycles.missing[0] == 0
    assert not cycles.finished_w.any()


def test_a_change_of_plan_splits_the_cycle() -> None:
    days = span("2026-03-31", "2026-05-10", 2.0)
    rows = (("home-50", "2026-01-01", "2026-05-06"), ("home-200", "2026-05-07", None))
    cycles = cut(days, "2026-05-11", rows)
    assert len(cycles) == 1
    assert cycles.plan[0] == BOOK.index("home-200")
    assert cycles.used[0, 0] == pytest.approx(8)  # what the old plan paid for does not count
    assert cycles.exposed[0, 0] == pytest.approx(20)  # but tells how much is used
    assert cycles.start[0] == day("2026-05-07")


def test_an_anchor_of_31_is_the_last_day_of_a_short_month() -> None:
    anchors = np.array([31, 31, 31, 29])
    days = np.array([day(text) for text in ("2026-02-27", "2026-02-28", "2026-03-30", "2026-02-28")])
    begins = cycle_start(cycle_of(days, anchors), anchors)
    expected = ("2026-01-31", "2026-02-28", "2026-02-28", "2026-02-28")
    assert begins.tolist() == [day(text) for text in expected]
    cycles = cut(span("2026-02-20", "2026-03-09", 1.0), "2026-03-10", anchor=31)
    assert (cycles.start[0], cycles.end[0]) == (day("2026-02-28"), day("2026-03-31"))


def test_nothing_of_the_day_asked_about_or_later_is_looked_at() -> None:
    days = span("2026-03-31", "2026-05-10", 2.0)
    known = cut(days, "2026-05-11")
    later = cut(days | span("2026-05-11", "2026-06-20", 99.0), "2026-05-11")
    for name in UsageCycles.__slots__:
        np.testing.assert_array_equal(getattr(known, name), getattr(later, name))


def test_an_ended_subscription_has_no_advice() -> None:
    assert (
        len(
            cut(
                span("2026-03-31", "2026-05-10", 2.0),
                "2026-05-11",
                (("home-50", "2026-01-01", "2026-05-10"),),
            )
        )
        == 0
    )


def test_who_looks_back_sees_as_far_from_there_as_from_today() -> None:
    """Of cycles half a year ago little was known of what came before them: growth was not seen."""
    one = np.zeros(1)
    subscriptions = Subscriptions.of(
        customer=one,
        plan=one,
        started=one,
        ended=one + OPEN_END,
        locked_until=one + NOT_LOCKED,
        anchor=one + 1,
    )
    days = np.arange(day("2024-01-01"), day("2026-06-01"))
    none = np.zeros(len(days))
    usage = DailyUsage.of(customer=none, meter=none, day=days, amount=none + 1)
    today, then = day("2026-05-11"), np.array([day("2025-12-11")])
    advisor = untrained(BOOK)
    running = running_on(subscriptions, BOOK, today)
    learned = advisor.profile, advisor.rates
    known = []
    for back in (0, 5):
        history = UsageHistory.of(running, usage, BOOK, learned, today, back=back)
        cycles = history.cycles(np.arange(1), then)
        known.append(int((cycles.finished_w[0, :, 0] > 0.9).sum()))
    assert known == [4, MOST_CYCLES]
