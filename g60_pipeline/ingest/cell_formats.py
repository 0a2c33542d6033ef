"""Tells where the format of a cell shows another number than the cell holds: which is right is unknown.

Digits left out are no other number. 27000.55 is shown as 27,001 by `#,##0`, but as 2.7 by `0.0,"万"`, as 27000.6万 by
`0.0"万"`, and not at all by `;;;`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from g60_pipeline.signs import plain_signs
from g60_pipeline.wording import BilingualText, told

_TOKEN: Final = re.compile(
    r'"([^"]*)"|[\\!](.)|[_*].|\[\$([^\]-]*)[^\]]*\]|(\[[<>=][^\]]*\])|\[[^\]]*\]|(General)|(.)', re.I
)
_DIGITS: Final = "0#?"
_SCALED: Final = re.compile(r"[0#?],+(?![0#?,])")
_HARMLESS: Final = re.compile(r"[\s¥$€£()+]|CNY|USD|RMB")


def other_number(value: float, code: str, *, says_unit: Collection[str]) -> BilingualText | None:
    """Return in words how a format shows another number; None where it shows the one the cell holds, or a rounded one.

    Args:
        value: Number of the cell.
        code: Its format, as the file has it.
        says_unit: What may be beside the number because the row says it too: its unit, by all its names.

    >>> other_number(12.5, '#,##0.0"亿元"', says_unit=["亿元"]), other_number(-5, "0;0", says_unit=[])
    (None, 'it shows no minus')
    >>> other_number(27000, "0.0,", says_unit=[]), other_number(27000, '0.0"万"', says_unit=["亿元"])
    ('it shows thousands', "it adds '万'")
    """
    sections: list[tuple[str, str]] = [("", "")]
    is_conditional = False
    for quoted, escaped, currency, condition, general, sign in _TOKEN.findall(code):
        number, words = sections[-1]
        if sign == ";":
            sections.append(("", ""))
        elif general or (sign and sign in "0#?.,@/%Ee"):
            sections[-1] = (number + (general and "0") + sign, words)
        else:
            is_conditional = is_conditional or bool(condition)
            sections[-1] = (number, words + quoted + escaped + currency + sign)
    place = 1 if value < 0 and len(sections) > 1 else 2 if value == 0 and len(sections) > 2 else 0
    if place == 2 and not is_conditional:
        return None  # a dash for a zero, as accounts have it
    looked_at = sections if is_conditional else [sections[place]]
    return next(filter(None, (_fault(*s, says_unit, minus=value < 0, own=place == 1) for s in looked_at)), None)


def _fault(number: str, words: str, says_unit: Collection[str], *, minus: bool, own: bool) -> BilingualText | None:
    """Return what is wrong with a section: its number, and what is beside it."""
    if not any(sign in number for sign in (*_DIGITS, "@")):
        return told("error.csv.number_format.why.no_digit")
    if _SCALED.search(number):
        return told("error.csv.number_format.why.thousands")
    words = plain_signs(words)
    if own and minus:
        if not re.search(r"[-(]", words):
            return told("error.csv.number_format.why.no_minus")
        words = words.replace("-", "")
    added = _HARMLESS.sub("", words)
    if not added or added in (_HARMLESS.sub("", word) for word in says_unit):
        return None
    return told("error.csv.number_format.why.adds", words=added)
