"""Checks between catalog entries: used once, known, inside one another. Which entries must refer to which: `models`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from g60_pipeline.naming import folded, index_of


def check_unique(what: str, values: Iterable[str]) -> None:
    """Raise ValueError for the first value that occurs twice."""
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise ValueError(f"{what} {value!r} is used twice")
        seen.add(value)


def check_own_names(what: str, entries: Mapping[str, tuple[str, str, Sequence[str]]]) -> None:
    """Raise ValueError where an alias is the name of another entry: of two meanings one would be hidden.

    Args:
        what: The files.
        entries: Identifier -> English name, Chinese name, aliases.
    """
    owner = {name.casefold(): key for key, (en, zh, _) in entries.items() for name in (key, en, zh)}
    for key, (_, _, aliases) in entries.items():
        check_unique(f"{what}: alias of {key}", (alias.casefold() for alias in aliases))
        if taken := [alias for alias in aliases if owner.get(alias.casefold(), key) != key]:
            raise ValueError(f"{what}: alias {taken[0]!r} of {key} is the name of {owner[taken[0].casefold()]}")


def check_no_namesake(what: str, entries: Mapping[str, Sequence[str]], others: Mapping[str, Sequence[str]]) -> None:
    """Raise ValueError where an entry bears the name of another: figures of one would be taken for the other's.

    Args:
        what: The files.
        entries: Identifier -> names.
        others: The same of entries of another kind.
    """
    bearing = index_of({**others, **entries})
    for key, names in reversed([*entries.items()]):  # the own ones, which follow the packaged ones, are to be renamed
        for name in (key, *names):
            if others_of_it := [other for other in bearing[folded(name)] if other != key]:
                raise ValueError(f"{what}: name {name!r} of {key} is that of {', '.join(others_of_it)}")


def check_known(what: str, values: Iterable[str], allowed: set[str]) -> None:
    """Raise ValueError with all values that are not allowed."""
    if missing := sorted({v for v in values if v not in allowed}):
        raise ValueError(f"{what} not in the catalog: {', '.join(missing)}")


def places_above(code: str, parents: Mapping[str, str | None]) -> set[str]:
    """Return every place a place lies in, by the parent of each place."""
    found: set[str] = set()
    above = parents.get(code)
    while above is not None and above not in found:
        found.add(above)
        above = parents.get(above)
    return found
