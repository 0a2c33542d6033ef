"""What a document is about: the place and year it names, and where in a file one document ends and the next begins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from g60_pipeline.ingest.communique.text.parts import Paragraph, Table, Text

Kind = Literal["communique", "work_report", "rd_bulletin", "yearbook_table"]
KINDS: Final[tuple[Kind, ...]] = ("communique", "work_report", "rd_bulletin", "yearbook_table")

_ENDING: Final = r"(?:特别行政区|自治区|自治州|自治县|新区|地区|省|市|州|盟|区|县)"
_PLACE: Final = rf"[\u4e00-\u9fff]{{2,14}}?{_ENDING}"
_YEAR: Final = r"(?P<year>(?:19|20)\d\d)年?(?:度)?"
_WHAT: Final = (
    r"(?:暨[^，。]{0,12})?(?:国民经济[和与]社会发展(?:情况)?的?统计公报|(?:政府)?工作报告|[^，。\d]{0,12}统计公报)"
)
_TITLES: Final = (
    re.compile(rf"(?P<place>{_PLACE})?{_YEAR}(?:暨[^，。]{{0,12}})?国民经济"),
    re.compile(rf"{_YEAR}(?P<place>[\u4e00-\u9fff]{{2,14}}?)(?:市?人民)?国民经济[和与]社会发展"),
    re.compile(rf"(?P<place>{_PLACE})?{_YEAR}(?P<place2>{_PLACE})?{_WHAT}"),
    re.compile(rf"{_YEAR}(?P<place>{_PLACE})[^，。；\d]{{0,30}}(?:公报|运行|形势)"),
)
_NUMERALS: Final = str.maketrans("〇零一二三四五六七八九", "00123456789")
_CHINESE_YEAR: Final = re.compile(r"二[〇零][〇零一二][〇零一二三四五六七八九](?=年)")
_ANY_YEAR: Final = re.compile(r"((?:19|20)\d\d)年(?!\d{1,2}月)")
_BUREAU: Final = re.compile(r"([\u4e00-\u9fff]{2,12}?(?:自治州|地区|省|市|州|盟|区|县))统计局")


PART_OF_YEAR: Final = re.compile(r"[上下]半年|季度|(?<!\d)1[-—–~至](?!12月)\d{1,2}月|(?<!\d)\d{1,2}月份")
"""How a title of a document, a table or a column names a part of a year."""

ALL_YEAR: Final = re.compile(r"全年|年度|1[-—–~至]12月")
"""How it says that the whole year is there, too: 四季度及全年."""

_WHOLE: Final = re.compile(r"[全我本].")
"""How a title speaks of a place it does not name: 全市."""

LONGEST_TITLE: Final = 60
"""Signs of a line that may be a title."""


@dataclass(frozen=True)
class Subject:
    """Place and year of a document, as far as it names them."""

    places: tuple[str, ...]
    """Names it bears in the document: 苏州市, 苏州."""
    year: int | None
    kind: Kind
    is_titled: bool = True
    """Whether a title says so; else place and year are what the text speaks of most."""


@dataclass(frozen=True)
class Section:
    """A document within a file: most files hold one."""

    subject: Subject
    parts: tuple[Paragraph | Table, ...]


def sections(text: Text, *, name: str = "", year: int | None = None) -> list[Section]:
    """Return the documents of a file: a second title with another year or place begins a second one.

    Args:
        text: The text of the file.
        name: Name of the file; its year chooses where the file holds several years.
        year: The year wanted, where it is known.
    """
    starts: list[tuple[int, Subject]] = []
    for position, part in enumerate(text.parts):
        subject = titled(part.text) if isinstance(part, Paragraph) and len(part.text) < LONGEST_TITLE else None
        if subject and subject.year and (not starts or _is_another(subject, starts[-1][1])):
            starts.append((position, subject))
    if len(starts) < 2 or not all(_is_title(text.parts[at]) for at, _ in starts):
        return [Section(_whole(text), text.parts)]
    ends = [*(at for at, _ in starts[1:]), len(text.parts)]
    found = [Section(subject, text.parts[at:end]) for (at, subject), end in zip(starts, ends, strict=True)]
    years = {year} if year else {int(y) for y in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", name)}
    named = [section for section in found if section.subject.year in years]
    return named or found


def _is_another(subject: Subject, before: Subject) -> bool:
    """Return whether a title is one of another year or place than that before it."""
    is_elsewhere = bool(subject.places and before.places) and set(subject.places).isdisjoint(before.places)
    return subject.year != before.year or is_elsewhere


def part_of_year(text: Text) -> str | None:
    """Return the title of a document that is about a part of a year; None where it is about a year."""
    heads = [p.text for p in text.paragraphs[:3] if len(p.text) < LONGEST_TITLE and "。" not in p.text]
    of_part = (t for t in (text.title, *heads) if PART_OF_YEAR.search(t) and not ALL_YEAR.search(t))
    return next((title for title in of_part if _ANY_YEAR.search(_arabic(title))), None)


def _is_title(part: Paragraph | Table) -> bool:
    return isinstance(part, Paragraph) and part.text.endswith(("公报", "报告"))


def _whole(text: Text) -> Subject:
    head = [p.text for p in text.paragraphs[:6]]
    joined = "".join(head)[:400]
    for candidate in (text.title, *head, joined):
        subject = titled(candidate)
        if subject and subject.year:
            return subject
    years = _ANY_YEAR.findall(_arabic(text.title + joined)) or _ANY_YEAR.findall(
        _arabic("".join(p.text for p in text.paragraphs[:30]))
    )
    return Subject(_bureau(joined + text.title), _commonest(years), "communique", is_titled=False)


def _commonest(years: Sequence[str]) -> int | None:
    return int(max(years, key=lambda y: (years.count(y), -years.index(y)))) if years else None


def _bureau(text: str) -> tuple[str, ...]:
    match = _BUREAU.search(text)
    return names_of(match.group(1)) if match else ()


def titled(text: str) -> Subject | None:
    """Return the subject a title names."""
    plain = _arabic(text)
    for pattern in _TITLES:
        match = pattern.search(plain)
        if match:
            groups = match.groupdict()
            place = groups.get("place") or groups.get("place2") or ""
            place = "" if _WHOLE.fullmatch(place) else place
            kind: Kind = "communique"
            year = int(groups["year"])
            if "工作报告" in match.group():
                kind, year = "work_report", year - 1
            elif "科技经费" in match.group() or "研究与试验发展" in match.group():
                kind = "rd_bulletin"
            return Subject(names_of(place) if place else (), year, kind)
    return None


def names_of(place: str) -> tuple[str, ...]:
    """Return the names a place goes by in its own text.

    >>> names_of("苏州市"), names_of("黔东南苗族侗族自治州")
    (('苏州市', '苏州'), ('黔东南苗族侗族自治州', '黔东南州', '黔东南'))
    >>> names_of("临川市统计局临川市")
    ('临川市', '临川')
    """
    place = re.sub(r"^.*(?:统计局|调查队|政府|委员会)", "", place)
    place = re.sub(r"^.*?(?:自治区|省)(?=[\u4e00-\u9fff]{2,}(?:市|州|地区|盟|区|县)$)", "", place)
    place = re.sub(r"^.*?市(?=[\u4e00-\u9fff]{2,}(?:区|县)$)", "", place)
    short = re.sub(r"(?:特别行政区|自治区|自治州|自治县|新区|地区|省|市|州|盟|区|县)$", "", place)
    people = re.search(r"(?:[\u4e00-\u9fff]{1,3}族|蒙古)+$", short)
    if people and place.endswith("自治州"):
        stem = _stem(short)
        return (place, f"{stem}州", stem)
    return (place, short) if len(short) > 1 else (place,)


_PEOPLES: Final = re.compile(
    r"(?:蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|高山|拉祜|水|东乡|纳西|景颇|"
    r"柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|乌孜别克|俄罗斯|鄂温克|德昂|保安|裕固|京|塔塔尔|独龙|鄂伦春|赫哲|门巴|珞巴|基诺)族"
)


def _stem(short: str) -> str:
    return _PEOPLES.sub("", short).removesuffix("蒙古")


def _arabic(text: str) -> str:
    """Return a text with years in Arabic digits: 二〇二四年 is 2024年."""
    return _CHINESE_YEAR.sub(lambda m: m.group().replace("二", "2").translate(_NUMERALS), text)
