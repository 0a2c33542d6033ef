"""Labels in English and Chinese, and how numbers, shares and periods are written. No query, no layout."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final, Literal

Language = Literal["en", "zh"]

LABELS: Final[dict[str, tuple[str, str]]] = {
    "added": ("Added", "新增"),
    "answers": ("Answers", "应答"),
    "as_of": ("As known on {day}", "截至{day}所知"),
    "as_of_undated": (
        "{n} figures of documents without a date stay out, because nobody knows whether they were known.",
        "{n}个数值的文献没有日期，不能确定当时是否已知，未列入。",
    ),
    "archive_whole": (
        "The archive is whole: {files} bodies, {size:.1f} MB.",
        "存档完整：{files}份正文，{size:.1f} MB。",
    ),
    "archive_damaged": ("{n} files of the archive are damaged or missing", "存档中有{n}个文件损坏或缺失"),
    "archive_strays": (
        "Not of the archive; they do no harm and may be deleted",
        "不属于存档的文件；没有影响，可以删除",
    ),
    "archive_empty": ("Nothing is archived yet: run `g60 refresh`.", "尚无存档：请运行 `g60 refresh`。"),
    "changed": ("Changed", "变更"),
    "consent": (
        "Not asked, because an operator has to consent first (name them to ask them): {names}",
        "未访问，需要使用者先同意（写出名称即可访问）：{names}",
    ),
    "estimate_only": ("estimate of the source only", "仅有来源估计"),
    "ending": ("Ended", "结果"),
    "ending_failed": ("failed", "失败"),
    "ending_new": ("new", "有更新"),
    "ending_unchanged": ("unchanged", "无变化"),
    "fetched": ("Fetched", "获取时间"),
    "nothing_new": (
        "Nothing is new: the warehouse stays as it is ({seconds:.1f} s).",
        "没有更新：数据仓库保持不变（{seconds:.1f}秒）。",
    ),
    "part": ("Part", "部分"),
    "remarks": ("Remarks", "提示"),
    "removed": ("Removed", "移除"),
    "requests": ("Requests", "请求"),
    "snapshot": ("Snapshot", "快照"),
    "source": ("Source", "来源"),
    "state": ("State", "状态"),
    "what_failed": (
        "What failed; the last good snapshot of each stays in force",
        "失败的来源；各自最近一次有效快照继续有效",
    ),
    "when": ("When", "时间"),
    "as_printed": ("Scope as printed", "来源所称范围"),
    "bases": ("Other bases", "其他口径"),
    "asset": ("Asset", "资产"),
    "basis": ("Basis", "口径"),
    "best_grade": ("years filled, and the best grade among them", "有数据的年数及其中最高等级"),
    "bound": ("+ lower or upper bound, ~ estimate of the source", "+ 上下限，~ 来源估计"),
    "bound_only": ("bound only", "仅有界值"),
    "bounds_only": ("Some members without a figure: an interval, no value", "部分成员缺数据：只有区间，没有数值"),
    "and_more": (
        "and {n} more of which some members lack a figure: g60 show --year {year}{as_of}",
        "另有{n}项部分成员缺数据：g60 show --year {year}{as_of}",
    ),
    "by_all": ("{n} of {m} members", "{m}个成员中{n}个"),
    "check": ("Check", "检查"),
    "citation": ("To cite", "引用"),
    "claim": ("Claim", "说法"),
    "claimed": ("Claimed", "所称"),
    "column": ("Column", "列"),
    "common_year": ("One common year", "同一年份"),
    "document": ("Document", "文献"),
    "figure": ("Figure", "数值"),
    "file": ("File", "文件"),
    "fits": ("Scope that fits", "相符范围"),
    "flags": ("Flags", "标记"),
    "grade": ("Grade", "等级"),
    "grades": (
        "Grades: A official site, B established press, C re-post, D copy naming its document, U copy naming none",
        "等级：A 官方网站，B 权威媒体，C 转载，D 注明文献的抄录，U 未注明文献的抄录",
    ),
    "inbox": (
        "Taken from the inbox: figures {figures} (chosen {chosen}), claims {claims}; rows refused: {refused}.",
        "收件箱：采用数值{figures}个（入选{chosen}个）、说法{claims}条，拒收{refused}行。",
    ),
    "inbox_refused": ("`g60 inbox check FILE` says why.", "原因见 `g60 inbox check 文件`。"),
    "indicator": ("Indicator", "指标"),
    "line": ("Line", "行"),
    "literal": ("Literally true", "字面成立"),
    "members": ("Members", "成员"),
    "missing": ("Missing", "缺少"),
    "next": ("Try next", "接下来可试"),
    "newest": ("Each one's newest", "各自最新"),
    "no": ("no", "否"),
    "no_address": ("no address held", "无网址"),
    "no_claims": ("No claim passes.", "没有符合条件的说法。"),
    "no_figure": ("no figure held", "无数据"),
    "no_figures": ("No figure is held", "没有数据"),
    "one_row": (
        "One row per claim and scope, on the basis that decides most; `g60 claims --claim ID` shows every basis.",
        "每个说法每种范围一行，取最能判断的口径；`g60 claims --claim 编号` 列出全部口径。",
    ),
    "other_basis": ("Other basis", "其他口径"),
    "other_basis_note": (
        "What names another basis counts something else: it enters no total and no share of the basis shown.",
        "注明其他口径的数值统计含义不同，不计入所示口径的合计与比重。",
    ),
    "other_date": ("other date", "日期不同"),
    "other_figure": (
        "* The share takes another figure of the period, in or nearest to the revision round of China's.",
        "* 该比重取同期另一数值，与全国数值轮次相同或最近。",
    ),
    "period": ("Period", "时期"),
    "place": ("Place", "地区"),
    "places_with": ("Places with figures", "有数据的地区"),
    "published": ("Published {build} in {seconds:.1f} s", "已发布 {build}，用时{seconds:.1f}秒"),
    "refused": ("{n} rules broken by rows that were refused", "有{n}处违反规则的行被拒收"),
    "refused_more": (
        'and {n} more: g60 sql "FROM core.quarantine"',
        '另有{n}处：g60 sql "FROM core.quarantine"',
    ),
    "remedy": ("Remedy", "处理办法"),
    "round": ("Round", "轮次"),
    "rows": ("Rows", "行数"),
    "rule": ("Rule", "规则"),
    "scope": ("Scope", "范围"),
    "share": ("Share of China", "占全国比重"),
    "shares": ("Shares of China", "占全国比重"),
    "status": ("Status", "状态"),
    "tables_rows": ("{tables} tables, {rows} rows", "{tables}张表，{rows}行"),
    "too_wide": ("too wide ({interval})", "过宽（{interval}）"),
    "total": ("Total", "合计"),
    "unchanged": (
        "Unchanged: {build} stays in force ({seconds:.1f} s)",
        "没有变化：{build} 继续有效（{seconds:.1f}秒）",
    ),
    "undated": ("undated", "日期不详"),
    "unit": ("Unit", "单位"),
    "value": ("Value", "数值"),
    "verdict": ("Verdict", "结论"),
    "year": ("Year", "年份"),
    "warnings": ("Warnings: rows to look at", "提示：请核对的行"),
    "verdict_and_fit": ("Verdict / fits", "结论 / 相符"),
    "figure_and_age": ("Figure / of", "数值 / 时期"),
    "years_older": ("{years} y older than the claim", "早于该说法{years}年"),
    "age_join": (", ", "，"),
    "would_say": ("{verdict} (would say: {would})", "{verdict}（依旧数据：{would}）"),
    "said_then": ("then: {verdict}", "当时：{verdict}"),
    "known_then": ("as known when the claim was made", "按该说法当时所知"),
    "yes": ("yes", "是"),
}
"""Label -> English, Chinese."""

VOCABULARY: Final[dict[str, str]] = {
    "annual_final": "年度核定",
    "answers_without_remarks": "应答无异议",
    "archive_is_whole": "存档完整",
    "both_scopes": "两种范围",
    "break": "序列断点",
    "withdrawn": "来源已撤回",
    "corrected": "已按文献更正",
    "census": "普查",
    "census4": "四经普",
    "census5": "五经普",
    "consistent": "相容",
    "contradicted": "不符",
    "coordinates_agree": "坐标一致",
    "coverage": "覆盖",
    "estimated_by_source": "来源估计",
    "figures_are_held_when_due": "应有数据已录入",
    "final": "最终",
    "firms_are_placed": "公司均已归属",
    "first": "首次公布",
    "lower_bound": "下限",
    "disagreement": "来源相互矛盾",
    "basis_joined": "口径拼接",
    "members_within_province": "成员不超过所在省",
    "mixed_vintage": "轮次混合",
    "month_only": "仅有月份",
    "neither": "两者皆非",
    "not_computable": "无法计算",
    "other_scope": "另一范围",
    "plausible_range": "合理范围",
    "preliminary": "初步",
    "quarantine_is_empty": "无拒收的行",
    "reproduced": "重现",
    "revised": "修订",
    "rounded": "约数",
    "star_tally_agrees_with_press": "科创板计数与报道一致",
    "this_scope": "本范围",
    "undecided": "未定",
    "exceeded": "超出所称",
    "outdated": "数据过旧",
    "uninformative": "信息不足",
    "unknown": "未注明",
    "unresolved_disagreement": "未裁决的分歧",
    "unstated": "未注明",
    "unit_confirmed": "单位已核对",
    "unverified": "未核实",
    "upper_bound": "上限",
    "year_inferred": "年份推断",
    "yearly_jump": "年度跳变",
}
"""Chinese for the closed words of the warehouse; their English is the word itself."""


class Words:
    """The words of one language."""

    def __init__(self, language: Language) -> None:
        """Keep the language."""
        self.language = language

    def label(self, key: str) -> str:
        """Return a label."""
        return LABELS[key][self.language == "zh"]

    def word(self, word: str) -> str:
        """Return a word of a closed list of the warehouse."""
        plain = word.replace("_", " ")
        return plain if self.language == "en" else VOCABULARY.get(word, plain)

    def words(self, words: Sequence[str]) -> str:
        """Return a set of such words, or a dash."""
        return self.listed(self.word(w) for w in words) or "–"

    @property
    def stop(self) -> str:
        """Return what ends a sentence, with the space to the next."""
        return "。" if self.language == "zh" else ". "

    @property
    def colon(self) -> str:
        """Return what stands between a heading and what follows it."""
        return "：" if self.language == "zh" else ": "

    def listed(self, items: Iterable[str]) -> str:
        """Return items as a list in a sentence."""
        return ("、" if self.language == "zh" else ", ").join(items)

    def both(self, english: str | None, chinese: str | None) -> str:
        """Return a name in both languages, the reader's first."""
        names = [english, chinese] if self.language == "en" else [chinese, english]
        return " ".join(dict.fromkeys(name for name in names if name))

    def first(self, english: str | None, chinese: str | None) -> str:
        """Return a text in the reader's language, in the other where that one is missing."""
        return (english or chinese or "") if self.language == "en" else (chinese or english or "")

    def share(self, value: float | None, low: float | None, high: float | None) -> str:
        """Return a share as a percentage and as one in n: '4.10 % = 1/24.4', or its interval."""
        if value is not None:
            return f"{percent(value)} = 1/{one_in(value)}"
        if low and high:
            return f"{100 * low:.2f}–{percent(high)} = 1/{one_in(low)}–1/{one_in(high)}"
        if low:
            return f"≥ {percent(low)} = 1/{one_in(low)}"
        if high:
            return f"≤ {percent(high)} = 1/{one_in(high)}"
        return "–"

    def period(self, kind: str, end: dt.date, start: dt.date | None = None) -> str:
        """Return a reference period: a year, a day, or months."""
        if kind == "calendar_year":
            return str(end.year)
        if kind == "point_in_time":
            return end.isoformat()
        until = f"{end:%Y-%m}"
        return f"{start:%Y-%m}/{until}" if start else f"…/{until}"

    def amount(self, text: str, symbol_en: str, symbol_zh: str) -> str:
        """Return a number with its unit; a plain count bears none in English."""
        if self.language == "zh":
            return f"{text}{symbol_zh}"
        if symbol_en == "number":
            return text
        return f"{text} × {symbol_en}" if symbol_en[:1].isdigit() else f"{text} {symbol_en}"


def number(value: float | None) -> str:
    """Return a number with thousands separators and at most two decimals; small ones keep four digits."""
    if value is None:
        return "–"
    if value and abs(value) < 1:
        return f"{value:.4g}"
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".")


def bounded(value: float | None, flags: Sequence[str]) -> str:
    """Return a published figure; what is printed as 'more than' or 'at most' says so."""
    sign = "≥ " if "lower_bound" in flags else "≤ " if "upper_bound" in flags else ""
    return f"{sign}{number(value)}"


def interval(value: float | None, low: float | None, high: float | None) -> str:
    """Return a number, or the interval it lies in."""
    if value is not None:
        return number(value)
    if low is not None and high is not None:
        return f"{number(low)}–{number(high)}" if low >= 0 else f"{number(low)} – {number(high)}"
    if low is not None:
        return f"≥ {number(low)}"
    return f"≤ {number(high)}" if high is not None else "–"


def measured(unit: str, value: float | None, *, low: float | None, high: float | None) -> str:
    """Return a figure or its interval; a ratio is written as a percentage."""
    if unit != "ratio":
        return interval(value, low, high)
    scaled = [None if v is None else 100 * v for v in (value, low, high)]
    text = interval(*scaled)
    return text if text == "–" else f"{text} %"


def percent(share: float) -> str:
    """Return a share as a percentage with two decimals."""
    return f"{100 * share:.2f} %"


def one_in(share: float) -> str:
    """Return n of 'one in n'."""
    return f"{1 / share:.1f}"


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it: ISO dates, text for types JSON does not know, null for NaN and infinity."""
    result = value
    if isinstance(value, dict):
        result = {str(key): plain(item) for key, item in value.items()}
    elif isinstance(value, (list, tuple)):
        result = [plain(item) for item in value]
    elif isinstance(value, (dt.datetime, dt.date, dt.time)):
        result = value.isoformat()
    elif isinstance(value, Decimal):
        result = int(value) if value == value.to_integral_value() else float(value)
    elif isinstance(value, float) and not math.isfinite(value):
        result = None
    elif isinstance(value, (bytes, bytearray)):
        result = value.hex()
    elif value is not None and not isinstance(value, (bool, int, float, str)):
        result = str(value)
    return result
