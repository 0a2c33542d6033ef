"""Whether somebody holds a lock just now: of a build, or of a refresh. Who takes them: `orchestration`, the archive."""

from __future__ import annotations

from pathlib import Path

from g60_pipeline.errors import G60Error


def is_held(path: Path) -> bool:
    """Return whether some process holds the lock.

    Raises:
        G60Error: The file may not be written to: nobody here can take the lock, and who else does is not known.
    """
    if not path.exists():
        return False
    from filelock import FileLock, Timeout  # noqa: PLC0415  - only where a lock file is

    try:
        with FileLock(path, timeout=0):
            return False
    except Timeout:
        return True
    except OSError as error:
        raise no_right(path, error) from error


def no_right(path: Path, error: OSError) -> G60Error:
    """Return the error to show where the lock file can not be opened."""
    return G60Error.of("folder.no_lock", str(path), reason=error.strerror, path=path)
