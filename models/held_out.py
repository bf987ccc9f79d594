"""What customers who are held out are answered: what everybody buys, whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from models.bundle import Bundle
from models.ids import UNKNOWN
from models.policies import Compiled
from models.query import Answer, Query
from models.recent import Recent
from models.recommender import recommend

HOLDOUT: Literal["holdout"] = "holdout"


def recommend_popular(
    bundle: Bundle, query: Query, policies: Sequence[Compiled] = (), recent: Recent | None = None
) -> Answer:
    """Popular products alone. The customer and the context choose nothing: products in the cart, the one
    viewed, the excluded ones and those just bought or declined are left out, the rest is the same for
    everybody.

    Variants of one product count as the same. Unknown ids are named as in `recommend`; the fallback is
    `holdout`.
    """
    shown = (*query.basket, *((query.viewing,) if query.viewing else ()))
    common = Query(
        kinds=("cross_sell",),
        limit=query.limit,
        exclude=(*query.exclude, *variants_of(bundle, shown)),
        explain=query.explain,
    )
    answer = recommend(bundle, common, policies, recent and recent.silenced())
    unknown = tuple(item for item in dict.fromkeys(shown) if bundle.products.index(item) == UNKNOWN)
    return answer._replace(fallback=HOLDOUT, unknown_ids=unknown)


def variants_of(bundle: Bundle, product_ids: Sequence[str]) -> list[str]:
    """The products of these that the bundle knows, and all variants of them."""
    known = bundle.products.indices(list(product_ids))
    family = bundle.catalogue.family
    same = np.isin(family, family[known[known != UNKNOWN]])
    return [bundle.products.id(product) for product in np.flatnonzero(same).tolist()]
