"""Contracts of what was refused, corrected and read, of the columns of the published file, and of the build itself."""

from __future__ import annotations

import dataframely as dy

from g60_pipeline.contracts import columns as c
from g60_pipeline.contracts.vocabulary import ROLES


class Rejected(dy.Schema):
    """Rows of the evidence that did not become a fact, and why."""

    evidence_file = c.text("Evidence file.", key=True)
    evidence_id = c.text("Row of that file.", key=True)
    reason = c.reason("Why it was refused.")
    remedy = c.note("What would make it a fact.")


class Quarantine(dy.Schema):
    """Rows a contract refused: where they are, which rule they break and what to do about it."""

    quarantine_id = c.text("Identifier: file, line and rule.", key=True)
    file = c.text("File the row stands in.")
    line = c.whole("Line of that file; empty when the whole file is refused.", nullable=True)
    column_name = c.text("Column at fault; empty when the whole row or file is.", nullable=True)
    value = c.text("What stands there.", nullable=True)
    rule, rule_args = c.any_reason("Rule it breaks, as a reason; `analysis.refused` has its words.")
    remedy_code, remedy_args = c.any_reason("What to do about it, as a reason.")


class Correction(dy.Schema):
    """Corrections of published figures: what is printed, what it should say, why, by which document, reviewed by whom.

    A corrected figure has the flag `corrected` and keeps what is printed in value_as_published. When the source is
    mended, the build fails until the correction is taken out.
    """

    correction_id = c.text("Identifier of the correction.", key=True)
    row_id = c.text("Row it names: of the facts or the inbox, or `source:key` of a live source.")
    row_ids = c.words("Figures it changed.", references="core.observation_candidate.observation_id")
    column_name = c.text("Column of the row that is corrected.")
    printed = c.text("What the source says.")
    corrected = c.text("What it should say.")
    reason_en = c.reason("Why, in English.")
    reason_zh = c.reason("Why, in Chinese.")
    document_id = c.text("Document that shows it.", references="core.document.document_id")
    author = c.text("Who found it.")
    reviewed = c.day("Day it was reviewed.")
    file = c.text("Register it stands in.")


class InputFile(dy.Schema):
    """Files of the inbox and registers of corrections of the analyst, as the build read them."""

    file = c.text("File below the data folder.", key=True)
    size = dy.Int64(min=0, description="Its bytes.", metadata={"unit": "bytes"})
    sha256 = c.text("SHA-256 of what was read: where the file has another one now, it is not in the warehouse.")
    entries = c.words("Identifiers of its rows, in their order; of a corridor, its members.", role="evidence")


class Column(dy.Schema):
    """Columns of the published tables as their contracts declare them: role, labels, unit, words and reference.

    Screens, `g60 diff` and the dictionary read it instead of keeping lists of columns.
    """

    table_schema = c.text("Schema of the table.", key=True)
    table_name = c.text("Table.", key=True)
    column_name = c.text("Column.", key=True)
    position = c.whole("Place of the column in its table, from 1.", minimum=1)
    role = c.one_of(ROLES, "What the column is to its row.")
    answer = c.yes_no("Whether it answers what the row of a metric is asked for; one column of each metric does.")
    leads = c.yes_no(
        "Whether it is the number that leads the row: its answer, or where that is a word the first value that counts "
        "nothing."
    )
    naming = c.whole("Place in the title of the row; empty where the title does not name it.", nullable=True, minimum=1)
    label_en = c.note("English label.")
    label_zh = c.note("Chinese label.")
    data_type = c.text("Type in DuckDB.")
    unit = c.text("What one is one of; empty for what is no number.", nullable=True)
    words = c.words("Words it may hold; empty where they are not a closed list.")
    refers_to = c.text("Column it refers to, as schema.table.column.", nullable=True)
    description = c.note("What it holds.")


class Build(dy.Schema):
    """The build that published this file: one row."""

    build_id = c.text("Identifier of the build.", key=True)
    built_at = c.moment("Time of publication.")
    version = c.text("Version of g60_pipeline.")
    inputs_hash = c.text("SHA-256 over the contents of all tables; equal hashes mean equal warehouses.")
    catalog_hash = c.text("SHA-256 over the catalog: places, corridors, indicators, units, formulas, frameworks.")
    duckdb_version = c.text("DuckDB that wrote the file.")
    polars_version = c.text("Polars that computed it.")
    observations = c.count("Rows of core.observation.")
    candidates = c.count("Rows of core.observation_candidate.")
    documents = c.count("Rows of core.document.")
    quarantined = c.count("Rows of core.quarantine.")
    undated_candidates = c.count("Candidates whose document has no date: they stay out of as-of queries.")
    coverage_start = c.day("First day any observation refers to.")
    coverage_end = c.day("Last day any observation refers to.")
    inbox_files = c.words("Inbox files that were loaded.")
