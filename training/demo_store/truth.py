"""truth.json: what was planted, so that tests can ask whether it was found."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.demo_store.baskets import Shop
from training.demo_store.catalogue import BARRABLE_TAGS
from training.demo_store.orders import Dirt
from training.demo_store.people import NEVER, People
from training.demo_store.personas import PERSONAS
from training.demo_store.plans import PLANS, fitting_plan
from training.demo_store.subscriptions import OUTGROWING, OVERPAYING, UNUSUAL, Subscriptions
from training.demo_store.window import Window

_TOP_SHARE = 0.2


def people_truth(people: People, with_orders: NDArray[np.bool_], window: Window) -> dict[str, Any]:
    """What was planted about customers. `with_orders` (N,) says who has an order in `window`."""
    ids = np.array(people.customer_ids())
    barred = {
        tag: ids[(people.barred >> bit & 1).astype(bool)].tolist() for bit, tag in enumerate(BARRABLE_TAGS)
    }
    buyers = np.flatnonzero(with_orders)
    top = buyers[np.argsort(-people.spending[buyers], kind="stable")][
        : max(round(_TOP_SHARE * len(buyers)), 1)
    ]
    return {
        "vegetarians": barred["meat"],
        "never_buys": barred,
        "most_valuable_fifth": sorted(ids[top].tolist()),
        "without_order": ids[~with_orders].tolist(),
        "trading_up": {
            ids[index]: window.date_of(int(people.trades_up_on[index])).isoformat()
            for index in np.flatnonzero(with_orders & (people.trades_up_on < NEVER)).tolist()
        },
        "personas": {
            customer_id: PERSONAS[index].name
            for customer_id, index in zip(ids.tolist(), people.persona.tolist(), strict=True)
        },
    }


def product_truth(shop: Shop) -> dict[str, Any]:
    """What was planted about products."""
    catalogue = shop.catalogue
    return {
        "combos": [
            {
                "antecedents": catalogue.ids(np.array(combo.antecedents)),
                "consequent": catalogue.products[combo.consequent].product_id,
                "strength": combo.strength,
            }
            for combo in shop.combos
        ],
        "trending_products": catalogue.ids(np.flatnonzero(catalogue.trending)),
        "new_products": {
            catalogue.products[index].product_id: shop.window.date_of(
                int(catalogue.launch_day[index])
            ).isoformat()
            for index in np.flatnonzero(catalogue.launch_day >= 0).tolist()
        },
        "reorder_days": {
            product.product_id: float(days)
            for product, days in zip(catalogue.products, catalogue.interval.tolist(), strict=True)
            if days > 0
        },
    }


def plan_truth(people: People, subscriptions: Subscriptions) -> dict[str, Any]:
    """What was planted about subscribers."""
    names = {
        OUTGROWING: "outgrowing_households",
        OVERPAYING: "overpaying_households",
        UNUSUAL: "one_unusual_cycle",
    }
    ids = people.customer_ids()
    truth: dict[str, Any] = {}
    for development, name in names.items():
        truth[name] = [
            {
                "customer_id": ids[subscriptions.customer[row]],
                "plan_id": PLANS[subscriptions.plan[row]].plan_id,
                "fitting_plan_id": fitting_plan(
                    PLANS[subscriptions.plan[row]].family, subscriptions.used(row)
                ).plan_id,
            }
            for row in np.flatnonzero(subscriptions.development == development).tolist()
        ]
    return truth


def dirt_truth(dirt: Dirt, delivery_lines: int) -> dict[str, int]:
    """Faulty lines by reason; delivery fees are no fault, but no products either."""
    return {**asdict(dirt), "non_product": delivery_lines}
