"""The sums of a row with what they rest on, and what is said where there is none. Rows come from `telling`."""

from __future__ import annotations

from dataclasses import replace

from g60_pipeline.explain import parents
from g60_pipeline.explain.derive import PublishedRows, derive
from g60_pipeline.explain.working import Case, Working
from g60_pipeline.reader import reasons
from g60_pipeline.wording import LANGUAGES, Both, Language, both, say


def worked(case: Case) -> Working:
    """Return the sums of a row, what they rest on, and why there are none where that is so."""
    done = derive(case.row, PublishedRows(case.warehouse)) or Working()
    done.rest_on(parents.told(case))
    done.sums = [replace(made, of=parents.named(case, made.of)) for made in done.sums]
    done.unwritten = parents.unwritten(case, done)
    done.of_event = parents.of_events(case)
    if done.sums or done.unwritten:
        return done
    if case.answer is not None:
        done.unwritten = both("story.general")
        return done
    why = reason(case) or _missing(case)
    bounded = case.metric == "concentration" and case.row["value_low"] is not None
    ends = both("story.ends") if bounded else ("", "")
    done.unwritten = (
        f"{say('story.no_sum', 'en', why=why[0])} {ends[0]}".strip(),
        f"{say('story.no_sum', 'zh', why=why[1])}{ends[1]}",
    )
    return done


def reason(case: Case) -> Both | None:
    """Return why a row has no value, in both languages, with names in the place of codes."""
    found = reasons.reason(case.row, reasons.names(case.warehouse)) if case.row.get("reason_code") else None
    return (found[0].rstrip("."), found[1].rstrip("。")) if found else None


def _missing(case: Case) -> Both:
    missing = case.row.get("members_missing") or case.row.get("missing") or []
    if not missing:
        return both("story.unknown")

    def named(_: str, code: str, language: Language) -> str:
        return case.name(code)[LANGUAGES.index(language)]

    return both("reason.no_exact_figure", " ".join(missing), named=named)
