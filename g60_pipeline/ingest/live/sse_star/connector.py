"""Shanghai Stock Exchange: the lists of STAR firms, and the addresses of those in four provinces.

Both lists are asked whole each time, a profile only for a firm that has none with an address, or of which the list says
something else than before. How the answers are read: `answers`. Which city an address lies in is decided in
`normalize.addresses`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from g60_pipeline.catalog.live_models import LiveSource
from g60_pipeline.contracts.source_rows import live_frame
from g60_pipeline.ingest.live.connector import Job, SinglePart, SourceRows
from g60_pipeline.ingest.live.http.messages import Answer, Request, SourceError
from g60_pipeline.ingest.live.sse_star.answers import (
    LIST_ID,
    PAGE_SIZE,
    PROFILE_ID,
    SOURCE,
    Firm,
    Profile,
    read_firms,
    read_profile,
)
from g60_pipeline.wording import told

TITLE: Final = "上海证券交易所科创板股票列表"
HEADERS: Final = {"Referer": "https://www.sse.com.cn/assortment/stock/list/share/"}
PROFILE_PATH: Final = "commonQuery.do"
LISTS: Final = {"listed": ("sseQuery/commonQuery.do", "2,4,5,7,8"), "delisted": ("commonQuery.do", "3")}
"""Name of a list -> its path and the states of firms asked for."""


class SseStar(SinglePart):
    """Connector of `sse_star`."""

    source_id: Final = SOURCE

    def collect(self, job: Job) -> Mapping[str, Sequence[Answer]]:
        """Return the lists and a profile for every firm of the four provinces, those stored as they are stored."""
        answers: list[Answer] = []

        def page(key: str) -> Answer:
            answers.append(job.ask(list_request(key)))
            return answers[-1]

        firms = read_firms(page, [])
        held = job.archived("")
        before = _held_firms(held)
        for code, firm in firms.items():
            if not firm.is_placed:
                continue
            answer = held.get(_profile_key(code))
            if answer is None or not _is_unchanged(before.get(code), firm) or not _has_address(answer, firm):
                answer = job.ask(profile_request(code))
                read_profile(answer, firm, [])
            answers.append(answer)
        return {"": answers}

    def parse(self, part: str, answers: Mapping[str, Answer], *, plan: LiveSource) -> SourceRows:  # noqa: ARG002 (the protocol's form)
        """Return the firms listed by the day of fetching, and those delisted since."""
        warnings: list[str] = []
        rows: list[dict[str, str | None]] = []
        for code, firm in read_firms(_lookup(answers), warnings).items():
            if firm.list_date > firm.seen:
                warnings.append(f"{code}: not yet listed (from {firm.list_date}), left out")
                continue
            profile, locator = Profile(), firm.locator
            if firm.is_placed:
                answer = _lookup(answers)(_profile_key(code))
                profile, locator = read_profile(answer, firm, warnings), f"{firm.locator}; {answer.key}"
            rows.append(_listing(firm, profile, locator))
        return SourceRows(title=TITLE, listings=live_frame("listings", rows), warnings=tuple(warnings))


def list_request(key: str) -> Request:
    """Return the request of one page of a list, by its key `list/NAME/NUMBER`."""
    _, name, number = key.split("/")
    path, states = LISTS[name]
    params = (
        ("sqlId", LIST_ID),
        ("isPagination", "true"),
        ("type", "inParams"),
        ("STOCK_TYPE", "8"),
        ("COMPANY_STATUS", states),
        ("REG_PROVINCE", ""),
        ("CSRC_CODE", ""),
        ("STOCK_CODE", ""),
        ("pageHelp.cacheSize", "1"),
        ("pageHelp.beginPage", number),
        ("pageHelp.pageSize", str(PAGE_SIZE)),
        ("pageHelp.pageNo", number),
        ("pageHelp.endPage", number),
    )
    return Request(key, path, params, headers=HEADERS)


def profile_request(code: str) -> Request:
    """Return the request of a firm's profile."""
    params = (("isPagination", "false"), ("sqlId", PROFILE_ID), ("COMPANY_CODE", code))
    return Request(_profile_key(code), PROFILE_PATH, params, headers=HEADERS, resumable=True)


def _listing(firm: Firm, profile: Profile, locator: str) -> dict[str, str | None]:
    return {
        "record_key": firm.code,
        "locator": locator,
        "stock_code": firm.code,
        "short_name_zh": firm.short_name,
        "full_name_zh": firm.full_name,
        "list_date": firm.list_date.isoformat(),
        "delist_date": firm.delist_date.isoformat() if firm.delist_date else None,
        "province_zh": firm.province,
        "registered_address": profile.registered,
        "office_address": profile.office,
        "industry_zh": firm.industry,
    }


def _lookup(answers: Mapping[str, Answer]) -> Callable[[str], Answer]:
    def answer(key: str) -> Answer:
        if key not in answers:
            raise SourceError(f"{SOURCE}, {key}", told("live.sse.not_held"), told("live.remedy.refresh_again"))
        return answers[key]

    return answer


def _held_firms(held: Mapping[str, Answer]) -> dict[str, Firm]:
    """Return the stored firms; none where the lists stored can not be read, so that every profile is asked anew."""
    try:
        return read_firms(_lookup(held), [])
    except SourceError:
        return {}


def _has_address(answer: Answer, firm: Firm) -> bool:
    try:
        return read_profile(answer, firm, []).registered is not None
    except SourceError:
        return False


def _is_unchanged(before: Firm | None, now: Firm) -> bool:
    return before is not None and (before.full_name, before.area) == (now.full_name, now.area)


def _profile_key(code: str) -> str:
    return f"profile/{code}"


CONNECTOR: Final = SseStar()
