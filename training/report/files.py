"""The report as files: a page for people, and the same figures for programs."""

from __future__ import annotations

import json

from training.report.content import ReportContent
from training.report.html import render

PAGE = "report.html"
DATA = "report.json"


def report_files(content: ReportContent) -> dict[str, bytes]:
    """The bytes of the files by name, UTF-8. An id or name that is no UTF-8 text shows as question marks."""
    data = json.dumps(content.to_dict(), indent=2, ensure_ascii=False, allow_nan=False)
    return {
        PAGE: render(content).encode(errors="replace"),
        DATA: f"{data}\n".encode(errors="replace"),
    }
