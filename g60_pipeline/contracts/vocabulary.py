"""The closed word lists of the warehouse. A word that is not here is refused, not passed on."""

from __future__ import annotations

from typing import Final, Literal, get_args

PERIOD_KINDS: Final = ("calendar_year", "point_in_time", "part_year")
"""What a reference period can be."""

PUBLISHED_PERIOD_KINDS: Final = ("year", "date", "part_year", "census")
"""How a period may be filed in a facts or inbox file."""

STATUSES: Final = ("final", "revised", "unstated", "preliminary")
"""Status of a figure as its document words it, best first."""

ROUNDS: Final = ("census5", "census4", "annual_final", "first", "unknown")
"""Revision rounds, newest first: 5th and 4th economic census, annual final verification, first publication."""

GRADES: Final = ("A", "B", "C", "D", "U")
"""A official site, B established press, C re-post, D copy that names its document, U copy that names none."""

FLAGS: Final = (
    "rounded",
    "unverified",
    "year_inferred",
    "census",
    "month_only",
    "lower_bound",
    "upper_bound",
    "estimated_by_source",
    "unit_confirmed",
    "disagreement",
    "implausible",
    "basis_joined",
    "mixed_vintage",
    "break",
    "withdrawn",
    "corrected",
)
"""Everything a reader must know about a figure before using it."""

SET_HERE: Final = frozenset(
    {"month_only", "disagreement", "implausible", "basis_joined", "mixed_vintage", "break", "withdrawn", "corrected"}
)
"""Flags that the pipeline alone sets."""

PUBLISHED_FLAGS: Final = tuple(flag for flag in FLAGS if flag not in SET_HERE)
"""Flags that a facts or inbox file may have."""

CHOSEN_BECAUSE: Final = ("only_figure", "first_of")
"""Reasons of a figure that is chosen."""

LOST_BY: Final = (
    "gone",
    "replaced",
    "estimate",
    "unnamed",
    "contradicted",
    "use",
    "age",
    "rounded",
    "status_rank",
    "grade_rank",
    "days",
    "retrieval",
    "observation_id",
)
"""Reasons of a figure that lost: the criteria of the rule of choice, in order."""

UNPLACED_BECAUSE: Final = (
    "no_address",
    "no_address_rule",
    "address_names_other",
    "list_names_other",
    "no_district_rule",
    "district_names_other",
)
"""Reasons why a person must look at a firm."""

UNPLACED_REMEDIES: Final = ("add_address_rule", "add_district_rule", "ask_the_exchange")
"""What to do about such a firm."""

DOCUMENT_KINDS: Final = (
    "communique",
    "rd_bulletin",
    "yearbook",
    "listing",
    "official_list",
    "ranking",
    "database",
    "reports",
)
TERMS: Final = ("open", "ask", "closed")
"""What a source allows: republish, ask first, keep inside."""

CLAIM_MEASURES: Final = ("level", "share_of_nation", "share_of_world", "share_of_yrd", "growth")
"""What a published claim states."""

CLAIM_FORMS: Final = ("point", "more_than", "nearly", "from_to", "target")
"""How a claim words its number."""

NUMBER_FORMS: Final = ("point", "more_than", "nearly", "at_least")
"""How the number of a claim is meant; at_least is a target, open above."""

AMOUNT_FORMS: Final = ("point", "more_than", "nearly", "about", "at_most", "target")
"""How an amount in a text is worded."""

VERDICTS: Final = (
    "reproduced",
    "contradicted",
    "exceeded",
    "consistent",
    "outdated",
    "uninformative",
    "not_computable",
)
"""What the audit can say of a claim, the most telling first."""

PATHS: Final = ("innovation_hub", "industrial_chain", "shared_platform", "element_circulation")
"""The four collaboration paths of the corridor."""

NATURES: Final = ("event", "plan", "total", "repeat")
"""What a record of collaboration is about: something that happened, something only planned, a total at a date, or what
another record has already. Only the first is counted."""

Role = Literal["key", "subject", "value", "low", "high", "context", "reason", "evidence", "note"]
"""What a column is to its row."""

ROLES: Final[tuple[Role, ...]] = get_args(Role)
"""The roles."""
