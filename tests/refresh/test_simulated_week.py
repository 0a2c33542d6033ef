"""A week in which sources change, fail and recover: in the end the right warehouse, and a revision log that is true."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from typing import Any

import polars as pl
import pytest
from simulator import faults
from simulator.desk import QUICK, START, Desk
from simulator.sse import Firm
from simulator.wire import Asked, Reply
from simulator.world import World, environment, serving

from g60_pipeline.orchestration.incidents import tell_source
from g60_pipeline.settings import Settings
from g60_pipeline.storage import data_hash
from g60_pipeline.tables import TABLES

SOURCES = ("worldbank", "sse_star", "openalex", "cnipa_annual", "wikidata", "oecd_sdmx", "nbs_api")
DAILY = tuple(s for s in SOURCES if s not in {"openalex", "nbs_api"})
"""What is asked on the days between."""

GDP, PATENTS = "NY.GDP.MKTP.CN|CHN|2025", "IP.PAT.RESD|CHN|2022"


@dataclass
class Mailbox:
    """Receives alerts."""

    received: list[bytes] = field(default_factory=list)

    def reply(self, asked: Asked) -> Reply:
        self.received.append(asked.body)
        return Reply(content=b"{}")


@dataclass
class Week:
    """What the week left behind."""

    desk: Any
    endings: dict[tuple[int, str], str]
    tables: dict[int, dict[str, pl.DataFrame]]
    alerts: list[bytes]
    counts: dict[str, tuple[int, int]]


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Live through the week once; the tests look at what it left."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy", "ALL_PROXY", "G60_CONTACT"):
            patch.delenv(name, raising=False)
        patch.setattr("g60_pipeline.refresh.run.load_catalog", lambda *_: QUICK)
        world = World()
        world.cnipa_annual.publish(2024)
        with serving(world) as server:
            for name, value in environment(server, list(world.services())).items():
                patch.setenv(name, value)
            mailbox = Mailbox()
            server.mount("mailbox", mailbox)
            patch.setenv("G60_ALERT_URLS", f"json://127.0.0.1:{server.port}/mailbox")
            desk = Desk(Settings(tmp_path_factory.mktemp("week")), world, server, now=START)
            yield _live_through(desk, mailbox)


def _live_through(desk: Any, mailbox: Mailbox) -> Week:
    week = Week(desk, {}, {}, mailbox.received, {})

    def day(number: int, *sources: str) -> None:
        for source_id in sources:
            attempt = desk.refresh(source_id)
            tell_source(desk.settings, source_id, attempt.trouble)
            week.endings[number, source_id] = attempt.ending
        desk.now = desk.now.replace(hour=1, minute=0) + dt.timedelta(days=1)

    bank, firms = desk.world.worldbank, desk.world.sse_star.firms
    day(1, *SOURCES)
    # Tuesday: the World Bank revises, the OECD goes down.
    bank.lastupdated = "2026-11-17"
    bank.series["NY.GDP.MKTP.CN"].values[2025] += 1_000_000_000_000
    desk.put_before("oecd_sdmx", always=faults.status(503))
    day(2, *DAILY)
    # Wednesday: the OECD is still down, a firm is listed, one leaves; a figure is withdrawn.
    firms.append(
        Firm("688977", "上海松江新材料股份有限公司", "310000", registered="上海市松江区九路9号", listed="20261117")
    )
    gone = next(f for f in firms if f.area == "320000" and f.delisted == "-")
    gone.delisted = "20261116"
    bank.lastupdated = "2026-11-18"
    del bank.series["IP.PAT.RESD"].values[2022]
    day(3, *DAILY)
    # Thursday: the OECD recovers; the World Bank sends yuan in units of ten thousand.
    desk.mend("oecd_sdmx")
    bank.lastupdated = "2026-11-19"
    sound = dict(bank.series["NY.GDP.MKTP.CN"].values)
    bank.series["NY.GDP.MKTP.CN"].values.update({year: value / 10_000 for year, value in sound.items()})
    day(4, *DAILY)
    # Friday: the unit is right again, OpenAlex was reprocessed, CNIPA's new report stands at another address.
    bank.series["NY.GDP.MKTP.CN"].values.update(sound)
    desk.world.openalex.papers[:] = [
        p._replace(works=p.works + 7) if p.year == 2025 and len(p.institutions) > 1 else p
        for p in desk.world.openalex.papers
    ]
    desk.world.cnipa_annual.publish(2025, "b/b3")
    day(5, *SOURCES)
    week.tables[5] = desk.tables()
    # Saturday: nothing changes.
    week.counts["before"] = (len(list(desk.archive.root.glob("snapshots/*/*"))), len(mailbox.received))
    day(6, *SOURCES)
    week.counts["after"] = (len(list(desk.archive.root.glob("snapshots/*/*"))), len(mailbox.received))
    week.tables[6] = desk.tables()
    # Sunday: the disk damages the newest answer of the World Bank.
    newest = desk.archive.in_force("worldbank")[""].answers["series/IP.PAT.RESD"].content
    digest = hashlib.sha256(newest).hexdigest()
    (desk.archive.root / "objects" / digest[:2] / digest).write_bytes(b"damaged by the disk")
    week.tables[7] = desk.tables()
    return week


def test_each_day_ended_as_it_had_to(week: Week) -> None:
    assert {s: week.endings[1, s] for s in SOURCES} == dict.fromkeys(SOURCES, "new")
    changed = {
        (2, "worldbank"): "new",
        (2, "oecd_sdmx"): "failed",
        (3, "worldbank"): "new",
        (3, "oecd_sdmx"): "failed",
        (3, "sse_star"): "new",
        (4, "worldbank"): "failed",
        (5, "openalex"): "new",
        (5, "cnipa_annual"): "new",
    }
    for number in range(2, 7):
        for source_id in DAILY if number < 5 else SOURCES:
            assert week.endings[number, source_id] == changed.get((number, source_id), "unchanged"), (number, source_id)


def test_the_revision_log_holds_what_happened_and_nothing_else(week: Week) -> None:
    log = week.tables[6]["core.revision"]
    told = {
        (r["detected_at"].day, r["source_id"], r["change"], r["record_key"], r["column_name"])
        for r in log.iter_rows(named=True)
        if r["source_id"] != "openalex"
    }
    gone = next(f.code for f in week.desk.world.sse_star.firms if f.delisted == "20261116")
    assert told == {
        (17, "worldbank", "changed", GDP, "value"),
        (18, "worldbank", "removed", PATENTS, None),
        (18, "sse_star", "added", "688977", None),
        (18, "sse_star", "changed", gone, "delist_date"),
    }
    values = {r["record_key"]: (r["old_value"], r["new_value"]) for r in log.iter_rows(named=True)}
    old, new = values[GDP]
    assert int(new) - int(old) == 1_000_000_000_000
    assert values[gone] == (None, "2026-11-16")
    papers = log.filter(pl.col("source_id") == "openalex")
    assert set(papers["detected_at"].dt.day()) == {20}
    assert set(papers["change"]) == {"changed"}
    pairs = papers.filter(pl.col("kind") == "pairs")
    assert (pairs["new_value"].cast(pl.Int64) - pairs["old_value"].cast(pl.Int64)).unique().to_list() == [7]


def test_the_warehouse_holds_the_newest_vintage_and_keeps_the_old_one(week: Week) -> None:
    t = week.tables[6]
    figures = t["core.observation_candidate"].filter(
        (pl.col("basis") == "worldbank_current_lcu") & (pl.col("year") == 2025)
    )
    assert figures.height == 2
    assert figures.sort("retrieved_at")["chosen"].to_list() == [False, True]
    lost = figures.filter(~pl.col("chosen"))["reason"][0]
    assert "an older document" in lost
    sound = week.desk.world.worldbank.series["NY.GDP.MKTP.CN"].values[2025]
    chosen = t["core.observation"].filter((pl.col("basis") == "worldbank_current_lcu") & (pl.col("year") == 2025))
    assert chosen["value"].to_list() == [sound / 1e8]
    assert chosen["unit"].to_list() == ["cny_100m"]


def test_a_withdrawn_figure_says_so_and_enters_no_metric(week: Week) -> None:
    t = week.tables[6]
    row = (
        t["core.observation_candidate"]
        .filter((pl.col("basis") == "worldbank_residents") & (pl.col("year") == 2022))
        .row(0, named=True)
    )
    assert row["withdrawn"] == dt.date(2026, 11, 18)
    assert "withdrawn" in row["flags"]
    for name in ("corridor_total", "national_share", "growth", "intensity", "representation"):
        used = t[f"metrics.{name}"]["input_ids"].explode()
        assert row["observation_id"] not in used.to_list()


def test_the_list_of_firms_is_that_of_the_last_day(week: Week) -> None:
    firms = {r["stock_code"]: r for r in week.tables[6]["core.star_listing"].iter_rows(named=True)}
    new = firms["688977"]
    assert (new["geo_code"], new["district_code"], new["city_basis"]) == ("310000", "310117", "exchange_record")
    gone = next(f.code for f in week.desk.world.sse_star.firms if f.delisted == "20261116")
    assert firms[gone]["delist_date"] == dt.date(2026, 11, 16)


def test_both_reports_of_the_patent_office_are_held(week: Week) -> None:
    snapshots = week.tables[6]["core.snapshot"].filter(pl.col("source_id") == "cnipa_annual")
    assert dict(snapshots.select("part", "state").iter_rows()) == {"2024": "in force", "2025": "in force"}
    moved = week.tables[6]["core.answer"].filter(pl.col("answer_key") == "pct/2025")["url"][0]
    assert moved.endswith("year2025/b/b3.html")
    candidates = week.tables[6]["core.observation_candidate"].filter(pl.col("document_id").str.contains("cnipa_annual"))
    assert candidates["withdrawn"].null_count() == candidates.height


def test_a_day_without_news_changes_no_table_and_keeps_no_snapshot(week: Week) -> None:
    assert week.counts["before"] == week.counts["after"]
    for name in TABLES:
        if name in week.tables[5]:
            assert data_hash(week.tables[5][name]) == data_hash(week.tables[6][name]), name


def test_damage_falls_back_to_the_last_good_snapshot_and_says_so(week: Week) -> None:
    before, after = week.tables[6], week.tables[7]
    states = after["core.snapshot"].filter(pl.col("source_id") == "worldbank").sort("snapshot_id")["state"].to_list()
    assert states == ["superseded", "in force", "damaged"]
    refused = after["core.quarantine"].filter(pl.col("rule") == "damaged_snapshot")
    assert refused.height == 1
    assert "last good snapshot is in force" in refused["remedy"][0]
    of_2022 = (pl.col("basis") == "worldbank_residents") & (pl.col("year") == 2022)
    assert before["core.observation"].filter(of_2022)["flags"].to_list() == [["withdrawn"]]
    assert after["core.observation"].filter(of_2022)["flags"].to_list() == [[]]


def test_one_alert_went_out_for_each_incident(week: Week) -> None:
    assert len(week.alerts) == 2
    down, unit = (body.decode() for body in week.alerts)
    assert "oecd_sdmx could not be refreshed" in down
    assert "503" in down
    assert "In force stays the snapshot of 2026-11-16" in down
    assert "worldbank could not be refreshed" in unit
    assert "10,000 times smaller" in unit


def test_no_figure_came_from_an_answer_that_was_refused(week: Week) -> None:
    refused = [a for a in week.desk.archive.attempts("worldbank") if a.ending == "failed"]
    assert len(refused) == 1
    held = {s.snapshot_id for s in week.desk.archive.history("worldbank")[0]}
    used = week.tables[6]["core.observation_candidate"]["snapshot_id"].drop_nulls().unique().to_list()
    assert {s for s in used if s in held} <= held
    assert len(held) == 3
    low = week.tables[6]["core.observation_candidate"].filter(
        (pl.col("basis") == "worldbank_current_lcu") & (pl.col("value") < 10_000)
    )
    assert low.is_empty()
