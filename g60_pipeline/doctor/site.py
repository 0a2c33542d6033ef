"""What `g60 doctor` looks at of the site: whether its pages are as written, and of the warehouse in force."""

from __future__ import annotations

from collections.abc import Iterator

from g60_pipeline.doctor.findings import Finding
from g60_pipeline.errors import G60Error
from g60_pipeline.reader.database import open_warehouse
from g60_pipeline.reader.site_manifest import MANIFEST, changed, is_outdated, manifest
from g60_pipeline.settings import Settings
from g60_pipeline.wording import told


def of_site(settings: Settings) -> Iterator[Finding]:
    """Yield what is found of the site; nothing where none was written."""
    folder = settings.report_dir
    if not folder.is_dir():
        return
    known = manifest(folder)
    if not known:
        detail = told("doctor.site_unread", file=folder / MANIFEST)
        yield Finding("site", "wrong", detail, told("doctor.site_again"))
        return
    pages = changed(folder)
    if pages:
        detail = told("doctor.site_changed", n=len(pages), folder=folder, name=pages[0])
        yield Finding("site", "wrong", detail, told("doctor.site_again"))
    try:
        with open_warehouse(settings) as warehouse:
            outdated = is_outdated(folder, warehouse.build_id())
    except G60Error:
        return  # said of the warehouse
    if outdated:
        yield Finding("site", "note", told("doctor.site_outdated", folder=folder), told("doctor.site_again"))
    elif not pages:
        yield Finding("site", "ok", told("doctor.site_whole", folder=folder, n=len(known) - 1))
