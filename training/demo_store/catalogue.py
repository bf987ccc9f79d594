"""The catalogue: every article in each of its brands and sizes, as one product each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.demo_store.assortment import ARTICLES, CATEGORIES, NEW_ARTICLES

RUNGS = "bsp"  # basic, standard, premium: the column index of `Catalogue.by_article`
BARRABLE_TAGS = ("meat", "fish", "alcohol", "dairy", "baby", "cat", "dog")  # bit i of `barred_bits`
NEVER_LAUNCHED_LATE = -1_000_000

_RUNG_PRICE = (0.76, 1.0, 1.38)
_RUNG_COST = (1.16, 1.0, 0.92)  # a better product costs less of its price: trading up earns margin
_RUNG_POPULARITY = (0.3, 0.5, 0.2)
_SIZE_POPULARITY = (0.55, 0.3, 0.15)
_LAUNCH_POPULARITY = 0.25  # no draw of luck here: a launch must be seen
_ORGANIC_CODES = ("MIL", "VEG", "FRU", "BRE")
_TRENDING_ARTICLES = ("iced coffee", "oat drink", "falafel wrap", "sorbet", "pale ale", "energy")


@dataclass(frozen=True)
class Product:
    """One row of products.csv; money in cents."""

    product_id: str
    name: str
    category: str
    brand: str
    size: str
    price: int
    unit_cost: int
    stock: int
    variant_of: str
    tags: tuple[str, ...]
    article: str


@dataclass(frozen=True)
class Catalogue:
    """Every product, and what choosing among them needs.

    Arrays over products (axis 0, length P) unless said otherwise: `category` and `article` are
    indices, `rung` 0 to 2, `popularity` weights summing to 1, `interval` the usual days between
    purchases of the article (0: no staple), `extra` mean pieces beyond the first, `barred_bits`
    the tags of BARRABLE_TAGS, `launch_day` the day of the window from which it is sold.
    `by_article` (articles, 3 rungs, 3 sizes) holds the nearest product that exists.
    """

    products: tuple[Product, ...]
    categories: tuple[str, ...]
    seasons: tuple[str, ...]  # per category: flat, summer, winter or december
    category: NDArray[np.int64]
    article: NDArray[np.int64]
    rung: NDArray[np.int64]
    size: NDArray[np.int64]
    popularity: NDArray[np.float64]
    interval: NDArray[np.float64]
    extra: NDArray[np.float64]
    price: NDArray[np.int64]
    unit_cost: NDArray[np.int64]
    barred_bits: NDArray[np.int64]
    launch_day: NDArray[np.int64]
    trending: NDArray[np.bool_]
    by_article: NDArray[np.int64]

    def find(self, article: str, size: int = 0, rung: str = "s") -> int:
        """The index of a product by its article's key, size number and rung letter.

        Raises KeyError when the assortment has no such article.
        """
        for index, product in enumerate(self.products):
            if product.article == article:
                return int(self.by_article[self.article[index], RUNGS.index(rung), size])
        raise KeyError(article)

    def ids(self, indices: NDArray[np.int64]) -> list[str]:
        """The product ids of `indices`, in their order."""
        return [self.products[index].product_id for index in indices.tolist()]


@dataclass(frozen=True)
class _Category:
    code: str
    name: str
    brands: tuple[str, str, str]
    cost_share: float
    season: str


@dataclass(frozen=True)
class _Article:
    code: str
    key: str
    noun: str
    sizes: tuple[tuple[str, int], ...]  # size, standard price in cents
    rungs: str
    weight: float
    interval: float
    extra: float
    tags: tuple[str, ...]
    launched: int | None  # 28-day periods before the end of the window; None: always sold


@dataclass(frozen=True)
class _Row:
    """A product while the catalogue is being put together."""

    article_no: int
    article: _Article
    category_no: int
    category: _Category
    rung: int
    size: int


def build_catalogue(rng: np.random.Generator, days: int) -> Catalogue:
    """The whole catalogue. `days` is the length of the window, which launches are placed in."""
    categories = _read_categories()
    numbers = {category.code: number for number, category in enumerate(categories)}
    articles = (*_read_articles(ARTICLES), *_read_articles(NEW_ARTICLES))
    rows = [
        _Row(no, article, numbers[article.code], categories[numbers[article.code]], RUNGS.index(rung), size)
        for no, article in enumerate(articles)
        for rung in article.rungs
        for size in range(len(article.sizes) if rung != "b" else 1)  # the basic brand has one size
    ]
    products = _products(rows, rng)
    trending = _trending(rows)
    return Catalogue(
        products=products,
        categories=tuple(category.name for category in categories),
        seasons=tuple(category.season for category in categories),
        category=np.array([row.category_no for row in rows]),
        article=np.array([row.article_no for row in rows]),
        rung=np.array([row.rung for row in rows]),
        size=np.array([row.size for row in rows]),
        popularity=_popularity(rows, rng, trending),
        interval=np.array([row.article.interval for row in rows]),
        extra=np.array([row.article.extra for row in rows]),
        price=np.array([product.price for product in products]),
        unit_cost=np.array([product.unit_cost for product in products]),
        barred_bits=np.array([tag_bits(row.article.tags) for row in rows]),
        launch_day=_launch_days(rows, days),
        trending=trending,
        by_article=_by_article(rows, len(articles)),
    )


def tag_bits(tags: tuple[str, ...]) -> int:
    """The bit mask of those tags that a customer may bar."""
    return sum(1 << bit for bit, tag in enumerate(BARRABLE_TAGS) if tag in tags)


def _read_categories() -> tuple[_Category, ...]:
    rows = [[cell.strip() for cell in line.split("|")] for line in CATEGORIES.strip().splitlines()]
    return tuple(
        _Category(code, name, (basic, standard, premium), float(share), season)
        for code, name, basic, standard, premium, share, season in rows
    )


def _read_articles(table: str) -> tuple[_Article, ...]:
    rows = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return tuple(
        _Article(
            code,
            key,
            noun,
            tuple(_read_size(part) for part in sizes.split(";")),
            rungs,
            float(weight),
            float(interval),
            float(extra),
            tuple(tags.split()),
            int(launched[0]) if launched else None,
        )
        for code, key, noun, sizes, rungs, weight, interval, extra, tags, *launched in rows
    )


def _read_size(text: str) -> tuple[str, int]:
    size, _, price = text.strip().partition("=")
    return size, round(float(price) * 100)


def _products(rows: list[_Row], rng: np.random.Generator) -> tuple[Product, ...]:
    in_category: dict[str, int] = {}
    base_ids: dict[tuple[int, int], str] = {}
    stocks = np.where(rng.random(len(rows)) < 0.03, 0, rng.integers(4, 160, len(rows)))
    products = []
    for row, stock in zip(rows, stocks.tolist(), strict=True):
        code = row.category.code
        in_category[code] = in_category.get(code, 0) + 1
        product_id = f"{code}-{in_category[code]:03d}"
        base = base_ids.setdefault((row.article_no, row.rung), product_id)
        products.append(_product(row, product_id, "" if base == product_id else base, stock))
    return tuple(products)


def _product(row: _Row, product_id: str, variant_of: str, stock: int) -> Product:
    size, standard_price = row.article.sizes[row.size]
    price = _shelf_price(standard_price * _RUNG_PRICE[row.rung])
    cost = round(price * row.category.cost_share * _RUNG_COST[row.rung])
    brand = row.category.brands[row.rung]
    organic = row.rung == 2 and row.category.code in _ORGANIC_CODES
    tags = (*row.article.tags, "organic") if organic else row.article.tags
    name = f"{brand} {row.article.noun} {size}"
    return Product(
        product_id,
        name,
        row.category.name,
        brand,
        size,
        price,
        cost,
        stock,
        variant_of,
        tags,
        row.article.key,
    )


def _shelf_price(cents: float) -> int:
    """The nearest price that ends in a nine, as on a shelf."""
    return max(round((cents - 9) / 10) * 10 + 9, 39)


def _popularity(
    rows: list[_Row], rng: np.random.Generator, trending: NDArray[np.bool_]
) -> NDArray[np.float64]:
    weight = np.array(
        [row.article.weight * _RUNG_POPULARITY[row.rung] * _SIZE_POPULARITY[row.size] for row in rows]
    )
    weight *= rng.lognormal(0.0, 0.5, len(rows))
    weight[trending] *= 0.5  # they start small: the rise is what makes them a trend
    for index, row in enumerate(rows):
        if row.article.launched is not None:
            weight[index] = row.article.weight * _LAUNCH_POPULARITY
    return np.asarray(weight / weight.sum())


def _launch_days(rows: list[_Row], days: int) -> NDArray[np.int64]:
    return np.array(
        [
            NEVER_LAUNCHED_LATE if row.article.launched is None else days - 28 * row.article.launched
            for row in rows
        ]
    )


def _trending(rows: list[_Row]) -> NDArray[np.bool_]:
    """One product of each trending article: its best known brand, in the base size."""
    return np.array(
        [row.article.key in _TRENDING_ARTICLES and row.size == 0 and RUNGS[row.rung] == "s" for row in rows]
    )


def _by_article(rows: list[_Row], articles: int) -> NDArray[np.int64]:
    table = np.full((articles, len(RUNGS), 3), -1, dtype=np.int64)
    for index, row in enumerate(rows):
        table[row.article_no, row.rung, row.size] = index
    for sizes in table.reshape(-1, 3):  # a missing size: the base size of the same brand
        sizes[sizes < 0] = sizes[0]
    for rungs in table:  # a missing brand: the standard one, else any
        spare = rungs[1] if rungs[1, 0] >= 0 else rungs[rungs[:, 0] >= 0][0]
        rungs[rungs[:, 0] < 0] = spare
    return table
