"""Writes an export in the form asked for: made beside its place and moved there whole, with metadata and checksums."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args

from g60_pipeline.errors import UsageError
from g60_pipeline.export import checksums, cite, dcat, descriptor, flat, release, sdmx, workbook
from g60_pipeline.export.selection import Terms, open_selection
from g60_pipeline.reader.words import Words
from g60_pipeline.settings import Settings

Form = Literal["xlsx", "csv", "parquet", "datapackage", "sdmx", "metadata", "release"]
"""What an export may be: a workbook, or a folder of files."""

FORMS: Final[tuple[Form, ...]] = get_args(Form)


@dataclass(frozen=True)
class Export:
    """What was written, and how many rows of which tables were left out."""

    path: Path
    files: int
    size: int
    left_out: dict[str, int]
    notice: str
    """The same in words."""
    changes: release.Changes | None = None


def export(
    settings: Settings,
    form: Form,
    *,
    to: Path | None,
    terms: Terms,
    words: Words,
    excel: bool = False,
    since: Path | None = None,
) -> Export:
    """Write the published warehouse in one form.

    Args:
        settings: Where the warehouse is.
        form: What to write.
        to: The file of a workbook, or a folder that is not there yet; without it a name of the build in the current
            folder, for a release `releases/BUILD` in the data folder.
        terms: How far the terms of a source may go for its rows to be passed on.
        words: Language of the workbook.
        excel: Whether CSV is for Excel.
        since: Warehouse file of the release before; without it that of the newest folder beside the new one.

    Raises:
        UsageError: The place is taken, or is not a workbook's name.
        G60Error: There is no warehouse, or it can not be read.
    """
    with open_selection(settings, terms) as selection:
        build = selection.warehouse.build_id()
        before = release.file_of(since) if since else None
        own = Path("g60.xlsx" if form == "xlsx" else f"g60-{form}-{build}")
        place = to or (settings.home / "releases" / build if form == "release" else own)
        changes = None
        with _place(place, is_file=form == "xlsx") as made:
            if form == "xlsx":
                workbook.write(selection, made, words)
            else:
                if form == "csv":
                    flat.write_csv(selection, made, excel=excel)
                elif form == "parquet":
                    flat.write_parquet(selection, made)
                elif form == "datapackage":
                    descriptor.write(selection, made)
                elif form == "sdmx":
                    sdmx.write(selection, made)
                elif form == "release":
                    before = before or release.last_release(place.parent, build)
                    changes = release.write(selection, made, settings=settings, since=before)
                (made / "CITATION.cff").write_text(cite.citation_cff(selection.warehouse), encoding="utf-8")
                (made / "references.bib").write_text(cite.bibtex(selection.warehouse), encoding="utf-8")
                dcat.write(selection, made)
                checksums.write(made)
        files = [place] if place.is_file() else [file for file in place.rglob("*") if file.is_file()]
        left_out = {table: rows for table, rows in sorted(selection.left_out.items()) if rows}
        size = sum(file.stat().st_size for file in files)
        return Export(place, len(files), size, left_out, workbook.left_out(selection, words), changes)


@contextmanager
def _place(place: Path, *, is_file: bool) -> Iterator[Path]:
    """Give a place to write to, and put what was written where it belongs; nothing is left of what failed.

    Raises:
        UsageError: Something is there that is not replaced.
    """
    if is_file and (place.suffix.lower() != ".xlsx" or place.is_dir()):
        raise UsageError.of("export.no_workbook", str(place))
    if not is_file and place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise UsageError.of("export.not_empty", str(place))
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=".export-") as folder:
        made = Path(folder) / (place.name or "made")
        if not is_file:
            made.mkdir()
        yield made
        if place.is_dir():
            place.rmdir()
        shutil.move(made, place) if not is_file else made.replace(place)
