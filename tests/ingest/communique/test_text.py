"""Documents to text: every form, what parts a sentence, and what is refused."""

from __future__ import annotations

import io
import zipfile

import docx
import papers as writers
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.communique.text.clean import broken_prose, prose
from g60_pipeline.ingest.communique.text.parts import Table
from g60_pipeline.ingest.communique.text.read import MAX_BYTES, content_of, read_document

SENTENCE = "全年全市实现地区生产总值1234.5亿元，比上年增长5.6%。"


def read(content):
    return read_document(content, name="document")


def prose_of(content):
    return [paragraph.text for paragraph in read(content).paragraphs]


@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "gbk"])
def test_page_is_read_in_its_encoding_without_menu_and_script(charset):
    text = read(writers.page("一、综合", SENTENCE, charset=charset))
    assert [p.text for p in text.paragraphs] == ["一、综合", SENTENCE]
    assert text.title == "临川市2024年国民经济和社会发展统计公报"


def test_number_split_over_elements_lines_and_blanks_is_one_number():
    spans = "<p><span>专利授权</span><span>12</span><span>3</span><b>4.5</b> <i>件</i></p>"
    assert prose_of(writers.page(SENTENCE * 3, spans)) == [SENTENCE * 3, "专利授权1234.5件"]
    assert prose_of(writers.page(SENTENCE * 3, "<p>出口 1 234.<br/>5亿元。</p>")) == [SENTENCE * 3, "出口1234.5亿元。"]


def test_raised_marks_leave_and_square_metres_stay():
    marked = "<p>生产总值<sup>2</sup>1234.5亿元，面积3m<sup>2</sup>。</p>"
    assert prose_of(writers.page(SENTENCE * 3, marked))[1] == "生产总值1234.5亿元，面积3m2。"


@pytest.mark.parametrize(
    "struck", ["<del>780</del>", "<s>780</s>", '<span style="text-decoration: line-through">780</span>']
)
def test_what_a_page_crosses_out_is_no_part_of_a_number(struck):
    assert prose_of(writers.page(SENTENCE * 3, f"<p>高新技术企业{struck}865家。</p>"))[1] == "高新技术企业865家。"


@pytest.mark.parametrize("mark", ["vanish", "strike", "dstrike"])
def test_what_a_word_file_hides_or_crosses_out_is_no_part_of_a_number(mark):
    def read_with(value):
        document = docx.Document()
        runs = [("高新技术企业", ""), ("780", f"<w:rPr><w:{mark}{value}/></w:rPr>"), ("家。", "")]
        written = "".join(f"<w:r>{properties}<w:t>{text}</w:t></w:r>" for text, properties in runs)
        document.element.body.insert(0, parse_xml(f"<w:p {nsdecls('w')}>{written}</w:p>"))
        out = io.BytesIO()
        document.save(out)
        return prose_of(out.getvalue())

    assert read_with("") == ["高新技术企业家。"]
    assert read_with(' w:val="0"') == ["高新技术企业780家。"]


def test_digit_that_a_pdf_raises_behind_a_number_is_no_part_of_it():
    line = "高新技术企业865家，年末常住人口301.2万人，比上年增加。"
    flat = writers.pdf(["临川市2024年国民经济和社会发展统计公报", line])

    def hexed(text):
        return text.encode("utf-16-be").hex()

    def raised(text):
        return f"Tj /F1 7 Tf 5 Ts <{hexed(text)}> Tj 0 Ts /F1 12 Tf"

    drawn = f"<{hexed('高新技术企业865')}> {raised('12')} <{hexed('家，年末常住人口301.2')}> {raised('3')}"
    drawn += f" <{hexed('万人，比上年增加。')}> Tj"
    marked = flat.replace(f"<{hexed(line)}> Tj".encode(), drawn.encode())
    assert marked != flat
    assert prose_of(marked) == prose_of(flat) == [line]


@pytest.mark.parametrize("tag", ["span", "font", "a", "b"])
def test_mark_raised_by_its_style_leaves_and_a_number_in_a_cell_stays(tag):
    mark = f'<{tag} style="font-size:8px; Vertical-Align : super">1</{tag}>'
    assert prose_of(writers.page(SENTENCE * 3, f"<p>高新技术企业865{mark}家。</p>"))[1] == "高新技术企业865家。"
    rows = f'<tr><td>指标</td><td>家</td></tr><tr><td>企业</td><td style="vertical-align:super">12{mark}</td></tr>'
    (table,) = read(writers.page(SENTENCE * 3, f"<table>{rows}</table>")).tables
    assert table.rows[1] == ("企业", "12")


@pytest.mark.parametrize(
    ("printed", "plain"),
    [
        ("生产总值[2] 1,234.5亿元", "生产总值1234.5亿元"),
        ("生产总值①１２３４．５亿元", "生产总值1234.5亿元"),
        ("授权专利［注3］12，345件", "授权专利12345件"),
        ("增长5.2%,出口12亿元", "增长5.2%，出口12亿元"),
        ("R ＆ D 经费", "R&D经费"),
    ],
)
def test_prose_is_plain(printed, plain):
    assert prose(printed) == plain


def test_blank_or_page_number_is_a_place_where_a_sentence_may_begin():
    text, breaks = broken_prose("七、对外经济 全年进出口3亿元。 速度 — 10 — 年末")
    assert text == "七、对外经济全年进出口3亿元。速度年末"
    assert [text[at:] for at in breaks] == ["全年进出口3亿元。速度年末", "速度年末", "年末"]


def test_wrapped_text_file_is_put_together_by_paragraphs():
    wrapped = "临川市统计局\n　　全年全市实现地区生产总值一千\n零一十亿元，比上年增长百分之\n五。\n　　年末全市常住人口二百万人，其中\n城镇一百万人。\n"
    assert prose_of(wrapped.encode("gb18030")) == [
        "临川市统计局",
        "全年全市实现地区生产总值一千零一十亿元，比上年增长百分之五。",
        "年末全市常住人口二百万人，其中城镇一百万人。",
    ]


def test_sentence_of_a_pdf_goes_on_over_page_end_page_number_and_chart():
    first = [
        (84.0, "经初步核算，全年全市实现地区生产总值1234.5亿元，按不变价格计"),
        "算，比上年增长5.6%，增速比上年提高，全市人均地区生产总值达到",
    ]
    chart = ["120.5 230.4 310.2", "2022 2023 2024", (290.0, "— 1 —")]
    second = ["61207元。", (84.0, "二、农业")]
    text = read(writers.pdf([*first, *chart], second))
    assert text.paragraphs[0].text.endswith("全市人均地区生产总值达到61207元。")
    assert text.paragraphs[0].where == "page 1, paragraph 1"
    assert any("310.2" in row for part in text.parts if isinstance(part, Table) for row in part.rows)


def test_word_file_has_paragraphs_and_tables_in_order():
    text = read(writers.word(SENTENCE, "表1 （单位：亿元）", [("指标", "绝对数"), ("出口额", "12.5")]))
    assert text.paragraphs[0].text == SENTENCE
    (table,) = text.tables
    assert table.rows == (("指标", "绝对数"), ("出口额", "12.5"))
    assert "单位：亿元" in table.caption


def test_workbook_is_read_by_sheets():
    (table,) = read(writers.workbook(("指标", "单位", 2024), ("出口额", "亿元", 12.5))).tables
    assert table.rows == (("指标", "单位", "2024"), ("出口额", "亿元", "12.5"))


def test_cells_printed_one_below_the_other_are_rows():
    stacked = "".join(
        f"<p>{cell}"
        for cell in ("指标", "绝对值(亿元)", "预算支出", "56.2", "0.4", "教育", "8.4", "7.0", "科技", "1.6", "19.3")
    )
    (table,) = read(writers.page(SENTENCE * 3, stacked)).tables
    assert table.rows[0] == ("预算支出", "56.2", "0.4")
    assert "亿元" in table.caption


def test_cells_that_span_rows_and_columns_are_repeated():
    spanned = "<table><tr><td rowspan=2>指标</td><td colspan=2>2024年</td></tr><tr><td>数</td><td>增长</td></tr><tr><td>出口</td><td>1</td><td>2</td></tr></table>"
    (table,) = read(writers.page(SENTENCE * 3, spanned)).tables
    assert table.rows == (("指标", "2024年", "2024年"), ("指标", "数", "增长"), ("出口", "1", "2"))


def refusal(content):
    with pytest.raises(G60Error) as refused:
        read(content)
    return f"{refused.value.rule} / {refused.value.remedy}"


def test_scan_is_refused_and_ocr_is_named():
    assert "scan" in refusal(writers.pdf([], []))
    assert "OCR" in refusal(writers.pdf([], []))
    assert "OCR" in refusal(b"\x89PNG\r\n\x1a\n" + bytes(100))


def test_encrypted_pdf_is_refused():
    assert "password" in refusal(writers.encrypted_pdf())


@pytest.mark.parametrize("member", ["word__document.xml", "xl__workbook.xml"])
def test_zip_bomb_is_refused_before_it_is_unpacked(member):
    bomb = writers.zipped(**{member: bytes(40_000_000)})
    assert len(bomb) < 100_000
    assert "zip bomb" in refusal(bomb)


ENTITIES = '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("entity", ["&b;", "&x;"])
@pytest.mark.parametrize(
    ("whole", "part"),
    [
        (writers.word(SENTENCE), "word/document.xml"),
        (writers.word(SENTENCE), "_rels/.rels"),
        (writers.workbook(("指标", "MARK")), "xl/worksheets/sheet1.xml"),
    ],
)
def test_office_file_that_declares_entities_is_refused(whole, part, entity, encoding):
    spoiled = writers.with_part(whole, part, lambda text: _declared(text, entity).encode(encoding))
    assert "declares entities" in refusal(spoiled)


def _declared(text, entity):
    head, sign, rest = text.rpartition("?>")
    return head + sign + ENTITIES + rest.replace("MARK", entity)


@pytest.mark.parametrize(
    ("whole", "part"),
    [(writers.word(SENTENCE), "word/document.xml"), (writers.workbook(("a", "b")), "xl/worksheets/sheet1.xml")],
)
@pytest.mark.parametrize("kept", [-20, 2, 0])
def test_part_that_is_no_xml_is_refused(whole, part, kept):
    assert "can be read" in refusal(writers.with_part(whole, part, lambda text: text[:kept].encode()))


def test_many_parts_that_unpack_to_too_much_are_refused(monkeypatch):
    monkeypatch.setattr("g60_pipeline.ingest.office.UNPACKED", 10_000)
    assert "unpacks to" in refusal(writers.word(*[SENTENCE * 50] * 200))


def test_damaged_files_are_refused():
    assert "damaged" in refusal(writers.word(SENTENCE)[:2000])
    assert "no PDF" in refusal(b"%PDF-1.7 and nothing more")
    assert "no Word file" in refusal(writers.zipped(word__document_xml=b"<xml/>"))


def test_archive_of_a_kind_no_office_file_is_is_refused():
    whole = bytearray(writers.word(SENTENCE))
    whole[whole.index(b"PK\x01\x02") + 6] = 84  # what is needed to unpack it: version 8.4
    assert "damaged" in refusal(bytes(whole))


@pytest.mark.parametrize("sign", ["\x01", "\x0b", "\x1b", "\ufffe", "&#1;", "&#11;"])
def test_sign_no_text_has_is_a_blank_wherever_it_is(sign):
    page = writers.page(SENTENCE * 3, f"<p>出口{sign}。<script>x</script>{sign}进口，{sign}<b hidden>丙</b>{sign}</p>")
    assert prose_of(page)[1] == "出口。进口，"


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"\xd0\xcf\x11\xe0" + bytes(600), ".docx"),
        (b"{\\rtf1 text}", ".docx"),
        (b"Rar!\x1a\x07\x00", "Unpack"),
        (b"", "empty"),
        (b"\x00\x01\x02" * 50, "no text"),
        (b"   \n  ", "no text"),
    ],
)
def test_what_is_no_document_is_refused_with_a_remedy(content, word):
    assert word in refusal(content)


def test_other_archive_than_office_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "a")
    assert "Unpack" in refusal(out.getvalue())


def test_hundred_megabytes_are_refused_unread(tmp_path):
    large = tmp_path / "large.pdf"
    with large.open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(G60Error, match=f"100 MB; at most {MAX_BYTES // 1_000_000} MB"):
        content_of(large)


def test_page_nested_without_end_is_refused():
    assert "deep" in refusal(("<html><body>" + "<div>" * 240 + "<p>" + "<ul><li>" * 200 + SENTENCE).encode())


def test_text_in_no_known_encoding_is_refused():
    assert "UTF-8" in refusal("統計公報".encode("shift_jis") * 99 + b"\xff\xff" * 40)


def test_short_last_line_of_a_pdf_belongs_to_its_sentence():
    lines = [
        "临川市2024年国民经济和社会发展统计公报",
        "　　初步核算，全年全市实现地区生产总值一千多亿元，扣除价格因素，比上年增长",
        "3.5%。",
    ]
    (*_, last) = read(writers.pdf(lines)).paragraphs
    assert last.text.endswith("比上年增长3.5%。")


def test_hidden_text_of_a_page_is_left_out_unless_it_is_the_page():
    hidden = '<div style="display: none">全年地区生产总值9999亿元，增长。</div><p hidden>常住人口9999万人，增长。</p>'
    assert prose_of(writers.page(f"<div>{hidden}</div>", SENTENCE, SENTENCE)) == [SENTENCE, SENTENCE]
    assert prose_of(writers.page(f'<div style="display:none"><p>{SENTENCE}</p></div>')) == [SENTENCE]


def test_links_to_other_pages_are_no_sentences_and_links_within_a_sentence_are():
    links = '<ul><li><a href="/1.html">全市高新技术企业突破700家</a> 2025-01-02</li></ul>'
    sentence = '<p>全年<a href="/2.html">专利授权</a>9876件，增长5.6%。</p>'
    assert prose_of(writers.page(links, sentence)) == ["2025-01-02", "全年专利授权9876件，增长5.6%。"]


def test_column_wrapped_by_breaks_is_put_together():
    text = (
        "全年全市实现地区生产总值1234.5亿元，比上年增长5.6%，其中第一产业增加值88.1亿元，第二产业增加值601.2亿元，第三产业增加值545.2亿元。"
        * 2
    )
    broken = "<br>".join(text[i : i + 23] for i in range(0, len(text), 23))
    assert "".join(prose_of(writers.page(f"<div>{broken}</div>"))) == text


def test_head_of_both_pages_of_a_pdf_is_no_part_of_a_sentence():
    first = ["临川市统计局", "　　全年全市实现地区生产总值1234.5亿元，比上年增长5.6%，其中第一产业增加"]
    second = ["临川市统计局", "值88.1亿元，比上年增长3.1%，第二产业增加值601.2亿元，比上年增长6.2%。"]
    assert any("第一产业增加值88.1亿元" in paragraph for paragraph in prose_of(writers.pdf(first, second)))


def test_text_box_of_a_word_file_is_no_part_of_the_sentence_around_it():
    box = (
        '<w:r {0} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:AlternateContent>'
        "<mc:Choice>{1}</mc:Choice><mc:Fallback>{1}</mc:Fallback></mc:AlternateContent></w:r>"
    ).format(nsdecls("w"), "<w:txbxContent><w:p><w:r><w:t>图1 专利授权100件</w:t></w:r></w:p></w:txbxContent>")
    document = docx.Document()
    paragraph = document.add_paragraph("全年专利授权")
    paragraph._p.append(parse_xml(box))
    paragraph.add_run("9876件，比上年增长。")
    out = io.BytesIO()
    document.save(out)
    assert prose_of(out.getvalue()) == ["全年专利授权9876件，比上年增长。", "图1专利授权100件"]
