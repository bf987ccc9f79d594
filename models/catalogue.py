"""What the shop sells: the facts about products that answers and filters need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from models.arrays import Arrays
from models.texts import Texts

NO_CATEGORY = -1
NO_BRAND = -1
NO_PRICE = -1
NO_STOCK_KNOWN = -1


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """One row a product, in the order of the product IdMap.

    names       [n_products] display names; the id where the shop gave none
    categories  [n_categories] names of categories
    category    int32 [n_products] position in `categories`, NO_CATEGORY where unknown
    family      int32 [n_products] the product that stands for all variants of the same one: itself
                where it has no variants. Two products are variants of each other if these are equal.
    price       int64 [n_products] minor units, NO_PRICE where unknown
    cost        int64 [n_products] what a piece costs the shop, minor units, NO_PRICE where unknown
    stock       int32 [n_products] pieces, NO_STOCK_KNOWN where the shop gave none; 0 is never offered
    brands      [n_brands] names of brands
    brand       int32 [n_products] position in `brands`, NO_BRAND where unknown
    tags        [n_tags] names of tags
    tag_starts  int64 [n_products + 1] where each product's tags begin in
    tag         int32 [n_taggings] positions in `tags`
    """

    names: Texts
    categories: Texts
    category: np.ndarray
    family: np.ndarray
    price: np.ndarray
    cost: np.ndarray
    stock: np.ndarray
    brands: Texts
    brand: np.ndarray
    tags: Texts
    tag_starts: np.ndarray
    tag: np.ndarray

    def __len__(self) -> int:
        return len(self.names)

    def category_name(self, product: int) -> str | None:
        """The category of a product, None where unknown."""
        code = int(self.category[product])
        return None if code == NO_CATEGORY else self.categories[code]

    def to_arrays(self) -> Arrays:
        return {
            "names_data": self.names.data,
            "names_ends": self.names.ends,
            "categories_data": self.categories.data,
            "categories_ends": self.categories.ends,
            "category": self.category,
            "family": self.family,
            "price": self.price,
            "cost": self.cost,
            "stock": self.stock,
            "brands_data": self.brands.data,
            "brands_ends": self.brands.ends,
            "brand": self.brand,
            "tags_data": self.tags.data,
            "tags_ends": self.tags.ends,
            "tag_starts": self.tag_starts,
            "tag": self.tag,
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        return cls(
            Texts(arrays["names_data"], arrays["names_ends"]),
            Texts(arrays["categories_data"], arrays["categories_ends"]),
            arrays["category"],
            arrays["family"],
            arrays["price"],
            arrays["cost"],
            arrays["stock"],
            Texts(arrays["brands_data"], arrays["brands_ends"]),
            arrays["brand"],
            Texts(arrays["tags_data"], arrays["tags_ends"]),
            arrays["tag_starts"],
            arrays["tag"],
        )
