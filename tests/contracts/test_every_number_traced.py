"""Every row of every metric leads back to figures and their documents, and shares can be computed anew without Polars."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from g60_pipeline.tables import TABLES
from g60_pipeline.tables.described import columns_of

Frames = dict[str, pl.DataFrame]
METRICS = [t.name for t in TABLES.values() if t.layer == "metrics" and "input_ids" in t.schema.column_names()]
EIGHT = ("320500", "330100", "330400", "330500", "330700", "340100", "340200", "341800")
SHANGHAI = {"g60_songjiang": "310117", "g60_shanghai": "310000"}


@pytest.fixture(scope="module")
def held(graph: Frames) -> dict[str, dict[str, Any]]:
    return {r["observation_id"]: r for r in graph["core.observation_candidate"].iter_rows(named=True)}


RULES = ("province", "nation", "delta", "takes_part", "together", "identity", "assumed")
"""Kinds of constraints that tie numbers to each other without a figure."""


@pytest.mark.parametrize("name", METRICS)
def test_every_row_cites_figures_that_exist_and_documents_that_exist(
    graph: Frames, held: dict[str, dict[str, Any]], name: str
) -> None:
    documents = set(graph["core.document"]["document_id"])
    for row in graph[f"metrics.{name}"].iter_rows(named=True):
        without = row.get("verdict") == "not_computable" or row.get("reason_code") or row.get("kind") in RULES
        assert row["input_ids"] or without, row["metric_id"]
        assert row["input_ids"] == sorted(set(row["input_ids"]))
        assert all(held[i]["document_id"] in documents for i in row["input_ids"])


@pytest.mark.parametrize("name", METRICS)
def test_every_row_names_a_formula_and_a_unit_of_the_catalog(graph: Frames, name: str) -> None:
    metric = graph[f"metrics.{name}"]
    assert set(metric["formula_id"]) <= set(graph["core.formula"]["formula_id"])
    assert "unit" not in metric.columns or set(metric["unit"]) <= set(graph["core.unit"]["unit"])


@pytest.mark.parametrize("name", METRICS)
def test_no_row_uses_estimates_or_parts_of_a_year(graph: Frames, held: dict[str, dict[str, Any]], name: str) -> None:
    for row in graph[f"metrics.{name}"].iter_rows(named=True):
        for figure in (held[i] for i in row["input_ids"]):
            assert figure["period_kind"] != "part_year"
            assert "estimated_by_source" not in figure["flags"]


OF_THE_WHOLE = "growth_decomposition"
"""Metric of members whose flags are those of all figures of the corridor's change."""

BESIDE_BOUNDS = ("bound", "bound_constraint", "claim_bound", "gradient_evidence", "gradient_stability", "wanted")
"""Bounds, which are made of bounds; metrics of a member that cite the figures of all members, bounds among them."""


@pytest.mark.parametrize("name", METRICS)
def test_what_a_reader_must_know_of_a_figure_is_known_of_the_number_made_of_it(
    graph: Frames, held: dict[str, dict[str, Any]], name: str
) -> None:
    for row in graph[f"metrics.{name}"].iter_rows(named=True):
        of_inputs = {flag for i in row["input_ids"] for flag in held[i]["flags"]}
        assert of_inputs <= set(row["flags"]), row["metric_id"]
        if name != OF_THE_WHOLE:
            assert set(row["flags"]) - of_inputs <= {"mixed_vintage", "break", "basis_joined"}


@pytest.mark.parametrize("name", [name for name in METRICS if name not in BESIDE_BOUNDS])
def test_a_value_is_never_made_of_bounds(graph: Frames, held: dict[str, dict[str, Any]], name: str) -> None:
    (lead,) = (column.column_name for column in columns_of(f"metrics.{name}") if column.leads)
    for row in graph[f"metrics.{name}"].filter(pl.col(lead).is_not_null()).iter_rows(named=True):
        used = {flag for i in row["input_ids"] for flag in held[i]["flags"]}
        assert not used & {"lower_bound", "upper_bound"}, row["metric_id"]


@pytest.mark.parametrize("name", ["corridor_total", "national_share"])
def test_one_round_is_claimed_only_where_all_figures_are_of_it(
    graph: Frames, held: dict[str, dict[str, Any]], name: str
) -> None:
    for row in graph[f"metrics.{name}"].iter_rows(named=True):
        rounds = {held[i]["round"] for i in row["input_ids"]}
        if row["round"] != "unknown":
            assert rounds == {row["round"]}, row["metric_id"]
        if len(rounds) > 1:
            assert "mixed_vintage" in row["flags"], row["metric_id"]


def test_totals_are_the_sums_of_the_figures_they_cite(graph: Frames, held: dict[str, dict[str, Any]]) -> None:
    whole = graph["metrics.corridor_total"].filter(pl.col("value").is_not_null())
    assert whole.height > 90
    for row in whole.iter_rows(named=True):
        assert len(row["input_ids"]) == row["members_expected"] == 9
        assert row["value"] == pytest.approx(sum(held[i]["value"] for i in row["input_ids"]), rel=1e-12)
        assert len({held[i]["geo_code"] for i in row["input_ids"]}) == 9


def figures(graph: Frames, basis: str, day: dt.date) -> dict[str, dict[str, Any]]:
    """Return the figure of each place on a basis and day that grade, status and date would choose, in plain Python."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in graph["core.observation_candidate"].to_dicts():
        if (row["basis"], row["period_end"]) == (basis, day) and "estimated_by_source" not in row["flags"]:
            found.setdefault(row["geo_code"], []).append(row)
    newest = dt.date(1, 1, 1)
    return {
        code: min(
            rows,
            key=lambda r: (
                r["grade"] == "U",
                "lower_bound" in r["flags"],
                "rounded" in r["flags"],
                ("final", "revised", "unstated", "preliminary").index(r["status"]),
                r["grade"],
                -(r["published"] or newest).toordinal(),
                r["observation_id"],
            ),
        )
        for code, rows in found.items()
    }


@pytest.mark.parametrize("corridor", SHANGHAI)
def test_every_share_of_firms_computed_anew(graph: Frames, corridor: str) -> None:
    """The tally of every month, from the candidates alone: eight cities, Shanghai as the corridor counts it, unplaced firms."""
    tallied: dict[tuple[str, dt.date], dict[str, float]] = {}
    for row in graph["core.observation_candidate"].to_dicts():
        if row["basis"] in {"tally", "tally_unplaced"}:
            tallied.setdefault((row["basis"], row["period_end"]), {})[row["geo_code"]] = row["value"]
    rows = graph["metrics.national_share"].filter(corridor_id=corridor, basis="tally")
    assert rows.height == 83
    for row in rows.iter_rows(named=True):
        placed, unplaced = (tallied[basis, row["period_end"]] for basis in ("tally", "tally_unplaced"))
        low = sum(placed[code] for code in EIGHT)
        high = 0.0
        for province in ("320000", "330000", "340000"):
            inside = [code for code in EIGHT if code[:2] == province[:2]]
            high += min(sum(placed[code] for code in inside) + unplaced[province], placed[province])
        missing = corridor == "g60_songjiang"
        low += placed["310117"] if missing else placed["310000"]
        high += placed["310117"] + unplaced["310000"] if missing else placed["310000"]
        china = placed["100000"]
        assert row["share_low"] == pytest.approx(low / china, rel=1e-12)
        assert row["share_high"] == pytest.approx(high / china, rel=1e-12)
        assert (row["share"] is not None) == (low == high)
        assert row["share"] is None or row["share"] == pytest.approx(low / china, rel=1e-12)


@pytest.mark.parametrize(("corridor", "shanghai"), SHANGHAI.items())
@pytest.mark.parametrize("year", [2010, 2020])
def test_every_share_of_the_census_computed_anew(graph: Frames, corridor: str, shanghai: str, year: int) -> None:
    day = dt.date(year, 11, 1)
    people = figures(graph, "resident_census", day)
    members = (*EIGHT, shanghai)
    rows = graph["metrics.national_share"].filter(corridor_id=corridor, basis="resident_census", period_end=day)
    known = [people[code] for code in members if code in people]
    if not known or "100000" not in people:
        assert rows.is_empty()
        return
    row = rows.row(0, named=True)
    china = people["100000"]["value"]
    low = sum(figure["value"] for figure in known)
    assert row["members_reporting"] == len(known)
    assert row["share_low"] == pytest.approx(low / china, rel=1e-12)
    assert (row["share"] is not None) == (len(known) == len(members))
    assert {figure["observation_id"] for figure in known} <= set(row["input_ids"])


def test_every_share_of_a_place_computed_anew(graph: Frames, held: dict[str, dict[str, Any]]) -> None:
    rows = graph["metrics.national_share"].filter(pl.col("share").is_not_null(), pl.col("geo_code").is_not_null())
    assert rows.height > 1000
    for row in rows.iter_rows(named=True):
        (above,) = [held[i] for i in row["input_ids"] if held[i]["geo_code"] == row["geo_code"]]
        (below,) = [held[i] for i in row["input_ids"] if held[i]["geo_code"] == "100000"]
        assert row["share"] == pytest.approx(above["value"] / below["value"], rel=1e-12)
        if "basis_joined" not in row["flags"]:
            assert (above["basis"], below["basis"]) == (row["basis"], row["national_basis"])
        if row["indicator_id"] != "land_area":
            assert above["period_end"] == below["period_end"] == row["period_end"]
