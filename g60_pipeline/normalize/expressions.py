"""Polars expressions for text that becomes a date, a number or a list. What cannot be read becomes null."""

from __future__ import annotations

from typing import Final

import polars as pl

PARTIAL_DATE: Final = r"^\d{4}(-\d{2}(-\d{2})?)?$"
"""YYYY, YYYY-MM or YYYY-MM-DD."""

NUMBER: Final = r"^-?[0-9]{1,30}(\.[0-9]{1,30})?$"
"""A number as a facts file may have it: ASCII digits, at most one point, no separators, no exponent."""


def first_day(column: str) -> pl.Expr:
    """Return the first day a partial date may mean."""
    text = _partial(column)
    filled = (
        pl.when(text.str.len_chars() == 4)
        .then(text + "-01-01")
        .when(text.str.len_chars() == 7)
        .then(text + "-01")
        .otherwise(text)
    )
    return filled.str.to_date("%Y-%m-%d", strict=False)


def last_day(column: str) -> pl.Expr:
    """Return the last day a partial date may mean."""
    text = _partial(column)
    month_end = (text + "-01").str.to_date("%Y-%m-%d", strict=False).dt.month_end()
    return (
        pl.when(text.str.len_chars() == 4)
        .then((text + "-12-31").str.to_date("%Y-%m-%d", strict=False))
        .when(text.str.len_chars() == 7)
        .then(month_end)
        .otherwise(text.str.to_date("%Y-%m-%d", strict=False))
    )


def full_date(column: str) -> pl.Expr:
    """Return the day of YYYY-MM-DD, null for anything shorter."""
    return pl.col(column).str.to_date("%Y-%m-%d", strict=False)


def number(column: str, power_of_ten: pl.Expr | None = None) -> pl.Expr:
    """Return the number of a text, times a power of ten.

    The power is put into the text before it is read ("1.4097e5"): converting a unit adds no rounding of its own. A
    negative zero is 0.
    """
    text: pl.Expr = pl.when(pl.col(column).str.contains(NUMBER)).then(pl.col(column))
    if power_of_ten is not None:
        text = text + "e" + power_of_ten.cast(pl.String)
    value = text.cast(pl.Float64, strict=False)
    return pl.when(value == 0).then(0.0).otherwise(value)


def filed_as(column: str) -> pl.Expr:
    """Return the identifier a raw row gets: its own, after the name of the file where it is in the inbox."""
    from_file = pl.col("file").str.starts_with("inbox/")
    return pl.when(from_file).then(pl.format("{}#{}", "file", column)).otherwise(column)


def word_list(column: str) -> pl.Expr:
    """Return the words of a semicolon-separated text; empty for null."""
    return (
        pl.col(column)
        .fill_null("")
        .str.split(";")
        .list.eval(pl.element().str.strip_chars())
        .list.eval(pl.element().filter(pl.element() != ""))
    )


def _partial(column: str) -> pl.Expr:
    return pl.when(pl.col(column).str.contains(PARTIAL_DATE)).then(pl.col(column))
