"""The outbox: notices are queued here, once per reader, kind and occasion, and nowhere else."""

from collections.abc import Mapping
from datetime import date, datetime

from notifications.kinds import Kind, Reader
from notifications.models import Notice
from pledge.models import ProgramEvent
from pledge.rows import insert


def queue(
    reader: Reader,
    reader_id: int,
    kind: Kind,
    occasion: str,
    *,
    at: datetime,
    registrant_id: int | None = None,
    caused_by: ProgramEvent | None = None,
    days: Mapping[str, date | str] | None = None,
) -> None:
    """Queue one notice; one already queued stays as it is (section 10).

    :param occasion: what it is about, such as ``window:12``; with reader and kind it is unique.
    :param days: program days the text may show.
    """
    notice = Notice(
        reader=reader,
        reader_id=reader_id,
        kind=kind,
        occasion=occasion,
        registrant_id=registrant_id,
        caused_by=caused_by,
        days={name: str(day) for name, day in (days or {}).items()},
        queued_at=at,
    )
    insert(notice, unless_there=True)
