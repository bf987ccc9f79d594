from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from config.training import Taste, TasteTrial
from models.catalogue import Catalogue
from tests.training.evaluation.test_exam import exam_of
from tests.training.evaluation.worlds import (
    FIRST_DAY,
    SETTINGS,
    Basket,
    catalogue_of,
    combo_shop,
    loyal_shop,
)
from training.choices import DEFAULT_WEIGHTS, Choices, default_choices
from training.evaluation.exam import Exam
from training.evaluation.split import Cut, NotJudgeable
from training.tuning import MIN_CARTS, simplest_of_the_best, tune

CUT = Cut(FIRST_DAY + 140, FIRST_DAY + 168)
GOOD = TasteTrial(regularization=0.1, alpha=1.0)
USELESS = TasteTrial(regularization=1e7, alpha=1.0)  # all factors become nothing


def clubs_shop(seed: int = 4) -> list[Basket]:
    """80 customers in 8 clubs of 12 products; each buys within their club, seldom the same twice.

    Only who buys alike tells what a customer buys next: taste is what the shop needs.
    """
    rng = np.random.default_rng(seed)
    baskets: list[Basket] = []
    for number in range(80):
        club = number % 8
        shelf = rng.permutation(12)
        for at, day in enumerate((5, 25, 45, 65, 85, 145)):
            pair = shelf[2 * at % 12 : 2 * at % 12 + 2]
            bought = tuple(f"{club}-{product:02d}" for product in pair)
            baskets.append((f"c{number:02d}", FIRST_DAY + day, bought))
    return baskets


def tuned(baskets: list[Basket], *trials: TasteTrial) -> tuple[Exam, Catalogue, Choices]:
    exam = exam_of(baskets, CUT)
    catalogue = catalogue_of(exam.history)
    taste = SETTINGS.taste.model_copy(update={"trials": trials or SETTINGS.taste.trials})
    settings = SETTINGS.model_copy(update={"taste": taste})
    return exam, catalogue, tune(exam, catalogue, settings)


@pytest.mark.parametrize("trials", [(USELESS, GOOD), (GOOD, USELESS)])
def test_the_planted_better_trial_is_chosen(trials: tuple[TasteTrial, ...]) -> None:
    _, _, choices = tuned(clubs_shop(), *trials)
    assert choices.taste == GOOD
    told = {trial.setting["regularization"]: trial for trial in choices.trials if trial.what == "taste"}
    assert told[0.1].chosen
    assert not told[1e7].chosen
    assert told[0.1].score > told[1e7].score + 0.2
    assert choices.reasons == () or "carts" in choices.reasons[0]


def test_where_customers_buy_alike_taste_outweighs_popularity() -> None:
    _, _, choices = tuned(clubs_shop(), GOOD)
    assert choices.weights["taste"] >= choices.weights["popularity"] > 0


def test_where_customers_buy_alike_item_ridge_gets_a_share() -> None:
    """Taste is useless here, so all that clubs tell comes from item ridge; nothing else knows of them."""
    _, _, choices = tuned(clubs_shop(), USELESS)
    assert choices.weights["item_ridge"] > choices.weights["popularity"]
    told = [trial for trial in choices.trials if trial.what == "share of item_ridge beside taste"]
    assert told[-1].score > told[0].score + 0.2
    assert choices.ridge.customers in SETTINGS.item_ridge.customer_regularizations
    assert choices.ridge.carts in SETTINGS.item_ridge.cart_regularizations


def test_where_everybody_buys_the_same_news_popularity_outweighs_useless_taste() -> None:
    _, _, choices = tuned(_one_bestseller_after_another(), USELESS)
    chosen = [trial for trial in choices.trials if trial.chosen and trial.what == "weights without a basket"]
    assert chosen[0].score > 0.9
    assert chosen[0].score == max(trial.score for trial in choices.trials if trial.what == chosen[0].what)


def test_with_planted_combos_what_goes_together_leads_in_carts() -> None:
    exam, _, choices = tuned(combo_shop(guests=16))
    carts = [trial for trial in choices.trials if trial.what == "weights with a basket"]
    chosen = next(trial for trial in carts if trial.chosen)
    others = ("item_ridge", "taste", "trending", "popularity")
    assert chosen.setting["bought_together"] == 1.0 >= max(chosen.setting[name] for name in others)
    assert chosen.score >= 0.99 * max(trial.score for trial in carts)
    last = next(trial for trial in choices.trials if trial.chosen and "cart_ridge with" in trial.what)
    assert {**last.setting, "buy_again": choices.weights["buy_again"]} == choices.weights
    assert last.score >= 0.99 * chosen.score
    assert choices.weights["cart_ridge"] == 1.0 >= choices.weights["bought_together"]
    assert max(choices.weights[name] for name in others) < 1.0
    assert len(exam.carts) >= MIN_CARTS


def test_where_rules_are_chance_what_everybody_buys_leads_in_carts() -> None:
    """Rare products meet three times by chance; their rules score high and lead nowhere."""
    _, _, choices = tuned(_chance_rules(), USELESS)
    carts = [trial for trial in choices.trials if trial.what == "weights with a basket"]
    chosen, first = next(trial for trial in carts if trial.chosen), carts[0]
    assert choices.weights["popularity"] > choices.weights["bought_together"]
    assert max(choices.weights.values()) == 1.0
    assert chosen.score > first.score + 0.2


def test_the_same_exam_gives_the_same_choices() -> None:
    assert tuned(clubs_shop(), GOOD, USELESS)[2] == tuned(clubs_shop(), GOOD, USELESS)[2]


def test_what_is_sold_out_today_is_no_reason_not_to_have_sold_it_then() -> None:
    exam = exam_of(combo_shop(), CUT)
    every_b = [
        item for item in exam.history.products.take(np.arange(len(exam.history.products))) if item[0] == "b"
    ]
    sold_out = catalogue_of(exam.history, sold_out=every_b)
    assert tune(exam, sold_out, SETTINGS) == tune(exam, catalogue_of(exam.history), SETTINGS)


def test_without_an_exam_the_defaults_hold_and_say_why() -> None:
    exam = exam_of(combo_shop(), CUT)
    choices = tune(NotJudgeable("not evaluated: for this test"), catalogue_of(exam.history), SETTINGS)
    assert choices.taste == SETTINGS.taste.trials[0]
    assert choices.weights == DEFAULT_WEIGHTS
    assert choices.reasons == ("nothing was tuned, defaults hold; not evaluated: for this test",)


def test_without_new_purchases_and_carts_the_weights_are_the_defaults() -> None:
    again = [
        (f"c{number}", FIRST_DAY + day, (f"p{number % 3}",))
        for number in range(20)
        for day in (1, 50, 100, 150)
    ]
    _, _, choices = tuned(again)
    assert choices.weights == DEFAULT_WEIGHTS
    assert "nobody bought anything new" in choices.reasons[0]


def test_few_carts_leave_the_weights_with_a_basket_at_their_defaults() -> None:
    shop = [(customer, day, bought[:1] if day > CUT.at else bought) for customer, day, bought in clubs_shop()]
    _, _, choices = tuned(shop, GOOD)
    assert choices.reasons == ("the weights with a basket are defaults: 0 carts, 400 are needed",)
    assert choices.weights["taste"] < choices.weights["bought_together"] == 1.0


def test_on_a_hundred_carts_nothing_is_chosen() -> None:
    exam, _, choices = tuned(combo_shop())
    assert 100 < len(exam.carts) < 200
    assert choices.reasons == (
        f"the weights with a basket are defaults: {len(exam.carts)} carts, 400 are needed",
    )
    assert choices.weights["cart_ridge"] == DEFAULT_WEIGHTS["cart_ridge"]


def test_ties_go_to_the_first() -> None:
    assert simplest_of_the_best([0.100, 0.1009, 0.08]) == 0
    assert simplest_of_the_best([0.100, 0.1011, 0.1012]) == 1
    assert simplest_of_the_best([0.0, 0.0]) == 0


def test_defaults_without_any_trial() -> None:
    choices = default_choices(Taste(trials=()))
    assert choices.taste == TasteTrial(regularization=0.05, alpha=1.0)
    assert replace(choices, reasons=("why",)).to_dict()["reasons"] == ["why"]


def _one_bestseller_after_another() -> list[Basket]:
    """Strangers buy ten novelties all the time; customers bought something else and then one novelty."""
    rng = np.random.default_rng(6)
    baskets: list[Basket] = [
        (None, FIRST_DAY + day, (f"novelty{int(rng.integers(0, 5))}",))
        for day in range(168)
        for _ in range(3)
    ]
    for number in range(60):
        baskets.append((f"c{number:02d}", FIRST_DAY + 30, (f"old{number % 7}",)))
        baskets.append((f"c{number:02d}", FIRST_DAY + 150, (f"novelty{int(rng.integers(0, 5))}",)))
    return baskets


def _chance_rules() -> list[Basket]:
    """Every basket has a hit everybody buys and rare products; rare ones never meet twice again."""
    rng = np.random.default_rng(8)
    baskets: list[Basket] = []
    for group in range(60):  # three baskets with the same four rare products, and never again
        rare = [f"rare{4 * group + number:03d}" for number in range(4)]
        days = rng.integers(0, 130, 3)
        baskets += [(None, FIRST_DAY + int(day), (*rare, f"hit{int(rng.integers(0, 5))}")) for day in days]
    for day in range(140, 168):
        for _ in range(16):
            rare = [f"rare{int(number):03d}" for number in rng.choice(240, 2, replace=False)]
            hits = [f"hit{int(number)}" for number in rng.choice(5, 3, replace=False)]
            baskets.append((None, FIRST_DAY + day, (*rare, *hits)))
    for number in range(30):
        baskets.append((f"c{number:02d}", FIRST_DAY + 100, (f"rare{number:03d}",)))
        baskets.append((f"c{number:02d}", FIRST_DAY + 150, (f"hit{number % 5}",)))
    return baskets


def test_habits_lead_where_everybody_buys_the_same_again() -> None:
    """Among repeat buyers a mixed answer of ten is best with habits first, and tuning finds that out."""
    _, _, choices = tuned(loyal_shop())
    tried = {
        trial.setting["buy_again"]: trial.score
        for trial in choices.trials
        if trial.what == "weight of buy_again"
    }
    assert tried[choices.weights["buy_again"]] >= 0.99 * max(tried.values())
    assert max(tried.values()) > 0
