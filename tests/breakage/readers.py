"""Readers of a file that is published again and again: each sees one version, whole, and never an older one after a newer."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import time
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
from filelock import FileLock

from g60_pipeline.publish.storage import read_table
from g60_pipeline.publish.warehouse import publish, published_tables
from g60_pipeline.settings import Settings


def _publisher(home: str, publications: int, done: Any) -> None:
    settings = Settings(Path(home))
    tables = {t.full_name: read_table(settings, t) for t in published_tables()}
    sparse = {n: f.clear() if n.startswith("metrics.") else f for n, f in tables.items()}
    begun = dt.datetime.now(dt.UTC)
    for number in range(publications):
        given = sparse | {"core.policy": tables["core.policy"].head(number)}
        with FileLock(settings.lock_file):
            publish(settings, given, built_at=begun + dt.timedelta(minutes=number))
    done.set()


def _reader(database: str, done: Any, told: Any) -> None:
    seen: Counter[str] = Counter()
    versions: set[str] = set()
    newest = ""
    while not done.is_set():
        try:
            with duckdb.connect(database, read_only=True) as connection:
                ((name, candidates),) = connection.execute("SELECT build_id, candidates FROM core.build").fetchall()
                ((held,),) = connection.execute("SELECT count(*) FROM core.observation_candidate").fetchall()
        except duckdb.Error as error:
            seen[f"error: {str(error)[:80]}"] += 1
            continue
        seen["torn" if held != candidates else "older after newer" if name < newest else "whole"] += 1
        newest = max(name, newest)
        versions.add(name)
        time.sleep(0.01)
    told.put((dict(seen), sorted(versions)))


def read_through(home: Path, *, readers: int, publications: int) -> tuple[Counter[str], int]:
    """Return how often readers saw what, and how many versions were seen, while a file is published so many times."""
    context = multiprocessing.get_context("forkserver")
    done, told = context.Event(), context.Queue()
    database = str(Settings(home).database)
    reading = [context.Process(target=_reader, args=(database, done, told)) for _ in range(readers)]
    for process in reading:
        process.start()
    publisher = context.Process(target=_publisher, args=(str(home), publications, done))
    publisher.start()
    publisher.join()
    done.set()
    found = [told.get(timeout=60) for _ in reading]
    for process in reading:
        process.join()
    seen: Counter[str] = Counter()
    for counts, _ in found:
        seen.update(counts)
    if publisher.exitcode != 0:
        seen[f"error: the publisher ended with {publisher.exitcode}"] += 1
    return seen, len({name for _, versions in found for name in versions})
