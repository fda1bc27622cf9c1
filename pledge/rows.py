"""How a row is written or read where every request does it: as one plain statement, known once for each model.

The ORM builds the same statement anew each time, at several times the cost; everywhere else it is used as it is.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, models

R = TypeVar("R", bound=models.Model)


class NotWritten(RuntimeError):
    """A row that was to be changed is not there."""


def insert(row: R, *, unless_there: bool | str = False) -> R:
    """Write a new row, and give it with its key.

    :param unless_there: leave a row that a unique key forbids unwritten, and without a key; a field's name says which.
    """
    fields, statement = _insertion(type(row))
    conflict = f'("{unless_there}")' if isinstance(unless_there, str) else ""
    statement = statement.format(f"ON CONFLICT {conflict} DO NOTHING" if unless_there else "")
    with connection.cursor() as cursor:
        cursor.execute(statement, [_kept(row, field) for field in fields])
        written = cursor.fetchone()
    if written is None:
        return row
    row.pk = written[0]
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS  # noqa: SLF001 - as the ORM leaves a saved row
    return row


def update(row: models.Model, names: Iterable[str]) -> None:
    """Write some fields of a row.

    :raises NotWritten: where it is not there.
    """
    fields: list[Any] = [row._meta.get_field(name) for name in names]
    columns = ", ".join(f'"{field.column}" = %s' for field in fields)
    statement = f'UPDATE "{row._meta.db_table}" SET {columns} WHERE id = %s'  # noqa: S608 - a model's own words
    with connection.cursor() as cursor:
        cursor.execute(statement, [*(_kept(row, field) for field in fields), row.pk])
        if cursor.rowcount != 1:
            raise NotWritten(f"{row._meta.model_name} {row.pk}")


def get(model: type[R], key: int, *, locked: bool = False) -> R:
    """Give a row by its key, with ``locked`` held until the transaction ends.

    :raises DoesNotExist: the model's own, where it is not there.
    """
    table = model._meta.db_table
    statement = f'SELECT {columns_of(model, table)} FROM "{table}" WHERE id = %s'  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} FOR NO KEY UPDATE" if locked else statement, [key])
        row = cursor.fetchone()
    if row is None:
        raise model.DoesNotExist(f"{model._meta.model_name} {key}")  # type: ignore[attr-defined]
    return row_from(model, row)


def newest(model: type[R], where: str, values: Sequence[Any]) -> R | None:
    """Give the row entered last of those that ``where`` names, or None.

    :param where: SQL made of constants, with a placeholder for each of the values.
    """
    table = model._meta.db_table
    statement = f'SELECT {columns_of(model, table)} FROM "{table}" WHERE {where} ORDER BY id DESC LIMIT 1'  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    return None if row is None else row_from(model, row)


@cache
def columns_of(model: type[models.Model], table: str) -> str:
    """Give every column of a model, each behind its table's name in a statement."""
    return ", ".join(f'{table}."{field.column}"' for field in model._meta.concrete_fields)


def row_from(model: type[R], values: Sequence[Any]) -> R:
    """Build a row from the values of :func:`columns_of`."""
    return model.from_db(DEFAULT_DB_ALIAS, _names_of(model), values)


@cache
def _names_of(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


@cache
def _insertion(model: type[models.Model]) -> tuple[list[Any], str]:
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    return fields, f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({places}) {{}} RETURNING id'  # noqa: S608


def _kept(row: models.Model, field: Any) -> Any:
    return field.get_db_prep_save(getattr(row, field.attname), connection)
