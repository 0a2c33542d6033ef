"""Mistakes in catalog files are refused with the file and the entry, never passed on or shown as a traceback."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from pydantic import ValidationError

from g60_pipeline.catalog import load, load_catalog
from g60_pipeline.catalog.live_models import LiveSchedule
from g60_pipeline.errors import G60Error

OWN = """\
corridor_id: my_pair
name_en: My pair
name_zh: 我的走廊
description_en: Two cities
description_zh: 两个城市
parent_code: "100000"
document: {publisher: me, title: my list}
members: ["330100", "330400"]
"""


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str, str], G60Error]:
    """Return a function that spoils one text in a copy of the catalog and gives the error of loading it."""
    copy = tmp_path / "catalog"
    shutil.copytree(str(files("g60_pipeline.catalog")), copy)
    monkeypatch.setattr(load, "files", lambda package: copy if package == "g60_pipeline.catalog" else files(package))

    def spoil(file: str, old: str, new: str) -> G60Error:
        text = (copy / file).read_text(encoding="utf-8")
        assert old in text
        (copy / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(G60Error) as caught:
            load_catalog()
        assert caught.value.remedy
        return caught.value

    return spoil


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("geographies.csv", "Suzhou;苏州市;苏州;", "Suzhou;苏州市;苏州;宿州;", ["geographies.csv: alias", "宿州", "twice"]),
        ("geographies.csv", "330100,prefecture,Hangzhou,杭州市,杭州,330000", "330100,prefecture,Hangzhou,杭州市,杭州,339999", ["geographies.csv: parent_code", "339999"]),
        ("geographies.csv", "330100,prefecture,Hangzhou", "330100,town,Hangzhou", ["geographies.csv", "330100", "level"]),
        ("geographies.csv", "330100,prefecture,Hangzhou", "33010,prefecture,Hangzhou", ["geographies.csv", "33010"]),
        ("indicators/population_land.yaml", "  theme: population_land", "  thema: x\n  theme: population_land", ["population_land.yaml", "population_resident", "thema"]),
        ("indicators/population_land.yaml", "national_basis: resident_census", "national_basis: resident_sensus", ["population_land.yaml", "population_resident", "resident_sensus"]),
        ("indicators/population_land.yaml", "unit: persons_10k", "unit: heads", ["indicators/*.yaml: unit", "heads"]),
        ("corridors/g60_songjiang.yaml", '  - "310117"', '  - "310199"', ["corridors/*.yaml: member of g60_songjiang", "310199"]),
        ("corridors/g60_songjiang.yaml", '  - "330400"', '  - "310117"', ["corridors/*.yaml: member of g60_songjiang", "310117", "twice"]),
        ("ratios.yaml", "numerator: {indicator: rd_expenditure, basis: gross_domestic}", "numerator: {indicator: rd_expenditure, basis: nobody}", ["ratios.yaml: series of rd_to_gdp", "rd_expenditure / nobody"]),
        ("ratios.yaml", "scale: 100.0", "scale: 0.0", ["ratios.yaml", "rd_to_gdp", "scale"]),
        ("sources.yaml", "  terms: ask", "  terms: perhaps", ["sources.yaml", "nbs", "terms"]),
        ("units.csv", "cny_tn,cny,12", "cny_tn,cny,twelve", ["units.csv", "cny_tn", "power_of_ten"]),
        ("formulas.yaml", "  version: 1", "  version: 0", ["formulas.yaml", "star_tally", "version"]),
        ("formulas.yaml", "<base_year>", "<year>", ["formulas.yaml", "growth_since_2018", "latex names 'year'"]),
        ("formula_versions.csv", "growth_yoy,1,", "growth_yoy,2,", ["growth_yoy", "must be 1, 2, 3"]),
        ("formula_versions.csv", "growth_yoy,1,", "growth_why,1,", ["there is no formula growth_why"]),
        ("index.yaml", "{ratio: exports_to_gdp}", "{ratio: exports_to_gnp}", ["index.yaml: ratio of innovation", "exports_to_gnp"]),
        ("index.yaml", "{ratio: exports_to_gdp}", "{network: strength}", ["index.yaml", "innovation", "network"]),
        ("index.yaml", "{ratio: exports_to_gdp}", "{indicator: rd_intensity, basis: gross}", ["index.yaml: indicator and basis of innovation", "rd_intensity / gross"]),
        ("index.yaml", "component_id: exports_to_gdp", "component_id: star_listed_per_10k", ["index.yaml", "star_listed_per_10k", "twice"]),
        ("index.yaml", "least_cities: 5", "least_cities: 2", ["index.yaml", "innovation", "least_cities"]),
        ("index.yaml", "dimension: output", "dimension: outcome", ["index.yaml", "innovation", "dimension"]),
        ("sources.yaml", "- source_id: most", "- source_id: nbs", ["sources.yaml: source_id", "nbs", "twice"]),
    ],
)  # fmt: skip
def test_a_mistake_in_the_packaged_catalog_names_its_place(
    broken: Callable[[str, str, str], G60Error], file: str, old: str, new: str, told: list[str]
) -> None:
    message = str(broken(file, old, new))
    assert [words for words in told if words not in message] == []


def test_a_new_version_with_its_line_of_history_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "catalog"
    shutil.copytree(str(files("g60_pipeline.catalog")), copy)
    monkeypatch.setattr(load, "files", lambda package: copy if package == "g60_pipeline.catalog" else files(package))
    text = (copy / "formulas.yaml").read_text(encoding="utf-8")
    start = text.index("- formula_id: growth_yoy")
    changed = text[start:].replace("version: 1", "version: 2", 1).replace("base_value - 1", "base_value - 2", 1)
    (copy / "formulas.yaml").write_text(text[:start] + changed, encoding="utf-8")
    with pytest.raises(G60Error, match=r"is not in formula_versions\.csv: add growth_yoy,2,DATE,[0-9a-f]{16}") as told:
        load_catalog()
    line = str(told.value).partition("add ")[2].split()[0].replace("DATE", "2026-12-01").removesuffix(",WHAT")
    with (copy / "formula_versions.csv").open("a", encoding="utf-8") as history:
        history.write(f"{line},Written anew\n")
    assert load_catalog().formula_versions[-1].version == 2


def test_a_file_that_is_not_a_list_of_entries_is_refused(broken: Callable[[str, str, str], G60Error]) -> None:
    error = broken("formulas.yaml", (files("g60_pipeline.catalog") / "formulas.yaml").read_text("utf-8"), "a: 1\n")
    assert error.subject == "formulas.yaml"
    assert "list of entries" in error.rule


def own_corridor(folder: Path, text: str | bytes) -> Path:
    (folder / "mine.yaml").write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return folder


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("corridor_id: [unclosed", ["mine.yaml", "YAML"]),
        ("corridor_id: 我的".encode("gbk"), ["mine.yaml", "UTF-8"]),
        ("", ["mine.yaml"]),
        ("- a list", ["mine.yaml"]),
        (OWN + "colour: red\n", ["mine.yaml", "my_pair", "colour"]),
        (OWN.replace("my_pair", "My Pair"), ["mine.yaml", "My Pair", "corridor_id"]),
        (OWN.replace("my_pair", "g60_songjiang"), ["corridor_id", "g60_songjiang", "twice"]),
        (OWN.replace("330400", "330499"), ["corridors/*.yaml: member of my_pair", "330499"]),
        (OWN.replace('"330100", "330400"', "330100, 330400"), ["mine.yaml", "my_pair", "members"]),
        (OWN.replace('members: ["330100", "330400"]', "members: []"), ["mine.yaml", "my_pair", "members"]),
        (OWN + "versions: [{version: '1', valid_from: '2018-13', members: ['330100'], document: {publisher: me, title: t}}]\n", ["mine.yaml", "my_pair", "2018-13"]),
    ],
)  # fmt: skip
def test_a_mistake_in_an_own_corridor_names_file_and_entry(tmp_path: Path, text: str | bytes, told: list[str]) -> None:
    with pytest.raises(G60Error) as caught:
        load_catalog(own_corridor(tmp_path, text))
    assert [words for words in told if words not in str(caught.value)] == []
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("line", "of"),
    [
        ("name_zh: 苏州", "320500"),
        ("name_zh: 苏州市", "320500"),
        ("name_en: SUZHOU", "320500"),
        ("name_en: Hang-zhou", "330100"),
        ("corridor_id: suzhou", "320500"),
        ("corridor_id: yrd", "YRD"),
        ("name_zh: 长三角Ｇ60科创走廊（含松江区）", "g60_songjiang"),
    ],
)
def test_a_corridor_bears_no_name_of_a_place_or_of_another_corridor(tmp_path: Path, line: str, of: str) -> None:
    field = line.partition(":")[0]
    text = re.sub(f"(?m)^{field}: .*$", line, OWN)
    with pytest.raises(G60Error, match=f"corridors/.*name .* is that of {of}") as caught:
        load_catalog(own_corridor(tmp_path, text))
    assert caught.value.remedy


@pytest.mark.parametrize(
    "members",
    ['["310000", "310117"]', '["330000", "330100"]'],
)
def test_a_corridor_does_not_count_a_place_and_a_part_of_it(tmp_path: Path, members: str) -> None:
    text = OWN.replace('["330100", "330400"]', members)
    with pytest.raises(G60Error, match="my_pair"):
        load_catalog(own_corridor(tmp_path, text))


def test_a_dated_version_can_not_pose_as_the_set_the_metrics_use(tmp_path: Path) -> None:
    version = "{version: metrics, valid_from: '2018', members: ['330700'], document: {publisher: me, title: t}}"
    with pytest.raises(G60Error, match="metrics"):
        load_catalog(own_corridor(tmp_path, OWN + f"versions: [{version}]\n"))


def test_own_corridors_are_added_to_the_packaged_ones(tmp_path: Path) -> None:
    ids = {c.corridor_id for c in load_catalog(own_corridor(tmp_path, OWN)).corridors}
    assert ids == {"g60_songjiang", "g60_shanghai", "my_pair"}


def test_a_folder_without_own_corridors_adds_none(tmp_path: Path) -> None:
    assert load_catalog(tmp_path) == load_catalog(tmp_path / "missing") == load_catalog()


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("0 6 * *", "not a cron line of five fields"),
        ("0 0 6 * * 1", "not a cron line of five fields"),
        ("0 25 * * *", "Bad hour"),
        ("0 6 31 2 *", "Bad day-of-month"),
        ("daily at six o'clock please", "Bad minute"),
    ],
)
def test_schedule_that_is_no_cron_line_is_refused(line: str, rule: str) -> None:
    with pytest.raises(ValidationError, match=rule):
        LiveSchedule(cron=line, running=True, why="a test")
