"""Stand-in for the Shanghai Stock Exchange's query service: lists of STAR firms in pages, and profiles. Firms are made up."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from simulator.wire import IncomingRequest, Reply

LIST_ID: Final = "COMMON_SSE_CP_GPJCTPZ_GPLB_GP_L"
PROFILE_ID: Final = "COMMON_SSE_CP_GPJCTPZ_GPLB_GPGK_GSGK_C"
REFERER: Final = "https://www.sse.com.cn/"
PROVINCES: Final = {
    "310000": "上海市",
    "320000": "江苏省",
    "330000": "浙江省",
    "340000": "安徽省",
    "440000": "广东省",
    "110000": "北京市",
}

Document = dict[str, Any]


@dataclass
class Firm:
    """One firm as the exchange keeps it; without a registered address it has no profile."""

    code: str
    full_name: str
    area: str
    registered: str | None = None
    office: str | None = None
    listed: str = "20200102"
    delisted: str = "-"
    short_name: str = "试验股份"

    def row(self, number: int) -> Document:
        """Return the firm's row of a list."""
        return {
            "A_STOCK_CODE": self.code,
            "COMPANY_CODE": self.code,
            "B_STOCK_CODE": "-",
            "SEC_NAME_CN": self.short_name,
            "SEC_NAME_FULL": self.short_name,
            "COMPANY_ABBR": self.short_name,
            "COMPANY_ABBR_EN": "",
            "FULL_NAME": self.full_name,
            "FULL_NAME_IN_ENGLISH": "",
            "LIST_DATE": self.listed,
            "DELIST_DATE": self.delisted,
            "AREA_NAME": self.area,
            "AREA_NAME_DESC": PROVINCES[self.area],
            "CSRC_CODE": "C",
            "CSRC_CODE_DESC": "制造业",
            "LIST_BOARD": "2",
            "STOCK_TYPE": "8",
            "STATE_CODE": "2",
            "STATE_CODE_STOCK": "4",
            "PRODUCT_STATUS": "   D  F  N          ",
            "NUM": str(number),
        }

    def profile(self) -> Document:
        """Return the firm's profile."""
        return {
            "COMPANY_CODE": self.code,
            "A_STOCK_CODE": self.code,
            "COMPANY_ABBR": self.short_name,
            "FULL_NAME": self.full_name,
            "A_LIST_DATE": self.listed,
            "REG_ADDRESS": self.registered,
            "OFFICE_ADDRESS": self.office or self.registered,
            "OFFICE_ZIP": "200000",
            "AREA_NAME": PROVINCES[self.area],
            "CSRC_CODE_DESC": "制造业",
        }


def some_firms() -> list[Firm]:
    """Return a small market: five listed firms in four provinces and elsewhere, one delisted."""
    return [
        Firm("688901", "苏州甲试股份有限公司", "320000", "江苏省苏州市工业园区甲路1号", listed="20190722"),
        Firm("688902", "上海乙试股份有限公司", "310000", "上海市松江区乙路2号", office="上海市徐汇区乙路3号"),
        Firm("688903", "浙江丙试股份有限公司", "330000", "浙江省义乌市丙路4号", office="浙江省杭州市丙路5号"),
        Firm("688904", "安徽丁试股份有限公司", "340000", "安徽省合肥市丁路6号"),
        Firm("688905", "广东戊试股份有限公司", "440000"),
        Firm("688906", "无锡己试股份有限公司", "320000", "江苏省无锡市苏州路7号", delisted="20240315"),
    ]


@dataclass
class Sse:
    """The service. `alter` changes a document before it is sent, by `listed`, `delisted` or `profile`."""

    firms: list[Firm] = field(default_factory=some_firms)
    alter: dict[str, Callable[[Document], None]] = field(default_factory=dict)

    def reply(self, asked: IncomingRequest) -> Reply:
        """Return a page of a list, or a profile; 403 without the site's Referer, JSONP where a callback is named."""
        headers = {name.lower(): value for name, value in asked.headers.items()}
        if not headers.get("referer", "").startswith(REFERER):
            return Reply(403, b"Forbidden", "text/plain")
        made = {LIST_ID: self._list, PROFILE_ID: self._profile}.get(asked.query.get("sqlId", ""))
        if made is None or asked.path not in {"sseQuery/commonQuery.do", "commonQuery.do"}:
            return Reply(404, b"Not Found", "text/plain")
        text = json.dumps(made(asked), ensure_ascii=False)
        if callback := asked.query.get("jsonCallBack"):
            text = f"{callback}({text})"
        return Reply(content=text.encode(), content_type="application/json;charset=UTF-8")

    def _list(self, asked: IncomingRequest) -> Document:
        name = "delisted" if asked.query["COMPANY_STATUS"] == "3" else "listed"
        firms = [f for f in self.firms if (f.delisted != "-") == (name == "delisted")]
        number, size = int(asked.query["pageHelp.pageNo"]), int(asked.query["pageHelp.pageSize"])
        first = (number - 1) * size
        rows = [firm.row(position) for position, firm in enumerate(firms[first : first + size], start=first + 1)]
        document: Document = {
            "actionErrors": [],
            "fieldErrors": {},
            "isPagination": "true",
            "jsonCallBack": asked.query.get("jsonCallBack"),
            "pageHelp": {
                "beginPage": number,
                "cacheSize": 1,
                "data": [dict(row) for row in rows],
                "endPage": None,
                "pageCount": max(1, -(-len(firms) // size)),
                "pageNo": number,
                "pageSize": size,
                "total": len(firms),
            },
            "result": rows,
            "sqlId": LIST_ID,
        }
        self.alter.get(name, _unaltered)(document)
        return document

    def _profile(self, asked: IncomingRequest) -> Document:
        found = [f for f in self.firms if f.code == asked.query["COMPANY_CODE"] and f.registered is not None]
        document: Document = {"jsonCallBack": None, "result": [f.profile() for f in found], "sqlId": PROFILE_ID}
        self.alter.get("profile", _unaltered)(document)
        return document


def _unaltered(document: Document) -> None:
    pass
