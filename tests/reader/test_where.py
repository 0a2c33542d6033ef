"""Where a document is: its address, or how to find it where none is recorded."""

from __future__ import annotations

from typing import Any

import pytest

from g60_pipeline.reader.words import Words


@pytest.mark.parametrize(
    ("document", "english", "chinese"),
    [
        (
            {"url": "https://a.example/b", "source_url": "https://a.example"},
            "https://a.example/b",
            "https://a.example/b",
        ),
        (
            {"url": None, "source_url": "https://a.example"},
            "address not recorded: search https://a.example for the title",
            "网址未录，可在 https://a.example 按标题检索",
        ),
        (
            {"url": None, "source_url": None},
            "address not recorded: search for publisher and title",
            "网址未录，可按发布者和标题检索",
        ),
    ],
)
def test_a_document_without_an_address_says_how_it_is_found(
    document: dict[str, Any], english: str, chinese: str
) -> None:
    assert (Words("en").where(document), Words("zh").where(document)) == (english, chinese)
