from __future__ import annotations

from datetime import date, timedelta

import pytest

from config.evaluation import Evaluation, EvaluationCarts
from config.settings import Settings
from tests.training.evaluation.worlds import FIRST_DAY, loyal_shop, orders_of
from training.evaluation.split import EPOCH, Cut, NotJudgeable
from training.evaluation.worlds import worlds_of

ORDERS = orders_of(loyal_shop())


def on(day: int) -> date:
    return EPOCH + timedelta(days=FIRST_DAY + day)


def test_customers_and_carts_share_a_world_by_default() -> None:
    worlds = worlds_of(ORDERS, Settings())
    assert not isinstance(worlds, NotJudgeable)
    (world,) = worlds
    assert world.customers
    assert world.carts
    assert world.test == Cut(FIRST_DAY + 140, FIRST_DAY + 168)
    assert world.validation == Cut(FIRST_DAY + 112, FIRST_DAY + 140)


def test_dates_and_products_of_their_own() -> None:
    asked = Evaluation(
        validation_from=on(100),
        test_from=on(110),
        window_days=20,
        min_product_orders=2,
        carts=EvaluationCarts(validation_from=on(90), test_from=on(120), test_to=on(130)),
    )
    worlds = worlds_of(ORDERS, Settings(evaluation=asked))
    assert not isinstance(worlds, NotJudgeable)
    people, carts = worlds
    assert people.validation == Cut(FIRST_DAY + 100, FIRST_DAY + 110)  # ends where test begins
    assert people.test == Cut(FIRST_DAY + 110, FIRST_DAY + 130)
    assert (carts.validation, carts.test) == (
        Cut(FIRST_DAY + 90, FIRST_DAY + 120),
        Cut(FIRST_DAY + 120, FIRST_DAY + 130),
    )
    assert (people.carts, carts.customers) == (False, False)


def test_too_short_a_shop_is_not_judgeable() -> None:
    assert isinstance(worlds_of(orders_of([("a", FIRST_DAY, ("x",))]), Settings()), NotJudgeable)


@pytest.mark.parametrize(
    "given",
    [
        {"validation_from": on(1)},
        {"validation_from": on(2), "test_from": on(2)},
        {"carts": {"validation_from": on(1), "test_from": on(2)}},
        {"carts": {"validation_from": on(3), "test_from": on(2), "test_to": on(4)}},
        {"truth": "basket"},
    ],
)
def test_dates_that_make_no_exam_are_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"validation|Input should be"):
        Evaluation.model_validate(given)
