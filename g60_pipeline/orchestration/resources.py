"""The data folder as a Dagster resource, and the lock that keeps two builds apart. No table is read or written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import dagster as dg
from filelock import FileLock, Timeout

from g60_pipeline.builds import preconditions
from g60_pipeline.errors import G60Error
from g60_pipeline.locks import is_held, no_right
from g60_pipeline.settings import Settings

LOCK_TIMEOUT: Final = 120.0
"""Seconds a run waits for another to end; a whole build takes a tenth of that."""


WITHOUT, CLOCK_IS_RIGHT = "without", "clock_is_right"

BUILD_CONFIG: Final = {
    WITHOUT: dg.Field(
        [str],
        default_value=[],
        description="Inputs of the last publication that are gone for good: archive, corrections, inbox, a file such "
        "as inbox/mine.csv, the rows it has lost (inbox/mine.csv:gone), or a live source. A build without them is "
        "refused otherwise.",
    ),
    CLOCK_IS_RIGHT: dg.Field(
        bool,
        default_value=False,
        description="You have looked at the clock: what bears a later day was made when it was ahead.",
    ),
}
"""What whoever starts a run may state about the data folder; not which folder it is."""


@contextmanager
def build_lock(settings: Settings, *, timeout: float) -> Iterator[None]:
    """Hold the build lock. The operating system frees it when its holder dies, however it dies.

    Raises:
        G60Error: Another build holds it for longer than `timeout` seconds, or the folder can not be written to.
    """
    # Dagster may close a run in another thread than it began in.
    lock = FileLock(settings.lock_file, thread_local=False)
    try:
        settings.warehouse_dir.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=timeout)
    except Timeout as error:
        raise G60Error.of("folder.locked", str(settings.lock_file), seconds=timeout) from error
    except OSError as error:
        if settings.lock_file.exists():
            raise no_right(settings.lock_file, error) from error
        raise G60Error.of("folder.not_written", str(settings.warehouse_dir), reason=error.strerror) from error
    try:
        yield
    finally:
        lock.release()


def is_building(settings: Settings) -> bool:
    """Return whether a build holds the lock just now; where the lock can not be written to, a build will say so."""
    try:
        return is_held(settings.lock_file)
    except G60Error:
        return False


@dataclass(frozen=True)
class Folder:
    """The data folder, for what reads it or writes to the archive: no lock is held.

    It is no field of a run's configuration: whoever starts a run does not choose what it writes to.
    """

    path: str | None = None
    """Data folder; what G60_HOME names when the run starts, if not given."""

    @property
    def settings(self) -> Settings:
        """Return where things are kept, read when asked and not on import."""
        return Settings(home=Path(self.path)) if self.path else Settings.from_environment()

    def resource(self) -> dg.ResourceDefinition:
        """Return it as Dagster hands it to what asks for it."""
        return dg.ResourceDefinition(lambda _: self, config_schema={}, description="The data folder, without a lock.")


@dataclass(frozen=True)
class Home(Folder):
    """The data folder. From its first asset to its end, a run that uses it holds the build lock."""

    lock_timeout: float = LOCK_TIMEOUT
    """Seconds to wait for another build to end."""
    without: frozenset[str] = frozenset()
    """Inputs that whoever started the run has said to be gone."""
    refused: list[G60Error] = field(default_factory=list, compare=False, repr=False)
    """What kept a run from beginning, as it was raised: the run history keeps no more than its English words."""

    @property
    def settings(self) -> Settings:
        """Return where things are kept, and what is left out."""
        return replace(super().settings, without=self.without)

    def resource(self) -> dg.ResourceDefinition:
        """Return it as Dagster hands it out: the lock is held, with the in-process executor, for the whole run.

        Under the lock, and before the first step, the preconditions of a build are looked at.
        """

        @contextmanager
        def locked(context: dg.InitResourceContext) -> Iterator[Home]:
            config = context.resource_config
            home = replace(self, without=frozenset(config[WITHOUT]))
            with ExitStack() as held:
                try:
                    held.enter_context(build_lock(self.settings, timeout=self.lock_timeout))
                    remarks = preconditions.check(home.settings, clock_is_right=config[CLOCK_IS_RIGHT])
                except G60Error as error:
                    self.refused.append(error)
                    raise
                for remark in remarks:
                    if context.log is not None:
                        context.log.warning(remark)
                yield home

        return dg.ResourceDefinition(
            locked, config_schema=BUILD_CONFIG, description="The data folder, under the build lock."
        )
