"""The warehouse as it would have been on a day: the rule of choice and every metric over what was published by then.

It is made of the tables published now, in a folder of its own that is gone with the question. What was printed in
documents without a date stays out, because it is not known whether it was published by then.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from g60_pipeline.errors import UsageError
from g60_pipeline.normalize.choose import CHOICE, choose, observations
from g60_pipeline.normalize.live_rows import china_day
from g60_pipeline.publish.storage import validated
from g60_pipeline.publish.warehouse import publish, published_tables
from g60_pipeline.reader.database import connect, other_version
from g60_pipeline.settings import Settings
from g60_pipeline.steps import STEPS, Context
from g60_pipeline.tables import table

RECORDS: Final = tuple(
    f"core.{name}" for name in ("claim", "collaboration", "policy", "city_profile", "flow", "scope_statement")
)
"""Tables whose rows were known from the day their document was published."""


@dataclass(frozen=True)
class AsOf:
    """The day, and how many figures stay out because their document has no date."""

    day: dt.date
    figures: int
    undated: int

    def as_json(self) -> dict[str, Any]:
        """Return it as an object."""
        return {"as_of": self.day.isoformat(), "figures_known": self.figures, "figures_undated": self.undated}


def known_on(candidates: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    """Return the candidates published by a day, with the choice made among them.

    Args:
        candidates: `core.observation_candidate`.
        day: The day; what was withdrawn or replaced only later was still in force.
    """
    later = pl.col("withdrawn") > day
    known = candidates.filter(pl.col("known_from") <= day).with_columns(
        flags=pl.when(later).then(pl.col("flags").list.set_difference(["withdrawn"])).otherwise("flags"),
        withdrawn=pl.when(~later).then("withdrawn"),
        superseded=pl.when(pl.col("superseded") <= day).then("superseded"),
    )
    return choose(known.drop(CHOICE)).select(candidates.columns)


def records_on(frames: Mapping[str, pl.DataFrame], day: dt.date) -> dict[str, pl.DataFrame]:
    """Return the records, joint papers and corrections that were known on a day, by full name of the table.

    Args:
        frames: Published tables, `core.observation_candidate` among them as it was known on the day.
        day: The day; joint papers are known from the day they were fetched, and until they were withdrawn.
    """
    printed = frames["core.document"].filter(pl.col("published") <= day).select("document_id")
    known = {name: frames[name].join(printed, on="document_id", how="semi", maintain_order="left") for name in RECORDS}
    joint = frames["core.copublication"].filter(china_day() <= day)
    known["core.copublication"] = joint.with_columns(
        withdrawn=pl.when(pl.col("withdrawn") <= day).then("withdrawn"),
    ).with_columns(current=_is_newest("geo_code_1", "geo_code_2", "year") & pl.col("withdrawn").is_null())
    figures = frames["core.observation_candidate"]["observation_id"].to_list()
    known["core.correction"] = frames["core.correction"].with_columns(pl.col("row_ids").list.set_intersection(figures))
    return known


def _is_newest(*key: str) -> pl.Expr:
    """Return whether a row is the one fetched last of its key."""
    return pl.col("retrieved_at") == pl.col("retrieved_at").max().over(*key)


@contextmanager
def warehouse_as_of(settings: Settings, day: dt.date) -> Iterator[tuple[Settings, AsOf]]:
    """Publish the warehouse of a day into a temporary folder; it is removed in the end.

    Args:
        settings: Where the tables of now are kept.
        day: The day.

    Raises:
        UsageError: No figure was published by then.
        G60Error: Nothing is built yet.
    """
    frames = _published(settings)
    everything = frames["core.observation_candidate"]
    candidates = known_on(everything, day)
    if candidates.is_empty():
        earliest = everything.select(pl.col("known_from").min().cast(pl.String)).item()
        raise UsageError.of("as_of.nothing", "--as-of", day=day.isoformat(), earliest=earliest)
    frames |= {"core.observation_candidate": candidates, "core.observation": observations(candidates)}
    frames |= records_on(frames, day)
    context = Context(settings=settings, today=day)
    for step in STEPS:
        if step.is_pure:
            frames |= step.make(context, {name: frames[name] for name in step.inputs})
    checked = {name: validated(table(name), frame) for name, frame in frames.items()}
    with tempfile.TemporaryDirectory(prefix="g60-as-of-") as folder:
        past = Settings(home=Path(folder))
        publish(past, checked, built_at=dt.datetime.now(dt.UTC))
        yield past, AsOf(day=day, figures=candidates.height, undated=everything["known_from"].null_count())


def _published(settings: Settings) -> dict[str, pl.DataFrame]:
    """Return the tables of the warehouse in force, in the form of their contracts."""
    import duckdb  # noqa: PLC0415  - for the class of its errors

    with connect(settings) as connection:
        try:
            connection.execute("SET TimeZone = 'UTC'")
            frames = {t.full_name: connection.sql(f"SELECT * FROM {t.full_name}").pl() for t in published_tables()}  # noqa: S608  - names of our own tables
            return {
                name: frame.select(pl.col(c).cast(column.dtype) for c, column in table(name).schema.columns().items())
                for name, frame in frames.items()
            }
        except (duckdb.CatalogException, pl.exceptions.ColumnNotFoundError) as error:
            raise other_version(str(error).partition("\n")[0]) from error
