"""Personal frequencies: rows, evidence."""

from __future__ import annotations

from collections.abc import Sequence

from models.buy_again import BuyAgain
from models.scored import Scored
from tests.models.contract import ModelContract, assert_descending
from tests.models.tiny import tiny_bundle
from tests.models.tiny_names import ANA, BREAD, BUTTER, COLA, CUSTOMERS, DORA, LAST_DAY, PIZZA, PRODUCTS
from tests.training.fitting.worlds import tiny_lines
from training.fitting.buy_again import fit_buy_again


class TestBuyAgainContract(ModelContract):
    part = "buy_again"

    def fit(self) -> BuyAgain:
        return fit_buy_again(tiny_lines(), len(CUSTOMERS), len(PRODUCTS), LAST_DAY, 60)

    def unknown(self, model: BuyAgain) -> Sequence[Scored]:
        return [model.of(-1), model.of(len(CUSTOMERS)), model.of(10**9)]


def test_rows_come_best_first() -> None:
    model = tiny_bundle().buy_again
    for customer in range(len(CUSTOMERS)):
        assert_descending(model.of(customer))
    assert model.of(ANA).products.tolist() == [BREAD, BUTTER, COLA]


def test_evidence_by_hand() -> None:
    # ana bought butter in her first two of three orders, on days 20,001 and 20,002
    assert tiny_bundle().buy_again.evidence(ANA, BUTTER) == (2, 3, 20_002)
    assert tiny_bundle().buy_again.evidence(DORA, BUTTER) == (1, 1, 20_008)


def test_what_was_never_bought_has_no_evidence() -> None:
    assert tiny_bundle().buy_again.evidence(ANA, PIZZA) is None
