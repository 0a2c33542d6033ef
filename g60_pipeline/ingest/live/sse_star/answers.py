"""The answers of the Shanghai Stock Exchange: pages of its lists to firms, profiles to addresses, every check included.

Which answers are asked for, and which rows they make: `connector`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from g60_pipeline.ingest.live.decode import CHANGED, WAIT, expect, json_of, record, signs
from g60_pipeline.ingest.live.http.messages import Answer, SourceError
from g60_pipeline.signs import is_missing
from g60_pipeline.wording import told

SOURCE: Final = "sse_star"
TIME_ZONE: Final = ZoneInfo("Asia/Shanghai")
PAGE_SIZE: Final = 2000
LIST_ID: Final = "COMMON_SSE_CP_GPJCTPZ_GPLB_GP_L"
PROFILE_ID: Final = "COMMON_SSE_CP_GPJCTPZ_GPLB_GPGK_GSGK_C"
LIST_NAMES: Final = ("listed", "delisted")
PROVINCES: Final = frozenset({"310000", "320000", "330000", "340000"})
"""Provinces whose firms are placed in cities."""

ROW_KEYS: Final = (
    "A_STOCK_CODE",
    "SEC_NAME_CN",
    "FULL_NAME",
    "LIST_DATE",
    "DELIST_DATE",
    "AREA_NAME",
    "AREA_NAME_DESC",
    "CSRC_CODE_DESC",
    "LIST_BOARD",
    "STOCK_TYPE",
)
CODE_KEYS: Final = ("A_STOCK_CODE", "LIST_DATE", "DELIST_DATE", "AREA_NAME", "LIST_BOARD", "STOCK_TYPE")
"""Codes and days among them, in which a full-width sign means the same as an ASCII one; names are as printed."""

A_ROW: Final = told("live.part.a_row")
"""What a row is called where it is not of the form."""

NONE: Final = "-"
"""What the exchange prints where there is nothing."""


@dataclass(frozen=True)
class Firm:
    """A row of a list; `seen` is the day in China on which the list was fetched."""

    code: str
    short_name: str | None
    full_name: str | None
    list_date: dt.date
    delist_date: dt.date | None
    area: str | None
    province: str
    industry: str | None
    locator: str
    seen: dt.date

    @property
    def is_placed(self) -> bool:
        """Return whether the firm's address is wanted: listed by now, in one of the four provinces."""
        return self.area in PROVINCES and self.list_date <= self.seen


@dataclass(frozen=True)
class Profile:
    """Addresses of a firm, as far as the exchange gives them."""

    registered: str | None = None
    office: str | None = None


def read_firms(page: Callable[[str], Answer], warnings: list[str]) -> dict[str, Firm]:
    """Return the firms of both lists by code, in the order of the codes.

    Args:
        page: Returns the answer of a key; pages are asked for one after the other.
        warnings: What a person should look at is added.

    Raises:
        SourceError: A page has not its form, pages or lists contradict each other, or no firm is listed.
    """
    firms: dict[str, Firm] = {}
    for name in LIST_NAMES:
        number, pages, total, received = 1, 1, None, 0
        while number <= pages:
            answer = page(f"list/{name}/{number}")
            rows, stated = _page(answer, number=number, warnings=warnings)
            expect(total in {None, stated}, answer, "sse.totals", remedy=WAIT, stated=stated, total=total)
            total, pages = stated, -(-stated // PAGE_SIZE)
            due = min(PAGE_SIZE, total - received)
            expect(len(rows) == due, answer, "sse.rows", remedy=WAIT, total=total, due=due, n=len(rows))
            received += due
            for row in rows:
                firm = _firm(row, name=name, answer=answer, warnings=warnings)
                other = firms.get(firm.code)
                expect(
                    other is None,
                    answer,
                    "sse.twice",
                    remedy=WAIT,
                    code=firm.code,
                    first=other.locator if other else "",
                    second=firm.locator,
                )
                firms[firm.code] = firm
            number += 1
        expect(firms, answer, "sse.no_firms", remedy=WAIT)
    return dict(sorted(firms.items()))


def read_profile(answer: Answer, firm: Firm, warnings: list[str]) -> Profile:
    """Return the addresses of a firm; one that is not given is warned of.

    Raises:
        SourceError: The answer has not its form, or is another firm's.
    """
    document = _envelope(answer, sql_id=PROFILE_ID, keys=(), warnings=warnings)
    rows = document["result"]
    expect(len(rows) <= 1, answer, "sse.one_firm", n=len(rows))
    if not rows:
        warnings.append(told("live.remark.no_profile", code=firm.code))
        return Profile()
    row = record(
        rows[0], answer, what=told("live.part.profile"), keys=("COMPANY_CODE", "REG_ADDRESS", "OFFICE_ADDRESS")
    )
    found = signs(_text(row, "COMPANY_CODE", answer))
    expect(found == firm.code, answer, "sse.other_firm", code=firm.code, found=found)
    names = [signs(_text(row, key, answer)) for key in ("AREA_NAME", "AREA_NAME_DESC") if key in row]
    expect(names, answer, "sse.no_area")
    if signs(firm.province) not in names and firm.area not in names:
        named = " / ".join(name or NONE for name in names)
        warnings.append(told("live.remark.two_provinces", code=firm.code, listed=firm.province, profile=named))
    profile = Profile(_text(row, "REG_ADDRESS", answer), _text(row, "OFFICE_ADDRESS", answer))
    if profile.registered is None:
        warnings.append(told("live.remark.no_address", code=firm.code))
    return profile


def _page(answer: Answer, *, number: int, warnings: list[str]) -> tuple[list[Any], int]:
    """Return the rows of a page and the total it states."""
    document = _envelope(answer, sql_id=LIST_ID, keys=("pageHelp",), warnings=warnings)
    keys = ("data", "pageNo", "pageSize", "pageCount", "total")
    paging = record(document["pageHelp"], answer, what="pageHelp", keys=keys)
    numbers = {key: str(signs(paging[key])) for key in keys[1:]}
    for key, value in numbers.items():
        expect(re.fullmatch(r"[0-9]{1,9}", value), answer, "sse.no_count", name=key, value=value)
    for key, asked in (("pageNo", number), ("pageSize", PAGE_SIZE)):
        expect(int(numbers[key]) == asked, answer, "sse.other_page", name=key, asked=asked, came=numbers[key])
    total = int(numbers["total"])
    pages = max(1, -(-total // PAGE_SIZE))
    expect(
        int(numbers["pageCount"]) in {pages, min(pages, total)},
        answer,
        "sse.pages",
        total=total,
        size=PAGE_SIZE,
        pages=pages,
        said=numbers["pageCount"],
    )
    rows: list[Any] = document["result"]
    expect(rows == paging["data"], answer, "sse.differ")
    return rows, total


def _envelope(answer: Answer, *, sql_id: str, keys: tuple[str, ...], warnings: list[str]) -> Mapping[str, Any]:
    document = json_of(answer, warnings=warnings)
    if isinstance(document, dict):
        errors = {key: document[key] for key in ("actionErrors", "fieldErrors") if document.get(key)}
        expect(not errors, answer, "sse.error", remedy=WAIT, errors=str(errors)[:270])
    found = record(document, answer, what=told("live.part.answer"), keys=("result", *keys))
    echo = found.get("sqlId", sql_id)
    expect(echo == sql_id, answer, "sse.sql_id", asked=sql_id, echo=echo)
    expect(isinstance(found["result"], list), answer, "sse.result")
    return found


def _firm(value: Any, *, name: str, answer: Answer, warnings: list[str]) -> Firm:
    row = record(value, answer, what=A_ROW, keys=ROW_KEYS)
    texts = {key: _text(row, key, answer) for key in ROW_KEYS}
    texts |= {key: signs(texts[key]) for key in CODE_KEYS}
    code, province = texts["A_STOCK_CODE"] or NONE, texts["AREA_NAME_DESC"] or NONE
    expect(re.fullmatch(r"68[89][0-9]{3}", code), answer, "sse.no_star", code=code)
    board = f"{texts['LIST_BOARD']} / {texts['STOCK_TYPE']}"
    expect(board == "2 / 8", answer, "sse.board", code=code, board=board)
    listed, delisted = _day(texts, "LIST_DATE", answer=answer), _day(texts, "DELIST_DATE", answer=answer)
    if listed is None:
        raise SourceError(answer.subject, told("live.sse.no_day", code=code), CHANGED)
    expect(
        (delisted is None) == (name == "listed"),
        answer,
        "sse.delisted",
        code=code,
        delisted=delisted or NONE,
        name=name,
    )
    expect(delisted is None or delisted >= listed, answer, "sse.before", code=code, delisted=delisted, listed=listed)
    names = {"SEC_NAME_CN": "short_name", "FULL_NAME": "full_name", "AREA_NAME_DESC": "province"}
    missing = {key: told(f"live.remark.{what}") for key, what in names.items() if texts[key] is None}
    warnings += [told("live.remark.not_given", code=code, what=what, field=key) for key, what in missing.items()]
    return Firm(
        code=code,
        short_name=texts["SEC_NAME_CN"],
        full_name=texts["FULL_NAME"],
        list_date=listed,
        delist_date=delisted,
        area=texts["AREA_NAME"],
        province=province,
        industry=texts["CSRC_CODE_DESC"],
        locator=f"{answer.key}, A_STOCK_CODE {code}",
        seen=answer.fetched_at.astimezone(TIME_ZONE).date(),
    )


def _text(row: Mapping[str, Any], key: str, answer: Answer) -> str | None:
    value = row[key]
    expect(value is None or isinstance(value, str), answer, "sse.no_text", name=key, value=repr(value)[:150])
    text = (value or "").strip()
    return None if is_missing(text) else text


def _day(texts: Mapping[str, str | None], key: str, *, answer: Answer) -> dt.date | None:
    text = texts[key]
    if text is None:
        return None
    expect(re.fullmatch(r"[0-9]{8}", text), answer, "sse.day", code=texts["A_STOCK_CODE"], name=key, text=text)
    try:
        return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError as error:
        raise SourceError(
            answer.subject, told("live.sse.day", code=texts["A_STOCK_CODE"], name=key, text=text), CHANGED
        ) from error
