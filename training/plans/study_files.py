"""The report of a plan study as files: a page, the figures, the tables, the pictures."""

from __future__ import annotations

import json
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from training.data.money import minor_digits
from training.plans.figures import PlanStudy
from training.plans.pictures import study_pictures
from training.plans.words import POLICY_NAMES, markdown, tables_of, walk_told

PAGE, DATA, TABLES = "plans.html", "plans.json", "plans.md"


def plan_study_files(study: PlanStudy, title: str) -> dict[str, bytes]:
    """The bytes of the files by name, UTF-8; `title` says whose plans these are."""
    pictures = study_pictures(study)
    environment = Environment(
        loader=PackageLoader("training.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("plan_study.html").render(
        title=title,
        study=study,
        tables=tables_of(study),
        walk=walk_told(study),
        pictures={name: Markup(svg) for name, svg in pictures.items()},  # noqa: S704  # matplotlib escaped them
    )
    data = json.dumps(_data(study), indent=2, ensure_ascii=False, allow_nan=False)
    return {
        PAGE: page.encode(errors="replace"),
        DATA: f"{data}\n".encode(errors="replace"),
        TABLES: markdown(study).encode(errors="replace"),
        **{f"plans-{name}.svg": svg.encode(errors="replace") for name, svg in pictures.items()},
    }


def _data(study: PlanStudy) -> dict[str, Any]:
    """The figures to compute with: money in units of the currency, and what tables call each policy."""
    unit = 10 ** minor_digits(study.currency)
    data = study.to_dict()
    first = {name: data.pop(name) for name in ("subscribers", "months", "finished_months", "currency")}
    first["money_unit"] = f"major units of {study.currency}"
    for each in data["nudges"]:
        each |= {name: each[name] / unit for name in ("expected", "realised")}
    data["policies"] = [
        {
            "policy": each["policy"],
            "name": POLICY_NAMES[each["policy"]],
            **each,
            "regret": each["regret"] / unit,
        }
        for each in data["policies"]
    ]
    return {**first, **data}
