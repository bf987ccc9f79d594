"""The broadband and mobile plans that the shop sells, their prices, and plans.toml."""

from __future__ import annotations

from dataclasses import dataclass

from training.demo_store.toml_text import quoted

CURRENCY = "USD"
DATA, MINUTES = "data_gb", "minutes"


@dataclass(frozen=True)
class Meter:
    """One metered dimension of a plan; money in cents.

    `quota` None is unlimited. Beyond it each started `overage_unit` costs `overage_price`, or,
    where throttled, the connection slows down, which is worth `throttle_penalty` a cycle.
    """

    meter: str
    quota: int | None = None
    overage_price: int = 0
    overage_unit: int = 1
    throttle_penalty: int = 0

    def cost(self, used: float) -> int:
        """What `used` in one cycle costs beyond the fee, in cents."""
        if self.quota is None or used <= self.quota:
            return 0
        started = -(-(used - self.quota) // self.overage_unit)
        return self.throttle_penalty or int(started) * self.overage_price


@dataclass(frozen=True)
class Plan:
    """What a customer can subscribe to; `fee` in cents a cycle."""

    plan_id: str
    family: str
    name: str
    fee: int
    meters: tuple[Meter, ...]
    retired: bool = False

    def quota(self, meter: str) -> int | None:
        """The quota of `meter`, None where it is unlimited. Raises KeyError for a meter not in the plan."""
        return {each.meter: each.quota for each in self.meters}[meter]

    def cost(self, used: dict[str, float]) -> int:
        """The price of one cycle with this much used by meter, in cents."""
        return self.fee + sum(each.cost(used.get(each.meter, 0.0)) for each in self.meters)


@dataclass(frozen=True)
class AddOn:
    """A pack that tops up one meter for the running cycle; `price` in cents."""

    add_on_id: str
    family: str
    name: str
    price: int
    meter: str
    amount: int


PLANS = (
    Plan("bb-50", "broadband", "Home 50", 1900, (Meter(DATA, 50, 500, 10),)),
    Plan("bb-200", "broadband", "Home 200", 2900, (Meter(DATA, 200, 500, 10),)),
    Plan("bb-250-fair", "broadband", "Home Fair 250", 3400, (Meter(DATA, 250, throttle_penalty=3000),)),
    Plan("bb-500", "broadband", "Home 500", 4200, (Meter(DATA, 500, 500, 20),)),
    Plan("bb-max", "broadband", "Home Unlimited", 5900, (Meter(DATA),)),
    Plan("bb-150-classic", "broadband", "Home Classic 150", 3100, (Meter(DATA, 150, 600, 10),), retired=True),
    Plan("mo-talk", "mobile", "Talk", 900, (Meter(DATA, 2, 300, 1), Meter(MINUTES, 300, 5, 1))),
    Plan("mo-surf", "mobile", "Surf", 1700, (Meter(DATA, 10, 300, 1), Meter(MINUTES, 500, 5, 1))),
    Plan("mo-roam", "mobile", "Roam", 2700, (Meter(DATA, 30, 300, 1), Meter(MINUTES))),
    Plan("mo-max", "mobile", "Endless", 3900, (Meter(DATA, 120, throttle_penalty=1500), Meter(MINUTES))),
    Plan(
        "mo-classic",
        "mobile",
        "Classic",
        1500,
        (Meter(DATA, 4, 400, 1), Meter(MINUTES, 200, 8, 1)),
        retired=True,
    ),
)

ADD_ONS = (
    AddOn("bb-plus-50", "broadband", "50 GB more", 800, DATA, 50),
    AddOn("bb-plus-150", "broadband", "150 GB more", 1900, DATA, 150),
    AddOn("mo-plus-5", "mobile", "5 GB more", 700, DATA, 5),
    AddOn("mo-plus-200", "mobile", "200 minutes more", 600, MINUTES, 200),
)


def plan_by_id(plan_id: str) -> Plan:
    """The plan of that id. Raises KeyError when there is none."""
    return {plan.plan_id: plan for plan in PLANS}[plan_id]


def fitting_plan(family: str, used: dict[str, float]) -> Plan:
    """The plan of a family that costs least on average for use around `used` a cycle.

    Averaged over five cycles from 15 % less to 15 % more; retired plans are not sold any more.
    """
    on_sale = [plan for plan in PLANS if plan.family == family and not plan.retired]
    cycles = [
        {meter: amount * factor for meter, amount in used.items()} for factor in (0.85, 0.93, 1.0, 1.07, 1.15)
    ]
    return min(on_sale, key=lambda plan: sum(plan.cost(cycle) for cycle in cycles))


def plans_toml() -> str:
    """plans.toml as it is written."""
    parts = [
        "# The plans of the demo store. Amounts of data_gb are gigabytes, money is in decimal strings.\n"
    ]
    for plan in PLANS:
        lines = [
            "[[plans]]",
            f"plan_id = {quoted(plan.plan_id)}",
            f"family = {quoted(plan.family)}",
            f"name = {quoted(plan.name)}",
            f"fee = {_money(plan.fee)}",
            f"currency = {quoted(CURRENCY)}",
        ]
        if plan.retired:
            lines.append("retired = true")
        meters = [_meter_toml(meter) for meter in plan.meters]
        lines.append("meters = [" + ",\n          ".join(meters) + "]")
        parts.append("\n".join(lines) + "\n")
    parts.extend(_add_on_toml(add_on) for add_on in ADD_ONS)
    return "\n".join(parts)


def _meter_toml(meter: Meter) -> str:
    cells = [f"meter = {quoted(meter.meter)}"]
    if meter.quota is not None:
        cells.append(f"quota = {meter.quota}")
        if meter.throttle_penalty:
            cells.append(f"throttled = true, throttle_penalty = {_money(meter.throttle_penalty)}")
        else:
            cells.append(
                f"overage_price = {_money(meter.overage_price)}, overage_unit = {meter.overage_unit}"
            )
    return "{" + ", ".join(cells) + "}"


def _add_on_toml(add_on: AddOn) -> str:
    return (
        "[[add_ons]]\n"
        f"add_on_id = {quoted(add_on.add_on_id)}\n"
        f"family = {quoted(add_on.family)}\n"
        f"name = {quoted(add_on.name)}\n"
        f"price = {_money(add_on.price)}\n"
        f"currency = {quoted(CURRENCY)}\n"
        f"meter = {quoted(add_on.meter)}\n"
        f"amount = {add_on.amount}\n"
    )


def _money(cents: int) -> str:
    return quoted(f"{cents // 100}.{cents % 100:02d}")
