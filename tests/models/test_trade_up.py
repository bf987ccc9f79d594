"""Trade-ups: rows, evidence."""

from __future__ import annotations

from collections.abc import Sequence

from models.scored import Scored
from models.trade_up import TradeUp
from tests.models.contract import ModelContract, assert_descending
from tests.models.stepped import stepped_trade_up
from tests.models.tiny_names import BREAD, BUTTER, COLA, PIZZA, PRODUCTS, WINE


class TestTradeUpContract(ModelContract):
    part = "trade_up"

    def fit(self) -> TradeUp:
        return stepped_trade_up()

    def unknown(self, model: TradeUp) -> Sequence[Scored]:
        # the dearest product has nothing above it
        return [model.of(-1), model.of(len(PRODUCTS)), model.of(10**9), model.of(PIZZA)]


def test_rows_come_best_first() -> None:
    model = stepped_trade_up()
    for product in range(len(PRODUCTS)):
        assert_descending(model.of(product))
    assert set(model.of(BREAD).products.tolist()) == {BUTTER, PIZZA, WINE}


def test_evidence_by_hand() -> None:
    model = stepped_trade_up()
    start = int(model.starts[COLA])
    at = model.of(COLA).products.tolist()
    # ana had bread on the day before her first cola; of her and ben, ben bought wine after his cola
    assert model.record(start + at.index(BREAD)) == (1, 0, True)
    assert model.record(start + at.index(WINE)) == (2, 1, False)
