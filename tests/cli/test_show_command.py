"""`g60 show`: what it prints is what the warehouse holds, under any name, with a citation that leads back."""

from __future__ import annotations

import pytest

from g60_pipeline.reader.words import number

pytestmark = pytest.mark.usefixtures("kept_open")

SCOPES = ("g60_songjiang", "g60_shanghai")


def test_headline_is_the_view_as_it_stands(g60_json, ask):
    assert g60_json("show")["headline"] == ask("FROM analysis.headline")


@pytest.mark.parametrize(("lang", "label"), [("en", "One common year: 2020"), ("zh", "同一年份: 2020")])
def test_headline_names_both_scopes_and_every_indicator_in_both_languages(g60, lang, label):
    screen = " ".join(g60("show", "--lang", lang, columns=250).stdout.split())
    assert label in screen
    for name in ("Songjiang District", "含松江区", "all of Shanghai", "含上海全市", "Resident population", "常住人口"):
        assert name in screen
    assert "4.10 % = 1/24.4" in screen
    assert "5.73 % = 1/17.5" in screen


@pytest.mark.parametrize(("lang", "words"), [("en", "(other date)"), ("zh", "(日期不同)")])
def test_shares_of_one_row_that_are_of_different_dates_say_so(g60, ask, lang, words):
    newest = ask("FROM analysis.headline WHERE view = 'newest'")
    apart = [r for r in newest if None not in (r["songjiang_period"], r["shanghai_period"])]
    apart = [r for r in apart if r["songjiang_period"] != r["shanghai_period"]]
    assert apart
    assert g60("show", "--lang", lang, columns=400).stdout.count(words) == 2 * len(apart)


def test_totals_of_a_year_are_those_of_the_warehouse(g60_json, ask):
    shown = {(r["corridor_id"], r["period_end"]): r for r in g60_json("show", "gdp")["corridors"]}
    held = ask("FROM metrics.corridor_total WHERE indicator_id = 'gdp' AND basis = 'current_prices'")
    assert {(r["corridor_id"], r["period_end"]) for r in held} == set(shown)
    for row in held:
        mine = shown[row["corridor_id"], row["period_end"]]
        for column in ("value", "value_low", "value_high", "members_reporting", "members_missing", "round", "unit"):
            assert mine[column] == row[column]


def test_shares_of_a_year_are_those_of_the_warehouse(g60_json, ask):
    shown = {r["share_metric_id"]: r for r in g60_json("show", "gdp")["corridors"] if r["share_metric_id"]}
    held = ask(
        "FROM metrics.national_share WHERE indicator_id = 'gdp' AND basis = 'current_prices' AND corridor_id IS NOT NULL"
    )
    assert held
    for row in held:
        for column in ("share", "share_low", "share_high", "one_in_n", "denominator"):
            assert shown[row["metric_id"]][column] == row[column]


def test_monthly_figures_give_one_row_a_year_and_every_month_of_a_year_asked_for(g60_json):
    years = [(r["corridor_id"], r["year"]) for r in g60_json("show", "star_listed")["corridors"]]
    assert len(years) == len(set(years))
    months = g60_json("show", "star_listed", "--year", "2022", "--corridor", "g60_shanghai")["corridors"]
    assert [m["period_end"][:7] for m in months] == [f"2022-{month:02}" for month in range(1, 13)]
    assert months[-1]["value"] == 176


def test_grade_of_a_total_is_the_lowest_of_the_figures_used(g60_json, ask):
    row = g60_json("show", "gdp", "--year", "2020", "--corridor", "g60_songjiang")["corridors"][0]
    ids = ", ".join(f"'{i}'" for i in row["input_ids"])
    worst = ask(f"SELECT max(grade) AS grade FROM core.observation_candidate WHERE observation_id IN ({ids})")
    assert row["grade"] == worst[0]["grade"]


def test_corridor_citation_lists_every_document_and_says_what_was_computed(g60_json, ask):
    found = g60_json("show", "gdp", "--year", "2023", "--corridor", "g60_shanghai")
    row = found["corridors"][0]
    ids = ", ".join(f"'{i}'" for i in row["input_ids"])
    documents = ask(f"SELECT DISTINCT document_id FROM core.observation_candidate WHERE observation_id IN ({ids})")
    cited = {d["document_id"] for d in row["citation"]["documents"]}
    assert cited == {d["document_id"] for d in documents}
    text = row["citation"]["text"]
    assert text.startswith("128,386.7 × 100 million yuan, G60 corridor with all of Shanghai")
    assert "9 of 9 members reporting" in text
    assert "corridor_total (Corridor total), national_share (Share of the nation)" in text
    assert f"and {len(cited) - 3} more" in text
    assert text.endswith(f"Retrieved from g60_pipeline {found['build_id']}.")


def test_place_citation_names_document_grade_and_build(g60_json, ask):
    found = g60_json("show", "gdp", "--geo", "320500", "--year", "2020")
    row = found["places"][0]
    held = ask(
        f"""SELECT d.* FROM core.observation JOIN core.document AS d USING (document_id)
            WHERE observation_id = '{row["observation_id"]}'"""
    )[0]
    text = row["citation"]["text"]
    assert text.startswith("20,170.5 × 100 million yuan, Suzhou 苏州市, Gross domestic product")
    for part in (held["publisher"], f"'{held['title']}'", held["published_as_printed"], f"Grade {held['grade']}"):
        assert part in text
    assert text.endswith(f"Retrieved from g60_pipeline {found['build_id']}.")


def test_figure_printed_in_another_unit_is_cited_as_published_too(g60_json):
    rows = g60_json("show", "gdp", "--geo", "320500", "--year", "2019")["places"]
    assert "19,235.8 × 100 million yuan" in rows[0]["citation"]["text"]
    assert "(as published: 1923.58 billion yuan)" in rows[0]["citation"]["text"]


@pytest.mark.parametrize("name", ["Suzhou", "suzhou ", "苏州", "苏州市"])
def test_place_is_found_by_any_of_its_names(g60_json, name):
    assert g60_json("show", "gdp", "--geo", name)["places"] == g60_json("show", "gdp", "--geo", "320500")["places"]


def test_suzhou_of_anhui_is_not_suzhou_of_jiangsu(g60, g60_json):
    assert g60_json("show", "gdp", "--geo", "宿州")["places"] == []
    assert "Suzhou (Anhui) 宿州市 [341300]: No figure is held." in g60("show", "gdp", "--geo", "宿州").stdout


@pytest.mark.parametrize(
    ("args", "suggestion"),
    [
        (("show", "gdp", "--geo", "苏洲"), "320500 Suzhou 苏州市"),
        (("show", "gdp", "--geo", "Hanzhou"), "330100 Hangzhou 杭州市"),
        (("show", "gpd"), "gdp (Gross domestic product"),
        (("show", "研发人数"), "rd_personnel (Research and development personnel"),
        (("show", "qqqqqq"), "`g60 indicators` lists what there is"),
        (("show", "苏州"), "it is a place (320500 Suzhou 苏州市), and no indicator.\nWrite g60 show --geo 苏州"),
        (("show", "松江"), "or an indicator innovation_enclaves"),
        (("show", "gdp", "--date", "2023"), "'2023' is not a date"),
        (("show", "gdp", "--date", "2023-12-31", "--year", "2023"), "it is one or the other"),
        (("show", "gdp", "--basis", "curent_prices"), "current_prices"),
        (("show", "gdp", "--corridor", "g60"), "g60_songjiang"),
        (("show", "--basis", "current_prices"), "Name the indicator"),
        (("show", "--geo", "Hefei", "--corridor", "g60_shanghai"), "leave one of them out"),
        (("show", "--year", "1800"), "1949"),
        (("show", "--lang", "fr"), "'zh'"),
    ],
)
def test_what_is_not_known_is_refused_with_what_is(g60, args, suggestion):
    result = g60(*args)
    assert result.exit_code == 2
    assert suggestion in result.stderr
    assert result.stdout == ""


def test_indicator_is_found_by_its_names(g60_json):
    by_name = [g60_json("show", name)["indicator"]["indicator_id"] for name in ("GDP", "Gross Domestic Product")]
    assert by_name == ["gdp", "gdp"]


@pytest.mark.parametrize(
    ("part", "indicator"), [("population", "population_resident"), ("常住", "population_resident"), ("10k", None)]
)
def test_indicator_is_found_by_a_part_of_its_name_where_only_one_has_it(g60, g60_json, part, indicator):
    if indicator:
        assert g60_json("show", part)["indicator"]["indicator_id"] == indicator
    else:
        assert g60("show", part).exit_code == 2


@pytest.mark.parametrize("part", ["demonstration bases", "示范基地", "the star market"])
def test_part_of_several_names_is_answered_with_all_of_them(g60, ask, part):
    result = g60("show", part, columns=2000)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "indicators have it in their names" in result.stderr
    column = "name_en" if part.isascii() else "name_zh"
    found = ask(f"SELECT indicator_id FROM core.indicator WHERE contains(lower({column}), '{part}')")
    assert len(found) > 1
    for row in found:
        assert row["indicator_id"] in result.stderr


@pytest.mark.parametrize(
    ("name", "indicator"),
    [
        ("STAR", "star_listed"),
        ("科创板", "star_listed"),
        ("研发", "rd_expenditure"),
        ("r & d", "rd_expenditure"),
        ("PCT", "pct_applications"),
        ("高企", "hightech_enterprises"),
        ("高新技术企业", "hightech_enterprises"),
        ("High-Tech Enterprises", "hightech_enterprises"),
    ],
)
def test_indicator_is_found_by_what_people_call_it(g60_json, name, indicator):
    assert g60_json("show", name, "--year", "2022")["indicator"]["indicator_id"] == indicator


@pytest.mark.parametrize("name", ["patents", "专利"])
def test_name_of_several_indicators_is_refused_with_all_it_means(g60, name):
    result = g60("show", name, columns=2000)
    assert result.exit_code == 2
    assert "it means 5 things" in result.stderr
    for indicator in ("patents_granted", "patent_applications", "invention_patents_granted", "invention_patents_valid"):
        assert indicator in result.stderr


def test_near_misses_are_named_the_likeliest_first(g60):
    named = g60("show", "hightech_entreprises").stderr.partition("Did you mean ")[2]
    assert named.startswith("hightech_enterprises (")


@pytest.mark.parametrize(("day", "month_end"), [("2023-12-31", "2023-12-31"), ("2023-06-15", "2023-05-31")])
def test_day_shows_the_newest_period_that_had_ended_by_then(g60, g60_json, ask, day, month_end):
    shown = g60_json("show", "star_listed", "--date", day)
    assert shown["date"] == day
    assert {row["period_end"] for row in shown["corridors"]} == {month_end}
    (held,) = ask(
        f"""SELECT value FROM metrics.corridor_total WHERE corridor_id = 'g60_shanghai' AND basis = 'tally'
            AND indicator_id = 'star_listed' AND period_end = DATE '{month_end}'"""
    )
    (mine,) = [row for row in shown["corridors"] if row["corridor_id"] == "g60_shanghai"]
    assert mine["value"] == held["value"]
    screen = g60("show", "star_listed", "--date", day, "--lang", "zh").stdout
    assert screen.startswith(f"日期：{day}。")


def test_day_of_a_yearly_figure_is_the_year_before_until_the_year_has_ended(g60_json):
    rows = g60_json("show", "gdp", "--geo", "Suzhou", "--date", "2023-12-30")["places"]
    assert {row["year"] for row in rows} == {2022}


def test_day_holds_for_a_place_and_for_the_shares_too(g60_json):
    figures = g60_json("show", "--geo", "Hefei", "--date", "2020-06-30")["figures"]
    shares = g60_json("show", "--date", "2020-06-30")["shares"]
    assert max(row["period_end"] for row in figures) <= "2020-06-30"
    assert max(row["period_end"] for row in shares) <= "2020-06-30"
    assert min(len(figures), len(shares)) > 0


@pytest.mark.parametrize(
    ("name", "never"),
    [("Nanjing", ("Tianjin", "Xinjiang", "Liaoning")), ("南京", ("Hunan", "Beijing")), ("Ningbo", ("Ningxia",))],
)
def test_place_that_is_not_held_is_not_answered_with_any_that_sounds_alike(g60, name, never):
    result = g60("show", "gdp", "--geo", name)
    assert result.exit_code == 2
    assert "it is not a known place" in result.stderr
    assert not any(word in result.stderr for word in never)


def test_basis_can_be_chosen_and_others_are_named(g60_json):
    found = g60_json("show", "population_resident", "--basis", "resident_census")
    assert found["basis"]["basis"] == "resident_census"
    assert "resident_year_end" in found["other_bases"]
    newest = {r["corridor_id"]: r["value"] for r in found["corridors"] if r["year"] == 2020}
    assert newest == pytest.approx({"g60_songjiang": 5792.8, "g60_shanghai": 8088.9}, abs=0.06)


def test_basis_with_figures_stands_in_for_a_default_without(g60_json, ask):
    empty = ask(
        """SELECT indicator_id FROM core.indicator AS i
           WHERE EXISTS (FROM core.observation AS o WHERE o.indicator_id = i.indicator_id)
             AND NOT EXISTS (FROM core.observation AS o WHERE o.indicator_id = i.indicator_id
                             AND o.basis = i.default_basis)"""
    )
    for row in empty:
        found = g60_json("show", row["indicator_id"])
        assert found["basis"]["figures"] > 0


def test_ratio_is_shown_as_computed_for_the_corridor(g60_json, ask):
    shown = g60_json("show", "rd_intensity", "--corridor", "g60_shanghai")["corridors"]
    held = ask("FROM metrics.intensity WHERE ratio_id = 'rd_to_gdp' AND corridor_id = 'g60_shanghai'")
    assert {(r["metric_id"], r["value_low"]) for r in shown} == {(r["metric_id"], r["value_low"]) for r in held}


def test_ratio_without_a_value_says_which_members_lack_a_figure(g60, g60_json):
    (row,) = g60_json("show", "rd_intensity", "--corridor", "g60_songjiang", "--year", "2019")["corridors"]
    assert (row["value"], row["members_missing"]) == (None, [])
    assert (row["reason_en"], row["reason_zh"]) == (
        "no exact figure of Songjiang District, Suzhou",
        "松江、苏州没有确切数据",
    )
    screen = g60("show", "rd_intensity", "--corridor", "g60_songjiang", "--year", "2019").stdout
    assert "2019: no exact figure of Songjiang District, Suzhou" in screen


def test_total_of_fewer_members_names_the_missing(g60):
    screen = g60("show", "gdp", "--year", "2023", "--corridor", "g60_songjiang").stdout
    assert "8/9" in screen
    assert "Missing 2023: Songjiang District 松江" in screen


@pytest.mark.parametrize("year", [2021, 2022, 2023, 2024])
def test_share_of_an_interval_has_the_narrower_one_under_assumptions_beside_it(g60, g60_json, ask, year):
    [row] = g60_json("show", "gdp", "--corridor", "g60_songjiang", "--year", str(year))["corridors"]
    narrowest, *_ = ask(
        f"""SELECT low, high, tier FROM metrics.bound
            WHERE corridor_id = 'g60_songjiang' AND indicator_id = 'gdp' AND basis = 'current_prices'
              AND year = {year} AND measure = 'share_of_nation' AND tier <> 'printed' ORDER BY width"""
    )
    assert (row["assumed_share_low"], row["assumed_share_high"]) == (narrowest["low"], narrowest["high"])
    assert row["assumed_tier"] == narrowest["tier"]
    assert row["share_low"] - 1e-9 <= row["assumed_share_low"] <= row["assumed_share_high"] <= row["share_high"] + 1e-9
    assert row["assumed_share_high"] - row["assumed_share_low"] < 0.003
    screen = g60("show", "gdp", "--corridor", "g60_songjiang", "--year", str(year)).stdout
    assert "if nothing fell" in screen or "if steady" in screen
    assert f"{100 * row['assumed_share_low']:.2f}–{100 * row['assumed_share_high']:.2f} %" in screen


def test_total_that_is_known_has_nothing_assumed_beside_it(g60_json):
    [row] = g60_json("show", "gdp", "--corridor", "g60_songjiang", "--year", "2020")["corridors"]
    assert row["value"] is not None
    assert row["assumed_tier"] is None


def test_figures_of_a_place_that_nobody_entered_are_shown_between_their_neighbours(g60, g60_json):
    rows = g60_json("show", "gdp", "--geo", "310117")["places_under_assumptions"]
    found = {row["year"]: (row["low"], row["high"]) for row in rows}
    assert found[2022] == (1637.105, 2276.235)
    screen = g60("show", "gdp", "--geo", "310117").stdout
    assert "Songjiang District 松江, where no exact figure is held: " in screen
    assert "2022 1,637.11–2,276.24 (if nothing fell)" in screen
    assert "2022 1,637.11–2,276.24（若均未下降）" in g60("show", "gdp", "--geo", "310117", "--lang", "zh").stdout


def test_year_of_an_indicator_lists_every_member_with_its_figure(g60, g60_json, ask):
    found = g60_json("show", "gdp", "--year", "2022")["members"]
    held = ask(
        """SELECT DISTINCT m.geo_code, o.value FROM core.corridor_member AS m
           LEFT JOIN core.observation AS o ON o.geo_code = m.geo_code AND o.indicator_id = 'gdp'
               AND o.basis = 'current_prices' AND o.year = 2022 AND o.period_kind = 'calendar_year'
           WHERE m.version = 'metrics'"""
    )
    shown = {
        m["geo_code"]: next((r["value"] for r in m["figures"] if r["period_kind"] != "part_year"), None) for m in found
    }
    assert shown == {row["geo_code"]: row["value"] for row in held}
    assert all(m["held"] == ("nothing" if shown[m["geo_code"]] is None else "value") for m in found)
    lines = [" ".join(line.split()) for line in g60("show", "gdp", "--year", "2022").stdout.splitlines()]
    assert any(line.startswith(f"Suzhou 苏州 2022 {number(shown['320500'])} 100 million yuan ") for line in lines)
    assert "Songjiang District 松江 no figure held" in lines


@pytest.mark.parametrize(
    ("flag", "kind", "title", "title_zh"),
    [
        ("lower_bound", "bound_only", "Bound only", "仅有界值"),
        ("estimated_by_source", "estimate_only", "Estimate of the source only", "仅有来源估计"),
    ],
)
def test_member_of_which_only_a_bound_is_held_is_not_missing(g60, g60_json, ask, flag, kind, title, title_zh):
    case = ask(
        f"""SELECT t.indicator_id, t.year, o.geo_code, g.name_en, g.short_zh,
                   CASE t.period_kind WHEN 'calendar_year' THEN t.year::VARCHAR ELSE t.period_end::VARCHAR END AS period
            FROM metrics.corridor_total AS t JOIN core.indicator AS i USING (indicator_id)
            JOIN core.observation AS o ON list_contains(t.members_missing, o.geo_code)
                 AND o.indicator_id = t.indicator_id AND o.basis = t.basis AND o.period_end = t.period_end
                 AND o.period_kind = t.period_kind AND list_contains(o.flags, '{flag}')
            JOIN core.geography AS g ON g.geo_code = o.geo_code
            WHERE t.corridor_id = 'g60_shanghai' AND t.basis = i.default_basis AND t.period_kind <> 'part_year'
            ORDER BY ALL"""
    )[0]
    wanted = ("show", case["indicator_id"], "--year", str(case["year"]), "--corridor", "g60_shanghai")
    rows = g60_json(*wanted)["corridors"]
    assert any(case["geo_code"] in row[f"members_{kind}"] for row in rows)
    lines = g60(*wanted, columns=500).stdout.splitlines()
    name = f"{case['name_en']} {case['short_zh']}"
    named = [line for line in lines if f" {case['period']}: " in line and name in line]
    assert [line.partition(f" {case['period']}: ")[0] for line in named] == [title]
    zh = g60(*wanted, "--lang", "zh", columns=500).stdout.splitlines()
    name_zh = f"{case['short_zh']} {case['name_en']}"
    assert any(line.startswith(f"{title_zh} {case['period']}：") and name_zh in line for line in zh)
    held = {m["geo_code"]: m["held"] for m in g60_json(*wanted)["members"]}
    assert held[case["geo_code"]] == ("bound_only" if flag == "lower_bound" else "value")


def test_members_without_a_value_are_shown_with_bounds_and_other_bases_marked(g60, g60_json):
    found = g60_json("show", "hightech_enterprises", "--year", "2022")["members"]
    held = {m["geo_code"]: (m["held"], {r["basis"]: r["value"] for r in m["figures"]}) for m in found}
    assert held["310000"] == ("bound_only", {"valid_year_end": 22000, "newly_recognised": 9956})
    assert held["320500"][0] == "other_basis"
    assert held["320500"][1]["unstated"] == 13400
    lines = g60("show", "hightech_enterprises", "--year", "2022", columns=250).stdout.splitlines()
    shanghai = next(i for i, line in enumerate(lines) if line.startswith("Shanghai 上海"))
    assert "≥ 22,000" in lines[shanghai]
    assert "bound only" in lines[shanghai + 1]
    suzhou = next(line for line in lines if line.startswith("Suzhou 苏州"))
    assert "13,400" in suzhou, "a stock, as the basis shown is, before a flow"
    assert "Stock, whether certificates are in force not stated" in suzhou


def test_no_other_basis_stands_beside_a_value_or_a_basis_asked_for(g60_json):
    everything = g60_json("show", "hightech_enterprises", "--geo", "上海")
    valued = {row["year"] for row in everything["places"] if not row["bound"]}
    assert valued
    assert everything["places_on_other_bases"]
    assert valued.isdisjoint({row["year"] for row in everything["places_on_other_bases"]})
    one = g60_json("show", "hightech_enterprises", "--geo", "上海", "--basis", "newly_recognised")
    assert {row["basis"] for row in one["places"]} == {"newly_recognised"}
    assert one["places_on_other_bases"] == []


def test_several_places_are_all_shown(g60, g60_json):
    found = g60_json("show", "gdp", "--geo", "苏州", "--geo", "Hangzhou", "--geo", "320500", "--year", "2022")
    assert [row["geo_code"] for row in found["places"]] == ["320500", "330100"]
    screen = g60("show", "gdp", "--geo", "苏州", "--geo", "Hangzhou", "--year", "2022").stdout
    assert "Suzhou 苏州市 [320500]" in screen
    assert "Hangzhou 杭州市 [330100]" in screen
    profiles = g60_json("show", "--geo", "苏州", "--geo", "Hangzhou")
    assert [place["geo_code"] for place in profiles["places"]] == ["320500", "330100"]
    assert {row["geo_code"] for row in profiles["figures"]} == {"320500", "330100"}


def test_figure_printed_as_more_than_is_cited_so(g60_json):
    (row,) = g60_json("show", "hightech_enterprises", "--geo", "上海", "--year", "2022")["places"]
    assert row["citation"]["text"].startswith("≥ 22,000, Shanghai 上海市")


def test_share_of_another_figure_than_the_chosen_is_marked(g60, g60_json):
    row = g60_json("show", "gdp", "--geo", "310000", "--year", "2019")["places"][0]
    assert row["share_of_this_figure"] is False
    screen = g60("show", "gdp", "--geo", "310000", "--year", "2019", columns=200).stdout
    assert "3.85 % = 1/26.0 *" in screen
    assert "another figure of the period" in screen


@pytest.mark.parametrize("indicator", ["gdp", "rd_expenditure"])
def test_a_total_is_the_sum_of_the_members_listed_and_of_what_it_takes_instead(g60_json, ask, indicator):
    inside = {(r["corridor_id"], r["geo_code"]) for r in ask("FROM core.corridor_member WHERE version = 'metrics'")}
    for year in range(2015, 2026):
        shown = g60_json("show", indicator, "--year", str(year))
        basis, members = shown["basis"]["basis"], shown["members"]
        listed = {f["geo_code"]: f["value"] for m in members for f in m["figures"] if f["basis"] == basis}
        taken = {m["geo_code"]: m["in_totals"][0] for m in members if m["in_totals"]}
        for total in shown["corridors"]:
            of = {geo: value for geo, value in (listed | taken).items() if (total["corridor_id"], geo) in inside}
            if total["value"] is not None:
                assert sum(of.values()) == pytest.approx(total["value"], abs=0.001), (year, total["corridor_id"])
                assert len(of) == total["members_expected"]


@pytest.mark.parametrize(
    ("indicator", "year", "is_sum"), [("gdp", 2023, False), ("gdp", 2024, True), ("trade_total", 2024, True)]
)
@pytest.mark.parametrize(("lang", "words"), [("en", "not the sum of this list: "), ("zh", "与本表之和不符：")])
def test_a_list_whose_sum_is_not_the_total_says_so(g60, indicator, year, is_sum, lang, words):
    screen = g60("show", indicator, "--year", str(year), "--lang", lang, columns=400).stdout
    assert (words not in screen) == is_sum
    assert (f"{words}Huzhou 湖州 4,015.1" in screen or f"{words}湖州 Huzhou 4,015.1" in screen) != is_sum


def test_place_alone_gives_the_newest_of_every_series(g60_json, ask):
    shown = {(r["indicator_id"], r["basis"]): r["period_end"] for r in g60_json("show", "--geo", "合肥")["figures"]}
    held = ask(
        """SELECT indicator_id, basis, max(period_end) AS period_end FROM core.observation
           WHERE geo_code = '340100' AND period_kind <> 'part_year' GROUP BY ALL"""
    )
    assert shown == {(r["indicator_id"], r["basis"]): r["period_end"] for r in held}


def test_year_alone_gives_the_shares_of_that_year(g60_json):
    rows = g60_json("show", "--year", "2020")["shares"]
    assert {r["year"] for r in rows} == {2020}
    assert {r["corridor_id"] for r in rows} == set(SCOPES)
    gdp = {r["corridor_id"]: round(r["one_in_n"], 1) for r in rows if r["indicator_id"] == "gdp"}
    assert gdp == {"g60_songjiang": 15.2, "g60_shanghai": 9.8}


def test_year_without_figures_says_so(g60, g60_json):
    assert g60_json("show", "gdp", "--year", "1950")["corridors"] == []
    assert "No figure is held." in g60("show", "gdp", "--year", "1950").stdout
    assert "No figure is held." in g60("show", "--year", "1950").stdout


def test_chinese_comes_first_where_asked_for(g60):
    screen = g60("show", "gdp", "--geo", "苏州", "--lang", "zh").stdout
    assert "地区（国内）生产总值 Gross domestic product" in screen
    assert "苏州市 Suzhou [320500]" in screen
    assert "取自 g60_pipeline" in screen


def test_an_indicator_of_each_theme_and_kind_can_be_laid_out(g60, ask):
    for row in ask("SELECT min(indicator_id) AS indicator_id FROM core.indicator GROUP BY theme, kind"):
        result = g60("show", row["indicator_id"])
        assert result.exit_code == 0, row["indicator_id"]
        assert row["indicator_id"] in result.stdout


def test_figures_on_a_basis_that_is_the_same_number_are_said_to_enter_the_total(g60):
    screen = " ".join(g60("show", "hightech_enterprises", "--year", "2023", columns=250).stdout.split())
    assert "Figures on basis unstated are the number of the basis shown, and enter its totals and shares" in screen
    chinese = g60("show", "hightech_enterprises", "--year", "2023", "--lang", "zh", columns=250).stdout
    assert "口径 unstated 与所示口径为同一数值" in chinese


def test_basis_that_counts_something_else_is_said_to_enter_no_total(g60):
    screen = " ".join(g60("show", "hightech_enterprises", "--geo", "Zhejiang", columns=250).stdout.split())
    assert "it enters no total and no share of the basis shown" in screen


def test_bound_on_a_basis_that_stands_in_is_no_missing_member(g60_json):
    rows = g60_json("show", "hightech_enterprises", "--year", "2022", "--corridor", "g60_songjiang")["corridors"]
    (row,) = [row for row in rows if row["period_end"] == "2022-09-15"]
    assert row["members_bound_only"] == ["330700"]


def test_contradicted_figure_is_shown_beside_the_chosen_one(g60, g60_json):
    (row,) = g60_json("show", "hightech_enterprises", "--geo", "China", "--year", "2023")["places"]
    assert (row["value"], row["bound"]) == (460000, True)
    assert [loser["value"] for loser in row["contradicted"]] == [400000]
    screen = g60("show", "hightech_enterprises", "--geo", "China", "--year", "2023", columns=200).stdout
    assert screen.index("≥ 460,000") < screen.index("400,000") < screen.index("not chosen: contradicted")


def test_footnote_of_a_share_needs_a_share_that_is_marked(g60):
    assert "* The share" not in g60("show", "gdp", "--year", "2022", columns=200).stdout


def test_a_place_shows_the_course_of_its_exact_values_with_gaps(g60):
    lines = g60("show", "gdp", "--geo", "苏州").stdout.splitlines()
    assert "Course: 2010 ▁▂▂▂▃▃▃▄▅▅▅▆▇▇·█ 2025" in lines
    assert not any(
        line.startswith("Course") for line in g60("show", "little_giants", "--geo", "金华").stdout.splitlines()
    )
