"""Tuning: what validation data choose. Test data are never looked at here.

1. The ALS trial of the settings with the best recall@10 of new products; the regularization of item
   ridge likewise, on customers, and by the hit rate@10 of carts, on carts.
2. The weights of the sources of cross-sell. Only their ratios matter, and sources with nothing to say
   drop out, so two situations settle them one after the other. Within each, one ratio after the other
   is chosen, because all of them at once would be thousands of settings:
   a. without a basket, item_ridge against taste, then trending and popularity against these two:
      recall@10 of new products;
   b. with a basket, those four as a block, and basket_rules, against bought_together, then cart_ridge
      against the block and all rules: hit rate@10 of guessing a product taken out of a cart, over
      customers and guests.
3. The weight of buy_again beside cross_sell in answers of both kinds: recall@10 of all products.
Every grid is in order from the simplest setting, and the first whose score is within one hundredth of
the best is chosen: finer differences are noise and not worth a less simple setting.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product

import numpy as np
from scipy.sparse import csr_matrix

from config.training import Training
from models.bundle import Bundle
from models.candidates import BUY_AGAIN_SOURCE
from models.catalogue import Catalogue
from models.ids import UNKNOWN
from models.recommender import choose
from models.taste import Taste
from training.bundle_fit import Shortcuts, fit_bundle
from training.bundle_parts import taste_of
from training.choices import DEFAULT_WEIGHTS, Choices, RidgeChoice, Trial, default_choices
from training.evaluation.exam import Exam
from training.evaluation.methods import SERVED_KINDS
from training.evaluation.metrics import judged_rows, per_row
from training.evaluation.mixing import Proposals, customer_context, with_cart, without_context
from training.evaluation.past import facts_of, without_stock
from training.evaluation.split import NotJudgeable
from training.fitting.progress import Progress, silent
from training.fitting.taste import fit_taste_lists
from training.matrices import purchase_matrix
from training.ridge_tuning import cart_hits, customer_recalls

K = 10
TIE = 0.01  # of the best score
# Customers that weights are chosen on: the standard error of a recall of 0.05 is below 0.003.
MAX_CUSTOMERS = 5_000
# At 400 carts the standard error of a hit rate of 0.2 is 0.02, at 50 it would be 0.06: the best of 80
# settings would be the luckiest.
MIN_CARTS = 400

# Ratios to taste. Popularity is never without weight: it answers strangers.
TRENDING = (0.0, 0.1, 0.2, 0.5, 1.0, 2.0)
POPULARITY = (0.1, 0.05, 0.2, 0.5, 1.0, 2.0, 5.0, 20.0)
# Shares of item_ridge in its sum with taste.
ITEM_RIDGE = (0.0, 0.25, 0.5, 0.75, 1.0)
# What rules, and the other sources, are multiplied by beside cart_ridge. Rules between rare products
# score far above the estimates of item ridge, which knows how little few baskets tell.
BESIDE_CART_RIDGE = (1.0, 0.3, 0.1, 0.03, 0.01)
# Ratios to bought_together, of basket_rules and of the strongest of the other three. Up to the highest
# because rules between rare products score far above popularity, and may still tell nothing.
BASKET_RULES = (1.0, 0.5, 0.25, 2.0)
# Of a share of orders: 1 leaves it as it is. Habits are strong in some shops and unknown in others.
BUY_AGAIN = (1.0, 0.25, 0.5, 2.0, 4.0, 8.0, 16.0, 32.0)
# Customers it is chosen on: every setting asks the recommender for each of them.
MAX_MIXED = 1_500
BLOCK = (0.1, 0.03, 0.01, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 100.0, 300.0)


def tune(
    exam: Exam | NotJudgeable, catalogue: Catalogue, settings: Training, progress: Progress = silent
) -> Choices:
    """The choices of the exam on validation data; the documented defaults, with the reason, without one."""
    return tune_and_fit(exam, catalogue, settings, progress)[0]


def tune_and_fit(
    exam: Exam | NotJudgeable, catalogue: Catalogue, settings: Training, progress: Progress = silent
) -> tuple[Choices, Bundle | None]:
    """The choices, and the bundle of the exam's history that they were made with, if there is an exam."""
    default = default_choices(settings.taste, item_ridge=settings.item_ridge)
    if isinstance(exam, NotJudgeable):
        return replace(default, reasons=(f"nothing was tuned, defaults hold; {exam.reason}",)), None
    catalogue = without_stock(catalogue)
    choices, taste = _choose_taste(exam, catalogue, settings, default, progress)
    choices = _choose_ridge(exam, catalogue, settings, choices, progress)
    shortcuts = Shortcuts(taste=taste, skip=frozenset({"similar", "trade_up"}))
    bundle = fit_bundle(
        exam.history,
        catalogue,
        settings,
        choices,
        facts_of(exam),
        progress=progress,
        shortcuts=shortcuts,
    )
    choices = _choose_weights(exam, bundle, choices, progress)
    progress("weight of buy_again")
    return _choose_buy_again(exam, bundle, choices), bundle


def _choose_taste(
    exam: Exam, catalogue: Catalogue, settings: Training, choices: Choices, progress: Progress
) -> tuple[Choices, Taste]:
    history = exam.history
    purchases = purchase_matrix(
        history.lines,
        len(history.customers),
        len(history.products),
        exam.cut.at - 1,
        settings.taste.half_life_days,
    )
    trials = settings.taste.trials or (choices.taste,)
    fitted, recalls = [], []
    for trial in trials:
        progress(f"trying taste with regularization {trial.regularization:g}, alpha {trial.alpha:g}")
        taste = taste_of(purchases, settings, replace(choices, taste=trial), progress)
        fitted.append(taste)
        recalls.append(_new_recall(exam, taste, purchases, catalogue, settings.threads))
    chosen = simplest_of_the_best(recalls)
    tried = _told("taste", [trial.model_dump() for trial in trials], "recall@10 on new products", recalls)
    return replace(choices, taste=trials[chosen], trials=tried), fitted[chosen]


def _choose_ridge(
    exam: Exam, catalogue: Catalogue, settings: Training, choices: Choices, progress: Progress
) -> Choices:
    on_customers = settings.item_ridge.customer_regularizations
    on_carts = settings.item_ridge.cart_regularizations
    recalls = customer_recalls(exam, catalogue, settings, on_customers, progress)
    hits = cart_hits(exam, settings, on_carts, progress)
    chosen = RidgeChoice(on_customers[simplest_of_the_best(recalls)], on_carts[simplest_of_the_best(hits)])
    tried = (
        *_told("item_ridge", _each("regularization", on_customers), "recall@10 on new products", recalls),
        *_told("cart_ridge", _each("regularization", on_carts), "hit rate@10 of carts", hits),
    )
    return replace(choices, ridge=chosen, trials=(*choices.trials, *tried))


def _new_recall(exam: Exam, taste: Taste, purchases: csr_matrix, catalogue: Catalogue, threads: int) -> float:
    """Recall@10 of new products of the lists by taste, over judged customers with such purchases."""
    truth = exam.truth("new")
    rows = judged_rows(truth)
    if not len(rows):
        return 0.0
    customers = exam.customers[rows]
    judged = replace(taste, customer_factors=taste.customer_factors[customers])
    lists = fit_taste_lists(judged, purchases[customers], K, threads, catalogue.family)
    return float(per_row(lists.products, truth.take(rows), K).recall.mean())


def _choose_weights(exam: Exam, bundle: Bundle, choices: Choices, progress: Progress) -> Choices:
    progress("weights without a basket")
    alone = without_context(exam, bundle, MAX_CUSTOMERS)
    if not len(alone.sizes):
        reason = "the weights are the defaults: nobody bought anything new in the validation window"
        return replace(choices, reasons=(*choices.reasons, reason))
    metric = f"recall@{K} on new products"
    everybody = {"trending": DEFAULT_WEIGHTS["trending"], "popularity": POPULARITY[0]}
    shares = [{"taste": 1 - share, "item_ridge": share, **everybody} for share in ITEM_RIDGE]
    personal, tried = _best_of(alone, shares, "share of item_ridge beside taste", metric)
    choices = replace(choices, trials=(*choices.trials, *tried))
    block_grid = [
        _scaled({**personal, "trending": trending, "popularity": popularity}, 1.0)
        for trending, popularity in product(TRENDING, POPULARITY)
    ]
    block, tried = _best_of(alone, block_grid, "weights without a basket", metric)
    choices = replace(choices, trials=(*choices.trials, *tried))
    progress("weights with a basket")
    carts = with_cart(exam, bundle)
    if len(carts.sizes) < MIN_CARTS:
        reason = f"the weights with a basket are defaults: {len(carts.sizes)} carts, {MIN_CARTS} are needed"
        weights = {
            **_joined(1.0, _scaled(block, BLOCK[0])),
            "cart_ridge": DEFAULT_WEIGHTS["cart_ridge"],
        }
        return replace(choices, weights=weights, reasons=(*choices.reasons, reason))
    # The strongest weight is 1: in answers of several kinds scores of cross-sell meet those of buy_again.
    grid = [
        _scaled(_joined(rules, _scaled(block, scale)), 1.0) for rules, scale in product(BASKET_RULES, BLOCK)
    ]
    mixed, tried = _best_of(carts, grid, "weights with a basket", f"hit rate@{K} of carts")
    choices = replace(choices, trials=(*choices.trials, *tried))
    grid = [{**mixed, "cart_ridge": 0.0}] + [
        _with_cart_ridge(mixed, *factors) for factors in product(BESIDE_CART_RIDGE, repeat=2)
    ]
    mixed, tried = _best_of(carts, grid, "weight of cart_ridge with a basket", f"hit rate@{K} of carts")
    return replace(choices, weights=mixed, trials=(*choices.trials, *tried))


def _with_cart_ridge(mixed: Mapping[str, float], rules: float, block: float) -> dict[str, float]:
    """The mix beside a weight of 1 for cart_ridge, its rules and its other sources multiplied."""
    spoken = {
        name: weight * (rules if name in ("bought_together", "basket_rules") else block)
        for name, weight in mixed.items()
    }
    return _scaled({**spoken, "cart_ridge": 1.0}, 1.0)


def _each(name: str, values: Sequence[float]) -> list[dict[str, float]]:
    return [{name: value} for value in values]


def _choose_buy_again(exam: Exam, bundle: Bundle, choices: Choices) -> Choices:
    truth = exam.truth("all")
    rows = judged_rows(truth)
    rows = rows[np.linspace(0, len(rows) - 1, min(len(rows), MAX_MIXED)).astype(np.int64)]
    if not len(rows):
        return choices
    contexts = [customer_context(int(exam.customers[row])) for row in rows]
    grid = [{**choices.weights, BUY_AGAIN_SOURCE: weight} for weight in BUY_AGAIN]
    recalls = []
    for weights in grid:
        tried = replace(bundle, facts=replace(bundle.facts, weights=weights))
        lists = np.full((len(rows), K), UNKNOWN, dtype=np.int32)
        for row, context in enumerate(contexts):
            picks = choose(tried, context, SERVED_KINDS["all"], K)
            lists[row, : len(picks)] = [pick.product for pick in picks]
        recalls.append(float(per_row(lists, truth.take(rows), K).recall.mean()))
    settings = _each(BUY_AGAIN_SOURCE, BUY_AGAIN)
    tried_all = _told("weight of buy_again", settings, "recall@10 on all products", recalls)
    chosen = grid[simplest_of_the_best(recalls)]
    return replace(choices, weights=chosen, trials=(*choices.trials, *tried_all))


def simplest_of_the_best(scores: Sequence[float]) -> int:
    """The position of the first score that ties with the best one."""
    enough = (1 - TIE) * max(scores)
    return next(number for number, score in enumerate(scores) if score >= enough)


def _best_of(
    proposals: Proposals, grid: Sequence[Mapping[str, float]], what: str, metric: str
) -> tuple[Mapping[str, float], tuple[Trial, ...]]:
    recalls = [float(proposals.recall(weights, K).mean()) for weights in grid]
    return grid[simplest_of_the_best(recalls)], _told(what, grid, metric, recalls)


def _told(
    what: str, grid: Sequence[Mapping[str, float]], metric: str, scores: Sequence[float]
) -> tuple[Trial, ...]:
    chosen = simplest_of_the_best(scores)
    return tuple(
        Trial(what, setting, metric, score, number == chosen)
        for number, (setting, score) in enumerate(zip(grid, scores, strict=True))
    )


def _scaled(weights: Mapping[str, float], strongest: float) -> dict[str, float]:
    """The same ratios with the highest weight `strongest`."""
    top = max(weights.values())
    return {name: float(f"{weight / top * strongest:.4g}") for name, weight in weights.items()}


def _joined(basket_rules: float, block: Mapping[str, float]) -> dict[str, float]:
    return {"bought_together": 1.0, "basket_rules": basket_rules, **block}
