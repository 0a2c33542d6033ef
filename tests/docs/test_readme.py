"""What the README says of live sources is what the catalog holds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from g60_pipeline.catalog import LiveSource, load_catalog
from g60_pipeline.ingest.live.http.settings import NetworkSettings

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
SECTION = README.partition("\n## Live sources\n")[2].partition("\n## ")[0]
ROWS = {m[1]: m[0] for m in re.finditer(r"^\| `(\w+)` .*$", SECTION, flags=re.MULTILINE)}
LIVE = load_catalog().live


def test_every_live_source_stands_in_the_table_and_no_other() -> None:
    assert set(ROWS) == {plan.source_id for plan in LIVE}


@pytest.mark.parametrize("plan", LIVE, ids=lambda plan: plan.source_id)
def test_the_table_says_whether_and_when_a_source_is_asked(plan: LiveSource) -> None:
    _, _, _, when, default, _ = (cell.strip() for cell in ROWS[plan.source_id].split("|"))
    assert default == ("runs" if plan.schedule.running else "**stopped**")
    _, _, day, _, weekday = plan.schedule.cron.split()
    told = {re.match(r"\d*", word)[0] for word in when.replace(",", " ").split()}  # type: ignore[index]
    assert when == "Mondays" if weekday == "1" else set(day.split(",")) <= told


def test_every_setting_the_readme_names_is_one() -> None:
    named = {m.lower() for m in re.findall(r"^    G60_([A-Z]+(?:_[A-Z]+)*)(?:__\w+)?=", README, flags=re.MULTILINE)}
    assert named - {"alert_urls"} == set(NetworkSettings.model_fields) - {"pace"}
