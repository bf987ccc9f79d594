"""The catalogue."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.arrays import frozen
from models.catalogue import Catalogue
from models.scored import NOTHING, Scored
from models.texts import Texts
from tests.models.contract import ModelContract
from tests.models.tiny import tiny_bundle
from tests.models.tiny_names import BREAD, PIZZA, PRODUCTS


class TestCatalogueContract(ModelContract):
    part = "catalogue"

    def fit(self) -> Catalogue:
        numbers = {
            name: frozen(np.array(values, dtype=kind))
            for name, values, kind in (
                ("category", [0, -1], np.int32),
                ("family", [0, 0], np.int32),
                ("price", [100, -1], np.int64),
                ("cost", [60, -1], np.int64),
                ("stock", [-1, 0], np.int32),
                ("brand", [-1, 0], np.int32),
                ("tag_starts", [0, 0, 1], np.int64),
                ("tag", [0], np.int32),
            )
        }
        texts = {"categories": Texts.of(["Dairy"]), "brands": Texts.of(["Alm"]), "tags": Texts.of(["raw"])}
        return Catalogue(names=Texts.of(["Käse", ""]), **texts, **numbers)

    def unknown(self, model: Catalogue) -> Sequence[Scored]:
        assert model.category_name(1) is None
        return [NOTHING]


def test_names_of_categories() -> None:
    catalogue = tiny_bundle().catalogue
    assert len(catalogue) == len(PRODUCTS)
    assert catalogue.category_name(BREAD) == "Bakery"
    assert catalogue.category_name(PIZZA) is None
