"""Artifacts: what was written is read, anything else is refused and nothing of it is run."""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import joblib
import numpy as np
import pytest

from models.artifact import (
    DIGEST,
    FORMAT_VERSION,
    MANIFEST,
    SUFFIX,
    load_artifact,
    read_manifest,
    verify_artifact,
    write_artifact,
)
from models.bundle import OPTIONAL_PARTS, PARTS, parts_of
from models.errors import ArtifactError
from tests.models.tiny import tiny_bundle


@pytest.fixture
def artifact(tmp_path: Path) -> Path:
    directory = tmp_path / "tiny-1"
    directory.mkdir()
    write_artifact(tiny_bundle(), directory, {"report.json": b'{"fine": true}'})
    return directory


def refused(directory: Path) -> ArtifactError:
    with pytest.raises(ArtifactError) as caught:
        load_artifact(directory)
    return caught.value


def sign(directory: Path, change: Callable[[dict[str, Any]], None] = lambda _: None) -> None:
    """Make manifest and digest fit whatever is in the directory now, as an attacker would."""
    manifest = json.loads((directory / MANIFEST).read_text())
    for path in directory.iterdir():
        if path.name not in (MANIFEST, DIGEST):
            content = path.read_bytes()
            manifest["files"][path.name] = {
                "size": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
    change(manifest)
    write_manifest(directory, json.dumps(manifest).encode())


def write_manifest(directory: Path, content: bytes) -> None:
    (directory / MANIFEST).write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    (directory / DIGEST).write_text(f"{digest}  {MANIFEST}\n")


def test_what_was_written_is_loaded(artifact: Path) -> None:
    bundle, loaded = tiny_bundle(), load_artifact(artifact)
    assert loaded.facts == bundle.facts
    for part, arrays in parts_of(bundle).items():
        for name, array in parts_of(loaded)[part].items():
            assert array.dtype == arrays[name].dtype
            assert array.tobytes() == arrays[name].tobytes()
            assert not array.flags.writeable


def test_the_manifest_lists_every_file_with_size_and_hash(artifact: Path) -> None:
    manifest = read_manifest(artifact)
    expected = {name + SUFFIX for name in (*PARTS, *OPTIONAL_PARTS)} | {"report.json"}
    assert set(manifest.files) == expected
    for name, entry in manifest.files.items():
        content = (artifact / name).read_bytes()
        assert (entry.size, entry.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_writing_twice_gives_the_same_bytes(artifact: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    again.mkdir()
    write_artifact(tiny_bundle(), again, {"report.json": b'{"fine": true}'})
    for path in artifact.iterdir():
        assert (again / path.name).read_bytes() == path.read_bytes(), path.name


def _put(file: IO[bytes], offset: int, byte: int) -> None:
    file.seek(offset)
    file.write(bytes([byte]))
    file.flush()


def test_byte_flips_all_over_every_file_are_refused(artifact: Path) -> None:
    # One random bit at every eleventh offset, at every one of the manifest and its digest. Verifying is what
    # loading begins with, and all that is needed here.
    bits = np.random.default_rng(20)
    names = sorted(path.name for path in artifact.iterdir())
    flips = 0
    for name in names:
        path = artifact / name
        content = path.read_bytes()
        # The slices of an advisor are 100 kB in the smallest world: every 97th byte of them will do.
        step = 97 if name.removesuffix(SUFFIX) in OPTIONAL_PARTS else 1 if name in (MANIFEST, DIGEST) else 11
        # In place: a file that is cut off and written anew is flushed by some file systems, every time.
        with path.open("r+b") as file:
            for offset in range(int(bits.integers(step)), len(content), step):
                flipped = content[offset] ^ 1 << int(bits.integers(8))
                _put(file, offset, flipped)
                with pytest.raises(ArtifactError) as caught:
                    verify_artifact(artifact)
                assert caught.value.reason == "hash", (name, offset)
                assert (MANIFEST if name == DIGEST else name) in str(caught.value)
                _put(file, offset, content[offset])
                flips += 1
        assert path.read_bytes() == content
    assert flips >= sum((artifact / part).with_suffix(SUFFIX).stat().st_size for part in PARTS) // 11
    verify_artifact(artifact)  # and whole again


@pytest.mark.parametrize("name", [*(part + SUFFIX for part in PARTS), "report.json", MANIFEST, DIGEST])
def test_a_truncated_file_is_refused_at_any_length(artifact: Path, name: str) -> None:
    content = (artifact / name).read_bytes()
    for length in {0, 1, len(content) // 2, len(content) - 1}:
        (artifact / name).write_bytes(content[:length])
        assert refused(artifact).reason == "hash"


@pytest.mark.parametrize("name", [*(part + SUFFIX for part in PARTS), "report.json", MANIFEST, DIGEST])
def test_a_missing_file_is_named(artifact: Path, name: str) -> None:
    (artifact / name).unlink()
    error = refused(artifact)
    assert error.reason == "missing"
    assert name in str(error)


@pytest.mark.parametrize("part", PARTS)
def test_a_part_the_manifest_does_not_know_of_is_missing(artifact: Path, part: str) -> None:
    (artifact / (part + SUFFIX)).unlink()
    sign(artifact, lambda manifest: manifest["files"].pop(part + SUFFIX))
    error = refused(artifact)
    assert error.reason == "missing"
    assert part + SUFFIX in str(error)


def test_no_artifact_at_all(tmp_path: Path) -> None:
    assert refused(tmp_path / "nowhere").reason == "missing"
    (tmp_path / "file").write_text("not a directory")
    assert refused(tmp_path / "file").reason == "missing"


@pytest.mark.parametrize("name", ["extra.joblib", ".hidden", "manifest.json.bak"])
def test_a_file_that_is_not_listed_is_refused_by_name(artifact: Path, name: str) -> None:
    (artifact / name).write_bytes(b"?")
    error = refused(artifact)
    assert error.reason == "unlisted"
    assert name in str(error)


def test_a_directory_that_is_not_listed_is_refused(artifact: Path) -> None:
    (artifact / "folder").mkdir()
    assert refused(artifact).reason == "unlisted"


@pytest.mark.parametrize("version", [0, 1, FORMAT_VERSION - 1])
def test_an_older_format_is_refused_as_one_and_says_what_to_do(artifact: Path, version: int) -> None:
    sign(artifact, lambda manifest: manifest.update(format_version=version))
    error = refused(artifact)
    assert error.reason == "older"
    words = f"older format {version}, and this Shopkeeper reads {FORMAT_VERSION}: train anew"
    assert str(error).endswith(words)


@pytest.mark.parametrize("version", [FORMAT_VERSION + 1, str(FORMAT_VERSION), False, None])
def test_an_unknown_format_version_is_refused_by_number(artifact: Path, version: object) -> None:
    sign(artifact, lambda manifest: manifest.update(format_version=version))
    error = refused(artifact)
    assert error.reason == "format"
    assert repr(version) in str(error)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b'{"format_version": %d}' % FORMAT_VERSION,
        b'{"format_version": %d, "files": 3}' % FORMAT_VERSION,
        b"\xff",
    ],
)
def test_a_manifest_that_is_none_is_refused_though_its_digest_fits(artifact: Path, content: bytes) -> None:
    write_manifest(artifact, content)
    error = refused(artifact)
    assert error.reason == "format"
    assert MANIFEST in str(error)


def test_object_arrays_are_not_written(tmp_path: Path) -> None:
    bundle = tiny_bundle()
    objects = np.array([{"a": 1}, None], dtype=object)
    wrong = replace(bundle, popularity=replace(bundle.popularity, popular=objects))
    with pytest.raises(ArtifactError, match=r"popularity\.joblib: array 'popular' holds Python objects"):
        write_artifact(wrong, tmp_path)


def test_object_arrays_are_not_loaded(artifact: Path) -> None:
    path = artifact / f"buy_again{SUFFIX}"
    joblib.dump({"starts": np.array([{"a": 1}, None], dtype=object)}, path)
    sign(artifact)
    error = refused(artifact)
    assert error.reason == "payload"
    assert path.name in str(error)


class Command:
    """Pickles as a call that leaves a mark: what an attacker would put in an artifact."""

    def __init__(self, call: Callable[..., object], *arguments: object) -> None:
        self.call, self.arguments = call, arguments

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self.call, self.arguments


def payloads(mark: Path) -> dict[str, bytes]:
    """Hostile contents of a part, by name; each would create the file `mark`."""
    import os  # noqa: PLC0415  # the attacker's, not the test's

    command = Command(os.system, f"touch {mark}")
    found = {
        "plain pickle": pickle.dumps({"starts": command}),
        "evaluated": pickle.dumps(Command(eval, f"open({str(mark)!r}, 'w')")),
        "opened": pickle.dumps({"starts": Command(open, str(mark), "w")}),
        "old protocol": pickle.dumps({"starts": command}, protocol=0),
    }
    by_joblib = io.BytesIO()
    joblib.dump({"starts": np.arange(3), "evil": command}, by_joblib)
    found["beside an array"] = by_joblib.getvalue()
    in_objects = io.BytesIO()  # an array of objects is a pickle within the pickle
    joblib.dump({"starts": np.array([command, None], dtype=object)}, in_objects)
    found["within an array of objects"] = in_objects.getvalue()
    compressed = io.BytesIO()
    joblib.dump({"starts": command}, compressed, compress=3)
    found["compressed"] = compressed.getvalue()
    return found


@pytest.mark.parametrize(
    "kind",
    [
        "plain pickle",
        "evaluated",
        "opened",
        "old protocol",
        "beside an array",
        "within an array of objects",
        "compressed",
    ],
)
def test_a_hostile_pickle_with_a_valid_hash_is_refused_and_not_run(artifact: Path, kind: str) -> None:
    mark = artifact.parent / "was-run"
    path = artifact / f"taste{SUFFIX}"
    path.write_bytes(payloads(mark)[kind])
    sign(artifact)
    error = refused(artifact)
    assert error.reason == "payload"
    assert path.name in str(error)
    assert not mark.exists()


def test_the_hostile_pickles_would_have_run(tmp_path: Path) -> None:
    # Otherwise the test above proves nothing.
    mark = tmp_path / "was-run"
    for kind, content in payloads(mark).items():
        joblib.load(io.BytesIO(content))
        assert mark.exists(), kind
        mark.unlink()


@pytest.mark.parametrize("content", [[1, 2], {"starts": 3}, {"starts": [np.arange(3)]}, np.arange(3)])
def test_anything_but_a_dictionary_of_arrays_is_refused(artifact: Path, content: object) -> None:
    joblib.dump(content, artifact / f"taste{SUFFIX}")
    sign(artifact)
    assert refused(artifact).reason == "payload"


def test_a_part_without_one_of_its_arrays_is_refused_by_name(artifact: Path) -> None:
    path = artifact / f"taste{SUFFIX}"
    arrays = dict(tiny_bundle().taste.to_arrays())
    del arrays["gram"]
    joblib.dump(arrays, path)
    sign(artifact)
    error = refused(artifact)
    assert error.reason == "payload"
    assert "gram" in str(error)


def test_not_a_number_in_facts_is_not_written(tmp_path: Path) -> None:
    bundle = tiny_bundle()
    wrong = replace(bundle, facts=replace(bundle.facts, more={"recall": float("nan")}))
    with pytest.raises(ValueError, match="JSON compliant"):
        write_artifact(wrong, tmp_path)


def test_a_copy_is_as_good(artifact: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(artifact, tmp_path / "copy")
    assert load_artifact(copy).facts == tiny_bundle().facts


def test_the_parts_are_the_fields_of_a_bundle() -> None:
    fields = set(tiny_bundle().__dataclass_fields__) - {"facts"}
    assert fields == set(PARTS) | set(OPTIONAL_PARTS)
    for part, kind in PARTS.items():
        assert type(getattr(tiny_bundle(), part)) is kind
