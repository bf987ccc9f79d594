"""The files a batch writes: chunks first, then one file of them that appears whole or not at all."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from models.errors import DataError, did_you_mean

SCHEMA = pl.Schema(
    {
        "customer_id": pl.String(),
        "rank": pl.Int32(),
        "product_id": pl.String(),
        "kind": pl.String(),
        "score": pl.Float64(),
        "source": pl.String(),
        "reasons": pl.String(),
        "fallback": pl.String(),
        "model_version": pl.String(),
    }
)
ENDINGS = (".parquet", ".csv", ".ndjson")
ROW_GROUP = 100_000  # rows
LOCK = ".lock"
UNFINISHED = ".unfinished"

Row = tuple[Any, ...]


def ending_of(out: Path) -> str:
    """The ending of a file to be written; raises DataError for one that is not known."""
    ending = out.suffix.lower()
    if ending not in ENDINGS:
        raise DataError(
            f"files ending in {ending!r} are not written; {did_you_mean(ending, ENDINGS)}", source=str(out)
        )
    return ending


@contextmanager
def workplace(out: Path) -> Iterator[Path]:
    """A directory beside `out` for chunks, gone afterwards; those of killed processes go first.

    Raises DataError where nothing can be written there.
    """
    try:
        if out.is_dir():
            raise DataError("is a directory; name a file", source=str(out))
        out.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(out)
        folder = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=UNFINISHED, dir=out.parent))
    except OSError as error:
        raise DataError(f"cannot be written: {error.strerror}", source=str(out)) from error
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def write_chunk(rows: list[Row], path: Path) -> None:
    """Write rows (columns as in SCHEMA, reasons as JSON text) in the format of the path's ending.

    A chunk of CSV has no header.
    """
    if path.suffix == ".ndjson":
        path.write_bytes(b"".join(_json_line(row) for row in rows))
        return
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    if path.suffix == ".csv":
        frame.write_csv(path, include_header=False)
    else:
        frame.write_parquet(path, compression="zstd", row_group_size=ROW_GROUP)


def join_chunks(chunks: Iterable[Path], out: Path, folder: Path) -> None:
    """Make `out` of the chunks, in their order, and remove them. It is replaced in one rename."""
    whole = folder / f"whole{out.suffix.lower()}"
    if whole.suffix == ".parquet":
        _join_parquet(list(chunks), whole)
    else:
        _concatenate(chunks, whole)
    put_in_place(whole, out)


def put_in_place(whole: Path, out: Path) -> None:
    """Make a finished file `out`, in one rename, and flush it to the disk."""
    _flush(whole)
    whole.replace(out)
    _flush(out.parent)


def _concatenate(chunks: Iterable[Path], whole: Path) -> None:
    """Each chunk is appended as soon as it is there, so that the disk holds little twice."""
    with whole.open("wb") as file:
        if whole.suffix == ".csv":
            file.write((",".join(SCHEMA) + "\n").encode())
        for chunk in chunks:
            with chunk.open("rb") as part:
                shutil.copyfileobj(part, file, 1 << 20)
            chunk.unlink()


def _join_parquet(chunks: list[Path], whole: Path) -> None:
    frame = pl.scan_parquet(chunks, glob=False) if chunks else pl.LazyFrame(schema=SCHEMA)
    frame.sink_parquet(whole, compression="zstd", row_group_size=ROW_GROUP, maintain_order=True)


def _json_line(row: Row) -> bytes:
    line = dict(zip(SCHEMA, row, strict=True))
    line["reasons"] = orjson.Fragment(line["reasons"])
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def _remove_abandoned(out: Path) -> None:
    """Remove workplaces whose process no longer holds their lock."""
    for folder in out.parent.iterdir():
        if not (folder.name.startswith(f".{out.name}.") and folder.name.endswith(UNFINISHED)):
            continue
        try:
            descriptor = os.open(folder / LOCK, os.O_RDWR)
        except OSError:  # just being made by another process, or not ours
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(descriptor)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
