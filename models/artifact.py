"""Artifacts: a bundle on disk that is checked, byte by byte, before anything of it is believed.

A version is a directory of `manifest.json`, `manifest.sha256` and one uncompressed joblib file a
part. The digest covers the manifest; the manifest lists size and SHA-256 of every other file. Only
then is a part loaded, mapped into memory (workers share its pages), by an unpickler that knows no
class but NumPy's arrays and joblib's wrapper of them.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from joblib.numpy_pickle import NumpyArrayWrapper, NumpyUnpickler

from models.bundle import OPTIONAL_PARTS, PARTS, Bundle, Facts, bundle_of, parts_of
from models.errors import ArtifactError

FORMAT_VERSION = 15
MANIFEST = "manifest.json"
DIGEST = "manifest.sha256"
SUFFIX = ".joblib"
OLDER = "older"  # the reason where nothing is wrong but the age


@dataclass(frozen=True, slots=True)
class FileEntry:
    """What the manifest says of a file: bytes and hex SHA-256."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The manifest of one artifact, checked against its digest."""

    format_version: int
    facts: Facts
    files: Mapping[str, FileEntry]


def write_artifact(bundle: Bundle, directory: Path, extras: Mapping[str, bytes] | None = None) -> Manifest:
    """Write a bundle into an existing empty directory and flush it to the disk.

    `extras` are further files by name (the training report), hashed like the rest. The caller
    renames the directory to its final place (`training.publishing`).
    """
    for name, arrays in parts_of(bundle).items():
        _refuse_objects(name, arrays, directory)
        joblib.dump({key: np.asarray(array) for key, array in arrays.items()}, directory / (name + SUFFIX))
    for name, content in (extras or {}).items():
        (directory / name).write_bytes(content)
    files = {path.name: FileEntry(path.stat().st_size, _sha256(path)) for path in sorted(directory.iterdir())}
    manifest = Manifest(FORMAT_VERSION, bundle.facts, files)
    content = _encode(manifest)
    (directory / MANIFEST).write_bytes(content)
    (directory / DIGEST).write_bytes(_digest_line(content))
    for path in directory.iterdir():
        _flush(path)
    _flush(directory)
    return manifest


def read_manifest(directory: Path) -> Manifest:
    """The manifest of an artifact, after its digest and format version were checked.

    Raises ArtifactError with reason `missing`, `hash`, `older` or `format`.
    """
    content = _read(directory / MANIFEST)
    if _read(directory / DIGEST) != _digest_line(content):
        raise ArtifactError(f"does not match {DIGEST}", path=str(directory / MANIFEST), reason="hash")
    try:
        return _decode(json.loads(content), directory / MANIFEST)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        # The digest fits, so somebody wrote it so.
        raise ArtifactError(
            f"is no manifest: {error!r}", path=str(directory / MANIFEST), reason="format"
        ) from error


def _decode(raw: dict[str, Any], path: Path) -> Manifest:
    version = raw.get("format_version")
    if type(version) is int and version < FORMAT_VERSION:
        raise ArtifactError(
            f"is of the older format {version}, and this Shopkeeper reads {FORMAT_VERSION}: train anew",
            path=str(path),
            reason=OLDER,
        )
    if version != FORMAT_VERSION:
        raise ArtifactError(
            f"format version {version!r} is not known here; this Shopkeeper reads {FORMAT_VERSION}",
            path=str(path),
            reason="format",
        )
    files = {name: FileEntry(**entry) for name, entry in raw["files"].items()}
    return Manifest(FORMAT_VERSION, Facts(**raw["facts"]), files)


def verify_artifact(directory: Path) -> Manifest:
    """Check every file of an artifact against its manifest, loading none.

    Raises ArtifactError with reason `missing`, `hash`, `format` or `unlisted`.
    """
    manifest = read_manifest(directory)
    present = {path.name for path in directory.iterdir()} - {MANIFEST, DIGEST}
    for name in sorted(present - set(manifest.files)):
        raise ArtifactError("is not listed in the manifest", path=str(directory / name), reason="unlisted")
    # Hashing releases the interpreter lock: two files at a time halve the loading time.
    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(lambda item: _verify_file(directory / item[0], item[1]), manifest.files.items()))
    return manifest


def load_artifact(directory: Path) -> Bundle:
    """Verify an artifact, then map it into memory.

    Raises ArtifactError naming the file, with reason `missing`, `hash`, `format`, `unlisted` or
    `payload` (anything but a dictionary of plain arrays).
    """
    manifest = verify_artifact(directory)
    names = [*PARTS, *(name for name in OPTIONAL_PARTS if name + SUFFIX in manifest.files)]
    parts = {name: _load_part(directory / (name + SUFFIX), manifest) for name in names}
    try:
        return bundle_of(manifest.facts, parts)
    except KeyError as error:
        raise ArtifactError(f"lacks the array {error}", path=str(directory), reason="payload") from error


class _PlainWrapper(NumpyArrayWrapper):  # type: ignore[misc]  # joblib ships no types
    """joblib's wrapper, which reads no array of objects: those are a second pickle within the first."""

    def read(self, unpickler: NumpyUnpickler, ensure_native_byte_order: bool) -> np.ndarray:
        if self.dtype.hasobject or not self.allow_mmap:
            raise pickle.UnpicklingError("an array of Python objects is not allowed in an artifact")
        array: np.ndarray = super().read(unpickler, ensure_native_byte_order)
        return array


class _ArraysOnly(NumpyUnpickler):  # type: ignore[misc]  # joblib ships no types
    """joblib's unpickler, which finds no class outside this list however the file was made."""

    ALLOWED = frozenset(
        {
            ("joblib.numpy_pickle", "NumpyArrayWrapper"),
            ("numpy", "ndarray"),
            ("numpy", "dtype"),
        }
    )

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in self.ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} is not allowed in an artifact")
        return _PlainWrapper if name == "NumpyArrayWrapper" else super().find_class(module, name)


def _load_part(path: Path, manifest: Manifest) -> dict[str, np.ndarray]:
    if path.name not in manifest.files:
        raise ArtifactError("is not in the manifest", path=str(path), reason="missing")
    try:
        with path.open("rb") as file:
            loaded = _ArraysOnly(str(path), file, ensure_native_byte_order=False, mmap_mode="r").load()
    except Exception as error:  # whatever a hostile or truncated payload raises, the answer is one refusal
        raise ArtifactError(f"cannot be loaded: {error}", path=str(path), reason="payload") from error
    if not isinstance(loaded, dict) or not all(isinstance(item, np.ndarray) for item in loaded.values()):
        raise ArtifactError("holds something other than arrays", path=str(path), reason="payload")
    _refuse_objects(path.stem, loaded, path.parent)
    # As plain arrays: np.memmap's own indexing costs a microsecond a call and adds nothing here.
    return {name: np.asarray(array) for name, array in loaded.items()}


def _refuse_objects(part: str, arrays: Mapping[str, np.ndarray], directory: Path) -> None:
    for name, array in arrays.items():
        if array.dtype.hasobject:
            raise ArtifactError(
                f"array {name!r} holds Python objects; artifacts hold plain numbers and bytes only",
                path=str(directory / (part + SUFFIX)),
                reason="payload",
            )


def _verify_file(path: Path, entry: FileEntry) -> None:
    try:
        size = path.stat().st_size
    except FileNotFoundError as error:
        raise ArtifactError("is missing", path=str(path), reason="missing") from error
    if size != entry.size:
        raise ArtifactError(
            f"has {size} bytes, the manifest says {entry.size}", path=str(path), reason="hash"
        )
    if _sha256(path) != entry.sha256:
        raise ArtifactError("does not match its SHA-256 in the manifest", path=str(path), reason="hash")


def _encode(manifest: Manifest) -> bytes:
    return json.dumps(asdict(manifest), indent=1, sort_keys=True, allow_nan=False).encode() + b"\n"


def _digest_line(content: bytes) -> bytes:
    return f"{hashlib.sha256(content).hexdigest()}  {MANIFEST}\n".encode()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ArtifactError("is missing", path=str(path), reason="missing") from error


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
