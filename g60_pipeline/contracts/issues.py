"""How a refused row is written down: rule and remedy, each an entry of `words/refusal.yaml` with its arguments.

The one form serves file reading, normalisation and `g60 inbox check`. Words are put in when it is read:

    >>> Issue.of("inbox/own.csv", "required", line=2, column="unit").message
    'column unit is empty'
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import polars as pl

from g60_pipeline.contracts.core.ledger import Quarantine
from g60_pipeline.wording import LANGUAGES, REFUSAL, Bilingual, BilingualText, bilingual, entry_of, in_language


@dataclass(frozen=True)
class Issue:
    """One broken rule: where, which value, which rule, what to do."""

    file: str
    rule: str
    rule_args: tuple[str, ...]
    remedy_code: str
    remedy_args: tuple[str, ...]
    line: int | None = None
    column_name: str | None = None
    value: str | None = None

    @classmethod
    def of(
        cls,
        file: str,
        rule: str,
        *,
        remedy: str | None = None,
        line: int | None = None,
        column: str | None = None,
        value: str | None = None,
        **values: Any,
    ) -> Issue:
        """Return the issue of a rule, with the arguments that its words and those of its remedy take.

        Args:
            file: File the row is in.
            rule: Entry of `words/refusal.yaml`.
            remedy: Another remedy than the rule's own, such as `remedy.date`.
            line: Line of the file.
            column: Column at fault.
            value: What stands there.
            values: What stands for other placeholders; `line`, `column` and `value` may be placeholders too.

        Raises:
            KeyError: There is no such rule or remedy, or a placeholder has no value.
        """
        given = {"line": line, "column": column, "value": value if value is not None else ""} | values
        remedy = remedy or f"{rule}.remedy"
        return cls(
            file, rule, _arguments(f"{rule}.rule", given), remedy, _arguments(remedy, given), line, column, value
        )

    @property
    def column(self) -> str | None:
        """Return the column at fault."""
        return self.column_name

    @property
    def message(self) -> BilingualText:
        """Return the rule in words."""
        return BilingualText(*_words(f"{self.rule}.rule", self.rule_args))

    @property
    def remedy(self) -> BilingualText:
        """Return in words what to do."""
        return BilingualText(*_words(self.remedy_code, self.remedy_args))


def both(name: str, text: str) -> dict[str, Any]:
    """Return a text as the values of two placeholders, one for each language: `why` is `why_en` and `why_zh`."""
    return {f"{name}_{language}": in_language(text, language) for language in LANGUAGES}


def issues_frame(issues: list[Issue]) -> pl.DataFrame:
    """Return issues as rows of `core.quarantine`, ordered by file and line, each rule of a line once."""
    rows = [asdict(i) | {"quarantine_id": f"{i.file}:{i.line or 0}:{i.column or '-'}:{i.rule}"} for i in issues]
    if not rows:
        return Quarantine.create_empty()
    frame = pl.DataFrame(rows, schema_overrides={name: c.dtype for name, c in Quarantine.columns().items()})
    return (
        frame.select(Quarantine.column_names())
        .unique("quarantine_id", keep="first", maintain_order=True)
        .sort("file", "line", "column_name", nulls_last=False)
    )


def in_words(quarantine: pl.DataFrame) -> pl.DataFrame:
    """Return rows of `core.quarantine` with `message_en`, `message_zh`, `remedy_en` and `remedy_zh` for their codes."""
    codes = ("rule", "rule_args", "remedy_code", "remedy_args")
    told = [
        (*_words(f"{rule}.rule", rule_args), *_words(remedy, remedy_args))
        for rule, rule_args, remedy, remedy_args in quarantine.select(codes).iter_rows()
    ]
    names = [f"{name}_{language}" for name in ("message", "remedy") for language in LANGUAGES]
    words = pl.DataFrame(told, schema=dict.fromkeys(names, pl.String), orient="row")
    return quarantine.drop(codes[1:]).hstack(words)


def _words(name: str, arguments: Iterable[str]) -> Bilingual:
    return bilingual(f"{REFUSAL}.{name}", *arguments)


def _arguments(name: str, values: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(values[placeholder]) for placeholder in _placeholders(name))


@lru_cache
def _placeholders(name: str) -> tuple[str, ...]:
    return tuple(entry_of(f"{REFUSAL}.{name}").arguments)
