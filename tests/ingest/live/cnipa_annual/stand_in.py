"""Stand-in for the CNIPA's site: yearly reports whose PCT table lies at another address each year. Figures are made up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.wire import IncomingRequest, Reply

TITLE = "PCT国际专利申请受理量"

ENGLISH = {"上海": "Shanghai", "江苏": "Jiangsu", "浙江": "Zhejiang", "安徽": "Anhui", "北京": "Beijing"}

Figures = dict[str, dict[int, str]]


def figures(*years: int) -> Figures:
    """Return sound figures of the years, named as the rows are."""
    start = {"合计": 9000, "国内小计": 8000, "北京": 1500, "上海": 900, "江苏": 800, "浙江": 700, "安徽": 200}
    return {name: {year: str(value + year - 2000) for year in years} for name, value in start.items()}


def table_page(
    rows: Mapping[str, Mapping[int, str]],
    *,
    title: str = f"6-4 {TITLE} Received PCT International Applications",
    unit: str | None = "件 (piece)",
    charset: str | None = "utf-8",
) -> str:
    """Return a page with the table as the site lays it out: a total, the nation's block, then abroad."""
    years = sorted({year for row in rows.values() for year in row})
    head = "".join(f"<th>{year}年</th>" for year in years)
    lines = [f'<tr><td colspan="3">地区Regions</td>{head}</tr>']
    inside = [name for name in rows if name != "合计"]
    if "合计" in rows:
        lines.append(f'<tr><td colspan="3">合计Total</td>{_cells(rows["合计"], years)}</tr>')
    for position, name in enumerate(inside):
        group = f'<td rowspan="{len(inside)}">国内Domestic</td>' if position == 0 else ""
        label = f'<td colspan="2">{name}Sub-total</td>' if name == "国内小计" else _label(name)
        lines.append(f"<tr>{group}{label}{_cells(rows[name], years)}</tr>")
    lines.append(f'<tr><td>国外Abroad</td><td colspan="2">小计Sub-total</td>{"<td>1,000</td>" * len(years)}</tr>')
    lines.append(f'<tr><td colspan="{3 + len(years)}">注:数据为本局受理数。</td></tr>')
    meta = f'<meta charset="{charset}">' if charset else ""
    measure = f"<p>单位:{unit}</p>" if unit else ""
    return (
        f"<html><head>{meta}<title>知识产权统计年报</title></head><body>"
        f"<div><a href='../index.html'>目录</a></div><h3>{title}</h3>{measure}"
        f"<table>{''.join(lines)}</table></body></html>"
    )


def _cells(row: Mapping[int, str], years: list[int]) -> str:
    return "".join(f"<td> {row.get(year, '')}\n</td>" for year in years)


def _label(name: str) -> str:
    return f"<td>{name[0]} {name[1:]}</td><td>{ENGLISH.get(name, '')}</td>"


@dataclass
class Cnipa:
    """The site. `pages` are bodies by path; everything else is a 404 in HTML.

    Args:
        pages: Bodies by path.
        content_type: What the header says of all pages.
    """

    pages: dict[str, bytes] = field(default_factory=dict)
    content_type: str = "text/html; charset=utf-8"

    def publish(self, year: int, place: str = "f/f4", *, page: str | None = None, encoding: str = "utf-8") -> None:
        """Put the table of a year at a place of its report."""
        body = table_page(figures(2018, year - 1, year)) if page is None else page
        self.pages[f"tjxx/jianbao/year{year}/{place}.html"] = body.encode(encoding)

    def index(self, year: int, *targets: str) -> None:
        """Put up the index page of a report, with a link of the table's title to each target."""
        links = "".join(f"<li><a href='{target}'>6-4 {TITLE}</a></li>" for target in targets)
        page = f"<html><head><meta charset='utf-8'></head><body><ul>{links}</ul></body></html>"
        self.pages[f"tjxx/jianbao/year{year}/index.html"] = page.encode()

    def reply(self, asked: IncomingRequest) -> Reply:
        """Return what the real site would reply."""
        body = self.pages.get(asked.path)
        if body is None:
            return Reply(404, "<html><body>404 页面不存在</body></html>".encode(), "text/html")
        return Reply(content=body, content_type=self.content_type)
