"""The options by which a command hands out what it shows: JSON, CSV, XLSX or Markdown, to standard output or a file."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from g60_pipeline.cli.common import as_json as json_option
from g60_pipeline.cli.common import from_here, option
from g60_pipeline.errors import UsageError
from g60_pipeline.reader import screens
from g60_pipeline.whole_files import write_named

if TYPE_CHECKING:
    from rich.console import RenderableType

FILES: Final = ("csv", "xlsx", "md")
"""Forms a file may have."""


@dataclass(frozen=True)
class Way:
    """How a command hands out what it found: form and file, None for the screen and standard output."""

    form: str | None
    output: Path | None

    @property
    def is_json(self) -> bool:
        """Return whether it is JSON."""
        return self.form == "json"

    @property
    def is_file(self) -> bool:
        """Return whether it is a form that `hand_out` writes."""
        return self.form in FILES


def way_of(form: str | None, output: Path | None, *, as_json: bool) -> Way:
    """Return how to hand out, by the options or by the ending of the file.

    Raises:
        UsageError: The options contradict each other, or a file is named without a form it can have.
    """
    ending = output.suffix.lower().removeprefix(".") if output else None
    if as_json and form not in {None, "json"}:
        raise UsageError.of("form.two", "--json", form=form)
    found = "json" if as_json else form or (ending if ending in FILES else None)
    if output and found not in FILES:
        raise UsageError.of("form.no_table", str(output))
    if found == "xlsx" and output is None:
        raise UsageError.of("form.no_name", "--format xlsx")
    return Way(None if found == "table" else found, output)


def handed_out(command: Callable[..., None]) -> Any:
    """Give a command the options `--format`, `-o` and `--json`; it is called with `way`, what they ask for."""

    @functools.wraps(command)
    def called(*arguments: Any, form: str | None, output: Path | None, as_json: bool, **options: Any) -> None:
        command(*arguments, way=way_of(form, output, as_json=as_json), **options)

    form_option = option(
        "--format",
        "form",
        type=click.Choice(["table", *FILES, "json"]),
    )
    file_option = option(
        "-o",
        "--output",
        type=click.Path(dir_okay=False, path_type=Path),
    )
    return form_option(file_option(json_option(called)))


def hand_out(way: Way, *, rows: Sequence[dict[str, Any]], parts: Callable[[], list[RenderableType]]) -> None:
    """Write rows as CSV or XLSX, or a screen as Markdown; a file is named when it is written."""
    from g60_pipeline.export import table  # noqa: PLC0415  - only where something is passed on

    if way.form == "md":
        content = table.as_markdown(parts()).encode()
    else:
        content = table.as_csv(rows) if way.form == "csv" else table.as_xlsx(rows)
    if way.output is not None:
        write_named(way.output, content)
        screens.show(screens.text(from_here(way.output.resolve())))
        return
    lines = content.decode().replace("\r\n", "\n") if sys.stdout.isatty() else content.decode()
    screens.data_out().write(screens.harmless(lines) if sys.stdout.isatty() else lines)
