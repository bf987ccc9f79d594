"""Which orders an evaluation learns: those that are asked for, and of the others why not."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.evaluation.worlds import SETTINGS, catalogue_of
from tests.training.ranking.cart_worlds import CUT, shop
from training.evaluation.exam import NO_PRODUCTS, Exam, set_exam
from training.evaluation.papers import Paper
from training.evaluation.rows import Rows
from training.evaluation.split import Cut, NotJudgeable
from training.evaluation.study import _wanted
from training.ranking.history import History
from training.ranking.learned import NOT_WANTED, Learned, Wanted, learn

WINDOW = 28


def learned_of(wanted: Wanted) -> Learned:
    orders = shop()
    exam = set_exam(orders, orders.lines, Cut(CUT - WINDOW, CUT), 100, 1)
    assert isinstance(exam, Exam)
    catalogue = catalogue_of(orders)
    history = History.of_orders(exam.history, exam.cut.at)
    return learn(history, (NotJudgeable("none"), exam), None, SETTINGS, catalogue=catalogue, wanted=wanted)


def test_only_carts_are_wanted() -> None:
    learned = learned_of("carts")
    assert learned.people == NOT_WANTED
    assert learned.carts == "there is no validation"


def test_only_people_are_wanted() -> None:
    learned = learned_of("people")
    assert learned.people != NOT_WANTED
    assert learned.carts == NOT_WANTED


def test_both_are_wanted_unless_it_is_said() -> None:
    learned = learned_of("people and carts")
    assert learned.people != NOT_WANTED
    assert learned.carts == "there is no validation"


@pytest.mark.parametrize(
    ("carts", "wanted"),
    [([True], "carts"), ([False], "people"), ([False, True], "people and carts"), ([], "people and carts")],
)
def test_what_the_papers_ask_about_is_wanted(carts: list[bool], wanted: Wanted) -> None:
    nobody, nothing = np.empty(0, dtype=np.int32), Rows.of_pairs(NO_PRODUCTS, NO_PRODUCTS, 0)
    assert _wanted([Paper(nobody, nothing, (), each) for each in carts]) == wanted
