"""A published claim put into words, in English and Chinese. The interval it means: `claims`."""

from __future__ import annotations

from typing import Any

from g60_pipeline.wording import Bilingual, bilingual, entries


def statement(
    row: dict[str, Any], *, indicator: dict[str, Any], number: Bilingual, place: Bilingual | None
) -> Bilingual:
    """Return a claim in words, in English and Chinese.

    Args:
        row: Row of `raw.claim`.
        indicator: Its row of `core.indicator`.
        number: What is claimed, with its unit.
        place: Names of the place it speaks of; None for the corridor.
    """
    size = row["form"] if f"size.{row['form']}" in entries("claim") else row["end_form"] or "point"
    return bilingual(
        "claim.statement",
        place=bilingual("claim.place", name=place) if place else "",
        indicator=(indicator["name_en"], indicator["name_zh"]),
        target=bilingual("claim.target") if row["form"] == "target" else "",
        start=bilingual("claim.start", value=row["value_start"]) if row["value_start"] else "",
        size=bilingual(f"claim.size.{size}"),
        number=number,
        measure=bilingual(f"claim.measure.{row['measure']}"),
        when=_when(row),
    )


def _when(row: dict[str, Any]) -> Bilingual:
    """Return the period in brackets: both ends, the one there is, or nothing."""
    begins, ends, by = row["period_start"], row["period_end"], row["as_of"]
    if begins and not ends:
        return bilingual("claim.since_until", day=begins, last=by) if by else bilingual("claim.since", day=begins)
    period = f"{begins}–{ends}" if begins and begins != ends else ends or by
    return bilingual("claim.when", period=period) if period else ("", "")
