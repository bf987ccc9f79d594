from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.bundle import Bundle
from models.query import Query
from models.recommender import recommend
from tests.training.evaluation.test_exam import exam_of
from tests.training.evaluation.worlds import FIRST_DAY, combo_shop, fitted, loyal_shop
from training.evaluation.exam import PARTS, Exam, Part
from training.evaluation.methods import METHODS, SERVED_KINDS, served
from training.evaluation.metrics import per_row
from training.evaluation.protocol import Evaluation, evaluate
from training.evaluation.rows import Rows
from training.evaluation.split import Cut

Judged = tuple[Exam, Bundle]


@pytest.fixture(scope="module")
def loyal() -> Judged:
    exam = exam_of(loyal_shop())
    return exam, fitted(exam)


@pytest.fixture(scope="module")
def combos() -> Judged:
    exam = exam_of(combo_shop(), Cut(FIRST_DAY + 140, FIRST_DAY + 168))
    return exam, fitted(exam)


def recall(evaluation: Evaluation, method: str, part: Part, k: int = 5) -> float:
    row = evaluation.row(method, part, k)
    assert row is not None
    assert row.customers > 0
    return row.recall


def test_loyal_customers_are_predicted_by_their_own_frequency(loyal: Judged) -> None:
    evaluation = evaluate(*loyal, None)
    rivals = [
        method.name
        for method in METHODS
        if "repeat" in method.parts and method.name not in ("personal_frequency", "served")
    ]
    for rival in rivals:
        assert recall(evaluation, "personal_frequency", "repeat") > recall(evaluation, rival, "repeat") + 0.05
        assert recall(evaluation, "personal_frequency", "all") > recall(evaluation, rival, "all") + 0.02
    assert recall(evaluation, "personal_frequency", "new") == 0
    assert recall(evaluation, "served", "repeat") == recall(evaluation, "personal_frequency", "repeat")


def test_planted_combos_are_predicted_by_what_is_bought_together(combos: Judged) -> None:
    evaluation = evaluate(*combos, None)
    for part in ("new", "cart"):
        found = recall(evaluation, "bought_together", part)
        for rival in ("popularity", "trending"):
            assert found > recall(evaluation, rival, part) + 0.2
    assert recall(evaluation, "bought_together", "new") > recall(evaluation, "taste", "new") + 0.2
    assert recall(evaluation, "served", "cart") > recall(evaluation, "popularity", "cart") + 0.2


def test_with_another_customers_truth_the_personal_methods_lose_what_they_knew(loyal: Judged) -> None:
    exam, bundle = loyal
    n = len(exam.customers)
    swapped = Rows.of_pairs(
        (exam.bought.row_of_entries() + n // 2) % n, exam.bought.products.astype(np.int64), n
    )
    lists = next(method for method in METHODS if method.name == "personal_frequency").rank(
        exam, bundle, "all", 10
    )
    right = per_row(lists, exam.bought, 10).recall.mean()
    wrong = per_row(lists, swapped, 10).recall.mean()
    assert wrong < 0.75 * right


@pytest.mark.parametrize("method", METHODS, ids=[method.name for method in METHODS])
@pytest.mark.parametrize("world", ["loyal", "combos"])
def test_lists_keep_to_their_part(method: object, world: str, loyal: Judged, combos: Judged) -> None:
    exam, bundle = loyal if world == "loyal" else combos
    assert method in METHODS
    chosen = METHODS[METHODS.index(method)]  # type: ignore[arg-type]  # parametrised with members of it
    for part in chosen.parts:
        lists = chosen.rank(exam, bundle, part, 20)
        assert lists.shape == (exam.size(part), 20)
        assert lists.dtype == np.int32
        assert (np.diff((lists < 0).astype(int), axis=1) >= 0).all()  # padding only at the end
        for row, products in enumerate(lists):
            listed = products[products >= 0].tolist()
            limits = set(exam.limits(part, row).tolist())
            assert len(set(listed)) == len(listed)
            if part == "repeat":
                assert set(listed) <= limits
            else:
                assert not set(listed) & limits
        if part not in chosen.apart:
            assert np.array_equal(chosen.rank(exam, bundle, part, 5), lists[:, :5])


def test_served_is_what_the_recommender_answers(combos: Judged) -> None:
    exam, bundle = combos
    ids = bundle.customers.take(exam.customers)
    for part in PARTS:
        lists = served(exam, bundle, part, 7)
        for row in range(0, exam.size(part), 5):
            if part == "cart":
                known = exam.carts.customers[row] >= 0
                customer = bundle.customers.id(int(exam.carts.customers[row])) if known else None
                basket = tuple(bundle.products.take(exam.carts.baskets.of(row)))
            else:
                customer, basket = ids[row], ()
            query = Query(customer_id=customer, basket=basket, kinds=SERVED_KINDS[part], limit=7)
            answer = [item.product_id for item in recommend(bundle, query).recommendations]
            assert bundle.products.take(lists[row][lists[row] >= 0]) == answer


def test_models_that_know_the_window_are_refused(loyal: Judged) -> None:
    exam, bundle = loyal
    later = replace(bundle, facts=replace(bundle.facts, last_day=exam.cut.at))
    with pytest.raises(ValueError, match="the models know day"):
        evaluate(exam, later, None)
    seen = bundle.buy_again.last_day.copy()
    seen[0] = exam.cut.at
    later = replace(bundle, buy_again=replace(bundle.buy_again, last_day=seen))
    with pytest.raises(ValueError, match="the models know day"):
        evaluate(exam, later, None)
