"""Breaks inputs, runs and files thousands of times and prints what came of it, in Markdown.

    make faults                        everything: hours, on two cores that have nothing else to do
    python benchmarks/faults.py --scale 0.1 kills damage      a tenth of two sections

It ends with 1 where something came out wrong. What is tried is in `tests/breakage`, which the tests share.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import os
import pickle
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from breakage import crowd, damage, scarce
from breakage.fuzz import Parser, fuzz
from breakage.homes import Prepared
from breakage.kills import SIGNALS, kill
from breakage.parsers import parsers
from breakage.readers import read_through
from breakage.terminal import terminal_parsers
from breakage.workshop import Workshop, World

from g60_pipeline.settings import Settings

SEED: Final = 60
"""Seed of all that is drawn, unless another is given."""

FUZZED, TYPED = 5_000, 500
"""Inputs of each parser, and of each command in a terminal."""

KILLS: Final = {"kill -9": 200, "SIGTERM": 50, "SIGINT": 20}
"""Builds that are ended."""

HEALED_EVERY: Final = 2
"""Every so many of them a build follows that must mend all; the others meet what the one before left."""

DISKS: Final = 16
MEMORIES: Final = 12
"""Sizes of a disk and of memory that are tried."""

READERS, PUBLICATIONS = 16, 50

ROUNDS: Final = 5
"""How often four builds, a refresh and the UI meet."""

WRONG: Final = ("WRONG", "TRACEBACK", "mixed", "damaged", "error", "torn", "older", "the next build", "hang")
"""What the words of a wrong outcome begin with, or hold."""

Row = tuple[str, int, Counter[str]]
"""What was tried, how often, and how it ended."""


def is_wrong(outcome: str) -> bool:
    return any(word in outcome for word in WRONG)


def fuzzed(folder: Path, scale: float, seed: int) -> Iterator[Row]:
    yield from _fuzzed(parsers(folder / "fuzzed"), max(int(FUZZED * scale), 1), seed)


def typed(folder: Path, scale: float, seed: int) -> Iterator[Row]:
    yield from _fuzzed(terminal_parsers(Settings(prepared_home(folder).home)), max(int(TYPED * scale), 1), seed)


def _fuzzed(every: list[Parser], examples: int, seed: int) -> Iterator[Row]:
    for parser in every:
        try:
            ended = fuzz(parser, examples=examples, number=seed)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # whatever a parser lets through is what is looked for
            ended = Counter({f"TRACEBACK: {type(error).__name__}: {str(error)[:120]}": 1})
        yield f"mutated input: {parser.name}", sum(ended.values()), ended


def kills(folder: Path, scale: float, seed: int) -> Iterator[Row]:
    prepared = copied(folder)
    for name, number in KILLS.items():
        assert name in SIGNALS
        draw, ended, healed = Random(f"{seed} {name}"), Counter[str](), Counter[str]()  # noqa: S311
        for turn in range(times := max(int(number * scale), 1)):
            found, state = kill(prepared, draw, name=name)
            how = f"{found.held} in force" if found.held in {"before", "new"} else found.held
            ended[f"{how}{'' if found.ended else ', ended before the signal'}"] += 1
            ended["temporary files left"] += found.strays > 0
            if found.traceback:
                ended["TRACEBACK"] += 1
            if turn % HEALED_EVERY == 0 or turn == times - 1:
                wrong, last = prepared.heals(state)
                healed[wrong or "right, nothing left"] += 1
                if last.text.startswith("Published"):
                    prepared.seconds = 0.8 * prepared.seconds + 0.2 * last.seconds
        yield f"{name} at a random moment of a build that changes a figure", times, ended
        yield f"the build after {name}", sum(healed.values()), healed
    wrong = prepared.workshop.wrong(prepared.home)
    yield "`g60 doctor` after all of them", 1, Counter(["nothing is wrong" if not wrong else f"WRONG: {wrong}"])


def damages(folder: Path, scale: float, seed: int) -> Iterator[Row]:
    sound = prepared_home(folder)
    for kind in damage.FILES:
        ended: Counter[str] = Counter()
        number = max(round(len(damage.WAYS) * scale), 1)
        for way in Random(f"{seed} {kind}").sample(list(damage.WAYS), min(number, len(damage.WAYS))):  # noqa: S311
            outcome = damage.harmed(sound.copy(place(folder, "damaged")), kind, way, seed=seed)
            ended[f"{way}: {outcome}" if is_wrong(outcome) else outcome] += 1
        yield f"damage to: {kind} (`{damage.FILES[kind]}`)", sum(ended.values()), ended


def disks(folder: Path, scale: float, seed: int) -> Iterator[Row]:
    sound, ended, healed = prepared_home(folder), Counter[str](), Counter[str]()
    held = sum(path.stat().st_size for path in sound.home.rglob("*") if path.is_file()) / 1e6
    draw = Random(f"{seed} disks")  # noqa: S311
    for _ in range(max(int(DISKS * scale), 1)):
        with scarce.small_disk(place(folder, "disk"), held * 1.03 + draw.uniform(2, 60)) as small:
            prepared = sound.copy(small / "home")
            before, state = scarce.changed(prepared)
            ended[
                scarce.judged(
                    prepared,
                    prepared.workshop.build(prepared.home),
                    before=before,
                    state=state,
                    remedy="free some space",
                )
            ] += 1
            scarce.widen(small, 2000)
            healed[prepared.heals(state)[0] or "right, nothing left"] += 1
    yield "a build on a disk with 2 to 60 MB left", sum(ended.values()), ended
    yield "the build after room was made", sum(healed.values()), healed


def memories(folder: Path, scale: float, seed: int) -> Iterator[Row]:
    prepared = copied(folder)
    for command in (("build",), ("show", "gdp"), ("doctor",), ("sql", "FROM core.document")):
        ended: Counter[str] = Counter()
        draw = Random(f"{seed} {command}")  # noqa: S311
        for _ in range(max(int(MEMORIES * scale), 1)):
            given = () if command == ("build",) else command
            ended[scarce.with_memory(prepared, int(draw.uniform(600, 3500)), *given)] += 1
        yield f"`g60 {' '.join(command)}` with 0.6 to 3.5 GB of address space", sum(ended.values()), ended
    _, state = scarce.changed(prepared)
    wrong, _ = prepared.heals(state)
    yield "the build after that", 1, Counter([wrong or "right, nothing left"])


def rights(folder: Path, _: float, __: int) -> Iterator[Row]:
    sound = prepared_home(folder)
    for kind in scarce.RIGHTS:
        ended, named, healed = Counter[str](), Counter[str](), Counter[str]()
        for name in scarce.FOLDERS:
            prepared = sound.copy(place(folder, "rights"))
            before, state = scarce.changed(prepared)
            with scarce.rights(prepared.home / name, kind):
                world = World(without_rights=True)
                built = prepared.workshop.build(prepared.home, world=world)
                looked = prepared.workshop.run(prepared.home, "doctor", world=world)
            outcome = scarce.judged(prepared, built, before=before, state=state, remedy="")
            ended[f"{name}: {outcome}" if is_wrong(outcome) else outcome] += 1
            told = "TRACEBACK" if looked.is_traceback else "named" if looked.code else "not named"
            quiet = told == "not named" and outcome != scarce.DONE
            named[f"WRONG: {name} is not named though a build fails" if quiet else told] += 1
            healed[prepared.heals(state)[0] or "right, nothing left"] += 1
        yield f"a build with a folder that is {kind}, of {len(scarce.FOLDERS)}", sum(ended.values()), ended
        yield f"`g60 doctor` with a folder that is {kind}", sum(named.values()), named
        yield "the build after the rights were mended", sum(healed.values()), healed


def clocks(folder: Path, _: float, __: int) -> Iterator[Row]:
    sound = prepared_home(folder)
    for name in scarce.CLOCKS:
        told, wrong = scarce.with_clock(sound.copy(place(folder, "clock")), name)
        yield f"a clock {name}", 1, Counter([told])
        yield "the build with the right clock", 1, Counter([wrong or "right"])


def reading(folder: Path, scale: float, _: int) -> Iterator[Row]:
    prepared = copied(folder)
    publications = max(int(PUBLICATIONS * scale), 3)
    seen, versions = read_through(prepared.home, readers=READERS, publications=publications)
    yield (
        f"reads by {READERS} readers through {publications} publications ({versions} versions seen)",
        sum(seen.values()),
        seen,
    )


def crowds(folder: Path, scale: float, _: int) -> Iterator[Row]:
    ended: Counter[str] = Counter()
    for _turn in range(max(int(ROUNDS * scale), 1)):
        ended[crowd.at_once(copied(folder))] += 1
    yield "four builds, a refresh and the UI at once", sum(ended.values()), ended


SECTIONS: Final[dict[str, Callable[[Path, float, int], Iterator[Row]]]] = {
    "fuzz": fuzzed,
    "typed": typed,
    "kills": kills,
    "damage": damages,
    "disks": disks,
    "memory": memories,
    "rights": rights,
    "clocks": clocks,
    "readers": reading,
    "crowds": crowds,
}


def prepared_home(folder: Path) -> Prepared:
    """Return the home of a folder; it is built when it is first asked for, and never broken itself."""
    workshop, kept = Workshop(folder / f"workshop-{os.getpid()}", folder / "dear"), folder / "sound" / "right.pickle"
    if not kept.exists():
        made = Prepared.make(folder / "sound", workshop)
        kept.write_bytes(pickle.dumps((made.right, made.seconds)))
    right, seconds = pickle.loads(kept.read_bytes())  # noqa: S301  - of the line above
    return Prepared(folder / "sound" / "home", workshop, right, seconds)


def copied(folder: Path) -> Prepared:
    return prepared_home(folder).copy(place(folder, "broken"))


def place(folder: Path, name: str) -> Path:
    """Return a folder of this process."""
    return folder / f"{name}-{os.getpid()}"


def main() -> int:
    parser = argparse.ArgumentParser(description="Break inputs, runs and files, and print what came of it.")
    parser.add_argument("sections", nargs="*", help=f"Of {', '.join(SECTIONS)}; all without one.")
    parser.add_argument("--scale", type=float, default=1.0, help="Part of the usual counts.")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--keep", type=Path, help="Folder to keep the home in that is broken, for further runs.")
    given = parser.parse_args()
    print(f"Seed {given.seed}, {given.scale:g} of the usual counts, {dt.datetime.now(dt.UTC):%Y-%m-%d}.\n")
    print("| Tried | Times | What came of it |\n| --- | ---: | --- |")
    wrong, begun = 0, time.monotonic()
    temporary = tempfile.TemporaryDirectory(prefix="g60_faults_", ignore_cleanup_errors=True)
    with contextlib.nullcontext(str(given.keep)) if given.keep else temporary as folder:
        for name in given.sections or SECTIONS:
            with contextlib.closing(SECTIONS[name](Path(folder), given.scale, given.seed)) as rows:
                for tried, times, ended in rows:
                    told = "; ".join(f"{outcome} {n:,}" for outcome, n in ended.most_common() if n)
                    print(f"| {tried} | {times:,} | {told} |", flush=True)
                    wrong += sum(n for outcome, n in ended.items() if is_wrong(outcome))
    print(f"\n{wrong} wrong outcomes, in {(time.monotonic() - begun) / 60:.0f} minutes.")
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
