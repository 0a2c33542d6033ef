"""The facts in the package: every file is read whole, and every row of it reaches the core tables."""

from __future__ import annotations

import csv
import datetime as dt
from importlib.resources import files
from pathlib import Path

import polars as pl
import pytest

from g60_pipeline.builds.clock import newest_document
from g60_pipeline.errors import G60Error
from g60_pipeline.ingest import facts
from g60_pipeline.ingest.corrections import REGISTER
from g60_pipeline.ingest.facts import FACTS, read_facts
from g60_pipeline.settings import Settings
from g60_pipeline.steps import Context, run_steps

Frames = dict[str, pl.DataFrame]

KEYS = {
    "document": ("core.document", "document_id"),
    "star_listing": ("core.star_listing", "stock_code"),
    "claim": ("core.claim", "claim_id"),
    "collaboration": ("core.collaboration", "event_id"),
    "policy": ("core.policy", "policy_id"),
    "city_profile": ("core.city_profile", "profile_id"),
    "flow": ("core.flow", "flow_id"),
    "scope_statement": ("core.scope_statement", "scope_id"),
    "series_break": ("core.series_break", "break_id"),
    "rejected": ("core.rejected", "evidence_id"),
}


def records(name: str) -> list[dict[str, str]]:
    with (files("g60_pipeline") / "facts" / FACTS[name]).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", FACTS)
def test_a_facts_file_is_read_whole_and_unchanged(name: str) -> None:
    frame = read_facts(name)
    read = [{k: v or "" for k, v in row.items() if k not in {"file", "line"}} for row in frame.to_dicts()]
    printed = records(name)
    assert [{k: row.get(k, "") for k in read[0]} for row in printed] == read if read else printed == []
    assert frame["file"].unique().to_list() == ([f"facts/{FACTS[name]}"] if read else [])


def test_every_file_of_the_folder_is_read() -> None:
    stored = {f.name for f in (files("g60_pipeline") / "facts").iterdir() if f.name.endswith(".csv")}
    assert stored == {*FACTS.values(), REGISTER}


def test_the_contracts_refuse_no_embedded_row(graph: Frames) -> None:
    assert graph["core.quarantine"].is_empty()


def test_no_embedded_row_is_refused_on_the_day_of_the_newest_document(tmp_path: Path) -> None:
    """So a clock that the preconditions of a build let pass never makes the publication smaller."""
    today = dt.date.fromisoformat(newest_document()[0])
    made = run_steps(Context(Settings(tmp_path), today), wanted=("core.quarantine",))
    assert {name: frame.height for name, frame in made.items() if name.startswith("issue.") and frame.height} == {}


@pytest.mark.parametrize("name", KEYS)
def test_every_record_reaches_its_core_table(graph: Frames, name: str) -> None:
    table, key = KEYS[name]
    assert sorted(graph[table][key].unique().to_list()) == sorted(row[key] for row in records(name))


def test_every_figure_reaches_the_candidates_with_its_printed_digits(graph: Frames) -> None:
    held = graph["core.observation_candidate"].filter(~pl.col("basis").is_in(["tally", "tally_unplaced"]))
    printed = {(r["row_id"], r["value"], r["unit"], r["document_id"]) for r in records("observation")}
    found = held.select("observation_id", "value_as_published", "unit_as_published", "document_id").iter_rows()
    assert set(found) == printed
    assert held.height == len(records("observation"))


def test_a_damaged_facts_file_stops_with_file_and_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "facts").mkdir()
    source = (files("g60_pipeline") / "facts" / FACTS["flow"]).read_text(encoding="utf-8").splitlines()
    (tmp_path / "facts" / FACTS["flow"]).write_text("\n".join([*source[:3], "cut off"]), encoding="utf-8")
    monkeypatch.setattr(facts, "files", lambda _: tmp_path)
    with pytest.raises(G60Error, match=r"facts/flows\.csv, line 4") as caught:
        read_facts("flow")
    assert "Quote cells" in caught.value.remedy


def test_what_its_name_calls_a_plan_or_a_total_is_no_event() -> None:
    named = {row["event_id"]: (row["name_en"].lower(), row["nature"]) for row in records("collaboration")}
    for event_id, (name, nature) in named.items():
        assert ("(plan" not in name) or nature == "plan", event_id
        assert ("cumulative" not in name) or nature == "total", event_id
    assert {nature for _, nature in named.values()} == {"event", "plan", "total", "repeat"}
