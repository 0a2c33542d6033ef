"""Sentences for people are in the catalogue of words, in both languages: no module tells one of its own."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from g60_pipeline.errors import G60Error
from g60_pipeline.language import warn
from g60_pipeline.wording import BilingualText, bilingual, in_language, told

PACKAGE = Path(__file__).parents[1] / "g60_pipeline"
SENTENCE: Final = re.compile(r"(?:[A-Za-z][\w'’`-]*[,:;]? +){3,}[A-Za-z`]")
"""Four words of English in a row."""

SCREENS: Final = ("cli", "reader", "report", "explain", "doctor", "builds")
"""Rooms of screens: none of their literals is a sentence, whatever becomes of it."""

ALSO: Final = (
    "catalog",
    "export",
    "ingest",
    "metrics/calendar.py",
    "normalize",
    "orchestration",
    "publish",
    "refresh",
    "tally",
    "api.py",
    "errors.py",
    "locks.py",
    "settings.py",
)
"""What tells people no more than what it refuses."""

TOLD: Final = {
    "ContractError",
    "Damage",
    "Finding",
    "G60Error",
    "Issue",
    "PassingError",
    "Refusal",
    "Rule",
    "SeriesError",
    "SourceError",
    "UnsettledError",
    "UsageError",
    "echo",
    "expect",
    "expect_whole",
    "append",
    "remark",
    "warning",
}
"""What is told to people is an argument of these."""

QUERY: Final = re.compile(
    r"\b(SELECT|FROM|WHERE|JOIN|UNION|ATTACH|COMMENT|INSERT|CASE|PIVOT|IS NOT NULL|ORDER BY)\b|\|\| '\.' \|\|"
)
OTHERS: Final = {
    "builds/made_of.py": "columns of a query",
    "builds/run_history.py": "the configuration of Dagster, with its comments",
    "builds/unchanged.py": "a line that is hashed",
    "report/charts/theme.py": "names of fonts",
    "report/query.py": "the type of a pipe that is never missing",
}
"""Modules whose long literals are no sentences for people, and what they are."""


def text_of(node: ast.AST) -> str | None:
    """Return a literal as text, with X for what is put in."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        parts = (v.value if isinstance(v, ast.Constant) else "X" for v in node.values)
        return "".join(map(str, parts))
    return None


@cache
def tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"))


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def sentences(module: Path) -> Iterator[str]:
    """Yield the literals of a module that are sentences: neither docstrings, examples of commands, nor queries."""
    aside: set[int] = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Expr):
            aside.add(id(node.value))
        elif isinstance(node, ast.JoinedStr):
            aside |= {id(part) for part in node.values}
        elif isinstance(node, ast.Call) and name_of(node) == "examples":
            aside |= {id(argument) for argument in node.args}
    for node in ast.walk(tree(module)):
        text = text_of(node)
        if text and id(node) not in aside and SENTENCE.search(text) and not QUERY.search(text):
            yield text


def told_in(module: Path) -> Iterator[str]:
    """Yield the sentences that are arguments of what is told, as they are or by a name of the same function."""
    for function in ast.walk(tree(module)):
        if not isinstance(function, (ast.FunctionDef, ast.Module)):
            continue
        named = {
            target.id: text
            for node in ast.walk(function)
            if isinstance(node, ast.Assign) and (text := text_of(node.value))
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and name_of(node) in TOLD:
                for argument in (*node.args, *(k.value for k in node.keywords)):
                    text = named.get(argument.id) if isinstance(argument, ast.Name) else text_of(argument)
                    if text and SENTENCE.search(text) and not QUERY.search(text):
                        yield text


def modules(*rooms: str) -> list[Path]:
    return [m for room in rooms for m in ([PACKAGE / room] if room.endswith(".py") else (PACKAGE / room).rglob("*.py"))]


def test_no_literal_of_a_room_of_screens_is_a_sentence() -> None:
    found = {
        (name, text)
        for module in modules(*SCREENS)
        if (name := module.relative_to(PACKAGE).as_posix()) not in OTHERS
        for text in sentences(module)
    }
    assert found == set()


def test_every_module_let_off_has_such_a_literal() -> None:
    assert {name for name in OTHERS if not list(sentences(PACKAGE / name))} == set()


def test_nothing_that_is_refused_is_worded_where_it_is_refused() -> None:
    found = {
        (module.relative_to(PACKAGE).as_posix(), text)
        for module in modules(*SCREENS, *ALSO)
        for text in told_in(module)
    }
    assert found == set()


@pytest.mark.parametrize(
    "line",
    [
        "raise UsageError(name, 'it is no place of ours', remedy)",
        "def f():\n    rule = f'{name} is no place of ours'\n    raise G60Error(name, rule, remedy)",
        "click.echo('Nothing was published this time.')",
        "logger.warning('%s was damaged and is made again.', name)",
    ],
)
def test_a_sentence_of_ones_own_is_found(tmp_path: Path, line: str) -> None:
    module = tmp_path / "module.py"
    module.write_text(line, encoding="utf-8")
    assert len(set(told_in(module))) == 1
    assert len(list(sentences(module))) == 1


def test_an_error_is_told_in_both_languages_with_values_of_both() -> None:
    what = told("error.a.place")
    error = G60Error.of("names.near", "Suzou", what=what, meant="Suzhou")
    assert str(error) == "Suzou: it is not a known place. Did you mean Suzhou?"
    assert error.message("en") == "Suzou: it is not a known place.\nDid you mean Suzhou?"
    assert error.message("zh") == "Suzou：没有这个地区。\n是否指Suzhou？"


def test_an_error_raised_again_keeps_its_words() -> None:
    first = G60Error.of("warehouse.none", "g60.duckdb")
    again = G60Error(first.subject, first.rule, first.remedy)
    assert again.parts("zh") == first.parts("zh") == ("g60.duckdb", *bilingual_parts("warehouse.none"))


def bilingual_parts(key: str) -> tuple[str, str]:
    return bilingual(f"error.{key}.rule")[1], bilingual(f"error.{key}.remedy")[1]


def test_text_of_one_language_stands_as_it_is() -> None:
    assert in_language("mine.csv", "zh") == "mine.csv"
    assert in_language(BilingualText("clock", "时钟"), "zh") == "时钟"


def test_told_text_survives_the_way_to_another_process() -> None:
    import copy
    import pickle

    text = told("error.a.place")
    for other in (pickle.loads(pickle.dumps(text)), copy.deepcopy(text)):  # noqa: S301  - of our own
        assert (other, other.zh) == (text, text.zh) == ("place", "地区")


@pytest.mark.parametrize(
    ("language", "words"), [("en", "was damaged (cut): it was published"), ("zh", "曾损坏（中断）")]
)
def test_a_warning_in_the_log_is_in_the_language_of_the_process(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, language: str, words: str
) -> None:
    monkeypatch.setenv("G60_LANG", language)
    warn("notice.log.published_anew", file="g60.duckdb", damage=BilingualText("cut", "中断"))
    assert words in caplog.text
