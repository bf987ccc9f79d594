"""Fit personas: groups of customers who buy alike, named by what they do more than others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from models.arrays import frozen
from models.bundle import Bundle
from models.ids import IdMap
from models.personas import NO_PERSONA, Personas
from models.texts import Texts
from training.data.orders import Orders
from training.personas.clusters import clusters_of
from training.personas.features import Habits, habits_of

NUMBERS = range(3, 9)
LEAST_CUSTOMERS = 200  # with enough orders, for groups to be looked for
TYPICAL = 5
COMMON = 0.02  # share of what a group buys, from which a category may name it
MORE = 1.15  # times the others, from which a habit is worth a word
SAME = 0.3  # Jaccard index from which a group is the one of the last training
TIMES = ("at night", "in the morning", "at midday", "in the afternoon", "in the evening")


@dataclass(frozen=True, slots=True, eq=False)
class PersonasBefore:
    """The personas of the last training: whose they were."""

    customers: IdMap
    personas: Personas


def fit_personas(
    orders: Orders, bundle: Bundle, before: PersonasBefore | None, seed: int, threads: int
) -> Personas | None:
    """The personas of the customers of a bundle; None where too few bought often enough."""
    habits = habits_of(orders, bundle)
    if len(habits.customers) < LEAST_CUSTOMERS or not len(bundle.catalogue.categories):
        return None
    found = clusters_of(habits.matrix(), NUMBERS, seed, threads)
    count = np.bincount(found.groups)
    order = np.argsort(-count, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    groups = place[found.groups]
    of_customer = np.full(len(bundle.customers), NO_PERSONA, dtype=np.int16)
    of_customer[habits.customers] = groups
    value = bundle.customer_value
    worth = np.zeros(len(bundle.customers)) if value is None else value.value
    names = _names(habits, groups, bundle)
    return Personas(
        of_customer=frozen(of_customer),
        ids=Texts.of(_ids(bundle.customers, of_customer, len(order), before)),
        names=Texts.of(names),
        customers=frozen(count[order].astype(np.int32)),
        value=frozen(np.array([worth[of_customer == at].mean() for at in range(len(order))])),
        typical=frozen(_typical(bundle, of_customer, len(order))),
        stability=frozen(np.array([found.stability])),
    )


def _names(habits: Habits, groups: np.ndarray, bundle: Bundle) -> list[str]:
    """What each group does more than all customers do: two categories, and a habit. Names are distinct."""
    everybody = habits.categories.mean(axis=0)
    names: list[str] = []
    for at in range(int(groups.max()) + 1):
        mine = groups == at
        share = habits.categories[mine].mean(axis=0)
        ratio = np.where(share >= COMMON, share / np.maximum(everybody, 1e-9), 0.0)
        best = [int(each) for each in np.argsort(-ratio, kind="stable")[:4] if ratio[each] > 0]
        words = [bundle.catalogue.categories[each] for each in best]
        habit = _habit(habits, mine)
        name = " and ".join(words[:2]).capitalize() + (f", {habit}" if habit else "")
        if name in names:
            name = ", ".join(words[:4]).capitalize() + (f", {habit}" if habit else "")
        names.append(name if name not in names else f"{name} ({at + 1})")
    return names


def _habit(habits: Habits, mine: np.ndarray) -> str:
    """The habit that sets a group apart most, in words; nothing where it is like the others."""
    told = [
        (float(habits.times[mine, at].mean() / max(habits.times[:, at].mean(), 0.05)), words)
        for at, words in enumerate(TIMES)
    ]
    told += [
        (float(habits.weekend[mine].mean() / max(habits.weekend.mean(), 0.05)), "at weekends"),
        (float(habits.size[mine].mean() / habits.size.mean()), "large baskets"),
        (float(habits.size.mean() / habits.size[mine].mean()), "small baskets"),
        (float(habits.discount[mine].mean() / max(habits.discount.mean(), 0.05)), "on offer"),
    ]
    ratio, words = max(told)
    return words if ratio >= MORE else ""


def _typical(bundle: Bundle, of_customer: np.ndarray, number: int) -> np.ndarray:
    """Products that many of a group bought, and more than others: int32 [number, TYPICAL]."""
    again, n_products = bundle.buy_again, len(bundle.products)
    owner = np.repeat(np.arange(len(of_customer)), np.diff(again.starts))
    everybody = np.bincount(again.products, minlength=n_products) / max(len(of_customer), 1)
    typical = np.zeros((number, TYPICAL), dtype=np.int32)
    for at in range(number):
        mine = np.bincount(again.products[of_customer[owner] == at], minlength=n_products)
        share = mine / max(int((of_customer == at).sum()), 1)
        # Share times lift: what is common in the group, and not merely common.
        score = share * share / np.maximum(everybody, 1e-9)
        chosen = np.argsort(-score, kind="stable")[:TYPICAL]
        typical[at, : len(chosen)] = chosen
    return typical


def _ids(customers: IdMap, of_customer: np.ndarray, number: int, before: PersonasBefore | None) -> list[str]:
    """An id for each group: that of the last training's group that is mostly the same, else a new one."""
    if before is None:
        return [f"p{at + 1}" for at in range(number)]
    old = before.personas
    _, mine, theirs = np.intersect1d(customers.ids, before.customers.ids, return_indices=True)
    now, then = of_customer[mine], old.of_customer[theirs]
    both = (now != NO_PERSONA) & (then != NO_PERSONA)
    shared = np.zeros((number, len(old)))
    np.add.at(shared, (now[both], then[both]), 1)
    union = shared.sum(axis=1, keepdims=True) + shared.sum(axis=0, keepdims=True) - shared
    alike = shared / np.maximum(union, 1)
    rows, columns = linear_sum_assignment(-alike)
    kept = {
        int(row): old.ids[int(column)]
        for row, column in zip(rows, columns, strict=True)
        if alike[row, column] >= SAME
    }
    used = {int(each[1:]) for each in (old.ids[at] for at in range(len(old)))}
    fresh = iter(range(max(used, default=0) + 1, max(used, default=0) + 1 + number))
    return [kept.get(at) or f"p{next(fresh)}" for at in range(number)]
