"""Builders of events, flows, joint works, policies and places for the tests of collaboration and policies."""

from __future__ import annotations

import datetime as dt
from typing import Any

import dataframely as dy
import polars as pl

from g60_pipeline.contracts.core import catalog, records, snapshots

Row = dict[str, Any]

PLACES = pl.DataFrame(
    [
        ("WLD", "world", None),
        ("100000", "country", "WLD"),
        ("YRD", "delta", "100000"),
        ("G60", "corridor", "100000"),
        ("310000", "province", "YRD"),
        ("310117", "district", "310000"),
        ("320000", "province", "YRD"),
        ("320500", "prefecture", "320000"),
        ("330000", "province", "YRD"),
        ("330100", "prefecture", "330000"),
        ("330400", "prefecture", "330000"),
        ("340000", "province", "YRD"),
        ("340100", "prefecture", "340000"),
        ("341700", "prefecture", "340000"),
    ],
    schema=["geo_code", "level", "parent_code"],
    orient="row",
)
"""Four provinces; Songjiang lies in Shanghai."""

UNITS = pl.DataFrame(
    [("cny", "cny", 0), ("cny_10k", "cny", 4), ("cny_100m", "cny", 8), ("firms", "firms", 0)],
    schema={"unit": pl.String, "dimension": pl.String, "power_of_ten": pl.Int32},
    orient="row",
)

CITIES = ("310000", "330100", "330400", "340100")


def members(**corridors: tuple[str, ...]) -> pl.DataFrame:
    """Return member sets: `members(c=("330100", "330400"))`."""
    pairs = [(corridor, "metrics", code) for corridor, codes in corridors.items() for code in codes]
    return pl.DataFrame(pairs, schema=["corridor_id", "version", "geo_code"], orient="row")


def events(*rows: Row) -> pl.DataFrame:
    """Return `core.collaboration`; events are called e1, e2, ... and are of 2020, each told in a document of its own."""
    plain = {
        "path": "shared_platform",
        "kind": "platform",
        "nature": "event",
        "name_zh": "台",
        "name_en": "Platform",
        "members": [],
    }
    return _frame(
        records.Collaboration,
        [plain | {"event_id": f"e{n}", "document_id": f"d{n}", "year": 2020} | row for n, row in enumerate(rows, 1)],
    )


def flows(*rows: Row) -> pl.DataFrame:
    """Return `core.flow`; flows are called f1, f2, ... and are directed."""
    plain = {
        "flow_indicator": "x",
        "indicator_en": "X",
        "indicator_zh": "甲",
        "year": 2020,
        "value": 1.0,
        "unit": "count",
        "value_form": "point",
        "directed": True,
    }
    return _frame(
        records.Flow, [plain | {"flow_id": f"f{n}", "document_id": f"df{n}"} | row for n, row in enumerate(rows, 1)]
    )


def joint(*rows: Row) -> pl.DataFrame:
    """Return `core.copublication`; without more it is Hangzhou with Jiaxing in 2020, as told today."""
    plain = {
        "geo_code_1": "330100",
        "geo_code_2": "330400",
        "year": 2020,
        "snapshot_id": "s1",
        "works": 1,
        "institutions_1": 1,
        "institutions_2": 1,
        "flags": [],
        "retrieved_at": dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
        "current": True,
        "document_id": "live",
    }
    return _frame(snapshots.Copublication, [plain | row for row in rows])


def policies(*rows: Row) -> pl.DataFrame:
    """Return `core.policy` of policies p1, p2, ...; `issued` is the first day the printed date may mean."""
    plain = {"geo_code": "G60", "level": "national", "title_zh": "策", "title_en": "Policy", "theme": "finance"}
    return _frame(
        records.Policy, [plain | {"policy_id": f"p{n}", "document_id": f"d{n}"} | row for n, row in enumerate(rows, 1)]
    )


def versions(*rows: tuple[str, str, dt.date | None, dt.date | None, tuple[str, ...]]) -> pl.DataFrame:
    """Return `core.corridor_member` from (corridor, version, from, to, codes)."""
    return _frame(
        catalog.CorridorMember,
        [
            {
                "corridor_id": corridor,
                "version": version,
                "geo_code": code,
                "position": position,
                "valid_from": start,
                "valid_to": end,
                "document_title": "List",
            }
            for corridor, version, start, end, codes in rows
            for position, code in enumerate(codes, 1)
        ],
    )


def _frame(schema: type[dy.Schema], rows: list[Row]) -> pl.DataFrame:
    dtypes = {name: column.dtype for name, column in schema.columns().items()}
    return pl.DataFrame([{name: row.get(name) for name in dtypes} for row in rows], schema=dtypes)
