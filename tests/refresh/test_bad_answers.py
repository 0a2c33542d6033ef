"""Whatever a source does, what is held stays: each fault is told with source, rule and remedy, and nothing gets in."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import re
import ssl
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme
from simulator import faults
from simulator.faults import Fault, Fixed
from simulator.server import LocalServer
from simulator.wire import IncomingRequest, Reply
from worded import assert_in_chinese

from g60_pipeline.ingest.live.archive import Attempt

SOURCE = "worldbank"
Once = Callable[[str], Attempt]


def edited(change: Callable[[Any], Any]) -> Fault:
    """Return a fault that changes the JSON document; what the change returns replaces it, unless that is None."""

    def fault(sound: Reply) -> Reply:
        document = json.loads(sound.content)
        changed = change(document)
        return replace(sound, content=json.dumps(document if changed is None else changed).encode())

    return fault


def rows(change: Callable[[list[dict[str, Any]]], Any]) -> Fault:
    """Return a fault that changes the rows of a World Bank answer."""

    def of_document(document: Any) -> Any:
        change(document[1])

    return edited(of_document)


def each_value(change: Callable[[float], Any]) -> Fault:
    """Return a fault that changes every value of a World Bank answer."""

    def of_rows(all_rows: list[dict[str, Any]]) -> None:
        for row in all_rows:
            if row["value"] is not None:
                row["value"] = change(row["value"])

    return rows(of_rows)


def renamed(old: str, new: str) -> Fault:
    """Return a fault that gives a field of every row another name."""
    return rows(lambda all_rows: [row.update({new: row.pop(old)}) for row in all_rows])


def new_edition(document: Any) -> None:
    document[0]["lastupdated"] = "2026-11-10"


def of_gdp(asked: IncomingRequest) -> bool:
    return asked.path.endswith("NY.GDP.MKTP.CN")


HTML_DATE = "Mon, 16 Nov 2026 05:00:00 GMT"
ENVELOPE = [{"message": [{"id": "120", "key": "Invalid value", "value": "The parameter is not valid"}]}]

REFUSED: dict[str, tuple[Fault, str]] = {
    "time-out": (faults.hang(), "did not answer within|no answer|seconds"),
    "reset mid-body": (faults.reset(), "broke|reset|cut"),
    "403": (faults.status(403), "403"),
    "429 that names seconds": (faults.status(429, {"Retry-After": "7200"}), "429"),
    "429 that names a date": (faults.status(429, {"Retry-After": HTML_DATE}), "429"),
    "500 for ever": (faults.status(500), "500"),
    "HTML challenge": (faults.challenge(), "HTML"),
    "HTML challenge under a JSON type": (faults.challenge("application/json"), "HTML"),
    "truncated JSON": (faults.truncated(), "broke off"),
    "JSONP": (lambda r: replace(r, content=b"callback(" + r.content + b")"), "JSONP"),
    "GBK bytes": (
        lambda r: replace(r, content=r.content.decode().replace("China", "中国").encode("gbk")),
        "not UTF-8",
    ),
    "missing field": (rows(lambda all_rows: [row.pop("value") for row in all_rows]), "lacks value"),
    "renamed field": (renamed("date", "year"), "lacks date"),
    "unit changed by 10,000": (each_value(lambda v: v * 10_000), "10,000 times larger|plausible range"),
    "unit changed the other way": (each_value(lambda v: v / 10_000), "10,000 times smaller"),
    "negative value": (each_value(lambda v: -v), "below zero"),
    "absurd value": (each_value(lambda _: 1e25), "plausible range"),
    "no number": (each_value(lambda _: "about ten"), "is no number|not a number"),
    "duplicate rows": (edited(lambda d: [d[0] | {"total": len(d[1]) + 1}, [*d[1], d[1][0]]]), "twice"),
    "totals that do not add up": (edited(lambda d: [d[0] | {"total": 99}, d[1]]), "99"),
    "a page that is another one": (edited(lambda d: [d[0] | {"pages": 3}, d[1]]), "page"),
    "another country": (rows(lambda all_rows: [row.update(countryiso3code="JPN") for row in all_rows]), "JPN"),
    "200 MB body": (faults.huge(200), "3 MB|larger|megabytes"),
    "200 MB announced": (faults.huge_announced(200), "3 MB|larger|megabytes"),
    "gzip bomb": (faults.bomb(300), "3 MB|larger|megabytes"),
    "empty body": (faults.content(b""), "empty"),
    "wrong content type": (faults.content_type("image/png"), "image/png"),
}


OF_ONE_SERIES: dict[str, tuple[Fault, str]] = {
    "404": (faults.status(404), "the service has nothing under NY.GDP.MKTP.CN"),
    "error envelope": (edited(lambda _: ENVELOPE), "The parameter is not valid"),
    "renamed series": (
        rows(
            lambda all_rows: [row.update(indicator={"id": "NY.GDP.MKTP.CN", "value": "GDP (US$)"}) for row in all_rows]
        ),
        "called 'GDP (US$)'",
    ),
}
"""Faults that say something of one series of several: the others are refreshed, this one keeps its last answer."""


def gdp_of(desk: Any) -> list[tuple[str, str]]:
    """Return what the newest snapshot says of the GDP."""
    newest = max(desk.read().states, key=lambda state: state.fetched_at)
    rows: list[tuple[str, str]] = newest.frames["figures"].filter(series="NY.GDP.MKTP.CN")["period", "value"].rows()
    return rows


def assert_told(attempt: Attempt, words: str) -> None:
    assert attempt.ending == "failed"
    assert attempt.trouble is not None
    trouble = attempt.trouble
    assert trouble.subject.startswith(attempt.source_id)
    assert re.search(words, trouble.rule), trouble.rule
    assert len(trouble.remedy) > 10


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_answer_is_refused_and_the_last_good_snapshot_stays_in_force(desk: Any, first: Once, name: str) -> None:
    fault, words = REFUSED[name]
    assert first(SOURCE).ending == "new"
    held, said = desk.held(SOURCE), desk.state_hash()
    desk.pass_days()
    desk.world.worldbank.lastupdated = "2026-11-10"
    desk.put_before(SOURCE, always=fault, when=of_gdp)
    attempt = desk.refresh(SOURCE)
    assert_told(attempt, words)
    assert attempt.trouble is not None
    assert_in_chinese(attempt.trouble.error())
    assert desk.held(SOURCE) == held
    assert desk.state_hash() == said
    assert desk.archive.attempts(SOURCE)[-1] == attempt
    assert desk.archive.verify() == []
    for answer in attempt.answers:
        assert desk.archive.get(answer.sha256) is not None
    desk.mend(SOURCE)
    desk.pass_days()
    assert desk.refresh(SOURCE).ending == "unchanged"


@pytest.mark.parametrize("name", OF_ONE_SERIES)
def test_a_fault_of_one_series_is_remarked_and_keeps_no_other_out(desk: Any, first: Once, name: str) -> None:
    fault, words = OF_ONE_SERIES[name]
    assert first(SOURCE).ending == "new"
    before = gdp_of(desk)
    desk.pass_days()
    desk.world.worldbank.lastupdated = "2026-11-10"
    patents = desk.world.worldbank.series["IP.PAT.RESD"].values
    patents[max(year for year in patents if patents[year])] += 1
    desk.put_before(SOURCE, always=fault, when=of_gdp)
    attempt = desk.refresh(SOURCE)
    assert (attempt.ending, attempt.trouble, attempt.changes.changed, attempt.changes.removed) == ("new", None, 1, 0)
    (told,) = [w for w in attempt.warnings if "its last answer stays in force" in w]
    assert told.startswith("worldbank, series/NY.GDP.MKTP.CN: ")
    assert words in told
    assert gdp_of(desk) == before != []
    assert all(desk.archive.get(answer.sha256) is not None for answer in attempt.answers)
    desk.mend(SOURCE)
    desk.pass_days()
    again = desk.refresh(SOURCE)
    assert again.ending == "unchanged"
    assert not [w for w in again.warnings if "stays in force" in w]


@pytest.mark.parametrize("name", ["HTML challenge", "JSONP", "truncated JSON", "GBK bytes", "negative value"])
def test_the_answer_at_fault_is_archived_and_named_in_the_log(desk: Any, name: str) -> None:
    desk.put_before(SOURCE, always=REFUSED[name][0], when=of_gdp)
    attempt = desk.refresh(SOURCE)
    bodies = {a.key: desk.archive.get(a.sha256) for a in attempt.answers}
    if name == "truncated JSON":
        assert "series/NY.GDP.MKTP.CN" not in bodies
    else:
        assert bodies["series/NY.GDP.MKTP.CN"]
    assert desk.held(SOURCE) == {}


def test_an_error_of_the_server_that_passes_is_asked_again(desk: Any) -> None:
    desk.put_before(SOURCE, turns=[faults.status(500)], when=of_gdp)
    attempt = desk.refresh(SOURCE)
    assert (attempt.ending, attempt.requests) == ("new", 8)


@pytest.mark.parametrize(
    ("name", "seconds"), [("429 that names seconds", 7200), ("429 that names a date", 3 * 3600 + 3600)]
)
def test_a_source_that_asks_to_wait_is_left_alone_until_then(desk: Any, name: str, seconds: int) -> None:
    desk.put_before(SOURCE, always=REFUSED[name][0])
    first = desk.refresh(SOURCE)
    until = first.started_at + dt.timedelta(seconds=seconds)
    assert first.retry_at == until
    asked = desk.asked(SOURCE)
    desk.mend(SOURCE)
    early = desk.refresh(SOURCE)
    assert_told(early, "left alone until")
    assert (early.requests, desk.asked(SOURCE)) == (0, asked)
    desk.now = until + dt.timedelta(seconds=1)
    assert desk.refresh(SOURCE).ending == "new"


@pytest.mark.parametrize("what", ["byte order mark", "wrong encoding header", "extra field"])
def test_what_is_odd_but_readable_is_taken_and_told(desk: Any, what: str) -> None:
    known: dict[str, tuple[Fault, str]] = {
        "byte order mark": (lambda r: replace(r, content=b"\xef\xbb\xbf" + r.content), "byte order mark"),
        "wrong encoding header": (
            lambda r: replace(
                r,
                content=r.content.replace(b'"unit": ""', '"unit": "", "note": "年"'.encode()),
                content_type="application/json;charset=gb2312",
            ),
            "gb2312",
        ),
        "extra field": (rows(lambda all_rows: [row.update(footnote="x") for row in all_rows]), ""),
    }
    fault, words = known[what]
    desk.put_before(SOURCE, always=fault, when=of_gdp)
    attempt = desk.refresh(SOURCE)
    assert attempt.ending == "new"
    assert [words in w for w in attempt.warnings] == ([True] if words else [])
    assert sum(f.height for f in desk.read().states[0].frames.values()) == attempt.rows > 100


@pytest.mark.parametrize("target", ["http://10.0.0.1/v2", "http://169.254.169.254/latest", "http://localhost:{port}/x"])
def test_a_redirect_elsewhere_is_refused_before_anything_is_connected_to(desk: Any, first: Once, target: str) -> None:
    assert first(SOURCE).ending == "new"
    held = desk.held(SOURCE)
    with LocalServer() as elsewhere:
        elsewhere.mount("x", Fixed(Reply(content=b"[]")))
        desk.put_before(SOURCE, always=faults.redirect(target.format(port=elsewhere.port)))
        attempt = desk.refresh(SOURCE)
        assert elsewhere.asked == []
    assert_told(attempt, "redirects|elsewhere|not within")
    assert attempt.trouble is not None
    assert target.split("/")[2].split(":", maxsplit=1)[0] in attempt.trouble.rule
    assert desk.held(SOURCE) == held


def test_an_expired_certificate_is_told_and_nothing_is_asked(
    desk: Any, first: Once, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = trustme.CA()
    past = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", not_before=past, not_after=past + dt.timedelta(days=9)).configure_cert(context)
    bundle = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    assert first(SOURCE).ending == "new"
    held = desk.held(SOURCE)
    with LocalServer(tls=context) as secure:
        secure.mount(SOURCE, desk.world.worldbank)
        monkeypatch.setenv("G60_BASE_URLS__WORLDBANK", secure.url(SOURCE))
        monkeypatch.setenv("G60_CA_BUNDLE", str(bundle))
        attempt = desk.refresh(SOURCE)
        assert secure.asked == []
    assert_told(attempt, "expired")
    assert desk.held(SOURCE) == held


def test_a_short_name_of_a_dash_and_a_listing_ahead_are_told_and_the_list_is_taken(desk: Any) -> None:
    firms = desk.world.sse_star.firms
    firms[0].short_name = "-"
    firms[1].listed = "20261201"
    attempt = desk.refresh("sse_star")
    assert attempt.ending == "new"
    told = " ".join(attempt.warnings)
    assert firms[0].code in told
    assert firms[1].code in told
    listings = next(s for s in desk.read().states if s.source_id == "sse_star").frames["listings"]
    names = dict(listings.select("stock_code", "short_name_zh").iter_rows())
    assert names[firms[0].code] is None
    assert firms[1].code not in names


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d["pageHelp"].update(total=999), "999"),
        (lambda d: d["pageHelp"].update(pageNo=7), "page"),
        (lambda d: d["result"].append(d["result"][0]), "twice|rows|differ"),
        (
            lambda d: [r.update(SHORT=r.pop("SEC_NAME_CN")) for r in (*d["result"], *d["pageHelp"]["data"])],
            "SEC_NAME_CN",
        ),
        (lambda d: [r.update(LIST_DATE="20201399") for r in (*d["result"], *d["pageHelp"]["data"])], "20201399"),
    ],
)
def test_a_list_that_does_not_add_up_is_refused(
    desk: Any, first: Once, change: Callable[[Any], Any], words: str
) -> None:
    assert first("sse_star").ending == "new"
    held = desk.held("sse_star")
    desk.world.sse_star.alter["listed"] = change
    assert_told(desk.refresh("sse_star"), words)
    assert desk.held("sse_star") == held


def test_half_of_the_list_gone_is_refused_until_a_person_accepts_it(desk: Any) -> None:
    desk.world.sse_star.firms = [
        replace(desk.world.sse_star.firms[0], code=f"6881{n:02d}", full_name=f"苏州甲{n}股份有限公司")
        for n in range(10)
    ]
    desk.refresh("sse_star")
    del desk.world.sse_star.firms[5:]
    assert_told(desk.refresh("sse_star"), "5 of 10 listings held are missing")
    attempt = desk.refresh("sse_star", accept=True)
    assert (attempt.ending, attempt.changes.removed) == ("new", 5)
    assert desk.archive.in_force("sse_star")[""].snapshot.accepted_by_operator


def test_a_table_that_moved_is_found_by_its_title(desk: Any) -> None:
    assert desk.refresh("cnipa_annual").ending == "new"
    desk.world.cnipa_annual.publish(2025, "b/b3")
    attempt = desk.refresh("cnipa_annual")
    assert (attempt.ending, attempt.trouble) == ("new", None)
    found = next(iter(desk.archive.in_force("cnipa_annual")["2025"].answers.values()))
    assert found.url.endswith("year2025/b/b3.html")


def test_a_table_that_is_nowhere_is_told_and_the_old_one_stays(desk: Any) -> None:
    desk.refresh("cnipa_annual")
    held = desk.held("cnipa_annual")
    desk.world.cnipa_annual.pages.clear()
    assert_told(desk.refresh("cnipa_annual"), "found by its title")
    assert desk.held("cnipa_annual") == held


def test_a_page_in_gbk_that_says_so_is_read(desk: Any) -> None:
    page = desk.world.cnipa_annual
    page.publish(2025, encoding="gbk")
    page.content_type = "text/html; charset=gbk"
    page.pages = {path: body.replace(b"utf-8", b"gbk") for path, body in page.pages.items() if "2025" in path}
    assert desk.refresh("cnipa_annual").ending == "new"


def test_the_challenge_of_the_bureau_stops_everything_for_half_an_hour(desk: Any) -> None:
    desk.refresh("nbs_api")
    held = desk.held("nbs_api")
    desk.world.nbs_api.challenged = True
    attempt = desk.refresh("nbs_api")
    assert_told(attempt, "HTML")
    assert attempt.retry_at is not None
    assert dt.timedelta(minutes=29) < attempt.retry_at - attempt.started_at < dt.timedelta(minutes=31)
    asked = desk.asked("nbs_api")
    desk.refresh("nbs_api")
    assert desk.asked("nbs_api") == asked
    assert desk.held("nbs_api") == held


def test_a_compressed_answer_is_archived_as_the_text_it_is(desk: Any) -> None:
    desk.put_before(SOURCE, always=faults.zipped())
    attempt = desk.refresh(SOURCE)
    assert attempt.ending == "new"
    body = desk.archive.in_force(SOURCE)[""].answers["series/SP.POP.TOTL"].content
    assert json.loads(body)[0]["lastupdated"] == "2026-07-01"
    assert gzip.compress(body, mtime=0) != body


def test_a_key_never_reaches_the_archive(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("G60_KEYS__OPENALEX", "secret-of-mine")
    assert desk.refresh("openalex", "2025").ending == "new"
    assert any("secret-of-mine" in v for a in desk.server.asked_of("openalex") for v in a.headers.values())
    files = [path for path in desk.settings.archive_dir.rglob("*") if path.is_file()]
    assert len(files) > 10
    assert not [path for path in files if b"secret-of-mine" in path.read_bytes()]


def test_no_contact_means_that_wikidata_is_not_asked(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("G60_CONTACT")
    assert_told(desk.refresh("wikidata"), "contact")
    assert desk.asked("wikidata") == 0
