"""The data dictionary is the one the contracts generate."""

from __future__ import annotations

from pathlib import Path

from g60_pipeline.contracts.vocabulary import FLAGS
from g60_pipeline.publish.dictionary import FLAG_MEANING, dictionary
from g60_pipeline.tables import TABLES
from g60_pipeline.wording import REASON, entries

ROOT = Path(__file__).parents[2]


def test_data_dictionary_is_current() -> None:
    written = (ROOT / "warehouse" / "README.md").read_text(encoding="utf-8")
    assert written == dictionary(), "run `make docs`"


def test_dictionary_names_every_published_table_and_column() -> None:
    text = dictionary()
    for table in TABLES.values():
        if table.layer in {"core", "metrics"}:
            assert f"### `{table.full_name}`" in text
            assert all(f"| `{column}` |" in text for column in table.schema.column_names())


def test_dictionary_puts_every_reason_into_words_of_both_languages() -> None:
    text = dictionary()
    for code, words in entries(REASON).items():
        assert f"| `{code}` | {words.en} | {words.zh} |" in text


def test_every_flag_is_explained() -> None:
    assert set(FLAG_MEANING) == set(FLAGS)
