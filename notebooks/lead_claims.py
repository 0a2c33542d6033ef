"""The achievements of the G60 corridor as a bank report printed them in October 2024, and what the warehouse says of them.

Open it with `marimo edit notebooks/lead_claims.py` (`pip install marimo`), or run it as a script.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="G60: seven claims")


@app.cell
def _():
    import marimo as mo
    import polars as pl

    import g60_pipeline as g60

    warehouse = g60.connect()
    both = ["g60_songjiang", "g60_shanghai"]
    return both, mo, pl, warehouse


@app.cell
def _(mo, warehouse):
    mo.md(
        f"""
    # Seven claims about the G60 corridor 长三角G60科创走廊的七项说法

    A bank report of 2024-10-25 counts the achievements of the corridor: 1/5 of STAR Market firms, 1/6 of national science
    awards, 1/9 of PCT applications, 1/24 of the people and 1/120 of the land of China, R&D up by 83 % from 2018 to 2022,
    and high-tech enterprises from 10,000 to over 50,000. Each is tested here in both readings of the corridor: with
    Songjiang District, as officially listed, and with all of Shanghai.

    科创板公司占全国1/5、国家科学技术奖1/6、PCT申请1/9、人口1/24、土地1/120、研发经费增长83%、高新技术企业由1万家增至5万家以上：
    以下按两种范围（松江区、全上海）逐项检验。

    Build 构建: `{warehouse.build_id}`
    """
    )
    return


@app.cell
def _(both, pl, warehouse):
    claims = warehouse.load("analysis.claims").filter(
        pl.col("lead").is_not_null(), pl.col("position") == 1, pl.col("scope").is_in(both)
    )
    claimed = claims.select("lead", "claim_id", "statement_en", "statement_zh").unique().sort("lead")
    verdicts = claims.sort("lead", pl.col("scope") != "g60_songjiang").select(
        "claim_id",
        "statement_en",
        "scope",
        "verdict",
        "claimed_low",
        "claimed_high",
        "value",
        "value_low",
        "value_high",
    )
    return claimed, claims, verdicts


@app.cell
def _(mo, verdicts):
    mo.vstack([mo.md("## Claimed, and found 所称与所得"), mo.ui.table(verdicts, selection=None)])
    return


@app.cell
def _(claims, mo, pl):
    _counts = claims.group_by("scope", "verdict").agg(claims=pl.col("claim_id").sort())
    summary = {(row["scope"], row["verdict"]): row["claims"] for row in _counts.to_dicts()}
    mo.md(
        "\n".join(
            f"- **{scope}**: {verdict.replace('_', ' ')} – {', '.join(ids)}"
            for (scope, verdict), ids in sorted(summary.items())
        )
    )
    return (summary,)


@app.cell
def _(both, pl, warehouse):
    _shares = ["star_listed", "national_st_awards", "pct_applications", "population_resident", "land_area"]
    shares = (
        warehouse.load("national_share", indicator_id=_shares, corridor_id=both)
        .with_columns(width=pl.col("share_high") - pl.col("share_low"))
        .sort("indicator_id", "corridor_id", "period_end")
        .select(
            "indicator_id",
            "basis",
            "corridor_id",
            "period_end",
            "share",
            "share_low",
            "share_high",
            "members_reporting",
            "flags",
        )
    )
    return (shares,)


@app.cell
def _(mo, shares):
    mo.vstack([mo.md("## Shares of China over time 占全国比重"), mo.ui.table(shares, selection=None)])
    return


@app.cell
def _(both, warehouse):
    research = warehouse.load(
        "growth",
        indicator_id="rd_expenditure",
        corridor_id=both,
        base_year=2018,
        year=2022,
        columns=[
            "corridor_id",
            "basis",
            "measure",
            "base_year",
            "year",
            "value",
            "value_low",
            "value_high",
            "reason_code",
            "flags",
        ],
    )
    firms = warehouse.load(
        "corridor_total",
        indicator_id="hightech_enterprises",
        corridor_id=both,
        columns=[
            "corridor_id",
            "basis",
            "period_end",
            "value",
            "value_low",
            "value_high",
            "members_reporting",
            "members_missing",
        ],
    )
    return firms, research


@app.cell
def _(firms, mo, research):
    mo.vstack(
        [
            mo.md("## R&D from 2018 to 2022 研发经费"),
            mo.ui.table(research, selection=None),
            mo.md("## High-tech enterprises 高新技术企业"),
            mo.ui.table(firms, selection=None),
        ]
    )
    return


@app.cell
def _(claimed, mo):
    choice = mo.ui.dropdown(
        options={f"{row['claim_id']} {row['statement_en']}": row["claim_id"] for row in claimed.to_dicts()},
        value=next(f"{row['claim_id']} {row['statement_en']}" for row in claimed.to_dicts()),
        label="Figures and documents behind 数据与文献",
    )
    choice
    return (choice,)


@app.cell
def _(both, choice, mo, pl, warehouse):
    audited = warehouse.load("claim_audit", claim_id=choice.value, corridor_id=both)
    behind = (
        warehouse.load("analysis.metric_input", metric_id=audited["metric_id"].to_list())
        .select("metric_id", "name_en", "name_zh", "period_end", "value", "unit", "grade", "publisher", "title", "url")
        .sort("metric_id", pl.col("period_end"), "name_en")
    )
    mo.ui.table(behind, selection=None)
    return (behind,)


if __name__ == "__main__":
    app.run()
