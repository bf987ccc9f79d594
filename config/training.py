"""The section [training.*]: how models are fitted, judged and let through."""

from __future__ import annotations

from pydantic import Field, PositiveFloat, model_validator

from config.data import Section


class Split(Section):
    """The last days of the data, kept back to judge on; both windows have this many days."""

    window_days: int = Field(28, ge=1)
    max_customers: int = Field(20_000, ge=100)


class BoughtTogether(Section):
    """Pair rules from exact counts, and rules with two or three antecedents."""

    top_k: int = Field(50, ge=1, le=500)
    min_pair_orders: int = Field(3, ge=1)
    damping: float = Field(10.0, ge=0)
    popularity_discount: float = Field(0.5, ge=0, le=1)
    max_antecedents: int = Field(3, ge=1, le=3)
    max_frequent_products: int = Field(600, ge=2)
    max_rules: int = Field(20_000, ge=0)
    max_seconds: float = Field(240.0, gt=0)


class TasteTrial(Section):
    """One setting of ALS to try on validation."""

    regularization: float = Field(gt=0)
    alpha: float = Field(gt=0)


class Taste(Section):
    """The implicit-feedback ALS model."""

    factors: int = Field(64, ge=1, le=512)
    iterations: int = Field(8, ge=1)
    half_life_days: float = Field(180.0, gt=0)
    list_length: int = Field(100, ge=1, le=1000)
    trials: tuple[TasteTrial, ...] = (
        TasteTrial(regularization=0.05, alpha=1.0),
        TasteTrial(regularization=3.0, alpha=1.0),
        TasteTrial(regularization=30.0, alpha=1.0),
        TasteTrial(regularization=30.0, alpha=10.0),
    )


class ItemRidge(Section):
    """Item-to-item ridge regression, on customers and on carts."""

    max_products: int = Field(5000, ge=2, le=20_000)
    half_life_days: float = Field(60.0, gt=0)
    top_k: int = Field(100, ge=1, le=1000)
    list_length: int = Field(50, ge=1, le=1000)
    customer_regularizations: tuple[PositiveFloat, ...] = Field((30.0, 100.0, 300.0), min_length=1)
    cart_regularizations: tuple[PositiveFloat, ...] = Field((30.0, 10.0, 100.0), min_length=1)


class Popularity(Section):
    """The fallback that never fails."""

    recent_days: int = Field(90, ge=1)
    trending_days: int = Field(28, ge=1)
    list_length: int = Field(500, ge=10)


class BuyAgain(Section):
    """Personal frequency with decay."""

    half_life_days: float = Field(60.0, gt=0)


class TradeUp(Section):
    """Better products to offer instead: how much dearer they may be, and how counts are shrunk."""

    min_ratio: float = Field(1.15, gt=1)
    max_ratio: float = Field(3.0, gt=1)
    damping: float = Field(10.0, gt=0)
    top_k: int = Field(30, ge=1, le=500)

    @model_validator(mode="after")
    def _band(self) -> TradeUp:
        if self.min_ratio >= self.max_ratio:
            raise ValueError(f"min_ratio {self.min_ratio} must be below max_ratio {self.max_ratio}")
        return self


class Ranking(Section):
    """Learned orders of candidates, and the lists they write for every known customer."""

    enabled: bool = True
    cuts: int = Field(8, ge=1, le=26)
    max_customers: int = Field(6_000, ge=100)
    list_length: int = Field(60, ge=10, le=500)
    mixed_length: int = Field(20, ge=5, le=500)
    max_lists: int = Field(20_000, ge=0)


class Gate(Section):
    """How much worse than the popularity baseline, or than the current artifact, is still let through."""

    margin: float = Field(0.05, ge=0, le=1)
    min_customers: int = Field(200, ge=1)


class Training(Section):
    """Everything about fitting."""

    seed: int = 7
    threads: int = Field(2, ge=1)
    split: Split = Split()
    bought_together: BoughtTogether = BoughtTogether()
    taste: Taste = Taste()
    item_ridge: ItemRidge = ItemRidge()
    popularity: Popularity = Popularity()
    buy_again: BuyAgain = BuyAgain()
    trade_up: TradeUp = TradeUp()
    ranking: Ranking = Ranking()
    gate: Gate = Gate()
