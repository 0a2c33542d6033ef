"""What must hold before a build: the clock, and the inputs the last publication was made of.

One list for three readers: the build of the command line and that of Dagster, which are refused, and `g60 doctor`. What
was there at the last publication and can not be read now stops a build, unless somebody says that it is gone. The rules
are in `clock` and `inputs`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from g60_pipeline.builds import clock, inputs
from g60_pipeline.builds.inputs import ARCHIVE, GONE
from g60_pipeline.builds.made_of import PublishedInputs, published
from g60_pipeline.builds.refusal import Refusal
from g60_pipeline.errors import G60Error
from g60_pipeline.reader.database import UsageError
from g60_pipeline.settings import Settings, live_sources


def check(settings: Settings, *, clock_is_right: bool = False) -> list[str]:
    """Return which files and rows are no longer there, in words, or refuse the build.

    Args:
        settings: Where things are kept, and which inputs somebody has said to be gone.
        clock_is_right: A person has looked: what has a later date was made when the clock was ahead. A publication
            of such a day is made anew, so that this is said once.

    Raises:
        UsageError: An input was said to be gone that is there.
        G60Error: The clock is wrong, or an input has vanished.
    """
    known = published(settings)
    check_without(settings)
    found = list(_refusals(settings, known, clock_is_right=clock_is_right))
    if found:
        first = found[0]
        more = f" ({len(found) - 1} more: `g60 doctor` names all)" if len(found) > 1 else ""
        raise G60Error(first.subject, first.rule, f"{first.remedy}{more}")
    if clock_is_right and known.built_at is not None and known.built_at > clock.present():
        os.utime(settings.database)  # no longer as it was published: it is made anew, with the time of now
    return [remark for _, remark in inputs.departures(settings, known)]


def departures(settings: Settings) -> list[str]:
    """Return which files and rows the publication in force was made of that are no longer there, in words."""
    return [remark for _, remark in inputs.departures(settings, published(settings))]


def passed_over(settings: Settings) -> list[str]:
    """Return in words what people put where their files are read from, and what is not read."""
    return [told for _, told in inputs.passed_over(settings)]


def findings(settings: Settings) -> list[tuple[str, Literal["ok", "note", "wrong"], str, str]]:
    """Return for `g60 doctor` what a build would be refused for or say: what was looked at, state, detail, remedy."""
    known = published(settings)
    found: list[tuple[str, Literal["ok", "note", "wrong"], str, str]] = []
    found += [(r.subject, "wrong", r.rule, r.remedy) for r in _refusals(settings, known, clock_is_right=False)]
    found += [
        (source_id, "note", remark, f"Run `g60 refresh {source_id}`")
        for source_id, remark in clock.times_to_come(settings)
        if source_id not in str(found)
    ]
    refused = {subject for subject, *_ in found}
    found += [
        (name, "note", remark, "Put back what you did not take away")
        for name, remark in inputs.departures(settings, known)
        if name not in refused
    ]
    found += [
        (name, "note", told, "Save it there in the form that is read, or take it away")
        for name, told in inputs.passed_over(settings)
    ]
    return found or [("before a build", "ok", "the clock is right, and every input of the last one is there", "")]


def check_without(settings: Settings) -> None:
    """Refuse to leave out what is there.

    Raises:
        UsageError: An input that was said to be gone is there and can be read, or has a name no input has.
    """
    if not settings.without:
        return
    plain = replace(settings, without=frozenset())
    gone = {refusal.name for refusal in inputs.vanished(plain, published(settings))}
    folders = {ARCHIVE: settings.archive_dir, **inputs.folders(settings)}
    sources = live_sources()
    for name in sorted(settings.without - gone):
        kind, _, file = name.partition("/")
        if name in folders or (kind in inputs.folders(settings) and file):
            is_there = (settings.home / name.removesuffix(GONE)).is_file() if file else inputs.is_filled(folders[name])
        elif name in sources:
            archive = inputs.archive_of(settings)
            is_there = archive is not None and name in archive.sources()
        else:
            choice = f"{', '.join(folders)}, a file such as inbox/mine.csv, or a live source ({', '.join(sources)})"
            raise UsageError(f"--without {name}", "no input has that name", f"Name one of {choice}")
        if is_there:
            rule = "it is there and can be read, so it is not left out"
            rule = "no rows were cut off it" if name.endswith(GONE) else rule
            raise UsageError(
                f"--without {name}", rule, "Leave the option out; to take figures out, move their file away"
            )


def _refusals(settings: Settings, known: PublishedInputs, *, clock_is_right: bool) -> Iterator[Refusal]:
    yield from clock.contradictions(settings, known, is_right=clock_is_right)
    yield from inputs.vanished(settings, known)


def still_there(settings: Settings) -> None:
    """Refuse to publish what was made while an input of the publication in force went away.

    Raises:
        G60Error: An input has vanished since the build began.
    """
    for refusal in inputs.vanished(settings, published(settings)):
        raise G60Error(refusal.subject, f"{refusal.rule}; it went away during the build", refusal.remedy)
