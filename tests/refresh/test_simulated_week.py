"""A week in which sources change, fail and recover: in the end the right warehouse, and a revision log that is true.

Most days are lived through as a user would: by `g60 refresh`, once broken off while it published, and by the jobs and the
sensor of Dagster. Two builds run whole; where a day needs none, what the command would have built is only counted.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import polars as pl
import pytest
from few_facts import using
from ingest.live.sse_star.stand_in import Firm
from simulator import faults
from simulator.desk import QUICK, START, Desk
from simulator.week import Mailbox, Week
from simulator.world import World, environment, serving
from worded import why

from g60_pipeline.contracts.issues import in_words
from g60_pipeline.orchestration import assets, sources
from g60_pipeline.orchestration.refreshes import REFRESH_ALL
from g60_pipeline.orchestration.sensors import unread_snapshots
from g60_pipeline.publish.as_of import known_on
from g60_pipeline.publish.storage import data_hash
from g60_pipeline.publish.warehouse import published_tables
from g60_pipeline.refresh.run import refresh
from g60_pipeline.settings import Settings
from g60_pipeline.steps import STEPS, Context

pytestmark = pytest.mark.timeout(360)
"""The first test waits for the whole week, two builds among it: half a minute, but more beside other work."""

SOURCES = ("worldbank", "sse_star", "openalex", "cnipa_annual", "wikidata", "oecd_sdmx", "nbs_api")
DAILY = tuple(s for s in SOURCES if s not in {"openalex", "nbs_api", "cnipa_annual"})
"""What is asked on the days between."""

WORKS_OF_2025 = {
    "310000": ("74", "130"),
    "320500": ("93", "100"),
    "330100": ("133", "140"),
    "330400": ("173", "180"),
    "330500": ("213", "220"),
    "330700": ("253", "260"),
    "340100": ("293", "300"),
    "340200": ("333", "340"),
    "341800": ("373", "380"),
}
"""Works of each city before and after OpenAlex was reprocessed: 7 more with each partner, Shanghai has eight."""

PATENTS_OF_2025 = (
    ("received_all", "合计", 9025),
    ("received_domestic", "国内小计", 8025),
    ("received_domestic", "上海", 925),
    ("received_domestic", "江苏", 825),
    ("received_domestic", "浙江", 725),
    ("received_domestic", "安徽", 225),
)
"""What CNIPA's report of 2025 prints for its newest year; the years before read as they did."""

REVISIONS = {
    (17, "worldbank", "figures", "NY.GDP.MKTP.CN|CHN|2025", "changed", "value", "137213184409404", "138213184409404"),
    (
        *(18, "worldbank", "figures", "IP.PAT.RESD|CHN|2022", "removed", None),
        *("series=IP.PAT.RESD; place=CHN; period_kind=year; period=2022; value=991694", None),
    ),
    (18, "sse_star", "listings", "688901", "changed", "delist_date", None, "2026-11-16"),
    (
        *(18, "sse_star", "listings", "688977", "added", None, None),
        "stock_code=688977; short_name_zh=试验股份; full_name_zh=上海松江新材料股份有限公司; list_date=2026-11-17; "
        "province_zh=上海市; registered_address=上海市松江区九路9号; office_address=上海市松江区九路9号; industry_zh=制造业",
    ),
    *((20, "openalex", "figures", f"works|{c}|2025", "changed", "value", *told) for c, told in WORKS_OF_2025.items()),
    *(
        (20, "openalex", "pairs", f"works|310000-{c}|2025", "changed", "works", "3", "10")
        for c in WORKS_OF_2025
        if c != "310000"
    ),
    *(
        (
            *(20, "cnipa_annual", "figures", f"{series}|{place}|2025", "added", None, None),
            f"series={series}; place={place}; period_kind=year; period=2025; value={value}; unit=件",
        )
        for series, place, value in PATENTS_OF_2025
    ),
}
"""All that happened: day, source, kind, row, change, column, what stood there, what stands there now."""


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory, few_facts: Path) -> Any:
    """Live through the week once, with few facts beside what the sources say; the tests look at what it left."""
    with pytest.MonkeyPatch.context() as patch, using(few_facts):
        for name in list(os.environ):
            if name.startswith("G60_") or name.lower().endswith("_proxy"):
                patch.delenv(name)
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
            patch.setenv("G60_HOME", str(desk.settings.home))
            # The clocks of the command and of Dagster are the desk's.
            patch.setattr(sources, "refresh", partial(refresh, now=lambda: desk.now))
            today = classmethod(lambda cls, settings: cls(settings=settings, today=desk.now.date()))
            patch.setattr(Context, "now", today)
            lived = Week(desk, mailbox)
            _live_through(lived)
            yield lived


def _live_through(week: Week) -> None:
    desk = week.desk
    bank, firms = desk.world.worldbank, desk.world.sse_star.firms
    week.commanded(1, *SOURCES)
    # Tuesday: the World Bank revises, the OECD goes down.
    bank.lastupdated = "2026-11-17"
    bank.series["NY.GDP.MKTP.CN"].values[2025] += 1_000_000_000_000
    desk.put_before("oecd_sdmx", always=faults.status(503))
    week.command("a slip", "world_bank")
    week.commanded(2, *DAILY)
    # Wednesday: the OECD is still down, a firm is listed, one leaves; a figure is withdrawn.
    firms.append(
        Firm("688977", "上海松江新材料股份有限公司", "310000", registered="上海市松江区九路9号", listed="20261117")
    )
    gone = next(f for f in firms if f.area == "320000" and f.delisted == "-")
    gone.delisted = "20261116"
    bank.lastupdated = "2026-11-18"
    del bank.series["IP.PAT.RESD"].values[2022]
    week.asked(3, *DAILY)
    # Thursday: the OECD recovers; the World Bank sends yuan in units of ten thousand.
    desk.mend("oecd_sdmx")
    bank.lastupdated = "2026-11-19"
    sound = dict(bank.series["NY.GDP.MKTP.CN"].values)
    bank.series["NY.GDP.MKTP.CN"].values.update({year: value / 10_000 for year, value in sound.items()})
    week.asked(4, *DAILY)
    # Friday: the unit is right again, OpenAlex was reprocessed, CNIPA's new report stands at another address. Somebody
    # presses Ctrl-C while the warehouse is published: every table is written by then.
    bank.series["NY.GDP.MKTP.CN"].values.update(sound)
    desk.world.openalex.papers[:] = [
        p._replace(works=p.works + 7) if p.year == 2025 and len(p.institutions) > 1 else p
        for p in desk.world.openalex.papers
    ]
    desk.world.cnipa_annual.publish(2025, "b/b3")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assets, "publish", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        week.command("broken off", *SOURCES, building=True)
    week.evening(5, SOURCES)
    week.published["broken off"] = desk.settings.database.exists()
    week.tables[5] = week.read_tables()
    # Saturday: nothing changes, and yet there is something to publish. The sensor asks for it; the command is first.
    week.counts["before"] = week.held()
    week.job(REFRESH_ALL)
    for source_id in ("sse_star", "nbs_api"):
        desk.refresh(source_id)
    week.decide("before the build")
    week.command("the morning after", "worldbank", building=True)
    week.decide("after the build")
    week.command("at noon", "worldbank")
    week.evening(6, SOURCES)
    week.counts["after"] = week.held()
    week.tables[6] = week.read_tables()
    week.in_force = {found.snapshot_id for s in SOURCES for found in desk.archive.in_force(s).values()}
    # Sunday: the disk damages the newest answer of the World Bank.
    newest = desk.archive.in_force("worldbank")[""].answers["series/IP.PAT.RESD"].content
    digest = hashlib.sha256(newest).hexdigest()
    (desk.archive.root / "objects" / digest[:2] / digest).write_bytes(b"damaged by the disk")
    week.tables[7] = _without_metrics(desk)


def _without_metrics(desk: Desk) -> dict[str, pl.DataFrame]:
    held: dict[str, pl.DataFrame] = {}
    for step in STEPS:
        if step.group != "metrics":
            context = Context(settings=desk.settings, today=desk.now.date())
            held |= step.make(context, {name: held[name] for name in step.inputs})
    return held


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


def test_the_command_ends_with_the_code_of_its_day(week: Week) -> None:
    assert {name: week.codes[name] for name in ("day 1", "a slip", "day 2", "the morning after", "at noon")} == {
        "day 1": 0,
        "a slip": 2,
        "day 2": 1,
        "the morning after": 0,
        "at noon": 0,
    }
    assert "it is not a live source" in week.shown["a slip"]
    told = {s["source_id"]: s["ending"] for s in json.loads(week.shown["day 2"])["sources"]}
    assert told == {s: week.endings[2, s] for s in DAILY}
    assert week.codes["broken off"] not in {0, 2}


def test_what_was_not_published_is_built_however_little_is_new(week: Week) -> None:
    assert not week.published["broken off"]
    assert set(week.tables[5]["core.snapshot"]["snapshot_id"]) == set(week.tables[6]["core.snapshot"]["snapshot_id"])
    assert {n: week.builds_wanted[n] for n in ("day 1", "a slip", "day 2", "at noon")} == {
        "day 1": 1,
        "a slip": 0,
        "day 2": 1,
        "at noon": 0,
    }
    assert isinstance(week.decisions["before the build"], dg.RunRequest)
    assert json.loads(week.shown["the morning after"])["build"]["published"]
    assert week.runs == {REFRESH_ALL: []}
    assert isinstance(week.decisions["after the build"], dg.SkipReason)


def test_the_revision_log_holds_what_happened_and_nothing_else(week: Week) -> None:
    log = week.tables[6]["core.revision"].with_columns(day=pl.col("detected_at").dt.day().cast(pl.Int64))
    names = ("day", "source_id", "kind", "record_key", "change", "column_name", "old_value", "new_value")
    assert set(log.select(names).iter_rows()) == REVISIONS
    assert log.height == len(REVISIONS)


def test_counts_of_joint_papers_moved_in_the_year_that_was_reprocessed_only(week: Week) -> None:
    joint = week.tables[6]["core.copublication"].filter(geo_code_1="310000")
    now = {(r["geo_code_2"], r["year"]): r["works"] for r in joint.filter("current").iter_rows(named=True)}
    partners = WORKS_OF_2025.keys() - {"310000"}
    years = {year for _, year in now}
    assert {2024, 2025} <= years
    assert now == {(code, year): 10 if year == 2025 else 3 for code in partners for year in years}
    before = joint.filter(~pl.col("current"))
    assert sorted(before.select("geo_code_2", "year", "works").rows()) == sorted((c, 2025, 3) for c in partners)


def test_the_warehouse_holds_the_newest_vintage_and_keeps_the_old_one(week: Week) -> None:
    t = week.tables[6]
    figures = t["core.observation_candidate"].filter(
        (pl.col("basis") == "worldbank_current_lcu") & (pl.col("year") == 2025)
    )
    assert figures.height == 2
    assert figures.sort("retrieved_at")["chosen"].to_list() == [False, True]
    lost = why(figures.filter(~pl.col("chosen")).row(0, named=True))
    assert "its source has replaced it by a newer answer" in lost
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
    for name in ("corridor_total", "national_share", "growth", "intensity"):
        used = t[f"metrics.{name}"]["input_ids"].explode()
        assert row["observation_id"] not in used.to_list()


def test_the_list_of_firms_is_that_of_the_last_day(week: Week) -> None:
    firms = {r["stock_code"]: r for r in week.tables[6]["core.star_listing"].iter_rows(named=True)}
    new = firms["688977"]
    assert (new["geo_code"], new["district_code"], new["city_basis"]) == ("310000", "310117", "exchange_record")
    assert firms["688901"]["delist_date"] == dt.date(2026, 11, 16)
    counted = week.tables[6]["core.observation_candidate"].filter(basis="tally")
    assert counted["period_end"].max() == dt.date(2026, 10, 31)
    assert "310117" in counted["geo_code"].to_list()


def test_both_reports_of_the_patent_office_are_held(week: Week) -> None:
    snapshots = week.tables[6]["core.snapshot"].filter(pl.col("source_id") == "cnipa_annual")
    assert dict(snapshots.select("part", "state").iter_rows()) == {"2024": "in force", "2025": "in force"}
    moved = week.tables[6]["core.answer"].filter(pl.col("answer_key") == "pct/2025")["url"][0]
    assert moved.endswith("year2025/b/b3.html")
    candidates = week.tables[6]["core.observation_candidate"].filter(pl.col("document_id").str.contains("cnipa_annual"))
    assert candidates["withdrawn"].null_count() == candidates.height


def test_a_day_without_news_changes_no_table_and_keeps_no_snapshot(week: Week) -> None:
    assert week.counts["before"] == week.counts["after"]
    for name in (t.full_name for t in published_tables()):
        assert data_hash(week.tables[5][name]) == data_hash(week.tables[6][name]), name


def test_damage_falls_back_to_the_last_good_snapshot_and_says_so(week: Week) -> None:
    before, after = week.tables[6], week.tables[7]
    states = after["core.snapshot"].filter(pl.col("source_id") == "worldbank").sort("snapshot_id")["state"].to_list()
    assert states == ["superseded", "in force", "damaged"]
    refused = after["core.quarantine"].filter(pl.col("rule") == "damaged_snapshot")
    assert refused.height == 1
    assert refused["remedy_code"].to_list() == ["remedy.last_good"]
    assert "SHA-256" in in_words(refused)["message_en"][0]
    of_2022 = (pl.col("basis") == "worldbank_residents") & (pl.col("year") == 2022)
    assert before["core.observation"].filter(of_2022)["flags"].to_list() == [["withdrawn"]]
    assert after["core.observation"].filter(of_2022)["flags"].to_list() == [[]]


def test_one_alert_went_out_for_each_incident(week: Week) -> None:
    down, unit = week.of_sources()
    assert len(set(week.mailbox.received)) == len(week.mailbox.received)
    assert "oecd_sdmx could not be refreshed" in down
    assert "503" in down
    assert "In force stays the snapshot of 2026-11-16" in down
    assert "worldbank could not be refreshed" in unit
    assert "10,000 times smaller" in unit


def test_an_incident_is_open_from_the_first_failure_to_the_next_success(week: Week) -> None:
    oecd, bank = ["source:oecd_sdmx"], ["source:worldbank"]
    assert week.incidents == {1: [], 2: oecd, 3: oecd, 4: bank, 5: [], 6: []}


def test_no_figure_came_from_an_answer_that_was_refused(week: Week) -> None:
    refused = [a for a in week.desk.archive.attempts("worldbank") if a.ending == "failed"]
    assert len(refused) == 1
    believed = {name for s in SOURCES for a in week.desk.archive.attempts(s) for name in a.snapshots}
    assert set(week.tables[6]["core.snapshot"]["snapshot_id"]) == believed
    assert refused[0].started_at not in set(week.tables[6]["core.snapshot"]["fetched_at"])
    low = week.tables[6]["core.observation_candidate"].filter(
        (pl.col("basis") == "worldbank_current_lcu") & (pl.col("value") < 10_000)
    )
    assert low.is_empty()


def test_the_warehouse_in_force_holds_the_week(week: Week) -> None:
    with duckdb.connect(str(week.desk.settings.database), read_only=True) as connection:
        columns = "day(detected_at), source_id, kind, record_key, change, column_name, old_value, new_value"
        assert set(connection.sql(f"SELECT {columns} FROM core.revision").fetchall()) == REVISIONS
        held = connection.sql("SELECT snapshot_id FROM core.snapshot WHERE state = 'in force'").fetchall()
        gdp = "SELECT value FROM core.observation WHERE basis = 'worldbank_current_lcu' AND year = 2025"
        assert connection.sql(gdp).fetchall() == [(138_213_184_409_404 / 1e8,)]
        for name, frame in week.tables[6].items():
            assert connection.sql(f"SELECT count(*) FROM {name}").fetchall() == [(frame.height,)], name
    assert {name for (name,) in held} == week.in_force
    assert unread_snapshots(week.desk.settings) == []


def test_the_warehouse_knows_what_was_known_on_each_day(week: Week) -> None:
    t = week.tables[6]
    told = []
    with duckdb.connect(str(week.desk.settings.database), read_only=True) as connection:
        for day in (dt.date(2026, month, d) for month, d in ((6, 30), (7, 1), (11, 17), (11, 18), (11, 21))):
            chosen = known_on(t["core.observation_candidate"], day).filter("chosen")
            rows = connection.sql(f"SELECT observation_id FROM analysis.observation_as_of(DATE '{day}')").fetchall()
            assert sorted(name for (name,) in rows) == chosen["observation_id"].sort().to_list(), day
            gdp = chosen.filter(basis="worldbank_current_lcu", year=2025)["value_as_published"].to_list()
            patents = chosen.filter(basis="worldbank_residents", year=2022)["flags"].to_list()
            told.append((gdp, patents))
    old, new = "137213184409404", "138213184409404"
    assert told == [([], []), ([old], [[]]), ([new], [[]]), ([new], [["withdrawn"]]), ([new], [["withdrawn"]])]
