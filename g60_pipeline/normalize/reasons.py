"""Writes a reason into the two columns of a row: its code, and its arguments in the order `core.reason` lists them.

The words are in the catalogue of words; a reader puts them in.
"""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from g60_pipeline.wording import LANGUAGES, REASON, bilingual

_NO_WORDS: Final = pl.lit([], dtype=pl.List(pl.String))

Reason = tuple[str, ...]
"""Code of a reason and its arguments, as `core.reason` lists them."""


def reason_row(reason: Reason | None) -> dict[str, Any]:
    """Return the two columns of a reason, for a row that is a dictionary."""
    return dict(zip(("reason_code", "reason_args"), stored(reason), strict=True))


def stored(reason: Reason | None) -> tuple[str | None, list[str]]:
    """Return code and arguments of a reason; no code without one."""
    return (reason[0], list(reason[1:])) if reason else (None, [])


def in_words(rows: pl.DataFrame, *names: str) -> pl.DataFrame:
    """Return rows with reasons in both languages, such as `reason_en` and `reason_zh`, in place of their codes.

    Args:
        rows: Rows with `NAME_code` and, where the reasons have arguments, `NAME_args`.
        names: The reasons, such as `reason`.
    """
    for name in names:
        arguments = f"{name}_args" if f"{name}_args" in rows.columns else _NO_WORDS
        pairs = rows.select(code=f"{name}_code", args=arguments).iter_rows()
        told = [bilingual(f"{REASON}.{code}", *args) if code else (None, None) for code, args in pairs]
        schema = {f"{name}_{language}": pl.String for language in LANGUAGES}
        rows = rows.hstack(pl.DataFrame(told, schema=schema, orient="row"))
        rows = rows.drop(f"{name}_code", f"{name}_args", strict=False)
    return rows


def reason_columns(*cases: tuple[pl.Expr, str | None, list[pl.Expr]], prefix: str = "") -> dict[str, pl.Expr]:
    """Return the two columns of a reason: code and arguments of the first case whose condition is true.

    Args:
        cases: Condition, code and arguments of each; without a code there is no reason.
        prefix: What the names of the two columns begin with.
    """
    code, args = pl.lit(None, dtype=pl.String), _NO_WORDS
    for condition, name, arguments in reversed(cases):
        listed = pl.concat_list(a.cast(pl.String) for a in arguments) if arguments else _NO_WORDS
        code = pl.when(condition).then(pl.lit(name)).otherwise(code)
        args = pl.when(condition).then(listed).otherwise(args)
    return {f"{prefix}reason_code": code, f"{prefix}reason_args": args}


def first_reason(*reasons: tuple[pl.Expr, pl.Expr]) -> dict[str, pl.Expr]:
    """Return the two columns of a reason: the first of several, each code and arguments, that there is."""
    code, args = pl.lit(None, dtype=pl.String), _NO_WORDS
    for its_code, its_args in reversed(reasons):
        code = pl.coalesce(its_code, code)
        args = pl.when(its_code.is_not_null()).then(its_args).otherwise(args)
    return {"reason_code": code, "reason_args": args}
