"""How the story of a number looks on a screen, and as Markdown for the Dagster UI. What it holds: `telling`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from g60_pipeline.explain.subject import Named
from g60_pipeline.explain.telling import Story
from g60_pipeline.explain.working import Sum, half_digit
from g60_pipeline.reader import screens
from g60_pipeline.reader.database import Row
from g60_pipeline.reader.reasons import reason
from g60_pipeline.reader.words import Words, number
from g60_pipeline.wording import Both, say, word

if TYPE_CHECKING:
    from rich.console import RenderableType

SHOWN: Final = 40
"""Figures, events, documents or other parts that are listed; the others are counted."""

FIRMS: Final = 6
"""Firms a tally names; the others are counted."""


def screen(story: Story, words: Words) -> list[RenderableType]:
    """Return the story as paragraphs and lists."""
    tell = _Says(words, story)
    parts = [screens.titled(tell.title(story), *map(screens.text, tell.answer(story)))]
    told = tell("version").format(n=story.formula["version"], source=story.formula["source"])
    parts.append(screens.titled(tell("formula"), screens.text(tell.formula(story)), screens.text(told, "dim")))
    parts.append(screens.titled(tell("put_in"), *map(screens.text, tell.sums(story))))
    for key, held, lines in (
        ("rests_on", story.working.parts, [tell.part(p.text, p.metric_id) for p in story.working.parts[:SHOWN]]),
        ("figures", story.figures, [line for figure in story.figures[:SHOWN] for line in tell.figure(figure)]),
        ("events", story.events, [tell.event(event, story) for event in story.events[:SHOWN]]),
        ("documents", story.documents, [f"  {tell.document(document)}" for document in story.documents[:SHOWN]]),
    ):
        if held:
            more = [tell("more").format(n=len(held) - SHOWN)] if len(held) > SHOWN else []
            count = f"（{len(held)}）" if tell.chinese else f" ({len(held)})"
            parts.append(screens.titled(f"{tell(key)}{count}", *map(screens.text, [*lines, *more])))
    build = story.build
    made = tell("made").format(version=build["version"], build=build["build_id"], hash=build["catalog_hash"][:12])
    return [*parts, screens.text(made, "dim")]


def markdown(story: Story, words: Words) -> str:
    """Return the story as Markdown: answer, formula, sum, figures with their documents."""
    tell = _Says(words, story)
    sums = [f"- {line}" for line in tell.sums(story)]
    figures = [f"- {line.strip()}" for figure in story.figures[:SHOWN] for line in tell.figure(figure)[:1]]
    return "\n".join(
        [
            f"**{tell.title(story)}**",
            "",
            *tell.answer(story),
            "",
            tell.first(story.formula, "words"),
            "",
            *sums,
            *figures,
        ]
    )


class _Says:
    """Writes the lines of one story in one language."""

    def __init__(self, words: Words, story: Story) -> None:
        self._words = words
        self._story = story
        self.chinese = words.language == "zh"
        self._comma, self._colon, self._stop = ("，", "：", "；") if self.chinese else (", ", ": ", "; ")

    def __call__(self, key: str) -> str:
        return say(f"story.{key}", self._words.language)

    def of(self, both: Both) -> str:
        """Return one of two texts."""
        return both[self.chinese]

    def first(self, row: Row, name: str) -> str:
        return self._words.first(row[f"{name}_en"], row[f"{name}_zh"])

    def formula(self, story: Story) -> str:
        name, words = (self.first(story.formula, key) for key in ("name", "words"))
        return f"{name}。{words}" if self.chinese else f"{name}. {words}"

    def title(self, story: Story) -> str:
        named = [self.first(story.formula, "name")]
        named += [self._subject(n) for n in story.subject]
        told: dict[str, str] = {}
        for name in named:
            told.setdefault(name.casefold(), name)
        return self._comma.join(told.values())

    def _subject(self, named: Named) -> str:
        """Return what a row is of; what bears a name of its own is told in both languages."""
        both = self._words.both if named.is_proper else self._words.first
        name = both(named.name_en, named.name_zh)
        return say(f"story.{named.lead}", self._words.language, name=name) if named.lead else name

    def answer(self, story: Story) -> list[str]:
        row, columns = story.row, story.columns
        wordy = [n for n, c in columns.items() if c.role == "value" and not c.is_number and c.naming is None]
        said = [f"{self._label(n)}{self._colon}{self._plain(n, row[n])}" for n in wordy if row[n]]
        told = [n for n, c in columns.items() if c.is_measured and row[n] is not None and not _repeats(n, row)]
        values = [f"{self._label(n)}{self._colon}{self._number(row, n)}" for n in told]
        unit_of = self._unit(story) if values else ""
        lines = [(self._comma.join([*said, *values]) or self("no_value")) + unit_of]
        lines += [self.of(story.reason)] if story.reason else []
        flags = self._words.words(row["flags"]) if row["flags"] else self("none")
        return [*lines, self("flags").format(flags=flags), row["metric_id"]]

    def sums(self, story: Story) -> list[str]:
        """Return the sums, or why there are none."""
        lines = [self.sum(s) for s in story.working.sums]
        why = story.working.unwritten
        return [*lines, *([self.of(why)] if why else [])]

    def sum(self, done: Sum) -> str:
        name = self._story.labels_zh.get(done.name, done.name) if self.chinese else done.name
        if done.of[0]:
            name = f"{name}（{self.of(done.of)}）" if self.chinese else f"{name} ({self.of(done.of)})"
        result = number(done.result)
        return f"{name} = {result}" if done.shown == result else f"{name} = {done.shown} = {result}"

    def part(self, text: Both, metric_id: str | None) -> str:
        told = f"  {self.of(text)}"
        return f"{told} [{metric_id}]" if metric_id else told

    def figure(self, figure: Row) -> list[str]:
        """Return a figure: what and how much, its document, corrections, what lost against it."""
        words = self._words
        place = words.both(figure["place_en"], figure["place_zh"])
        what = words.both(figure["indicator_en"], figure["indicator_zh"])
        basis = f"（{figure['basis_zh'] or figure['basis']}）" if self.chinese else f" ({figure['basis']})"
        when = words.period(figure["period_kind"], figure["period_end"], figure["period_start"])
        amount = words.amount(number(figure["value"]), figure["symbol_en"], figure["symbol_zh"])
        head = self._comma.join([place, f"{what}{basis}", f"{when}{self._colon}{amount}"])
        lines = [f"  {head} [{figure['observation_id']}]"]
        if figure["unit_as_published"] != figure["unit"]:
            factor = "?" if figure["conversion_factor"] is None else f"{figure['conversion_factor']:g}"
            printed = self._printed(figure)
            lines.append("    " + self("as_printed").format(text=printed, factor=factor, value=amount))
        if half := half_digit(figure):
            ends = (number(figure["value"] - half), number(figure["value"] + half))
            lines.append("    " + self("rounded").format(low=ends[0], high=ends[1]))
        if join := figure["stands_in_for"]:
            told = {"basis": self.first(join, "name"), "reason": self.first(join, "reason")}
            lines.append("    " + self("stands_in").format(**told))
        lines += [f"    {self._correction(k)}" for k in figure["corrections"]]
        flags = words.words(figure["flags"]) if figure["flags"] else self("none")
        status, round_ = words.word(figure["status"]), words.word(figure["round"])
        graded = self("grade").format(grade=figure["grade"], status=status, round=round_, flags=flags)
        lines += [f"    {graded}", f"    {self.document(figure)}"]
        if figure["confirmed_by"]:
            paper = self._comma.join([figure["confirmed_publisher"], figure["confirmed_title"]])
            lines.append("    " + self("confirmed").format(document=paper))
        if figure["firms"]:
            names = [f"{firm['stock_code']} {firm['short_name_zh']}" for firm in figure["firms"][:FIRMS]]
            rest = len(figure["firms"]) - FIRMS
            more = [self("and_more").format(n=rest)] if rest > 0 else []
            listed = ("、" if self.chinese else ", ").join([*names, *more])
            lines.append("    " + self("counts").format(n=len(figure["firms"]), names=listed))
        if figure["snapshot_id"]:
            hashes = ", ".join(h[:12] for h in figure["snapshot_sha256"][:3])
            lines.append("    " + self("snapshot").format(name=figure["snapshot_id"], hashes=hashes or "–"))
        return lines + [f"    {line}" for row in figure["lost"] for line in self._lost(row)]

    def event(self, event: Row, story: Story) -> str:
        name = self._words.both(event["name_en"], event["name_zh"])
        path = self.of(word(event["path"], "path"))
        head = f"{event['event_id']} {event['year'] or self('undated')}{self._comma}{path}{self._colon}{name}"
        of_event = story.working.of_event.get(event["event_id"])
        beside = [self.of(of_event)] if of_event else []
        if event["amount"] is not None and story.row.get("kind"):
            beside.append(f"{number(event['amount'])} {self._amount_unit(event)}".strip())
        if event["undecided"]:
            beside.append(self("may_be"))
        return "  " + self._stop.join([head, *beside])

    def _amount_unit(self, event: Row) -> str:
        return self._words.first(event["symbol_en"] or event["amount_unit"], event["symbol_zh"] or event["amount_unit"])

    def document(self, row: Row) -> str:
        source = self._words.both(row["source_en"], row["source_zh"]) if row.get("source_en") else ""
        when, where = row["published_as_printed"] or self("undated"), row["url"] or self("no_address")
        at = [self("at").format(where=row["locator"])] if row.get("locator") else []
        publisher = row["publisher"]
        if source and source != publisher:
            publisher = f"{publisher}（{source}）" if self.chinese else f"{publisher} ({source})"
        title = f"'{row['title']}'"
        if self.chinese:
            title = f"“{row['title']}”" if "《" in row["title"] else f"《{row['title']}》"
        return self._comma.join([publisher, title, when, *at, where])

    def _lost(self, row: Row) -> list[str]:
        if row["chosen"]:
            why = self("other_round").format(round=self._words.word(row["round"]))
        else:
            why = self.of(reason(row) or ("", ""))
        told = {"printed": self._printed(row), "name": row["observation_id"], "why": why}
        line = self("lost").format(**told, document=self.document(row))
        return [line, *(f"  {self._correction(k)}" for k in row["corrections"])]

    def _correction(self, row: Row) -> str:
        """Return a correction; a column is named where it is not the value that was corrected."""
        of = "" if row["column_name"] == "value" else f"{row['column_name']}{self._colon}"
        document = self._comma.join(x for x in (row["publisher"], row["title"]) if x) or row["document_id"] or "–"
        why = row["reason_zh"] if self.chinese else row["reason_en"]
        told = self("corrected").format(
            printed=_digits(row["printed"]),
            corrected=_digits(row["corrected"]),
            name=row["correction_id"],
            reason=why or self._words.first(row["reason_en"], row["reason_zh"]),
            document=document,
            author=row["author"],
            day=row["reviewed"],
        )
        return f"{of}{told}"

    def _printed(self, row: Row) -> str:
        symbols = row["printed_symbol_en"] or row["unit_as_published"], row["printed_symbol_zh"] or ""
        return self._words.amount(row["value_as_published"], *symbols)

    def _label(self, name: str) -> str:
        column = self._story.columns[name]
        return column.label_zh if self.chinese else column.label_en

    def _number(self, row: Row, name: str) -> str:
        return str(row[name]) if name in {"draws", "rank"} else number(row[name])

    def _unit(self, story: Story) -> str:
        name = self.of(story.unit)
        return (f"（{name}）" if self.chinese else f" ({name})") if name else ""

    def _plain(self, column: str, value: Any) -> str:
        """Return closed words; a tier is called alike in all columns."""
        held = value if isinstance(value, list) else [value]
        told = [self.of(word(str(v), "tier" if "tier" in column else column)) for v in held]
        return ("、" if self.chinese else ", ").join(told)


def _repeats(name: str, row: Row) -> bool:
    """Return whether a column is an end of an interval that is a single value."""
    plain = name.removesuffix("_low").removesuffix("_high")
    return plain != name and row.get(plain) is not None and row[plain] == row[name]


def _digits(text: str) -> str:
    """Return a printed number with thousands separators, and other text as it is."""
    try:
        value = float(text)
    except ValueError:
        return text
    whole, point, decimals = text.partition(".")
    return f"{int(whole):,}{point}{decimals}" if whole.isdecimal() else number(value)
