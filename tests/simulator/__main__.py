"""Serves all stand-ins until Ctrl-C and prints the variables that send `g60` there."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading

from simulator.world import World, environment, serving


def main() -> None:
    """Serve, and wait."""
    world = World()
    world.cnipa_annual.publish(dt.datetime.now(dt.UTC).year - 1)
    with serving(world) as server, contextlib.suppress(KeyboardInterrupt):
        for name, value in environment(server, list(world.services())).items():
            print(f"export {name}={value}", flush=True)  # noqa: T201  - what the command is for
        threading.Event().wait()


if __name__ == "__main__":
    main()
