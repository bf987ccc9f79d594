"""Which worlds are asked for; what they show takes minutes and belongs to the benchmark."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.plan_worlds import WORLDS, asked_for


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ([], list(WORLDS)),
        (["--worlds", "sessions", "drifting"], ["sessions", "drifting"]),
        (["--drawn", "2"], ["drawn 1", "drawn 2"]),
        (["--drawn", "1", "--seed", "50"], ["drawn 1"]),
    ],
)
def test_worlds_are_some_of_the_thirteen_or_drawn(arguments: list[str], names: list[str]) -> None:
    assert list(asked_for(arguments)) == names


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--worlds", "sessions", "--drawn", "2"], "--drawn takes others in their place"),
        (["--drawn", "2", "--worlds"], "--drawn takes others in their place"),
        (["--seed", "1"], "give it with --drawn"),
        (["--worlds", "sessions", "--seed", "0"], "give it with --drawn"),
        (["--worlds", "session"], "invalid choice: 'session'"),
    ],
)
def test_what_does_not_go_together_is_refused(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    with pytest.raises(SystemExit) as stopped:
        asked_for(arguments)
    assert stopped.value.code == 2
    assert words in capsys.readouterr().err


def test_the_seed_is_of_what_is_drawn_and_1_unless_given() -> None:
    plain, one, two = (
        asked_for(["--drawn", "1", *seed])["drawn 1"]().amount
        for seed in ([], ["--seed", "1"], ["--seed", "2"])
    )
    assert np.array_equal(plain, one)
    assert not np.array_equal(plain, two)
