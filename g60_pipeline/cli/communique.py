"""The commands on documents of statistical bureaus, by name; each is loaded when it is called."""

from __future__ import annotations

import click

from g60_pipeline.cli.common import Group


@click.group(
    cls=Group,
    imported={
        "add": "communique_work:add",
        "collect": "communique_work:collect",
        "list": "communique_work:list_",
        "review": "communique_review:review",
        "extract": "communique_extract:extract",
    },
)
def communique() -> None:
    """Read figures out of communiques, reports and yearbook tables, and review them."""
