"""`g60 report` writes the site where it is told, `g60 chart` one picture; both say where it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from g60_pipeline.report.site import build


@pytest.mark.parametrize(
    ("name", "begins"), [("a.svg", b"<svg"), ("b.PNG", b"\x89PNG"), ("c.html", b"<!DOCTYPE html>")]
)
def test_a_chart_is_written_in_the_form_its_name_asks_for(g60: Any, tmp_path: Path, name: str, begins: bytes) -> None:
    done = g60("chart", "gdp", "--geo", "苏州", "-o", str(tmp_path / name))
    assert done.exit_code == 0
    assert done.stdout.strip().endswith(name)
    assert (tmp_path / name).read_bytes().lstrip().startswith(begins)


def test_a_chart_without_a_name_is_an_svg_of_the_indicator_in_the_current_folder(
    g60: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert (
        g60("chart", "科创板上市公司数", "--corridor", "g60_songjiang", "--lang", "zh").stdout.strip()
        == "star_listed.svg"
    )
    assert "来源：" in (tmp_path / "star_listed.svg").read_text(encoding="utf-8")


def test_another_form_is_refused_before_anything_is_drawn(g60: Any, tmp_path: Path) -> None:
    done = g60("chart", "gdp", "-o", str(tmp_path / "a.pdf"))
    assert done.exit_code == 2
    assert "a chart is an SVG, PNG or HTML file" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_site_is_written_where_it_is_told_and_its_start_is_named(
    g60: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "LANGUAGES", ("en",))  # the pages of both are looked at where they are made
    folder = tmp_path / "站点 with blanks"
    done = g60("report", "--to", str(folder), "--json")
    told = json.loads(done.stdout)
    assert told["folder"] == str(folder)
    assert told["written"] > told["pages"] > 60
    again = g60("report", "--to", str(folder), "--lang", "zh")
    assert "写入0个文件" in again.stdout
    assert "index.html" in again.stdout
