"""Published claims: the intervals each is set against, the strip chart of one, and the page of all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from g60_pipeline.reader.database import Row
from g60_pipeline.reader.words import measured
from g60_pipeline.report.charts.chart import Chart
from g60_pipeline.report.charts.theme import GREY, SCOPE_COLOURS
from g60_pipeline.report.claim_tiers import assumption
from g60_pipeline.report.site.drawn import source_line
from g60_pipeline.report.site.page import Number, Page, Site

PATH: Final = "claims.html"

MOODS: Final = {
    "reproduced": "good",
    "consistent": "good",
    "exceeded": "off",
    "contradicted": "off",
}
"""How a verdict is coloured; the others are grey."""


@dataclass(frozen=True)
class Tier:
    """One interval a claim is set against: what it rests on, its ends in the unit of the claim, its explanation."""

    name: str
    colour: str
    value: float | None
    low: float | None
    high: float | None
    number: Number
    metric_id: str
    """The row its ends are in."""
    note: str = ""
    """Verdict and assumption, where something is assumed."""


def tiers(site: Site, row: Row) -> list[Tier]:
    """Return the intervals of one reading of the corridor: of what is printed, then those under assumptions."""
    ends = row["value_low"], row["value_high"]
    found = [_tier(site, row, site.place(row["scope"]), value=row["value"], ends=ends)]
    for bound in bounds(site, row):
        name = site.joined(site.place(row["scope"]), site.word(bound["tier"], "short_tier"))
        note = site.of(site.word(bound["verdict"]), assumption(bound, site.words))
        scoped = bound | {"scope": row["scope"]}
        found.append(_tier(site, scoped, name, value=None, ends=(bound["low"], bound["high"]), note=note))
    return found


def _tier(
    site: Site,
    row: Row,
    name: str,
    *,
    value: float | None,
    ends: tuple[float | None, float | None],
    note: str = "",
) -> Tier:
    low, high = ends
    number = site.explained(measured(row["unit"], value, low=low, high=high), row, PATH)
    colour = SCOPE_COLOURS.get(row["scope"], GREY)
    return Tier(name, colour, value, low, high, number, row["metric_id"], note)


def bounds(site: Site, row: Row) -> list[Row]:
    """Return the bounds of a claim in one reading under assumptions, the widest first."""
    if row["value"] is not None:
        return []
    return site.data.claim_bounds.get((row["claim_id"], row["scope"], row["basis"]), [])


def best(rows: Sequence[Row]) -> list[Row]:
    """Return one row of a claim for each reading of the corridor: the basis that decides most."""
    found: dict[str, Row] = {}
    for row in rows:
        found.setdefault(row["scope"], row)
    return list(found.values())


def strip(site: Site, rows: Sequence[Row]) -> Chart | None:
    """Return the strip chart of one claim: the claimed interval, and those of both readings; None without figures."""
    first = rows[0]
    factor, unit = (100, "%") if first["unit"] == "ratio" else (1, site.unit(first["unit"]))
    claimed = _claimed(first)
    values: list[dict[str, Any]] = [
        {
            "row": site.words.label("claimed"),
            "low": _times(first["claimed_low"], factor),
            "high": _times(first["claimed_high"], factor),
            "colour": GREY,
            "claimed": True,
            "id": first["claim_id"],
            "tip": f"{site.words.label('claimed')}{site.words.colon}{claimed}",
        }
    ]
    for row in rows:
        for tier in tiers(site, row):
            ends = {k: _times(v, factor) for k, v in (("value", tier.value), ("low", tier.low), ("high", tier.high))}
            tip = f"{tier.name}{site.words.colon}{tier.number.text}"
            none = site.words.label("no_figure") if tier.low is None and tier.high is None else None
            values.append(
                {"row": tier.name, "colour": tier.colour, "id": tier.metric_id, "tip": tip, "none": none, **ends}
            )
    if not any(point.get("low") is not None for point in values[1:]):
        return None
    return Chart(
        kind="strips",
        title=site.first(first, "statement"),
        notes=(" · ".join(part for part in (unit, source_line(site, rows)) if part),),
        values=values,
        columns={
            "row": site.words.label("scope"),
            "low": site.t("column.low"),
            "high": site.t("column.high"),
            "unit": site.t("column.unit"),
            "id": "id",
        },
        unit=unit,
        height=34 * len(values),
    )


def card(site: Site, rows: Sequence[Row]) -> dict[str, Any]:
    """Return a claim with its verdicts, as the overview shows it."""
    return _claim(site, rows[0]) | {"chart": strip(site, rows), "scopes": [_verdict(site, row) for row in rows]}


def pages(site: Site) -> Iterator[Page]:
    """Yield the page of all claims."""
    shown = [row for row in site.data.claims if row["position"] == 1]
    content = {
        "rows": [_claim(site, row) | _verdict(site, row) for row in shown],
        "verdicts": [(v, site.word(v)) for v in dict.fromkeys(row["verdict"] for row in shown)],
        "scopes": [(s, site.place(s)) for s in dict.fromkeys(row["scope"] for row in shown)],
        "whys": [why for row in shown for why in (_why(site, row), *_whys_assumed(site, row))],
    }
    yield Page(PATH, "claims.html.jinja", site.t("claims"), content, section="claims")


def _claim(site: Site, row: Row) -> dict[str, Any]:
    return {
        "claim_id": row["claim_id"],
        "statement": site.first(row, "statement"),
        "claimed": _claimed(row),
        "document": site.document(row["document_id"]),
        "lead": row["lead"] is not None,
    }


def _verdict(site: Site, row: Row) -> dict[str, Any]:
    words = site.words
    when = row["period_end"].isoformat() if row["period_end"] else ""
    age = words.label("years_older", years=row["age"]) if row["age"] else ""
    return {
        "scope": row["scope"],
        "scope_name": site.place(row["scope"]),
        "colour": SCOPE_COLOURS.get(row["scope"], GREY),
        "verdict": row["verdict"],
        "verdict_name": site.word(row["verdict"]),
        "mood": MOODS.get(row["verdict"], "open"),
        "fit": site.word(row["scope_fit"]),
        "tiers": tiers(site, row),
        "when": words.label("age_join").join(part for part in (when, age) if part),
        "then": words.label("said_then", verdict=site.word(row["verdict_then"]))
        if row["verdict_then"] != row["verdict"] and row["verdict_then"]
        else "",
    }


def _why(site: Site, row: Row) -> dict[str, Any]:
    basis = site.data.bases.get((row["indicator_id"], row["basis"]))
    title = (
        f"{row['claim_id']} {site.first(row, 'statement')}",
        site.place(row["scope"]),
        site.first(basis) if basis else "",
    )
    text = measured(row["unit"], row["value"], low=row["value_low"], high=row["value_high"])
    made = site.why(row, title, site.of(site.word(row["verdict"]), text))
    missing = site.words.listed(site.place(code) for code in row["missing"])
    return made | {"missing": missing, "document": site.document(row["document_id"])}


def _whys_assumed(site: Site, row: Row) -> Iterator[dict[str, Any]]:
    """Yield how each interval under assumptions came about; of a lead claim with what it rests on, in words."""
    for bound in bounds(site, row):
        title = (f"{row['claim_id']} {site.first(row, 'statement')}", site.place(row["scope"]))
        text = measured(bound["unit"], None, low=bound["low"], high=bound["high"])
        answer = site.joined(site.of(site.word(bound["verdict"]), text), assumption(bound, site.words))
        lines = site.derivations.chain(bound["metric_id"], site.language) if row["lead"] is not None else []
        yield site.why(bound, title, answer, lines=lines, in_full=False)


def _claimed(row: Row) -> str:
    return measured(row["unit"], None, low=row["claimed_low"], high=row["claimed_high"])


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else factor * value
