"""The report of a study: a page with pictures, the same figures for programs, and tables to copy."""

from __future__ import annotations

import json

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from training.evaluation.scores import KS
from training.evaluation.study import BLEND, Study
from training.report import wording
from training.report.files import DATA, PAGE
from training.report.study_markdown import markdown
from training.report.study_pictures import METRIC_NAMES, leads, recalls, spread
from training.report.study_words import PART_NAMES, difference, setting, value

TABLES = "tables.md"
K = KS[1]


def study_files(study: Study, title: str) -> dict[str, bytes]:
    """The bytes of the files by name, UTF-8: the page, the figures, and each picture by itself."""
    pictures = study_pictures(study)
    data = json.dumps(study.to_dict(), indent=2, ensure_ascii=False, allow_nan=False)
    return {
        PAGE: _page(study, title, pictures).encode(errors="replace"),
        DATA: f"{data}\n".encode(errors="replace"),
        TABLES: markdown(study).encode(errors="replace"),
        **{f"{name}.svg": svg.encode(errors="replace") for name, svg in pictures.items()},
    }


def study_pictures(study: Study) -> dict[str, str]:
    """SVG by name."""
    drawn: dict[str, str] = {}
    for part in study.parts:
        name = part.replace(" ", "-")
        lines = [line for line in study.scores if line.part == part]
        drawn[f"recall-{name}"] = recalls(f"recall-{name}", f"Recall, {PART_NAMES[part]}", lines)
        found = [comparison for comparison in study.comparisons if comparison.part == part]
        if found:
            label = f"Blend minus best single method, {PART_NAMES[part]}"
            drawn[f"lead-{name}"] = leads(f"lead-{name}", label, found)
        at_k = [line for line in lines if line.k == K]
        axis = f"share of the catalogue in anybody's first {K}"
        drawn[f"coverage-{name}"] = spread(
            f"coverage-{name}", f"Coverage, {PART_NAMES[part]}", at_k, lambda line: line.coverage, axis
        )
    return drawn


def _page(study: Study, title: str, pictures: dict[str, str]) -> str:
    environment = Environment(
        loader=PackageLoader("training.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"method": wording.method, "count": wording.count}
    return environment.get_template("study.html").render(
        study=study,
        title=title,
        pictures={name: Markup(svg) for name, svg in pictures.items()},  # noqa: S704  # matplotlib escaped them
        part_names=PART_NAMES,
        metric_names=METRIC_NAMES,
        ks=KS,
        blend=BLEND,
        value=value,
        setting=setting,
        difference=difference,
    )
