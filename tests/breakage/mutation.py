"""Sound inputs made unsound: bytes and lines flipped, cut, repeated, joined; values of JSON replaced by unwelcome ones."""

from __future__ import annotations

import json
from random import Random
from typing import Any, Final

TOKENS: Final = (
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\x1b[31m", b"\x1b]0;x\x07", b"\n", b"\r", b"\r\n", b"\t", b'"', b'""', b"'",
    b",", b";", b"|", b"/", b"\\", b"{", b"}", b"[", b"]", b"<", b">", b"&", b"%", b"#", b":", b"- ", b"? ", b"!!int x",
    b"!!map [a]", b"*a", b"&a [*a]", b"<<: 5", b"0b_", b"2024-13-45", b"2024-02-30", b"0000-01-01", b"99999-01-01",
    b"-1", b"-0", b"1e999", b"NaN", b"Infinity", b"0x1F", b"9" * 5000, b"[" * 3000, b"{\"a\":" * 3000, b"a" * 200_000,
    b"\\ud800", "\u202e".encode(), "\u200b".encode(), "\uff0c".encode(), "\U0001f600".encode(), "２０２４".encode(),
    b"<!--", b"<table>", b"</table>", b"<td rowspan=99999 colspan=99999>", b"<div>" * 500, b"&#xD800;", b"&#0;",
    b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>", b"PK\x03\x04", b"%PDF-1.7", b"'; DROP TABLE claim; --",
    b"=HYPERLINK(1)", b"null", b"true", b"~", b"",
)  # fmt: skip
"""Pieces that parsers stumble over, each in its own way."""

VALUES: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 10**400, 1e308, "", " ", "x", "-", "…", "NaN", "1e999", "9" * 5000, "2024", "2024-13-45",
    "0000-00-00", "\x00", "\ud800", "\u202e", "<b>", "'; DROP TABLE claim; --", "=1+1", "../../x", [], {}, [[]], [None],
    {"": None}, "a" * 100_000, "1,234.5", "１２３", "http://[", "ftp://x", "GEO", "100000",
)  # fmt: skip
"""Values nobody wants where another one is meant."""

MOST: Final = 4
"""Changes of one input, at most."""


def mutated(draw: Random, content: bytes) -> bytes:
    """Return an input with one to `MOST` changes. JSON is changed in its values half of the time."""
    if content[:1] in b"[{" and draw.random() < 0.5:
        return _mutated_json(draw, content)
    for _ in range(draw.randint(1, MOST)):
        content = draw.choice(_WAYS)(draw, content)
    return content


def _mutated_json(draw: Random, content: bytes) -> bytes:
    try:
        document = json.loads(content)
    except ValueError:
        return content
    for _ in range(draw.randint(1, MOST)):
        places = list(_places(document))
        if not places:
            break
        holder, key = draw.choice(places)
        match draw.randrange(4):
            case 0:
                del holder[key]
            case 1 if isinstance(holder, list):
                holder.insert(key, holder[key])
            case 2:
                other, its_key = draw.choice(places)
                if not _holds(holder[key], other):
                    other[its_key] = holder[key]
            case _:
                holder[key] = draw.choice(VALUES)
    return json.dumps(document).encode()


def _places(document: Any) -> Any:
    """Yield every list or mapping with each of its keys."""
    if isinstance(document, (dict, list)):
        for key in list(document) if isinstance(document, dict) else range(len(document)):
            yield document, key
            yield from _places(document[key])


def _holds(value: Any, other: Any) -> bool:
    """Return whether a value contains another one, which must then not contain it."""
    return value is other or any(holder is other for holder, _ in _places(value))


def _flip(draw: Random, content: bytes) -> bytes:
    if not content:
        return content
    changed = bytearray(content)
    changed[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    return bytes(changed)


def _insert(draw: Random, content: bytes) -> bytes:
    at = draw.randint(0, len(content))
    return content[:at] + draw.choice(TOKENS) + content[at:]


def _replace(draw: Random, content: bytes) -> bytes:
    start, end = _span(draw, content, longest=12)
    return content[:start] + draw.choice(TOKENS) + content[end:]


def _delete(draw: Random, content: bytes) -> bytes:
    start, end = _span(draw, content, longest=40)
    return content[:start] + content[end:]


def _truncate(draw: Random, content: bytes) -> bytes:
    return content[: draw.randint(0, len(content))]


def _splice(draw: Random, content: bytes) -> bytes:
    start, end = _span(draw, content, longest=400)
    at = draw.randint(0, len(content))
    return content[:at] + content[start:end] + content[at:]


def _swap_lines(draw: Random, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    if len(lines) < 2:
        return content
    one, two = draw.randrange(len(lines)), draw.randrange(len(lines))
    lines[one], lines[two] = lines[two], lines[one]
    return b"".join(lines)


def _replace_cell(draw: Random, content: bytes) -> bytes:
    """Put a piece in the place of what stands between two signs that part."""
    for parting in draw.sample((b",", b'"', b": ", b">"), 4):
        cells = content.split(parting)
        if len(cells) > 2:
            cells[draw.randrange(1, len(cells))] = draw.choice(TOKENS)
            return parting.join(cells)
    return content


def _span(draw: Random, content: bytes, *, longest: int) -> tuple[int, int]:
    start = draw.randint(0, len(content))
    return start, min(len(content), start + draw.randint(0, longest))


_WAYS: Final = (_flip, _insert, _replace, _delete, _truncate, _splice, _swap_lines, _replace_cell)
