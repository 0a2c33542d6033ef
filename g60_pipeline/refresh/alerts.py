"""Alerts people of what went wrong, once per incident, over whatever Apprise reaches. Nothing is decided here.

An incident opens with the first failure and closes with the next success; `archive/incidents.json` remembers the open
ones. An alert that could not be delivered is tried again with the next failure of the same incident.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import re
from typing import Any, Final

from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.live.archive import incidents
from g60_pipeline.ingest.live.archive.incidents import changing_incidents
from g60_pipeline.language import language
from g60_pipeline.settings import ALERTS_VARIABLE, Settings
from g60_pipeline.wording import in_language

VARIABLE: Final = ALERTS_VARIABLE
"""Environment variable with the addresses to alert."""


def alert_urls() -> list[str]:
    """Return the addresses the environment asks to alert. A comma inside an address is written %2C."""
    return [url for url in re.split(r"[,\s]+", os.environ.get(VARIABLE, "")) if url]


def check_urls() -> None:
    """Raise unless every address can be read.

    Raises:
        G60Error: One can not; the message names its place in the list, not its text, which may contain a password.
    """
    urls = alert_urls()
    if not urls:
        return
    import apprise  # noqa: PLC0415  - a second to load, and only where somebody is to be alerted

    for place, url in enumerate(urls, start=1):
        logging.getLogger("apprise").disabled = True
        if not apprise.Apprise().add(url):
            raise G60Error.of("source.no_alert", variable=VARIABLE, n=place)


def report(settings: Settings, incident: str, *, title: str, body: str) -> bool:
    """Open an incident, or find it open, and alert if that was not done yet. Return whether an alert went out now.

    The alert is in the language of the process; what is kept of the incident is in both.

    Args:
        settings: Where the open incidents are kept.
        incident: What failed, such as `source:worldbank`; the reason may change without a new alert.
        title: Subject of the alert.
        body: What happened and what to do.

    Raises:
        G60Error: An address can not be read.
    """
    with changing_incidents(settings.archive_dir) as open_ones:
        entry = open_ones.setdefault(incident, {"opened_at": dt.datetime.now(dt.UTC).isoformat(), "told": False})
        entry |= {"message": str(body), "message_zh": in_language(body, "zh")}
        if entry["told"] or not alert_urls():
            return False
        entry["told"] = _send(in_language(title, language()), in_language(body, language()))
        return bool(entry["told"])


def resolve(settings: Settings, incident: str) -> bool:
    """Close an incident and return whether it was open."""
    if incident not in open_incidents(settings):
        return False
    with changing_incidents(settings.archive_dir) as open_ones:
        return open_ones.pop(incident, None) is not None


def open_incidents(settings: Settings) -> dict[str, dict[str, Any]]:
    """Return the open incidents by name."""
    return incidents.open_incidents(settings.archive_dir)


def _send(title: str, body: str) -> bool:
    import apprise  # noqa: PLC0415  - a second to load, and only where somebody is to be alerted

    check_urls()
    channel = apprise.Apprise()
    channel.add(alert_urls())
    return bool(channel.notify(title=title, body=body))
