"""What the exchange's connector refuses: broken bodies, pages that contradict themselves, rows and profiles not asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import pytest
from ingest.live.sse_star.exchange import LISTS, PLAN, Exchange
from ingest.live.sse_star.stand_in import Document, Sse
from simulator.wire import IncomingRequest, Reply

from g60_pipeline.ingest.live.http.messages import SourceError
from g60_pipeline.ingest.live.sse_star.connector import CONNECTOR


def fault(exchange: Exchange) -> SourceError:
    """Return the error a refresh ends with."""
    with pytest.raises(SourceError) as caught:
        exchange.refresh()
    return caught.value


def rows_of(document: Document) -> list[Document]:
    """Make both copies of the rows one list, so that a change is made to both."""
    document["pageHelp"]["data"] = document["result"]
    rows: list[Document] = document["result"]
    return rows


def change(name: str, key: str, value: object) -> Mapping[str, Callable[[Document], None]]:
    def alter(document: Document) -> None:
        rows_of(document)[0][key] = value

    return {name: alter}


BODIES: Final[dict[str, tuple[Callable[[bytes], bytes], str]]] = {
    "jsonp": (lambda c: b"jsonpCallback123(" + c + b")", "JSONP"),
    "html": (lambda _c: b"<html></html>", "HTML page"),
    "empty": (lambda _c: b"", "the answer is empty"),
    "cut": (lambda c: c[:-20], "not whole JSON"),
    "gbk": (lambda c: c.decode().encode("gbk"), "not UTF-8"),
    "list": (lambda _c: b"[]", "the answer is not an object"),
}


@pytest.mark.parametrize("key", ["list/listed/1", "profile/688903"])
@pytest.mark.parametrize(("mend", "rule"), BODIES.values(), ids=BODIES)
def test_broken_body_stops_the_refresh(exchange: Exchange, key: str, mend: Callable[[bytes], bytes], rule: str) -> None:
    exchange.mend = lambda asked, content: mend(content) if asked == key else content
    error = fault(exchange)
    assert error.subject == f"sse_star, {key}"
    assert rule in error.rule
    assert error.remedy


ROWS: Final = [
    ("listed", "A_STOCK_CODE", "600001", "600001 is not the code of a STAR firm"),
    ("listed", "A_STOCK_CODE", "68890", "68890 is not the code of a STAR firm"),
    ("listed", "A_STOCK_CODE", "688902", "688902 is there twice"),
    ("delisted", "A_STOCK_CODE", "688902", "688902 is there twice"),
    ("listed", "LIST_BOARD", "1", "688901: LIST_BOARD / STOCK_TYPE are 1 / 8, not 2 / 8"),
    ("listed", "STOCK_TYPE", "1", "688901: LIST_BOARD / STOCK_TYPE are 2 / 1, not 2 / 8"),
    ("listed", "LIST_DATE", "20230229", "688901: LIST_DATE 20230229 is not a day"),
    ("listed", "LIST_DATE", "2023-02-01", "688901: LIST_DATE 2023-02-01 is not a day"),
    ("listed", "LIST_DATE", "-", "688901: LIST_DATE is empty"),
    ("listed", "DELIST_DATE", "20240102", "DELIST_DATE is 2024-01-02 in the list of listed firms"),
    ("delisted", "DELIST_DATE", "-", "DELIST_DATE is - in the list of delisted firms"),
    ("delisted", "DELIST_DATE", "20190101", "delisted on 2019-01-01, before it was listed"),
    ("listed", "FULL_NAME", ["x"], "FULL_NAME is not text"),
]


@pytest.mark.parametrize(("name", "key", "value", "rule"), ROWS)
def test_row_that_is_no_star_firm_stops_the_refresh(
    exchange: Exchange, name: str, key: str, value: object, rule: str
) -> None:
    exchange.service.alter = dict(change(name, key, value))
    error = fault(exchange)
    assert error.subject == f"sse_star, list/{name}/1"
    assert rule in error.rule


PAGES: Final[dict[str, tuple[Callable[[Document], object], str]]] = {
    "page": (lambda d: d["pageHelp"].update(pageNo=2), "pageHelp.pageNo 1 was asked for, 2 came"),
    "size": (lambda d: d["pageHelp"].update(pageSize=25), "pageHelp.pageSize 2000 was asked for, 25 came"),
    "more": (lambda d: d["pageHelp"].update(total=6), "total is 6, so this page should hold 6 rows; it holds 5"),
    "fewer": (lambda d: d["pageHelp"].update(total=4), "total is 4, so this page should hold 4 rows; it holds 5"),
    "pages": (lambda d: d["pageHelp"].update(pageCount=3), "makes 1 page(s), pageHelp.pageCount says 3"),
    "count": (lambda d: d["pageHelp"].update(total=-1), "pageHelp.total is no count: -1"),
    "null": (lambda d: d["pageHelp"].update(total=None), "pageHelp.total is no count: None"),
    "query": (lambda d: d.update(sqlId="OTHER"), "was asked for, OTHER came"),
    "copies": (lambda d: d["pageHelp"]["data"].pop(), "result and pageHelp.data differ"),
    "copy": (lambda d: d["result"][0].update(FULL_NAME="x"), "result and pageHelp.data differ"),
    "result": (lambda d: d.pop("result"), "the answer lacks result"),
    "paging": (lambda d: d.pop("pageHelp"), "the answer lacks pageHelp"),
    "total": (lambda d: d["pageHelp"].pop("total"), "pageHelp lacks total"),
    "object": (lambda d: d.update(result={}), "result is not a list"),
    "renamed": (lambda d: [r.update(LISTDATE=r.pop("LIST_DATE")) for r in rows_of(d)], "a row lacks LIST_DATE"),
    "told": (lambda d: d.update(actionErrors=["busy"]), "the service reports an error: {'actionErrors': ['busy']}"),
}


@pytest.mark.parametrize(("alter", "rule"), PAGES.values(), ids=PAGES)
def test_page_that_contradicts_itself_stops_the_refresh(
    exchange: Exchange, alter: Callable[[Document], None], rule: str
) -> None:
    exchange.service.alter = {"listed": alter}
    error = fault(exchange)
    assert error.subject == "sse_star, list/listed/1"
    assert rule in error.rule
    assert exchange.keys == [LISTS[0]]


def test_empty_list_of_listed_firms_stops_the_refresh() -> None:
    error = fault(Exchange(Sse([])))
    assert error.rule == "the list of listed firms is empty"


PROFILE_FAULTS: Final[dict[str, tuple[Callable[[Document], object], str]]] = {
    "other": (lambda d: d["result"][0].update(COMPANY_CODE="688999"), "688901 was asked for, the profile is that of"),
    "query": (lambda d: d.update(sqlId="OTHER"), "was asked for, OTHER came"),
    "two": (lambda d: d["result"].append(d["result"][0]), "one firm was asked for, 2 came"),
    "renamed": (lambda d: d["result"][0].pop("REG_ADDRESS"), "the profile lacks REG_ADDRESS"),
    "area": (lambda d: d["result"][0].pop("AREA_NAME"), "the profile lacks both AREA_NAME and AREA_NAME_DESC"),
    "result": (lambda d: d.pop("result"), "the answer lacks result"),
    "row": (lambda d: d.update(result=["x"]), "the profile is not an object"),
}


@pytest.mark.parametrize(("alter", "rule"), PROFILE_FAULTS.values(), ids=PROFILE_FAULTS)
def test_profile_that_is_not_the_firms_stops_the_refresh(
    exchange: Exchange, alter: Callable[[Document], None], rule: str
) -> None:
    exchange.service.alter = {"profile": alter}
    error = fault(exchange)
    assert error.subject == "sse_star, profile/688901"
    assert rule in error.rule


def test_snapshot_that_lacks_an_answer_is_not_replayed(exchange: Exchange) -> None:
    exchange.refresh()
    held = {key: answer for key, answer in exchange.held.items() if key != "profile/688903"}
    with pytest.raises(SourceError, match=r"profile/688903: the snapshot does not hold this answer"):
        CONNECTOR.parse("", held, plan=PLAN)


def test_block_half_way_through_the_profiles_gives_nothing(exchange: Exchange) -> None:
    plain = exchange.service.reply

    class Blocking(Sse):
        def reply(self, asked: IncomingRequest) -> Reply:
            return Reply(403) if asked.query.get("COMPANY_CODE") == "688903" else plain(asked)

    exchange.service = Blocking()
    assert fault(exchange).rule == "status 403"
    assert exchange.held == {}


def _on_second_page(change: Callable[[Document], object]) -> Callable[[Document], None]:
    def alter(document: Document) -> None:
        if document["pageHelp"]["pageNo"] == 2:
            change(document)

    return alter


SECOND: Final[dict[str, tuple[Callable[[Document], object], str]]] = {
    "total": (lambda d: d["pageHelp"].update(total=6), "this page says total 6, the page before 5"),
    "again": (
        lambda d: rows_of(d)[0].update(A_STOCK_CODE="688901"),
        "688901 is there twice (list/listed/1, A_STOCK_CODE 688901 and list/listed/2, A_STOCK_CODE 688901)",
    ),
    "short": (lambda d: rows_of(d).pop(), "total is 5, so this page should hold 2 rows; it holds 1"),
}


@pytest.mark.parametrize(("change", "rule"), SECOND.values(), ids=SECOND)
def test_pages_that_do_not_add_up_stop_the_refresh(
    exchange: Exchange, small_pages: None, change: Callable[[Document], object], rule: str
) -> None:
    exchange.service.alter = {"listed": _on_second_page(change)}
    error = fault(exchange)
    assert (error.subject, error.rule) == ("sse_star, list/listed/2", rule)
