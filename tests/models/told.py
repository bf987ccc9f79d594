"""What is said of one subscriber of plan `mid`, whose figures are set by hand."""

from __future__ import annotations

import numpy as np

from models.advice import NO_ADD_ON, NO_DAY, REASON_BITS, STAY, UPGRADE, Advice
from models.nudge_words import sentence
from models.plans import AddOn, MeterTerms, Plan, PlanBook
from models.running import NO_PLAN

PLANS = (
    Plan("none", "office", "None", 500, (MeterTerms("data_gb", 1000, 1, 1), MeterTerms("documents", 1, 5))),
    Plan(
        "eco",
        "office",
        "Eco",
        900,
        (MeterTerms("data_gb", 20, throttle_penalty=500), MeterTerms("documents")),
    ),
    Plan(
        "free",
        "office",
        "Free",
        900,
        (MeterTerms("data_gb", 20, throttle_penalty=0), MeterTerms("documents")),
    ),
    Plan(
        "little", "office", "Little", 500, (MeterTerms("data_gb", 50, 10, 1), MeterTerms("documents", 500, 5))
    ),
    Plan(
        "mid", "office", "Mid", 2000, (MeterTerms("data_gb", 250, 100, 10), MeterTerms("documents", 100, 10))
    ),
    Plan(
        "much", "office", "Much", 4000, (MeterTerms("data_gb", 900, 100, 10), MeterTerms("documents", 900, 5))
    ),
)
PACKS = (
    AddOn("docs", "office", "100 documents more", 1000, "documents", 100),
    AddOn("gigas", "office", "5 GB more", 100, "data_gb", 5),
)
BOOK = PlanBook.of(PLANS, PACKS, "GBP")
MOBILE = PlanBook.of(
    (
        Plan(
            "surf",
            "mobile",
            "Surf",
            2000,
            (MeterTerms("data_mb", 15360, 1000, 1024), MeterTerms("hotspot_mb", 3072, 1000, 1024)),
        ),
        Plan(
            "max",
            "mobile",
            "Max",
            4000,
            (MeterTerms("data_mb", 50000, 1000, 1024), MeterTerms("hotspot_mb", 30720, 1000, 1024)),
        ),
    ),
    (AddOn("hot", "mobile", "1 GB of hotspot more", 500, "hotspot_mb", 1024),),
    "USD",
)


def told_mobile(decision: int, codes: tuple[str, ...] = (), **changed: object) -> str:
    """The sentence for somebody on `surf`, with 4,000 of 15,360 MB and 3,000 of 3,072 MB of hotspot used.

    Recommended is `max` in an upgrade.
    """
    surf = MOBILE.index("surf")
    one = {
        "plan": surf,
        "recommended_plan": MOBILE.index("max") if decision == UPGRADE else surf,
        "cost_next": [4000.0, 5000.0],
        "quota": [15360.0, 3072.0],
        "used": [4000.0, 3000.0],
        "p10": [8000.0, 14000.0],
        "p50": [9000.0, 17000.0],
        "p90": [10000.0, 20000.0],
    }
    return sentence(MOBILE, row_of(decision, codes=codes, **{**one, **changed}), 0, 2)


def told(decision: int, target: str = "mid", codes: tuple[str, ...] = (), **changed: object) -> str:
    """The sentence for what `row_of` gives."""
    return sentence(BOOK, row_of(decision, target, codes, **changed), 0, 2)


def row_of(
    decision: int = STAY, target: str = "mid", codes: tuple[str, ...] = (), **changed: object
) -> Advice:
    """The advice for 100 of 250 GB and 20 of 100 documents, and what is changed.

    Where nothing else is said, the range of the next cycle lies around its mean.
    """
    mean = np.array(changed.get("next_mean", [180.0, 40.0]))
    one = {
        "decision": decision,
        "plan": BOOK.index("mid"),
        "recommended_plan": BOOK.index(target),
        "add_on": NO_ADD_ON,
        "packs": 0,
        "cost_next": [2000.0] * len(PLANS),
        "cost_current": 5000.0,
        "cost_recommended": 3000.0,
        "saving": 2000.0,
        "p_saves": 0.9,
        "top_up_saving": 0.0,
        "confidence": 1,
        "reasons": sum(REASON_BITS[code] for code in codes),
        "metered": [True, True],
        "used": [100.0, 20.0],
        "quota": [250.0, 100.0],
        "mean": [180.0, 40.0],
        "p10": [160.0, 30.0],
        "p50": [180.0, 40.0],
        "p90": [200.0, 50.0],
        "p_exceed": [0.0, 0.0],
        "exhaustion_day": [NO_DAY, NO_DAY],
        "next_mean": [180.0, 40.0],
        "next_p10": mean * 0.8,
        "next_p90": mean * 1.2,
        "locked_until": 20_818,  # 2026-12-31
        "ends_on": NO_DAY,
        "follows": NO_PLAN,
        "known": [True, True],
        "silent": [0, 0],
    }
    return Advice(**{name: np.array([value]) for name, value in {**one, **changed}.items()})


def pack(add_on_id: str, packs: int, saving: float) -> dict[str, object]:
    return {
        "add_on": BOOK.add_ons.index(add_on_id),
        "packs": packs,
        "top_up_saving": saving,
        "saving": saving,
    }
