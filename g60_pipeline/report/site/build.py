"""Writes the site: pages of both languages, the scripts and forms they share, the figures as CSV.

A page is written again only where what it shows, or what shows it, has changed: its hash is in `manifest.json`.
"""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from g60_pipeline.fingerprint import package_hash
from g60_pipeline.reader.database import Row, Warehouse
from g60_pipeline.reader.site_manifest import MADE_OF, MANIFEST, entry, is_as_written, made_of, manifest, short_hash
from g60_pipeline.report.charts.chart import ROOM_FOR_NAMES, Chart
from g60_pipeline.report.site.course import shared_rows
from g60_pipeline.report.site.data import Data
from g60_pipeline.report.site.derivations import Derivations
from g60_pipeline.report.site.page import Site, dumps
from g60_pipeline.report.site.pages import (
    cities,
    claims,
    coverage,
    gradient,
    indicators,
    network,
    overview,
    ranks,
    reference,
    revisions,
    specialisation,
    timeline,
    wanted,
)
from g60_pipeline.wording import LANGUAGES

KINDS: Final = (
    overview,
    claims,
    cities,
    indicators,
    network,
    timeline,
    gradient,
    specialisation,
    ranks,
    coverage,
    wanted,
    revisions,
    reference,
)
"""Kinds of pages, in the order of the search."""

OWN: Final = ("site.css", "site.js")
"""Files of the package that are copied."""

CSV_COLUMNS: Final = (
    "observation_id", "geo_code", "indicator_id", "basis", "period_kind", "period_start", "period_end", "value", "unit",
    "value_as_published", "unit_as_published", "status", "round", "flags", "grade", "publisher", "title", "url",
    "chosen",
)  # fmt: skip
"""Columns of the file of figures of an indicator; names are those of the warehouse. Of two figures of one period, of
which numbers in other rounds are made too, `chosen` tells the one in use."""


@dataclass(frozen=True)
class SiteResult:
    """What was done: where the site is, its pages, how many files were written, bytes of all, seconds."""

    folder: Path
    pages: int
    written: int
    size: int
    seconds: float


def build(warehouse: Warehouse, folder: Path) -> SiteResult:
    """Write the site of a published warehouse into a folder; files it no longer has are removed.

    Raises:
        OSError: The folder can not be written to.
    """
    begun = time.monotonic()
    known = manifest(folder)
    code = package_hash()
    source = made_of(warehouse.build_id())
    if known.pop(MADE_OF, None) == source and all(is_as_written(folder, name, known) for name in known):
        return _result(folder, known, written=0, begun=begun)
    now: dict[str, str] = {}
    written = 0
    for name, digest, content in _files(warehouse, code):
        now[name] = known.get(name, "")
        file = folder / name
        if now[name].partition(" ")[0] != digest or not is_as_written(folder, name, known):
            file.parent.mkdir(parents=True, exist_ok=True)
            text = content() if callable(content) else content
            file.write_text(text, encoding="utf-8", newline="\n")
            now[name] = entry(digest, text)
            written += 1
    for name in known.keys() - now.keys():
        (folder / name).unlink(missing_ok=True)
    (folder / MANIFEST).write_text(json.dumps(now | {MADE_OF: source}, indent=0, sort_keys=True), encoding="utf-8")
    return _result(folder, now, written=written, begun=begun)


def _result(folder: Path, files: dict[str, str], *, written: int, begun: float) -> SiteResult:
    size = sum((folder / name).stat().st_size for name in files)
    pages = sum(name.endswith(".html") for name in files)
    return SiteResult(folder, pages, written, size, time.monotonic() - begun)


def _files(warehouse: Warehouse, code: str) -> Iterator[tuple[str, str, Any]]:
    """Yield every file: its name, the hash of what it is made of, its content or what makes that."""
    data, derivations = Data(warehouse), Derivations(warehouse)
    for language in LANGUAGES:
        site = Site(data, derivations, language)
        made = [page for kind in KINDS for page in kind.pages(site)]
        for page in made:
            shown = json.dumps([page.path, page.title, page.content], ensure_ascii=False, default=_plain)
            yield f"{language}/{page.path}", short_hash(code, shown), lambda s=site, p=page: s.render(p)
        index = [{"t": p.title, "o": p.other, "p": p.path, "w": p.words} for p in made]
        text = f"window.G60_INDEX = {dumps(index)};\n"
        yield f"assets/search-{language}.js", short_hash(text), text
        text = f"window.G60_SERIES = {dumps(shared_rows(site))};\n"
        yield f"assets/series-{language}.js", short_hash(text), text
    front = Site(data, derivations, "en").environment.get_template("entry.html.jinja").render()
    yield "index.html", short_hash(front), front
    for name in OWN:
        text = (files("g60_pipeline.report.site") / "assets" / name).read_text(encoding="utf-8")
        yield f"assets/{name}", short_hash(text), text
    yield "assets/charts.js", short_hash(code), _forms
    yield "assets/vega.js", short_hash(version("vl-convert-python")), _runtime
    for indicator_id, rows in data.figures.items():
        text = _csv(rows, data.documents)
        yield f"data/{indicator_id}.csv", short_hash(text), text


def _plain(value: Any) -> Any:
    if isinstance(value, Chart):
        return value.payload()
    return value.__dict__ if hasattr(value, "__dict__") else str(value)


def _forms() -> str:
    """Return the forms of all charts and the two looks, as a script."""
    from g60_pipeline.report.charts.kinds import KINDS as FORMS  # noqa: PLC0415  - Altair, only where it is written
    from g60_pipeline.report.charts.kinds import form  # noqa: PLC0415
    from g60_pipeline.report.charts.theme import config  # noqa: PLC0415

    looks = {ground: config(ground) for ground in ("light", "dark")}
    shared = {"forms": {kind: form(kind) for kind in FORMS}, "looks": looks, "room": ROOM_FOR_NAMES}
    return f"window.G60_CHARTS = {dumps(shared)};\n"


def _runtime() -> str:
    from g60_pipeline.report.charts.render import runtime  # noqa: PLC0415  - vl-convert takes a second

    return runtime()


def _csv(rows: list[Row], documents: dict[str, Row]) -> str:
    """Return figures as CSV with a byte order mark, which a spreadsheet takes for UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    for row in rows:
        values = row | {name: documents[row["document_id"]][name] for name in ("publisher", "title", "url")}
        values |= {"flags": " ".join(row["flags"]), "chosen": str(row["chosen"]).lower()}
        writer.writerow(["" if values[c] is None else values[c] for c in CSV_COLUMNS])
    return "\ufeff" + text.getvalue()
