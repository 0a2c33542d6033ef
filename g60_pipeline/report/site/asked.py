"""The chart that `g60 chart` is asked for: one of those of the site."""

from __future__ import annotations

from dataclasses import dataclass

from g60_pipeline.errors import UsageError
from g60_pipeline.reader.database import Warehouse
from g60_pipeline.reader.names import find_corridor, find_indicator, find_place, one_of
from g60_pipeline.report.charts.chart import Chart
from g60_pipeline.report.site.data import Data
from g60_pipeline.report.site.derivations import Derivations
from g60_pipeline.report.site.drawn import corridor_bands, one_year, place_lines
from g60_pipeline.report.site.page import Site
from g60_pipeline.wording import Language


@dataclass(frozen=True)
class ChartRequest:
    """What a chart is wanted of, by any names."""

    indicator: str
    basis: str | None = None
    corridor: str | None = None
    places: tuple[str, ...] = ()
    year: int | None = None


def drawn(warehouse: Warehouse, wanted: ChartRequest, language: Language) -> tuple[str, Chart]:
    """Return the identifier of the indicator and its chart.

    Raises:
        UsageError: A name is not known, or there is nothing to draw.
    """
    indicator_id = find_indicator(warehouse, wanted.indicator)["indicator_id"]
    data = Data(warehouse)
    site = Site(data, Derivations(warehouse), language)
    held = [basis for name, basis in (*data.annual, *data.totals) if name == indicator_id]
    basis = (
        one_of(wanted.basis, list(dict.fromkeys(held)), what="basis")
        if wanted.basis
        else data.default_basis(indicator_id)
    )
    series = (indicator_id, basis)
    if wanted.corridor:
        if wanted.places or wanted.year:
            raise UsageError.of("chart.corridor_alone")
        scope = find_corridor(warehouse, wanted.corridor)["corridor_id"]
        name = site.of(site.indicator(indicator_id), site.t("corridor_total"))
        found = corridor_bands(site, data.totals.get(series, []), name, scopes=[scope])
    else:
        codes = [find_place(warehouse, place)["geo_code"] for place in wanted.places]
        codes = list(dict.fromkeys(codes)) or [member["geo_code"] for member in data.members]
        found = one_year(site, series, codes, year=wanted.year) if wanted.year else place_lines(site, series, codes)
    if found is None:
        raise UsageError.of("chart.nothing", indicator_id, indicator=indicator_id)
    return indicator_id, found
