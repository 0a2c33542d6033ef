"""What `g60 doctor` looks at of the documents of statistical bureaus: bytes, records, and the files of decisions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from g60_pipeline.doctor.findings import Finding
from g60_pipeline.settings import Settings
from g60_pipeline.wording import told


def of_documents(settings: Settings) -> Iterator[Finding]:
    """Yield what is found of the documents; nothing where none was ever added.

    Raises:
        OSError: The folder or a file can not be read.
        G60Error: A record, or a file of decisions, can not be read.
    """
    folder = settings.documents_dir
    if not folder.is_dir():
        return
    from g60_pipeline.ingest.communique.decision_files import decisions  # noqa: PLC0415  - only where a document is
    from g60_pipeline.ingest.communique.store import received, without_record  # noqa: PLC0415

    decisions(folder, settings.inbox)
    found = received(folder)
    is_whole = True
    for one in found:
        path = folder / one.file
        if not path.is_file():
            rule = told("doctor.document_gone")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != one.sha256:
            rule = told("doctor.document_changed")
        else:
            if one.seal is None:
                yield Finding(
                    f"documents/{one.file}", "note", told("doctor.document_no_seal"), told("doctor.seal_again")
                )
            continue
        is_whole = False
        yield Finding(f"documents/{one.file}", "wrong", rule, told("doctor.document_again", name=one.name))
    for name in without_record(folder):
        is_whole = False
        yield Finding(f"documents/{name}", "wrong", told("doctor.document_no_record"), told("doctor.record_again"))
    if is_whole:
        yield Finding("documents", "ok", told("doctor.documents_whole", folder=folder, n=len(found)))
