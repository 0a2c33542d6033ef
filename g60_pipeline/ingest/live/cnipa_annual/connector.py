"""CNIPA's annual table of PCT applications by province: finding the page, and its figures. Its HTML: `table`.

Letter and number of the page move from year to year, so the table is known by its title alone.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import urljoin

from pydantic import Field

from g60_pipeline.catalog.live_models import LiveSeries, LiveSource, file_of
from g60_pipeline.catalog.models import Entry, Text
from g60_pipeline.contracts.source_rows import live_frame
from g60_pipeline.ingest.live.cnipa_annual.table import SOURCE_ID, Page, Table, links, page_of, shows, table_of
from g60_pipeline.ingest.live.connector import Job, SourceRows, yearly_figure
from g60_pipeline.ingest.live.decode import expect
from g60_pipeline.ingest.live.http.messages import Answer, Request, SourceError
from g60_pipeline.ingest.live.options import options_of
from g60_pipeline.wording import BilingualText, told

REMEMBERED: Final = 10
"""Years back of which an archived report says where the table was."""

MOST_LINKS: Final = 5
"""Links of an index page that are followed."""

ADDRESS: Final = re.compile(r"tjxx/jianbao/year\d{4}/[\w./-]+$")
CATALOG: Final = file_of(SOURCE_ID)
REMEDY: Final = told("live.remedy.by_hand", file=CATALOG)


class Scan(Entry):
    """Pages tried when neither address nor index leads to the table: letters by numbers, so many at most."""

    letters: Text
    numbers: int = Field(ge=1)
    at_most: int = Field(ge=0)


class CnipaOptions(Entry):
    """Options of the source; addresses hold `{year}`. `first_year`: of the oldest report that may be asked for."""

    first_year: int
    report: Text
    address: Text
    index: Text
    scan: Scan


class Check(Entry):
    """Options of a series: the row that is the sum of others, and the row it is itself a part of."""

    sum_row: Text
    whole_row: Text
    parts: tuple[Text, ...]


class Cnipa:
    """The connector of CNIPA's annual tables."""

    source_id: Final = SOURCE_ID

    def parts(self, plan: LiveSource, *, today: dt.date) -> tuple[str, ...]:  # noqa: ARG002 - the interface
        """Return the reports of last year and of the year before: the newest that is out serves."""
        return (str(today.year - 1), str(today.year - 2))

    def refused(self, part: str, plan: LiveSource, *, today: dt.date) -> str | None:
        """Return why a part is not the year of a report that can be out."""
        first, last = options_of(CnipaOptions, plan.options, where=CATALOG).first_year, today.year - 1
        if re.fullmatch(r"[0-9]{4}", part) and first <= int(part) <= last:
            return None
        return told("live.cnipa.no_part", first=first, last=last)

    def collect(self, job: Job) -> Mapping[str, Sequence[Answer]]:
        """Return the page of the newest report proposed, or of every report named, and the index where it led there.

        A report prints three years only: each is a part of its own, so that a newer one withdraws nothing.

        Raises:
            SourceError: The table is not found, or a page is not what it must be.
        """
        search, years = _Search(job), sorted(map(int, job.parts), reverse=True)
        proposed = job.parts == self.parts(job.plan, today=job.today)
        found: dict[str, Sequence[Answer]] = {}
        for year in years:
            answers = search.of_year(year)
            if answers:
                found[str(year)] = answers
            if proposed and found:
                return found
        missing = [str(year) for year in years if str(year) not in found]
        if not missing:
            return found
        rule = told(
            "live.cnipa.not_found",
            title=search.title,
            years=BilingualText(" nor for ".join(missing), "、".join(missing)),
            asked=len(search.tried),
            odd=len(search.unreadable),
        )
        raise SourceError(SOURCE_ID, rule, REMEDY)

    def parse(self, part: str, answers: Mapping[str, Answer], *, plan: LiveSource) -> SourceRows:
        """Return the figures of every year the table of a report prints.

        Raises:
            SourceError: The page does not show the table, or the table has not its form, or its sums do not add up.
        """
        title = _title(plan)
        if f"pct/{part}" not in answers:
            raise SourceError(f"{SOURCE_ID}, part {part}", told("live.cnipa.no_table"), told("live.remedy.refresh"))
        answer, year = answers[f"pct/{part}"], int(part)
        page = page_of(answer, title=title)
        expect(shows(page, title), answer, "cnipa.no_title", title=title)
        table = table_of(page)
        expect(max(table.years) == year, answer, "cnipa.other_year", newest=max(table.years), year=year)
        warnings = [*page.remarks]
        figures = [row for series in plan.series for row in _figures(table, series, warnings=warnings)]
        expect(figures, answer, "cnipa.no_figure")
        report = options_of(CnipaOptions, plan.options, where=CATALOG).report
        return SourceRows(
            title=f"{report.format(year=year)} {title}",
            figures=live_frame("figures", figures),
            warnings=tuple(dict.fromkeys(warnings)),
            edition=year,
        )


class _Search:
    """The search for the page of one year after another, within the bounds of the catalog."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.options = options_of(CnipaOptions, job.plan.options, where=CATALOG)
        self.title = _title(job.plan)
        self.held = _newest_held(job)
        self.tried: set[str] = set()
        self.unreadable: list[str] = []
        self.scanned = 0

    def of_year(self, year: int) -> list[Answer]:
        """Return the page of one year and the index that led to it; nothing where it is not found."""
        for position, address in enumerate(self._known(year)):
            found = self._try(address, year, key=None if position else f"pct/{year}")
            if found:
                return [found]
        index = self._index(year)
        if index is not None:
            for address in self._linked(index):
                found = self._try(address, year)
                if found:
                    return [found, index.answer]
        for address in self._scan(year):
            found = self._try(address, year)
            if found:
                return [found]
        return []

    def _known(self, year: int) -> Iterator[str]:
        address = ADDRESS.search(self.held.url) if self.held else None
        if address:
            yield re.sub(r"(?<=/year)\d{4}", str(year), address.group())
        yield self.options.address.format(year=year)

    def _index(self, year: int) -> Page | None:
        path = self.options.index.format(year=year)
        answer = self.job.ask(Request(key=f"index/{year}", path=path, form="html", accept_missing=True))
        self.tried.add(path)
        return self._decoded(answer, path) if answer.status != 404 else None

    def _linked(self, index: Page) -> Iterator[str]:
        base = f"{self.job.plan.base_url}/"
        here = base + self.options.index.format(year=index.answer.key.removeprefix("index/"))
        targets = [urljoin(here, href).partition("#")[0] for href in links(index, self.title)]
        same = [t.removeprefix(base) for t in targets if t.startswith(base) and not re.search(r"[?%]|\.\.", t)]
        yield from list(dict.fromkeys(same))[:MOST_LINKS]

    def _scan(self, year: int) -> Iterator[str]:
        """Yield pages to try. While nothing is stored, the newer year leaves half of the bound to the one before."""
        scan = self.options.scan
        newest = year == self.job.today.year - 1
        bound = scan.at_most // 2 if newest and self.held is None else scan.at_most
        for letter in scan.letters:
            for number in range(1, scan.numbers + 1):
                address = f"tjxx/jianbao/year{year}/{letter}/{letter}{number}.html"
                if self.scanned < bound and address not in self.tried:
                    self.scanned += 1
                    yield address

    def _try(self, path: str, year: int, *, key: str | None = None) -> Answer | None:
        """Return a page when it shows the table of the year.

        Only the likeliest address is asked under the key of the stored page: what is stored must not vouch for another
        page. A page found elsewhere takes that key.
        """
        if path in self.tried:
            return None
        self.tried.add(path)
        request = Request(key=key or f"try/{path}", path=path, form="html", accept_missing=True)
        answer = self.job.ask(request)
        page = self._decoded(answer, path, known=key is not None) if answer.status != 404 else None
        if page is None or not shows(page, self.title):
            return None
        table = table_of(page)
        if max(table.years) != year:
            return None
        found = replace(answer, key=f"pct/{year}")
        CONNECTOR.parse(str(year), {found.key: found}, plan=self.job.plan)
        return found

    def _decoded(self, answer: Answer, path: str, *, known: bool = False) -> Page | None:
        try:
            return page_of(answer, title=self.title)
        except SourceError:
            if known:
                raise
            self.unreadable.append(path)
            return None


def _newest_held(job: Job) -> Answer | None:
    """Return the page of the newest stored report, whose address is the likeliest for the next one."""
    for year in range(job.today.year - 1, job.today.year - REMEMBERED, -1):
        answer = job.archived(str(year)).get(f"pct/{year}")
        if answer is not None:
            return answer
    return None


def _figures(table: Table, series: LiveSeries, *, warnings: list[str]) -> list[dict[str, str | None]]:
    rows = {place: table.figures(place, warnings=warnings) for place in series.places}
    if series.options:
        check = options_of(Check, series.options, where=f"{CATALOG}, {series.series}")
        _check_sums(table, check=check, warnings=warnings)
    return [
        yearly_figure(
            series.series,
            place,
            str(year),
            value=digits,
            locator=f"{table.answer.key}, row {place}, column {year}年",
            unit=table.unit,
        )
        for place, by_year in rows.items()
        for year, digits in by_year.items()
        if digits is not None
    ]


def _check_sums(table: Table, *, check: Check, warnings: list[str]) -> None:
    total, whole = (table.figures(row, warnings=warnings) for row in (check.sum_row, check.whole_row))
    names = {name for name, _ in table.rows}
    parts = [table.figures(name, warnings=warnings) for name in check.parts if name in names]
    for year in table.years:
        limit, above = total[year], whole[year]
        if limit is None:
            continue
        together = sum(int(digits) for part in parts if (digits := part[year]) is not None)
        expect(
            together <= int(limit),
            table.answer,
            "cnipa.provinces",
            year=year,
            together=together,
            row=check.sum_row,
            limit=limit,
        )
        expect(
            above is None or int(limit) <= int(above),
            table.answer,
            "cnipa.above",
            row=check.sum_row,
            year=year,
            limit=limit,
            whole=check.whole_row,
            above=above,
        )


def _title(plan: LiveSource) -> str:
    titles = {series.title for series in plan.series if series.title}
    if len(titles) != 1:
        raise SourceError(CATALOG, told("live.cnipa.titles"), told("live.remedy.entry"))
    return titles.pop()


CONNECTOR: Final = Cnipa()
"""What the registry lists."""
