"""Putting the files of a store into its directory, all of them or none."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from models.errors import ConfigError
from training.demo_store.catalogue import Catalogue


@contextmanager
def written_together(directory: Path) -> Iterator[Path]:
    """A temporary directory beside `directory`; its files are moved in when the block succeeds.

    Raises ConfigError when `directory` is a file or cannot be made.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        workplace = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.resolve().parent))
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigError(f"cannot write there: {reason}", key="out", where=str(directory)) from error
    try:
        yield workplace
        for path in sorted(workplace.iterdir()):
            path.replace(directory / path.name)
    finally:
        shutil.rmtree(workplace)


def write_csv(path: Path, table: pl.DataFrame) -> None:
    """A table as CSV; empty texts and missing values are both an empty cell."""
    texts = pl.selectors.string()
    table.with_columns(pl.when(texts != "").then(texts)).write_csv(path)


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Indented JSON with a final newline; keys keep their order."""
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def products_table(catalogue: Catalogue) -> pl.DataFrame:
    """products.csv: one row a product, texts as written to the file."""
    return pl.DataFrame(
        [
            {
                "product_id": product.product_id,
                "name": product.name,
                "category": product.category,
                "brand": product.brand,
                "size": product.size,
                "price": f"{product.price // 100}.{product.price % 100:02d}",
                "unit_cost": f"{product.unit_cost // 100}.{product.unit_cost % 100:02d}",
                "stock": product.stock,
                "variant_of": product.variant_of,
                "tags": ";".join(product.tags),
                "min_age": 18 if "alcohol" in product.tags else None,
                "url": f"https://shop.example/products/{product.product_id.lower()}",
            }
            for product in catalogue.products
        ],
        schema_overrides={"min_age": pl.Int64},
    )
