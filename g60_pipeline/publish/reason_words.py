"""The words of every reason that rows of the file have, for `analysis.reason_words`, where SQL looks them up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import polars as pl

from g60_pipeline.tables import table
from g60_pipeline.wording import LANGUAGES, Bilingual, NameOf, bilingual, entry_of, reason_key

REASON_CODE: Final = "core.reason.reason_code"
"""What the columns of codes refer to."""

Told = tuple[tuple[str, ...], tuple[str, ...]]
"""Codes and arguments: one code with all its arguments, or remarks with one argument each, empty where it has none."""


def reason_words(frames: Mapping[str, pl.DataFrame], named: NameOf) -> pl.DataFrame:
    """Return the words of each reason and of all remarks on a verdict, by `of_codes` and `of_arguments`.

    Args:
        frames: Tables by full name. A column of codes has its arguments in the column of its name with `args`.
        named: Gives places, breaks and units their names.
    """
    there = {told for name, frame in frames.items() for told in _told(name, frame)}
    rows = [(list(codes), list(arguments), *_words(codes, arguments, named)) for codes, arguments in sorted(there)]
    lists = dict.fromkeys(("of_codes", "of_arguments"), pl.List(pl.String))
    return pl.DataFrame(rows, schema=lists | {f"words_{language}": pl.String for language in LANGUAGES}, orient="row")


def _told(name: str, frame: pl.DataFrame) -> Iterator[Told]:
    for column, definition in table(name).schema.columns().items():
        if (definition.metadata or {}).get("references") == REASON_CODE:
            arguments = f"{column.removesuffix('_codes').removesuffix('_code')}_args"
            for codes, args in frame.select(column, arguments).drop_nulls(column).unique().iter_rows():
                if codes:
                    yield (codes,) if isinstance(codes, str) else tuple(codes), tuple(args)


def _words(codes: Sequence[str], arguments: Sequence[str], named: NameOf) -> Bilingual:
    if len(codes) == 1 and (arguments != ("",) or entry_of(reason_key(codes[0])).arguments):
        return bilingual(reason_key(codes[0]), *arguments, named=named)
    told = [_words((code,), (one,) if one else (), named) for code, one in zip(codes, arguments, strict=True)]
    return " ".join(english for english, _ in told), "".join(chinese for _, chinese in told)
