"""A refresh: what it asks, what it keeps, and what it leaves alone."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, replace
from typing import Any

import pytest
from ingest.live.sse_star.stand_in import Firm
from simulator import faults
from simulator.wire import IncomingRequest, Reply, Service

from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.live.worldbank import connector as worldbank
from g60_pipeline.refresh.run import NoSuchPartError, refresh
from g60_pipeline.refresh.session import resumable_answers


@dataclass
class WithEtag:
    """A stand-in that marks its answers and replies 304 to whoever holds them."""

    service: Service

    def reply(self, asked: IncomingRequest) -> Reply:
        sound = self.service.reply(asked)
        mark = f'"{hashlib.md5(sound.content, usedforsecurity=False).hexdigest()}"'
        if asked.headers.get("If-None-Match") == mark:
            return Reply(304, b"", sound.content_type)
        return replace(sound, headers={"ETag": mark})


SOURCES = ("worldbank", "sse_star", "openalex", "cnipa_annual", "wikidata", "oecd_sdmx", "nbs_api")


@pytest.mark.parametrize("source_id", SOURCES)
def test_an_unchanged_source_makes_no_snapshot_and_loses_nothing(desk: Any, source_id: str) -> None:
    first = desk.refresh(source_id)
    assert first.ending == "new"
    assert first.changes.added == first.rows > 0
    held = desk.held(source_id)
    desk.pass_days()
    second = desk.refresh(source_id)
    assert (second.ending, second.snapshots, second.changes.added) == ("unchanged", (), 0)
    assert desk.held(source_id) == held
    assert len(desk.archive.history(source_id)[0]) == len(held)


def test_one_request_tells_that_the_world_bank_says_nothing_new(desk: Any) -> None:
    assert desk.refresh("worldbank").requests == 7
    assert desk.refresh("worldbank").requests == 1


def test_profiles_are_asked_for_new_firms_only(desk: Any) -> None:
    first = desk.refresh("sse_star")
    profiled = first.requests - 2
    assert profiled > 2
    assert desk.refresh("sse_star").requests == 2
    desk.world.sse_star.firms.append(Firm("688990", "上海新股份有限公司", "310000", registered="上海市松江区新路1号"))
    again = desk.refresh("sse_star")
    assert (again.ending, again.requests, again.changes.added) == ("new", 3, 1)


def test_an_answer_the_service_calls_unchanged_is_taken_as_held(desk: Any) -> None:
    desk.server.mount("oecd_sdmx", WithEtag(desk.world.oecd_sdmx))
    assert desk.refresh("oecd_sdmx").received_bytes > 0
    again = desk.refresh("oecd_sdmx")
    assert (again.ending, again.requests, again.received_bytes) == ("unchanged", 2, 0)


def test_a_damaged_answer_is_asked_for_in_full_and_mended(desk: Any) -> None:
    desk.server.mount("oecd_sdmx", WithEtag(desk.world.oecd_sdmx))
    desk.refresh("oecd_sdmx")
    held = desk.held("oecd_sdmx")
    digest = desk.archive.in_force("oecd_sdmx")["DF_MSTI"].snapshot.answers[0].sha256
    (desk.archive.root / "objects" / digest[:2] / digest).write_bytes(b"damaged")
    assert len(desk.archive.verify()) == 1
    attempt = desk.refresh("oecd_sdmx")
    assert (attempt.ending, attempt.received_bytes > 0) == ("unchanged", True)
    assert desk.archive.verify() == []
    assert desk.held("oecd_sdmx") == held


def test_a_part_that_fails_keeps_no_other_out(desk: Any) -> None:
    desk.put_before("oecd_sdmx", always=faults.content(b"nothing,like\n1,2\n"), when=lambda a: "PATENTS" in a.path)
    attempt = desk.refresh("oecd_sdmx")
    assert attempt.ending == "failed"
    assert len(attempt.snapshots) == 1
    assert set(desk.held("oecd_sdmx")) == {"DF_MSTI"}
    desk.mend("oecd_sdmx")
    assert set(desk.refresh("oecd_sdmx").parts) == {"DF_MSTI", "DF_PATENTS"}
    assert set(desk.held("oecd_sdmx")) == {"DF_MSTI", "DF_PATENTS"}


def test_a_failure_late_in_many_profiles_is_taken_up_where_it_stopped(desk: Any) -> None:
    desk.world.sse_star.firms = [
        Firm(f"6882{n:02d}", f"苏州乙{n}股份有限公司", "320000", registered=f"苏州市乙路{n}号") for n in range(20)
    ]
    desk.put_before("sse_star", always=faults.status(403), when=lambda a: a.query.get("COMPANY_CODE") == "688215")
    first = desk.refresh("sse_star")
    assert first.ending == "failed"
    assert first.requests == 2 + 16
    desk.mend("sse_star")
    second = desk.refresh("sse_star")
    assert (second.ending, second.requests) == ("new", 2 + 5)
    assert second.rows == 20


def profiles(desk: Any) -> int:
    """Put twenty firms on the list, and return how many requests they take."""
    desk.world.sse_star.firms = [
        Firm(f"6882{n:02d}", f"苏州乙{n}股份有限公司", "320000", registered=f"苏州市乙路{n}号") for n in range(20)
    ]
    return 2 + 20


def test_what_was_received_serves_after_a_refresh_that_was_told_to_wait(desk: Any) -> None:
    needed = profiles(desk)
    wait = faults.status(429, {"Retry-After": "7200"})
    desk.put_before("sse_star", always=wait, when=lambda a: a.query.get("COMPANY_CODE") == "688215")
    first = desk.refresh("sse_star")
    waiting = desk.refresh("sse_star")
    assert (waiting.ending, waiting.requests) == ("failed", 0)
    desk.mend("sse_star")
    desk.now += dt.timedelta(hours=3)
    assert first.requests >= 2 + 16
    assert (desk.refresh("sse_star").requests, needed) == (2 + 5, 22)


def test_a_refresh_broken_off_is_logged_and_taken_up(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    profiles(desk)
    asked: list[str] = []

    def press_ctrl_c(key: str) -> None:
        asked.append(key)
        if len(asked) == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        refresh(desk.settings, "sse_star", now=lambda: desk.now, on_request=press_ctrl_c)
    (broken,) = desk.archive.attempts("sse_star")
    assert (broken.ending, broken.requests, len(broken.answers)) == ("failed", 9, 9)
    assert "broken off" in broken.trouble.rule
    assert desk.refresh("sse_star").requests == 22 - (9 - 2 - 1)


def test_what_was_received_more_than_a_day_ago_serves_no_more(desk: Any) -> None:
    needed = profiles(desk)
    desk.put_before("sse_star", always=faults.status(403), when=lambda a: a.query.get("COMPANY_CODE") == "688215")
    desk.refresh("sse_star")
    desk.now += dt.timedelta(hours=20)
    desk.refresh("sse_star")
    desk.mend("sse_star")
    desk.now += dt.timedelta(hours=5)
    assert desk.refresh("sse_star").requests == needed


def test_what_several_failed_refreshes_received_serves_the_next(desk: Any) -> None:
    profiles(desk)
    desk.put_before("sse_star", always=faults.status(403), when=lambda a: a.query.get("COMPANY_CODE") == "688215")
    assert desk.refresh("sse_star").requests == 2 + 16
    desk.put_before("sse_star", always=faults.status(503), when=lambda a: "COMPANY_CODE" not in a.query)
    assert desk.refresh("sse_star").ending == "failed"
    desk.mend("sse_star")
    third = desk.refresh("sse_star")
    assert (third.ending, third.requests) == ("new", 2 + 5)


def test_a_success_ends_what_earlier_failures_may_serve(desk: Any) -> None:
    needed = profiles(desk)
    desk.put_before("sse_star", always=faults.status(403), when=lambda a: a.query.get("COMPANY_CODE") == "688215")
    desk.refresh("sse_star")
    assert resumable_answers(desk.archive, "sse_star", desk.now)
    desk.mend("sse_star")
    assert desk.refresh("sse_star").requests < needed
    assert resumable_answers(desk.archive, "sse_star", desk.now) == {}


def test_a_fault_that_passed_is_in_the_log_with_its_body(desk: Any) -> None:
    out_of_order = faults.status(503, content=b'{"message": "out of order"}')
    desk.put_before("worldbank", turns=[out_of_order, None, faults.reset()])
    attempt = desk.refresh("worldbank")
    assert (attempt.ending, attempt.requests) == ("new", 7 + 2)
    first, second = attempt.retried
    assert "(503)" in first.rule
    assert first.answer.status == 503
    assert desk.archive.get(first.answer.sha256) == b'{"message": "out of order"}'
    assert "broke off" in second.rule
    assert second.answer is None
    assert desk.archive.attempts("worldbank") == [attempt]
    assert desk.archive.verify() == []


def test_an_empty_answer_that_was_asked_again_never_serves_the_next_refresh(desk: Any) -> None:
    profiles(desk)

    def of(code: str) -> Any:
        return lambda a: a.query.get("COMPANY_CODE") == code

    desk.put_before("sse_star", always=faults.content(b" "), when=of("688215"))
    first = desk.refresh("sse_star")
    assert first.ending == "failed"
    assert [(r.rule, r.answer.size) for r in first.retried] == [("the answer is empty", 1)]
    served = resumable_answers(desk.archive, "sse_star", desk.now)
    assert len(served) == 2 + 15
    assert not any(a.size == 1 for a in served.values())


def test_the_log_names_every_answer_whatever_the_ending(desk: Any) -> None:
    first = desk.refresh("cnipa_annual")
    snapshot = desk.archive.in_force("cnipa_annual")[first.parts[0]].snapshot
    assert first.ending == "new"
    assert len(first.answers) == first.requests > len(snapshot.answers)
    assert {a.sha256 for a in snapshot.answers} <= {a.sha256 for a in first.answers}
    second = desk.refresh("cnipa_annual")
    assert (second.ending, second.snapshots, len(second.answers)) == ("unchanged", (), second.requests)
    assert all(desk.archive.get(a.sha256) is not None for a in first.answers)


def test_a_list_the_service_calls_unchanged_is_read_as_of_today(desk: Any) -> None:
    desk.world.sse_star.firms.append(
        Firm("688990", "上海新股份有限公司", "310000", registered="上海市松江区新路1号", listed="20261118")
    )
    desk.server.mount("sse_star", WithEtag(desk.world.sse_star))
    first = desk.refresh("sse_star")
    desk.pass_days(3)
    second = desk.refresh("sse_star")
    assert (second.ending, second.rows) == ("new", first.rows + 1)
    profile_alone = 3
    assert (second.requests, second.received_bytes < 1000) == (profile_alone, True)


def test_years_are_parts_and_one_range_is_asked_for_all_of_them(desk: Any) -> None:
    attempt = desk.refresh("openalex", "2019", "2020", "2021")
    assert attempt.ending == "new"
    assert set(desk.held("openalex")) == {"institutions", "2019", "2020", "2021"}
    ranges = {
        a.query["filter"].rpartition("publication_year:")[2]
        for a in desk.server.asked_of("openalex")
        if "publication" in a.query.get("filter", "")
    }
    assert ranges == {"2019-2021"}


def test_counts_that_move_are_a_revision(desk: Any) -> None:
    desk.refresh("openalex", "2024")
    moved = desk.world.openalex.papers
    moved[:] = [p._replace(works=p.works + 5) if p.year == 2024 else p for p in moved]
    attempt = desk.refresh("openalex", "2024")
    assert attempt.ending == "new"
    assert attempt.changes.changed > 0
    assert (attempt.changes.added, attempt.changes.removed) == (0, 0)


@pytest.mark.parametrize(
    ("source_id", "parts", "words"),
    [
        ("worldbank", ("2020",), "not divided into parts"),
        ("openalex", ("1066",), "1066"),
        ("cnipa_annual", ("soon",), "soon"),
        ("oecd_sdmx", ("DF_CHEESE",), "DF_CHEESE"),
    ],
)
def test_a_part_that_does_not_exist_is_told(desk: Any, source_id: str, parts: tuple[str, ...], words: str) -> None:
    with pytest.raises(NoSuchPartError, match=words) as told:
        desk.refresh(source_id, *parts)
    assert source_id in told.value.remedy
    assert desk.archive.attempts(source_id) == []
    assert desk.asked(source_id) == 0


def test_a_name_no_source_has_is_refused_in_the_settings(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("G60_BASE_URLS__WORLD_BANK", "https://example.org")
    with pytest.raises(G60Error, match=r"G60_BASE_URLS__WORLD_BANK: there is no live source world_bank .*worldbank"):
        desk.refresh("worldbank")
    monkeypatch.delenv("G60_BASE_URLS__WORLD_BANK")
    monkeypatch.setenv("G60_KEYS__WORLDBANK", "secret-value")
    with pytest.raises(G60Error, match=r"G60_KEYS__WORLDBANK: there is no live source worldbank .*openalex") as told:
        desk.refresh("worldbank")
    assert "secret-value" not in str(told.value)
    assert desk.asked("worldbank") == 0


def test_an_unknown_source_is_told(desk: Any) -> None:
    with pytest.raises(G60Error, match=r"not a live source.*worldbank"):
        desk.refresh("world_bank")


def test_what_nobody_foresaw_in_a_connector_fails_that_source_only(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worldbank.WorldBank, "collect", lambda *_: {}["gone"])
    attempt = desk.refresh("worldbank")
    assert attempt.ending == "failed"
    assert "KeyError: 'gone'" in attempt.trouble.rule
    assert "Tell the maintainers" in attempt.trouble.remedy
    assert desk.refresh("oecd_sdmx").ending == "new"


def test_a_jump_of_the_unit_is_taken_where_a_person_accepts_it(desk: Any) -> None:
    desk.refresh("worldbank")
    patents = desk.world.worldbank.series["IP.PAT.RESD"].values
    desk.world.worldbank.lastupdated = "2026-11-12"
    for year in patents:
        patents[year] = int(patents[year]) // 20
    refused = desk.refresh("worldbank")
    assert "20 times smaller" in refused.trouble.rule
    assert "--accept" in refused.trouble.remedy
    taken = desk.refresh("worldbank", accept=True)
    assert (taken.ending, taken.changes.changed) == ("new", len(patents))


def test_few_lost_rows_are_a_withdrawal_and_many_a_fault(desk: Any) -> None:
    desk.refresh("worldbank")
    research = desk.world.worldbank.series["GB.XPD.RSDV.GD.ZS"].values
    desk.world.worldbank.lastupdated = "2026-11-12"
    del research[2023]
    few = desk.refresh("worldbank")
    assert (few.ending, few.changes.removed) == ("new", 1)
    desk.world.worldbank.lastupdated = "2026-11-14"
    for name in ("GB.XPD.RSDV.GD.ZS", "SP.POP.SCIE.RD.P6", "AG.LND.TOTL.K2"):
        values = desk.world.worldbank.series[name].values
        for year in list(values)[1:]:
            del values[year]
    many = desk.refresh("worldbank")
    assert many.ending == "failed"


def test_a_document_dated_ahead_is_refused(desk: Any) -> None:
    desk.world.worldbank.lastupdated = "2027-01-01"
    assert "after 2026-11-16" in desk.refresh("worldbank").trouble.rule
