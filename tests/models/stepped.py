"""The tiny world with prices that can be stepped up, to check trade-ups by hand.

All six products are food. The typical margin share is the median of 150/250, 260/420, 170/310 and 90/180.

    product   price  cost   customers (first day)    share of the ten baskets
    bread       250   100   ana 1, cai 6             0.5
    bread-xl    420   160   dora 8                   0.1, a variant of bread
    butter      310   140   ana 1, cai 6, dora 8     0.5
    cola        180    90   ana 2, ben 4             0.5
    pizza       700     ?   ben 4, cai 7             0.4
    wine        500     ?   ben 5, cai 7             0.2, sold out
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from config.training import TradeUp as TradeUpSettings
from models.bundle import Bundle
from models.catalogue import NO_PRICE, Catalogue
from models.lists import TopLists
from models.texts import Texts
from models.trade_up import TradeUp
from tests.models.tiny import tiny_bundle
from tests.models.tiny_names import PRODUCTS
from tests.training.fitting.worlds import tiny_lines
from training.fitting.trade_up import fit_trade_up

TYPICAL = (150 / 250 + 170 / 310) / 2


def stepped_bundle() -> Bundle:
    """The tiny bundle with this catalogue and the trade-ups fitted on it."""
    return replace(tiny_bundle(), catalogue=stepped_catalogue(), trade_up=stepped_trade_up())


def stepped_catalogue() -> Catalogue:
    return replace(
        tiny_bundle().catalogue,
        categories=Texts.of(["Food"]),
        category=np.zeros(len(PRODUCTS), dtype=np.int32),
        price=np.array([250, 420, 310, 180, 700, 500], dtype=np.int64),
        cost=np.array([100, 160, 140, 90, NO_PRICE, NO_PRICE], dtype=np.int64),
    )


def stepped_trade_up() -> TradeUp:
    nothing = TopLists(np.empty((len(PRODUCTS), 0), np.int32), np.empty((len(PRODUCTS), 0), np.float32))
    return fit_trade_up(
        tiny_lines(), stepped_catalogue(), tiny_bundle().popularity, nothing, TradeUpSettings()
    )
