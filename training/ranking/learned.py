"""All orders that a training learns, and a bundle that goes by them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from config.training import Training
from models.bundle import Bundle
from models.catalogue import Catalogue
from training.data.orders import Orders
from training.evaluation.exam import Exam
from training.evaluation.split import NotJudgeable
from training.fitting.progress import Progress, silent
from training.ranking.carts import CartOrder, fit_cart_order, with_order, with_statistics
from training.ranking.fit import Rankers, fit_rankers
from training.ranking.history import History
from training.ranking.lists import write_lists

Wanted = Literal["people and carts", "people", "carts"]
NOT_WANTED = "it is not asked for here"


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """Learned orders; where one could not be learned, why not, in words.

    people  for known customers without a context
    carts   for carts
    """

    people: Rankers | str
    carts: CartOrder | str

    def reasons(self) -> tuple[str, ...]:
        """Why orders are missing, for the report."""
        missing = (("customers' lists", self.people), ("carts", self.carts))
        return tuple(
            f"no order of {what} was learned: {why}" for what, why in missing if isinstance(why, str)
        )


def learn(
    history: History,
    exams: tuple[Exam | NotJudgeable, Exam],
    earlier: Bundle | None,
    settings: Training,
    *,
    catalogue: Catalogue,
    progress: Progress = silent,
    wanted: Wanted = "people and carts",
) -> Learned:
    """The orders that the test judges, learned from what was known before it.

    `exams` are validation and test, `history` is that of the test. `earlier` is the bundle of what was known
    before validation, whose carts are learned from. Only the orders `wanted` are learned. Carts are Python on
    one core: with several threads they are learned beside the customers' examples, which processes make.
    """
    validation, test = exams

    def people() -> Rankers | str:
        if wanted == "carts":
            return NOT_WANTED
        return fit_rankers(history, catalogue, settings, test.cut.stop - test.cut.at, progress)

    def carts() -> CartOrder | str:
        if wanted == "people":
            return NOT_WANTED
        return _learn_carts(validation, earlier, settings, progress)

    if settings.threads == 1:
        return Learned(people(), carts())
    with ThreadPoolExecutor(1) as pool:
        beside = pool.submit(carts)
        return Learned(people(), beside.result())


def _learn_carts(
    exam: Exam | NotJudgeable, bundle: Bundle | None, settings: Training, progress: Progress
) -> CartOrder | str:
    """The order of carts, of the exam's carts; the bundle is of the exam's history."""
    if bundle is None or isinstance(exam, NotJudgeable):
        return "there is no validation"
    if not settings.ranking.enabled:
        return "ranking is switched off (training.ranking.enabled)"
    history = History.of_orders(exam.history, exam.cut.at)
    ready = with_statistics(bundle, exam.history, history)
    return fit_cart_order(ready, exam.any_carts, settings.seed, settings.threads, progress)


def apply(
    bundle: Bundle,
    orders: Orders,
    history: History,
    settings: Training,
    learned: Learned,
    *,
    customers: np.ndarray | None = None,
    progress: Progress = silent,
) -> Bundle:
    """The bundle of these orders with the lists of `customers` (all if None) and the order of carts.

    `history` is that of the orders.
    """
    if not isinstance(learned.carts, str):
        ready = with_statistics(bundle, orders, history)
        bundle = with_order(ready, learned.carts)
    if not isinstance(learned.people, str):
        catalogue = bundle.catalogue
        lists = write_lists(
            history, catalogue, learned.people, settings, customers=customers, progress=progress
        )
        bundle = replace(bundle, customer_lists=lists)
    return bundle
