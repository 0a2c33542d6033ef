"""How the story of a number looks on a screen, and as Markdown for the Dagster UI. What it holds: `story`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from g60_pipeline.report import screens
from g60_pipeline.report.database import Row
from g60_pipeline.report.story import Story
from g60_pipeline.report.words import Words, number

if TYPE_CHECKING:
    from rich.console import RenderableType

SHOWN: Final = 40
"""Figures, events or documents that are listed; the others are counted."""

FIRMS: Final = 6
"""Firms a tally names; the others are counted."""

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "formula": ("Formula", "公式"),
    "version": ("version {n}, source: {source}", "第{n}版，来源：{source}"),
    "put_in": ("With the numbers put in", "代入数值"),
    "no_sum": (
        "The formula is too long to write out: the figures it was computed from stand below.",
        "公式较长，不逐项写出；所用数值列于下方。",
    ),
    "no_value": ("no value", "无数值"),
    "figures": ("Figures behind it", "所用数值"),
    "events": ("Events behind it", "所依据的事件"),
    "documents": ("Documents of these events", "事件所据文献"),
    "as_printed": ("printed as {text}, × {factor} = {value}", "原文{text},×{factor}={value}"),
    "grade": (
        "grade {grade}, {status}, round {round}; flags {flags}",
        "等级{grade}，{status}，轮次{round}；标记：{flags}",
    ),
    "undated": ("undated", "日期不详"),
    "no_address": ("no address held", "无网址"),
    "at": ("at {where}", "位于{where}"),
    "snapshot": ("snapshot {name}, SHA-256 {hashes}", "快照{name},SHA-256 {hashes}"),
    "lost": ("lost", "落选"),
    "other_round": (
        "it stands first where the round does not matter; this calculation takes all its figures from one round, "
        "not {round}",
        "不论轮次时以它为先；本计算的数值须同属一个轮次，而它为{round}",
    ),
    "counts": ("counts {n} firms: {names}", "共{n}家公司：{names}"),
    "and_more": ("and {n} more", "另有{n}项"),
    "more": ("and {n} more (--json lists all)", "另有{n}项（--json 全部列出）"),
    "made": (
        "Made by g60_pipeline {version}, build {build}, catalog {hash}",
        "由 g60_pipeline {version} 生成，构建{build}，目录{hash}",
    ),
    "flags": ("flags", "标记"),
    "none": ("none", "无"),
}
"""Words of the story in English and Chinese."""

WORDY: Final = (
    "verdict",
    "tier",
    "possible_tiers",
    "measure",
    "weighting",
    "aggregation",
    "source",
    "position",
    "standing",
)
"""Columns whose words are part of the answer."""


def screen(story: Story, words: Words) -> list[RenderableType]:
    """Return the story as paragraphs and lists."""
    say = _Says(words)
    parts = [screens.titled(say.title(story), *map(screens.text, say.answer(story)))]
    formula = [say.first(story.formula, "name"), say.first(story.formula, "words")]
    told = say("version").format(n=story.formula["version"], source=story.formula["source"])
    parts.append(screens.titled(say("formula"), screens.text(". ".join(formula)), screens.text(told, "dim")))
    sums = [screens.text(f"{s.name} = {s.shown} = {number(s.result)}") for s in story.arithmetic]
    if sums or story.figures:
        parts.append(screens.titled(say("put_in"), *(sums or [screens.text(say("no_sum"))])))
    for key, lines in (
        ("figures", [line for figure in story.figures[:SHOWN] for line in say.figure(figure)]),
        ("events", [say.event(event) for event in story.events[:SHOWN]]),
        ("documents", [f"  {say.document(document)}" for document in story.documents[:SHOWN]]),
    ):
        held = len(getattr(story, key))
        if held:
            more = [say("more").format(n=held - SHOWN)] if held > SHOWN else []
            parts.append(screens.titled(f"{say(key)} ({held})", *map(screens.text, [*lines, *more])))
    build = story.build
    made = say("made").format(version=build["version"], build=build["build_id"], hash=build["catalog_hash"][:12])
    return [*parts, screens.text(made, "dim")]


def markdown(story: Story, words: Words) -> str:
    """Return the story as Markdown: answer, formula, sum, figures with their documents."""
    say = _Says(words)
    sums = [f"- {s.name} = {s.shown} = {number(s.result)}" for s in story.arithmetic]
    figures = [f"- {line.strip()}" for figure in story.figures[:SHOWN] for line in say.figure(figure)[:1]]
    return "\n".join(
        [f"**{say.title(story)}**", "", *say.answer(story), "", say.first(story.formula, "words"), "", *sums, *figures]
    )


class _Says:
    """Writes the lines of one story in one language."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def __call__(self, key: str) -> str:
        return TEXTS[key][self._words.language == "zh"]

    def first(self, row: Row, name: str) -> str:
        return self._words.first(row[f"{name}_en"], row[f"{name}_zh"])

    def title(self, story: Story) -> str:
        row, words = story.row, self._words
        names = [words.both(n["name_en"], n["name_zh"]) for n in story.subject.values()]
        when = row.get("period_end") or row.get("year") or row.get("span") or ""
        named = [self.first(story.formula, "name"), *names, str(when)]
        return ", ".join(n for n in named if n)

    def answer(self, story: Story) -> list[str]:
        row, words = story.row, self._words
        said = [f"{n.replace('_', ' ')}: {self._plain(row[n])}" for n in WORDY if row.get(n)]
        values = [f"{n.replace('_', ' ')}: {number(row[n])}" for n in story.value_columns if row.get(n) is not None]
        unit = [f"({row['unit']})"] if row.get("unit") and values else []
        reason = words.first(row.get("reason") or row.get("reason_en"), row.get("reason_zh"))
        flags = f"{self('flags')}: {words.words(row['flags']) if row['flags'] else self('none')}"
        lines = [" ".join([", ".join([*said, *values]) or self("no_value"), *unit])]
        return [*lines, *([reason] if reason else []), flags, story.row["metric_id"]]

    def figure(self, figure: Row) -> list[str]:
        """Return a figure: what and how much, its document, what lost against it."""
        words = self._words
        place = words.both(figure["place_en"], figure["place_zh"])
        what = words.both(figure["indicator_en"], figure["indicator_zh"])
        when = words.period(figure["period_kind"], figure["period_end"], figure["period_start"])
        amount = words.amount(number(figure["value"]), figure["symbol_en"], figure["symbol_zh"])
        lines = [f"  {place}, {what} ({figure['basis']}), {when}: {amount} [{figure['observation_id']}]"]
        if figure["unit_as_published"] != figure["unit"]:
            printed = words.amount(
                figure["value_as_published"], figure["printed_symbol_en"] or "", figure["printed_symbol_zh"] or ""
            )
            factor = "?" if figure["conversion_factor"] is None else f"{figure['conversion_factor']:g}"
            lines.append("    " + self("as_printed").format(text=printed, factor=factor, value=amount))
        flags = words.words(figure["flags"]) if figure["flags"] else self("none")
        lines.append(
            "    "
            + self("grade").format(
                grade=figure["grade"],
                status=words.word(figure["status"]),
                round=words.word(figure["round"]),
                flags=flags,
            )
        )
        lines.append(f"    {self.document(figure)}")
        if figure["firms"]:
            names = [f"{firm['stock_code']} {firm['short_name_zh']}" for firm in figure["firms"][:FIRMS]]
            rest = len(figure["firms"]) - FIRMS
            more = [self("and_more").format(n=rest)] if rest > 0 else []
            lines.append("    " + self("counts").format(n=len(figure["firms"]), names=", ".join([*names, *more])))
        if figure["snapshot_id"]:
            hashes = ", ".join(h[:12] for h in figure["snapshot_sha256"][:3])
            lines.append("    " + self("snapshot").format(name=figure["snapshot_id"], hashes=hashes or "–"))
        lines += [f"    {self._lost(row)}" for row in figure["lost"]]
        return lines

    def event(self, event: Row) -> str:
        name = self._words.both(event["name_en"], event["name_zh"])
        return f"  {event['event_id']} {event['year'] or self('undated')}, {self._words.word(event['path'])}: {name}"

    def document(self, row: Row) -> str:
        source = self._words.both(row["source_en"], row["source_zh"]) if row.get("source_en") else ""
        when, where = row["published_as_printed"] or self("undated"), row["url"] or self("no_address")
        at = [self("at").format(where=row["locator"])] if row.get("locator") else []
        publisher = f"{row['publisher']} ({source})" if source and source != row["publisher"] else row["publisher"]
        return ", ".join([publisher, f"'{row['title']}'", when, *at, where])

    def _lost(self, row: Row) -> str:
        printed = f"{row['value_as_published']} {row['unit_as_published']}"
        why = self("other_round").format(round=self._words.word(row["round"])) if row["chosen"] else row["reason"]
        return f"{self('lost')}: {printed} [{row['observation_id']}], {why}; {self.document(row)}"

    def _plain(self, value: Any) -> str:
        return self._words.words(value) if isinstance(value, list) else self._words.word(str(value))
