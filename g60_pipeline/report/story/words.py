"""Words of the story in English and Chinese: its sentences and closed words. No query, no layout."""

from __future__ import annotations

from typing import Final

from g60_pipeline.report.story.working import Both
from g60_pipeline.report.words import VOCABULARY

TEXTS: Final[dict[str, Both]] = {
    "formula": ("Formula", "公式"),
    "version": ("version {n}, source: {source}", "第{n}版，来源：{source}"),
    "put_in": ("With the numbers put in", "代入数值"),
    "rests_on": ("What it rests on", "所依据的各项"),
    "no_value": ("no value", "无数值"),
    "figures": ("Figures behind it", "所用数值"),
    "events": ("Events behind it", "所依据的事件"),
    "documents": ("Documents of these records", "上述记录所据文献"),
    "as_printed": ("printed as {text}, × {factor} = {value}", "原文为{text}，×{factor}={value}"),
    "corrected": (
        "printed {printed}, corrected to {corrected} by {name} ({reason}; {document}; {author}, {day})",
        "原文为{printed}，由{name}更正为{corrected}（{reason}；{document}；{author}，{day}）",
    ),
    "grade": (
        "grade {grade}, {status}, round {round}; flags {flags}",
        "等级{grade}，{status}，轮次：{round}；标记：{flags}",
    ),
    "rounded": ("rounded: anything from {low} to {high}", "约数，实际在{low}至{high}之间"),
    "stands_in": ("stands in for {basis}: {reason}", "代用于{basis}：{reason}"),
    "confirmed": ("confirmed by: {document}", "另有佐证：{document}"),
    "undated": ("undated", "日期不详"),
    "no_address": ("no address held", "无网址"),
    "at": ("at {where}", "位于{where}"),
    "snapshot": ("snapshot {name}, SHA-256 {hashes}", "快照{name}，SHA-256：{hashes}"),
    "lost": ("lost: {printed} [{name}], {why}; {document}", "落选：{printed}[{name}]，{why}；{document}"),
    "other_round": (
        "it stands first where the round does not matter; this calculation takes figures of one round, the nearest "
        "where one is missing, and this one is of {round}",
        "不论轮次时以它为先；本计算取同一轮次的数值，缺者取最近轮次，而它为{round}",
    ),
    "counts": ("counts {n} firms: {names}", "共{n}家公司：{names}"),
    "and_more": ("and {n} more", "另有{n}项"),
    "more": ("and {n} more (--json lists all)", "另有{n}项（--json 全部列出）"),
    "may_be": ("may be one of its events", "可能属于该地"),
    "made": (
        "Made by g60_pipeline {version}, build {build}, catalog {hash}",
        "由 g60_pipeline {version} 生成，构建{build}，目录{hash}",
    ),
    "flags": ("flags: {flags}", "标记：{flags}"),
    "none": ("none", "无"),
}
"""Sentences of the story."""

PATHS: Final[dict[str, Both]] = {
    "all": ("all paths", "全部路径"),
    "innovation_hub": ("innovation hubs", "创新策源"),
    "industrial_chain": ("industrial chains", "产业链协同"),
    "shared_platform": ("shared platforms", "平台共享"),
    "element_circulation": ("circulation of elements", "要素流通"),
}
"""The four collaboration paths."""

_WORDS: Final[dict[str, dict[str, Both]]] = {
    "measure": {
        "yoy": ("over the year before", "比上年"),
        "change_since_2018": ("change since 2018", "比2018年"),
        "cagr_since_2018": ("per year since 2018", "2018年以来年均"),
        "hhi": ("raw", "原始值"),
        "hhi_normalised": ("normalised", "标准化"),
        "cr1": ("the largest share", "最大份额"),
        "cr4": ("the four largest shares", "前四份额"),
        "gini": ("as it is", "未修正"),
        "gini_corrected": ("corrected for few members", "小样本修正"),
        "cv": ("coefficient of variation", "变异系数"),
        "theil": ("equal weights", "等权"),
        "hoover": ("against population", "按人口"),
        "theil_weighted": ("the whole", "总指数"),
        "theil_within": ("the part within the provinces", "省内部分"),
        "theil_between": ("the part between the provinces", "省间部分"),
        "williamson_cv": ("against population", "按人口"),
        "sigma": ("sigma", "σ"),
        "sigma_change": ("change of sigma", "σ的变化"),
        "beta": ("slope", "斜率"),
        "beta_standard_error": ("standard error of the slope", "斜率标准误"),
        "r_squared": ("R²", "R²"),
        "speed": ("speed", "收敛速度"),
        "half_life": ("half-life in years", "半衰期（年）"),
        "density": ("density", "密度"),
        "components": ("number of parts", "连通分量数"),
        "degree": ("degree", "度"),
        "in_degree": ("in-degree", "入度"),
        "out_degree": ("out-degree", "出度"),
        "strength": ("strength", "强度"),
        "in_strength": ("in-strength", "入强度"),
        "out_strength": ("out-strength", "出强度"),
        "betweenness": ("betweenness", "中介中心性"),
        "eigenvector": ("eigenvector centrality", "特征向量中心性"),
        "ei_corridor": ("of the corridor against outside", "走廊内外"),
        "ei_province": ("of provinces", "跨省与省内"),
    },
    "direction": {"directed": ("directed", "有向"), "undirected": ("undirected", "无向")},
    "position": {
        "within": ("within the corridor", "走廊内"),
        "outside": ("to the outside", "走廊与外部"),
        "undecided": ("undecided whether within", "是否在走廊内未定"),
    },
    "weight": {"full": ("full weight", "完整权重"), "fractional": ("fractional weight", "分数权重")},
    "weighting": {"equal": ("equal weights", "等权"), "entropy": ("entropy weights", "熵权")},
    "aggregation": {"arithmetic": ("arithmetic mean", "算术平均"), "geometric": ("geometric mean", "几何平均")},
    "source": {
        "weights": ("weights drawn", "变动权重"),
        "aggregation": ("aggregation drawn", "变动合成方式"),
        "normalisation": ("normalisation drawn", "变动标准化方法"),
        "leave_one_out": ("one component left out", "剔除一项"),
        "all": ("all choices drawn", "同时变动各项"),
    },
    "left_out": {
        "indicator": ("each indicator left out in turn", "逐一剔除指标"),
        "year": ("each year left out in turn", "逐一剔除年份"),
    },
    "treatment": {
        "none": ("values not treated", "未作离群值处理"),
        "winsorised": ("outliers drawn in", "离群值已缩尾"),
        "logarithm": ("logarithm taken", "取对数"),
    },
    "span": {
        "all": ("all years", "全部年份"),
        "undated": ("undated events", "日期不详的事件"),
        "year": ("a year", "单年"),
    },
    "level": {
        "national": ("national", "国家级"),
        "provincial": ("provincial", "省级"),
        "city": ("city", "市级"),
        "district": ("district", "区级"),
        "corridor": ("of the corridor", "走廊"),
    },
    "theme": {
        "basic_research": ("basic research", "基础研究"),
        "city_focus": ("focus of the city", "城市重点"),
        "finance": ("finance", "金融"),
        "industry": ("industry", "产业"),
        "institutional": ("institutions", "制度"),
        "openness": ("openness", "开放"),
        "platform": ("platforms", "平台"),
        "talent": ("talent", "人才"),
    },
    "standing": {
        "above": ("by a place above members", "成员的上级"),
        "below": ("by a place below a member", "成员的下级"),
        "corridor": ("by the corridor itself", "走廊本身"),
        "member": ("by a member of then", "当时的成员"),
        "later_member": ("by a later member", "后来的成员"),
        "outside": ("by a place outside", "走廊以外"),
    },
    "tier": {
        "core": ("core", "核心"),
        "second": ("second", "第二层"),
        "third": ("third", "第三层"),
        "mixed": ("mixed", "不一"),
    },
    "yardstick": {"size": ("by size", "按总量"), "intensity": ("by intensity", "按强度")},
}
"""Column -> closed word -> English, Chinese."""

_KINDS: Final[dict[str, str]] = {
    "bond": "债券",
    "capital_market": "资本市场",
    "computing_platform": "算力平台",
    "concept_validation_centre": "概念验证中心",
    "cooperation_platform": "合作平台",
    "cooperation_zone": "合作区",
    "data_platform": "数据平台",
    "demonstration_zone": "示范区",
    "enclave_fund": "飞地基金",
    "enclave_outcome": "飞地成果",
    "financial_service": "金融服务",
    "fund": "基金",
    "incubator": "孵化器",
    "industrial_alliance": "产业联盟",
    "industrial_programme": "产业项目",
    "innovation_community": "创新共同体",
    "innovation_competition": "创新大赛",
    "innovation_consortium": "创新联合体",
    "innovation_enclave": "科创飞地",
    "innovation_platform": "创新平台",
    "instrument_sharing": "仪器共享",
    "investment_promotion": "招商",
    "joint_procurement": "联合采购",
    "leading_enterprise": "龙头企业",
    "licence_scheme": "证照通办",
    "research_cooperation": "科研合作",
    "research_institute": "研究院",
    "research_platform": "科研平台",
    "roadshow_centre": "路演中心",
    "science_facility": "科学装置",
    "science_park": "科技园",
    "supply_chain_matching": "供应链对接",
    "talent_scheme": "人才计划",
    "tech_market": "技术市场",
    "tech_transfer_base": "成果转化基地",
    "technology_innovation_centre": "技术创新中心",
    "university_alliance": "高校联盟",
}
"""Kind of an event -> Chinese."""


def word(column: str, value: str) -> Both:
    """Return a closed word of a column in both languages."""
    plain = value.replace("_", " ")
    return _WORDS.get(column, {}).get(value) or (plain, _KINDS.get(value) or VOCABULARY.get(value, plain))
