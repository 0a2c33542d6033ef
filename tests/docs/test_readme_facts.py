"""What the README says of the embedded facts is what the build holds: every sentence of the two sections that speak of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import polars as pl
import pytest

from g60_pipeline.catalog import load_catalog
from g60_pipeline.ingest.facts import read_facts

Frames = dict[str, pl.DataFrame]

ROOT: Final = Path(__file__).parents[2]
README: Final = (ROOT / "README.md").read_text(encoding="utf-8")
NINE: Final = 9
NUMBERS: Final = {"one": 1, "two": 2, "three": 3, "five": 5, "six": 6, "ten": 10}
SHANGHAI, SONGJIANG = "g60_shanghai", "g60_songjiang"


def section(title: str) -> str:
    return README.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def in_one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


BULLETS: Final = [in_one_line(b) for b in section("What is not covered").strip().removeprefix("- ").split("\n- ")]
COUNTS: Final = in_one_line(section("How a figure is sourced").rpartition("\n\nOf the ")[2])


def whole(frames: Frames, indicator_id: str) -> set[tuple[str, int]]:
    """Return scope and year of every total of all nine members, on any basis that adds up."""
    total = frames["metrics.corridor_total"].filter(
        (pl.col("indicator_id") == indicator_id)
        & pl.col("value").is_not_null()
        & pl.col("corridor_id").is_in([SHANGHAI, SONGJIANG])
        & (pl.col("members_reporting") == NINE)
    )
    return set(total.select("corridor_id", "year").iter_rows())


def live_is_an_addition(frames: Frames, told: str) -> None:
    assert "all figures shown here are the embedded ones" in told
    assert (
        frames["core.observation_candidate"]["snapshot_id"].null_count() == frames["core.observation_candidate"].height
    )


def live_cities(frames: Frames, told: str) -> None:
    assert told.endswith("by hand (`g60 inbox template`).")
    cities = set(frames["core.corridor_member"]["geo_code"])
    by_city = {
        series.indicator_id
        for plan in load_catalog().live
        for series in plan.series
        if cities & set(series.places.values()) - {"310000"}
    }
    assert not by_city & {"rd_expenditure", "national_st_awards", "hightech_enterprises"}


def nine_cities(frames: Frames, told: str) -> None:
    none_of, _, one = told.partition(" For high-tech enterprises one does: ")
    assert none_of.endswith("for awards, PCT applications or R&D, for any year.")
    for indicator_id in ("national_st_awards", "pct_applications", "rd_expenditure"):
        assert whole(frames, indicator_id) == set(), indicator_id
    held = whole(frames, "hightech_enterprises")
    assert held == {(SHANGHAI, int(one[:4]))}
    assert one[4:] == ", with all of Shanghai."


def songjiang(frames: Frames, told: str) -> None:
    firms = frames["core.star_listing"]
    of_shanghai = firms.filter(province_code="310000")
    there = of_shanghai.filter(district_code="310117").height
    read = of_shanghai.filter(pl.col("registered_address").is_not_null()).height
    found = re.search(
        r"Of the (\d+) STAR firms of Shanghai an address is held for (\w+), which puts (\d+) of them", told
    )
    assert found is not None
    assert (int(found[1]), NUMBERS[found[2]], int(found[3])) == (of_shanghai.height, read, there)
    share = frames["metrics.national_share"].filter(indicator_id="star_listed", corridor_id=SONGJIANG)
    assert share["share"].null_count() == share.height > 0
    unknown = firms.filter(city_basis="unknown")
    found = re.search(r"(\w+) firms listed in (\d+) have no known city; the (\w+) in the corridor's provinces", told)
    assert found is not None
    assert NUMBERS[found[1].lower()] == unknown.height
    assert unknown["list_date"].dt.year().unique().to_list() == [int(found[2])]
    provinces = frames["core.geography"].filter(
        pl.col("geo_code").is_in(frames["core.corridor_member"]["geo_code"].implode())
    )["parent_code"]
    assert unknown.filter(pl.col("province_code").is_in(provinces.implode())).height == NUMBERS[found[3]]


def panels(frames: Frames, told: str) -> None:
    rate = frames["metrics.growth"].filter(
        (pl.col("indicator_id") == "gdp") & pl.col("corridor_id").is_in([SHANGHAI, SONGJIANG])
    )
    found = re.search(r"economic censuses of (\d+) and (\d+) is .* nor that of (\d+) and (\d+): of Hangzhou", told)
    assert found is not None
    first, second, *held = map(int, found.groups())
    for census in (first, second):
        across = rate.filter((pl.col("base_year") <= census) & (pl.col("year") > census))
        assert across.height > 0
        assert across["value"].null_count() == across.height
    one_year = rate.filter((pl.col("measure") == "yoy") & pl.col("year").is_in(held))
    assert one_year["year"].n_unique() == 2
    assert one_year["value"].null_count() == one_year.height
    hangzhou = frames["core.observation_candidate"].filter(
        geo_code="330100", indicator_id="gdp", basis="current_prices", year=held[0]
    )
    assert hangzhou["round"].unique().to_list() == ["census4"]


def breaks(frames: Frames, told: str) -> None:
    assert "`core.series_break`" in told
    assert frames["core.series_break"]["document_id"].null_count() == 0


def index(frames: Frames, told: str) -> None:
    found = re.match(r"The innovation index rests on (\w+) ratios .* for (\d+) to (\d+)\. R&D, papers", told)
    assert found is not None
    parts = frames["metrics.index_component"].filter(corridor_id=SHANGHAI)
    years = range(int(found[2]), int(found[3]) + 1)
    inside = parts.filter(pl.col("year").is_in([*years]))
    assert inside["component_id"].n_unique() == NUMBERS[found[1]]
    missing = set(inside.filter(pl.col("raw").is_null()).select("geo_code", "component_id", "year").iter_rows())
    assert missing == {
        ("310000", "exports_to_gdp", 2020),
        ("330100", "students_higher_per_10k", 2021),
        ("340100", "students_higher_per_10k", 2022),
        ("340100", "students_higher_per_10k", 2023),
    }
    assert "(exports of Shanghai 2020, students of Hangzhou 2021 and of Hefei 2022 and 2023)" in told
    value = frames["metrics.innovation_index"].filter(corridor_id=SHANGHAI, weighting="equal")
    assert set(value.filter(pl.col("cities") > 0)["year"]) == set(years)


def sectors(frames: Frames, told: str) -> None:
    assert told.startswith("No figures of sectors by city are held")
    cities = frames["core.geography"].filter(level="prefecture")["geo_code"]
    held = frames["core.observation"].filter(pl.col("geo_code").is_in(cities.implode()))["indicator_id"].unique()
    assert not [name for name in held if name.startswith("star_listed_")]


def one_network(frames: Frames, told: str) -> None:
    found = re.match(r"Of no single year the records tell (\w+) events that join two members", told)
    assert found is not None
    yearly = frames["metrics.collaboration_network"].filter(pl.col("span") == "year")
    assert yearly.height > 0
    assert yearly["value"].null_count() == yearly.height
    few = yearly.filter(reason_code="too_few_events")["reason_args"].to_list()
    assert few
    assert {needed for _, needed in few} == {str(NUMBERS[found[1]])}


def collaboration(frames: Frames, told: str) -> None:
    records = frames["core.collaboration"]
    events = records.filter(nature="event").height
    assert f"what {records.height} collected records say, {events} of them events and the others plans" in told


def terms(frames: Frames, told: str) -> None:
    assert "STAR listing compilation" in told
    sources = frames["core.document"].join(frames["core.source"], on="source_id").select("document_id", "terms")
    assert set(frames["core.star_listing"].join(sources, on="document_id")["terms"]) == {"ask"}


CHECKS: Final[dict[str, Callable[[Frames, str], None]]] = {
    "**The connectors have not met": live_is_an_addition,
    "Live sources give figures": live_cities,
    "No nine-city figure exists": nine_cities,
    "Songjiang has few figures": songjiang,
    "GDP and population": panels,
    "Some series breaks": breaks,
    "The innovation index rests": index,
    "No figures of sectors": sectors,
    "Of no single year": one_network,
    "Collaboration is what": collaboration,
    "Terms of the STAR": terms,
}
"""How a bullet of `What is not covered` begins -> what holds it. A new bullet needs an entry."""


@pytest.mark.parametrize("bullet", BULLETS, ids=lambda text: text[:25])
def test_what_is_said_not_to_be_covered_is_not(bullet: str, graph: Frames) -> None:
    (check,) = [check for begins, check in CHECKS.items() if bullet.startswith(begins)]
    check(graph, bullet)


def test_the_counts_of_the_figures_by_grade_are_those_held(graph: Frames) -> None:
    figures = graph["core.observation_candidate"].filter(~pl.col("origin").str.starts_with("counted from"))
    by_grade = dict(figures.group_by("grade").len().iter_rows())
    unverified = figures.filter(pl.col("flags").list.contains("unverified")).height
    assert COUNTS.startswith(
        f"{figures.height:,} embedded figures {by_grade['D']:,} come from compiled copies that name their document "
        f"(grade D), {by_grade['C']:,} from re-posts (C), {by_grade['B']:,} from press and yearbook pages (B), "
        f"{by_grade['A']:,} from official sites (A) and {by_grade['U']:,} from copies that name no document (U). "
        f"{unverified:,} carry the flag `unverified`"
    )


def test_the_changelog_counts_what_is_embedded() -> None:
    changelog = in_one_line((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    counted = {kind: read_facts(kind).height for kind in ("observation", "star_listing", "claim", "document")}
    assert (
        f"{counted['observation']:,} published figures, {counted['star_listing']} STAR listings, {counted['claim']} claims, "
        f"{counted['document']} documents"
    ) in changelog


def test_every_table_the_readme_lists_is_published(graph: Frames) -> None:
    rows = section("What is computed").partition("| --- | --- |\n")[2].partition("\n\n")[0].splitlines()
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert len(named) > 15
    assert {f"metrics.{name}" for name in named} <= set(graph)


def test_the_lead_claims_that_are_settled_fit_the_scope_the_readme_says(graph: Frames) -> None:
    sentence = "The claims that can be settled fit the corridor with Songjiang, not the one with all of Shanghai, but for the land"
    assert sentence in in_one_line(README)
    lead = graph["core.claim"].filter(pl.col("lead").is_not_null()).select("claim_id")
    rows = graph["metrics.claim_audit"].join(lead, on="claim_id")
    rows = rows.with_columns(fits=pl.col("verdict").is_in(["reproduced", "consistent"]))
    fits = dict(
        rows.group_by("claim_id", "corridor_id")
        .agg(pl.col("fits").any())
        .select(pl.concat_str("claim_id", "corridor_id", separator="|"), "fits")
        .iter_rows()
    )
    songjiang = {key.partition("|")[0] for key, fit in fits.items() if fit and key.endswith(SONGJIANG)}
    shanghai = {key.partition("|")[0] for key, fit in fits.items() if fit and key.endswith(SHANGHAI)}
    assert songjiang == {"C106", "C107", "C110", "C111"}
    assert shanghai == {"C111"}


def test_a_template_is_never_sent_into_a_folder_that_may_not_be_there() -> None:
    named = re.findall(r"g60 inbox template[^`\n]*", README + (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    with_file = [command for command in named if ".csv" in command]
    assert len(with_file) >= 3
    assert all(" -o inbox/" in command and ">" not in command for command in with_file)
