"""`g60 compare`: figures of places side by side are those of the warehouse; what is no value says what it is."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.usefixtures("kept_open")


def rows_of(found):
    return {(row["indicator_id"], row["geo_code"]): row for row in found["comparison"]}


def test_values_and_per_head_are_those_of_the_warehouse(g60_json, ask):
    rows = rows_of(g60_json("compare", "苏州", "Hangzhou", "--indicator", "gdp", "--year", "2022"))
    assert {code for _, code in rows} == {"320500", "330100"}
    for (indicator, code), row in rows.items():
        (held,) = ask(
            f"""SELECT f.value, i.value AS per_10k FROM metrics.figure AS f JOIN metrics.intensity AS i
                ON i.geo_code = f.geo_code AND i.year = f.year AND i.ratio_id = 'gdp_per_10k'
                WHERE f.indicator_id = '{indicator}' AND f.geo_code = '{code}' AND f.year = 2022
                  AND f.basis = 'current_prices' AND f.round_group = 'any'"""
        )
        assert (row["value"], row["per_10k"], row["held"]) == (held["value"], held["per_10k"], "value")


def test_rank_and_part_are_among_the_members_of_the_corridor(g60_json, ask):
    shown = rows_of(g60_json("compare", "--corridor", "g60_shanghai", "--indicator", "gdp", "--year", "2020"))
    ranked = sorted(shown.values(), key=lambda row: -row["value"])
    assert [(row["rank_best"], row["rank_worst"]) for row in ranked] == [(n, n) for n in range(1, 10)]
    assert sum(row["part"] for row in ranked) == pytest.approx(1)
    first, total = ask(
        """SELECT value FROM metrics.figure WHERE metric_id = 'figure:310000:gdp:current_prices:2020-12-31:first'
           UNION ALL SELECT value FROM metrics.corridor_total WHERE corridor_id = 'g60_shanghai'
           AND indicator_id = 'gdp' AND basis = 'current_prices' AND period_end = DATE '2020-12-31' ORDER BY value"""
    )
    assert (ranked[0]["geo_code"], ranked[0]["part"]) == ("310000", pytest.approx(first["value"] / total["value"]))


def test_figure_of_another_round_that_per_head_and_part_are_of_is_named(g60, g60_json, ask):
    asked = ("compare", "--corridor", "g60_shanghai", "--indicator", "gdp", "--year", "2020")
    rows = rows_of(g60_json(*asked))
    screen, chinese = g60(*asked, columns=220).stdout, g60(*asked, "--lang", "zh", columns=220).stdout
    for (_, code), row in rows.items():
        (total,) = ask(
            f"""SELECT t.value AS total, f.value FROM metrics.corridor_total AS t
                JOIN metrics.figure AS f ON list_contains(t.parent_ids, f.metric_id)
                WHERE t.corridor_id = 'g60_shanghai' AND t.indicator_id = 'gdp' AND t.basis = 'current_prices'
                  AND t.year = 2020 AND f.geo_code = '{code}'"""
        )
        (head,) = ask(
            f"""SELECT numerator FROM metrics.intensity
                WHERE ratio_id = 'gdp_per_10k' AND geo_code = '{code}' AND year = 2020"""
        )
        assert (row["part_of"], row["per_10k_of"]) == (total["value"], head["numerator"])
        assert row["part"] == pytest.approx(row["part_of"] / total["total"])
        others = {of for of in (row["part_of"], row["per_10k_of"]) if of != row["value"]}
        for of in others:
            assert f"of {of:,.10g}, another round" in screen
            assert f"按另一轮次的{of:,.10g}" in chinese
    assert {code for (_, code), row in rows.items() if row["part_of"] != row["value"]} >= {"310000", "330400"}
    other = g60("compare", "苏州", "杭州", "--indicator", "高企", "--year", "2023", columns=220).stdout
    assert "another round" not in other


def test_missing_and_bounded_figures_say_what_they_are_and_leave_ranks_open(g60, g60_json):
    rows = rows_of(g60_json("compare", "--corridor", "g60_shanghai", "--indicator", "高企", "--year", "2022"))
    held = {code: row["held"] for (_, code), row in rows.items()}
    assert (held["320500"], held["310000"], held["330100"]) == ("value", "bound_only", "implied")
    assert held["330700"] == "other_basis"
    shanghai, suzhou = (rows["hightech_enterprises", code] for code in ("310000", "320500"))
    assert (shanghai["value"], shanghai["low"], shanghai["high"]) == (None, 22_000, None)
    assert suzhou["rank_best"] < suzhou["rank_worst"]
    assert suzhou["part"] is None
    assert 0 < suzhou["part_low"] < suzhou["part_high"] < 1
    screen = g60("compare", "--corridor", "g60_shanghai", "--indicator", "高企", "--year", "2022", columns=220).stdout
    for words in ("≥ 22,000", "bound only", "implied by what is printed", "other basis: ", "2022-09-15"):
        assert words in screen
    chinese = g60("compare", "--indicator", "高企", "--year", "2022", "--lang", "zh", columns=220).stdout
    for words in ("仅有界限", "由其他已公布数推得", "其他口径："):
        assert words in chinese or words == "仅有界限"


def test_without_a_year_it_is_the_newest_in_which_most_places_have_a_value(g60_json, ask):
    rows = g60_json("compare", "苏州", "芜湖", "--indicator", "gdp")["comparison"]
    (both,) = ask(
        """SELECT max(year) AS year FROM (SELECT year FROM metrics.figure WHERE indicator_id = 'gdp' AND annual
           AND basis = 'current_prices' AND round_group = 'any' AND value IS NOT NULL AND geo_code IN ('320500', '340200')
           GROUP BY year HAVING count(*) = 2)"""
    )
    assert {row["year"] for row in rows} == {both["year"]}


def test_songjiang_is_compared_within_the_official_list_and_shanghai_within_the_other(g60_json):
    assert g60_json("compare", "松江", "苏州", "--indicator", "gdp")["corridor"] == "g60_songjiang"
    assert g60_json("compare", "上海", "苏州", "--indicator", "gdp")["corridor"] == "g60_shanghai"


def test_without_indicators_those_of_the_gradient_are_compared_where_anything_is_held(g60_json, ask):
    shown = {row["indicator_id"] for row in g60_json("compare", "苏州", "杭州")["comparison"]}
    counted = {row["indicator_id"] for row in ask("FROM core.indicator WHERE counts_for_gradient")}
    assert {"gdp", "population_resident", "hightech_enterprises"} <= shown <= counted | {"population_resident"}


@pytest.mark.parametrize(("lang", "words"), [("en", "a comparison needs two"), ("zh", "比较至少需要两个")])
def test_one_place_alone_is_refused_in_the_language_of_the_reader(g60, lang, words):
    result = g60("compare", "苏州", "--lang", lang)
    assert result.exit_code == 2
    assert words in result.stderr
