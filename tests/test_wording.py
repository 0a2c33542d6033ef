"""The catalogue of words: complete in both languages, no placeholder without an argument, nothing unused."""

from __future__ import annotations

import ast
import re
import string
from functools import cache
from pathlib import Path
from typing import Any

import dataframely as dy
import duckdb
import polars as pl
import pytest

from g60_pipeline.catalog.load import load_bounds
from g60_pipeline.contracts.issues import Issue, both, in_words, issues_frame
from g60_pipeline.contracts.vocabulary import LOST_BY
from g60_pipeline.normalize.choose import CRITERIA
from g60_pipeline.normalize.claims import with_symbol
from g60_pipeline.orchestration.checks import CHECKS, SOUND
from g60_pipeline.publish.warehouse import write_file
from g60_pipeline.reader.database import Warehouse
from g60_pipeline.reader.reasons import names, reason
from g60_pipeline.settings import Settings
from g60_pipeline.tables import TABLES
from g60_pipeline.wording import KINDS, LANGUAGES, REASON, REFUSAL, entries, say, subjects, told

PACKAGE = Path(__file__).parents[1] / "g60_pipeline"
ENTRIES = {f"{subject}.{name}": entry for subject in subjects() for name, entry in entries(subject).items()}
Frames = dict[str, pl.DataFrame]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def neutral(names: set[str]) -> set[str]:
    """Return placeholders without the language of those that have a text in each."""
    return {re.sub("_(en|zh)$", "", name) for name in names}


def codes_of(column: dy.Column) -> set[str]:
    metadata = column.metadata or {}
    return set(metadata.get("words", ())) if metadata.get("references") == "core.reason.reason_code" else set()


def pairs(name: str) -> list[str]:
    """Return what stands before `reason_code` in the columns of a table that hold a reason."""
    columns = TABLES[name].schema.column_names()
    return [c.removesuffix("reason_code") for c in columns if c.endswith("reason_code") and name != "core.reason"]


def test_every_entry_has_words_in_both_languages_with_the_same_placeholders() -> None:
    for key, entry in ENTRIES.items():
        assert all(isinstance(getattr(entry, language), str) for language in LANGUAGES), key
        assert neutral(placeholders(entry.en)) == neutral(placeholders(entry.zh)), key
        assert set(entry.arguments.values()) <= set(KINDS), key


def test_every_placeholder_of_a_reason_has_an_argument_and_vice_versa() -> None:
    for name, entry in {**entries(REASON), **entries(REFUSAL)}.items():
        assert placeholders(entry.en) | placeholders(entry.zh) == set(entry.arguments), name


def test_every_reason_of_every_contract_has_words_and_none_is_unused() -> None:
    told = [codes_of(column) for table in TABLES.values() for column in table.schema.columns().values()]
    assert set().union(*told) == set(entries(REASON))


def sentences_in_chinese(text: str) -> set[str]:
    """Return the Chinese texts of a module that are neither docstrings nor labels of columns, which are in contracts."""
    tree = ast.parse(text)
    aside = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    aside |= {
        id(node.args[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and node.args and ast.unparse(node.func) in {"called", "c.called"}
    }
    literals = (n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str))
    return {n.value for n in literals if id(n) not in aside and re.search("[\u4e00-\u9fff]{2}", n.value)}


@cache
def texts(module: Path) -> tuple[set[str], list[re.Pattern[str]]]:
    """Return the texts of a module that are no docstrings, and its f-strings as patterns."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    plain, patterns = set(), []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            plain.add(node.value)
        elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
            parts = [re.escape(v.value) if isinstance(v, ast.Constant) else r"\w+" for v in node.values]
            patterns.append(re.compile("".join(parts)))
    return plain, patterns


def asked_by_templates() -> set[str]:
    """Return the keys that templates ask for, as `t("title")`; the menu is a list of them."""
    from g60_pipeline.report.site.page import MENU

    called = re.compile(r'\b(?:t|label)\("(\w+)"')
    templates = [file.read_text(encoding="utf-8") for file in PACKAGE.rglob("*.jinja")]
    return {key for text in templates for key in called.findall(text)} | {entry for group in MENU for entry in group}


def asked_for(key: str) -> set[str]:
    """Return the ways in which code asks for a key: an error is asked for as a whole, without its parts."""
    named = re.sub(r"^error\.((?!a\.)[\w.]+)\.(subject|rule|remedy)$", r"error.\1", key)
    return {key, key.partition(".")[2], named, named.partition(".")[2]}


def test_every_entry_of_a_screen_is_asked_for_somewhere() -> None:
    found = [texts(module) for module in PACKAGE.rglob("*.py")]
    plain, patterns = (
        asked_by_templates().union(*(one for one, _ in found)),
        [form for _, forms in found for form in forms],
    )
    unused = {
        key
        for key in ENTRIES
        if not key.startswith((f"{REASON}.", f"{REFUSAL}.", "word.", "step.", "help.", "click."))
        and not asked_for(key) & plain
        and not any(form.fullmatch(name) for name in asked_for(key) for form in patterns)
    }
    assert unused == set()


def test_every_label_of_a_step_is_one_of_a_formula_or_a_kernel(graph: Frames) -> None:
    """Numbers a kernel counts are named in its code; ends have the names of their value."""
    kernels = [texts(module)[0] for module in (PACKAGE / "metrics").rglob("*.py")]
    formulas = graph["core.formula"]
    known = {name for names in formulas["operands"].to_list() for name in names}
    known |= {step.partition(" = ")[0] for steps in formulas["steps"].to_list() for step in steps}
    known = known.union(*kernels)
    assert {name for name in entries("step") if not {name, re.sub("_(low|high|sum)$", "", name)} & known} == set()


def test_every_closed_word_is_one_of_a_table_or_a_check(graph: Frames) -> None:
    columns = [column for table in TABLES.values() for column in table.schema.columns().values()]
    known = {word for column in columns for word in (column.metadata or {}).get("words", ())}
    known |= {check.name for check in (*CHECKS, *SOUND)}
    known |= set(graph["core.collaboration"]["kind"]) | set(graph["core.policy"]["level"])
    known |= set(graph["core.policy"]["theme"]) | {assumption.tier for assumption in load_bounds().tiers}
    assert {key for key in entries("word") if key.rpartition(".")[2] not in known} == set()


def test_no_module_of_a_screen_has_a_chinese_sentence() -> None:
    """Chinese that is read, of addresses and of pages, is no word of a screen."""
    modules = [
        module
        for folder in (
            "builds",
            "doctor",
            "explain",
            "metrics",
            "normalize",
            "orchestration",
            "publish",
            "reader",
            "refresh",
        )
        for module in (PACKAGE / folder).rglob("*.py")
        if module.name not in {"addresses.py", "address_finder.py"}
    ]
    assert {(m.name, text) for m in modules for text in sentences_in_chinese(m.read_text(encoding="utf-8"))} == set()


def test_chinese_label_of_a_column_may_be_in_its_contract_and_no_sentence_beside_it() -> None:
    column = 'cities = c.called("城市数", c.count("Cities."))\n'
    assert sentences_in_chinese(column) == set()
    assert sentences_in_chinese(f'{column}print("没有数据", f"{{cities}}个城市")\n') == {"没有数据", "个城市"}


def test_the_criteria_of_the_choice_are_the_reasons_of_losing_in_order() -> None:
    assert tuple(criterion.name for criterion in CRITERIA) == LOST_BY


def test_no_chinese_word_of_a_reason_is_left_in_english() -> None:
    files = r"[\w/]+\.yaml|\w+_\w+|{\w+}"
    left = {name for name, entry in entries(REASON).items() if re.search(r"[a-z]{3,}", re.sub(files, "", entry.zh))}
    assert left == set()


@pytest.mark.parametrize("name", [name for name in TABLES if pairs(name)])
def test_every_stored_reason_has_as_many_arguments_as_placeholders(graph: Frames, name: str) -> None:
    frame = graph.get(name)
    assert frame is not None
    for prefix in pairs(name):
        for code, arguments in frame.select(f"{prefix}reason_code", f"{prefix}reason_args").unique().iter_rows():
            assert arguments == [] if code is None else say(f"{REASON}.{code}", "zh", *arguments)


def test_sql_and_python_put_every_reason_into_the_same_words(published: Settings) -> None:
    with duckdb.connect(str(published.database), read_only=True) as connection:
        warehouse, seen = Warehouse(connection), 0
        named = names(warehouse)
        for name in (name for name in TABLES if "" in pairs(name)):
            rows = warehouse.rows(
                f"""SELECT DISTINCT reason_code, reason_args, analysis.reason(reason_code, reason_args) AS en,
                           analysis.reason(reason_code, reason_args, language := 'zh') AS zh
                    FROM {name} WHERE reason_code IS NOT NULL"""
            )
            assert [(row["en"], row["zh"]) for row in rows] == [reason(row, named) for row in rows]
            seen += len(rows)
    assert seen > 300


def test_every_refusal_is_in_chinese_and_no_code_is_one_of_another_reason() -> None:
    for name, entry in entries(REFUSAL).items():
        assert re.search("[\u4e00-\u9fff]|_zh}", entry.zh), name
    codes = {name.removesuffix(".rule") for name in entries(REFUSAL)}
    assert not codes & set(entries(REASON))


def test_every_rule_and_remedy_with_words_is_named_by_a_module() -> None:
    """A rule made of a word, such as `unknown_unit`, is asked for by that word."""
    folders = (PACKAGE / "normalize", PACKAGE / "ingest")
    texts_of = [module.read_text(encoding="utf-8") for folder in folders for module in folder.rglob("*.py")]
    said = {literal for text in texts_of for literal in re.findall(r'"([\w.]+)"', text)}
    said |= {f"{before}{name}" for name in said for before in ("unknown_", "not_a_")} | {
        "remedy.write",
        "remedy.write_one",
    }
    rules = {name.removesuffix(".rule") for name in entries(REFUSAL) if name.endswith(".rule")}
    shared = {name for name in entries(REFUSAL) if name.startswith("remedy.")}
    assert (rules | shared) - said == set()


def test_sql_and_python_put_every_refused_row_into_the_same_words(tmp_path: Path) -> None:
    issues = [
        Issue.of("inbox/a.csv", "required", line=2, column="unit"),
        Issue.of("inbox/a.csv", "period_not_over", line=3, column="period", value="2035", today="2026-11-30"),
        Issue.of("inbox/a.csv", "unknown_unit", line=4, column="unit", value="{value}", remedy="remedy.catalog"),
        Issue.of("inbox/b.csv", "unreadable", remedy="remedy.said", **both("why", told("error.csv.no_file.rule")),
                 **both("remedy", told("error.csv.no_file.remedy"))),
        Issue.of("inbox/c.csv", "unknown_column", value="", known=""),
    ]  # fmt: skip
    tables = {t.full_name: t.schema.create_empty() for t in TABLES.values() if t.layer in {"core", "metrics"}}
    write_file(tmp_path / "refused.duckdb", tables | {"core.quarantine": issues_frame(issues)})
    with duckdb.connect(str(tmp_path / "refused.duckdb"), read_only=True) as connection:
        in_sql = connection.sql("FROM analysis.refused ORDER BY quarantine_id").pl()
    in_python = in_words(issues_frame(issues)).sort("quarantine_id")
    names = ("message_en", "message_zh", "remedy_en", "remedy_zh")
    assert in_sql.select(names).rows() == in_python.select(names).rows()
    assert in_sql.height == len(issues)


@pytest.mark.parametrize(
    ("code", "arguments", "words"),
    [("no_link", ["a", "b"], "no_link: a, b"), ("new_code", [], "new_code"), (None, ["a"], None)],
)
def test_a_reason_that_no_row_has_is_its_code_and_arguments(
    published: Settings, code: str | None, arguments: list[str], words: str | None
) -> None:
    with duckdb.connect(str(published.database), read_only=True) as connection:
        for language in LANGUAGES:
            asked = "SELECT analysis.reason($code, $arguments, language := $language)"
            found = connection.execute(asked, {"code": code, "arguments": arguments, "language": language}).fetchone()
            assert found == (words,)


@pytest.mark.parametrize("alias", ["r", "n", "named", "reason"])
def test_reason_in_sql_is_that_of_the_row_whatever_the_query_calls_its_table(published: Settings, alias: str) -> None:
    sql = f"""SELECT DISTINCT analysis.reason({alias}.reason_code, {alias}.reason_args) AS words
              FROM metrics.corridor_total AS {alias} WHERE {alias}.reason_code = 'shared_count'"""
    with duckdb.connect(str(published.database), read_only=True) as connection:
        found = connection.execute(sql).fetchall()
    assert found == [(say("reason.shared_count", "en"),)]


def test_a_claim_is_told_with_its_remarks_alike_in_sql_and_python(published: Settings) -> None:
    with duckdb.connect(str(published.database), read_only=True) as connection:
        warehouse = Warehouse(connection)
        rows, named = warehouse.rows("FROM analysis.claims"), names(warehouse)
    assert [(row["reason_en"], row["reason_zh"]) for row in rows] == [reason(row, named) for row in rows]
    told = {code for row in rows for code in row["remark_codes"]}
    assert told >= {"lacking", "only_end", "measured_anew", "too_old", "no_rate_interval_end"}


def test_a_break_is_named_with_its_year_and_cause_when_read(published: Settings) -> None:
    row: dict[str, Any] = {"reason_code": "crosses_break", "reason_args": ["BK01"]}
    with duckdb.connect(str(published.database), read_only=True) as connection:
        english, chinese = reason(row, names(Warehouse(connection))) or ("", "")
    assert english.startswith("crosses break BK01 of 2019: First published figures before and after the 4th")
    assert chinese == "跨越2019年的断点BK01：四经普前后的首发数口径不同"


def test_units_follow_a_number_in_reasons_as_in_statements_of_claims(published: Settings) -> None:
    with duckdb.connect(str(published.database), read_only=True) as connection:
        found = Warehouse(connection).rows(
            """SELECT u.symbol_en, u.symbol_zh, n.words_en, n.words_zh
               FROM core.unit AS u JOIN analysis.reason_name AS n ON n.kind = 'unit' AND n.name = u.unit"""
        )
    assert len(found) > 50
    for row in found:
        for language in LANGUAGES:
            assert with_symbol("1", row[f"symbol_{language}"]) == f"1{row[f'words_{language}']}"


def test_an_amount_takes_the_unit_of_the_language() -> None:
    symbols = {("cny_100m", "en"): " 100m yuan", ("cny_100m", "zh"): "亿元"}
    stored = ("2022-12-31", "1.5[cny_100m] – 2[cny_100m]", "≥ 3[cny_100m]")
    told = say("reason.tested", "zh", *stored, named=lambda _, unit, language: symbols[unit, language])
    assert told == "2022-12-31：1.5亿元 – 2亿元；该说法相当于≥ 3亿元。"


@pytest.mark.parametrize("arguments", [(), ("a", "b")])
def test_too_few_or_too_many_arguments_are_an_error(arguments: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="zip"):
        say("reason.no_exact_figure", "en", *arguments)
