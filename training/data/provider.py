"""One entry to all that nudges are learned from: plans, subscriptions and usage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from config.data import Data
from models.errors import DataError
from models.ids import IdMap
from models.plans import PlanBook
from models.subscriptions import OPEN_END, DailyUsage, Subscriptions
from training.data.columns import TableName
from training.data.plans import read_plans
from training.data.rejects import RejectsFile
from training.data.report import TableReport
from training.data.subscriptions import read_subscriptions
from training.data.usage import read_usage

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Provider:
    """Everything read of a provider with plans; customers are positions in `subscribers`."""

    book: PlanBook
    subscribers: IdMap
    subscriptions: Subscriptions
    usage: DailyUsage
    reports: Mapping[TableName, TableReport]

    @property
    def day_after(self) -> int:
        """The day after the last one of usage, days since 1970-01-01: the first that nothing is known of.

        Raises DataError where no usage is known at all.
        """
        if not len(self.usage):
            report = self.reports["usage"]
            told = ", ".join(f"{count} {reason}" for reason, count in report.rejected.items())
            raise DataError(
                f"nothing is left of its {report.rows_read} days of usage: {told}", source=report.source
            )
        return int(self.usage.day.max()) + 1

    def as_known_on(self, day: int) -> Provider:
        """What was known on the morning of a day: no usage of it, no later subscription.

        A subscription that runs on that day has no end yet, unless usage ends before it too: then the day
        is today's, and ends that are known are kept, as what is booked. Raises DataError where no usage is
        left.
        """
        each, today = self.subscriptions, day >= self.day_after
        kept = today | (each.started <= day)
        ended = each.ended[kept]
        if not today:
            ended = np.where(ended >= day, OPEN_END, ended)
        columns = {name: getattr(each, name)[kept] for name in Subscriptions.__slots__}
        usage = self.usage.until(day)
        if not len(usage):
            first = EPOCH + timedelta(days=int(self.usage.day.min()))
            asked = EPOCH + timedelta(days=day)
            raise DataError(
                f"has no usage before {asked}; the first day is {first}", source=self.reports["usage"].source
            )
        known = Subscriptions.of(**{**columns, "ended": ended})
        return replace(self, subscriptions=known, usage=usage)


def read_provider(
    data: Data,
    progress: Callable[[str], None] = lambda _: None,
    *,
    rejects: RejectsFile | None = None,
    now: datetime | None = None,
) -> Provider:
    """Read plans, then the subscriptions to them, then their usage.

    Usage dated after `now`, the clock of this machine unless given, is rejected. Without `rejects`
    the rejects file of `data` is written, if one is asked for. Raises ConfigError and DataError as the
    readers do.
    """
    own = RejectsFile(data.rejects) if rejects is None and data.rejects is not None else None
    book, plans = read_plans(data, progress)
    subscribed, subscriptions = read_subscriptions(data, book, progress, rejects=rejects or own)
    usage, days = read_usage(data, book, subscribed.customers, progress, rejects=rejects or own, now=now)
    if own is not None:
        own.write()
    reports: dict[TableName, TableReport] = {"plans": plans, "subscriptions": subscriptions, "usage": days}
    return Provider(book, subscribed.customers, subscribed.subscriptions, usage, reports)
