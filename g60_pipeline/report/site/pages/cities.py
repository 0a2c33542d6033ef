"""A page for each of the nine cities and Songjiang, and the list of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from g60_pipeline.reader.database import Row
from g60_pipeline.report.site.data import SCOPES, Series, is_exact
from g60_pipeline.report.site.drawn import small_multiple
from g60_pipeline.report.site.page import Page, Site

LEAST: Final = 6
"""Members with a value from which a rank is given."""

MULTIPLES: Final = 18
"""Small charts of a page; the series with most values come first."""


def pages(site: Site) -> Iterator[Page]:
    """Yield the list of cities and the page of each."""
    profiles = site.data.warehouse.rows("FROM core.city_profile ORDER BY profile_id")
    policies = site.data.warehouse.rows("FROM core.policy ORDER BY issued, policy_id")
    cards = []
    for place in site.data.members:
        code = place["geo_code"]
        roles = [site.first(p, "role") for p in profiles if p["geo_code"] == code and site.first(p, "role")]
        cards.append(
            {
                "name": site.place(code),
                "other": site.other(place),
                "page": f"cities/{code}.html",
                "role": roles[0] if roles else "",
            }
        )
    yield Page("cities.html", "cities.html.jinja", site.t("cities"), {"cards": cards}, section="cities")
    for place in site.data.members:
        code = place["geo_code"]
        own = [p for p in profiles if p["geo_code"] == code]
        yield _page(site, place, profiles=own, policies=[p for p in policies if p["geo_code"] == code])


def _page(site: Site, place: Row, *, profiles: Sequence[Row], policies: Sequence[Row]) -> Page:
    data, code = site.data, place["geo_code"]
    path = f"cities/{code}.html"
    nine = next(data.of_corridor[scope] for scope in reversed(SCOPES) if code in data.of_corridor[scope])
    series = [key for key in _series(site) if any(geo == code for geo, _ in data.annual[key])]
    shares = {(s["indicator_id"], s["basis"]): s for s in data.place_shares.get(code, [])}
    rows, shown = [], []
    for key in series:
        newest = max((row for (geo, _), row in data.annual[key].items() if geo == code), key=lambda r: r["period_end"])
        share = shares.get(key)
        if share:
            shown.append(share)
        rows.append(
            {
                "indicator": site.indicator(key[0]),
                "page": f"indicators/{key[0]}.html",
                "period": site.period(newest),
                "number": site.figure(newest),
                "unit": site.unit(newest["unit"]),
                "share": site.explained(site.share_text(share), share, path) if share else None,
                "share_year": share["year"] if share else "",
                "of_other": share is not None and _is_of_another(share, newest),
                "rank": rank(site, key, code, among=nine, year=newest["year"]) or "–",
            }
        )
    multiples = sorted(series, key=lambda key: -sum(geo == code for geo, _ in data.annual[key]))
    charts = [chart for key in multiples if (chart := small_multiple(site, key, code, among=nine))]
    content = {
        "province": site.place(place["parent_code"]) if place["parent_code"] in data.places else "",
        "scopes": [site.scope(scope) for scope in SCOPES if code in data.of_corridor[scope]],
        "profiles": [_with_document(site, row) for row in profiles],
        "rows": rows,
        "charts": charts[:MULTIPLES],
        "ranks": _ranks(site, series, code, nine=nine),
        "policies": [_with_document(site, row) for row in policies],
        "whys": [_why(site, share, code) for share in shown],
        "nine": site.words.listed(site.place(c) for c in nine),
        "of_other": any(row["of_other"] for row in rows),
    }
    other = site.other(place)
    return Page(
        path,
        "city.html.jinja",
        site.place(code),
        content,
        other=other,
        section="cities",
        words=f"{code} {other} {' '.join(place['aliases'])}",
    )


def _is_of_another(share: Row, figure: Row) -> bool:
    """Return whether a share takes another figure of the period than the one beside it."""
    return share["period_end"] == figure["period_end"] and figure["observation_id"] not in share["input_ids"]


def _series(site: Site) -> list[Series]:
    """Return every indicator on the basis it is shown on, where figures are stored."""
    keys = [(name, site.data.default_basis(name)) for name in site.data.indicators]
    return [key for key in keys if key in site.data.annual]


def rank(site: Site, key: Series, code: str, *, among: Sequence[str], year: int) -> str:
    """Return the place of a city among those with a value in a year, as 3/9; nothing where too few have one."""
    held = {
        geo: row["value"]
        for (geo, y), row in site.data.annual[key].items()
        if y == year and geo in among and is_exact(row)
    }
    if code not in held or len(held) < LEAST:
        return ""
    return f"{1 + sum(value > held[code] for value in held.values())}/{len(held)}"


def _ranks(site: Site, series: Sequence[Series], code: str, *, nine: Sequence[str]) -> dict[str, Any]:
    years = sorted({year for key in series for geo, year in site.data.annual[key] if geo == code})
    found = []
    for key in series:
        cells = [rank(site, key, code, among=nine, year=year) for year in years]
        if any(cells):
            found.append((site.indicator(key[0]), f"indicators/{key[0]}.html", cells))
    kept = [i for i in range(len(years)) if any(cells[i] for _, _, cells in found)]
    return {"years": [years[i] for i in kept], "rows": [(n, p, [cells[i] for i in kept]) for n, p, cells in found]}


def _with_document(site: Site, row: Row) -> Row:
    return row | {"document": site.document(row["document_id"])}


def _why(site: Site, row: Row, code: str) -> dict[str, Any]:
    what = site.of(site.indicator(row["indicator_id"]), site.t("share_of_china"))
    return site.why(row, (what, site.place(code), site.period(row)), site.share_text(row))
