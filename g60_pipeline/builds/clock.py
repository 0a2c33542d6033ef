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
from g60_pipeline.wording import told

CHINA: Final = ZoneInfo("Asia/Shanghai")
"""Days are counted where the publishers are."""


def present() -> dt.datetime:
    """Return the time."""
    return dt.datetime.now(dt.UTC)


def contradictions(settings: Settings, known: PublishedInputs, *, is_right: bool) -> Iterator[Refusal]:
    """Yield what contradicts the clock. That of the package's own documents no one can overrule."""
    now = present()
    today = _day(now)
    newest, document = newest_document()
    if today < newest:
        yield _refusal("package", today=today, newest=newest, document=document)
        return
    if is_right:
        return
    if known.built_at is not None and _day(known.built_at) > today:
        yield _refusal("publication", today=today, day=_day(known.built_at))
    archive = None if settings.is_without(ARCHIVE) else archive_of(settings)
    if archive is None:
        return
    from g60_pipeline.ingest.live.archive.order import ahead  # noqa: PLC0415  - only where something was ever fetched

    for source_id in archive.sources():
        for snapshot in ahead(archive.history(source_id)[0], archive.attempts(source_id), now=now):
            # A publication older than a snapshot it holds was made by somebody who said that the clock was right.
            accepted = snapshot.snapshot_id in known.snapshots and known.built_at < snapshot.fetched_at  # type: ignore[operator]  # a publication with snapshots has a time
            if not accepted and not settings.is_without(source_id):
                fetched = _day(snapshot.fetched_at)
                yield _refusal("snapshot", today=today, snapshot=snapshot.snapshot_id, source=source_id, day=fetched)


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


def _refusal(key: str, **values: str) -> Refusal:
    subject = told("build.clock.subject")
    return Refusal(subject, told(f"build.clock.{key}.rule", **values), told(f"build.clock.{key}.way_out", **values))


def _day(moment: dt.datetime) -> str:
    return f"{moment.astimezone(CHINA):%Y-%m-%d}"
