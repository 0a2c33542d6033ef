"""The command that counts records into figures."""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, Final

import click

from g60_pipeline.cli.common import Language, argument, as_json, command, examples, from_here, lang, option, settings
from g60_pipeline.errors import G60Error, UsageError
from g60_pipeline.reader import screens
from g60_pipeline.whole_files import write_named
from g60_pipeline.wording import say

SHOWN: Final = 10
"""Addresses that no rule places are listed up to this many."""

NAMED: Final = 5
"""Files that are named."""

ALL: Final = "all"
COUNTED: Final = ("rows", "records", "duplicates", "contradictions")
DOCUMENT: Final = ("publisher", "title", "published", "url", "grade")
OPEN: Final = ("unplaced", "undated", "anonymous")


@command(
    epilog=examples(
        "g60 tally grants.parquet --records patents --from 2018 --to 2023 --covers all --publisher CNIPA "
        "--title 'Granted patents' --grade A",
        "g60 tally 'firms/*.csv' --records firms --from 2022 --to 2023 --covers 苏州 --publisher 苏州市科技局 "
        "--title 高新技术企业名单 --grade A --engine duckdb",
    )
)
@argument("files", nargs=-1, required=True)
@option("--records", required=True)
@option("--engine", type=click.Choice(["polars", "duckdb", "spark"]), default="polars")
@option("--from", "first", type=click.IntRange(1949, 2100), required=True)
@option("--to", "last", type=click.IntRange(1949, 2100), required=True)
@option("--covers", multiple=True, required=True)
@option("--publisher", required=True)
@option("--title", required=True)
@option("--grade", type=click.Choice(["A", "B", "C", "D", "U"]), required=True)
@option("--published", default="")
@option("--url", default="")
@option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path))
@option("--replace", is_flag=True)
@option("--work")
@option("--spark-master")
@lang
@as_json
def tally(
    files: tuple[str, ...],
    *,
    records: str,
    covers: tuple[str, ...],
    output: Path | None,
    lang: Language,
    as_json: bool,
    **given: Any,
) -> None:
    """Count records into figures of places and years, and write them into a file of the inbox."""
    from g60_pipeline.catalog import load_catalog  # noqa: PLC0415
    from g60_pipeline.catalog.addresses import load_address_rules  # noqa: PLC0415
    from g60_pipeline.catalog.record_models import read_record_kind  # noqa: PLC0415
    from g60_pipeline.tally import count, engines, rows  # noqa: PLC0415
    from g60_pipeline.tally import files as of_records  # noqa: PLC0415

    home = settings()
    kind = read_record_kind(records, home.home / "records")
    catalog, rules = load_catalog(home.own_corridors), load_address_rules()
    places = _places(covers, catalog.geographies, known=[*rules.cities, *rules.district_codes.values()])
    years = _years(given["first"], given["last"])
    target = output or home.inbox / f"tally_{records}.csv"
    if target.exists() and not given["replace"]:
        raise G60Error.of("tally.there_already", from_here(target))
    paths, form, left_out = of_records.files_and_form(files)
    work: str | None = given["work"]
    folder = nullcontext(work.rstrip("/")) if work else tempfile.TemporaryDirectory(prefix="g60_tally_")
    with (
        folder as shared,
        engines.engine(given["engine"], spark_master=given["spark_master"]) as engine,
        _counting(lang),
    ):
        counts = count.count(engine, paths, form, kind=kind, rules=rules, work=shared)
    found = rows.figures(counts, kind, places=places, years=years)
    locator = say("tally.locator", "en", rows=f"{counts.rows:,}", files=_few(sorted({Path(p).name for p in paths})))
    source = rows.Source(**{name: given[name] for name in DOCUMENT})
    content = rows.inbox_file(found, kind, source, locator=locator)
    target.parent.mkdir(parents=True, exist_ok=True)
    write_named(target, content.encode(), durable=True)
    kinds = rows.of_no_kind(counts, kind)
    unseen = {"left_out": left_out, "ends_unseen": of_records.ends_unseen(paths)}
    _show(counts, kinds, unseen, n=content.count("\n") - 1, target=target, lang=lang, as_json=as_json)


def _few(items: list[str], *, most: int = NAMED, joint: str = ", ") -> str:
    return joint.join(items[:most]) + (f" (+{len(items) - most})" if len(items) > most else "")


def _counting(lang: Language) -> AbstractContextManager[Any]:
    notes = screens.console(stderr=True)
    return notes.status(say("tally.counting", lang)) if notes.is_terminal else nullcontext()


def _places(covers: tuple[str, ...], geographies: Any, *, known: list[str]) -> list[str]:
    from g60_pipeline.ingest.communique.places import place_named  # noqa: PLC0415

    if ALL in covers:
        return known
    found = [place_named(name, geographies).geo_code for name in covers]
    if strange := [code for code in found if code not in known]:
        raise UsageError.of("tally.no_place", f"--covers {strange[0]}", known=", ".join(known))
    return found


def _years(first: int, last: int) -> range:
    if first > last:
        raise UsageError.of("tally.years_reversed", f"--from {first} --to {last}")
    if last >= dt.datetime.now(dt.UTC).year:
        raise UsageError.of("tally.year_not_over", f"--to {last}")
    return range(first, last + 1)


def _show(
    counts: Any,
    kinds: list[tuple[str, int]],
    unseen: dict[str, list[str]],
    *,
    n: int,
    target: Path,
    lang: Language,
    as_json: bool,
) -> None:
    import polars as pl  # noqa: PLC0415

    cells = counts.cells
    placed = pl.col("geo_code").is_not_null()
    sums = cells.select(
        records=pl.col("records").sum() + counts.contradictions,
        unplaced=pl.col("records").filter(~placed & pl.col("is_open")).sum(),
        undated=pl.col("records").filter(pl.col("year").is_null()).sum(),
        anonymous=pl.col("without_identifier").sum(),
        elsewhere=pl.col("records").filter(~placed & ~pl.col("is_open")).sum(),
        without_amount=pl.col("without_amount").sum() if counts.has_amounts else 0,
    ).row(0, named=True)
    numbers = {**sums, "rows": counts.rows, "duplicates": counts.duplicates, "contradictions": counts.contradictions}
    unplaced = counts.unplaced.head(SHOWN)
    if as_json:
        others = [{"kind": name, "records": records} for name, records in kinds]
        listed = {"kinds_of_no_series": others, "unplaced_addresses": unplaced.to_dicts()}
        screens.print_json({"file": str(target), "written": n, **numbers, **listed, **unseen})
        return
    shown = {name: f"{number:,}" for name, number in numbers.items()}
    parts: list[Any] = [
        screens.text(say("tally.counted", lang, named=None, **{name: shown[name] for name in COUNTED})),
        screens.text(say("tally.open", lang, named=None, **{name: shown[name] for name in OPEN})),
        screens.text(say("tally.elsewhere", lang, n=shown["elsewhere"])),
    ]
    if numbers["without_amount"]:
        parts.append(screens.text(say("tally.amounts", lang, n=shown["without_amount"])))
    if kinds:
        named = [f"{name} {records:,}" for name, records in kinds]
        parts.append(screens.text(say("tally.kinds", lang, kinds=_few(named, most=SHOWN, joint="; "))))
    parts += [screens.text(say(f"tally.{key}", lang, files=_few(files))) for key, files in unseen.items() if files]
    if unplaced.height:
        headings = (say("tally.address", lang), say("tally.rows", lang))
        grid = screens.table(*headings, right=headings[1:])
        for address, rows in unplaced.iter_rows():
            grid.add_row(re.sub(r"\s+", " ", address) or "-", f"{rows:,}")
        parts.append(screens.titled(say("tally.addresses", lang), grid))
    parts.append(screens.text(say("tally.written", lang, n=str(n), file=from_here(target))))
    screens.show(*parts)
