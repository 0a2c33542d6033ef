"""Events, policies, profiles, flows and breaks: what is not a known word, place, date or number is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from g60_pipeline.normalize import records

Frames = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def read(graph: Frames) -> Callable[..., tuple[dict[str, Any], list[tuple[str | None, str]]]]:
    """Return a function that reads one embedded record with some cells changed."""
    shared = {"geography": graph["core.geography"], "document": graph["core.document"], "unit": graph["core.unit"], "indicator_basis": graph["core.indicator_basis"]}  # fmt: skip
    wanted = {
        "collaboration": ("geography", "document", "unit"),
        "policy": ("geography", "document"),
        "city_profile": ("geography", "document"),
        "flow": ("geography", "document", "unit"),
        "scope_statement": ("document",),
        "series_break": ("geography", "indicator_basis", "document"),
    }

    def one(name: str, **cells: str | None) -> tuple[dict[str, Any], list[tuple[str | None, str]]]:
        raw = graph[f"raw.{name}"].head(1).with_columns(pl.lit(v, dtype=pl.String).alias(c) for c, v in cells.items())
        kept, issues = getattr(records, name)(raw, **{k: shared[k] for k in wanted[name]})
        assert all(i.message and i.remedy and i.line == 2 for i in issues)
        return (kept.row(0, named=True) if kept.height else {}), [(i.column, i.rule) for i in issues]

    return one


@pytest.mark.parametrize(
    ("name", "cells", "issue"),
    [
        ("collaboration", {"path": "friendship"}, ("path", "unknown_collaboration_path")),
        ("collaboration", {"members": "310000;苏州"}, ("members", "unknown_geography_codes")),
        ("collaboration", {"start": "spring 2019"}, ("start", "not_a_date")),
        ("collaboration", {"amount": "over 200"}, ("amount", "not_a_number")),
        ("collaboration", {"amount_form": "roughly"}, ("amount_form", "unknown_wording_of_an_amount")),
        ("collaboration", {"name_en": None}, ("name_en", "required")),
        ("policy", {"geo_code": "999999"}, ("geo_code", "unknown_geography_code")),
        ("policy", {"issued": "2021-02-30"}, ("issued", "not_a_date")),
        ("city_profile", {"role_zh": None}, ("role_zh", "required")),
        ("flow", {"from_geo": None, "to_geo": None}, ("from_geo", "no_place")),
        ("flow", {"value": "1,638"}, ("value", "comma_in_number")),
        ("flow", {"value": "１６３８"}, ("value", "not_a_number")),
        ("flow", {"directed": "yes"}, ("directed", "unknown_direction_mark")),
        ("flow", {"unit": "pieces"}, ("unit", "unknown_unit")),
        ("scope_statement", {"total_area_km2": "7.62万"}, ("total_area_km2", "not_a_number")),
        ("series_break", {"basis": "real"}, ("basis", "unknown_basis")),
        ("series_break", {"indicator_id": "*", "basis": "*", "territorial": "0"}, ("basis", "unknown_basis")),
        ("series_break", {"indicator_id": "*", "territorial": "1"}, ("basis", "unknown_basis")),
        ("series_break", {"basis": "*", "territorial": "1"}, ("basis", "unknown_basis")),
        ("series_break", {"first_period": "2019-01"}, ("first_period", "not_a_year")),
        ("series_break", {"round": "census3"}, ("round", "unknown_revision_round")),
        ("series_break", {"document_id": "D9999"}, ("document_id", "unknown_document")),
    ],
)
def test_a_bad_record_is_refused(
    read: Callable[..., Any], name: str, cells: dict[str, str | None], issue: tuple[str, str]
) -> None:
    assert read(name, **cells) == ({}, [issue])


def test_a_date_known_in_part_keeps_its_wording_and_gets_its_first_day(read: Callable[..., Any]) -> None:
    row, issues = read("policy", issued="2018-06")
    assert issues == []
    assert (row["issued_as_printed"], row["issued"]) == ("2018-06", dt.date(2018, 6, 1))


def test_places_of_a_flow_become_lists_and_the_year_is_the_last_one_printed(read: Callable[..., Any]) -> None:
    row, _ = read("flow", from_geo="310000; 330100", to_geo=None, period="2018-2022")
    assert (row["from_geo"], row["to_geo"], row["year"]) == (["310000", "330100"], [], 2022)


def test_a_break_of_every_place_is_filed_with_a_star(read: Callable[..., Any]) -> None:
    row, issues = read("series_break", geo_code="*", round=None, first_period="2024")
    assert issues == []
    assert (row["geo_code"], row["round"], row["first_period"]) == ("*", None, 2024)
