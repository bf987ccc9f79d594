"""What tuning chooses, and what holds where nothing can be judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from config.training import ItemRidge as RidgeSettings
from config.training import Taste as TasteSettings
from config.training import TasteTrial

# How sources are mixed unless validation data say otherwise: for the scale each speaks
# on see models.sources.spoken. On the validation window of Online Retail II these are within 4 % of the
# best of the grid; popularity has more weight than was best there, because shops that cannot be judged
# are small, and small shops have rules by chance. Item ridge needs no such care: its regularization makes
# it say little where there is little to go by.
DEFAULT_WEIGHTS: Mapping[str, float] = {
    "bought_together": 1.0,
    "basket_rules": 1.0,
    "taste": 1.0,
    "item_ridge": 1.0,
    "cart_ridge": 1.0,
    "trending": 0.2,
    "popularity": 0.5,
    "buy_again": 1.0,
}


@dataclass(frozen=True, slots=True)
class Trial:
    """One setting that was tried on validation, and its score (higher is better)."""

    what: str
    setting: Mapping[str, float]
    metric: str
    score: float
    chosen: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Plain values that fit JSON."""
        return {
            "what": self.what,
            "setting": dict(self.setting),
            "metric": self.metric,
            "score": self.score,
            "chosen": self.chosen,
        }


@dataclass(frozen=True, slots=True)
class RidgeChoice:
    """The regularizations of item ridge, on customers and on carts."""

    customers: float
    carts: float


@dataclass(frozen=True, slots=True)
class Choices:
    """Settings for the fits: the ALS trial, the regularizations of item ridge, the weights of sources.

    reasons  why something was not tuned and its default holds; empty if everything was
    """

    taste: TasteTrial
    weights: Mapping[str, float]
    ridge: RidgeChoice = RidgeChoice(30.0, 30.0)
    trials: tuple[Trial, ...] = ()
    reasons: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values that fit JSON."""
        return {
            "taste": self.taste.model_dump(),
            "weights": dict(self.weights),
            "item_ridge": asdict(self.ridge),
            "trials": [trial.to_dict() for trial in self.trials],
            "reasons": list(self.reasons),
        }


def default_choices(
    settings: TasteSettings, *reasons: str, item_ridge: RidgeSettings | None = None
) -> Choices:
    """The first trials of the settings and the default weights, for these reasons.

    Without a trial of taste in the settings: weak regularization, alpha 1.
    """
    ridge = item_ridge or RidgeSettings()
    regularizations = RidgeChoice(ridge.customer_regularizations[0], ridge.cart_regularizations[0])
    first = settings.trials[0] if settings.trials else TasteTrial(regularization=0.05, alpha=1.0)
    return Choices(first, DEFAULT_WEIGHTS, regularizations, reasons=reasons)
