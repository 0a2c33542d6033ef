"""Published claims and the result of their audit: the table of claims, and one claim in full."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from g60_pipeline.errors import UsageError
from g60_pipeline.reader import screens
from g60_pipeline.reader.database import Row, Warehouse
from g60_pipeline.reader.names import corridors, find_corridor, find_place, one_of
from g60_pipeline.reader.words import Words
from g60_pipeline.report import claim_tiers

if TYPE_CHECKING:
    from rich.console import RenderableType

STATEMENT_WIDTH: Final = 28
"""Least width of the statement, so that it does not become a column of single words."""


def claim_rows(
    warehouse: Warehouse,
    *,
    lead: bool = False,
    verdict: str | None = None,
    scope: str | None = None,
    claim: str | None = None,
) -> list[Row]:
    """Return the rows of `analysis.claims` that pass, in its order, with the names of the missing members.

    Raises:
        UsageError: The claim, verdict or scope is not known.
    """
    scope = _scope(warehouse, scope) if scope else None
    if verdict:
        known = warehouse.rows("SELECT DISTINCT verdict FROM metrics.claim_audit ORDER BY verdict")
        verdict = one_of(verdict.replace(" ", "_"), [r["verdict"] for r in known], what="verdict")
    claim = find_claim(warehouse, claim) if claim else None
    return warehouse.rows(
        """SELECT * FROM analysis.claims
           WHERE (NOT $lead OR lead IS NOT NULL)
             AND (CAST($verdict AS VARCHAR) IS NULL OR verdict = $verdict)
             AND (CAST($scope AS VARCHAR) IS NULL OR scope = $scope)
             AND (CAST($claim AS VARCHAR) IS NULL OR claim_id = $claim)
           ORDER BY lead NULLS LAST, claim_id, scope <> 'g60_songjiang', scope, position""",
        {"lead": lead, "verdict": verdict, "scope": scope, "claim": claim},
    )


def find_claim(warehouse: Warehouse, name: str) -> str:
    """Return the identifier of a claim.

    Raises:
        UsageError: There is no such claim; the nearest ones are named.
    """
    known = warehouse.rows("SELECT claim_id FROM core.claim ORDER BY claim_id")
    return one_of(name, [row["claim_id"] for row in known], what="claim")


def screen(warehouse: Warehouse, rows: list[Row], words: Words, *, every_basis: bool) -> list[RenderableType]:
    """Return the table of claims: statement, scope, verdict, figure, claimed interval, which scope fits.

    Rows of every basis are shown, or only those on the basis that decides most.
    """
    if not rows:
        return [screens.text(words.label("no_claims"))]
    names = _scope_names(warehouse, words)
    units = {u["unit"]: u for u in warehouse.rows("FROM core.unit")}
    labels = [words.label(c) for c in ("claim", "scope", "verdict_and_fit", "figure_and_age", "claimed")]
    grid = screens.table(*labels, keep=tuple(labels[1:3]))
    grid.columns[0].min_width = STATEMENT_WIDTH
    chosen = rows if every_basis else first_of_each(rows)
    for _, of_claim in groupby(chosen, key=itemgetter("claim_id")):
        if grid.rows:
            grid.add_section()
        for number, row in enumerate(of_claim):
            grid.add_row(
                claim_tiers.statement(row, words) if number == 0 else "",
                screens.over(names[row["scope"]], row["basis"]) if every_basis else names[row["scope"]],
                screens.over(_verdict(row, words), words.word(row["scope_fit"])),
                _figure(row, units, words),
                _claimed(row, units, words),
            )
    notes = [] if every_basis else [screens.text(words.label("one_row"), "dim")]
    under = claim_tiers.table(chosen, names=names, units=units, words=words)
    return [grid, screens.text(counts(chosen, words)), *notes, *([under] if under else [])]


def short_screen(warehouse: Warehouse, rows: list[Row], *, words: Words) -> RenderableType:
    """Return a table of claims with one row each: statement, and verdict and figure in every corridor."""
    units = {u["unit"]: u for u in warehouse.rows("FROM core.unit")}
    scopes = {c["corridor_id"]: words.both(c["name_en"], c["name_zh"]) for c in corridors(warehouse)}
    scopes = {scope: name for scope, name in scopes.items() if any(row["scope"] == scope for row in rows)}
    grid = screens.table(words.label("claim"), *scopes.values())
    by_claim: dict[str, dict[str, Row]] = {}
    for row in first_of_each(rows):
        by_claim.setdefault(row["claim_id"], {})[row["scope"]] = row
    for found in by_claim.values():
        first = next(iter(found.values()))
        cells = [
            f"{words.word(row['verdict'])}\n{_figure(row, units, words, newline=words.comma)}" if row else "–"
            for row in map(found.get, scopes)
        ]
        grid.add_row(claim_tiers.statement(first, words), *cells)
    return grid


def counts(rows: list[Row], words: Words) -> str:
    """Return how many rows have each verdict, the most frequent one first."""
    found = Counter(row["verdict"] for row in rows)
    return words.listed(f"{words.word(verdict)} {n}" for verdict, n in found.most_common())


def claim_screen(warehouse: Warehouse, rows: list[Row], words: Words) -> list[RenderableType]:
    """Return one claim in full: statement, document, and per scope and basis the reason and the missing cities."""
    first = rows[0]
    names = _scope_names(warehouse, words)
    units = {u["unit"]: u for u in warehouse.rows("FROM core.unit")}
    places = {
        p["geo_code"]: words.both(p["name_en"], p["name_zh"])
        for p in warehouse.rows("SELECT geo_code, name_en, name_zh FROM core.geography")
    }
    source = words.both(first["source_en"], first["source_zh"])
    document = ", ".join(
        (
            f"{first['publisher']} ({source})",
            f"'{first['title']}'",
            first["published_as_printed"] or words.label("undated"),
            words.where(first),
            f"{words.label('grade')} {first['grade']}",
        )
    )
    lines = [
        words.first(first["statement_zh"], first["statement_en"]),
        f"{words.label('document')}: {document}",
        f"{words.label('as_printed')}: {first['scope_as_printed']}",
    ]
    parts: list[RenderableType] = [screens.titled(claim_tiers.statement(first, words), *lines)]
    for row in rows:
        literal = row["literally_true"]
        facts = [
            f"{words.label('figure')}: {_figure(row, units, words, newline=' · ')}",
            f"{words.label('claimed')}: {_claimed(row, units, words)}",
            f"{words.label('fits')}: {words.word(row['scope_fit'])}",
            f"{words.label('known_then')}: {_then(row, units, words)}",
        ]
        if literal is not None:
            facts.append(f"{words.label('literal')}: {words.label('yes' if literal else 'no')}")
        title = f"{names[row['scope']]} · {row['basis']} · {_verdict(row, words).partition(chr(10))[0]}"
        body = ["; ".join(facts), words.first(row["reason_en"], row["reason_zh"])]
        body += [claim_tiers.line(bound, units, words) for bound in row["bounds"]]
        if row["missing"]:
            body.append(f"{words.label('missing')}: {', '.join(places[code] for code in row['missing'])}")
        if row["flags"]:
            body.append(f"{words.label('flags')}: {words.words(row['flags'])}")
        parts.append(screens.titled(title, *body))
    return parts


def with_names(warehouse: Warehouse, rows: list[Row]) -> list[Row]:
    """Add to each row the source of its document, names of the missing members, and what each tier of bounds says."""
    places = {p["geo_code"]: p for p in warehouse.rows("SELECT geo_code, name_en, name_zh FROM core.geography")}
    sources = {
        s["claim_id"]: s
        for s in warehouse.rows(
            """SELECT c.claim_id, s.source_id, s.name_en AS source_en, s.name_zh AS source_zh, s.url AS source_url
               FROM core.claim AS c JOIN core.document AS d USING (document_id)
               JOIN core.source AS s USING (source_id)"""
        )
    }
    bounds: dict[tuple[str, str, str], list[Row]] = {}
    for bound in warehouse.rows("FROM metrics.claim_bound ORDER BY coalesce(high - low, 'inf') DESC, metric_id"):
        bounds.setdefault((bound["claim_id"], bound["corridor_id"], bound["basis"]), []).append(bound)
    return [
        row
        | sources[row["claim_id"]]
        | {"missing_names": [places[code] for code in row["missing"]]}
        | {"bounds": bounds.get((row["claim_id"], row["scope"], row["basis"]), [])}
        for row in rows
    ]


def _scope(warehouse: Warehouse, name: str) -> str:
    """Return the scope a name means: a place that claims speak of before the corridor called after it."""
    try:
        place = str(find_place(warehouse, name)["geo_code"])
    except UsageError:
        return str(find_corridor(warehouse, name)["corridor_id"])
    if warehouse.rows("SELECT 1 FROM analysis.claims WHERE scope = $place", {"place": place}):
        return place
    try:
        return str(find_corridor(warehouse, name)["corridor_id"])
    except UsageError:
        return place


def _scope_names(warehouse: Warehouse, words: Words) -> dict[str, str]:
    """Return a short name of each scope: the member in which it differs from the official list, else its identifier."""
    names = {c["corridor_id"]: c["corridor_id"] for c in corridors(warehouse)}
    places = warehouse.rows("SELECT geo_code, name_en, short_zh FROM core.geography")
    return {p["geo_code"]: words.both(p["name_en"], p["short_zh"]) for p in places} | names


def _figure(row: Row, units: dict[str, Row], words: Words, *, newline: str = "\n") -> str:
    if row["value"] is None and row["value_low"] is None and row["value_high"] is None:
        return "–"
    figure = claim_tiers.with_unit(row, prefix="value", units=units, words=words)
    if row["verdict"] == "uninformative" and row["value_low"] is not None and row["value_high"] is not None:
        figure = words.label("too_wide", interval=figure)
    age = f"{words.label('age_join')}{words.label('years_older').format(years=row['age'])}" if row["age"] else ""
    return f"{figure}{newline}{row['period_end'].isoformat()}{age}"


def _verdict(row: Row, words: Words) -> str:
    """Return the verdict of today, and beside it that of the claim's own time where it was another."""
    verdict = words.word(row["verdict"])
    if row["would_say"]:
        verdict = words.label("would_say", verdict=verdict, would=words.word(row["would_say"]))
    if row["verdict_then"] == row["verdict"]:
        return verdict
    return f"{verdict}\n{words.label('said_then').format(verdict=words.word(row['verdict_then']))}"


def _then(row: Row, units: dict[str, Row], words: Words) -> str:
    """Return what was known when the claim was made, in one line."""
    known = {"unit": row["unit"]} | {name: row[f"{name}_then"] for name in ("value", "value_low", "value_high")}
    verdict = words.word(row["verdict_then"])
    if row["period_end_then"] is None:
        return verdict
    figure = claim_tiers.with_unit(known, prefix="value", units=units, words=words)
    return f"{verdict}, {figure}, {row['period_end_then'].isoformat()}"


def _claimed(row: Row, units: dict[str, Row], words: Words) -> str:
    return claim_tiers.with_unit(row, prefix="claimed", units=units, words=words)


def first_of_each(rows: list[Row]) -> list[Row]:
    """Return one row per claim and scope, on the basis that decides most."""
    found: dict[tuple[str, str], Row] = {}
    for row in rows:
        found.setdefault((row["claim_id"], row["scope"]), row)
    return list(found.values())
