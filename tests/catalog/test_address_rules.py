"""The file of address rules: what it names agrees with the catalog, and a mistake in it is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from g60_pipeline.catalog import addresses, load_catalog
from g60_pipeline.catalog.addresses import AddressRules, load_address_rules
from g60_pipeline.errors import G60Error

RULES: Final = load_address_rules()


def test_cities_of_the_rules_are_the_nine_by_their_names_of_the_catalog() -> None:
    catalog = load_catalog()
    members = next(c.members for c in catalog.corridors if c.corridor_id == "g60_shanghai")
    names = {g.geo_code: g.name_zh for g in catalog.geographies}
    assert RULES.cities == {code: names[code] for code in members}
    assert {p.geo_code: p.name_zh for p in RULES.provinces} == {p.geo_code: names[p.geo_code] for p in RULES.provinces}
    assert {names[code] for code in RULES.district_codes.values()} == {"松江区"}


def test_all_sixteen_districts_of_shanghai_are_known() -> None:
    rule = next(rule for rule in RULES.district_rules if rule.kind == "district")
    assert len(rule.places) == 16
    assert {name: (name,) for name in rule.places} == rule.places


BROKEN: Final = [
    ("rules: [", "not readable as YAML"),
    ("provinces: []", "cities: Field required"),
    ({"cities": {"990000": "某市"}}, "cities in none of the provinces: 990000"),
    ({"district_codes": {"某区": "310199"}}, "codes of districts that no rule leads to: 某区"),
]


@pytest.mark.parametrize(("content", "rule"), BROKEN)
def test_mistake_in_the_file_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | dict[str, Any], rule: str
) -> None:
    text = content if isinstance(content, str) else yaml.safe_dump(RULES.model_dump(mode="json") | content)
    (tmp_path / "address_rules.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(addresses, "files", lambda _package: tmp_path)
    with pytest.raises(G60Error) as caught:
        load_address_rules()
    assert caught.value.subject == "address_rules.yaml"
    assert rule in caught.value.rule


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"rule_id": "county"}, "rule_id stands twice: county"),
        ({"kind": "other_city"}, "a rule of kind other_city has elsewhere, and no places"),
        ({"places": {"310000": ["上海市"], "320500": ["上海市"]}}, "pattern of city stands twice: 上海市"),
        ({"places": {"320200": ["无锡市"]}}, "places that are no city of this file: 320200"),
        ({"pattern": "x"}, "Extra inputs are not permitted"),
    ],
)
def test_rule_that_is_not_sound_is_refused(changed: dict[str, Any], rule: str) -> None:
    text = RULES.model_dump()
    text["rules"] = [{**text["rules"][0], **changed}, *text["rules"][1:]]
    with pytest.raises(ValueError, match=rule):
        AddressRules.model_validate(text)
