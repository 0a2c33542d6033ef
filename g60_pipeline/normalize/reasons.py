"""Writes a reason into the two columns of a row: its code, and its arguments in the order `core.reason` lists them.

The words are in the catalogue of words; a reader puts them in.
"""

from __future__ import annotations

from typing import Any, Final

import polars as pl

_NO_WORDS: Final = pl.lit([], dtype=pl.List(pl.String))

Reason = tuple[str, ...]
"""Code of a reason and its arguments, as `core.reason` lists them."""


def reason_row(reason: Reason | None) -> dict[str, Any]:
    """Return the two columns of a reason, for a row that is a dictionary."""
    return {"reason_code": reason[0] if reason else None, "reason_args": list(reason[1:]) if reason else []}


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
