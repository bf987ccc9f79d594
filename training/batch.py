"""Recommendations for many customers at once, written to a file: what the service would say, for all.

The file is written a chunk of customers at a time, by as many processes as wanted; each maps the
artifact, so that they share its memory. How many there are changes nothing in the file.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter

import orjson
import polars as pl

from models.artifact import load_artifact
from models.bundle import Bundle
from models.errors import ArtifactError
from models.policies import Compiled, Occasion, Policy, compiled, in_force, unknown_names
from models.query import Kind, Query
from models.recommender import recommend
from training.batch_files import Row, ending_of, join_chunks, workplace, write_chunk
from training.publishing import current_version, stored_versions
from training.spawned import ordered_map

CHUNK_ROWS = 20_000  # at most, in memory at once in each process
WORTH_A_PROCESS = 5_000  # customers: below, starting another costs more than it saves


@dataclass(frozen=True, slots=True)
class Offer:
    """What each customer is offered: `limit` recommendations over all `kinds` together.

    policies   in their order; those that hold on `occasion` arrange every answer
    occasion   for which placement and channel the file is, and when; None where there are no policies
    """

    kinds: tuple[Kind, ...]
    limit: int
    policies: tuple[Policy, ...] = ()
    occasion: Occasion | None = None


@dataclass(frozen=True, slots=True)
class ChunkSummary:
    """What a chunk came to; `without` counts customers without a recommendation."""

    path: Path
    customers: int
    rows: int
    without: int
    fallbacks: Counter[str]


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """What a batch came to.

    without    customers without a recommendation: they have no row
    fallbacks  customers whose answer is less personal than asked for, by the name of the fallback
    unknown    a sentence for each name in the policies that the artifact does not know
    """

    model_version: str
    customers: int
    rows: int
    without: int
    fallbacks: Counter[str]
    unknown: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class _Chunk:
    """Some customers: `ids`, or, where that is None, the known ones from `start` to `stop`."""

    number: int
    start: int
    stop: int
    ids: list[str] | None


def write_batch(
    artifacts_dir: Path,
    customers: pl.Series | None,
    offer: Offer,
    out: Path,
    *,
    workers: int = 1,
    on_progress: Callable[[int, int], None] | None = None,
) -> BatchSummary:
    """Write the recommendations of the current artifact for `customers`, all known ones if None.

    `out` ends in .parquet, .csv or .ndjson and is replaced only when everything is written; one
    row a recommendation, customers in the order given, `rank` from 1. `on_progress` is told the
    customers done and the customers in all. Raises DataError for `out`, ArtifactError where
    nothing is published or the artifact is damaged.
    """
    started = perf_counter()
    ending = ending_of(out)
    directory = current_directory(artifacts_dir)
    bundle = load_artifact(directory)
    n_customers = len(bundle.customers) if customers is None else len(customers)
    n_workers = max(1, min(workers, math.ceil(n_customers / WORTH_A_PROCESS)))
    parts: list[ChunkSummary] = []
    with (
        workplace(out) as folder,
        ordered_map(_prepare, (directory, offer, folder, ending), n_workers) as spread,
    ):

        def written() -> Iterator[Path]:
            done = 0
            for part in spread(_chunks(customers, n_customers, max(1, CHUNK_ROWS // offer.limit))):
                parts.append(part)
                done += part.customers
                if on_progress:
                    on_progress(done, n_customers)
                yield part.path

        join_chunks(written(), out, folder)
    return BatchSummary(
        bundle.facts.version,
        n_customers,
        sum(part.rows for part in parts),
        sum(part.without for part in parts),
        sum((part.fallbacks for part in parts), Counter()),
        tuple(unknown_names(offer.policies, bundle)),
        perf_counter() - started,
    )


def current_directory(artifacts_dir: Path) -> Path:
    """The directory of the current artifact, which stays the same one if another is published meanwhile.

    Raises ArtifactError where nothing is published.
    """
    version = current_version(artifacts_dir)
    if version is not None:
        return artifacts_dir / version
    stored = stored_versions(artifacts_dir)
    advice = f"`shopkeeper publish` one of: {', '.join(stored)}" if stored else "run `shopkeeper train`"
    raise ArtifactError(f"no artifact is published; {advice}", path=str(artifacts_dir), reason="missing")


def policies_of(offer: Offer, bundle: Bundle) -> tuple[Compiled, ...]:
    """The policies that hold for an offer, compiled for a bundle."""
    return () if offer.occasion is None else in_force(compiled(offer.policies, bundle), offer.occasion)


def rows_for(
    bundle: Bundle, customer_id: str, offer: Offer, policies: tuple[Compiled, ...] = ()
) -> tuple[list[Row], str | None]:
    """The rows of one customer, and the name of the fallback, None for an answer as personal as asked for."""
    query = Query(customer_id=customer_id, kinds=offer.kinds, limit=offer.limit)
    answer = recommend(bundle, query, policies)
    version = bundle.facts.version
    rows = [
        (
            customer_id,
            found.rank,
            found.product_id,
            found.kind,
            found.score,
            found.source,
            orjson.dumps(found.reasons).decode(),
            answer.fallback,
            version,
        )
        for found in answer.recommendations
    ]
    return rows, answer.fallback


def _chunks(customers: pl.Series | None, n_customers: int, size: int) -> Iterator[_Chunk]:
    for number, start in enumerate(range(0, n_customers, size)):
        stop = min(start + size, n_customers)
        ids = None if customers is None else customers[start:stop].to_list()
        yield _Chunk(number, start, stop, ids)


def _prepare(directory: Path, offer: Offer, folder: Path, ending: str) -> Callable[[_Chunk], ChunkSummary]:
    """What a process does once: map the artifact and compile the policies."""
    bundle = load_artifact(directory)
    return partial(_write_chunk, bundle, offer, policies_of(offer, bundle), folder, ending)


def _write_chunk(
    bundle: Bundle, offer: Offer, policies: tuple[Compiled, ...], folder: Path, ending: str, chunk: _Chunk
) -> ChunkSummary:
    ids = chunk.ids
    if ids is None:
        ids = [bundle.customers.id(index) for index in range(chunk.start, chunk.stop)]
    rows: list[Row] = []
    fallbacks: Counter[str] = Counter()
    without = 0
    for customer_id in ids:
        found, fallback = rows_for(bundle, customer_id, offer, policies)
        rows += found
        without += not found
        if fallback:
            fallbacks[fallback] += 1
    path = folder / f"{chunk.number:08}{ending}"
    write_chunk(rows, path)
    return ChunkSummary(path, len(ids), len(rows), without, fallbacks)
