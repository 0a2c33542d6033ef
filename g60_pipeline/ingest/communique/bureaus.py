"""The bureaus of the corridor's places: list page, title of their communiques, usual month."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Annotated

import yaml
from pydantic import AfterValidator, Field

from g60_pipeline.catalog.models import Entry, GeoCode, Text


def _https(url: str) -> str:
    if not url.startswith("https://"):
        raise ValueError(f"{url!r} is no https address")
    return url


class Bureau(Entry):
    """Who publishes the communiques of a place."""

    geo_code: GeoCode
    publisher_zh: Text
    list_url: Annotated[str, AfterValidator(_https)] | None
    """Page that lists them; unknown where it is null."""
    month: int | None = Field(ge=1, le=12)
    """Month in which the communique of the year before usually appears; unknown where it is null."""
    title: str = r"{year}年?[^，。]{{0,20}}统计公报"
    """Pattern of a title; `{year}` is the year its figures are of."""

    def is_title(self, title: str, *, year: int) -> bool:
        """Return whether a title is that of the communique of a year."""
        return re.search(self.title.format(year=year), title) is not None


@cache
def bureaus() -> tuple[Bureau, ...]:
    """Return all bureaus.

    Raises:
        ValueError: An entry is not of the form.
    """
    text = (files("g60_pipeline") / "ingest" / "communique" / "bureaus.yaml").read_text(encoding="utf-8")
    return tuple(Bureau.model_validate(entry) for entry in yaml.safe_load(text))
