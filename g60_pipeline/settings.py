"""Where things are kept: one setting, `G60_HOME`, and the paths below it. Importing reads no environment."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from g60_pipeline.errors import G60Error
from g60_pipeline.wording import told

HOME_VARIABLE: Final = "G60_HOME"
"""Environment variable naming the data folder; the current folder when it is not set."""

ALERTS_VARIABLE: Final = "G60_ALERT_URLS"
"""Environment variable with the addresses to alert, separated by commas, blanks or line ends."""

LANGUAGE_VARIABLE: Final = "G60_LANG"
"""Environment variable with the language of screens where `--lang` is not given: `en` or `zh`."""

CSV: Final = ".csv"
XLSX: Final = ".xlsx"
INBOX_SUFFIXES: Final = (CSV, XLSX)
CORRIDOR_SUFFIXES: Final = (".yaml", ".yml")
"""How the names of the files end that people type."""

MISREAD: Final = {
    re.compile(r"\?"): "question_mark",
    re.compile(r"%[0-9A-Fa-f]{2}"): "percent_code",
    re.compile(r"\\"): "backslash",
    re.compile(r"[\x00-\x1f\x7f]"): "control_character",
    re.compile(r"[\ud800-\udfff]"): "no_text",
}
"""What an address of the run history, or DuckDB, takes for something else than a part of a folder's name."""

UNSEEN: Final = (".", "~$")
"""How the names of hidden files begin, and of those that Office keeps beside an open one."""

BESIDE: Final = re.compile(r"(?i)\._|~\$.*\.xlsx$")
"""Files that macOS and Office keep beside another one, under its name and ending."""

INBOX_FILE: Final = r"(?i)^(inbox/.+?\.(?:csv|xlsx))#"
"""Pattern of the identifier of a figure or claim of the inbox: its file, then the row's own identifier."""


def inbox_label(path: Path) -> str:
    """Return the name an inbox file is reported under; bytes that are no text are written out in ASCII."""
    return "inbox/" + path.name.encode("utf-8", "backslashreplace").decode("utf-8")


def files_of(folder: Path, *suffixes: str) -> list[Path]:
    """Return the files of a folder by suffix, in a stable order and without hidden ones; a missing folder has none.

    Raises:
        G60Error: Something is there that can not be looked into: a file, a link that leads nowhere, a locked folder.
    """
    try:
        found = list(folder.iterdir())
    except FileNotFoundError as error:
        if not folder.is_symlink():
            return []
        raise G60Error.of("folder.link_to_nowhere", str(folder), target=folder.readlink()) from error
    except NotADirectoryError as error:
        raise G60Error.of("folder.is_file", str(folder)) from error
    except OSError as error:
        reason = error.strerror or error
        raise G60Error.of("folder.not_read", str(folder), reason=reason, folder=folder) from error
    return sorted(f for f in found if f.suffix.lower() in suffixes and not f.name.startswith(UNSEEN))


def others_than(folder: Path, *suffixes: str) -> list[Path]:
    """Return what in a folder is not read: what bears none of some suffixes, and hidden files that bear one of them.

    Notes (`.md`) and what systems keep there are let be.
    """
    entries = sorted(folder.iterdir()) if folder.is_dir() else []
    left = (p for p in entries if (p.suffix.lower() in suffixes) == p.name.startswith(UNSEEN))
    return [p for p in left if p.suffix.lower() != ".md" and not BESIDE.match(p.name)]


def csv_files(folder: Path) -> list[Path]:
    """Return the CSV files of a folder, as `files_of` does."""
    return files_of(folder, CSV)


def live_sources() -> list[str]:
    """Return the identifiers of the live sources: the folders of `ingest/live` that hold a `source.yaml`."""
    return sorted(file.parent.name for file in (Path(__file__).parent / "ingest" / "live").glob("*/source.yaml"))


def corridor_files(folder: Path) -> list[Path]:
    """Return the corridor files of a folder, as `files_of` does."""
    return files_of(folder, *CORRIDOR_SUFFIXES)


@dataclass(frozen=True)
class Settings:
    """Paths of one installation. All of them are under `home`."""

    home: Path
    without: frozenset[str] = frozenset()
    """Inputs somebody has said to be gone: `archive`, `corrections`, `inbox`, a file of these or a live source."""

    @classmethod
    def from_environment(cls) -> Settings:
        """Return the settings the environment asks for, with an absolute `home`.

        Raises:
            G60Error: The folder bears a name that a database under it would take for another one.
        """
        home = Path(os.environ.get(HOME_VARIABLE) or ".").expanduser().resolve()
        for pattern, what in MISREAD.items():
            if pattern.search(home.as_posix()):
                shown = "".join(s if s.isprintable() else s.encode("unicode_escape").decode() for s in str(home))
                raise G60Error.of("folder.misread", shown, what=told(f"error.sign.{what}"), variable=HOME_VARIABLE)
        return cls(home=home)

    @property
    def warehouse_dir(self) -> Path:
        """Folder of everything that is built."""
        return self.home / "warehouse"

    @property
    def database(self) -> Path:
        """The published DuckDB file."""
        return self.warehouse_dir / "g60.duckdb"

    @property
    def previous(self) -> Path:
        """The published file that was in force before, to compare with; there is none after the first publication."""
        return self.warehouse_dir / "previous.duckdb"

    @property
    def tables_dir(self) -> Path:
        """Folder of the Parquet files the assets write, one folder per layer."""
        return self.warehouse_dir / "tables"

    @property
    def report_dir(self) -> Path:
        """Folder of the site."""
        return self.warehouse_dir / "report"

    @property
    def lock_file(self) -> Path:
        """Lock that keeps two builds apart."""
        return self.warehouse_dir / "build.lock"

    @property
    def inbox(self) -> Path:
        """Folder of the analyst's own CSV files and workbooks."""
        return self.home / "inbox"

    def inbox_files(self) -> list[Path]:
        """Return the files of the inbox in a stable order, hidden ones left out; a missing inbox is empty.

        Raises:
            G60Error: The folder can not be looked into.
        """
        if self.is_without("inbox"):
            return []
        return [f for f in files_of(self.inbox, *INBOX_SUFFIXES) if not self.is_without(inbox_label(f))]

    def is_without(self, *names: str) -> bool:
        """Return whether somebody has said that one of these inputs is gone."""
        return not self.without.isdisjoint(names)

    @property
    def corridors_dir(self) -> Path:
        """Folder of the analyst's own corridor definitions (YAML)."""
        return self.home / "corridors"

    @property
    def own_corridors(self) -> Path | None:
        """That folder, or nothing where somebody has said that it is gone."""
        return None if self.is_without("corridors") else self.corridors_dir

    def correction_files(self) -> list[Path]:
        """Return the analyst's own registers of corrections in a stable order, hidden ones left out.

        Raises:
            G60Error: The folder can not be looked into: a correction is never passed over.
        """
        if self.is_without("corrections"):
            return []
        return [f for f in csv_files(self.corrections_dir) if not self.is_without(f"corrections/{f.name}")]

    @property
    def corrections_dir(self) -> Path:
        """Folder of the analyst's own registers of corrections."""
        return self.home / "corrections"

    @property
    def archive_dir(self) -> Path:
        """Folder of everything live sources ever answered."""
        return self.home / "archive"

    @property
    def documents_dir(self) -> Path:
        """Folder of the documents of statistical bureaus, as received."""
        return self.home / "documents"

    @property
    def dagster_home(self) -> Path:
        """Folder of Dagster's run history."""
        return self.home / ".dagster"
