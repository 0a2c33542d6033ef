"""How the explanation of a number is laid out: for the screen, and as Markdown for the Dagster UI."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from g60_pipeline.explain.derivation import Dependency, Sum
from g60_pipeline.explain.evidence import half_digit
from g60_pipeline.explain.explanation import Explanation
from g60_pipeline.explain.subject import title
from g60_pipeline.reader import screens
from g60_pipeline.reader.database import Row
from g60_pipeline.reader.reasons import reason
from g60_pipeline.reader.words import Words, number
from g60_pipeline.wording import Bilingual, say, word

if TYPE_CHECKING:
    from rich.console import RenderableType

SHOWN: Final = 40
"""Figures, events, documents or other parts that are listed; the others are counted."""

FIRMS: Final = 6
"""Firms of a tally that are named; the others are counted."""


def screen(explanation: Explanation, words: Words) -> list[RenderableType]:
    """Return an explanation as paragraphs and lists."""
    write = _Writer(words, explanation)
    formula, build = explanation.formula, explanation.build
    version = write.say("version", n=formula["version"], source=formula["source"])
    parts = [
        screens.titled(write.title(), *write.answer()),
        screens.titled(write.say("formula"), write.formula(), screens.text(version, "dim")),
        screens.titled(write.say("put_in"), *write.sums()),
    ]
    lists: tuple[tuple[str, Sequence[Any], Callable[[Any], list[str]]], ...] = (
        ("rests_on", explanation.derivation.depends_on, write.dependency),
        ("figures", explanation.figures, write.figure),
        ("events", explanation.events, write.event),
        ("documents", explanation.documents, lambda document: [f"  {write.document(document)}"]),
    )
    for key, listed, write_one in lists:
        if listed:
            lines = [line for each in listed[:SHOWN] for line in write_one(each)]
            more = [write.say("more", n=len(listed) - SHOWN)] if len(listed) > SHOWN else []
            parts.append(screens.titled(f"{write.say(key)}{words.bracketed(len(listed))}", *lines, *more))
    made = write.say("made", version=build["version"], build=build["build_id"], hash=build["catalog_hash"][:12])
    return [*parts, screens.text(made, "dim")]


def markdown(explanation: Explanation, words: Words) -> str:
    """Return an explanation as Markdown: answer, formula, sum, figures with their documents."""
    write = _Writer(words, explanation)
    head = [write.answer(), [write.first(explanation.formula, "words")]]
    figures = [write.figure(figure)[0].strip() for figure in explanation.figures[:SHOWN]]
    lines = "\n\n".join("\n".join(map(screens.in_markdown, lines)) for lines in head)
    listed = "\n".join(f"- {screens.in_markdown(line)}" for line in [*write.sums(), *figures])
    return f"**{screens.in_markdown(write.title())}**\n\n{lines}\n\n{listed}"


class _Writer:
    """Writes the lines of one explanation in one language."""

    def __init__(self, words: Words, explanation: Explanation) -> None:
        self._words = words
        self._explanation = explanation
        self._row = explanation.row
        self._is_chinese = words.language == "zh"

    def say(self, key: str, **values: Any) -> str:
        return say(f"explanation.{key}", self._words.language, **values)

    def of(self, both: Bilingual) -> str:
        """Return one of two texts."""
        return both[self._is_chinese]

    def first(self, row: Row, name: str) -> str:
        return self._words.first(row[f"{name}_en"], row[f"{name}_zh"])

    def formula(self) -> str:
        formula = self._explanation.formula
        return f"{self.first(formula, 'name')}{self._words.stop}{self.first(formula, 'words')}"

    def title(self) -> str:
        return title(self._explanation.formula, self._explanation.subject, self._words)

    def answer(self) -> list[str]:
        row, columns, colon = self._row, self._explanation.columns, self._words.colon
        in_words = [n for n, c in columns.items() if c.role == "value" and not c.is_number and c.naming is None]
        answers = [f"{self._label(n)}{colon}{self._closed_words(n, row[n])}" for n in in_words if row[n]]
        measured = [n for n, c in columns.items() if c.is_measured and row[n] is not None and not _repeats(n, row)]
        answers += [f"{self._label(n)}{colon}{self._number(n)}" for n in measured]
        unit = self.of(self._explanation.unit) if measured else ""
        lines = [
            (self._words.comma.join(answers) or self.say("no_value")) + (self._words.bracketed(unit) if unit else "")
        ]
        lines += [self.of(self._explanation.reason)] if self._explanation.reason else []
        return [*lines, self.say("flags", flags=self._flags(row)), row["metric_id"]]

    def sums(self) -> list[str]:
        """Return the sums, or why there are none."""
        derivation = self._explanation.derivation
        why = derivation.not_shown_because
        return [*map(self._sum, derivation.sums), *([self.of(why)] if why else [])]

    def _sum(self, made: Sum) -> str:
        name = self._explanation.labels_zh.get(made.name, made.name) if self._is_chinese else made.name
        if made.of[0]:
            name += self._words.bracketed(self.of(made.of))
        result = number(made.result)
        return f"{name} = {result}" if made.shown == result else f"{name} = {made.shown} = {result}"

    def dependency(self, part: Dependency) -> list[str]:
        text = f"  {self.of(part.text)}"
        return [f"{text} [{part.metric_id}]" if part.metric_id else text]

    def figure(self, figure: Row) -> list[str]:
        """Return a figure: what and how much, its document, corrections, which figures lost against it."""
        words = self._words
        place = words.both(figure["place_en"], figure["place_zh"])
        what = words.both(figure["indicator_en"], figure["indicator_zh"])
        basis = words.bracketed(figure["basis_zh"] or figure["basis"] if self._is_chinese else figure["basis"])
        when = words.period(figure["period_kind"], figure["period_end"], figure["period_start"])
        amount = words.amount(number(figure["value"]), figure["symbol_en"], figure["symbol_zh"])
        head = words.comma.join([place, f"{what}{basis}", f"{when}{words.colon}{amount}"])
        lines = [f"{head} [{figure['observation_id']}]"]
        if figure["unit_as_published"] != figure["unit"]:
            factor = "?" if figure["conversion_factor"] is None else f"{figure['conversion_factor']:g}"
            lines.append(self.say("as_printed", text=self._printed(figure), factor=factor, value=amount))
        if half := half_digit(figure):
            lines.append(self.say("rounded", low=number(figure["value"] - half), high=number(figure["value"] + half)))
        if join := figure["stands_in_for"]:
            lines.append(self.say("stands_in", basis=self.first(join, "name"), reason=self.first(join, "reason")))
        lines += [self._correction(k) for k in figure["corrections"]]
        status, round_ = words.word(figure["status"]), words.word(figure["round"])
        lines.append(self.say("grade", grade=figure["grade"], status=status, round=round_, flags=self._flags(figure)))
        lines.append(self.document(figure))
        if figure["confirmed_by"]:
            document = words.comma.join([figure["confirmed_publisher"], figure["confirmed_title"]])
            lines.append(self.say("confirmed", document=document))
        if figure["firms"]:
            names = [f"{firm['stock_code']} {firm['short_name_zh']}" for firm in figure["firms"][:FIRMS]]
            rest = len(figure["firms"]) - FIRMS
            names += [self.say("and_more", n=rest)] if rest > 0 else []
            lines.append(self.say("counts", n=len(figure["firms"]), names=words.listed(names)))
        if figure["snapshot_id"]:
            hashes = ", ".join(h[:12] for h in figure["snapshot_sha256"][:3])
            lines.append(self.say("snapshot", name=figure["snapshot_id"], hashes=hashes or "–"))
        lines += [line for row in figure["lost"] for line in self._lost(row)]
        return [f"  {lines[0]}", *(f"    {line}" for line in lines[1:])]

    def event(self, event: Row) -> list[str]:
        name = self._words.both(event["name_en"], event["name_zh"])
        when, path = event["year"] or self.say("undated"), self.of(word(event["path"], "path"))
        parts = [f"{event['event_id']} {when}{self._words.comma}{path}{self._words.colon}{name}"]
        added = self._explanation.derivation.of_event.get(event["event_id"])
        parts += [self.of(added)] if added else []
        if event["amount"] is not None and self._row.get("kind"):
            units = (event[symbol] or event["amount_unit"] for symbol in ("symbol_en", "symbol_zh"))
            parts.append(f"{number(event['amount'])} {self._words.first(*units)}".strip())
        parts += [self.say("may_be")] if event["undecided"] else []
        return ["  " + ("；" if self._is_chinese else "; ").join(parts)]

    def document(self, row: Row) -> str:
        source = self._words.both(row["source_en"], row["source_zh"]) if row.get("source_en") else ""
        when, where = row["published_as_printed"] or self.say("undated"), self._words.where(row)
        at = [self.say("at", where=row["locator"])] if row.get("locator") else []
        publisher = row["publisher"]
        if source and source != publisher:
            publisher += self._words.bracketed(source)
        title = f"'{row['title']}'"
        if self._is_chinese:
            title = f"“{row['title']}”" if "《" in row["title"] else f"《{row['title']}》"
        return self._words.comma.join([publisher, title, when, *at, where])

    def _lost(self, row: Row) -> list[str]:
        if row["chosen"]:
            why = self.say("other_round", round=self._words.word(row["round"]))
        else:
            why = self.of(reason(row) or ("", ""))
        printed, document = self._printed(row), self.document(row)
        line = self.say("lost", printed=printed, name=row["observation_id"], why=why, document=document)
        return [line, *(f"  {self._correction(k)}" for k in row["corrections"])]

    def _correction(self, row: Row) -> str:
        """Return a correction; a column is named where it is not the value that was corrected."""
        of = "" if row["column_name"] == "value" else f"{row['column_name']}{self._words.colon}"
        text = self.say(
            "corrected",
            printed=_digits(row["printed"]),
            corrected=_digits(row["corrected"]),
            name=row["correction_id"],
            reason=self.first(row, "reason"),
            document=self._words.comma.join(x for x in (row["publisher"], row["title"]) if x)
            or row["document_id"]
            or "–",
            author=row["author"],
            day=row["reviewed"],
        )
        return f"{of}{text}"

    def _printed(self, row: Row) -> str:
        symbols = row["printed_symbol_en"] or row["unit_as_published"], row["printed_symbol_zh"] or ""
        return self._words.amount(row["value_as_published"], *symbols)

    def _flags(self, row: Row) -> str:
        return self._words.words(row["flags"]) if row["flags"] else self.say("none")

    def _label(self, name: str) -> str:
        column = self._explanation.columns[name]
        return column.label_zh if self._is_chinese else column.label_en

    def _number(self, name: str) -> str:
        return str(self._row[name]) if name in {"draws", "rank"} else number(self._row[name])

    def _closed_words(self, column: str, value: Any) -> str:
        """Return closed words; a tier is called alike in all columns."""
        values = value if isinstance(value, list) else [value]
        return self._words.listed(self.of(word(str(v), "tier" if "tier" in column else column)) for v in values)


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
