"""The command that shows where a number comes from: explain."""

from __future__ import annotations

from typing import Any

from g60_pipeline.cli.as_of import about, as_of_option, known_by, open_as_of
from g60_pipeline.cli.common import Language, argument, as_json, command, examples, lang, option
from g60_pipeline.cli.completing import CORRIDOR, INDICATOR, METRIC, PLACE
from g60_pipeline.explain import explanation, screen
from g60_pipeline.explain.query import MetricQuery
from g60_pipeline.reader import screens
from g60_pipeline.reader.words import Words


@command(
    epilog=examples(
        "g60 explain national_share star_listed --corridor g60_shanghai --date 2022-12-31",
        "g60 explain intensity gdp --geo 合肥 --date 2022 --by ratio_id=gdp_per_10k",
        "g60 explain gradient --geo Hefei --corridor g60_shanghai --by yardstick=size --lang zh",
        "g60 explain collaboration_link --by from_geo=上海 --by to_geo=Suzhou --by path=all",
        "g60 explain growth:yoy:g60_shanghai:gdp:current_prices:2022-12-31 --json",
    )
)
@argument("what", shell_complete=METRIC)
@argument("indicator", required=False, shell_complete=INDICATOR)
@option("--corridor", shell_complete=CORRIDOR)
@option("--geo", "place", shell_complete=PLACE)
@option("--date")
@option("--basis")
@option(
    "--by",
    multiple=True,
)
@as_of_option
@lang
@as_json
def explain(
    what: str, indicator: str | None, *, as_of: str | None, lang: Language, as_json: bool, **narrowed: Any
) -> None:
    """Explain a number: formula, sum, every figure with its document, corrections, and what lost against it."""
    query = MetricQuery(what, indicator, **narrowed)
    with open_as_of(as_of) as (warehouse, known):
        found = explanation.explain(warehouse, query)
    if as_json:
        screens.print_json(about(known) | found.as_json())
    else:
        words = Words(lang)
        screens.show(*known_by(known, words), *screen.screen(found, words))
