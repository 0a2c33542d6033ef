"""From registered addresses to cities, and within Shanghai to districts, by the written rules of the catalog.

The administrative head of an address decides: what comes first once the province is removed. The patterns are in
`catalog/address_rules.yaml`; firms are not counted here.

    上海市松江区九路9号             310000 by the rule `city`; district 310117 by the rule `shanghai_district`
    江苏省苏州工业园区星湖街1号     320500 by the rule `zone`; with an office in Shanghai, `office_elsewhere` is true
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from g60_pipeline.catalog.addresses import AddressRules
from g60_pipeline.normalize.address_finder import (
    ANOTHER_PROVINCE,
    NATION,
    NO_ADDRESS,
    SHANGHAI,
    AddressFinder,
    NoDistrict,
    Placement,
    consistent_place,
    plain_address,
)
from g60_pipeline.normalize.reasons import Reason, stored

ADDED: Final[dict[str, type[pl.DataType] | pl.DataType]] = {
    "city_zh": pl.String,
    "geo_code": pl.String,
    "city_rule": pl.String,
    "district_zh": pl.String,
    "district_code": pl.String,
    "district_rule": pl.String,
    "office_geo_code": pl.String,
    "office_elsewhere": pl.Boolean,
    "office_zh": pl.String,
    "reason_code": pl.String,
    "reason_args": pl.List(pl.String),
    "remedy_code": pl.String,
}
"""Columns `resolve` adds."""

NO_RULE: Final = "add_address_rule"
NO_DISTRICT: Final = "add_district_rule"
CONTRADICTION: Final = "ask_the_exchange"


def resolve(listings: pl.DataFrame, rules: AddressRules) -> pl.DataFrame:
    """Return the firms with the city and district their registered address lies in, and the rule that says so.

    Args:
        listings: Firms with `stock_code`, `full_name_zh`, `registered_address`, `office_address` and `province_zh`.
        rules: The rules, in the order they are tried.

    Returns:
        The firms with these columns added. `city_zh` and `city_rule`: the city, among the nine or elsewhere;
        `geo_code`: its code where it is one of the nine; `district_zh`, `district_rule`, `district_code`: the district
        of Shanghai, with a code for Songjiang only; `office_geo_code`: the office's city where it is one of the nine;
        `office_elsewhere`: both cities are known and differ; `office_zh`: the office's city where the firm has none;
        `reason_code`, `reason_args`, `remedy_code`: why a person must look, and what to do. Firms of other provinces
        have none of these.
    """
    finder = AddressFinder(rules)
    names = ["full_name_zh", "registered_address", "office_address", "province_zh"]
    rows = [_added(texts, finder) for texts in listings.select(names).iter_rows()]
    return listings.with_columns(pl.DataFrame(rows, schema=ADDED, orient="row"))


def unresolved(resolved: pl.DataFrame) -> pl.DataFrame:
    """Return the firms a person must look at, each with the reason and the remedy.

    Args:
        resolved: Firms as `resolve` returns them.

    Returns:
        Firms of the four provinces without a city and firms of Shanghai without a district, by stock code.
    """
    return (
        resolved.filter(pl.col("reason_code").is_not_null())
        .select(
            *("stock_code", "full_name_zh", "province_zh", "registered_address", "office_zh"),
            *("reason_code", "reason_args", "remedy_code"),
            remedy_args=pl.lit([], dtype=pl.List(pl.String)),
        )
        .sort("stock_code")
    )


PLACED: Final[dict[str, type[pl.DataType]]] = {
    "geo_code": pl.String,
    "district_code": pl.String,
    "is_open": pl.Boolean,
    "province": pl.String,
}
"""Columns `place` returns beside the address."""

_Said = tuple[str | None, str | None, bool | None, str | None]
_OPEN: Final = list(PLACED).index("is_open")
_UNSAID: Final[_Said] = (None, None, None, None)


def place(addresses: pl.Series, rules: AddressRules) -> pl.DataFrame:
    """Return where each address lies, by the address alone.

    Args:
        addresses: Addresses as they are written; null and empty ones are open.
        rules: The rules, in the order they are tried; those that read a firm's name are not.

    Returns:
        One row an address, in their order, with its name as given and:
        `geo_code`: city, where it is one of the nine; `district_code`: of Songjiang, where the address lies in it;
        `is_open`: it may lie in one of the nine, or, in Shanghai, in Songjiang; `province`: code of the province an
        open address lies in, where it names one. An address elsewhere has no code and is not open.
    """
    finder = AddressFinder(rules)
    return _frame(addresses, [_placed(plain_address(address or ""), finder) for address in addresses])


def place_beginnings(beginnings: pl.Series, rules: AddressRules) -> pl.DataFrame:
    """Return where all addresses lie that begin with a text, for the texts that say so whatever comes behind them.

    Args:
        beginnings: First signs of addresses; null where there is no address.
        rules: The rules, as for `place`.

    Returns:
        One row a text, as `place` returns it for any address with that beginning; only nulls where the text leaves
        something open: 江苏省苏州市 lies in Suzhou, but 上海市松江 is in Songjiang only where no 路 follows.
    """
    finder = AddressFinder(rules)
    said = [_placed(text, finder) if text and finder.settles(text) else _UNSAID for text in beginnings]
    return _frame(beginnings, [_UNSAID if lies[_OPEN] else lies for lies in said])


def _frame(texts: pl.Series, said: Sequence[_Said]) -> pl.DataFrame:
    return pl.DataFrame(said, schema=PLACED, orient="row").insert_column(0, texts)


def _placed(text: str, finder: AddressFinder) -> _Said:
    found = finder.address(text)
    if found is None or consistent_place(found, finder) is None:
        named = finder.provinces_of(text)
        is_open = bool(named) or found is not None or not ANOTHER_PROVINCE.match(NATION.sub("", text, count=1))
        return None, None, is_open, next(iter(named)) if len(named) == 1 and found is None else None
    if found.place.geo_code != SHANGHAI:
        return found.place.geo_code, None, False, None
    district = finder.district(text, "")
    if isinstance(district, NoDistrict):
        return SHANGHAI, None, True, SHANGHAI
    return SHANGHAI, finder.district_codes.get(district[0]), False, None


def _added(texts: tuple[str | None, ...], finder: AddressFinder) -> tuple[object, ...]:
    full_name, registered, office, province_zh = texts
    province = finder.province(province_zh)
    if province is None:
        return (None, None, None, None, None, None, None, False, None, None, [], None)
    address, name = plain_address(registered or ""), plain_address(full_name or "")
    at_office = consistent_place(finder.address(plain_address(office or "")), finder)
    found = finder.address(address) or finder.name(name)
    office_code = at_office.geo_code if at_office else None
    doubt = _city_doubt(found, province, finder=finder, address=address)
    if found is None or doubt:
        remedy = NO_RULE if found is None else CONTRADICTION
        office = at_office.name_zh if at_office else None
        return (None, None, None, None, None, None, office_code, False, office, *stored(doubt), remedy)
    place = found.place
    district = rule_id = no_district = None
    if place.geo_code == SHANGHAI:
        answer = finder.district(address, name)
        if isinstance(answer, NoDistrict):
            no_district = answer.reason
        else:
            district, rule_id = answer
    return (
        place.name_zh,
        place.geo_code,
        found.rule_id,
        district,
        finder.district_codes.get(district or ""),
        rule_id,
        office_code,
        at_office is not None and at_office.name_zh != place.name_zh,
        None,
        *stored(no_district),
        NO_DISTRICT if no_district else None,
    )


def _city_doubt(found: Placement | None, province: str, *, finder: AddressFinder, address: str) -> Reason | None:
    if found is None:
        return ("no_address_rule",) if address else NO_ADDRESS
    if consistent_place(found, finder) is None:
        before = "、".join(sorted(finder.names[code] for code in found.named))
        return "address_names_other", before, found.place.name_zh
    inside = found.place.province
    if inside in finder.names and inside != province:
        return "list_names_other", finder.names[province], found.rule_id, found.place.name_zh
    return None
