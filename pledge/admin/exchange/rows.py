"""One row of a file: judged by the fields that enrolling by hand asks for, and every column's problem named."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from pledge.admin.contact_steps import CONTACT, ContactFields
from pledge.admin.exchange.reading import COLUMNS, Cells
from pledge.admin.fields import BirthField
from pledge.rules.calendar import PROGRAM_ZONE
from pledge.rules.vocabulary import Basis, RiskCategory, Word

US_DAYS = ("%Y-%m-%d", "%m/%d/%Y")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Problem(NamedTuple):
    """What is wrong in one column of a row, or with the row as a whole where no column is named."""

    column: str
    sentence: str


class Person(NamedTuple):
    """Who stands in a row that can be taken in."""

    name: str
    born_on: date
    category: RiskCategory
    basis: str
    contact: dict[str, str]

    @property
    def key(self) -> tuple[str, date]:
        """By what two rows are about one person: name, whatever its case, and date of birth."""
        return self.name.casefold(), self.born_on


class Row(NamedTuple):
    """A row of the file: what was written in it, and who that is, or what is wrong."""

    line: int
    written: dict[str, str]
    person: Person | None
    problems: tuple[Problem, ...] = ()


class WrittenWord(forms.TypedChoiceField):
    """One of the program's words, as it is stored or as it is shown, in any case; empty where nothing is written."""

    def __init__(self, words: type[Word], **kwargs: Any) -> None:
        self.meant = {said.casefold(): word for word in words for said in (word.value, word.label)}
        super().__init__(choices=words.choices(), coerce=words, empty_value=None, required=False, **kwargs)
        self.error_messages["invalid_choice"] = f"Write one of: {', '.join(word.value for word in words)}."

    def to_python(self, value: Any) -> Any:
        said = str(value or "").strip()
        return super().to_python(self.meant.get(said.casefold(), said))


class RowForm(ContactFields):
    """A row's columns, with what is left empty filled in as the form for enrolling offers it."""

    born_on = BirthField(input_formats=US_DAYS)
    category = WrittenWord(RiskCategory)
    basis = WrittenWord(Basis)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["born_on"].error_messages["invalid"] = "Write the date of birth as 1998-04-02 or 4/2/1998."
        for name in ("language", "time_zone"):
            allowed = ", ".join(value for value, _ in self.fields[name].choices)  # type: ignore[attr-defined]
            self.fields[name].required = False
            self.fields[name].error_messages["invalid_choice"] = f"Write one of: {allowed}."

    def clean_name(self) -> str:
        """Give the name with single spaces."""
        return " ".join(self.cleaned_data["name"].split())

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        for name in COLUMNS:
            if CONTROL.search(self.data.get(name, "")):
                self.add_error(name, ValidationError("There is a line break or another control character in it."))
        said["language"] = said.get("language") or settings.LANGUAGE_CODE
        said["time_zone"] = said.get("time_zone") or PROGRAM_ZONE.key
        said["category"] = said.get("category") or RiskCategory.CAN_BECOME_PREGNANT
        return said


def judged(rows: Iterable[Cells]) -> list[Row]:
    """Judge every row by itself, and beside those before it: a person stands in a file once."""
    found: list[Row] = []
    lines: dict[tuple[str, date], int] = {}
    for cells in rows:
        row = _judged(cells)
        if row.person is not None:
            first = lines.setdefault(row.person.key, row.line)
            if first != row.line:
                again = Problem("", f"The same person stands in line {first}.")
                row = row._replace(person=None, problems=(again,))
        found.append(row)
    return found


def _judged(cells: Cells) -> Row:
    if cells.problem:
        return Row(cells.line, cells.under, None, (Problem("", cells.problem),))
    form = RowForm({name: cells.under.get(name, "") for name in COLUMNS})
    if not form.is_valid():
        problems = tuple(
            Problem(name if name in COLUMNS else "", str(error))
            for name, errors in form.errors.items()
            for error in errors
        )
        return Row(cells.line, cells.under, None, problems)
    said = form.cleaned_data
    person = Person(
        said["name"],
        said["born_on"],
        said["category"],
        said["basis"] or "",
        {name: said[name] for name in CONTACT},
    )
    return Row(cells.line, cells.under, person)
