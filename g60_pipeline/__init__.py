"""The open warehouse of the Yangtze River Delta G60 Science and Technology Innovation Corridor.

>>> import g60_pipeline as g60
>>> g60.load("national_share", year=2023, corridor_id="g60_shanghai")  # doctest: +SKIP

`connect` opens a published warehouse, `load` returns a table of it as a Polars frame; see `g60_pipeline.api`. They are
loaded when they are first used: importing the package costs nothing.
"""

import time
from importlib import import_module
from typing import Any, Final

__version__ = "0.1.0"

STARTED: Final = time.time_ns()
"""When this process began to load the package: what is written into its folder later may not be what was loaded."""

__all__ = ["Connection", "G60Error", "__version__", "connect", "load"]

_PUBLIC = {"Connection": "api", "connect": "api", "load": "api", "G60Error": "errors"}


def __getattr__(name: str) -> Any:
    """Return what is public here, loaded when it is first asked for."""
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*_PUBLIC, "__version__"})
