"""What contradicts the clock: a document of the package, a publication or a snapshot of a day to come."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

from g60_pipeline.builds.inputs import ARCHIVE, archive_of
from g60_pipeline.builds.made_of import PublishedInputs
from g60_pipeline.builds.refusal import Refusal
from g60_pipeline.settings import Settings

CHINA: Final = ZoneInfo("Asia/Shanghai")
"""Days are counted where the publishers are."""

RIGHT: Final = "where it is right now and was ahead then, "
"""What has to hold for a way out besides setting the clock."""


def present() -> dt.datetime:
    """Return the time."""
    return dt.datetime.now(dt.UTC)


def contradictions(settings: Settings, known: PublishedInputs, *, is_right: bool) -> Iterator[Refusal]:
    """Yield what contradicts the clock. That of the package's own documents no one can overrule."""
    now = present()
    today, shown = _day(now), f"it shows {_day(now)}"
    newest, document = newest_document()
    if today < newest:
        rule = f"{shown}, but this package holds a document of {newest} ({document}): its figures would be refused"
        yield Refusal("the clock", rule, "Set the clock of this machine")
        return
    if is_right:
        return
    if known.built_at is not None and _day(known.built_at) > today:
        rule = f"{shown}, but the warehouse in force was published on {_day(known.built_at)}"
        yield Refusal("the clock", rule, f"Set it; {RIGHT}run `g60 build --clock-is-right`")
    archive = None if settings.is_without(ARCHIVE) else archive_of(settings)
    if archive is None:
        return
    from g60_pipeline.ingest.live.archive.order import ahead  # noqa: PLC0415  - only where something was ever fetched

    for source_id in archive.sources():
        for snapshot in ahead(archive.history(source_id)[0], archive.attempts(source_id), now=now):
            # A publication older than a snapshot it holds was made by somebody who said that the clock was right.
            accepted = snapshot.snapshot_id in known.snapshots and known.built_at < snapshot.fetched_at  # type: ignore[operator]  # a publication with snapshots has a time
            if not accepted and not settings.is_without(source_id):
                rule = f"{shown}, but snapshot {snapshot.snapshot_id} of {source_id} was fetched on "
                way_out = (
                    f"run `g60 refresh {source_id}`, whose answer bears the right day, or `g60 build --clock-is-right`"
                )
                yield Refusal("the clock", f"{rule}{_day(snapshot.fetched_at)}", f"Set it; {RIGHT}{way_out}")


def newest_document() -> tuple[str, str]:
    """Return the day of the newest document of the package, as far as it is printed, and its identifier."""
    text = (files("g60_pipeline") / "facts" / "documents.csv").read_text(encoding="utf-8-sig")
    rows = csv.DictReader(io.StringIO(text))
    return max((f"{row['published']}-01-01"[:10], row["document_id"]) for row in rows if row["published"])


def times_to_come(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield the sources whose snapshots or waits have a time in the future, and a remark on each."""
    archive = archive_of(settings)
    if archive is None:
        return
    from g60_pipeline.ingest.live.archive.order import times_to_come as remarks_on  # noqa: PLC0415  - only where something was ever fetched

    for source_id in archive.sources():
        for remark in remarks_on(archive.history(source_id)[0], archive.attempts(source_id), now=present()):
            yield source_id, remark


def _day(moment: dt.datetime) -> str:
    return f"{moment.astimezone(CHINA):%Y-%m-%d}"
