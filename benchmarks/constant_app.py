"""What Flask and gunicorn cost by themselves: an application that answers with a constant."""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask, Response

ANSWER_FILE = "CONSTANT_ANSWER_FILE"


def from_environment() -> Flask:
    """An application whose POST /v1/recommendations answers with the content of a file."""
    return constant_app(Path(os.environ[ANSWER_FILE]).read_bytes())


def constant_app(answer: bytes) -> Flask:
    """An application whose POST /v1/recommendations always answers this."""
    app = Flask("constant", static_folder=None)

    def recommendations() -> Response:
        return Response(answer, content_type="application/json")

    app.add_url_rule("/v1/recommendations", "recommendations", recommendations, methods=["POST"])
    return app
