from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tests.training.demo_store.conftest import Store
from training.demo_store.catalogue import RUNGS, Catalogue, build_catalogue, tag_bits
from training.demo_store.personas import PERSONAS, taste_of_personas


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return build_catalogue(np.random.default_rng(1), 730)


def test_size_of_the_assortment(catalogue: Catalogue) -> None:
    assert 400 <= len(catalogue.products) <= 600
    assert len(catalogue.categories) >= 25
    assert len({product.product_id for product in catalogue.products}) == len(catalogue.products)
    assert len({product.name for product in catalogue.products}) == len(catalogue.products)


def test_a_variant_names_a_base_of_the_same_brand_and_article(catalogue: Catalogue) -> None:
    by_id = {product.product_id: product for product in catalogue.products}
    variants = [product for product in catalogue.products if product.variant_of]
    assert len(variants) > 100
    for variant in variants:
        base = by_id[variant.variant_of]
        assert base.variant_of == ""
        assert (base.brand, base.article, base.category) == (variant.brand, variant.article, variant.category)
        assert base.size != variant.size


def test_better_brands_cost_more_and_earn_a_higher_margin(catalogue: Catalogue) -> None:
    ladders = 0
    for product, rung in zip(catalogue.products, catalogue.rung.tolist(), strict=True):
        if rung == 0:
            continue
        article = catalogue.article[catalogue.products.index(product)]
        lower = catalogue.products[catalogue.by_article[article, rung - 1, 0]]
        if lower.size != product.size or lower.brand == product.brand:
            continue
        ladders += 1
        assert 1.1 < product.price / lower.price < 3
        assert product.price - product.unit_cost > lower.price - lower.unit_cost
    assert ladders > 100


def test_by_article_holds_every_product_and_fills_gaps(catalogue: Catalogue) -> None:
    own = catalogue.by_article[catalogue.article, catalogue.rung, catalogue.size]
    assert (own == np.arange(len(catalogue.products))).all()
    articles = np.arange(len(catalogue.by_article))[:, None, None]
    assert (catalogue.article[catalogue.by_article] == articles).all()


def test_find_names_a_product_by_article(catalogue: Catalogue) -> None:
    cola = catalogue.products[catalogue.find("cola", size=1, rung="p")]
    assert (cola.article, cola.size) == ("cola", "0.33 l")
    assert catalogue.rung[catalogue.find("cola", rung="b")] == RUNGS.index("b")
    with pytest.raises(KeyError, match="no such thing"):
        catalogue.find("no such thing")


def test_tag_bits() -> None:
    assert tag_bits(()) == 0
    assert tag_bits(("meat",)) == 1
    assert tag_bits(("vegetarian", "dairy", "meat")) == 0b1001


def test_taste_sums_to_one_and_leans_as_the_persona_does(catalogue: Catalogue) -> None:
    taste = taste_of_personas(catalogue.categories, catalogue.category, catalogue.popularity)
    assert taste.shape == (len(PERSONAS), len(catalogue.products))
    assert np.allclose(taste.sum(axis=1), 1)
    lunch = catalogue.category == catalogue.categories.index("lunch to go")
    quick = [persona.name for persona in PERSONAS].index("quick lunch")
    assert taste[:, lunch].sum(axis=1).argmax() == quick


def test_every_liked_category_exists(catalogue: Catalogue) -> None:
    for persona in PERSONAS:
        assert set(persona.likes) <= set(catalogue.categories), persona.name


def test_products_file(store: Store) -> None:
    products = store.products
    assert products.columns == [
        "product_id",
        "name",
        "category",
        "brand",
        "size",
        "price",
        "unit_cost",
        "stock",
        "variant_of",
        "tags",
        "min_age",
        "url",
    ]
    assert products["price"].str.contains(r"^\d+\.\d9$").all()
    price, cost = products["price"].cast(pl.Float64), products["unit_cost"].cast(pl.Float64)
    assert ((cost > 0) & (cost < price)).all()
    alcohol = products["tags"].str.split(";").list.contains("alcohol")
    assert (products["min_age"].is_not_null() == alcohol).all()
    assert set(products["min_age"].drop_nulls()) == {"18"}
    stock = products["stock"].cast(pl.Int64)
    assert 0 < (stock == 0).sum() < 0.08 * len(products)
    assert products["url"].str.starts_with("https://shop.example/").all()
