from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from training.demo_store.toml_text import quoted


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_quoted_reads_as_itself(text: str) -> None:
    assert tomllib.loads(f"text = {quoted(text)}")["text"] == text
