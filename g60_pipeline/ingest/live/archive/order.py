"""The order in which snapshots followed each other, and the time each is taken to be of. Nothing is read here.

The order rests on succession: every snapshot names the one that was in force before it. Times decide only between
snapshots of which neither follows from the other, so a clock that was once ahead freezes nothing:

>>> by_succession({"2030": (2030, None), "2026": (2026, "2030"), "2025": (2025, None)})
['2025', '2030', '2026']
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any, Final
from zoneinfo import ZoneInfo

from g60_pipeline.ingest.live.archive.records import Attempt, Snapshot
from g60_pipeline.ingest.live.http.messages import LONGEST_WAIT
from g60_pipeline.wording import BilingualText, told

CHINA: Final = ZoneInfo("Asia/Shanghai")
"""Days are counted where the publishers are."""

TICK: Final = dt.timedelta(seconds=1)
"""What keeps two snapshots apart whose times contradict their order."""


def in_order(snapshots: Mapping[str, Snapshot]) -> list[Snapshot]:
    """Return snapshots of one source by identifier in the order in which they were kept, oldest first."""
    found = by_succession({name: (s.fetched_at, s.previous) for name, s in snapshots.items()})
    return [snapshots[name] for name in found]


def by_succession(kept: Mapping[str, tuple[Any, str | None]]) -> list[str]:
    """Return names so that each comes after its predecessor; otherwise by time, then by name.

    Args:
        kept: Name -> time and name of the predecessor; one that is not among the names counts as none.
    """
    followers: dict[str, list[str]] = {}
    ready: list[tuple[Any, str]] = []
    for name, (at, previous) in kept.items():
        if previous in kept and previous != name:
            followers.setdefault(str(previous), []).append(name)
        else:
            ready.append((at, name))
    heapq.heapify(ready)
    ordered: list[str] = []
    while ready:
        _, name = heapq.heappop(ready)
        ordered.append(name)
        for follower in followers.get(name, ()):
            heapq.heappush(ready, (kept[follower][0], follower))
    return ordered


def later_times(snapshots: Sequence[Snapshot], attempts: Sequence[Attempt]) -> dict[str, dt.datetime]:
    """Return for each snapshot the earliest time of what is known to have come after it; without such it is left out.

    Args:
        snapshots: Those of one source, in order.
        attempts: Its refreshes in the order of the log.
    """
    earliest = [*accumulate((a.started_at for a in reversed(attempts)), min)][::-1]
    brought = {name: place for place, a in enumerate(attempts) for name in a.snapshots}
    found: dict[str, dt.datetime] = {}
    after: dict[str, dt.datetime] = {}
    for snapshot in reversed(snapshots):
        name = snapshot.snapshot_id
        times = [after[snapshot.part]] if snapshot.part in after else []
        times += earliest[brought[name] + 1 :][:1] if name in brought else []
        if times:
            found[name] = min(times)
        after[snapshot.part] = min([snapshot.fetched_at, *times])
    return found


def ahead(snapshots: Sequence[Snapshot], attempts: Sequence[Attempt], *, now: dt.datetime) -> list[Snapshot]:
    """Return the snapshots whose time is still to come and that nothing of a time gone by has followed."""
    later = later_times(snapshots, attempts)
    last = _end_of_day(now)
    return [s for s in snapshots if s.fetched_at > last and later.get(s.snapshot_id, s.fetched_at) > last]


def times_to_come(
    snapshots: Sequence[Snapshot], attempts: Sequence[Attempt], *, now: dt.datetime
) -> list[BilingualText]:
    """Return in words which snapshots, and which wait asked for, have a time that can only be of a wrong clock."""
    waits = [
        told("live.snapshot.wait", until=_day(a.retry_at))
        for a in attempts[-1:]
        if a.retry_at is not None and (a.ended_at > now or a.retry_at > now + LONGEST_WAIT)
    ]
    return waits + [
        told("live.snapshot.ahead", name=s.snapshot_id, then=_day(s.fetched_at), now=_day(now))
        for s in ahead(snapshots, attempts, now=now)
    ]


def believed_times(
    snapshots: Sequence[Snapshot], attempts: Sequence[Attempt], *, now: dt.datetime | None
) -> dict[str, dt.datetime]:
    """Return the time each snapshot is taken to be of: as recorded, unless that contradicts today or the order.

    A time still to come is put back to just before what followed, or to today where nothing did. A snapshot is always
    later than the one of its part before it.

    Args:
        snapshots: Those of one source, in order.
        attempts: Its refreshes in the order of the log.
        now: The present time; without it no time counts as still to come.
    """
    later = later_times(snapshots, attempts)
    last = None if now is None else _end_of_day(now)
    found: dict[str, dt.datetime] = {}
    before: dict[str, dt.datetime] = {}
    for snapshot in snapshots:
        name, at = snapshot.snapshot_id, snapshot.fetched_at
        if last is not None and at > last:
            at = min(last, later.get(name, last) - TICK)
        if snapshot.part in before:
            at = max(at, before[snapshot.part] + TICK)
        found[name] = before[snapshot.part] = at
    return found


def _day(moment: dt.datetime) -> str:
    return f"{moment.astimezone(CHINA):%Y-%m-%d}"


def _end_of_day(now: dt.datetime) -> dt.datetime:
    """Return the last second of a day where the publishers are."""
    return now.astimezone(CHINA).replace(hour=23, minute=59, second=59, microsecond=0)
