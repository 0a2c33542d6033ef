"""What `g60 doctor` looks at of the site: whether its pages are as written, and of the warehouse in force."""

from __future__ import annotations

from collections.abc import Iterator

from g60_pipeline.doctor.findings import Finding
from g60_pipeline.errors import G60Error
from g60_pipeline.reader.database import open_warehouse
from g60_pipeline.reader.site_manifest import MANIFEST, changed, is_outdated, manifest
from g60_pipeline.settings import Settings

REMEDY = "Run `g60 report`, which writes it again"
"""What mends each of them."""


def of_site(settings: Settings) -> Iterator[Finding]:
    """Yield what is found of the site; nothing where none was written."""
    folder = settings.report_dir
    if not folder.is_dir():
        return
    known = manifest(folder)
    if not known:
        yield Finding("site", "wrong", f"{folder / MANIFEST} can not be read: what its pages show is not known", REMEDY)
        return
    pages = changed(folder)
    if pages:
        detail = f"{len(pages)} files of {folder} are not as they were written, {pages[0]} among them"
        yield Finding("site", "wrong", detail, REMEDY)
    try:
        with open_warehouse(settings) as warehouse:
            outdated = is_outdated(folder, warehouse.build_id())
    except G60Error:
        return  # said of the warehouse
    if outdated:
        detail = f"{folder} shows another build than the one in force, or was written by another version"
        yield Finding("site", "note", detail, REMEDY)
    elif not pages:
        yield Finding("site", "ok", f"{folder}: {len(known) - 1} files, of the build in force")
