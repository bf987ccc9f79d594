from __future__ import annotations

import numpy as np

from training.demo_store.catalogue import build_catalogue
from training.demo_store.combos import Combo, consequent_lines, read_combos


def lines_of(*baskets: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    order = [number for number, basket in enumerate(baskets) for _ in basket]
    return np.array(order), np.array([product for basket in baskets for product in basket])


def test_the_consequent_follows_only_where_every_antecedent_is() -> None:
    combo = Combo(antecedents=(1, 2), consequent=9, strength=1.0, together=0.0, apart=0.0)
    order, product = consequent_lines(
        np.random.default_rng(1), (combo,), *lines_of((1,), (2, 3), (1, 2), (3,), (2, 1, 4))
    )
    assert order.tolist() == [2, 4]
    assert product.tolist() == [9, 9]


def test_what_follows_counts_for_the_next_combination() -> None:
    first = Combo((1,), 2, 1.0, 0.0, 0.0)
    second = Combo((1, 2), 3, 1.0, 0.0, 0.0)
    order, product = consequent_lines(np.random.default_rng(1), (first, second), *lines_of((1,), (4,)))
    assert list(zip(order.tolist(), product.tolist(), strict=True)) == [(0, 2), (0, 3)]


def test_strength_is_a_chance() -> None:
    combo = Combo((1,), 2, 0.25, 0.0, 0.0)
    order, _ = consequent_lines(np.random.default_rng(1), (combo,), *lines_of(*[(1,)] * 8000))
    assert abs(len(order) / 8000 - 0.25) < 0.03


def test_the_planted_combinations_name_products_of_the_catalogue() -> None:
    catalogue = build_catalogue(np.random.default_rng(1), 730)
    combos = read_combos(catalogue)
    articles = [
        [catalogue.products[index].article for index in (*combo.antecedents, combo.consequent)]
        for combo in combos
    ]
    assert ["pepperoni", "cola", "garlic dip"] in articles
    assert ["nappies", "wipes"] in articles
    assert ["gin", "tonic"] in articles
    assert all(0 < combo.strength < 1 for combo in combos)
