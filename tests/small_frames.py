"""Builders of small frames. Rows are given as differences from a plain default row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

import polars as pl
import pytest

from g60_pipeline.contracts.core.catalog import IndicatorBasis
from g60_pipeline.contracts.core.figures import ObservationCandidate
from g60_pipeline.metrics.figures.figure import figures
from g60_pipeline.metrics.figures.total import best_totals, totals_by_round
from g60_pipeline.normalize.catalog_tables import METRICS_VERSION
from g60_pipeline.normalize.live_rows import VINTAGE_COLUMNS
from g60_pipeline.normalize.observations import CANDIDATE_COLUMNS

TODAY: Final = dt.date(2026, 11, 22)
"""The day on which every test takes place."""


class Make:
    """Builders of small frames. Rows are given as differences from a plain default row."""

    today: Final = TODAY
    places: Final = pl.DataFrame(
        [
            ("WLD", "world", None),
            ("100000", "country", "WLD"),
            ("YRD", "delta", "100000"),
            ("310000", "province", "YRD"),
            ("310117", "district", "310000"),
            ("330000", "province", "YRD"),
            ("330100", "prefecture", "330000"),
            ("330400", "prefecture", "330000"),
            ("340000", "province", "YRD"),
            ("340100", "prefecture", "340000"),
        ],
        schema=["geo_code", "level", "parent_code"],
        orient="row",
    )
    """Three provinces with four members below them."""

    @staticmethod
    def candidates(*rows: dict[str, Any]) -> pl.DataFrame:
        """Return candidates before the choice; `year=2020` stands for the whole calendar year."""
        columns = ObservationCandidate.columns()
        dtypes = {name: columns[name].dtype for name in (*CANDIDATE_COLUMNS, *VINTAGE_COLUMNS, "known_from")}
        filled = [_candidate(f"o{position}", row) for position, row in enumerate(rows, start=1)]
        return pl.DataFrame(filled, schema=dtypes)

    @staticmethod
    def bases(*rows: dict[str, Any]) -> pl.DataFrame:
        """Return bases; without rows the one basis `thing` / `plain`, additive and paired with itself."""
        default = {
            "indicator_id": "thing",
            "basis": "plain",
            "name_en": "Thing",
            "name_zh": "物",
            "kind": "flow",
            "observed_over": "calendar_year",
            "unit": "count",
            "additive": True,
            "non_negative": True,
        }
        dtypes = {name: column.dtype for name, column in IndicatorBasis.columns().items()}
        filled = [default | {"national_basis": row.get("basis", "plain")} | row for row in rows or ({},)]
        return pl.DataFrame([{name: row.get(name) for name in dtypes} for row in filled], schema=dtypes)

    @staticmethod
    def members(*codes: str, corridor: str = "c") -> pl.DataFrame:
        """Return the member set of one corridor."""
        rows = [(corridor, METRICS_VERSION, code) for code in codes]
        return pl.DataFrame(rows, schema=["corridor_id", "version", "geo_code"], orient="row")

    @classmethod
    def figures(cls, *rows: dict[str, Any], bases: pl.DataFrame | None = None) -> pl.DataFrame:
        """Return the figures of candidates."""
        wanted = cls.bases() if bases is None else bases
        return figures(cls.candidates(*rows), indicator_basis=wanted, geography=cls.places)

    @classmethod
    def totals(
        cls, *rows: dict[str, Any], members: Sequence[str], bases: pl.DataFrame | None = None
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return the figures of candidates and the totals of a corridor `c` in every round."""
        wanted = cls.bases() if bases is None else bases
        figure = cls.figures(*rows, bases=wanted)
        total = totals_by_round(figure, members=cls.members(*members), indicator_basis=wanted, geography=cls.places)
        return figure, total

    @classmethod
    def total(cls, *rows: dict[str, Any], members: Sequence[str], bases: pl.DataFrame | None = None) -> dict[str, Any]:
        """Return the one best total of a corridor."""
        best = best_totals(cls.totals(*rows, members=members, bases=bases)[1])
        return best.row(0, named=True) if best.height == 1 else pytest.fail(f"one total expected: {best}")

    @staticmethod
    def inbox_csv(*rows: dict[str, str]) -> str:
        """Return an inbox file; each row is a sound figure of Suzhou, but for what is given."""
        sound = {
            "row_id": "",
            "geo_code": "320500",
            "indicator_id": "gdp",
            "basis": "current_prices",
            "period_kind": "year",
            "period": "2023",
            "value": "24653.4",
            "unit": "cny_100m",
            "status": "",
            "round": "",
            "flags": "",
            "document_id": "",
            "publisher": "Test bureau",
            "document_title": "Test bulletin",
            "published": "2024-03-01",
            "url": "https://example.org/bulletin",
            "grade": "A",
        }
        return _csv(sound, [{"row_id": f"r{position}"} | row for position, row in enumerate(rows, start=1)])

    @staticmethod
    def claims_csv(*rows: dict[str, str]) -> str:
        """Return an inbox file; each row is the sound claim that the corridor has 1/5 of the STAR firms of 2022."""
        sound = {
            "claim_id": "",
            "indicator_id": "star_listed",
            "basis": "",
            "measure": "share_of_nation",
            "form": "point",
            "end_form": "",
            "geo_code": "G60",
            "value": "0.2",
            "value_start": "",
            "unit": "ratio",
            "ratio_n": "5",
            "precision": "",
            "period_start": "",
            "period_end": "2022-12-31",
            "as_of": "",
            "scope_as_printed": "nine_cities",
            "document_id": "",
            "publisher": "Test bureau",
            "document_title": "Test bulletin",
            "published": "2024-03-01",
            "url": "https://example.org/bulletin",
            "grade": "A",
        }
        return _csv(sound, [{"claim_id": f"c{position}"} | row for position, row in enumerate(rows, start=1)])


def _candidate(name: str, row: dict[str, Any]) -> dict[str, Any]:
    year = row.get("year", 2020)
    given = {key: value for key, value in row.items() if key != "year"}
    filled = {
        "observation_id": name,
        "geo_code": "330100",
        "indicator_id": "thing",
        "basis": "plain",
        "period_kind": "calendar_year",
        "period_start": dt.date(year, 1, 1),
        "period_end": dt.date(year, 12, 31),
        "value": 1.0,
        "unit": "count",
        "value_as_published": f"{given.get('value', 1.0):.15g}",
        "unit_as_published": "count",
        "status": "unstated",
        "round": "unknown",
        "flags": [],
        "grade": "B",
        "document_id": "D1",
        "published": dt.date(2021, 3, 1),
        "locator": None,
        "note": None,
        "confirmed_by": None,
        "origin": "made by a test",
        "snapshot_id": None,
        "retrieved_at": None,
        "withdrawn": None,
        "superseded": None,
        "known_from": given.get("published", dt.date(2021, 3, 1)),
    } | given
    return filled | {"year": filled["period_end"].year}


def _cell(value: str) -> str:
    return f'"{value}"' if "," in value else value


def _csv(sound: dict[str, str], rows: list[dict[str, str]]) -> str:
    """Return a CSV file of rows that are sound but for what each says itself."""
    lines = [",".join(sound), *(",".join(_cell(v) for v in (sound | row).values()) for row in rows)]
    return "\n".join(lines) + "\n"
