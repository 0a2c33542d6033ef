"""What live sources answered, stored as received and by content, with a record of every refresh. No rule is applied.

archive/objects/ab/SHA256            bodies, each under the hash of its content
archive/snapshots/SOURCE/ID.json     what one refresh of a source, or of a part of it, is read from
archive/attempts/SOURCE/NUMBER.json  every refresh: when, what was asked, how it ended
archive/log/SOURCE.jsonl             refreshes of before each had a file of its own; only read
archive/locks/SOURCE.lock            locked while a refresh runs
"""

from g60_pipeline.ingest.live.archive.records import (
    AnswerRecord,
    Attempt,
    Changes,
    Damage,
    Ending,
    Retry,
    Snapshot,
    SnapshotWithAnswers,
    Trouble,
    said,
)
from g60_pipeline.ingest.live.archive.store import Archive, BusyError

__all__ = [
    "AnswerRecord",
    "Archive",
    "Attempt",
    "BusyError",
    "Changes",
    "Damage",
    "Ending",
    "Retry",
    "Snapshot",
    "SnapshotWithAnswers",
    "Trouble",
    "said",
]
