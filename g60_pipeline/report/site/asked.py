"""The chart that `g60 chart` is asked for: one of those of the site."""

from __future__ import annotations

from collections.abc import Sequence

from g60_pipeline.errors import UsageError
from g60_pipeline.reader.database import Warehouse
from g60_pipeline.reader.names import find_corridor, find_indicator, find_place, one_of
from g60_pipeline.report.charts.chart import Chart
from g60_pipeline.report.site.data import Data
from g60_pipeline.report.site.derivations import Derivations
from g60_pipeline.report.site.drawn import corridor_bands, one_year, place_lines
from g60_pipeline.report.site.page import Site
from g60_pipeline.wording import Language


def drawn(
    warehouse: Warehouse,
    indicator: str,
    language: Language,
    *,
    basis: str | None = None,
    corridor: str | None = None,
    places: Sequence[str] = (),
    year: int | None = None,
) -> tuple[str, Chart]:
    """Return the identifier of the indicator and its chart; all names may be any.

    Raises:
        UsageError: A name is not known, or there is nothing to draw.
    """
    indicator_id = find_indicator(warehouse, indicator)["indicator_id"]
    data = Data(warehouse)
    site = Site(data, Derivations(warehouse), language)
    held = [basis for name, basis in (*data.annual, *data.totals) if name == indicator_id]
    known = list(dict.fromkeys(held))
    series = (indicator_id, one_of(basis, known, what="basis") if basis else data.default_basis(indicator_id))
    if corridor:
        if places or year:
            raise UsageError.of("chart.corridor_alone")
        scope = find_corridor(warehouse, corridor)["corridor_id"]
        name = site.of(site.indicator(indicator_id), site.t("corridor_total"))
        found = corridor_bands(site, data.totals.get(series, []), name, scopes=[scope])
    else:
        codes = [find_place(warehouse, place)["geo_code"] for place in places]
        codes = list(dict.fromkeys(codes)) or [member["geo_code"] for member in data.members]
        found = one_year(site, series, codes, year=year) if year else place_lines(site, series, codes)
    if found is None:
        raise UsageError.of("chart.nothing", indicator_id, indicator=indicator_id)
    return indicator_id, found
