"""What several benchmarks read: real data where it is there, generated data everywhere."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import polars as pl
from rich.console import Console
from scipy.sparse import csr_matrix

from benchmarks.big_shop import BigShop, write_orders

DATA = Path(__file__).parents[2] / "shared" / "data"
console = Console()


def real_file(name: str) -> Path | None:
    """A file of real data beside the project, or None, said loudly."""
    path = DATA / name
    if path.exists():
        return path
    console.print(f"[bold red]SKIPPED: {name} is not in {DATA}[/]; the figures for it are missing below")
    return None


def online_retail_baskets() -> csr_matrix | None:
    """Online Retail II as int32 ones [n_invoices, n_codes]: sales with a price, cancellations left out."""
    path = real_file("online_retail_ii.parquet")
    if path is None:
        return None
    sales = (
        pl.scan_parquet(path)
        .filter((pl.col("Quantity") > 0) & (pl.col("UnitPrice") > 0))
        .select(order=pl.col("InvoiceNo").cast(pl.String), product=pl.col("StockCode").cast(pl.String))
        .filter(~pl.col("order").str.starts_with("C"))
        .collect()
    )
    return _baskets(sales)


def generated_baskets(baskets: int, products: int) -> csr_matrix:
    """A generated shop as int32 ones [n_baskets, n_products]."""
    with tempfile.TemporaryDirectory() as folder:
        write_orders(BigShop(baskets=baskets, products=products, customers=baskets // 16), Path(folder))
        lines = pl.read_parquet(f"{folder}/*.parquet", columns=["order_id", "product_id"])
    return _baskets(lines.rename({"order_id": "order", "product_id": "product"}))


def _baskets(lines: pl.DataFrame) -> csr_matrix:
    codes = lines.select(pl.all().rank("dense").cast(pl.Int32) - 1)
    orders, products = codes["order"].to_numpy(), codes["product"].to_numpy()
    matrix = csr_matrix((np.ones(len(orders), dtype=np.int32), (orders, products)))
    matrix.sum_duplicates()
    matrix.data[:] = 1
    return matrix
