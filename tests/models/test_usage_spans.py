"""Spans and cuts by hand."""

from __future__ import annotations

import numpy as np
import pytest

from models.usage_cycles import N_CUTS
from models.usage_spans import apart_of, cut_days, halves, spans_of


def test_spans_of_two_finished_cycles() -> None:
    # Days: starts of two finished cycles and of the running one, its end, four cuts, the day asked about.
    spans = spans_of(2)
    pairs = list(zip(spans.begin.tolist(), spans.end.tolist(), strict=True))
    assert pairs[:3] == [(0, 1), (1, 2), (2, -1)]
    assert pairs[3:7] == [(1, 4), (4, 2), (1, 5), (5, 2)]
    assert pairs[7:9] == [(2, 6), (6, -1)]
    assert len(pairs) == 3 + 2 * N_CUTS


def test_a_cut_lies_in_its_cycle_or_at_its_beginning() -> None:
    days = cut_days(np.array([100]), np.array([130]), np.array([142]))
    assert days.tolist() == [[110, 120, 132, 137]]
    short = cut_days(np.array([118]), np.array([130]), np.array([131]))
    assert short.tolist() == [[118, 120, 130, 130]]


def test_halves_are_before_and_after_each_cut() -> None:
    spans = np.arange(3 + 2 * N_CUTS, dtype=float).reshape(1, -1, 1)
    cut = halves(spans, 2)
    assert cut.shape == (1, N_CUTS, 1, 2)
    assert cut[0, :2, 0].tolist() == [[3, 4], [5, 6]]


def test_how_far_use_is_from_what_is_told() -> None:
    use, told = np.array([[[30.0, 0.0], [50.0, 0.0]]]), np.array([[[20.0, 0.0], [20.0, 0.0]]])
    assert apart_of(use, told)[0] == pytest.approx([np.log(2), 0])
