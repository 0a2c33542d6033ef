"""What the pages read, fetched once from the published warehouse. Queries only; no words, no layout."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, Final

from g60_pipeline.reader import names, reasons
from g60_pipeline.reader.database import Row, Warehouse
from g60_pipeline.reader.words import BOUNDS, ESTIMATE
from g60_pipeline.wording import NameOf

ANNUAL: Final = "analysis.stands_for_year(annual, flags)"
"""Whether a row may serve for its year."""

SCOPES: Final = ("g60_songjiang", "g60_shanghai")
"""The two readings of the corridor, in the order they are shown."""

Series = tuple[str, str]
"""An indicator and its basis."""


class Data:
    """The rows of the warehouse that pages show, each set fetched when a page first asks for it."""

    def __init__(self, warehouse: Warehouse) -> None:
        """Read from this warehouse."""
        self.warehouse = warehouse

    @cached_property
    def build(self) -> Row:
        """Return the row of `core.build`."""
        return self.warehouse.one("FROM core.build")

    @cached_property
    def places(self) -> dict[str, Row]:
        """Return every place by code."""
        return {row["geo_code"]: row for row in self.warehouse.rows("FROM core.geography")}

    @cached_property
    def members(self) -> list[Row]:
        """Return the members of the two readings of the corridor: nine cities and Songjiang, in official order."""
        return [self.places[m["geo_code"]] for m in names.members(self.warehouse, list(SCOPES))]

    @cached_property
    def corridors(self) -> dict[str, Row]:
        """Return the corridors by identifier, the official list first."""
        return {row["corridor_id"]: row for row in names.corridors(self.warehouse)}

    @cached_property
    def of_corridor(self) -> dict[str, list[str]]:
        """Return the codes of the members of every corridor, in order."""
        found = self.warehouse.rows(
            "SELECT corridor_id, geo_code FROM core.corridor_member WHERE version = 'metrics' ORDER BY position"
        )
        return grouped(found, lambda row: row["corridor_id"], lambda row: row["geo_code"])

    @cached_property
    def indicators(self) -> dict[str, Row]:
        """Return the indicators by identifier, by theme."""
        return {r["indicator_id"]: r for r in self.warehouse.rows("FROM core.indicator ORDER BY theme, indicator_id")}

    @cached_property
    def bases(self) -> dict[Series, Row]:
        """Return every basis with the symbols of its unit, by indicator and basis."""
        found = self.warehouse.rows(
            "SELECT b.*, u.symbol_en, u.symbol_zh FROM core.indicator_basis AS b JOIN core.unit AS u USING (unit)"
        )
        return {(row["indicator_id"], row["basis"]): row for row in found}

    @cached_property
    def units(self) -> dict[str, Row]:
        """Return every unit by name."""
        return {row["unit"]: row for row in self.warehouse.rows("FROM core.unit")}

    @cached_property
    def ratios(self) -> dict[str, Row]:
        """Return every ratio by identifier."""
        return {row["ratio_id"]: row for row in self.warehouse.rows("FROM core.ratio ORDER BY preference DESC")}

    @cached_property
    def components(self) -> dict[str, Row]:
        """Return every component of the index with the series it prefers, by identifier."""
        found = self.warehouse.rows("FROM core.index_framework ORDER BY preference DESC")
        return {row["component_id"]: row for row in found}

    @cached_property
    def formulas(self) -> dict[str, Row]:
        """Return every formula by identifier."""
        return {row["formula_id"]: row for row in self.warehouse.rows("FROM core.formula ORDER BY formula_id")}

    @cached_property
    def documents(self) -> dict[str, Row]:
        """Return every document with the names of its source, by identifier."""
        found = self.warehouse.rows(
            """SELECT d.*, s.name_en AS source_en, s.name_zh AS source_zh, s.terms, s.licence
               FROM core.document AS d JOIN core.source AS s USING (source_id)"""
        )
        return {row["document_id"]: row for row in found}

    @cached_property
    def named(self) -> NameOf:
        """Return what gives the arguments of reasons their names."""
        return reasons.names(self.warehouse)

    @cached_property
    def figures(self) -> dict[str, list[Row]]:
        """Return the figures that pages show, by indicator: one of a year, and all that numbers of pages are made of.

        Each has the candidates that lost against it under `lost`.
        """
        chosen = self.warehouse.rows(
            f"""WITH used AS (
                    SELECT DISTINCT unnest(input_ids) AS observation_id FROM (
                        SELECT input_ids FROM metrics.corridor_total
                        QUALIFY {ANNUAL} OR row_number() OVER (PARTITION BY corridor_id, indicator_id, basis
                                                               ORDER BY period_end DESC) = 1
                        UNION ALL SELECT input_ids FROM metrics.national_share
                        QUALIFY {ANNUAL} OR row_number() OVER (PARTITION BY corridor_id, geo_code, indicator_id, basis
                                                               ORDER BY period_end DESC) = 1
                        UNION ALL SELECT input_ids FROM metrics.claim_audit
                        UNION ALL SELECT input_ids FROM metrics.location_quotient
                        UNION ALL SELECT input_ids FROM metrics.gradient
                        UNION ALL SELECT input_ids FROM metrics.innovation_index))
                SELECT c.*, {ANNUAL} AS stands_for_year
                FROM core.observation_candidate AS c LEFT JOIN used USING (observation_id)
                WHERE (c.chosen AND {ANNUAL} AND c.geo_code <> 'WLD') OR used.observation_id IS NOT NULL
                ORDER BY c.indicator_id, c.basis, c.period_end, c.geo_code, c.observation_id"""  # noqa: S608  - a fragment of our own
        )
        shown = {row["observation_id"] for row in chosen}
        others = self.warehouse.rows("FROM core.observation_candidate ORDER BY observation_id")
        rivals = grouped(others, self.slot)
        for row in chosen:
            row["lost"] = [r for r in rivals[self.slot(row)] if r["observation_id"] not in shown]
        return grouped(chosen, lambda row: row["indicator_id"])

    @staticmethod
    def slot(row: Row) -> tuple[object, ...]:
        """Return what a figure is of: place, indicator, basis and period."""
        names = ("geo_code", "indicator_id", "basis", "period_kind", "period_start", "period_end")
        return tuple(row[name] for name in names)

    @cached_property
    def figure_of(self) -> dict[str, Row]:
        """Return the figures that pages show by identifier."""
        return {row["observation_id"]: row for rows in self.figures.values() for row in rows}

    @cached_property
    def annual(self) -> dict[Series, dict[tuple[str, int], Row]]:
        """Return the chosen figure of every series by place and year: what stands for the year."""
        found: dict[Series, dict[tuple[str, int], Row]] = defaultdict(dict)
        for rows in self.figures.values():
            for row in rows:
                if row["chosen"] and row["stands_for_year"]:
                    found[row["indicator_id"], row["basis"]][row["geo_code"], row["year"]] = row
        return dict(found)

    @cached_property
    def breaks(self) -> dict[Series, list[Row]]:
        """Return the breaks of every series, in order of time."""
        rows = self.warehouse.rows("FROM core.series_break ORDER BY first_period, break_id")
        return grouped(rows, lambda row: (row["indicator_id"], row["basis"]))

    @cached_property
    def totals(self) -> dict[Series, list[Row]]:
        """Return the yearly totals of the corridors by series in order of time, with the newest of the running year."""
        return self._of_series("corridor_total")

    @cached_property
    def shares(self) -> dict[Series, list[Row]]:
        """Return the yearly shares of China of the corridors, as `totals`."""
        return self._of_series("national_share")

    @cached_property
    def assumed_shares(self) -> dict[str, Row]:
        """Return the narrowest bounds of shares under assumptions, by the identifier of the share they belong to."""
        found = self.warehouse.rows(
            """SELECT s.metric_id, b.tier, b.low, b.high
               FROM metrics.national_share AS s
               JOIN metrics.bound AS b USING (corridor_id, indicator_id, basis, period_kind, period_end)
               WHERE s.share IS NULL AND b.measure = 'share_of_nation' AND b.tier <> 'printed' AND b.width IS NOT NULL
               QUALIFY row_number() OVER (PARTITION BY s.metric_id ORDER BY b.width) = 1
               ORDER BY s.metric_id"""
        )
        return {row["metric_id"]: row for row in found}

    @cached_property
    def place_shares(self) -> dict[str, list[Row]]:
        """Return the newest share of China of every series of a place, by place."""
        found = self.warehouse.rows(
            f"""FROM metrics.national_share WHERE geo_code IS NOT NULL AND {ANNUAL} AND share IS NOT NULL
                QUALIFY row_number() OVER (PARTITION BY geo_code, indicator_id, basis ORDER BY period_end DESC) = 1
                ORDER BY indicator_id, basis"""
        )
        return grouped(found, lambda row: row["geo_code"])

    def _of_series(self, table: str) -> dict[Series, list[Row]]:
        found = self.warehouse.rows(
            f"""FROM metrics.{table} WHERE corridor_id IS NOT NULL
                QUALIFY {ANNUAL} OR row_number() OVER (PARTITION BY corridor_id, indicator_id, basis
                                                       ORDER BY period_end DESC) = 1
                ORDER BY period_end, corridor_id"""
        )
        return grouped(found, lambda row: (row["indicator_id"], row["basis"]))

    @cached_property
    def claims(self) -> list[Row]:
        """Return the claims with their verdicts, the lead claims first, with the row of the audit behind each."""
        return self.warehouse.rows(
            """SELECT c.*, m.metric_id, m.parent_ids, m.input_ids, m.formula_id, m.corridor_id, m.geo_code,
                      m.indicator_id, m.period_kind, k.as_of, k.document_id
               FROM analysis.claims AS c
               JOIN metrics.claim_audit AS m
                 ON m.claim_id = c.claim_id AND m.basis = c.basis AND coalesce(m.corridor_id, m.geo_code) = c.scope
               JOIN core.claim AS k ON k.claim_id = c.claim_id
               ORDER BY c.lead NULLS LAST, c.claim_id, c.scope <> 'g60_songjiang', c.scope, c.position"""
        )

    @cached_property
    def claim_bounds(self) -> dict[tuple[str, str, str], list[Row]]:
        """Return what each claim is set against under assumptions, by claim, scope and basis, the widest first."""
        found = self.warehouse.rows(
            """FROM metrics.claim_bound WHERE tier <> 'printed' ORDER BY coalesce(high - low, 'inf') DESC, metric_id"""
        )
        return grouped(found, lambda row: (row["claim_id"], row["corridor_id"], row["basis"]))

    def default_basis(self, indicator_id: str) -> str:
        """Return the basis an indicator is shown on: the default, or the one with most figures where that has none."""
        default = str(self.indicators[indicator_id]["default_basis"])
        held = [basis for name, basis in self.annual if name == indicator_id]
        if default in held or not held:
            return default
        return max(held, key=lambda basis: (len(self.annual[indicator_id, basis]), basis))


def is_exact(row: Row) -> bool:
    """Return whether a figure is a value: neither a bound nor an estimate of its source."""
    return not (BOUNDS | {ESTIMATE}) & set(row["flags"])


def grouped(
    rows: Iterable[Row], key: Callable[[Row], Any], value: Callable[[Row], Any] | None = None
) -> dict[Any, Any]:
    """Return rows, or what is taken of each, by a key and in their order."""
    found: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(value(row) if value else row)
    return found
