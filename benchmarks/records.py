"""Makes records as they come - untidy addresses, days in several forms, duplicates, gaps - and times their tally.

    python benchmarks/records.py 1000000 10000000 100000000
    python benchmarks/records.py --engine polars 100000000

Prints, for each number of records, seconds of the processor, seconds on the clock and peak memory of `g60 tally`, and
of DuckDB that only counts different identifiers: of each year, and, from the same four columns that the tally reads, by
the first signs of the address, kind and year. The last lines are the slopes of processor time against records, both as
logarithms. Every run is a process of its own, in a folder that is removed; DuckDB may take 10 GB.
"""

from __future__ import annotations

import argparse
import math
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

CHUNK = 2_000_000
SHARES = {"duplicate": 0.02, "contradiction": 0.001, "no_address": 0.01, "no_day": 0.005, "no_identifier": 0.001}

MEMBERS = """
    上海市松江区 上海松江区 上海市浦东新区 上海市 上海市徐汇区 江苏省苏州市 苏州市姑苏区 江苏省昆山市 苏州工业园区
    浙江省杭州市 杭州市余杭区 浙江省嘉兴市 浙江嘉善县 浙江省湖州市 浙江省金华市 义乌市
    安徽省合肥市 合肥市高新区 合肥高新区 安徽省芜湖市 芜湖市鸠江区 安徽省宣城市 安徽省宣州区
"""
OTHERS = """
    江苏省南京市 江苏省无锡市 浙江省宁波市 浙江省温州市 安徽省蚌埠市 北京市海淀区 广东省深圳市 广东省广州市
    四川省成都市 湖北省武汉市 陕西省西安市 山东省青岛市 云南省昆明市 天津市 重庆市渝北区
"""
KINDS = ["发明专利", "实用新型", "外观设计"]


def write_records(folder: Path, number: int, *, form: str = "parquet", seed: int = 1) -> None:
    """Write files of records into a folder; the same seed gives the same records."""
    random = np.random.default_rng(seed)
    signs = "".join(chr(0x4E00 + int(code)) for code in random.integers(0, 6000, 60_000))
    streets = [f"{signs[i : i + 3]}{'路街道'[i % 3]}" for i in range(0, len(signs) - 3, 3)]
    made, part = 0, 0
    while made < number:
        size = min(CHUNK, number - made)
        frame = _chunk(size, first=made, streets=streets, random=random)
        path = folder / f"part_{part:04}.{form}"
        frame.write_parquet(path) if form == "parquet" else frame.write_csv(path)
        made, part = made + size, part + 1


def _chunk(size: int, *, first: int, streets: list[str], random: np.random.Generator) -> pl.DataFrame:
    members, others = MEMBERS.split(), OTHERS.split()
    places = pl.Series([*members, *others])
    here = random.random(size) < 0.35
    index = np.where(here, random.integers(0, len(members), size), len(members) + random.integers(0, len(others), size))
    street = pl.Series(streets).gather(random.integers(0, len(streets), size))
    numbers = pl.Series(random.integers(1, 2000, size)).cast(pl.String)
    blank = pl.Series(np.where(random.random(size) < 0.03, " ", ""))
    address = (
        places.gather(index)
        + blank
        + street
        + numbers
        + pl.Series(["号", "弄5号", "号3幢２０１室"]).gather(random.integers(0, 3, size))
    )
    identity = np.arange(first, first + size)
    repeated = random.random(size) < SHARES["duplicate"]
    repeated[0] = False
    days = random.integers(0, 365 * 10, size)
    month_first = random.random(size) < 0.2
    frame = pl.DataFrame(
        {
            "申请号": pl.Series(identity).cast(pl.String).str.zfill(12).str.pad_start(14, "C"),
            "地址": address,
            "授权公告日": pl.Series(days).cast(pl.Int32) + 16_436,
            "专利类型": pl.Series(KINDS).gather(random.integers(0, 3, size)),
        }
    ).with_columns(pl.col("授权公告日").cast(pl.Date).dt.to_string("%Y-%m-%d"))
    frame = frame.with_columns(
        pl.when(pl.Series(month_first))
        .then(pl.col("授权公告日").str.replace_all("-", ""))
        .otherwise("授权公告日")
        .alias("授权公告日")
    )
    source = np.where(repeated, np.maximum(np.arange(size) - 1, 0), np.arange(size))
    frame = frame[source]
    gaps = {"地址": "no_address", "授权公告日": "no_day", "申请号": "no_identifier"}
    frame = frame.with_columns(
        pl.when(pl.Series(random.random(size) >= SHARES[share])).then(pl.col(name)).alias(name)
        for name, share in gaps.items()
    )
    moved = pl.Series(repeated & (random.random(size) < SHARES["contradiction"] / SHARES["duplicate"]))
    return frame.with_columns(pl.when(moved).then(pl.lit("安徽省芜湖市")).otherwise("地址").alias("地址"))


COUNT = """
import duckdb, sys
duckdb.sql(f"SET memory_limit = '10GB'; SET temp_directory = '{sys.argv[1]}_spilled'")
files = f"read_parquet('{sys.argv[1]}/*.parquet')"
print(duckdb.sql(sys.argv[2].replace('FILES', files)).fetchall()[:3])
"""
DISTINCT = 'SELECT left("授权公告日", 4) AS year, count(DISTINCT "申请号") FROM FILES GROUP BY year'
SAME_BYTES = """
    SELECT left("地址", 6), "专利类型", left("授权公告日", 4), count(DISTINCT "申请号") FROM FILES GROUP BY ALL
"""
QUERIES = {"DuckDB: identifiers by year": DISTINCT, "DuckDB: the same four columns": SAME_BYTES}


class Run(NamedTuple):
    """What a process took: seconds of the processor, seconds on the clock, and memory at its peak in GB."""

    processor: float
    clock: float
    peak: float


def _timed(command: list[str], *, home: Path) -> Run:
    begun = time.perf_counter()
    process = subprocess.Popen(command, env={**os.environ, "G60_HOME": str(home)}, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, command
    return Run(usage.ru_utime + usage.ru_stime, time.perf_counter() - begun, usage.ru_maxrss / 1024**2)


def _measured(number: int, engines: list[str]) -> Iterator[tuple[str, Run]]:
    home = Path(tempfile.mkdtemp(prefix="g60_records_"))
    try:
        folder = home / "records_in"
        folder.mkdir()
        write_records(folder, number)
        options = (
            "--records patents --from 2015 --to 2024 --covers all --publisher made --title made --grade U --replace"
        )
        tally = [str(Path(sys.executable).with_name("g60")), "tally", str(folder), *options.split()]
        for name in engines:
            yield f"g60 tally, {name}", _timed([*tally, "--engine", name], home=home)
        for name, query in QUERIES.items():
            yield name, _timed([sys.executable, "-c", COUNT, str(folder), query], home=home)
    finally:
        shutil.rmtree(home)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    parser = argparse.ArgumentParser()
    parser.add_argument("numbers", type=int, nargs="*", default=[1_000_000, 10_000_000])
    parser.add_argument("--engine", choices=["polars", "duckdb"], action="append")
    given = parser.parse_args()
    seconds: dict[str, list[float]] = {}
    for number in given.numbers:
        for name, run in _measured(number, given.engine or ["polars", "duckdb"]):
            seconds.setdefault(name, []).append(run.processor)
            times = f"{run.processor:8.1f} s, {run.clock:8.1f} s on the clock"
            print(f"{number:>12,} records  {name:30} {times}  {run.peak:6.2f} GB", flush=True)
    if len(given.numbers) > 1:
        x = [math.log(n) for n in given.numbers]
        for name, taken in seconds.items():
            slope = np.polyfit(x[-2:], [math.log(t) for t in taken[-2:]], 1)[0]
            print(f"slope of the last two, {name}: {slope:.2f}")


if __name__ == "__main__":
    main()
