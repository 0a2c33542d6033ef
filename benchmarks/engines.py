"""Has three engines compute the same metrics, compares them number by number, and prints what each took.

    python benchmarks/engines.py

Part of `make bench`. What each computes: `engines/README.md`. Exits 1 where two differ.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
from pathlib import Path
from typing import Final

import duckdb
import polars as pl
from timing import HERE, cost_of

from g60_pipeline.metrics.figures.total import metric_members
from g60_pipeline.metrics.ratios.national_share import LEVELS
from g60_pipeline.settings import Settings
from g60_pipeline.steps import Context, run_steps

FOLDER: Final = HERE / "engines"
DBT: Final = HERE.parent / ".venv" / "dbt" / "bin" / "dbt"
KEY: Final = ("entity", "indicator_id", "basis", "period_kind", "period_end")
TOLERANCE: Final = 1e-9
"""Relative difference of two results that are called equal."""


def write_tables(folder: Path) -> None:
    """Write what all engines read: Parquet files, and the same as a SQLite database."""
    wanted = ("metrics.figure", *(f"core.{n}" for n in ("corridor_member", "geography", "indicator_basis")))
    tables = run_steps(Context.now(Settings(folder)), wanted=[*wanted, "core.series_break"])
    frames = {name.partition(".")[2]: tables[name] for name in (*wanted, "core.series_break")}
    frames["member"] = metric_members(frames["corridor_member"])
    frames["place"] = frames["geography"].filter(pl.col("level").is_in(LEVELS)).select("geo_code")
    for name, frame in frames.items():
        frame.write_parquet(folder / f"{name}.parquet")
    with sqlite3.connect(folder / "bench.sqlite") as database:
        for name in ("figure", "indicator_basis", "member", "place"):
            plain = frames[name].select(~pl.selectors.nested()).with_columns(pl.selectors.date().cast(pl.String))
            database.execute(f"CREATE TABLE {name} ({', '.join(plain.columns)})")
            marks = ", ".join("?" * plain.width)
            database.executemany(f"INSERT INTO {name} VALUES ({marks})", plain.iter_rows())  # noqa: S608 - our own names


def of_polars(folder: Path) -> dict[str, pl.DataFrame]:
    share, rates = (pl.read_parquet(folder / f"made_{name}.parquet") for name in ("share", "growth"))
    of = pl.coalesce("corridor_id", "geo_code").alias("entity")
    additive = pl.read_parquet(folder / "indicator_basis.parquet").filter("additive").select("indicator_id", "basis")
    return {
        "share": share.join(additive, on=["indicator_id", "basis"]).with_columns(of, value="share"),
        "growth": rates.filter(measure="yoy").with_columns(of),
    }


def of_pandas(folder: Path) -> dict[str, pl.DataFrame]:
    with sqlite3.connect(folder / "bench.sqlite") as database:
        return {
            name: pl.read_database(f"SELECT * FROM {name}", database).with_columns(pl.col("period_end").str.to_date())  # noqa: S608 - our own names
            for name in ("share", "growth")
        }


def of_dbt(folder: Path) -> dict[str, pl.DataFrame]:
    with duckdb.connect(str(folder / "bench.duckdb"), read_only=True) as database:
        return {name: database.sql(f"FROM {name}").pl() for name in ("share", "growth")}


def difference(one: pl.DataFrame, other: pl.DataFrame) -> str | None:
    """Return how two results differ; None where they are equal."""
    left, right = (frame.filter(pl.col("value").is_not_null()).select(*KEY, "value") for frame in (one, other))
    both = left.join(right, on=KEY, suffix="_other")
    if not left.height == right.height == both.height:
        return f"{left.height} and {right.height} rows, {both.height} of the same series"
    apart = both.filter((pl.col("value") - pl.col("value_other")).abs() > TOLERANCE * pl.col("value").abs())
    return f"{apart.height} numbers differ" if apart.height else None


def main() -> int:
    """Measure, compare and print; return the exit code."""
    with tempfile.TemporaryDirectory(prefix="g60_engines_") as name:
        folder = Path(name)
        write_tables(folder)
        os.environ |= {"BENCH_DATABASE": str(folder / "bench.duckdb"), "BENCH_TABLES": str(folder)}
        dbt = [str(DBT), "run", "--project-dir", str(FOLDER), "--profiles-dir", str(FOLDER)]
        dbt += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
        engines = {
            "Polars, steps of the package": ([sys.executable, str(FOLDER / "polars_steps.py"), name], of_polars),
            "pandas + SQLite": ([sys.executable, str(FOLDER / "pandas_sqlite.py"), f"{name}/bench.sqlite"], of_pandas),
            "dbt + DuckDB": (dbt, of_dbt),
        }
        found = {}
        for engine, (command, results) in engines.items():
            if not Path(command[0]).exists():
                print(f"{engine:<32} not installed: see {FOLDER.relative_to(HERE.parent) / 'README.md'}")
                continue
            costs = [cost_of(command, home=folder) for _ in range(3)]
            cost = sorted(costs, key=lambda one: one.cpu)[1]
            found[engine] = results(folder)
            print(f"{engine:<32} {cost.cpu:6.2f} s of work, {cost.wall:6.2f} s on the clock, {cost.peak_gb:.2f} GB")
        first, *others = found.items()
        wrong = False
        for engine, results in others:
            for metric, frame in results.items():
                apart = difference(first[1][metric], frame)
                wrong |= apart is not None
                print(f"  {metric}, {first[0]} and {engine}: {apart or 'equal'}")
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
