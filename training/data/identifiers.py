"""Ids as integer codes early, so that no step handles millions of strings."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import polars as pl

from models.ids import MAX_ID_BYTES

MISSING = -1
BAD = -2


@dataclass(frozen=True, slots=True, eq=False)
class CleanIds:
    """What the raw ids of one column mean.

    ids    sorted distinct clean ids (order of UTF-8 bytes)
    codes  int32 [n_raw] raw code -> position in `ids`, MISSING for an empty id, BAD for an unusable one
    """

    ids: pl.Series
    codes: np.ndarray


class Dictionary:
    """The distinct raw ids of one column, numbered as they come."""

    def __init__(self) -> None:
        self._categories = pl.Categories.random()
        # polars forgets the categories when no series of the type is left: this one keeps them.
        self._anchor = pl.Series([], dtype=pl.Categorical(self._categories))

    def encode(self, column: pl.Expr) -> pl.Expr:
        """The UInt32 code of each raw id of `column`; null where it is null."""
        return column.cast(pl.String).cast(pl.Categorical(self._categories)).to_physical()

    def clean(self) -> CleanIds:
        """Clean every distinct id once.

        Spaces around an id go; a whole number written as a float (17850.0, as spreadsheets and
        pandas write a column with gaps) loses its `.0`. An id is BAD if it is longer than 128 bytes
        of UTF-8 or contains a control character.
        """
        text = self._raw().str.strip_chars().str.replace(r"^(-?\d+)\.0+$", "$1")
        unusable = (text.str.len_bytes() > MAX_ID_BYTES) | text.str.contains(r"\p{Cc}")
        return self._numbered(text, unusable)

    def clean_texts(self) -> CleanIds:
        """Clean every distinct text once: one line each, no spaces around it, never BAD."""
        text = self._raw().str.replace_all(r"[\p{Cc}\s]+", " ").str.strip_chars()
        return self._numbered(text, pl.repeat(False, len(text), eager=True))

    def _raw(self) -> pl.Series:
        """The distinct raw texts [n_raw] by code."""
        return self._categories.to_series()

    @staticmethod
    def _numbered(text: pl.Series, unusable: pl.Series) -> CleanIds:
        good = text.filter(~unusable & (text != "")).unique().sort()
        positions = pl.DataFrame({"id": good}).with_row_index("position")
        codes = (
            pl.DataFrame({"id": text, "bad": unusable})
            .join(positions, on="id", how="left", maintain_order="left")
            .select(
                pl.coalesce(
                    pl.col("position").cast(pl.Int32),
                    pl.when("bad").then(BAD).otherwise(MISSING).cast(pl.Int32),
                )
            )
        )
        return CleanIds(good.alias("id"), codes.to_series().to_numpy())


def found_in(ids: pl.Series, pattern: str | None) -> pl.Series:
    """Whether the pattern is found anywhere in each id, as re.search does: anchor it with ^ and $.

    False everywhere for no pattern, and for a null id.
    """
    if pattern is None:
        return pl.repeat(False, len(ids), eager=True)
    search = re.compile(pattern).search
    return pl.Series((item is not None and search(item) is not None for item in ids), dtype=pl.Boolean)
