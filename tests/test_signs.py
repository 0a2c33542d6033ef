"""Signs of print that mean the same are made one; what means something of its own is left."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g60_pipeline.signs import has_stray_bytes, is_missing, plain_cell, plain_signs


@pytest.mark.parametrize("code", range(0x21, 0x7F))
def test_every_sign_of_the_full_width_block_is_its_ascii_twin(code: int) -> None:
    assert plain_signs(chr(code + 0xFEE0)) == chr(code) == plain_signs(chr(code))


@pytest.mark.parametrize("text", ["①", "1²", "Ⅳ", "〇", "苏州、无锡", "第一版。", "“引号”", "½", "㎡", "é", "١"])
def test_signs_that_mean_something_of_their_own_are_left(text: str) -> None:
    assert plain_signs(text) == text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30))
def test_plain_text_stays_plain_and_a_cell_keeps_its_words(text: str) -> None:
    plain = plain_signs(text)
    assert plain_signs(plain) == plain
    assert plain_cell(plain_cell(text)) == plain_cell(text)
    if text.isascii() and text.isprintable():
        assert plain == text


@pytest.mark.parametrize("text", ["0", "-0", "0.0", "-1", "－１", ".", "…1", "0…", "一", "n", "--1", "1-"])
def test_a_figure_or_a_word_is_never_taken_for_missing(text: str) -> None:
    assert not is_missing(text)


def test_bytes_taken_in_from_another_encoding_are_noticed() -> None:
    assert has_stray_bytes("苏州".encode("gbk").decode("utf-8", "surrogateescape"))
    assert not has_stray_bytes("苏州 𠮷 km²")
