"""The shop's kinds of shopper: when they come, how much they carry, what they like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

AGE_BANDS = ("16-17", "18-24", "25-34", "35-44", "45-54", "55-64", "65+")
AGE_SHARES = (0.015, 0.15, 0.22, 0.21, 0.17, 0.13, 0.105)


@dataclass(frozen=True)
class Persona:
    """A way of shopping. `likes` multiplies the popularity of categories, others count 1."""

    name: str
    ages: tuple[float, ...]  # how common it is in each of AGE_BANDS
    basket: float  # basket size against the mean
    hours: tuple[float, float]  # the two hours of day around which they come
    weekdays: tuple[float, ...]  # weights, Monday to Sunday
    channels: tuple[float, float, float]  # shares of web, store, phone
    bargains: float  # share of free choices made among what is on offer
    likes: dict[str, float]


PERSONAS = (
    Persona(
        "family shop",
        (0.2, 0.3, 1.2, 2.2, 1.5, 0.6, 0.3),
        1.5,
        (10.5, 17.0),
        (1, 0.8, 0.8, 0.9, 1.5, 2.6, 0.5),
        (0.4, 0.57, 0.03),
        0.06,
        {
            "milk and yogurt": 2.2,
            "fruit": 1.8,
            "breakfast": 2.2,
            "bakery": 1.6,
            "frozen food": 1.8,
            "cold cuts": 1.6,
            "paper goods": 1.8,
            "laundry": 1.8,
            "cleaning": 1.5,
            "sweets": 1.4,
        },
    ),
    Persona(
        "pizza evening",
        (2.5, 2.6, 1.8, 0.8, 0.5, 0.2, 0.1),
        0.8,
        (19.0, 20.5),
        (0.7, 0.6, 0.7, 1, 2.4, 2.2, 1.4),
        (0.6, 0.22, 0.18),
        0.05,
        {
            "pizza": 6.0,
            "dips": 3.0,
            "soft drinks": 3.0,
            "ice cream": 2.2,
            "beer and cider": 2.2,
            "snacks": 2.0,
            "vegetables": 0.4,
            "laundry": 0.5,
            "baby care": 0.5,
        },
    ),
    Persona(
        "scratch cook",
        (0.1, 0.5, 1.0, 1.2, 1.4, 1.5, 1.1),
        1.2,
        (17.5, 11.0),
        (1, 1, 1.1, 1.2, 1.4, 1.6, 0.6),
        (0.32, 0.65, 0.03),
        0.04,
        {
            "vegetables": 2.6,
            "pasta and sauces": 2.6,
            "oils and spices": 2.4,
            "cheese": 2.0,
            "fresh meat": 2.2,
            "fish": 2.0,
            "cans and pantry": 2.0,
            "wine": 1.5,
            "ready meals": 0.3,
            "frozen food": 0.4,
            "pizza": 0.6,
        },
    ),
    Persona(
        "quick lunch",
        (1.2, 1.6, 1.6, 1.2, 1.0, 0.5, 0.1),
        0.62,
        (12.3, 8.5),
        (1.5, 1.5, 1.5, 1.5, 1.4, 0.4, 0.2),
        (0.18, 0.8, 0.02),
        0.03,
        {
            "lunch to go": 9.0,
            "coffee and tea": 1.6,
            "soft drinks": 2.0,
            "water and juice": 2.0,
            "snacks": 1.6,
            "sweets": 1.5,
            "ready meals": 2.2,
            "laundry": 0.3,
            "cleaning": 0.3,
            "cans and pantry": 0.4,
        },
    ),
    Persona(
        "host",
        (0.0, 0.8, 1.2, 1.2, 1.3, 1.1, 0.5),
        1.1,
        (18.0, 16.0),
        (0.5, 0.5, 0.7, 1.1, 2.4, 2.4, 0.6),
        (0.4, 0.54, 0.06),
        0.03,
        {
            "wine": 4.5,
            "spirits": 4.5,
            "cheese": 2.6,
            "snacks": 2.2,
            "beer and cider": 3.0,
            "dips": 2.0,
            "fish": 1.6,
            "fresh meat": 1.6,
            "breakfast": 0.6,
            "ready meals": 0.5,
        },
    ),
    Persona(
        "early regular",
        (0.0, 0.1, 0.3, 0.6, 1.1, 2.0, 3.2),
        0.95,
        (9.0, 10.5),
        (1.3, 1.1, 1.3, 1.1, 1.3, 1.0, 0.3),
        (0.12, 0.72, 0.16),
        0.08,
        {
            "bakery": 2.4,
            "coffee and tea": 2.6,
            "milk and yogurt": 1.6,
            "cold cuts": 2.2,
            "fruit": 1.6,
            "personal care": 1.4,
            "pizza": 0.4,
            "dips": 0.3,
            "soft drinks": 0.4,
            "lunch to go": 0.4,
        },
    ),
    Persona(
        "bargain hunter",
        (0.8, 1.2, 0.9, 0.9, 1.0, 1.1, 1.1),
        1.15,
        (16.5, 13.0),
        (1.4, 1.1, 1, 1, 1, 1.2, 0.5),
        (0.35, 0.62, 0.03),
        0.4,
        {
            "cans and pantry": 2.4,
            "frozen food": 2.4,
            "paper goods": 2.0,
            "laundry": 2.0,
            "cleaning": 1.8,
            "pasta and sauces": 1.6,
            "snacks": 1.4,
            "wine": 0.5,
            "fish": 0.6,
            "cheese": 0.8,
        },
    ),
)


def taste_of_personas(
    categories: tuple[str, ...], category: NDArray[np.int64], popularity: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Each persona's weights over products, summing to 1; shape (personas, products).

    `categories` names them, `category` (products,) is each product's index into it and
    `popularity` (products,) the weight that all shoppers share.
    """
    liking = np.array([[persona.likes.get(name, 1.0) for name in categories] for persona in PERSONAS])
    weights = liking[:, category] * popularity
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))
