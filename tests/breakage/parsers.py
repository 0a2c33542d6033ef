"""Every parser of the project with sound inputs of its own: what people type, what bureaus publish, what services answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import papers
from small_frames import Make

from breakage.documents import documents, parts_of
from breakage.fuzz import Case, Parser, in_file, restored
from breakage.live import live_parsers
from breakage.records import archive_parsers, tally_parsers
from g60_pipeline.catalog import load_catalog
from g60_pipeline.contracts.issues import Issue
from g60_pipeline.ingest.communique import decisions
from g60_pipeline.ingest.communique.decision_files import ACCEPTED, REJECTED
from g60_pipeline.ingest.communique.places import place_named
from g60_pipeline.ingest.communique.review import Review
from g60_pipeline.ingest.communique.store import About, keep, received, text_of
from g60_pipeline.ingest.corrections import COLUMNS, read_register
from g60_pipeline.ingest.csv_files import BREAKS_OFF
from g60_pipeline.ingest.inbox import read_inbox_file
from g60_pipeline.ingest.live.http.settings import NetworkSettings
from g60_pipeline.ingest.own_rows import members_in

CATALOG: Final = load_catalog()

CORRIDOR: Final = """\
corridor_id: hefei_wuhu
name_en: Hefei and Wuhu
name_zh: 合肥与芜湖
description_en: A corridor of two cities
description_zh: 两城走廊
parent_code: "100000"
document: {publisher: a test, title: a list of two, published: "2017-07-16"}
members: ["340100", "340200"]
"""

NETWORK: Final = """\
contact: someone@example.org
base_urls: {worldbank: "https://example.org/v2"}
keys: {openalex: abcdefgh}
proxies: {https: "http://proxy.example.org:8080"}
pace: 1.5
"""

WHOLE_FILE: Final = frozenset({"utf8", "no_null_byte", "header", "separator", "file_size"}) | {
    "missing_column",
    "unknown_column",
    "double_column",
}
"""Rules of the inbox that keep a whole file out."""


def parsers(folder: Path) -> list[Parser]:
    """Return every parser that needs no warehouse.

    Args:
        folder: Where inputs that are read from files are put.
    """
    return [
        *_typed(folder),
        *documents(),
        *_decided(folder),
        *live_parsers(),
        *archive_parsers(folder),
        *tally_parsers(folder),
    ]


def _typed(folder: Path) -> Iterator[Parser]:
    figures = Make.inbox_csv(*({"value": f"{n}.5", "period": f"{2015 + n}"} for n in range(6)))
    claims = Make.claims_csv({}, {"value": "20", "unit": "percent", "ratio_n": ""})
    inbox = folder / "inbox" / "figures.csv"
    yield Parser(
        "inbox: figures and claims", [Case(text.encode(), in_file(inbox, _nothing_lost)) for text in (figures, claims)]
    )
    sheet = papers.workbook(*(tuple(line.split(",")) for line in figures.splitlines()))
    book = in_file(folder / "inbox" / "book.xlsx", read_inbox_file)
    yield Parser("inbox: workbook", [Case(sheet, book), *parts_of(sheet, book)])
    row = "K1,E0140,value,20170.5,20170.45,misprint,误植,D001,A test,2025-01-02"
    register = ",".join(COLUMNS) + f"\n{row}\n{row.replace('K1', 'K2')}\n"
    yield Parser("corrections", [Case(register.encode(), in_file(folder / "corrections" / "own.csv", read_register))])
    corridor = in_file(folder / "corridors" / "own.yaml", lambda path: (members_in(path), load_catalog(path.parent)))
    yield Parser("own corridor (YAML)", [Case(CORRIDOR.encode(), corridor)])
    network = in_file(folder / "network.yaml", lambda path: NetworkSettings.checked(path.parent, CATALOG.live))
    yield Parser("network.yaml", [Case(NETWORK.encode(), network)])


def _nothing_lost(path: Path) -> None:
    """Read an inbox file: each line with a letter or digit is a row, or is named by an issue."""
    rows, issues = read_inbox_file(path)
    assert all(issue.message and issue.remedy for issue in issues)
    if any(issue.rule in WHOLE_FILE for issue in issues):
        assert not any(frame.height for frame in rows.values())
        return
    lines = re.split("\r\n|\r|\n", path.read_bytes().decode("utf-8-sig"))
    given = [n for n, line in enumerate(lines, start=1) if n > 1 and re.search("[0-9A-Za-z]", line)]
    accepted = [line for frame in rows.values() for line in frame["line"].to_list()]
    assert len(accepted) == len(set(accepted)), "a line is a row twice"
    lost = set(given) - set(accepted) - _named(issues)
    assert not lost, f"lines {sorted(lost)} are neither rows nor issues"


def _named(issues: Sequence[Issue]) -> set[int | None]:
    assert not any(i.line is None for i in issues if i.rule != BREAKS_OFF)
    return {issue.line for issue in issues}


def _decided(folder: Path) -> Iterator[Parser]:
    home = folder / "reviewed"
    suzhou = place_named("苏州", CATALOG.geographies)
    text = "全年实现地区生产总值26000.5亿元，比上年增长5.6%。全市高新技术企业超过17000家。"
    page = papers.page(text, title="2024年苏州市国民经济和社会发展统计公报")
    about = About(suzhou, 2024, "communique", "https://example.org/page.html")
    document, _ = keep(home / "documents", page, name="page.html", about=about, now="2025-04-01T00:00:00+00:00")
    desk = Review(home / "documents", home / "inbox", CATALOG, lambda *_: ())
    first, *others = desk.pending()
    pending = [first, *others]
    lines = [f"{p.row_id},{decisions.digest_of(p)},accept," for p in pending]
    file = "\n".join([",".join(decisions.COLUMNS), *lines]) + "\n"
    yield Parser(
        "decisions of a review page",
        [Case(file.encode(), in_file(folder / "decisions.csv", lambda path: decisions.read(path, pending)))],
    )
    desk.accept(first)
    desk.reject(others[0], now="2025-04-02T00:00:00+00:00")
    record = home / "documents" / f"{document.sha256}.json"

    def everything(_: Path) -> None:
        for found in received(home / "documents"):
            text_of(home / "documents", found)
        desk.pending()

    files = {"accepted proposals": home / "inbox" / ACCEPTED, "rejected proposals": home / "documents" / REJECTED}
    for name, path in (("record of a document", record), *files.items()):
        content = path.read_bytes()
        yield Parser(name, [Case(content, restored(path, content, in_file(path, everything)))])
