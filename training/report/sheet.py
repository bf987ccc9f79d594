"""A sheet to draw on: matplotlib without its global state, and its SVG made fit for a page."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK = "#1f2933"
MUTED = "#66717d"
GRID = "#e2e6ea"
ACCENT = "#1d6b7f"
SOFT = "#a3c9d3"
WARM = "#b8622b"

# The page says what these are in a dark room; elsewhere the colour after the comma holds.
_VARIABLES = {INK: "ink", MUTED: "muted", GRID: "grid", ACCENT: "accent", SOFT: "soft", WARM: "warm"}

_STYLE: dict[str, Any] = {
    "svg.fonttype": "none",  # text stays text: it can be read aloud, searched, and takes the page's font
    "svg.hashsalt": "shopkeeper",  # the same picture has the same bytes
    "text.parse_math": False,  # a product called "$5 mug" is no formula
    "font.family": ["DejaVu Sans"],
    "font.size": 11,
    "text.color": INK,
    "axes.edgecolor": GRID,
    "axes.labelcolor": MUTED,
    "axes.labelsize": 10.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": GRID,
    "ytick.color": GRID,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "xtick.labelsize": 10.5,
    "ytick.labelsize": 10.5,
    "ytick.left": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "figure.dpi": 72,
    "figure.constrained_layout.h_pad": 4 / 72,
    "figure.constrained_layout.w_pad": 4 / 72,
}
_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def draw(name: str, label: str, paint: Callable[[Axes], None], width: int = 420, height: int = 230) -> str:
    """The SVG of what `paint` puts on a sheet of `width` x `height` pixels; `label` is read aloud.

    `name` makes the ids within the picture its own, so that several fit on one page.
    """
    buffer = io.StringIO()
    # matplotlib's types want a literal of every setting there is.
    style = mpl.rc_context(_STYLE)  # type: ignore[arg-type]
    with style, warnings.catch_warnings():
        # The page's font draws the names; that matplotlib's own has no glyph for some is no matter.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(figsize=(width / 72, height / 72), layout="constrained")
        paint(figure.add_subplot())
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return _fit_for_page(buffer.getvalue(), name, label)


def plain(text: str) -> str:
    """The text without characters that XML cannot hold."""
    return _CONTROL.sub(" ", text)


def _fit_for_page(svg: str, name: str, label: str) -> str:
    ET.register_namespace("", _SVG)
    ET.register_namespace("xlink", _XLINK)
    root = ET.fromstring(svg)  # noqa: S314  # matplotlib wrote it a moment ago
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{_SVG}}}style", f"{{{_SVG}}}metadata"):
                parent.remove(child)
    for element in root.iter():
        _rename(element, name)
    for size in ("width", "height"):
        root.attrib.pop(size, None)
    root.attrib |= {
        "role": "img",
        "aria-label": plain(label),
        "stroke-linejoin": "round",
        "stroke-linecap": "butt",
    }
    return ET.tostring(root, encoding="unicode")


def _rename(element: ET.Element, name: str) -> None:
    """Ids of this picture alone, and colours that follow the page."""
    for key, value in element.attrib.items():
        changed = value
        if key == "id":
            changed = f"{name}-{value}"
        elif key == f"{{{_XLINK}}}href":
            changed = value.replace("#", f"#{name}-", 1)
        elif key == "clip-path":
            changed = value.replace("url(#", f"url(#{name}-")
        elif key == "style":
            for colour, variable in _VARIABLES.items():
                changed = changed.replace(colour, f"var(--{variable}, {colour})")
        element.attrib[key] = changed
