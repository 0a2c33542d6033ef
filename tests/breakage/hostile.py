"""Words that mean harm, put into every text that data bring along, and what of them must never arrive anywhere.

A published file gets them as if they had been printed: names, titles, publishers, notes, addresses, identifiers of rows.
"""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Final

import duckdb
from lxml import html

MARK: Final = "qzx"
"""What all hostile words hold, to find where they went."""

WORDS: Final = (
    f"{MARK}'; DROP TABLE core.claim; --",
    f"<script>{MARK}=1</script>",
    f'"><img src=x onerror={MARK}=1>',
    f'=HYPERLINK("http://{MARK}.test","x")',
    f"+cmd|' /C {MARK}'!A0",
    f"-2+3{MARK}",
    f"@SUM({MARK})",
    f"\t={MARK}",
    f"\x1b]0;{MARK}\x07\x1b[2J\x9b31m",
    f"\x1b]8;;http://{MARK}.test\x1b\\link\x1b]8;;\x1b\\",
    f"\u202e{MARK}\u2066gpj.exe",
    f"../../../{MARK}",
    f"C:\\..\\{MARK}",
    f"{MARK}\x00end",
    f"{MARK}\nsecond line\r\nthird",
    f"{MARK} {{{{7*7}}}} ${{7*7}} {{%raw%}} %s {{0}} {{name}}",
    f"</script><svg onload={MARK}=1>",
    f"<!--{MARK}--><style>*{{display:none}}</style>",
    f"[{MARK}](javascript:alert(1)) | `code` | **bold**",
    f"]]><{MARK}/>&{MARK};&#x0;",
    f"@article{{{MARK}, title={{}}}}\\input{{/etc/passwd}}$\\write18{{id}}$",
    f"{MARK}: *a\n- !!python/object/apply:os.system [id]",
    MARK * 4000,
    f"\ufeff{MARK}\U000e0041\u0000\ufffe",
    "_" + MARK + "_x000D_",
)
"""One for each way out: SQL, pages, spreadsheets, terminals, paths, templates, Markdown, XML, BibTeX, YAML."""

ADDRESSES: Final = (f"javascript:{MARK}(1)", f'https://x.test/"><script>{MARK}=1</script>', f"data:text/html,<b>{MARK}")
"""The same for addresses."""

SETS: Final = re.compile(
    r"(_en|_zh|name|title|publisher|note|locator|printed|issuer|url|address|author|message|value|remedy|label|origin"
    r"|printed_form|inbox_line|aliases|file|entries|inbox_files)$"
)
"""Columns of words that come with data."""

OURS: Final = frozenset(
    (
        "column",
        "reason",
        "formula",
        "formula_version",
        "unit",
        "index_framework",
        "ratio",
        "indicator",
        "indicator_basis",
    )
)
"""Tables of core whose words come with the package; names of indicators among them."""

OBSERVATION: Final = "E0140"
HOSTILE_ID: Final = f'inbox/{MARK}\'; DROP <script>{MARK}=1</script>\x1b[31m\u202e..%2F=1+1.csv#=cmd|"x"'
"""What the figure is called in every table: as a file of the inbox of that name would have it."""


def spoil(database: Path) -> int:
    """Put the words into a published file and return how many columns hold them."""
    database.chmod(0o644)
    turns = itertools.cycle(WORDS)
    addresses = itertools.cycle(ADDRESSES)
    columns = 0
    with duckdb.connect(str(database)) as connection:
        found = connection.execute(
            "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal "
            "AND (schema_name, table_name) IN (SELECT (schema_name, table_name) FROM duckdb_tables()) "
            "AND schema_name IN ('core', 'metrics') AND data_type LIKE 'VARCHAR%' ORDER BY ALL"
        ).fetchall()
        for schema, name, column, kind in found:
            target = f'"{schema}"."{name}"'
            _rename(connection, target, column, is_list=kind.endswith("[]"))
            if (
                not SETS.search(column)
                or (schema == "core" and name in OURS)
                or (schema == "metrics" and name != "wanted")
            ):
                continue
            words = addresses if column.endswith("url") else turns
            several = [next(words) for _ in range(len(ADDRESSES) if column.endswith("url") else len(WORDS))]
            word = "$words[1 + (rowid % len($words))::INTEGER]"
            new = (
                f"[{word}]"
                if kind.endswith("[]")
                else word
                if column.endswith("url")
                else f'{word} || left("{column}", 20)'
            )
            connection.execute(
                f'UPDATE {target} SET "{column}" = {new} WHERE "{column}" IS NOT NULL', {"words": several}
            )
            columns += 1
    database.chmod(0o444)
    return columns


def _rename(connection: duckdb.DuckDBPyConnection, target: str, column: str, *, is_list: bool) -> None:
    told = {"old": OBSERVATION, "new": HOSTILE_ID}
    if is_list:
        changed = f'list_transform("{column}", lambda x: CASE WHEN x = $old THEN $new ELSE x END)'
        connection.execute(f'UPDATE {target} SET "{column}" = {changed} WHERE list_contains("{column}", $old)', told)
    else:
        connection.execute(f'UPDATE {target} SET "{column}" = $new WHERE "{column}" = $old', told)


COMMANDS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What a terminal obeys; colours are taken away first."""


def obeyed(screen: str) -> list[str]:
    """Return what a terminal would obey in what was printed."""
    return COMMANDS.findall(re.sub(r"\x1b\[[0-9;]*m", "", screen.replace("\r\n", "\n")))


def harm_of_page(text: str) -> list[str]:
    """Return what of the words became a part of a page instead of its text. A chart has its data in a script."""
    root = html.document_fromstring(text.encode())
    harm = [f"<{e.tag} {name}>" for e in root.iter() for name in e.attrib if name.lower().startswith("on")]
    harm += [
        f"<{e.tag}> {MARK}"
        for e in root.iter("script", "style")
        if MARK in (e.text or "") and "json" not in e.get("type", "")
    ]
    harm += [f"<{e.tag}>" for e in root.iter() if isinstance(e.tag, str) and MARK in e.tag]
    for element, name, link, _ in root.iterlinks():
        if re.match(r"\s*(javascript|data:text|vbscript)", link, re.IGNORECASE) or MARK in link.partition("#")[0]:
            harm.append(f"<{element.tag} {name}={link[:60]}>")
    return harm


def shorten(database: Path, *, rows: int) -> None:
    """Leave the first rows of each table of a published file; all of `core.column`, which tells what columns are."""
    database.chmod(0o644)
    with duckdb.connect(str(database)) as connection:
        names = connection.execute("SELECT schema_name, table_name FROM duckdb_tables() WHERE table_name <> 'column'")
        for schema, name in names.fetchall():
            connection.execute(f'DELETE FROM "{schema}"."{name}" WHERE rowid >= {rows}')
    database.chmod(0o444)
