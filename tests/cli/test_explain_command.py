"""`g60 explain`: the story of any number, its sum done again, and what it says where nothing or too much fits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import pytest
from written_sums import worked_out

from g60_pipeline.settings import Settings
from g60_pipeline.tables import TABLES

pytestmark = pytest.mark.usefixtures("kept_open")

Run = Callable[..., Any]
SHARE = "national_share:g60_shanghai:star_listed:tally:2022-12-31"


def test_the_share_of_the_issue_is_told_with_sum_documents_and_firms(g60: Run) -> None:
    told = g60(
        "explain", "national_share", "star_listed", "--corridor", "g60_shanghai", "--date", "2022-12-31", columns=250
    )
    assert told.exit_code == 0, told.stderr
    for words in (
        "numerator = 78 + 48 + 26 + 4 + 3 + 0 + 16 + 1 + 0 = 176",
        "share = 176 ÷ 501 = 0.3513",
        "one_in_n = 1 ÷ 0.3513 = 2.85",
        "counts 78 firms: 688008 澜起科技",
        "Shanghai 上海, Companies on the STAR Market 科创板上市公司数 (tally), 2022-12-31: 78",
        "grade D",
        "version 1, source: Standard share",
        SHARE,
    ):
        assert words in told.stdout, words


def test_it_is_told_in_chinese_too(g60: Run) -> None:
    told = g60("explain", SHARE, "--lang", "zh", columns=250).stdout
    for words in ("代入数值", "上海 Shanghai，科创板上市公司数", "共78家公司", "第1版", "比重 = 176 ÷ 501 = 0.3513"):
        assert words in told


def test_conversion_losers_and_rounds_of_a_share_of_gdp(g60_json: Run) -> None:
    told = g60_json("explain", "national_share", "gdp", "--corridor", "g60_shanghai", "--date", "2022")
    china = next(f for f in told["figures"] if f["geo_code"] == "100000")
    assert (china["value_as_published"], china["unit_as_published"], china["unit"]) == (
        "121020.7",
        "cny_bn",
        "cny_100m",
    )
    assert float(china["value_as_published"]) * china["conversion_factor"] == pytest.approx(china["value"])
    assert all(row["observation_id"] != china["observation_id"] and row["reason"] for row in china["lost"])
    assert any(row["chosen"] for f in told["figures"] for row in f["lost"])
    assert all(f["title"] and f["grade"] and "url" in f for f in told["figures"])
    assert {f["round"] for f in told["figures"]} == {"first"}
    assert len(told["build"]["catalog_hash"]) == 64
    assert told["formula"]["formula_id"] == "national_share"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["national_shares", "gdp"], "Did you mean national_share"),
        (["national_share", "gpd"], "Did you mean gdp"),
        (["national_share", "gdp", "--corridor", "g60"], "it means 2 things: more than one corridor"),
        (["national_share", "gdp", "--corridor", "g60_songjang"], "Did you mean g60_songjiang"),
        (["national_share", "gdp", "--geo", "Atlantis"], "not a known place"),
        (["national_share", "gdp", "--corridor", "g60_shanghai", "--date", "1990"], "The newest held are 2025, 2024"),
        (["national_share", "gdp", "--date", "2022-13-01"], "neither a date nor a year"),
        (["national_share", "gdp", "--date", "2022"], "rows fit indicator_id gdp"),
        (
            ["growth", "gdp", "--corridor", "g60_shanghai", "--date", "2021"],
            "Narrow it with --by measure=cagr_since_2018 | change_since_2018 | yoy; --by base_year=2018 | 2020; or",
        ),
        (
            ["growth", "gdp", "--by", "nonsense=1"],
            "rows of growth are not told apart by nonsense. Columns are corridor_id,",
        ),
        (["gradient", "--geo", "Hefei", "--by", "span=undated"], "Then span may be all, year"),
        (["gradient", "--corridor", "g60_shanghai"], "Narrow it with --geo 310000 | 320500"),
        (["index_bound", "--by", "framework_id=innovation"], "--by component_id=exports_to_gdp | fiscal_st_to_gdp"),
        (["collaboration_link", "--by", "from_geo=Atlantis"], "not a known place"),
        (["growth", "gdp", "--by", "measure"], "it is not column=value"),
        (["gradient", "gdp"], "its rows have no indicator_id"),
        (["national_share:nowhere"], "Near it are national_share:"),
        (["nothing:nowhere"], "The tables are bound"),
        ([SHARE, "--corridor", "g60_shanghai"], "an identifier stands alone"),
    ],
)
def test_what_fits_no_row_or_many_is_wrong_usage(g60: Run, arguments: list[str], words: str) -> None:
    told = g60("explain", *arguments)
    assert told.exit_code == 2
    assert words in " ".join(told.stderr.split())


def test_rows_are_told_apart_by_column(g60_json: Run) -> None:
    told = g60_json("explain", "growth", "gdp", "--corridor", "g60_shanghai", "--date", "2022", "--by", "measure=yoy")
    assert told["row"]["metric_id"] == "growth:yoy:g60_shanghai:gdp:current_prices:2022-12-31"
    *_, done = told["arithmetic"]
    assert done["name"] == "value"
    assert worked_out(done["expression"]) == pytest.approx(told["row"]["value"])


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (
            ["gradient", "--corridor", "g60_shanghai", "--geo", "Hefei", "--by", "yardstick=size"],
            "gradient:size:g60_shanghai:340100:all",
        ),
        (
            [
                "gradient",
                "--corridor",
                "g60_shanghai",
                "--geo",
                "Hefei",
                "--by",
                "yardstick=size",
                "--by",
                "span=all",
            ],
            "gradient:size:g60_shanghai:340100:all",
        ),
        (
            [
                "gradient",
                "--corridor",
                "g60_shanghai",
                "--geo",
                "Hefei",
                "--by",
                "yardstick=size",
                "--by",
                "span=year",
            ],
            "gradient:size:g60_shanghai:340100:2025",
        ),
        (
            ["gradient", "--corridor", "g60_shanghai", "--geo", "Hefei", "--by", "yardstick=size", "--date", "2022"],
            "gradient:size:g60_shanghai:340100:2022",
        ),
        (
            [
                "gradient_stability",
                "--corridor",
                "g60_shanghai",
                "--geo",
                "Hefei",
                "--by",
                "yardstick=size",
                "--by",
                "left_out=year",
            ],
            "gradient_stability:year:size:g60_shanghai:340100:all",
        ),
        (
            [
                "gradient",
                "--corridor",
                "g60_shanghai",
                "--by",
                "yardstick=size",
                "--by",
                "geo_code=合肥",
                "--by",
                "year=none",
            ],
            "gradient:size:g60_shanghai:340100:all",
        ),
        (
            [
                "collaboration_link",
                "--corridor",
                "g60_shanghai",
                "--by",
                "from_geo=上海",
                "--by",
                "to_geo=Suzhou",
                "--by",
                "path=all",
                "--by",
                "direction=undirected",
            ],
            "collaboration_link:g60_shanghai:undirected:all:310000:320500:all",
        ),
        (
            [
                "collaboration_network",
                "--corridor",
                "g60_shanghai",
                "--geo",
                "Suzhou",
                "--by",
                "measure=strength",
                "--by",
                "weight=full",
                "--by",
                "path=all",
            ],
            "collaboration_network:g60_shanghai:undirected:all:all:strength:full:320500",
        ),
        (
            [
                "index_robustness",
                "--geo",
                "Hefei",
                "--by",
                "source=weights",
                "--date",
                "2021",
                "--corridor",
                "g60_shanghai",
            ],
            "index_robustness:innovation:g60_shanghai:340100:2021:weights",
        ),
        (
            [
                "innovation_index",
                "--geo",
                "Hefei",
                "--corridor",
                "g60_shanghai",
                "--date",
                "2022",
                "--by",
                "framework_id=innovation",
                "--by",
                "weighting=equal",
                "--by",
                "aggregation=geometric",
            ],
            "innovation_index:innovation:g60_shanghai:340100:2022:equal:geometric",
        ),
        (
            [
                "index_component",
                "--geo",
                "Hefei",
                "--corridor",
                "g60_shanghai",
                "--date",
                "2022",
                "--by",
                "framework_id=innovation",
                "--by",
                "component_id=exports_to_gdp",
            ],
            "index_component:innovation:g60_shanghai:340100:2022:exports_to_gdp",
        ),
        (
            [
                "location_quotient",
                "star_listed",
                "--geo",
                "Hefei",
                "--date",
                "2022-12-31",
                "--by",
                "reference_id=100000",
                "--by",
                "weight_indicator_id=gdp",
            ],
            "location_quotient:100000:gdp:340100:star_listed:tally:2022-12-31",
        ),
    ],
)
def test_any_column_that_tells_rows_apart_can_be_chosen_by(g60_json: Run, arguments: list[str], name: str) -> None:
    assert g60_json("explain", *arguments)["row"]["metric_id"] == name


@pytest.mark.parametrize("metric", ["collaboration_network", "claim_audit"])
def test_a_row_is_reached_by_what_the_message_names(g60: Run, metric: str) -> None:
    arguments: list[str] = []
    for _ in range(12):
        told = g60("explain", metric, *arguments)
        if told.exit_code == 0:
            return
        option = " ".join(told.stderr.split()).split("Narrow it with ")[1].split(";")[0].split(" | ")[0]
        first, value = option.split(" ", 1)
        arguments += [value] if first == "INDICATOR" else [first, value]
    raise AssertionError(arguments)


SHARE_OF_GDP = "national_share:g60_shanghai:gdp:current_prices:2022-12-31"


def macro(published: Settings, name: str) -> list[dict[str, Any]]:
    with duckdb.connect(str(published.database), read_only=True) as connection:
        cursor = connection.execute(f"SELECT * FROM analysis.explain('{name}')")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_the_macro_tells_the_same_figures_documents_and_losers(published: Settings, g60_json: Run) -> None:
    told = g60_json("explain", SHARE_OF_GDP)
    rows = macro(published, SHARE_OF_GDP)
    kinds = {kind: [r["told"] for r in rows if r["kind"] == kind] for kind in {r["kind"] for r in rows}}
    assert set(kinds["figure"]) == {f["observation_id"] for f in told["figures"]}
    assert len(kinds["lost"]) == sum(len(f["lost"]) for f in told["figures"])
    assert kinds["build"] == [f"catalog {told['build']['catalog_hash']}"]
    assert [len(kinds[k]) for k in ("number", "formula")] == [1, 1]
    factors = {r["told"]: r["conversion_factor"] for r in rows if r["kind"] == "figure"}
    assert factors == {f["observation_id"]: f["conversion_factor"] for f in told["figures"]}


def test_the_macro_has_the_words_of_every_reason_and_no_row_twice(
    published: Settings, ask: Callable[[str], Any], g60_json: Run
) -> None:
    assert ask("SELECT count(*) AS n FROM analysis.reason_words GROUP BY of_codes, of_arguments HAVING n > 1") == []
    lost = sorted(row["told"] for row in macro(published, SHARE_OF_GDP) if row["kind"] == "lost")
    names = [o["observation_id"] for f in g60_json("explain", SHARE_OF_GDP)["figures"] for o in f["lost"]]
    words = "SELECT coalesce(analysis.reason(reason_code, reason_args), '') AS told FROM core.observation_candidate"
    assert lost == sorted(row["told"] for row in ask(f"{words} WHERE observation_id IN {tuple(names)}"))
    for row in ask(
        """SELECT metric_id, concat_ws('; ', answer, analysis.reason(reason_code, reason_args)) AS told
           FROM analysis.metric WHERE reason_code IS NOT NULL
           QUALIFY row_number() OVER (PARTITION BY metric ORDER BY metric_id) = 1"""
    ):
        assert [r["told"] for r in macro(published, row["metric_id"]) if r["kind"] == "number"] == [row["told"]]


def test_the_macro_counts_the_firms_of_a_tally(published: Settings) -> None:
    rows = [r for r in macro(published, SHARE) if r["kind"] == "figure"]
    assert len(rows) == 10
    assert all(r["firms"] == r["value"] or r["value"] == 0 for r in rows)


@pytest.mark.parametrize("metric", [t.name for t in TABLES.values() if "event_ids" in t.schema.column_names()])
def test_the_macro_tells_the_events_of_every_table_that_has_them(
    published: Settings, ask: Callable[[str], Any], metric: str
) -> None:
    undecided = "undecided_ids" if metric == "collaboration_by_path" else "[]"
    (row,) = ask(
        f"SELECT metric_id, event_ids, {undecided} AS undecided FROM metrics.{metric} "
        f"ORDER BY len({undecided}) DESC, len(event_ids) DESC, metric_id LIMIT 1"
    )
    events = {r["told"].partition(",")[0] for r in macro(published, row["metric_id"]) if r["kind"] == "event"}
    assert events == {*row["event_ids"], *row["undecided"]}
    assert events


def test_the_macro_has_no_row_for_an_unknown_identifier(published: Settings) -> None:
    assert macro(published, "nothing:at:all") == []


def test_events_behind_a_link_lead_to_their_documents(g60_json: Run, ask: Callable[[str], Any]) -> None:
    (row,) = ask(
        "SELECT metric_id, events FROM metrics.collaboration_link WHERE position = 'within' AND span = 'all' "
        "ORDER BY events DESC, metric_id LIMIT 1"
    )
    told = g60_json("explain", row["metric_id"])
    assert len(told["events"]) == row["events"] > 5
    assert {e["document_id"] for e in told["events"]} <= {d["document_id"] for d in told["documents"]}


def test_without_a_warehouse_it_says_to_build(tmp_path: Any, g60: Run) -> None:
    told = g60("explain", SHARE, home=Settings(tmp_path))
    assert told.exit_code == 1
    assert "g60 build" in told.stderr


@pytest.mark.parametrize("name", ["", "zzz"])
def test_name_of_no_metric_is_answered_with_those_there_are(g60: Run, name: str) -> None:
    told = g60("explain", name)
    assert told.exit_code == 2
    assert "it is not a known metric" in told.stderr
    assert "national_share" in told.stderr
