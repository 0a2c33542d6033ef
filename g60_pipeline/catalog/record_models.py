"""The form of `records/*.yaml`: which columns of a file of records mean what, and what the records are counted as."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, ValidationError, model_validator

from g60_pipeline.catalog.load import read_yaml
from g60_pipeline.catalog.models import Entry, Identifier, Text
from g60_pipeline.catalog.own_yaml import read_own_yaml
from g60_pipeline.errors import G60Error

FOLDER: Final = "records"
"""Folder of these files in the catalog, and in the data folder, whose files come first."""

Names = Annotated[tuple[Text, ...], Field(min_length=1)]
"""Names a column may have; the first that a file has is read."""


class RecordColumns(Entry):
    """Columns of a file of records. An address and a day are needed; one without identifier repeats none."""

    address: Names
    date: Names
    identifier: Names | None = None
    kind: Names | None = None
    amount: Names | None = None


class RecordSeries(Entry):
    """A series the records add up to.

    `kinds`: only records whose column `kind` says one of these; all where it is empty. `period`: records of a year, or
    records that count at the end of a year, for `valid_years` from their own on (for good where that is null).
    `unit`: of the column `amount`, which is then added up; records are counted where it is null.
    """

    indicator_id: Identifier
    basis: Identifier
    period: Literal["year", "year_end"] = "year"
    valid_years: Annotated[int, Field(ge=1)] | None = None
    kinds: tuple[Text, ...] = ()
    unit: Identifier | None = None

    @model_validator(mode="after")
    def _validity_fits(self) -> Self:
        if self.valid_years is not None and self.period != "year_end":
            raise ValueError("valid_years is for records that count at the end of a year (period: year_end)")
        return self


class RecordKind(Entry):
    """A kind of records: how its files are read, and what they are counted as.

    `several_places`: whether a record that is there once for each of several places counts in each (papers), or
    contradicts itself (patents).
    """

    records: Identifier
    name_en: Text
    name_zh: Text
    columns: RecordColumns
    series: Annotated[tuple[RecordSeries, ...], Field(min_length=1)]
    several_places: bool = False

    @model_validator(mode="after")
    def _columns_fit(self) -> Self:
        for series in self.series:
            if series.kinds and self.columns.kind is None:
                raise ValueError(f"{series.indicator_id} asks for kinds, but no column kind is named")
            if series.unit and self.columns.amount is None:
                raise ValueError(f"{series.indicator_id} has a unit, but no column amount is named")
        return self


def record_kinds(own: Path) -> list[str]:
    """Return the names of the kinds there are, the user's own included."""
    packaged = (entry.name for entry in (files("g60_pipeline.catalog") / FOLDER).iterdir())
    found = (*packaged, *(file.name for file in own.glob("*.yaml")))
    return sorted({name.removesuffix(".yaml") for name in found if name.endswith(".yaml")})


def read_record_kind(name: str, own: Path) -> RecordKind:
    """Return a kind of records by its name; a file of the user's own comes before the packaged one.

    Args:
        name: `patents`, `firms` and so on.
        own: Folder of the user's own files.

    Raises:
        G60Error: There is none of the name, or its file breaks the form.
    """
    if name not in (known := record_kinds(own)):
        listed, file = ", ".join(known), own / "NAME.yaml"
        raise G60Error.of("catalog.no_records", f"--records {name}", known=listed, file=file)
    file = own / f"{name}.yaml"
    said: Any = read_own_yaml(file) if file.exists() else read_yaml(files("g60_pipeline.catalog") / FOLDER / file.name)
    try:
        return RecordKind.model_validate({**said, "records": name} if isinstance(said, dict) else said)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        rule = f"{where}: {first['msg']}" if where else str(first["msg"])
        raise G60Error.of("catalog.no_form", f"{FOLDER}/{name}.yaml", reason=rule) from error
