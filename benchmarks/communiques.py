"""Measures how fast documents are read, and how well where labelled ones are there. Part of `make bench`.

The documents of the first part are made here; the labelled ones are no part of the package and are looked for in
`../shared/bulletins`, or in the folder named by the first argument. Exits 1 when a limit is missed.
"""

from __future__ import annotations

import csv
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import papers  # noqa: E402  - the writers of documents are those of the tests

G60: Final = Path(sys.executable).with_name("g60")
DOCUMENTS: Final = 100
SECONDS: Final = 60.0
MEGABYTES: Final = 1000.0
PRECISION: Final = 0.99
RECALL: Final = 0.92

LINES: Final = (
    "初步核算，全年全市实现地区生产总值1234.5亿元，比上年增长5.6%。人均地区生产总值98765元，增长5.1%。",
    "全年货物进出口总额512.3亿元，其中，出口400.1亿元，增长3.0%；进口112.2亿元，下降1.2%。",
    "全年专利授权9876件，其中发明专利授权1234件；年末有效发明专利5678件。高新技术企业总数达到865家。",
)


def main(folder: Path) -> int:
    """Measure and print; return the exit code."""
    missed = speed()
    if (folder / "labels.csv").exists():
        missed |= score(folder)
    else:
        print(f"no labelled documents in {folder}: no score")
    return int(missed)


def speed() -> bool:
    """Read a hundred documents of every form; return whether a limit was missed."""
    prose = [line for _ in range(60) for line in LINES]
    pages = [[line[i : i + 36] for line in LINES for i in range(0, len(line), 36)] * 3] * 20
    forms = {
        "html": papers.page(*prose),
        "pdf": papers.pdf(*pages),
        "docx": papers.word(*prose),
        "txt": "\n".join(prose).encode(),
    }
    with tempfile.TemporaryDirectory() as home:
        files = []
        for number in range(DOCUMENTS):
            form = list(forms)[number % len(forms)]
            files.append(Path(home) / f"city_{number}_2024.{form}")
            files[-1].write_bytes(forms[form])
        start = time.perf_counter()
        command = [str(G60), "communique", "extract", *map(str, files), "--year", "2024", "--csv", f"{home}/out.csv"]
        subprocess.run(command, check=True, capture_output=True)
        taken = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    memory = used.ru_maxrss / 1024
    late, large = taken > SECONDS, memory > MEGABYTES
    print(f"{f'{DOCUMENTS} documents':<28} {taken:6.2f} s   limit {SECONDS:4.1f} s{'   MISSED' if late else ''}")
    print(
        f"{'  of that, at work':<28} {used.ru_utime + used.ru_stime:6.2f} s   (the rest is what else the machine does)"
    )
    print(f"{'memory':<28} {memory:6.0f} MB  limit {MEGABYTES:4.0f} MB{'   MISSED' if large else ''}")
    return late or large


def score(folder: Path) -> bool:
    """Print what the scorer says of the originals, by form; return whether the whole misses a goal."""
    originals = sorted((folder / "originals").iterdir())
    with tempfile.TemporaryDirectory() as home:
        out = Path(home) / "proposals.csv"
        subprocess.run(
            [str(G60), "communique", "extract", *map(str, originals), "--csv", str(out)],
            check=False,
            capture_output=True,
        )
        with (folder / "labels.csv").open(encoding="utf-8-sig", newline="") as file:
            labels = list(csv.DictReader(file))
        for form in sorted({path.suffix for path in originals}):
            docs = {path.stem for path in originals if path.suffix == form}
            some = Path(home) / "labels.csv"
            with some.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, labels[0])
                writer.writeheader()
                writer.writerows(row for row in labels if row["doc"] in docs)
            print(f"{form[1:]:<6}{_total(folder, out, some)}")
        whole = _total(folder, out, folder / "labels.csv")
    print(f"{'all':<6}{whole}")
    precision, recall = (float(part) for part in whole.split()[4:6])
    return precision < PRECISION or recall < RECALL


def _total(folder: Path, proposals: Path, labels: Path) -> str:
    command = [sys.executable, str(folder / "score.py"), str(proposals), str(labels), "--no-list"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return next(line for line in told.splitlines() if line.startswith("TOTAL"))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "bulletins"))
