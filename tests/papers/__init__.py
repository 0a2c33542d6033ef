"""Small writers of documents in the likeness of communiques: pages, PDF, Word and Excel files, made at test time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import docx
import openpyxl


def page(
    *paragraphs: str, title: str = "临川市2024年国民经济和社会发展统计公报", charset: str = "utf-8", menu: str = ""
) -> bytes:
    """Return a page of a bureau, with a menu and a script beside the text."""
    body = "".join(p if p.startswith("<") else f"<p>{p}</p>" for p in paragraphs)
    text = (
        f'<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}">'
        f"<title>{title}</title><script>var gdp = '地区生产总值9999亿元，';</script></head><body>"
        f"<ul class=menu><li><a>首页</a></li><li><a>{menu or '数据发布'}</a></li></ul><div class=main>{body}</div></body></html>"
    )
    return text.encode("gb18030" if charset.startswith("gb") else charset)


def table(*rows: tuple[str, ...]) -> str:
    """Return a table of a page."""
    cells = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"


def pdf(*pages: list[str | tuple[float, str]]) -> bytes:
    """Return a PDF with lines of text one below the other; a line with a number begins so many points from the left."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    font = 3
    objects += [
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /FontDescriptor 5 0 R "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>",
        "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [0 -200 1000 900] /ItalicAngle 0 "
        "/Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
    ]
    kids = []
    for lines in pages:
        drawn, top = [], 780.0
        for line in lines:
            left, text = line if isinstance(line, tuple) else (60.0, line)
            drawn.append(f"BT /F1 12 Tf {left} {top} Td <{text.encode('utf-16-be').hex()}> Tj ET")
            top -= 20
        stream = "\n".join(drawn)
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        kids.append(len(objects) + 1)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects)} 0 R "
            f"/Resources << /Font << /F1 {font} 0 R >> >> >>"
        )
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(f'{k} 0 R' for k in kids)}] >>"
    return _assembled(objects)


def encrypted_pdf() -> bytes:
    """Return a PDF whose security handler asks for a password nobody has."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Count 0 /Kids [] >>",
        f"<< /Filter /Standard /V 1 /R 2 /P -44 /O <{'11' * 32}> /U <{'22' * 32}> >>",
    ]
    return _assembled(objects, trailer="/Encrypt 3 0 R /ID [<00> <00>]")


def _assembled(objects: list[str], trailer: str = "") -> bytes:
    out, offsets = b"%PDF-1.5\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010} 00000 n \n".encode() for offset in offsets)
    return out + f"trailer << /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()


def word(*items: str | list[tuple[str, ...]]) -> bytes:
    """Return a Word file of paragraphs and tables."""
    document = docx.Document()
    for item in items:
        if isinstance(item, str):
            document.add_paragraph(item)
            continue
        grid = document.add_table(rows=0, cols=len(item[0]))
        for row in item:
            for cell, text in zip(grid.add_row().cells, row, strict=True):
                cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def workbook(*rows: tuple[object, ...], title: str = "表") -> bytes:
    """Return an Excel file with one sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(**members: bytes) -> bytes:
    """Return a packed archive with these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def with_part(content: bytes, part: str, change: Callable[[str], bytes]) -> bytes:
    """Return an Office file one part of which says something else."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        assert part in old.namelist()
        for name in old.namelist():
            new.writestr(name, change(old.read(name).decode()) if name == part else old.read(name))
    return changed.getvalue()
