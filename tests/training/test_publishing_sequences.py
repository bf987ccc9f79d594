"""Any sequence of store, publish, rollback, prune and accidents, held against a list and a set."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from models.errors import ArtifactError
from tests.models.tiny import tiny_bundle
from training import publishing

VERSIONS = ("a", "b", "c", "d", "e")


class Killed(BaseException):
    """Stands for a kill: nothing of ours catches it."""


@contextmanager
def killed_before_the_pointer_moves() -> Iterator[None]:
    def die(*_: object, **__: object) -> None:
        raise Killed

    with pytest.MonkeyPatch.context() as patch, suppress(Killed):
        patch.setattr(os, "replace", die)
        yield


class Publishing(RuleBasedStateMachine):
    """The model: `stored` versions, `damaged` ones among them, and the `stack` of publications."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.artifacts_dir = Path(self.folder.name) / "artifacts"
        self.stored: set[str] = set()
        self.damaged: set[str] = set()
        self.stack: list[str] = []

    def teardown(self) -> None:
        self.folder.cleanup()

    @initialize()
    def begin(self) -> None:
        self.store("a")

    def usable(self, version: str) -> bool:
        return version in self.stored and version not in self.damaged

    @rule(version=st.sampled_from(VERSIONS))
    def store(self, version: str) -> None:
        if version in self.stored:
            with pytest.raises(ArtifactError, match="stored already"):
                publishing.store(tiny_bundle(version), self.artifacts_dir)
        else:
            publishing.store(tiny_bundle(version), self.artifacts_dir)
            self.stored.add(version)

    @rule(version=st.sampled_from(VERSIONS))
    def publish(self, version: str) -> None:
        if not self.usable(version):
            with pytest.raises(ArtifactError, match=version):
                publishing.publish(self.artifacts_dir, version)
            return
        publishing.publish(self.artifacts_dir, version)
        if self.stack[-1:] != [version]:
            self.stack.append(version)

    @rule()
    def roll_back(self) -> None:
        if len(self.stack) < 2 or not self.usable(self.stack[-2]):
            with pytest.raises(ArtifactError):
                publishing.rollback(self.artifacts_dir)
            return
        self.stack.pop()
        assert publishing.rollback(self.artifacts_dir) == self.stack[-1]

    @rule(version=st.sampled_from(VERSIONS))
    def publish_killed(self, version: str) -> None:
        if self.usable(version):
            with killed_before_the_pointer_moves():
                publishing.publish(self.artifacts_dir, version)

    @rule()
    def roll_back_killed(self) -> None:
        if len(self.stack) > 1 and self.usable(self.stack[-2]):
            with killed_before_the_pointer_moves():
                publishing.rollback(self.artifacts_dir)

    @rule(keep=st.integers(0, 4))
    def prune(self, keep: int) -> None:
        unwanted = sorted(self.stored)[: max(len(self.stored) - keep, 0)]
        removed = tuple(version for version in unwanted if version not in self.stack[-2:])
        assert publishing.prune(self.artifacts_dir, keep) == removed
        self.stored -= set(removed)
        self.damaged -= set(removed)

    @precondition(lambda self: self.stored)
    @rule(data=st.data())
    def damage(self, data: st.DataObject) -> None:
        version = data.draw(st.sampled_from(sorted(self.stored)))
        with (self.artifacts_dir / version / "products.joblib").open("ab") as file:
            file.write(b"!")
        self.damaged.add(version)

    @precondition(lambda self: self.damaged)
    @rule(data=st.data())
    def remove_by_hand(self, data: st.DataObject) -> None:
        version = data.draw(st.sampled_from(sorted(self.damaged)))
        shutil.rmtree(self.artifacts_dir / version)
        self.stored.remove(version)
        self.damaged.remove(version)

    @invariant()
    def agrees(self) -> None:
        lines = publishing.list_artifacts(self.artifacts_dir, verify=True)
        assert [line.version for line in lines] == sorted(self.stored)
        assert {line.version for line in lines if line.damage} == self.damaged
        assert publishing.current_version(self.artifacts_dir) == (self.stack[-1] if self.stack else None)
        target = publishing.rollback_target(self.artifacts_dir)
        assert target == (self.stack[-2] if len(self.stack) > 1 else None)


TestPublishing = Publishing.TestCase
TestPublishing.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)
