"""One row of a file: judged by itself and beside those before it, with every column's problem named."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from pledge.actions.same_person import called
from pledge.admin.contact_steps import CONTACT
from pledge.admin.exchange.reading import COLUMNS, Cells
from pledge.admin.exchange.written import RowForm
from pledge.rules.vocabulary import RiskCategory


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
        return called(self.name), self.born_on


class Row(NamedTuple):
    """A row of the file: what was written in it, and who that is, or what is wrong."""

    line: int
    written: dict[str, str]
    person: Person | None
    problems: tuple[Problem, ...] = ()


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
