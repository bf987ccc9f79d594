"""The whole of it: split, tune on validation, fit on all before test, judge once on test."""

from __future__ import annotations

from dataclasses import dataclass

from config.training import Training
from models.catalogue import Catalogue
from training.bundle_fit import Shortcuts, fit_bundle
from training.choices import Choices
from training.data.orders import Orders
from training.evaluation.exam import Exam, set_exam
from training.evaluation.past import facts_of, without_stock
from training.evaluation.protocol import Evaluation, evaluate
from training.evaluation.split import NotJudgeable, Split, split_by_time, thin
from training.fitting.progress import Progress, silent
from training.ranking.history import History
from training.ranking.learned import Learned, apply, learn
from training.tuning import tune, tune_and_fit

# Order lines that models are fitted on while judging. A shop with more is judged by a sample of its
# customers: the methods meet the same sample, and all of evaluation stays within a minute or two.
MAX_LINES = 2_000_000


@dataclass(frozen=True, slots=True)
class Judged:
    """What tuning chose, and how good that is on data it has not seen.

    learned  the orders that were judged; why there are none, where there are none
    """

    choices: Choices
    evaluation: Evaluation
    learned: Learned


def tune_and_evaluate(
    orders: Orders, catalogue: Catalogue, settings: Training, progress: Progress = silent
) -> Judged:
    """Choices from the validation window, the evaluation from the test window; reasons where not."""
    split = split_by_time(orders.lines, settings.split)
    if isinstance(split, NotJudgeable):
        return Judged(
            tune(split, catalogue, settings), evaluate(split, None, None), Learned(split.reason, split.reason)
        )
    validation, test = exams(orders, split, settings)
    choices, earlier = tune_and_fit(validation, catalogue, settings, progress)
    if isinstance(test, NotJudgeable):
        return Judged(choices, evaluate(test, None, split), Learned(test.reason, test.reason))
    catalogue = without_stock(catalogue)
    bundle = fit_bundle(
        test.history,
        catalogue,
        settings,
        choices,
        facts_of(test),
        progress=progress,
        shortcuts=Shortcuts(skip=frozenset({"similar", "trade_up"})),
    )
    history = History.of_orders(test.history, test.cut.at)
    learned = learn(history, (validation, test), earlier, settings, catalogue=catalogue, progress=progress)
    bundle = apply(
        bundle, test.history, history, settings, learned, customers=test.customers, progress=progress
    )
    return Judged(choices, evaluate(test, bundle, split, progress=progress), learned)


def exams(
    orders: Orders, split: Split, settings: Training, max_lines: int = MAX_LINES
) -> tuple[Exam | NotJudgeable, Exam | NotJudgeable]:
    """The exams on validation and on test, from the same sample of customers."""
    seed, most = settings.seed, settings.split.max_customers
    lines = thin(orders.lines, len(orders.customers), orders.n_orders, max_lines, seed)
    return (
        set_exam(orders, lines, split.validation, most, seed),
        set_exam(orders, lines, split.test, most, seed),
    )
