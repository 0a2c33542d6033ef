"""Indicators as external assets: found by search under either name, with definition, formula, chart and page.

Charts and pages come from the server of `g60 ui` (`pages`); another one shows the words alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import dagster as dg

from g60_pipeline.catalog import load_catalog
from g60_pipeline.catalog.models import Indicator, Unit
from g60_pipeline.metrics.engine.formulas import formulas
from g60_pipeline.orchestration.asset_metadata import in_both
from g60_pipeline.orchestration.assets import OWNERS, WAREHOUSE
from g60_pipeline.wording import LANGUAGES

GROUP: Final = "indicators"
"""Asset group of the indicators."""

CHART: Final = "/chart/{language}/{indicator_id}.svg"
"""Where the server draws an indicator."""

PAGE: Final = "/report/{language}/indicators/{indicator_id}.html"
"""Where the server shows the page of an indicator."""

OF_SUMS: Final = ("corridor_total", "national_share")
"""Formulas of what is computed of an indicator that can be added up."""

OF_RATIOS: Final = ("intensity_ratio",)
"""Formulas of an indicator that is a ratio of others."""


def indicator_assets() -> Iterator[dg.AssetSpec]:
    """Yield an asset per indicator of the catalog, its Chinese name in its key: search looks at keys only."""
    catalog = load_catalog()
    units = {unit.unit: unit for unit in catalog.units}
    for indicator in catalog.indicators:
        yield dg.AssetSpec(
            key=dg.AssetKey([GROUP, f"{indicator.indicator_id} {indicator.name_zh}"]),
            deps=[WAREHOUSE],
            description=description(indicator, units[indicator.unit]),
            group_name=GROUP,
            owners=OWNERS,
            tags={"theme": indicator.theme},
        )


def description(indicator: Indicator, unit: Unit) -> str:
    """Return what an indicator is, in Markdown: names, definition, unit and formula in both languages, chart, pages."""
    name = indicator.indicator_id
    default = next(basis for basis in indicator.bases if basis.basis == indicator.default_basis)
    computed = OF_RATIOS if indicator.computed_by else OF_SUMS if default.additive else ()
    computed_by = [
        f"**{f.name_en} {f.name_zh}** (`{f.formula_id}`): {f.words_en} {f.words_zh}"
        for f in formulas().values()
        if f.formula_id in computed
    ]
    address = CHART.format(language=LANGUAGES[0], indicator_id=name)
    return "\n\n".join(
        [
            f"**{indicator.name_en} {indicator.name_zh}** ({unit.symbol_en} {unit.symbol_zh})",
            in_both(PAGE, "ui.page", indicator_id=name),
            f"{indicator.definition_en} {indicator.definition_zh}",
            f"![{indicator.name_en} {indicator.name_zh}]({address})",
            *computed_by,
        ]
    )
