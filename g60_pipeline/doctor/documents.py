"""What `g60 doctor` looks at of the documents of statistical bureaus: bytes, records, and the files of decisions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from g60_pipeline.doctor.findings import Finding
from g60_pipeline.settings import Settings


def of_documents(settings: Settings) -> Iterator[Finding]:
    """Yield what is found of the documents; nothing where none was ever added.

    Raises:
        OSError: The folder or a file can not be read.
        G60Error: A record, or a file of decisions, can not be read.
    """
    folder = settings.documents_dir
    if not folder.is_dir():
        return
    from g60_pipeline.ingest.communique.review import decisions  # noqa: PLC0415  - only where a document is
    from g60_pipeline.ingest.communique.store import received, without_record  # noqa: PLC0415

    decisions(folder, settings.inbox)
    found = received(folder)
    is_whole = True
    for one in found:
        path = folder / one.file
        if not path.is_file():
            rule = "it is not there, but its record is"
        elif hashlib.sha256(path.read_bytes()).hexdigest() != one.sha256:
            rule = "its bytes are no longer those that were received"
        else:
            continue
        is_whole = False
        yield Finding(f"documents/{one.file}", "wrong", rule, f"Put {one.name} back as it was, or add it again")
    for name in without_record(folder):
        is_whole = False
        rule = "it has no record, so that nobody is asked about what it says"
        yield Finding(f"documents/{name}", "wrong", rule, "Bring its record back, or add it again")
    if is_whole:
        yield Finding("documents", "ok", f"{folder}: {len(found)} documents, whole")
