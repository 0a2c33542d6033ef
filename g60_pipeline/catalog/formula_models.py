"""The form of a formula in `formulas.yaml`: constants, steps or kernel, and words into which the constants are put.

    parameters: {least_members: 4}
    words_en: The corridor must have at least {least_members} members.
    latex: n > <least_members> - 1

Words and LaTeX are read with the numbers put in. LaTeX has braces of its own, so placeholders there are in `<>`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, Self

from pydantic import Field, StrictFloat, StrictInt, field_validator, model_validator

from g60_pipeline.catalog.models import Entry, Identifier, Text

NAMING: Final = ("words_en", "words_zh")
"""Texts that name every parameter of their formula."""

_PLACEHOLDERS: Final = {**dict.fromkeys(NAMING, r"\{(\w*)(:,)?\}"), "latex": r"<(\w*)(:,)?>"}
"""What stands for a parameter in each text; `:,` writes it with separators of thousands."""


class FormulaStep(Entry):
    """A step of a formula: what it gives, and the expression that gives it."""

    name: Identifier
    form: Literal["plain", "part", "each"] = "plain"
    expression: Text

    @property
    def text(self) -> str:
        """Return the step as it is published: `share = part(numerator / denominator)`."""
        return f"{self.name} = {self.expression if self.form == 'plain' else f'{self.form}({self.expression})'}"


class Formula(Entry):
    """A formula as it is published beside the numbers it made."""

    formula_id: Identifier
    version: int = Field(ge=1)
    metric: Identifier
    name_en: Text
    name_zh: Text
    words_en: Text
    words_zh: Text
    latex: Text
    source: Text
    parameters: dict[Identifier, StrictInt | StrictFloat] = Field(default_factory=dict)
    """Constants of the formula: code, steps and texts take them from here."""
    operands: tuple[Identifier, ...] = ()
    """Names of the parents of a row, in their order."""
    steps: tuple[FormulaStep, ...] = ()
    kernel: str | None = Field(default=None, pattern=r"^[a-z_.]+:[a-z_]+$")
    """Function that computes the number of one row, `module:name` below the metrics; it writes the sum, too."""
    code: str | None = Field(default=None, pattern=r"^[a-z_.]+:[a-z_]+$")
    """Function that computes the numbers of many rows, `module:name` below the package; no sum is written."""

    @model_validator(mode="before")
    @classmethod
    def _put_in(cls, values: Any) -> Any:
        parameters = values.get("parameters", {}) if isinstance(values, dict) else None
        if not isinstance(parameters, dict) or not all(isinstance(n, int | float) for n in parameters.values()):
            return values  # refused for its form
        texts = {name: values[name] for name in _PLACEHOLDERS if isinstance(values.get(name), str)}
        for name in parameters:
            if lacking := [field for field in NAMING if name not in dict(_placeholders(field, texts.get(field, "")))]:
                raise ValueError(f"{lacking[0]} does not name the parameter {name}: write {{{name}}}")
        return values | {field: _filled(field, text, parameters) for field, text in texts.items()}

    @field_validator("steps", mode="before")
    @classmethod
    def _named_steps(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return [
            {"name": name, "form": form, "expression": expression}
            for name, given in value.items()
            for form, expression in (given.items() if isinstance(given, dict) else [("plain", given)])
        ]

    @model_validator(mode="after")
    def _is_computed(self) -> Self:
        if not self.steps and not self.kernel and not self.code:
            raise ValueError("it names nothing that computes it: add steps, kernel or code")
        return self


def _placeholders(field: str, text: str) -> Iterator[tuple[str, str]]:
    return ((found[1], found[2] or "") for found in re.finditer(_PLACEHOLDERS[field], text))


def _filled(field: str, text: str, parameters: Mapping[str, float]) -> str:
    """Return a text with the parameters put in.

    Raises:
        ValueError: A placeholder is no parameter.
    """
    for name, _ in _placeholders(field, text):
        if name not in parameters:
            raise ValueError(f"{field} names {name!r}, which is no parameter of the formula")
    return re.sub(_PLACEHOLDERS[field], lambda found: format(parameters[found[1]], (found[2] or "")[1:]), text)
