"""The templates of pages: whatever is put into them is escaped, and a name they do not know is an error."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from g60_pipeline.signs import is_web_address


def templates() -> Environment:
    """Return the templates of the folder `templates`."""
    made = Environment(
        loader=PackageLoader("g60_pipeline.report.site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.tests["web_address"] = is_web_address
    return made
