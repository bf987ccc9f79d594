"""Moments of a source as naive UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from models.errors import ConfigError
from training.data.columns import TableName

UTC_NAIVE = pl.Datetime("us")
EPOCH = "epoch"
FIRST_YEAR, LAST_YEAR = 1970, 2100  # outside of it a date is a mistake, and would bend every window of time
AHEAD = timedelta(days=1)  # of the clock in UTC: where the shop is it may be tomorrow already

_DATES = ("%Y-%m-%d", "%Y/%m/%d")
_DATES_DAY_FIRST = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y")
_DATES_MONTH_FIRST = ("%m/%d/%Y",)
_CLOCKS = (" %H:%M:%S", " %H:%M", " %H:%M:%S%.f", "T%H:%M:%S", "T%H:%M", "T%H:%M:%S%.f", "")
_ISO_WITH_ZONE = "%+"  # also with a space for the T, and +0200 for +02:00


def latest_day(now: datetime | None = None) -> int:
    """The last day, since 1970-01-01, that anything can have happened on: today in UTC, and a day.

    `now` is the clock of this machine unless given.
    """
    moment = (now or datetime.now(UTC)).astimezone(UTC) + AHEAD
    return (moment.date() - date(1970, 1, 1)).days


def up_to_today(latest: int) -> str:
    """What a day that is not after `latest` (see latest_day) is, for messages: they name today's date."""
    return (
        f"a day up to today, {date(1970, 1, 1) + timedelta(days=latest) - AHEAD} by the clock of this machine"
    )


@dataclass(frozen=True, slots=True)
class Clock:
    """How the moments of a source are written.

    `format` is strftime's, "epoch" for seconds since 1970, or None for ISO 8601 and dates with
    slashes, read as day first or month first. Moments without a zone are in `timezone`. `table` is
    what messages call the source.
    """

    timezone: str
    format: str | None = None
    day_first: bool = False
    table: TableName = "orders"

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ConfigError(
                f"data.timezone: {self.timezone!r} is no IANA time zone, such as 'UTC' or 'Europe/London'",
                key="data.timezone",
            ) from error

    def expected(self) -> str:
        """What a value should look like, for messages."""
        if self.format == EPOCH:
            return "seconds since 1970-01-01 UTC"
        if self.format is not None:
            return f"a moment written as {self.format}"
        local = "31/12/2011 08:26" if self.day_first else "12/31/2011 08:26"
        return (
            f"ISO 8601 (2011-12-31T08:26:00Z) or {local} (data.day_first is {str(self.day_first).lower()}; "
            f"data.{self.table}.timestamp_format sets another form, 'epoch' for seconds since 1970)"
        )

    def read(self, column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
        """A column of `dtype` as naive UTC datetimes; null where it is empty or no moment."""
        moment = self._moment(column, dtype)
        return pl.when(moment.dt.year().is_between(FIRST_YEAR, LAST_YEAR)).then(moment)

    def day(self, column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
        """A column of `dtype` as the day in `timezone`, Int32 since 1970-01-01; null as in `read`."""
        if isinstance(dtype, pl.Date):
            return pl.when(column.dt.year().is_between(FIRST_YEAR, LAST_YEAR)).then(column).cast(pl.Int32)
        moment = self.read(column, dtype)
        if self.timezone != "UTC":
            zoned = moment.dt.replace_time_zone("UTC").dt.convert_time_zone(self.timezone)
            moment = zoned.dt.replace_time_zone(None)
        return moment.dt.date().cast(pl.Int32)

    def _moment(self, column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
        if isinstance(dtype, pl.Datetime):
            moment = column.cast(pl.Datetime("us", dtype.time_zone))
            return _without_zone(moment) if dtype.time_zone else self._utc(moment)
        if isinstance(dtype, pl.Date):
            return self._utc(column.cast(UTC_NAIVE))
        if self.format == EPOCH:
            seconds = column.cast(pl.Float64, strict=False)
            plausible = seconds.is_between(0, 4_133_980_800)  # 2101-01-01, and no overflow below
            return pl.when(plausible).then(seconds * 1_000_000).cast(pl.Int64).cast(UTC_NAIVE)
        if dtype.is_numeric() and self.format is None:
            # 20111231 or epoch seconds: the format has to say which.
            return pl.when(column.is_null()).then(pl.lit(None, dtype=UTC_NAIVE))
        text = column.cast(pl.String)
        return text.map_batches(self._parse, return_dtype=UTC_NAIVE, is_elementwise=True)

    def _utc(self, naive: pl.Expr) -> pl.Expr:
        """Local naive moments to UTC. Of an hour that occurs twice the first is meant.

        A moment that the clock skipped is read with the offset in force before the gap, found
        a day earlier, as Python does with fold=0.
        """
        if self.timezone == "UTC":
            return naive

        def localised(moment: pl.Expr) -> pl.Expr:
            zoned = moment.dt.replace_time_zone(self.timezone, ambiguous="earliest", non_existent="null")
            return _without_zone(zoned)

        day = pl.duration(hours=25)
        return pl.coalesce(localised(naive), localised(naive - day) + day)

    def _formats(self) -> list[str]:
        if self.format is not None:
            return [self.format]
        local = _DATES_DAY_FIRST if self.day_first else _DATES_MONTH_FIRST
        return [date + clock for date in _DATES + local for clock in _CLOCKS] + [_ISO_WITH_ZONE]

    def _parse(self, series: pl.Series) -> pl.Series:
        """One batch of texts: the format of its first value, then the others for what is left over."""
        text = series.str.strip_chars()
        formats = self._formats()
        known = text.drop_nulls().head(1)
        formats.sort(key=lambda format_: self._parse_as(known, format_).null_count())  # the best guess first
        parsed = pl.Series(series.name, [None], dtype=UTC_NAIVE).new_from_index(0, len(text))
        for format_ in formats:
            left = (parsed.is_null() & text.is_not_null()).arg_true()
            if left.is_empty():
                break
            parsed = parsed.scatter(left, self._parse_as(text.gather(left), format_))
        return parsed

    def _parse_as(self, text: pl.Series, format_: str) -> pl.Series:
        parsed = text.str.to_datetime(format_, time_unit="us", strict=False)
        if isinstance(parsed.dtype, pl.Datetime) and parsed.dtype.time_zone is not None:
            return parsed.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        return pl.select(self._utc(pl.lit(parsed))).to_series()


def _without_zone(moment: pl.Expr) -> pl.Expr:
    return moment.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
