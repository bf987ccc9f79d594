"""The regularizations that validation chooses."""

from __future__ import annotations

from tests.training.evaluation.test_exam import exam_of
from tests.training.evaluation.worlds import FIRST_DAY, SETTINGS, Basket, catalogue_of, combo_shop
from training.evaluation.exam import Exam
from training.evaluation.split import Cut
from training.fitting.progress import silent
from training.ridge_tuning import cart_hits, customer_recalls

CUT = Cut(FIRST_DAY + 140, FIRST_DAY + 168)


def recalls(exam: Exam, *regularizations: float) -> list[float]:
    return customer_recalls(exam, catalogue_of(exam.history), SETTINGS, regularizations, silent)


def test_planted_combos_of_carts_are_found_unless_regularized_away() -> None:
    exam = exam_of(combo_shop(), CUT)
    found, nothing = cart_hits(exam, SETTINGS, (10.0, 1e12), silent)
    assert found > 0.5
    assert found >= nothing


def test_the_same_exam_gives_the_same_figures() -> None:
    exam = exam_of(combo_shop(), CUT)
    assert recalls(exam, 10.0, 100.0) == recalls(exam, 10.0, 100.0)


def test_each_trial_is_told() -> None:
    exam = exam_of(combo_shop(), CUT)
    told: list[str] = []
    customer_recalls(exam, catalogue_of(exam.history), SETTINGS, (10.0,), told.append)
    cart_hits(exam, SETTINGS, (30.0,), told.append)
    assert told == [
        "trying item ridge on customers with regularization 10",
        "trying item ridge on carts with regularization 30",
    ]


def test_without_carts_and_new_purchases_all_trials_are_alike() -> None:
    again: list[Basket] = [
        (f"c{number}", FIRST_DAY + day, (f"p{number % 3}",))
        for number in range(20)
        for day in (1, 50, 100, 150)
    ]
    exam = exam_of(again, CUT)
    assert recalls(exam, 10.0, 100.0) == [0.0, 0.0]
    assert cart_hits(exam, SETTINGS, (10.0, 100.0), silent) == [0.0, 0.0]
