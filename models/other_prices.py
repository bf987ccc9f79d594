"""What was learned of use, put to another price list: how much people use does not depend on who charges."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.arrays import frozen
from models.ids import UNKNOWN
from models.plan_advisor import PlanAdvisor, untrained
from models.plan_pricing import Strata
from models.plans import PlanBook
from models.usage_defaults import FIELDS
from models.usage_dynamics import Dynamics
from models.usage_forecast import Faults
from models.usage_profile import UsageProfile
from models.usage_rate import UsageRates

Place = tuple[int, int]  # family and meter
BY_FAMILY = ("certainty", "saving")  # what is known of a family as a whole


def advisor_for(book: PlanBook, known: PlanAdvisor) -> PlanAdvisor:
    """An advisor of the plans in `book`.

    A meter takes what is known of it in the family of the same name, else in the first family that has it,
    else the defaults; a plan of the same name takes the level of its subscribers.
    """
    places = _places(book, known.book)
    bare = untrained(book)
    fields = {name: getattr(bare.dynamics, name) for name in FIELDS}
    moved = _moved(fields, {name: getattr(known.dynamics, name) for name in FIELDS}, places)
    faults = _moved(bare.faults.to_arrays(), known.faults.to_arrays(), places)
    faults |= {name: _of_families(book, known, name, bare) for name in BY_FAMILY}
    order, n_meters = known.strata.order, len(book.meters)
    return PlanAdvisor(
        book,
        UsageProfile(**_moved(bare.profile.to_arrays(), known.profile.to_arrays(), places)),
        UsageRates(**_moved(bare.rates.to_arrays(), known.rates.to_arrays(), places)),
        Dynamics(**moved, start=frozen(_start(book, known, bare.dynamics.start))),
        Faults(**faults),
        # The slices are the same for everybody: only how many meters meet differs.
        Strata(known.strata.means, order[:n_meters]) if n_meters <= len(order) else bare.strata,
    )


def _places(book: PlanBook, known: PlanBook) -> dict[Place, Place]:
    """Family and meter of `book` -> those of `known` that say something of them."""
    metered = _metered(known)
    places: dict[Place, Place] = {}
    for family, meter in zip(*np.nonzero(_metered(book)), strict=True):
        there = known.meters.index(book.meters.id(int(meter)))
        if there == UNKNOWN:
            continue
        same = known.families.index(book.families.id(int(family)))
        having = np.flatnonzero(metered[:, there])
        places[int(family), int(meter)] = (same if same in having else int(having[0]), there)
    return places


def _metered(book: PlanBook) -> np.ndarray:
    """bool [n_families, n_meters]: does a plan of the family have the meter?"""
    metered = np.zeros((len(book.families), len(book.meters)), dtype=np.bool_)
    np.logical_or.at(metered, book.family, book.metered)
    return metered


def _moved(
    into: Mapping[str, np.ndarray], known: Mapping[str, np.ndarray], places: Mapping[Place, Place]
) -> dict[str, np.ndarray]:
    """The arrays [n_families, n_meters, ...] of `into` with what is known at these places."""
    moved = {}
    for name, array in into.items():
        if name in BY_FAMILY:
            continue
        values = array.copy()
        for place, there in places.items():
            values[place] = known[name][there]
        moved[name] = frozen(values)
    return moved


def _of_families(book: PlanBook, known: PlanAdvisor, name: str, bare: PlanAdvisor) -> np.ndarray:
    """What is known [n_families, ...] of the faults of families of the same name."""
    values: np.ndarray = getattr(bare.faults, name).copy()
    for family in range(len(book.families)):
        there = known.book.families.index(book.families.id(family))
        if there != UNKNOWN:
            values[family] = getattr(known.faults, name)[there]
    return frozen(values)


def _start(book: PlanBook, known: PlanAdvisor, default: np.ndarray) -> np.ndarray:
    """Levels [n_plans, n_meters] of subscribers before their own use is known."""
    start = default.copy()
    for plan in range(len(book.plans)):
        there = known.book.plans.index(book.plans.id(plan))
        if there == UNKNOWN:
            continue
        for meter in range(len(book.meters)):
            same = known.book.meters.index(book.meters.id(meter))
            if same != UNKNOWN and known.book.metered[there, same]:
                start[plan, meter] = known.dynamics.start[there, same]
    return start
