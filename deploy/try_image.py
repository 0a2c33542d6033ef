"""Runs the steps of the Dockerfile in a clean folder: what can be known of the image where none can be built.

`python deploy/try_image.py` copies, installs from the lock file into an environment of its own, starts the command,
asks the health check and stops it. Folders of the image are folders below the clean one; its user is whoever runs this.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
IMAGE_USER = "10001"
IMAGE_PORT = "3000"
IMAGE_FOLDERS = ("/app", "/data")
LOCK = "requirements.lock"
LONGEST_START = 120


@dataclass(frozen=True)
class Instruction:
    """A line of a Dockerfile: `COPY`, and what follows it."""

    name: str
    text: str

    @property
    def words(self) -> list[str]:
        """Return its words, of the form `["a", "b"]` too."""
        return json.loads(self.text) if self.text.startswith("[") else shlex.split(self.text)


def read(dockerfile: Path) -> list[Instruction]:
    """Return the instructions of a Dockerfile."""
    text = dockerfile.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [Instruction(name.upper(), rest.strip()) for name, _, rest in (line.partition(" ") for line in lines)]


class CleanFolder:
    """The folders of the image below one folder, and an environment of its own in place of the image's Python."""

    def __init__(self, folder: Path, *, libraries: Path | None) -> None:
        """Make them; `libraries` is a folder of installed packages to use instead of installing the lock file."""
        self.folder, self._libraries = folder, libraries
        self._environment = folder / "python"
        venv.create(self._environment, with_pip=libraries is None)
        if libraries is not None:
            (site,) = self._environment.glob("lib/python*/site-packages")
            (site / "libraries.pth").write_text(f"{libraries}\n", encoding="utf-8")
        for name in IMAGE_FOLDERS:
            (folder / name[1:]).mkdir()
        self.place = folder / "app"
        self.variables: dict[str, str] = {}
        self.ignored = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]

    def put(self, text: str, *, port: str = IMAGE_PORT) -> str:
        """Return a text of the Dockerfile with the folders, user and port of this place."""
        for name in IMAGE_FOLDERS:
            text = text.replace(name, str(self.folder / name[1:]))
        return text.replace(IMAGE_USER, str(os.getuid())).replace(IMAGE_PORT, port)

    def run(self, instruction: Instruction) -> None:
        """Do what an instruction says; those that only describe the image do nothing."""
        if instruction.name == "COPY":
            *sources, target = instruction.words
            for source in sources:
                self._copy(source, target)
        elif instruction.name == "RUN":
            if self._libraries is None or LOCK not in instruction.text:
                subprocess.run(self.put(instruction.text), shell=True, check=True, cwd=self.place, env=self.env)  # noqa: S602
        elif instruction.name == "WORKDIR":
            self.place = Path(self.put(instruction.text))
        elif instruction.name == "ENV":
            self.variables |= dict(word.split("=", 1) for word in shlex.split(self.put(instruction.text)))

    @property
    def env(self) -> dict[str, str]:
        """Return the environment of a step: nothing of one's own but where pip finds packages."""
        kept = {name: value for name, value in os.environ.items() if name.startswith("PIP_") or name == "LANG"}
        path = f"{self._environment / 'bin'}:/usr/local/bin:/usr/bin:/bin"
        return kept | {"PATH": path, "PIP_IGNORE_INSTALLED": "1", "HOME": str(self.folder)} | self.variables

    def start(self, command: list[str], *, port: str) -> subprocess.Popen[bytes]:
        """Start the command of the image."""
        words = [self.put(word, port=port).replace("0.0.0.0", "127.0.0.1") for word in command]  # noqa: S104
        return subprocess.Popen(  # noqa: S603  - the command of the Dockerfile
            words, cwd=self.place, env=self.env, executable=shutil.which(words[0], path=self.env["PATH"])
        )

    def _copy(self, source: str, target: str) -> None:
        if f"!{source}" not in self.ignored:
            raise FileNotFoundError(f"{source} is kept out by .dockerignore")
        place = self.place / target
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, place)


def prepared(folder: Path, *, libraries: Path | None) -> tuple[CleanFolder, dict[str, Instruction]]:
    """Run all steps in a folder; return it, and the instructions by name (of several the last)."""
    clean, found = CleanFolder(folder, libraries=libraries), read(ROOT / "Dockerfile")
    for instruction in found:
        clean.run(instruction)
    return clean, {instruction.name: instruction for instruction in found}


def health(found: dict[str, Instruction]) -> list[str]:
    """Return the command of the health check."""
    return list(json.loads(found["HEALTHCHECK"].text.partition("CMD ")[2]))


def _seconds() -> Iterator[int]:
    for second in range(LONGEST_START):
        yield second
        time.sleep(1)


def main() -> None:
    """Run everything, as the image would."""
    with tempfile.TemporaryDirectory() as temporary:
        clean, found = prepared(Path(temporary), libraries=None)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = str(probe.getsockname()[1])
        process = clean.start(found["CMD"].words, port=port)
        try:
            asked = [clean.put(word, port=port) for word in health(found)]
            python = shutil.which(asked[0], path=clean.env["PATH"]) or asked[0]
            for second in _seconds():
                done = subprocess.run([python, *asked[1:]], env=clean.env, capture_output=True, check=False)  # noqa: S603
                if done.returncode == 0:
                    print(f"The health check is answered after {second} s")
                    break
                if process.poll() is not None:
                    sys.exit(f"The command has ended with code {process.returncode}")
            else:
                sys.exit(f"The health check is not answered in {LONGEST_START} s: {done.stderr.decode()[-300:]}")
        finally:
            process.send_signal(getattr(signal, found["STOPSIGNAL"].text))
            code = process.wait(timeout=60)
        print(f"The command ended with code {code} when it was told to")


if __name__ == "__main__":
    main()
