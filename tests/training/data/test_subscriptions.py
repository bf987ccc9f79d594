from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from models.errors import DataError
from models.subscriptions import NOT_LOCKED, OPEN_END
from tests.training.data.providers import Rows, book_of, provider
from training.data.rejects import RejectsFile
from training.data.report import TableReport
from training.data.subscriptions import Subscribed, read_subscriptions


def day(text: str) -> int:
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def read(folder: Path, rows: Rows, **general: object) -> tuple[Subscribed, TableReport]:
    data = provider(folder, rows, **general)
    return read_subscriptions(data, book_of(data))


def plain(
    read: Subscribed, book_plans: tuple[str, ...] = ("large", "line", "small")
) -> list[tuple[object, ...]]:
    rows = read.subscriptions
    return [
        (read.customers.id(int(rows.customer[n])), book_plans[rows.plan[n]], int(rows.started[n]))
        for n in range(len(rows))
    ]


def test_every_column_and_its_default(tmp_path: Path) -> None:
    rows = [
        ("bob", "small", "2026-01-15", "2026-03-01", "31", "2026-06-30"),
        ("ana", "large", "2025-12-01", "", "", ""),
    ]
    read_, report = read(tmp_path, rows)
    subscriptions = read_.subscriptions
    assert plain(read_) == [("ana", "large", day("2025-12-01")), ("bob", "small", day("2026-01-15"))]
    assert subscriptions.ended.tolist() == [OPEN_END, day("2026-03-01")]
    assert subscriptions.anchor.tolist() == [1, 31]
    assert subscriptions.locked_until.tolist() == [NOT_LOCKED, day("2026-06-30")]
    assert (report.rows_read, report.rows_kept, report.rejected) == (2, 2, {})
    assert report.counts == {"subscribers": 2}


def test_a_year_of_9999_means_for_ever(tmp_path: Path) -> None:
    read_, report = read(tmp_path, [("ana", "small", "2026-01-01", "9999-12-31", "", "9999-12-31")])
    assert read_.subscriptions.ended.tolist() == [OPEN_END]
    assert read_.subscriptions.locked_until.tolist() == [OPEN_END]
    assert report.rejected == {}


def test_days_are_those_of_the_shop(tmp_path: Path) -> None:
    rows = [("ana", "small", "2026-03-01T02:00:00Z", "", "", "")]
    for zone, expected in (("UTC", "2026-03-01"), ("America/New_York", "2026-02-28")):
        read_, _ = read(tmp_path, rows, timezone=zone)
        assert read_.subscriptions.started.tolist() == [day(expected)]


def test_the_next_plan_of_a_family_ends_the_one_before(tmp_path: Path) -> None:
    rows = [
        ("ana", "small", "2026-01-01", "", "", ""),  # runs on although she changed
        ("ana", "large", "2026-02-10", "", "", ""),
        ("ana", "line", "2026-01-05", "", "", ""),  # of another family
        ("bob", "small", "2026-01-01", "2026-01-31", "", ""),
        ("bob", "large", "2026-02-01", "", "", ""),
    ]
    read_, report = read(tmp_path, rows)
    ended = {(c, p): int(read_.subscriptions.ended[n]) for n, (c, p, _) in enumerate(plain(read_))}
    assert ended == {
        ("ana", "small"): day("2026-02-09"),
        ("ana", "large"): OPEN_END,
        ("ana", "line"): OPEN_END,
        ("bob", "small"): day("2026-01-31"),
        ("bob", "large"): OPEN_END,
    }
    assert report.changed == {"ended_by_next": 1}


def test_of_two_plans_started_on_one_day_the_last_is_kept(tmp_path: Path) -> None:
    rows = [("ana", "small", "2026-01-01", "", "", ""), ("ana", "large", "2026-01-01", "", "", "")]
    read_, report = read(tmp_path, rows)
    assert [row[:2] for row in plain(read_)] == [("ana", "large")]
    assert report.rejected == {"replaced_on_same_day": 1}
    assert report.rows_read == report.rows_kept + 1


BAD = [
    (("", "small", "2026-01-01", "", "", ""), "missing_customer_id"),
    (("x" * 129, "small", "2026-01-01", "", "", ""), "bad_id"),
    (("bob", "", "2026-01-01", "", "", ""), "missing_plan_id"),
    (("bob", "gone", "2026-01-01", "", "", ""), "unknown_plan"),
    (("bob", "small", "", "", "", ""), "bad_started_on"),
    (("bob", "small", "2026-13-01", "", "", ""), "bad_started_on"),
    (("bob", "small", "2026-01-02", "soon", "", ""), "bad_ended_on"),
    (("bob", "small", "2026-01-02", "2026-01-01", "", ""), "ended_before_start"),
    (("bob", "small", "2026-01-02", "", "32", ""), "bad_cycle_anchor_day"),
    (("bob", "small", "2026-01-02", "", "0", ""), "bad_cycle_anchor_day"),
    (("bob", "small", "2026-01-02", "", "first", ""), "bad_cycle_anchor_day"),
    (("bob", "small", "2026-01-02", "", "", "later"), "bad_locked_until"),
]


@pytest.mark.parametrize(("row", "reason"), BAD, ids=[reason for _, reason in BAD])
def test_a_row_that_cannot_be_used_is_counted(tmp_path: Path, row: tuple[str, ...], reason: str) -> None:
    good = [("ana", "small", "2026-01-01", "", "", ""), ("cleo", "small", "2026-01-01", "", "", "")]
    read_, report = read(tmp_path, [good[0], row, good[1]])
    assert report.rejected == {reason: 1}
    assert [name for name, _, _ in plain(read_)] == ["ana", "cleo"]


def test_rejected_rows_tell_whose_they_were_and_nothing_else(tmp_path: Path) -> None:
    data = provider(
        tmp_path,
        [("ana", "small", "2026-01-01", "", "", ""), ("bob", "gone", "2026-01-01", "", "", "")],
    )
    rejects = RejectsFile(tmp_path / "rejects.csv")
    read_subscriptions(data, book_of(data), rejects=rejects)
    rejects.write()
    rows = pl.read_csv(tmp_path / "rejects.csv", infer_schema=False)
    told = rows.select("table", "row", "action", "reason", "customer_id").rows()
    assert told == [("subscriptions", "2", "rejected", "unknown_plan", "bob")]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("bob", "smal", "2026-01-01", "", "", ""), "did you mean 'small'"),
        (("bob", "small", "01.02.2026", "", "", ""), "the first is '01.02.2026' in"),
    ],
)
def test_a_column_of_nonsense_is_an_error(tmp_path: Path, row: tuple[str, ...], words: str) -> None:
    with pytest.raises(DataError, match="more than half") as caught:
        read(tmp_path, [row, row, ("ana", "small", "2026-01-01", "", "", "")])
    assert words in str(caught.value)
    assert "row 1" in str(caught.value)


def test_nothing_left_is_an_error_with_counts(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nothing is left of its 1 subscriptions: 1 bad_ended_on"):
        read(tmp_path, [("ana", "small", "2026-01-01", "soon", "", "")])


def test_customers_are_in_the_order_of_their_ids(tmp_path: Path) -> None:
    names = ["b", "ä", "a", "10", "9"]
    read_, _ = read(tmp_path, [(name, "small", "2026-01-01", "", "", "") for name in names])
    assert [row[0] for row in plain(read_)] == sorted(names, key=str.encode)
    assert np.array_equal(read_.subscriptions.customer, np.arange(5))


def test_a_renewal_is_no_end(tmp_path: Path) -> None:
    """One row a month, as billing systems keep them: nobody leaves at the end of each."""
    rows = [
        ("ana", "small", "2026-01-01", "2026-01-31", "", "2026-12-31"),
        ("ana", "small", "2026-02-01", "2026-02-28", "5", ""),
        ("ana", "small", "2026-03-01", "", "", ""),
        ("bob", "small", "2026-01-01", "2026-01-30", "", ""),  # a day between
        ("bob", "small", "2026-02-01", "2026-02-28", "", ""),
        ("cy", "small", "2026-01-01", "2026-01-31", "", ""),
        ("cy", "large", "2026-02-01", "2026-02-28", "", ""),  # another plan
        ("cy", "small", "2026-03-01", "", "", ""),
        ("di", "small", "2026-01-01", "", "", ""),  # runs on beside the next
        ("di", "small", "2026-02-01", "", "", ""),
    ]
    read_, report = read(tmp_path, rows)
    kept = read_.subscriptions
    assert plain(read_) == [
        ("ana", "small", day("2026-01-01")),
        ("bob", "small", day("2026-01-01")),
        ("bob", "small", day("2026-02-01")),
        ("cy", "small", day("2026-01-01")),
        ("cy", "large", day("2026-02-01")),
        ("cy", "small", day("2026-03-01")),
        ("di", "small", day("2026-01-01")),
    ]
    assert kept.ended[0] == kept.ended[6] == OPEN_END
    assert (kept.anchor[0], kept.locked_until[0]) == (5, day("2026-12-31"))
    assert report.changed == {"ended_by_next": 1, "renewed": 3}
    assert report.rows_kept == len(rows)
