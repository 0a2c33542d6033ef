"""Bytes of an answer to text and JSON, strictly: an encoding is never guessed, a wrapped or cut body never repaired."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from g60_pipeline.ingest.live.http.messages import Answer, SourceError
from g60_pipeline.signs import plain_signs
from g60_pipeline.wording import told

BOM: Final = b"\xef\xbb\xbf"
WAIT: Final = told("live.remedy.wait")
"""Remedy where the fault is the service's own."""

CHANGED: Final = told("live.remedy.changed")
"""Remedy where an answer is whole but not of the known form."""

_HALF: Final = re.compile(r"\\u[dD][89a-fA-F]")
NUMBER: Final = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,2})?")
"""How services print numbers. Longer ones and greater exponents are no figures but a way to fill the memory."""


def text_of(answer: Answer, *, warnings: list[str] | None = None) -> str:
    """Return the body as text, which must be UTF-8. A byte order mark or a header that says otherwise is warned of.

    Raises:
        SourceError: The bytes are not UTF-8.
    """
    found = warnings if warnings is not None else []
    content = answer.content
    if content.startswith(BOM):
        found.append(told("live.remark.bom", answer=answer.key))
        content = content[len(BOM) :]
    declared = declared_charset(answer)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        byte = told("live.answer.byte", byte=content[error.start], at=error.start)
        raise SourceError(
            answer.subject,
            told("live.answer.not_utf8", byte=byte, declared=declared or told("live.answer.nothing")),
            CHANGED,
        ) from error
    if declared and declared.replace("_", "-") not in {"utf-8", "utf8", "us-ascii", "ascii"} and not text.isascii():
        found.append(told("live.remark.charset", answer=answer.key, declared=declared))
    return text


def declared_charset(answer: Answer) -> str | None:
    """Return the encoding the content type names, in lower case."""
    match = re.search(r"charset\s*=\s*[\"']?([\w-]+)", answer.headers.get("content-type", ""), re.IGNORECASE)
    return match.group(1).lower() if match else None


def json_of(answer: Answer, *, warnings: list[str] | None = None) -> Any:
    """Return the JSON document of an answer; its numbers stay the text they were printed as.

    Raises:
        SourceError: The body is empty, HTML, JSONP, cut short or no JSON at all.
    """
    text = text_of(answer, warnings=warnings).strip()
    name = answer.subject
    if not text:
        raise SourceError(name, told("live.answer.empty"), WAIT)
    if text.startswith("<"):
        raise SourceError(name, told("live.answer.html"), WAIT)
    if re.match(r"[A-Za-z_$][\w$.]*\s*\(", text):
        raise SourceError(name, told("live.answer.jsonp"), CHANGED)
    try:
        document = json.loads(text, parse_float=str, parse_int=str, parse_constant=_no_number)
        if _HALF.search(text):  # half a character, which no table can hold
            json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise SourceError(name, told("live.answer.not_json", error=error), WAIT) from error
    return document


def plain(number: str) -> str:
    """Return a JSON number without an exponent, digit for digit: 1.5e3 is 1500. A negative zero is 0."""
    exact = Decimal(number)
    return format(exact if exact else abs(exact), "f")


def signs(value: Any) -> Any:
    """Return a code, number or date of an answer in plain signs, without blanks around it; what is no text as it is."""
    return plain_signs(value).strip() if isinstance(value, str) else value


def digits_or_none(value: Any, *, what: str, warnings: list[str], answer: Answer) -> str | None:
    """Return a number an answer prints, as plain digits; one odd cell is left out with a warning and costs no other."""
    text = signs(value)
    if isinstance(text, str) and NUMBER.fullmatch(text):
        return plain(text)
    warnings.append(told("live.remark.no_number", answer=answer.key, what=what, value=value))
    return None


def expect(condition: object, answer: Answer, rule: str, *, remedy: str = CHANGED, **values: Any) -> None:
    """Raise SourceError unless the condition holds.

    Args:
        condition: What must hold.
        answer: The answer at fault otherwise.
        rule: Entry of `words/live.yaml`, without the name of the file.
        remedy: What to do about it.
        values: What stands for the placeholders of the entry, by name.
    """
    if not condition:
        raise SourceError(answer.subject, told(f"live.{rule}", **values), remedy)


def record(value: Any, answer: Answer, *, what: str, keys: tuple[str, ...]) -> Mapping[str, Any]:
    """Return a JSON object that holds the keys; further keys are let be.

    Raises:
        SourceError: It is no object, or keys are missing; the message names them and those that are there.
    """
    expect(isinstance(value, dict), answer, "answer.no_object", what=what)
    missing = [key for key in keys if key not in value]
    there = ", ".join(sorted(map(str, value)))[:300]
    expect(not missing, answer, "answer.lacks", what=what, missing=", ".join(missing), there=there)
    found: Mapping[str, Any] = value
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")
