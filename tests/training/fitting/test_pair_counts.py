"""Pair counts and pair rules equal what counting one by one gives."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mlxtend.frequent_patterns import association_rules, fpgrowth
from pandas import DataFrame

from tests.training.fitting.planted import planted_baskets
from tests.training.fitting.worlds import basket_csr, random_baskets
from training.fitting import pair_rules
from training.fitting.pair_counts import pair_counts
from training.fitting.pair_rules import PairRules, mine_rules

N = 8


def counted(baskets: list[list[int]]) -> np.ndarray:
    """Baskets with both, one by one: int64 [N, N]."""
    counts = np.zeros((N, N), dtype=np.int64)
    for basket in map(set, baskets):
        for first in basket:
            for second in basket:
                counts[first, second] += 1
    return counts


@given(random_baskets(N), st.integers(1, 3), st.sampled_from([1, 5, 20, 10_000]))
def test_pair_counts_equal_brute_force(baskets: list[list[int]], threads: int, block_entries: int) -> None:
    blocks = list(pair_counts(basket_csr(baskets, N), threads, block_entries=block_entries))
    rows = [first for first, _, counts in blocks for _ in range(counts.shape[0])]
    assert rows == sorted(rows)
    assert np.array_equal(np.vstack([counts.toarray() for _, _, counts in blocks]), counted(baskets))
    assert all(counts.nnz <= max(block_entries, N) for _, _, counts in blocks)


@given(random_baskets(N), st.sampled_from([1, 5, 20]))
def test_the_upper_triangle_has_every_pair(baskets: list[list[int]], block_entries: int) -> None:
    found = np.zeros((N, N), dtype=np.int64)
    for first_row, first_column, counts in pair_counts(
        basket_csr(baskets, N), 2, block_entries=block_entries, upper=True
    ):
        found[first_row : first_row + counts.shape[0], first_column:] = counts.toarray()
    assert np.array_equal(np.triu(found), np.triu(counted(baskets)))


def test_one_giant_order_is_cut_into_blocks() -> None:
    giant = basket_csr([list(range(500)), [0, 1]], 500)
    blocks = list(pair_counts(giant, 2, block_entries=5_000))
    assert len(blocks) == 50
    assert sum(counts.nnz for _, _, counts in blocks) == 500 * 500


def rule_set(rules: PairRules) -> dict[tuple[int, int], int]:
    return dict(
        zip(
            zip(rules.antecedents.tolist(), rules.consequents.tolist(), strict=True),
            rules.pair_orders.tolist(),
            strict=True,
        )
    )


def brute_rules(baskets: list[list[int]], min_support: float) -> dict[tuple[int, int], int]:
    counts, total = counted(baskets), sum(bool(basket) for basket in baskets)
    return {
        (first, second): int(counts[first, second])
        for first, second in permutations(range(N), 2)
        if counts[first, second] >= max(1, round(min_support * total + 0.4999999))
        and counts[first, second] * total >= counts[first, first] * counts[second, second]
    }


# Each way of counting pairs, made to be taken whatever the baskets: (SHORT_BASKET, TABLE_BITS)
WAYS = {"multiplied": (0, 20), "a counter for each pair": (10**6, 20), "shared counters": (10**6, 2)}


@pytest.mark.parametrize("way", WAYS)
@given(baskets=random_baskets(N), min_support=st.sampled_from([0.01, 0.1, 0.25, 0.5, 1.0]))
def test_mined_rules_equal_brute_force(way: str, baskets: list[list[int]], min_support: float) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pair_rules, "SHORT_BASKET", WAYS[way][0])
        patch.setattr(pair_rules, "TABLE_BITS", WAYS[way][1])
        patch.setattr(pair_rules, "BLOCK_ENTRIES", 10)
        found = mine_rules(basket_csr(baskets, N), min_support)
    assert rule_set(found) == brute_rules(baskets, min_support)


def test_mined_rules_are_mlxtends() -> None:
    baskets = planted_baskets(1_500)
    baskets = baskets[np.diff(baskets.indptr) > 0]
    itemsets = fpgrowth(DataFrame(baskets.toarray().astype(bool)), min_support=0.002, max_len=2)
    theirs = association_rules(itemsets, metric="lift", min_threshold=1 + 1e-9)
    ours = mine_rules(baskets, 0.002)
    place = {pair: at for at, pair in enumerate(rule_set(ours))}
    assert len(theirs) > 50
    exact = {pair for pair, at in place.items() if ours.lift[at] > 1 + 1e-9}
    assert exact == {(*a, *c) for a, c in zip(theirs["antecedents"], theirs["consequents"], strict=True)}
    for rule in theirs.itertuples():
        at = place[(*rule.antecedents, *rule.consequents)]
        assert ours.support[at] == pytest.approx(rule.support)
        assert ours.confidence[at] == pytest.approx(rule.confidence)
        assert ours.lift[at] == pytest.approx(rule.lift)


def test_evidence_of_a_mined_rule_by_hand() -> None:
    # 0 in 3 of 5 baskets, 1 in 2, both in 2: support 0.4, confidence 2/3 and 1, lift 2 * 5 / (3 * 2)
    rules = mine_rules(basket_csr([[0, 1], [0, 1, 2], [0], [2], [3], []], 4), 0.4)
    assert rules.antecedents.tolist() == [0, 1]
    assert rules.consequents.tolist() == [1, 0]
    assert rules.support.tolist() == [0.4, 0.4]
    assert rules.confidence == pytest.approx([2 / 3, 1])
    assert rules.lift == pytest.approx([10 / 6, 10 / 6])
    assert (rules.lift_lower_95 < rules.lift).all()
    assert rules.all_orders == 5


@pytest.mark.parametrize("share", [0.0, -0.1, 1.5])
def test_a_support_that_is_no_share_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match=str(share)):
        mine_rules(basket_csr([[0, 1]], 2), share)


def test_combinations_of_every_basket_size_are_written_out() -> None:
    # Sizes 0 to 7, each its own product range: every pair exactly once.
    baskets = [list(range(size)) for size in range(8)]
    expected = sum(len(list(combinations(basket, 2))) for basket in baskets)
    rows = pair_rules._row_starts(N)
    codes = pair_rules._codes(basket_csr(baskets, N), np.arange(8), rows)  # the rows, by size
    assert len(codes) == expected
    first, second, _ = pair_rules._decoded(codes, codes, rows)
    assert (first < second).all()
