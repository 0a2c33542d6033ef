"""What `g60 doctor` looks at of the files that people type: whether each can be read, and is in the warehouse."""

from __future__ import annotations

from collections.abc import Iterator

from g60_pipeline.builds.inbox_status import inbox_status
from g60_pipeline.doctor.findings import Finding
from g60_pipeline.errors import G60Error
from g60_pipeline.settings import Settings, corridor_files, inbox_label
from g60_pipeline.wording import told


def of_inbox(settings: Settings) -> Iterator[Finding]:
    """Yield what is found of the inbox.

    Raises:
        G60Error: The folder can not be looked into.
    """
    files = inbox_status(settings)
    if not files:
        yield Finding("inbox", "ok", told("doctor.no_files", folder=settings.inbox))
        return
    yield Finding("inbox", "ok", told("doctor.files", folder=settings.inbox, n=len(files)))
    for file in files:
        if file.refused:
            detail, remedy = told("doctor.inbox_refused", n=file.refused), told("doctor.inbox_check", file=file.path)
            yield Finding(inbox_label(file.path), "note", detail, remedy)
        elif not file.current:
            detail, remedy = told("doctor.inbox_not_taken"), told("doctor.build_again")
            yield Finding(inbox_label(file.path), "note", detail, remedy)


def of_corrections(settings: Settings) -> Iterator[Finding]:
    """Yield the registers that stop a build.

    Raises:
        G60Error: The folder can not be looked into.
    """
    files = settings.correction_files()
    if not files:
        return
    from g60_pipeline.ingest.corrections import read_register  # noqa: PLC0415  - only where there is one

    for file in files:
        try:
            read_register(file)
        except G60Error as error:
            yield Finding(error.subject, "wrong", error.rule, error.remedy)
    yield Finding("corrections", "ok", told("doctor.files", folder=settings.corrections_dir, n=len(files)))


def of_corridors(settings: Settings) -> Iterator[Finding]:
    """Yield whether corridors of one's own stop a build.

    Raises:
        G60Error: The folder can not be looked into, or a file of it does not define a corridor.
    """
    files = corridor_files(settings.corridors_dir)
    if not files:
        return
    from g60_pipeline.catalog import load_catalog  # noqa: PLC0415  - only where there is one

    load_catalog(settings.corridors_dir)
    yield Finding("corridors", "ok", told("doctor.files", folder=settings.corridors_dir, n=len(files)))
