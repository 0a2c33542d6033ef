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
from g60_pipeline.errors import G60Error, UsageError
from g60_pipeline.settings import Settings, live_sources
from g60_pipeline.wording import told


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
        more = told("build.more", remedy=first.remedy, n=len(found) - 1) if len(found) > 1 else first.remedy
        raise G60Error(first.subject, first.rule, more)
    if clock_is_right and known.built_at is not None and known.built_at > clock.present():
        os.utime(settings.database)  # no longer as it was published: it is made anew, with the time of now
    return [remark for _, remark in inputs.departures(settings, known)]


def departures(settings: Settings) -> list[str]:
    """Return which files and rows the publication in force was made of that are no longer there, in words."""
    return [remark for _, remark in inputs.departures(settings, published(settings))]


def passed_over(settings: Settings) -> list[str]:
    """Return in words what people put where their files are read from, and what is not read."""
    return [remark for _, remark in inputs.passed_over(settings)]


def findings(settings: Settings) -> list[tuple[str, Literal["ok", "note", "wrong"], str, str]]:
    """Return for `g60 doctor` what a build would be refused for or say: what was looked at, state, detail, remedy."""
    known = published(settings)
    found: list[tuple[str, Literal["ok", "note", "wrong"], str, str]] = []
    found += [(r.subject, "wrong", r.rule, r.remedy) for r in _refusals(settings, known, clock_is_right=False)]
    found += [
        (source_id, "note", remark, told("build.refresh", source=source_id))
        for source_id, remark in clock.times_to_come(settings)
        if source_id not in str(found)
    ]
    refused = {subject for subject, *_ in found}
    found += [
        (name, "note", remark, told("build.left.restore"))
        for name, remark in inputs.departures(settings, known)
        if name not in refused
    ]
    found += [(name, "note", remark, told("build.save_there")) for name, remark in inputs.passed_over(settings)]
    return found or [("before a build", "ok", told("build.right"), "")]


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
            listed = {"folders": ", ".join(folders), "sources": ", ".join(sources)}
            raise UsageError.of("build.no_input", f"--without {name}", **listed)
        if is_there:
            key = "build.not_cut" if name.endswith(GONE) else "build.not_gone"
            raise UsageError.of(key, f"--without {name}")


def _refusals(settings: Settings, known: PublishedInputs, *, clock_is_right: bool) -> Iterator[Refusal]:
    yield from clock.contradictions(settings, known, is_right=clock_is_right)
    yield from inputs.vanished(settings, known)


def still_there(settings: Settings) -> None:
    """Refuse to publish what was made while an input of the publication in force went away.

    Raises:
        G60Error: An input has vanished since the build began.
    """
    for refusal in inputs.vanished(settings, published(settings)):
        raise G60Error(refusal.subject, told("build.meanwhile", rule=refusal.rule), refusal.remedy)
