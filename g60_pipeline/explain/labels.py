"""Labels of the columns of metrics, from the published file, and of those steps of a sum that are no column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from g60_pipeline.reader.columns import Columns

STEPS: Final[dict[str, str]] = {
    "corridor_base": "走廊基期数",
    "corridor_base_low": "走廊基期数下限",
    "corridor_base_high": "走廊基期数上限",
    "corridor_end": "走廊期末数",
    "corridor_end_low": "走廊期末数下限",
    "corridor_end_high": "走廊期末数上限",
    "weight_numerator": "权重分子",
    "weight_numerator_low": "权重分子下限",
    "weight_numerator_high": "权重分子上限",
    "weight_denominator": "权重分母",
    "weight_denominator_low": "权重分母下限",
    "weight_denominator_high": "权重分母上限",
    "base_value_high": "基期数上限",
    "base_value_low": "基期数下限",
    "beta": "β",
    "denominator_high": "分母上限",
    "denominator_low": "分母下限",
    "end_value_high": "期末数上限",
    "end_value_low": "期末数下限",
    "entropy": "熵",
    "external_sum": "外部联系",
    "hoover": "胡佛系数",
    "internal_sum": "内部联系",
    "mean_growth": "年均对数增长均值",
    "mean_log": "对数均值",
    "members_sum": "各成员之和",
    "national_rate": "全国增长率",
    "normalised_sum": "标准化值之和",
    "population_sum": "人口之和",
    "province_population_share": "该省人口份额",
    "province_share": "该省份额",
    "rest_of_province": "该省剩余数",
    "s_left": "残差平方和",
    "s_xx": "Sxx",
    "s_xy": "Sxy",
    "s_yy": "Syy",
    "share_of_votes": "票数占比",
    "sigma": "σ",
    "speed": "收敛速度",
    "theil_inside": "省内泰尔指数",
    "weight_sum": "权重之和",
    "weight_share_high": "权重比重上限",
    "weight_share_low": "权重比重下限",
}
"""Step of a sum that no column holds -> its Chinese label; the English one is its name."""


def labels_zh(tables: Mapping[str, Columns]) -> dict[str, str]:
    """Return the Chinese label of every column of the metrics, and of every step of a sum."""
    return STEPS | {name: column.label_zh for columns in tables.values() for name, column in columns.items()}
