"""Many strings as two plain arrays, so that they can be mapped from disk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np

from models.arrays import Arrays, frozen


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """Strings end to end: `data` uint8 [n_bytes] of UTF-8, `ends` int64 [n_texts + 1]."""

    data: np.ndarray
    ends: np.ndarray

    @classmethod
    def of(cls, texts: Iterable[str]) -> Self:
        encoded = [text.encode(errors="replace") for text in texts]
        ends = np.zeros(len(encoded) + 1, dtype=np.int64)
        np.cumsum([len(item) for item in encoded], out=ends[1:])
        return cls(frozen(np.frombuffer(b"".join(encoded), dtype=np.uint8)), frozen(ends))

    def __len__(self) -> int:
        return len(self.ends) - 1

    def __getitem__(self, index: int) -> str:
        return self.data[self.ends[index] : self.ends[index + 1]].tobytes().decode()

    def to_arrays(self) -> Arrays:
        return {"data": self.data, "ends": self.ends}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        return cls(arrays["data"], arrays["ends"])
