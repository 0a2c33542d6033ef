"""The reader of documents, with a sound one of each form, and what is proposed out of it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Final

import papers

from breakage.fuzz import Case, Parser
from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.communique.proposals import proposals
from g60_pipeline.ingest.communique.text.read import read_document

TITLE: Final = "2024年苏州市国民经济和社会发展统计公报"
SENTENCE: Final = (
    "初步核算，全年实现地区生产总值26000.5亿元，比上年增长5.6%。全市高新技术企业超过17000家，研发经费占比3.9％。"
)
ROWS: Final = (("指标", "单位", "2024年", "比上年增长（%）"), ("地区生产总值", "亿元", "26000.5", "5.6"))


def documents() -> list[Parser]:
    """Return the reader, once for each form."""
    table = papers.table(*ROWS)
    plain = f"{TITLE}\n一、综合\n{SENTENCE}\n二、表\n指标 2024年\n地区生产总值（亿元） 26000.5\n"
    forms = {
        "HTML": papers.page("一、综合", SENTENCE, table, title=TITLE),
        "HTML in GBK": papers.page("一、综合", SENTENCE, table, title=TITLE, charset="gb2312"),
        "PDF": papers.pdf([TITLE, "一、综合", SENTENCE[:40], SENTENCE[40:], (60.0, "地区生产总值 26000.5")]),
        "Word": papers.word(TITLE, SENTENCE, list(ROWS)),
        "Excel": papers.workbook((TITLE,), *ROWS),
        "text": plain.encode(),
        "text in GBK": plain.encode("gb18030"),
    }
    whole = [Parser(f"document: {form}", [Case(content, _read)]) for form, content in forms.items()]
    parts = [Parser(f"document: parts of {form}", parts_of(forms[form], _read)) for form in ("Word", "Excel")]
    return [*whole, *parts]


def parts_of(document: bytes, read: Callable[[bytes], object]) -> list[Case]:
    """Return the parts of an Office file, which are changed before they are packed and the file is read."""
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name.endswith((".xml", ".rels"))}
    return [Case(content, _packed(document, name, read)) for name, content in parts.items()]


def _packed(document: bytes, name: str, read: Callable[[bytes], object]) -> Callable[[bytes], object]:
    return lambda changed: read(papers.with_part(document, name, lambda _: changed))


def _read(content: bytes) -> None:
    text = read_document(content, name="document")
    assert any(text.parts), "what has no text is refused"
    try:
        found = proposals(text, name="suzhou_2024")
    except G60Error:
        return
    for one in found:
        assert one.value, "a proposal has a value"
        float(one.value)
        assert one.sentence[one.start : one.end] or one.where, "a proposal has its place"
