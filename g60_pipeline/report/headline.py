"""The headline: shares of China held by the corridor in its two scopes, side by side. Queries and their screen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from g60_pipeline.reader import screens
from g60_pipeline.reader.database import Row, Warehouse
from g60_pipeline.reader.names import corridors
from g60_pipeline.reader.words import Words

if TYPE_CHECKING:
    from rich.console import RenderableType

    from g60_pipeline.reader.grid import Grid

SCOPES: Final = (("songjiang", "g60_songjiang"), ("shanghai", "g60_shanghai"))
"""Column prefix in `analysis.headline` -> corridor."""


def headline(warehouse: Warehouse) -> list[Row]:
    """Return the rows of `analysis.headline`."""
    return warehouse.rows("FROM analysis.headline")


def newest_shares(
    warehouse: Warehouse, *, corridor: str | None = None, year: int | None = None, day: dt.date | None = None
) -> list[Row]:
    """Return the newest share of each corridor and series, of one corridor or one year where given.

    Of one year, only what may stand for the year is taken: the calendar year, its last day, a census in it. By a day,
    only periods that had ended.
    """
    return warehouse.rows(
        """SELECT s.corridor_id, s.indicator_id, i.name_en, i.name_zh, s.basis, b.name_en AS basis_en,
                  b.name_zh AS basis_zh, s.period_kind, s.period_end, s.year, s.share, s.one_in_n, s.share_low,
                  s.share_high, s.numerator, s.denominator, s.unit, s.round, s.flags, s.members_reporting,
                  s.members_expected, s.metric_id
           FROM metrics.national_share AS s
           JOIN core.indicator AS i USING (indicator_id)
           JOIN core.indicator_basis AS b USING (indicator_id, basis)
           WHERE s.corridor_id IS NOT NULL
             AND coalesce(s.share, s.share_low, s.share_high) > 0
             AND (CAST($corridor AS VARCHAR) IS NULL OR s.corridor_id = $corridor)
             AND (CAST($year AS INTEGER) IS NULL OR (s.year = $year AND analysis.stands_for_year(s.annual, s.flags)))
             AND (CAST($day AS DATE) IS NULL OR s.period_end <= $day)
           QUALIFY row_number() OVER (PARTITION BY s.corridor_id, s.indicator_id, s.basis
                                      ORDER BY s.share IS NULL, s.period_end DESC) = 1
           ORDER BY i.theme, s.indicator_id, s.basis, s.corridor_id""",
        {"corridor": corridor, "year": year, "day": day},
    )


def screen(warehouse: Warehouse, rows: list[Row], words: Words, *, as_of: str | None = None) -> list[RenderableType]:
    """Return the headline in three tables: one common year, the newest shares, and the newest with members missing.

    Args:
        warehouse: The warehouse.
        rows: What `headline` returned.
        words: Language.
        as_of: Day the warehouse is of, where it is not the one in force: what the screen points at keeps to it.
    """
    held = {
        (s["corridor_id"], s["indicator_id"], s["basis"], s["period_end"]): s
        for s in warehouse.rows(
            """SELECT s.corridor_id, s.indicator_id, s.basis, s.period_end, s.period_kind, s.members_reporting,
                      s.members_expected,
                      (SELECT arg_min({tier: b.tier, low: b.low, high: b.high}, coalesce(b.high - b.low, 'inf'))
                       FROM metrics.bound AS b
                       WHERE b.corridor_id = s.corridor_id AND b.indicator_id = s.indicator_id AND b.basis = s.basis
                         AND b.period_end = s.period_end AND b.measure = 'share_of_nation' AND b.tier <> 'printed'
                      ) AS bound
               FROM metrics.national_share AS s WHERE s.corridor_id IS NOT NULL"""
        )
    }
    common, newest = ([r for r in rows if r["view"] == view] for view in ("common year", "newest"))
    settled, partial = ([r for r in newest if _complete(r) is complete] for complete in (True, False))
    year = common_year(common)
    hidden = [r for r in common if not _complete(r)]
    tables = [
        (f"{words.label('common_year')}: {year}", [r for r in common if _complete(r)]),
        (words.label("newest"), settled),
        (f"{words.label('newest')}. {words.label('bounds_only')}", partial),
    ]
    names = {key: name for key, name in _names(warehouse, words).items() if key in dict(SCOPES).values()}
    parts: list[RenderableType] = []
    for name, chosen in tables:
        grid = _grid(names, words)
        for row in chosen:
            shares: list[Row | None] = []
            for scope, corridor_id in SCOPES:
                key = (corridor_id, row["indicator_id"], row["basis"], row[f"{scope}_period"])
                ends = {f"share_{end}": row[f"{scope}_{end}"] for end in ("low", "high")}
                shares.append(held[key] | ends | {"share": row[f"{scope}_share"]} if key in held else None)
            _add(grid, row, shares=shares, flags=row["flags"], words=words)
        more = words.label("and_more", n=len(hidden), year=year, as_of=f" --as-of {as_of}" if as_of else "")
        notes = [more] if chosen is tables[0][1] and hidden else []
        title = f"{words.label('shares')} – {name}"
        shown = [grid] if chosen else []
        if shown or notes:
            parts.append(screens.titled(title, *shown, *(screens.text(note, "dim") for note in notes)))
    return parts


def common_year(rows: list[Row]) -> int | None:
    """Return the year the rows of the view 'common year' are of; a constant may be of another."""
    years = [row[f"{scope}_period"].year for row in rows for scope, _ in SCOPES if row[f"{scope}_period"]]
    return max(set(years), key=years.count, default=None)


def shares_screen(warehouse: Warehouse, rows: list[Row], words: Words, *, year: int | None) -> list[RenderableType]:
    """Return shares of any corridors as one table, one column per corridor."""
    if not rows:
        return [screens.text(f"{words.label('no_figures')}.")]
    title = words.label("newest") if year is None else f"{words.label('year')} {year}"
    shown = {c["corridor_id"] for c in rows}
    names = {key: name for key, name in _names(warehouse, words).items() if key in shown}
    grid = _grid(names, words)
    series: dict[tuple[str, str], dict[str, Row]] = {}
    for row in rows:
        series.setdefault((row["indicator_id"], row["basis"]), {})[row["corridor_id"]] = row
    for found in series.values():
        shares = [found.get(corridor_id) for corridor_id in names]
        flags = sorted({flag for row in found.values() for flag in row["flags"]})
        _add(grid, next(iter(found.values())), shares=shares, flags=flags, words=words)
    return [screens.titled(f"{words.label('shares')} – {title}", grid)]


def _names(warehouse: Warehouse, words: Words) -> dict[str, str]:
    return {c["corridor_id"]: words.both(c["name_en"], c["name_zh"]) for c in corridors(warehouse)}


def _grid(names: Mapping[str, str], words: Words) -> Grid:
    return screens.table(words.label("indicator"), *names.values(), words.label("flags"))


def _add(grid: Grid, row: Row, *, shares: Sequence[Row | None], flags: list[str], words: Words) -> None:
    """Add a row of shares; where they are not all of one date, each shows its own."""
    dates = {share["period_end"] for share in shares if share is not None}
    cells = [_share_cell(share, words, apart=len(dates) > 1) if share is not None else "–" for share in shares]
    name = words.both(row["name_en"], row["name_zh"])
    grid.add_row(screens.over(name, words.first(row["basis_en"], row["basis_zh"])), *cells, words.words(flags))


def _complete(row: Row) -> bool:
    return any(row[f"{scope}_share"] is not None for scope, _ in SCOPES)


def _share_cell(row: Row, words: Words, *, apart: bool) -> str:
    under = words.period(row["period_kind"], row["period_end"])
    if apart:
        under += f" ({words.label('other_date')})"
    if row["members_reporting"] < row["members_expected"]:
        members = words.label("by_all", n=row["members_reporting"], m=row["members_expected"])
        under += f", {members}"
    bound = row.get("bound")
    assumed = ""
    if bound and row["share"] is None:
        inside = words.share(None, bound["low"], bound["high"])
        assumed = f"\n{inside} {words.word(bound['tier'], 'tier')}"
    return f"{words.share(row['share'], row['share_low'], row['share_high'])}\n{under}{assumed}"
