"""Files of a source: found, opened and scanned lazily, with one clear error for what is wrong."""

from __future__ import annotations

import codecs
import gzip
import importlib.util
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob, has_magic
from io import TextIOWrapper
from pathlib import Path
from typing import IO, cast

import polars as pl

from config.data import Source
from models.errors import ConfigError, DataError
from training.data.columns import TableName
from training.data.part import Part

PACKAGE = "package:"
TEXT_SUFFIXES = (".csv", ".csv.gz", ".tsv", ".tsv.gz")
SUFFIXES = (*TEXT_SUFFIXES, ".parquet")
NULL_WORDS = [
    "NULL",
    "null",
    "NaN",
    "nan",
    "None",
    "\\N",
]  # how databases and pandas write nothing into a CSV
_TRANSCODED_CHARACTERS = 1 << 20  # at a time


@contextmanager
def open_files(source: Source, table: TableName) -> Iterator[list[Part]]:
    """The files of `source.path`, sorted by name, each as a lazy frame.

    Files in another encoding than UTF-8 are transcoded into a temporary directory that is gone
    afterwards. Raises DataError or ConfigError, naming the file.
    """
    assert source.path is not None
    paths = find_files(source.path, table)
    with tempfile.TemporaryDirectory(prefix="shopkeeper-") as spool:
        parts = [
            _open(path, source, table, Path(spool) / f"{number}.csv") for number, path in enumerate(paths)
        ]
        _refuse_differing_columns(parts)
        yield parts


def find_files(path: str, table: TableName) -> list[Path]:
    """The files a `path` setting means: a file, a glob, or `package:NAME/inner/path`.

    Raises DataError if there is none, ConfigError if one of them is of a type that is not read.
    """
    pattern = _inside_package(path, table) if path.startswith(PACKAGE) else path
    if has_magic(pattern) and not Path(pattern).exists():
        found = sorted(Path(name) for name in glob(pattern, recursive=True) if Path(name).is_file())
    else:
        found = [Path(pattern)] if Path(pattern).is_file() else []
    if not found:
        raise DataError(f"no file matches data.{table}.path; looked from {Path.cwd()}", source=path)
    for file in found:
        if not file.name.lower().endswith(SUFFIXES):
            raise DataError(
                f"files of this type are not read; valid endings: {', '.join(SUFFIXES)}", source=str(file)
            )
    return found


def _inside_package(path: str, table: TableName) -> str:
    """The place of `package:NAME/inner/path` on disk, found without importing the package."""
    name, _, inner = path.removeprefix(PACKAGE).partition("/")
    spec = importlib.util.find_spec(name) if name.isidentifier() else None
    if spec is None or not spec.submodule_search_locations:
        raise DataError(
            f"data.{table}.path names the Python package {name!r}, which is not installed here", source=path
        )
    return str(Path(spec.submodule_search_locations[0]) / inner)


def _open(path: Path, source: Source, table: TableName, spool: Path) -> Part:
    name = str(path)
    try:
        if path.stat().st_size == 0:
            raise DataError("is empty (0 bytes)", source=name)
        if path.suffix.lower() == ".parquet":
            frame = pl.scan_parquet(path, glob=False)
        else:
            tabbed = path.name.lower().endswith((".tsv", ".tsv.gz"))
            separator = "\t" if tabbed and source.separator == "," else source.separator
            readable = (
                path if _is_utf8(source.encoding, table) else _transcode(path, source.encoding, table, spool)
            )
            frame = pl.scan_csv(
                readable, separator=separator, infer_schema=False, null_values=NULL_WORDS, glob=False
            )
        columns = frame.collect_schema()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise unreadable(error, name, source, table) from error
    return Part(name, frame, columns)


def unreadable(error: Exception, name: str, source: Source, table: TableName) -> DataError:
    """The error to raise for what polars or the file system said about a file."""
    said = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if "utf-8" in said.lower() or "utf8" in said.lower():
        return DataError(
            f"is not {source.encoding}: set data.{table}.encoding to what it is, such as 'latin-1' or 'utf-16'",
            source=name,
        )
    if isinstance(error, pl.exceptions.NoDataError):
        return DataError("is empty: not even a header", source=name)
    if "found more fields" in said:
        said = f"a row has more fields than the header; is a field with a {source.separator!r} left without quotes?"
    if "could not parse" in said:
        said = "a quoted field is never closed, or has a quote inside that is not doubled"
    return DataError(f"cannot be read: {said}", source=name)


def _is_utf8(encoding: str, table: TableName) -> bool:
    try:
        codec = codecs.lookup(encoding)
        "".encode(encoding)  # refuses codecs that are no text encoding, such as base64
    except (LookupError, UnicodeError) as error:
        raise ConfigError(
            f"data.{table}.encoding: {encoding!r} is no text encoding of Python, such as 'utf-8', 'latin-1', 'cp1252'",
            key=f"data.{table}.encoding",
        ) from error
    return codec.name in ("utf-8", "utf-8-sig")


def _transcode(path: Path, encoding: str, table: TableName, target: Path) -> Path:
    """Write the text of `path` as UTF-8 into `target`, a piece at a time."""
    opened = gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb")
    try:
        with opened as raw, target.open("w", encoding="utf-8", newline="") as out:
            text = TextIOWrapper(cast(IO[bytes], raw), encoding=encoding, newline="")
            while piece := text.read(_TRANSCODED_CHARACTERS):
                out.write(piece)
    except UnicodeError as error:
        raise DataError(
            f"is not {encoding} ({error.reason if isinstance(error, UnicodeDecodeError) else error}): "
            f"set data.{table}.encoding to what it is",
            source=str(path),
        ) from error
    except (EOFError, zlib.error) as error:
        raise DataError(f"cannot be read: {error}", source=str(path)) from error
    return target


def _refuse_differing_columns(parts: list[Part]) -> None:
    first = parts[0]
    for part in parts[1:]:
        missing = sorted(set(first.columns) - set(part.columns))
        added = sorted(set(part.columns) - set(first.columns))
        if missing or added:
            raise DataError(
                f"its columns differ from those of {first.name}: missing {', '.join(missing) or 'none'}; "
                f"only here {', '.join(added) or 'none'}",
                source=part.name,
            )
