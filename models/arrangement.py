"""The arrangement of an answer by policies: after the filters and the mix, before the cut to `limit`.

Excludes and limits are hard, as the filters are. The rest only moves what survives them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np

from models.bundle import Bundle
from models.candidates import Candidates
from models.filters import Filters, judged
from models.picks import Pick, of_best_families, once, places_for_each
from models.policies import NO_GROUP, POLICY_SOURCE, Action, Compiled
from models.query import Did, Effect, Kind

DID: Mapping[Action, Did] = {
    "include": "included",
    "exclude": "removed",
    "boost": "boosted",
    "pin": "pinned",
    "limit": "limited",
}
ADDING: tuple[Action, ...] = ("include", "pin")
FIRST_LOOK = 4  # candidates of each kind looked at first, for each place of the answer
EITHER: tuple[Kind, Kind] = ("cross_sell", "up_sell")  # a product that is in both is offered once
INCLUDED_AS: Kind = "cross_sell"  # what a policy adds is new to the customer, or the filters remove it


@dataclass(frozen=True, slots=True, eq=False)
class Arranged:
    """An answer that policies have arranged.

    picks       in the order in which they are shown
    proposals   the candidates by kind, with what policies added, boosted
    removed_by  (kind, product) -> name of the policy that removed it
    touched     products that each policy in force did something to, in the order of the policies
    """

    picks: list[Pick]
    proposals: dict[Kind, Candidates]
    removed_by: Mapping[tuple[Kind, int], str]
    touched: Sequence[tuple[Compiled, list[int]]]

    def effects(self, bundle: Bundle) -> tuple[Effect, ...]:
        """What each policy in force did."""
        return tuple(
            Effect(
                one.policy.name,
                DID[one.policy.action],
                tuple(bundle.products.id(product) for product in dict.fromkeys(products)),
            )
            for one, products in self.touched
        )


def arrange(
    bundle: Bundle,
    viewing: int,
    policies: Sequence[Compiled],
    proposals: Mapping[Kind, Candidates],
    filters: Mapping[Kind, Filters],
    limit: int,
) -> Arranged:
    """Arrange an answer of up to `limit` by the policies in force, while `viewing` is the page shown."""
    # Most answers are found among the first few candidates; a pin or an include asks all of them.
    if not any(one.policy.action in ADDING for one in policies):
        first = _Arranger(bundle, viewing, policies, limit)
        arranged = first.arrange(proposals, filters, FIRST_LOOK * limit)
        if first.saw_enough():
            return arranged
    return _Arranger(bundle, viewing, policies, limit).arrange(proposals, filters, None)


def boosted(scores: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """Scores [n] of the form x / (1 + x) with x multiplied by `factors` [n]: 0 to 1 again, in one order."""
    lifted: np.ndarray = factors * scores / (1 - scores + factors * scores)
    return lifted


class _Arranger:
    """One answer being arranged: made for it, and gone with it."""

    def __init__(self, bundle: Bundle, viewing: int, policies: Sequence[Compiled], limit: int) -> None:
        self._bundle = bundle
        self._viewing = viewing
        self._limit = limit
        self._touched: list[tuple[Compiled, list[int]]] = [(one, []) for one in policies]
        self._removed_by: dict[tuple[Kind, int], str] = {}
        self._chosen: list[Pick] = []
        self._families: set[int] = set()
        self._counts: dict[tuple[int, int], int] = {}
        self._n_kinds = 0
        self._groups: list[tuple[Compiled, list[int], dict[int, int]]] = []  # of limits: see _groups_of
        self._unseen: dict[Kind, float] = {}  # kinds not looked at to their end, and how good the rest may be
        self._too_few = False  # whether too little was looked at to tell which kind a product belongs to

    def arrange(
        self, proposals: Mapping[Kind, Candidates], filters: Mapping[Kind, Filters], depth: int | None
    ) -> Arranged:
        """Arrange the best `depth` candidates of each kind, None for all."""
        widened = {
            kind: self._boost(self._widen(proposed) if kind == INCLUDED_AS else proposed)
            for kind, proposed in proposals.items()
        }
        self._n_kinds = len(widened)
        by_kind = {kind: self._ranked(kind, widened[kind], filters[kind], depth) for kind in widened}
        firsts, beaten = self._once(by_kind)
        everything = sorted(
            (pick for picks in by_kind.values() for pick in picks),
            key=lambda pick: ((pick.kind, pick.product) in beaten, -pick.score),
        )
        self._groups = self._groups_of(everything)
        pinned = self._pin(everything)
        self._include(everything)
        self._fill(firsts, everything)
        return Arranged(self._placed(pinned), widened, self._removed_by, self._touched)

    def saw_enough(self) -> bool:
        """Whether looking at more candidates would have changed nothing."""
        if not self._unseen:
            return True
        if self._too_few or len(self._chosen) < self._limit:
            return False
        floor = places_for_each(self._limit, self._n_kinds)
        if any(sum(pick.kind == kind for pick in self._chosen) < floor for kind in self._unseen):
            return False
        worst = min(pick.score for pick in self._chosen)
        return self._n_kinds == 1 or all(worst > rest for rest in self._unseen.values())

    def _of(self, action: Action) -> list[tuple[Compiled, list[int]]]:
        return [pair for pair in self._touched if pair[0].policy.action == action]

    def _matches(self, one: Compiled, products: np.ndarray) -> np.ndarray:
        return one.matches(self._bundle.catalogue, products, self._viewing)

    def _widen(self, proposed: Candidates) -> Candidates:
        """With the products that an include or a pin asks for and no source proposed, at score 0."""
        asked = [
            one.pool[self._matches(one, one.pool)] for one, _ in self._touched if one.policy.action in ADDING
        ]
        if not asked:
            return proposed
        # In the order in which policies name them: equal scores keep it.
        wanted = np.array(list(dict.fromkeys(np.concatenate(asked).tolist())), dtype=np.int32)
        added = wanted[~np.isin(wanted, proposed.products)]
        by_policy = np.full(len(added), len(proposed.names), dtype=np.intp)
        return Candidates(
            np.concatenate([proposed.products, added]),
            np.concatenate([proposed.scores, np.zeros(len(added))]),
            np.concatenate([proposed.leading.astype(np.intp), by_policy]),
            (*proposed.names, POLICY_SOURCE),
        )

    def _boost(self, proposed: Candidates) -> Candidates:
        boosts = self._of("boost")
        if not boosts:
            return proposed
        factors = np.ones(len(proposed.products))
        for one, touched in boosts:
            matched = self._matches(one, proposed.products)
            factors[matched] *= one.policy.factor
            touched.extend(proposed.products[matched].tolist())
        return proposed._replace(scores=boosted(proposed.scores, factors), ordered=False)

    def _ranked(self, kind: Kind, proposed: Candidates, filters: Filters, depth: int | None) -> list[Pick]:
        """The candidates that neither a filter nor an exclude removes, best first, all variants of each."""
        removers = np.full(len(proposed.products), -1)
        excludes = self._of("exclude")
        for at in range(len(excludes) - 1, -1, -1):  # backwards, so that the first policy is the one named
            one, touched = excludes[at]
            matched = self._matches(one, proposed.products)
            removers[matched] = at
            touched.extend(proposed.products[matched].tolist())
        removed = {
            int(proposed.products[at]): excludes[removers[at]][0].policy.name
            for at in (removers >= 0).nonzero()[0].tolist()
        }
        self._removed_by |= {(kind, product): name for product, name in removed.items()}
        n = len(proposed.products) if depth is None else min(depth, len(proposed.products))
        looked_at = list(judged(self._bundle, filters, proposed, n))
        if n < len(proposed.products):
            self._unseen[kind] = looked_at[-1][1]
        return [
            Pick(kind, product, score, proposed.names[source])
            for product, score, source, _, rule in looked_at
            if rule is None and product not in removed
        ]

    def _once(
        self, by_kind: Mapping[Kind, list[Pick]]
    ) -> tuple[Mapping[Kind, list[Pick]], Set[tuple[Kind, int]]]:
        """What may have the places of its kind, and what of cross_sell and up_sell the other has better.

        As without policies, they are compared by the best products of each, as many as the answer is long.
        """
        if "cross_sell" not in by_kind or "up_sell" not in by_kind:
            return by_kind, frozenset()
        best: list[list[Pick]] = []
        for kind in EITHER:
            picks, n_products = of_best_families(self._bundle, by_kind[kind], self._limit)
            self._too_few |= kind in self._unseen and n_products < self._limit
            best.append(picks)
        kept = once(self._bundle, *best)
        left = {(pick.kind, pick.product) for picks in kept.values() for pick in picks}
        beaten = {(pick.kind, pick.product) for picks in best for pick in picks} - left
        return {**by_kind, **kept}, beaten

    def _groups_of(self, picks: Sequence[Pick]) -> list[tuple[Compiled, list[int], dict[int, int]]]:
        """For each limit: what it left out, and the group of each product it counts."""
        products = np.array([pick.product for pick in picks], dtype=np.int32)
        found = []
        for one, touched in self._of("limit"):
            groups = one.groups[products]
            counted = products[self._matches(one, products) & (groups != NO_GROUP)]
            found.append(
                (one, touched, dict(zip(counted.tolist(), one.groups[counted].tolist(), strict=True)))
            )
        return found

    def _take(self, pick: Pick) -> bool:
        """Give a pick a place, unless a limit or a variant that has one stands against it."""
        family = int(self._bundle.catalogue.family[pick.product])
        if family in self._families or len(self._chosen) == self._limit:
            return False
        keys = []
        for at, (one, touched, groups) in enumerate(self._groups):
            group = groups.get(pick.product, NO_GROUP)
            if group == NO_GROUP:
                continue
            if self._counts.get((at, group), 0) >= one.policy.at_most:
                touched.append(pick.product)
                self._removed_by.setdefault((pick.kind, pick.product), one.policy.name)
                return False
            keys.append((at, group))
        for key in keys:
            self._counts[key] = self._counts.get(key, 0) + 1
        self._families.add(family)
        self._chosen.append(pick)
        return True

    def _wanted(self, one: Compiled, picks: Sequence[Pick]) -> list[Pick]:
        products = np.array([pick.product for pick in picks], dtype=np.int32)
        return [picks[at] for at in self._matches(one, products).nonzero()[0].tolist()]

    def _pin(self, picks: Sequence[Pick]) -> dict[int, Pick]:
        """Place -> pick: of each pin the best product it matches, at its place or the next one free."""
        pinned: dict[int, Pick] = {}
        for one, touched in self._of("pin"):
            free = (place for place in range(one.policy.position, self._limit + 1) if place not in pinned)
            place = next(free, None)
            if place is None:
                continue
            for pick in self._wanted(one, picks):
                named = pick._replace(policy=one.policy.name)
                if self._take(named):
                    pinned[place] = named
                    touched.append(pick.product)
                    break
        return pinned

    def _include(self, picks: Sequence[Pick]) -> None:
        """Of each include as many products as it says, the best first; those that have a place count."""
        for one, touched in self._of("include"):
            for pick in self._wanted(one, picks):
                if len(touched) == one.policy.at_most:
                    break
                there = any(pick.product == other.product for other in self._chosen)
                added = pick.source == POLICY_SOURCE
                if there or self._take(pick._replace(policy=one.policy.name) if added else pick):
                    touched.append(pick.product)

    def _fill(self, by_kind: Mapping[Kind, Sequence[Pick]], everything: Sequence[Pick]) -> None:
        """The rest by score, after at least a tenth for each kind that has as many, as without policies."""
        floor = places_for_each(self._limit, len(by_kind))
        for kind, picks in by_kind.items():
            missing = floor - sum(pick.kind == kind for pick in self._chosen)
            for pick in picks:
                if missing <= 0:
                    break
                if pick.source != POLICY_SOURCE and self._take(pick):
                    missing -= 1
        for pick in everything:
            if len(self._chosen) == self._limit:
                break
            if pick.source != POLICY_SOURCE:
                self._take(pick)

    def _placed(self, pinned: Mapping[int, Pick]) -> list[Pick]:
        """The picks in order: by score, but for those that are pinned to a place."""
        fixed = {pick.product for pick in pinned.values()}
        rest = iter(
            sorted((pick for pick in self._chosen if pick.product not in fixed), key=lambda pick: -pick.score)
        )
        places = (pinned.get(place) or next(rest, None) for place in range(1, self._limit + 1))
        return [pick for pick in places if pick is not None]
