"""A published claim put into words, in English and Chinese. What interval it stands for: `claims`."""

from __future__ import annotations

from typing import Any, Final

_MEASURES: Final = {
    "level": ("", ""),
    "share_of_nation": (" of China", "占全国"),
    "share_of_world": (" of the world", "占全球"),
    "share_of_yrd": (" of the Yangtze River Delta", "占长三角"),
    "growth": (" growth", "增长"),
}
_FORMS: Final = {"point": ("", ""), "more_than": ("more than ", "超过"), "nearly": ("nearly ", "近")}


def statement(
    row: dict[str, Any], *, indicator: dict[str, Any], number: tuple[str, str], place: tuple[str, str] | None
) -> tuple[str, str]:
    """Return a claim in words, in English and Chinese.

    Args:
        row: Row of `raw.claim`.
        indicator: Its row of `core.indicator`.
        number: What is claimed, with its unit, in both languages.
        place: Names of the place it speaks of; None for the corridor.
    """
    form = row["form"] if row["form"] in _FORMS else row["end_form"] or "point"
    size_en, size_zh = _FORMS[form]
    number_en, number_zh = number
    measure_en, measure_zh = _MEASURES[row["measure"]]
    when_en, when_zh = _when(row)
    from_en = f"from {row['value_start']} to " if row["value_start"] else ""
    from_zh = f"从{row['value_start']}到" if row["value_start"] else ""
    target_en, target_zh = ("target: ", "目标：") if row["form"] == "target" else ("", "")
    where_en, where_zh = (f"{place[0]}, ", f"{place[1]}") if place else ("", "")
    return (
        f"{where_en}{indicator['name_en']}: {target_en}{from_en}{size_en}{number_en}{measure_en}{when_en}",
        f"{where_zh}{indicator['name_zh']}：{target_zh}{measure_zh}{from_zh}{size_zh}{number_zh}{when_zh}",
    )


def _when(row: dict[str, Any]) -> tuple[str, str]:
    """Return the period in brackets: both ends, the one there is, or nothing."""
    begins, ends, by = row["period_start"], row["period_end"], row["as_of"]
    if begins and not ends:
        by_en, by_zh = (f", as of {by}", f"，截至{by}") if by else ("", "")
        return f" (since {begins}{by_en})", f"（自{begins}起{by_zh}）"
    told = f"{begins}–{ends}" if begins and begins != ends else ends or by
    return (f" ({told})", f" ({told})") if told else ("", "")
