"""Trees asked through LightGBM's C interface, without what Booster.predict does around it."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np
from lightgbm import Booster, basic

FLOAT32, COLUMN_MAJOR, ROW_MAJOR, NORMAL, ALL_TREES = 0, 0, 1, 0, -1
ONE_THREAD = b"num_threads=1"


def predictor(booster: Booster) -> Callable[[np.ndarray], np.ndarray]:
    """What asks a booster about rows float32 [n, n_features]: float64 [n], as Booster.predict answers.

    Booster.predict copies its parameters, looks its data over and builds an object for every call: a sixth
    of the time it takes for the 48 candidates of a cart. What is called instead is LightGBM's documented C
    function; the library and the handle have private names in Python, so where these are not found
    Booster.predict it is.
    """
    library, handle = getattr(basic, "_LIB", None), getattr(booster, "_handle", None)
    if library is None or handle is None:
        return lambda rows: np.asarray(booster.predict(rows, num_threads=1))

    def predicted(rows: np.ndarray) -> np.ndarray:
        # `booster` is named here so that it lives as long as this function: its handle dies with it.
        return _asked(library, booster._handle, rows)

    return predicted


def _asked(library: Any, handle: Any, rows: np.ndarray) -> np.ndarray:
    by_column = rows.flags.f_contiguous
    if rows.dtype != np.float32 or not (by_column or rows.flags.c_contiguous):
        rows, by_column = np.ascontiguousarray(rows, dtype=np.float32), False
    answers, n = np.empty(len(rows)), ctypes.c_int64()
    failed = library.LGBM_BoosterPredictForMat(
        handle,
        ctypes.c_void_p(rows.ctypes.data),
        FLOAT32,
        *rows.shape,
        COLUMN_MAJOR if by_column else ROW_MAJOR,
        NORMAL,
        0,
        ALL_TREES,
        ONE_THREAD,
        ctypes.byref(n),
        ctypes.c_void_p(answers.ctypes.data),
    )
    if failed:
        raise RuntimeError(f"LightGBM: {library.LGBM_GetLastError().decode()}")
    return answers
