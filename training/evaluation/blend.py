"""The blend: what the service itself answers. The one place where evaluate fits and asks it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from config.training import Training
from models.bundle import Bundle
from models.catalogue import Catalogue
from models.ids import UNKNOWN
from models.recommender import choose
from training.bundle_fit import Shortcuts, fit_bundle
from training.choices import Choices
from training.evaluation.exam import NO_PRODUCTS, Exam
from training.evaluation.mixing import customer_context
from training.evaluation.papers import Paper, Question
from training.evaluation.past import facts_of, without_stock
from training.evaluation.protocol import refuse_later_models
from training.evaluation.split import NotJudgeable
from training.fitting.progress import Progress
from training.ranking.history import History
from training.ranking.learned import Wanted, apply, learn
from training.tuning import tune_and_fit

CatalogueOf = Callable[[Exam], Catalogue]  # as it was known at the exam's cut


def fit_blend(
    validation: Exam | NotJudgeable,
    test: Exam,
    catalogue_of: CatalogueOf,
    settings: Training,
    progress: Progress,
    wanted: Wanted = "people and carts",
) -> tuple[Bundle, Choices]:
    """What training would make of the orders before the test, chosen on validation alone.

    Only the orders `wanted` are learned.
    """
    known = catalogue_of(test if isinstance(validation, NotJudgeable) else validation)
    choices, earlier = tune_and_fit(validation, known, settings, progress)
    bundle = fit_bundle(
        test.history,
        without_stock(catalogue_of(test)),
        settings,
        choices,
        facts_of(test),
        progress=progress,
        shortcuts=Shortcuts(skip=frozenset({"similar", "trade_up"})),
    )
    refuse_later_models(test, bundle)
    history = History.of_orders(test.history, test.cut.at)
    catalogue, exams = bundle.catalogue, (validation, test)
    learned = learn(history, exams, earlier, settings, catalogue=catalogue, progress=progress, wanted=wanted)
    bundle = apply(
        bundle, test.history, history, settings, learned, customers=test.customers, progress=progress
    )
    return bundle, choices


def answers(bundle: Bundle, paper: Paper, question: Question) -> Callable[[int], np.ndarray]:
    """The service's lists int32 [n_rows, k] by k: answers of several kinds are made for their length."""

    @cache
    def ask(k: int) -> np.ndarray:
        lists = np.full((len(paper), k), UNKNOWN, dtype=np.int32)
        for row, customer in enumerate(paper.customers.tolist()):
            shown = paper.baskets.of(row) if paper.carts else NO_PRODUCTS
            picks = choose(bundle, customer_context(customer, shown), question.kinds, k)
            lists[row, : len(picks)] = [pick.product for pick in picks]
        return lists

    return ask
