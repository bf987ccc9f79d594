"""Lines of keys, held against what the text says."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from config.toml_lines import lines_of_keys

TEXT = '''title = "x"
a.b = 1

[table]
key = [
  1,  # one
  2,
]
[table.inner]
text = """
[[no]]
table = 1
"""
after = { x = 1, y = [2] }

[[list]]
one = 1
[list.sub]
two = 2
[[list]]
one = 1
'''


def test_lines_of_keys_and_tables() -> None:
    assert lines_of_keys(TEXT) == {
        ("title",): 1,
        ("a",): 2,
        ("a", "b"): 2,
        ("table",): 4,
        ("table", "key"): 5,
        ("table", "inner"): 9,
        ("table", "inner", "text"): 10,
        ("table", "inner", "after"): 14,
        ("list",): 16,
        ("list", 0): 16,
        ("list", 0, "one"): 17,
        ("list", 0, "sub"): 18,
        ("list", 0, "sub", "two"): 19,
        ("list", 1): 20,
        ("list", 1, "one"): 21,
    }


def test_windows_ends_of_lines_and_separators_in_comments_count_as_toml_counts() -> None:
    text = "# a\u2028b\x85c\r\nx = 1\r\n\r\n[[t]]\r\ny = 2\r\n"
    assert lines_of_keys(text) == {("x",): 2, ("t",): 4, ("t", 0): 4, ("t", 0, "y"): 5}


@given(st.lists(st.lists(st.sampled_from("abc"), unique=True), max_size=5), st.data())
def test_every_key_of_generated_tables_is_found(tables: list[list[str]], data: st.DataObject) -> None:
    written: list[str] = []
    expected: dict[tuple[str | int, ...], int] = {}
    noise = st.sampled_from([[], [""], ["# [[t]]"], ["", "# x = 1"]])
    for number, keys in enumerate(tables):
        written += [*data.draw(noise), "[[t]]"]
        expected["t", number] = len(written)
        for key in keys:
            written += data.draw(noise)
            lines = data.draw(
                st.sampled_from(["1", '["x",\n "]",\n]', "'''\n[[t]]\n'''", json.dumps("[[t]]")])
            )
            expected["t", number, key] = len(written) + 1
            written += f"{key} = {lines}".split("\n")
    found = lines_of_keys("\n".join(written))
    assert {place: line for place, line in found.items() if place != ("t",)} == expected
