"""What every model must hold, whatever it is: inherit ModelContract and say how to make one.

A test class gives `fit` (a model as its fit function makes it, the same every time) and `unknown`
(what it answers to ids it does not know and to nothing at all).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.artifact import load_artifact, write_artifact
from models.bundle import PARTS, Part
from models.scored import Scored
from tests.models.tiny import tiny_bundle


class ModelContract:
    """The tests every model inherits."""

    part: str  # its name in models.bundle.PARTS

    def fit(self) -> Part:
        """A model, made anew by its fit function or constructor."""
        raise AssertionError(f"{type(self).__name__} does not say how its model is made")

    def unknown(self, model: Any) -> Sequence[Scored]:
        """Answers to unknown ids and empty queries, all of which must be empty."""
        raise AssertionError(f"{type(self).__name__} does not say what nothing is")

    @pytest.fixture(scope="class")
    @classmethod
    def model(cls) -> Part:
        """One model for all tests of a class: some take seconds to fit."""
        return cls().fit()

    def test_it_is_a_part_of_the_bundle(self, model: Part) -> None:
        assert type(model) is PARTS[self.part]

    def test_round_trip_through_arrays(self, model: Part) -> None:
        again = type(model).from_arrays(model.to_arrays())
        assert_same_arrays(model, again)

    def test_round_trip_through_an_artifact(self, model: Part, tmp_path: Path) -> None:
        changed: Any = {self.part: model}
        bundle = dataclasses.replace(tiny_bundle(), **changed)
        write_artifact(bundle, tmp_path)
        loaded = getattr(load_artifact(tmp_path), self.part)
        assert_same_arrays(model, loaded)
        for name, array in loaded.to_arrays().items():
            assert not array.flags.writeable, name

    def test_fitting_twice_gives_the_same_bytes(self, model: Part) -> None:
        assert_same_arrays(model, self.fit())

    def test_it_holds_plain_finite_numbers(self, model: Part) -> None:
        for name, array in model.to_arrays().items():
            assert not array.dtype.hasobject, name
            assert array.dtype.kind in "biufS", name
            if array.dtype.kind == "f":
                assert np.isfinite(array).all(), name

    def test_it_does_not_change(self, model: Part) -> None:
        for name, array in model.to_arrays().items():
            assert not array.flags.writeable, name
            if array.size:
                with pytest.raises(ValueError, match="read-only"):
                    array.flat[0] = array.flat[0]
        for field in dataclasses.fields(model):  # type: ignore[arg-type]  # every part is a dataclass
            with pytest.raises(dataclasses.FrozenInstanceError):
                setattr(model, field.name, None)

    def test_what_it_does_not_know_is_nothing(self, model: Part) -> None:
        for answer in self.unknown(model):
            assert len(answer.products) == len(answer.scores) == 0


def assert_same_arrays(model: Part, other: Part) -> None:
    """Same names, types, shapes and bytes."""
    arrays, others = dict(model.to_arrays()), dict(other.to_arrays())
    assert arrays.keys() == others.keys()
    for name, array in arrays.items():
        assert array.dtype == others[name].dtype, name
        assert array.shape == others[name].shape, name
        assert array.tobytes() == others[name].tobytes(), name


def assert_descending(answer: Scored) -> None:
    """Best first."""
    assert (np.diff(answer.scores) <= 0).all()
