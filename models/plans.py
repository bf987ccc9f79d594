"""Plans and add-on packs: what they cost, as objects to read and as arrays to price with."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from models.arrays import Arrays, frozen
from models.errors import PlanError, did_you_mean
from models.ids import UNKNOWN, IdMap
from models.plan_overage import added_costs
from models.texts import Texts

MOST = 1e15  # of money or of use: beyond it float64 no longer counts in ones


@dataclass(frozen=True, slots=True)
class MeterTerms:
    """What one meter of a plan includes and what more costs.

    quota             included a cycle, in the meter's unit; None is unlimited
    overage_price     minor units (may be a fraction) for each started `overage_unit` beyond the quota
    overage_unit      in the meter's unit
    throttle_penalty  what being slowed down for the rest of a cycle is worth to the customer, minor
                      units, where the plan throttles instead of charging; None where it charges
    """

    meter: str
    quota: float | None = None
    overage_price: float = 0.0
    overage_unit: float = 1.0
    throttle_penalty: float | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a customer can subscribe to; `fee` in minor units a cycle. Retired: kept, not sold any more."""

    plan_id: str
    family: str
    name: str
    fee: int
    meters: tuple[MeterTerms, ...]
    retired: bool = False


@dataclass(frozen=True, slots=True)
class AddOn:
    """A pack that adds `amount` to the quota of one meter in the running cycle; `price` in minor units."""

    add_on_id: str
    family: str
    name: str
    price: int
    meter: str
    amount: float


@dataclass(frozen=True, slots=True, eq=False)
class PlanBook:
    """Every plan and add-on of a provider, one currency. An index is a position in the id maps.

    plans        [n_plans] ids, sorted
    plan_names   [n_plans]
    families     [n_families] ids
    meters       [n_meters] ids, of all families
    family       int32 [n_plans] position in `families`
    fee          int64 [n_plans] minor units a cycle
    retired      bool [n_plans]
    metered      bool [n_plans, n_meters] does the plan have the meter?
    quota        float64 [n_plans, n_meters] largest finite number where unlimited or not metered
    price        float64 [n_plans, n_meters] minor units for each started unit; 0 where not charged
    unit         float64 [n_plans, n_meters] above 0 everywhere
    penalty      float64 [n_plans, n_meters] minor units a cycle when exceeded; 0 where not throttled
    throttled    bool [n_plans, n_meters]
    add_ons      [n_add_ons] ids, sorted
    add_on_names [n_add_ons]
    add_on_family, add_on_meter  int32 [n_add_ons]
    add_on_price  int64 [n_add_ons] minor units
    add_on_amount float64 [n_add_ons] in the meter's unit
    currency      bytes [1], ISO 4217
    """

    plans: IdMap
    plan_names: Texts
    families: IdMap
    meters: IdMap
    family: np.ndarray
    fee: np.ndarray
    retired: np.ndarray
    metered: np.ndarray
    quota: np.ndarray
    price: np.ndarray
    unit: np.ndarray
    penalty: np.ndarray
    throttled: np.ndarray
    add_ons: IdMap
    add_on_names: Texts
    add_on_family: np.ndarray
    add_on_meter: np.ndarray
    add_on_price: np.ndarray
    add_on_amount: np.ndarray
    currency: np.ndarray

    @classmethod
    def of(cls, plans: Sequence[Plan], add_ons: Sequence[AddOn] = (), currency: str = "USD") -> Self:
        """The book of these plans. Raises PlanError, naming the plan or add-on and its field."""
        _check_plans(plans)
        plan_ids, families = IdMap.of(p.plan_id for p in plans), IdMap.of(p.family for p in plans)
        meters = IdMap.of(terms.meter for p in plans for terms in p.meters)
        _check_add_ons(add_ons, families, meters)
        ordered = sorted(plans, key=lambda p: plan_ids.index(p.plan_id))
        pack_ids = IdMap.of(a.add_on_id for a in add_ons)
        packs = sorted(add_ons, key=lambda a: pack_ids.index(a.add_on_id))
        return cls(
            plans=plan_ids,
            plan_names=Texts.of(p.name for p in ordered),
            families=families,
            meters=meters,
            family=frozen(families.indices([p.family for p in ordered])),
            fee=frozen(np.array([p.fee for p in ordered], dtype=np.int64)),
            retired=frozen(np.array([p.retired for p in ordered], dtype=np.bool_)),
            **_terms(ordered, meters),
            add_ons=pack_ids,
            add_on_names=Texts.of(a.name for a in packs),
            add_on_family=frozen(families.indices([a.family for a in packs])),
            add_on_meter=frozen(meters.indices([a.meter for a in packs])),
            add_on_price=frozen(np.array([a.price for a in packs], dtype=np.int64)),
            add_on_amount=frozen(np.array([a.amount for a in packs], dtype=np.float64)),
            currency=frozen(np.array([currency.encode()])),
        )

    def __len__(self) -> int:
        return len(self.plans)

    @property
    def currency_code(self) -> str:
        """The ISO 4217 code of every price."""
        code: bytes = self.currency[0]
        return code.decode()

    def index(self, plan_id: str, row: str = "") -> int:
        """The position of a plan. Raises PlanError, naming the plans there are, for an unknown one."""
        found = self.plans.index(plan_id)
        if found == UNKNOWN:
            choices = did_you_mean(plan_id, self.plans.take(range(len(self.plans))))
            raise PlanError(f"no plan {plan_id!r}; {choices}", field="plan_id", row=row, reason="unknown")
        return found

    def meter_index(self, meter: str, row: str = "") -> int:
        """The position of a meter. Raises PlanError, naming the meters there are, for an unknown one."""
        found = self.meters.index(meter)
        if found == UNKNOWN:
            choices = did_you_mean(meter, self.meters.take(range(len(self.meters))))
            raise PlanError(f"no meter {meter!r}; {choices}", field="meter", row=row, reason="unknown")
        return found

    def plan(self, index: int) -> Plan:
        """The plan at a position, as it was given."""
        return Plan(
            self.plans.id(index),
            self.families.id(int(self.family[index])),
            self.plan_names[index],
            int(self.fee[index]),
            tuple(self._meter_terms(index, meter) for meter in np.flatnonzero(self.metered[index]).tolist()),
            bool(self.retired[index]),
        )

    def add_on(self, index: int) -> AddOn:
        """The add-on at a position, as it was given."""
        return AddOn(
            self.add_ons.id(index),
            self.families.id(int(self.add_on_family[index])),
            self.add_on_names[index],
            int(self.add_on_price[index]),
            self.meters.id(int(self.add_on_meter[index])),
            float(self.add_on_amount[index]),
        )

    def _meter_terms(self, plan: int, meter: int) -> MeterTerms:
        quota = float(self.quota[plan, meter])
        return MeterTerms(
            self.meters.id(meter),
            None if quota == UNLIMITED else quota,
            float(self.price[plan, meter]),
            float(self.unit[plan, meter]),
            float(self.penalty[plan, meter]) if self.throttled[plan, meter] else None,
        )

    def costs(self, used: np.ndarray) -> np.ndarray:
        """What every plan costs in one cycle, minor units [..., n_plans], for `used` [..., n_meters].

        Fee, overage by started unit, priced throttling. A meter that a plan does not have costs nothing:
        whether the plan will do is for the caller to say.
        """
        added = added_costs(used[..., None, :], self.quota, self.unit, self.price, self.penalty)
        total: np.ndarray = self.fee + added.sum(axis=-1)
        return total

    def to_arrays(self) -> Arrays:
        arrays: dict[str, np.ndarray] = {}
        for name in self.__slots__:
            value = getattr(self, name)
            if isinstance(value, np.ndarray):
                arrays[name] = value
            else:
                arrays |= {f"{name}_{part}": array for part, array in value.to_arrays().items()}
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        parts: dict[str, Any] = {
            name: IdMap(arrays[f"{name}_ids"]) for name in ("plans", "families", "meters", "add_ons")
        }
        for name in ("plan_names", "add_on_names"):
            parts[name] = Texts(arrays[f"{name}_data"], arrays[f"{name}_ends"])
        parts |= {name: arrays[name] for name in cls.__slots__ if name not in parts}
        return cls(**parts)


UNLIMITED = float(np.finfo(np.float64).max)  # a quota nothing reaches; finite, as artifacts must be


def _terms(plans: Sequence[Plan], meters: IdMap) -> dict[str, np.ndarray]:
    """The arrays [n_plans, n_meters] of the meters' terms, by field."""
    shape = (len(plans), len(meters))
    arrays = {
        "metered": np.zeros(shape, dtype=np.bool_),
        "quota": np.full(shape, UNLIMITED),
        "price": np.zeros(shape),
        "unit": np.ones(shape),
        "penalty": np.zeros(shape),
        "throttled": np.zeros(shape, dtype=np.bool_),
    }
    for row, plan in enumerate(plans):
        for terms in plan.meters:
            at = row, meters.index(terms.meter)
            arrays["metered"][at] = True
            arrays["quota"][at] = UNLIMITED if terms.quota is None else terms.quota
            arrays["unit"][at] = terms.overage_unit
            if terms.throttle_penalty is None:
                arrays["price"][at] = terms.overage_price
            else:
                arrays["penalty"][at] = terms.throttle_penalty
                arrays["throttled"][at] = True
    return {name: frozen(array) for name, array in arrays.items()}


def _check_plans(plans: Sequence[Plan]) -> None:
    if not plans:
        raise PlanError("there is no plan", field="plans", row="", reason="empty")
    _check_distinct([p.plan_id for p in plans], "plan_id", "plan")
    for plan in plans:
        row = f"plan {plan.plan_id!r}"
        if not plan.meters:
            raise PlanError("a plan needs a meter", field="meters", row=row, reason="empty")
        _check_number(plan.fee, "fee", row)
        _check_distinct([terms.meter for terms in plan.meters], "meter", f"{row}, meter")
        for terms in plan.meters:
            _check_terms(terms, f"{row}, meter {terms.meter!r}")


def _check_terms(terms: MeterTerms, row: str) -> None:
    for field in ("quota", "overage_price", "throttle_penalty"):
        value = getattr(terms, field)
        if value is not None:
            _check_number(value, field, row)
    _check_number(terms.overage_unit, "overage_unit", row)
    if terms.overage_unit == 0:
        raise PlanError("0 is no unit to sell by", field="overage_unit", row=row, reason="negative")
    if terms.throttle_penalty is not None and terms.overage_price > 0:
        raise PlanError(
            "a meter is either throttled or charged for: give one of throttle_penalty and overage_price",
            field="throttle_penalty",
            row=row,
            reason="conflict",
        )


def _check_add_ons(add_ons: Sequence[AddOn], families: IdMap, meters: IdMap) -> None:
    _check_distinct([a.add_on_id for a in add_ons], "add_on_id", "add-on")
    for add_on in add_ons:
        row = f"add-on {add_on.add_on_id!r}"
        for field, name, known in (("family", add_on.family, families), ("meter", add_on.meter, meters)):
            if known.index(name) == UNKNOWN:
                choices = did_you_mean(name, known.take(range(len(known))))
                raise PlanError(f"no {field} {name!r}; {choices}", field=field, row=row, reason="unknown")
        _check_number(add_on.price, "price", row)
        _check_number(add_on.amount, "amount", row)


def _check_distinct(ids: Sequence[str], field: str, thing: str) -> None:
    for item, times in Counter(ids).items():
        if times > 1:
            raise PlanError(f"given {times} times", field=field, row=f"{thing} {item!r}", reason="duplicate")


def _check_number(value: float, field: str, row: str) -> None:
    if not math.isfinite(value):
        raise PlanError(f"{value} is no number", field=field, row=row, reason="not_finite")
    if value < 0:
        raise PlanError(f"{value} is below 0", field=field, row=row, reason="negative")
    if value > MOST:
        raise PlanError(f"{value} is more than {MOST:g}", field=field, row=row, reason="too_large")
