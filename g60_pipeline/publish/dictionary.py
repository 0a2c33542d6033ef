"""Writes the data dictionary (`warehouse/README.md`) from the contracts, the views and the formula catalog.

Run `python -m g60_pipeline.publish.dictionary` (or `make docs`). Nothing in the dictionary is written by hand.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Final

from g60_pipeline.catalog import load_catalog
from g60_pipeline.contracts.roles import MEANING
from g60_pipeline.contracts.vocabulary import FLAGS
from g60_pipeline.normalize.choose import CRITERIA
from g60_pipeline.publish.sql.views import SCHEMAS, views_sql
from g60_pipeline.tables import TABLES, Table
from g60_pipeline.tables.described import PUBLISHED_LAYERS, ContractColumn, columns_of
from g60_pipeline.wording import REASON, entries

FLAG_MEANING: Final = {
    "rounded": "printed as a round number; enters arithmetic",
    "unverified": "no second source confirms it; enters arithmetic",
    "year_inferred": "the document does not print the year beside the figure; enters arithmetic",
    "census": "counted at a population census; enters arithmetic",
    "month_only": "the document names the month, not the day; its date is the month's last day",
    "lower_bound": "more than this; feeds only the lower end of an interval",
    "upper_bound": "at most this; feeds only the upper end of an interval",
    "estimated_by_source": "the source's own estimate or expectation; never enters a value",
    "unit_confirmed": "far from its neighbours, its unit compared with the document by a person; enters arithmetic",
    "disagreement": "a printed bound and an exact figure contradict each other (the better grade is chosen), or exact"
    " figures differ by more than 2 %, those of different rounds by more than 20 %; enters arithmetic",
    "implausible": "outside the plausible range of its indicator, or several times its neighbours; enters arithmetic",
    "basis_joined": "a figure on another basis serves where this one has none, since both are the same number",
    "mixed_vintage": "computed from figures of different revision rounds",
    "withdrawn": "a newer answer of its live source no longer contains it; never enters a value",
    "corrected": "its source misprints it: the value is that of a reviewed entry of core.correction; enters arithmetic",
    "break": "there is a series break between the two ends; no rate is given",
}
"""What each flag means."""


INTRODUCTION: Final = """\
# The warehouse: data dictionary

Generated from the contracts by `make docs`; do not edit. `g60.duckdb` is built here by `make run` or `g60 build`.
Open it read-only, from the DuckDB command line, DBeaver, Python or `g60 sql`:

```sql
SELECT view, name_en, name_zh, basis, songjiang, shanghai FROM analysis.headline;
```

`queries/` contains tested examples. Amounts are in the canonical unit of their basis (`core.indicator_basis`,
`core.unit`).
"""


def rule_of_choice() -> str:
    """Return the rule of choice as Markdown, made of its criteria."""
    steps = "\n".join(f"{number}. {c.prefers};" for number, c in enumerate(CRITERIA, start=1))
    return f"""\
## How one figure is chosen among several

Every figure ever seen is in `core.observation_candidate`; `core.observation` contains one per place, indicator, basis
and period. What decides, in this order:

{steps.removesuffix(";")}.

A total, share or growth rate chooses again among the candidates so that all its figures are of one revision round;
where that is impossible, it is flagged `mixed_vintage`.
"""


def dictionary() -> str:
    """Return the data dictionary as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield INTRODUCTION
    yield from _vocabulary()
    yield "## Views and macros (`analysis`)"
    yield ""
    yield "| view or macro | what it shows |"
    yield "| --- | --- |"
    for name, comment in _views():
        yield f"| `{name}` | {comment} |"
    yield ""
    yield from _formulas()
    for schema in PUBLISHED_LAYERS:
        yield f"## Tables of `{schema}`"
        yield ""
        yield f"{SCHEMAS[schema]}."
        yield ""
        for table in TABLES.values():
            if table.layer == schema:
                yield from _table(table)


def _vocabulary() -> Iterator[str]:
    yield "## Flags"
    yield ""
    yield "| flag | meaning |"
    yield "| --- | --- |"
    for flag in FLAGS:
        yield f"| `{flag}` | {FLAG_MEANING[flag]} |"
    yield ""
    yield "## Reasons"
    yield ""
    yield "| reason | in English | in Chinese |"
    yield "| --- | --- | --- |"
    for code, words in entries(REASON).items():
        yield f"| `{code}` | {words.en} | {words.zh} |"
    yield ""
    yield rule_of_choice()
    yield "## Roles of columns"
    yield ""
    yield "| role | meaning |"
    yield "| --- | --- |"
    for role, meaning in MEANING.items():
        yield f"| `{role}` | {meaning} |"
    yield ""


def _formulas() -> Iterator[str]:
    yield "## Formulas"
    yield ""
    catalog = load_catalog()
    since = {(v.formula_id, v.version): v.since for v in catalog.formula_versions}
    for formula in sorted(catalog.formulas, key=lambda f: f.formula_id):
        version = f"version {formula.version}, since {since[formula.formula_id, formula.version]}"
        yield f"**`{formula.formula_id}`** ({version}): {formula.name_en} {formula.name_zh}  "
        yield f"{formula.words_en}  "
        yield f"{formula.words_zh}  "
        yield f"$${formula.latex}$$  "
        yield f"Source: {formula.source}"
        yield ""


def _views() -> list[tuple[str, str]]:
    """Return what SQL says of each view and macro, by name, macros with their parameters."""
    text = views_sql({t.full_name: t.schema.create_empty() for t in TABLES.values()})
    parameters = dict(re.findall(r"CREATE MACRO (analysis\.\w+)(\([^)]*\))", text))
    found = re.findall(r"COMMENT ON (?:TABLE|VIEW|MACRO|MACRO TABLE) (analysis\.\w+) IS\s+'((?:[^']|'')*)'", text)
    return [(name + parameters.get(name, ""), comment.replace("''", "'")) for name, comment in found]


def _table(table: Table) -> Iterator[str]:
    required = {name for name, column in table.schema.columns().items() if not column.nullable}
    yield f"### `{table.full_name}`"
    yield ""
    yield table.description
    yield ""
    yield "| column | label | role | type | unit | description |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for column in columns_of(table.full_name):
        empty = "" if column.role == "key" or column.column_name in required else ", may be empty"
        role = f"{column.role}, answer" if column.answer else column.role
        cells = (column.label_zh, role, f"{column.data_type}{empty}", column.unit or "", _words(column))
        yield f"| `{column.column_name}` | {' | '.join(cells)} |"
    yield ""


def _words(column: ContractColumn) -> str:
    text = column.description
    if column.words:
        text += f" One of: {', '.join(f'`{w}`' for w in column.words)}." if len(column.words) <= 12 else ""
    if column.refers_to:
        text += f" Refers to `{column.refers_to}`."
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(dictionary())
