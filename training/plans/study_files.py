"""The report of a plan study as files: a page, the figures, the tables, the pictures."""

from __future__ import annotations

import json

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from training.plans.figures import PlanStudy
from training.plans.pictures import study_pictures
from training.plans.words import markdown, tables_of

PAGE, DATA, TABLES = "plans.html", "plans.json", "plans.md"


def plan_study_files(study: PlanStudy, title: str) -> dict[str, bytes]:
    """The bytes of the files by name, UTF-8."""
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
        pictures={name: Markup(svg) for name, svg in pictures.items()},  # noqa: S704  # matplotlib escaped them
    )
    data = json.dumps(study.to_dict(), indent=2, ensure_ascii=False, allow_nan=False)
    return {
        PAGE: page.encode(errors="replace"),
        DATA: f"{data}\n".encode(errors="replace"),
        TABLES: markdown(study).encode(errors="replace"),
        **{f"plans-{name}.svg": svg.encode(errors="replace") for name, svg in pictures.items()},
    }
