"""Files of a source: found, opened and scanned lazily, with one clear error for what is wrong."""

from __future__ import annotations

import codecs
import gzip
import importlib.util
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob
from pathlib import Path

import polars as pl

from config.data import Source
from models.errors import ConfigError, DataError
from training.data.columns import TableName
from training.data.listing import listed
from training.data.part import Part

PACKAGE = "package:"
SUFFIXES = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".parquet")
NULL_WORDS = ["NULL", "null", "NaN", "nan", "None", "\\N"]  # nothing, as databases and pandas write it
_TRANSCODED_CHARACTERS = 1 << 20  # at a time


@contextmanager
def open_files(path: str, source: Source, table: TableName) -> Iterator[list[Part]]:
    """The files that `path` means, sorted by name, each as a lazy frame.

    Files in another encoding than UTF-8 are transcoded into a temporary directory that is gone
    afterwards. Raises DataError or ConfigError, naming the file.
    """
    files = find_files(path, table)
    with tempfile.TemporaryDirectory(prefix="shopkeeper-") as spool:
        parts = [_open(file, source, table, Path(spool) / f"{place}.csv") for place, file in enumerate(files)]
        _refuse_differing_columns(parts)
        yield parts


def find_files(path: str, table: TableName) -> list[Path]:
    """The files a `path` setting means: a file, a glob, or `package:NAME/inner/path`.

    Raises DataError if there is none, or if one is of a type that is not read.
    """
    pattern = _inside_package(path, table) if path.startswith(PACKAGE) else path
    if Path(pattern).is_dir():
        advice = f"data.{table}.path names files, such as {path.rstrip('/')}/*.csv"
        raise DataError(f"is a folder: {advice}", source=path)
    # A name that exists is meant as it is, whatever glob would make of its characters.
    there = Path(pattern).is_file()
    names = [pattern] if there else glob(pattern, recursive=True)  # noqa: PTH207  # Path.glob: none from the root
    found = sorted(file for file in map(Path, names) if file.is_file())
    if not found:
        folder = Path(pattern).parent.absolute()
        raise DataError(f"no file matches data.{table}.path; looked in {folder}", source=path)
    for file in found:
        if not file.name.lower().endswith(SUFFIXES):
            endings = ", ".join(SUFFIXES)
            raise DataError(f"files of this type are not read; valid endings: {endings}", source=str(file))
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
            frame = _scan_csv(path, source, table, spool)
        columns = frame.collect_schema()
        if any("\x00" in column or "\ufffd" in column for column in columns):
            raise _wrong_encoding(name, source, table)  # polars reads a header whatever its bytes are
    except (pl.exceptions.PolarsError, OSError) as error:
        raise unreadable(error, name, source, table) from error
    return Part(name, frame, columns)


def _scan_csv(path: Path, source: Source, table: TableName, spool: Path) -> pl.LazyFrame:
    """Every cell as text: it is ours to say which values are wrong."""
    tabbed = path.name.lower().endswith((".tsv", ".tsv.gz"))
    separator = "\t" if tabbed and source.separator == "," else source.separator
    text = path if _is_utf8(source.encoding, table) else _transcode(path, source.encoding, table, spool)
    return pl.scan_csv(text, separator=separator, infer_schema=False, null_values=NULL_WORDS, glob=False)


def unreadable(error: Exception, name: str, source: Source, table: TableName) -> DataError:
    """The error to raise for what polars or the file system said about a file."""
    lines = str(error).strip().splitlines()
    said = lines[0] if lines else type(error).__name__
    if "utf-8" in said.lower() or "utf8" in said.lower():
        return _wrong_encoding(name, source, table)
    if isinstance(error, pl.exceptions.NoDataError):
        return DataError("is empty: not even a header", source=name)
    if "found more fields" in said:
        said = f"a row has more fields than the header; is a {source.separator!r} in a field without quotes?"
    if "could not parse" in said:
        said = "a quoted field is never closed, or has a quote inside that is not doubled"
    return DataError(f"cannot be read: {said}", source=name)


def _wrong_encoding(name: str, source: Source, table: TableName) -> DataError:
    advice = f"set data.{table}.encoding to what it is, such as 'latin-1' or 'utf-16'"
    return DataError(f"is not {source.encoding}: {advice}", source=name)


def _is_utf8(encoding: str, table: TableName) -> bool:
    try:
        codec = codecs.lookup(encoding)
        "".encode(encoding)  # refuses codecs that are no text encoding, such as base64
    except (LookupError, UnicodeError) as error:
        raise ConfigError(
            f"data.{table}.encoding: {encoding!r} is no text encoding of Python; usual ones are 'utf-8', "
            "'latin-1', 'cp1252', 'utf-16'",
            key=f"data.{table}.encoding",
        ) from error
    return codec.name in ("utf-8", "utf-8-sig")


def _transcode(path: Path, encoding: str, table: TableName, target: Path) -> Path:
    """Write the text of `path` as UTF-8 into `target`, a piece at a time."""
    opener = gzip.open if path.suffix.lower() == ".gz" else open
    try:
        with (
            opener(path, "rt", encoding=encoding, newline="") as text,
            target.open("w", encoding="utf-8", newline="") as out,
        ):
            while piece := text.read(_TRANSCODED_CHARACTERS):
                out.write(str(piece))
    except UnicodeError as error:
        advice = f"set data.{table}.encoding to what it is"
        raise DataError(f"is not {encoding} ({error}): {advice}", source=str(path)) from error
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
                f"its columns differ from those of {first.name}: missing {listed(missing) or 'none'}; "
                f"only here {listed(added) or 'none'}",
                source=part.name,
            )
