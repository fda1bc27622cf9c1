"""Deviations and non-compliance: closed by program staff with a note (sections 4 and 7)."""

from datetime import datetime

from pledge.frame import action
from pledge.models import Deviation, EventType
from pledge.rules.refusals import Rejected
from pledge.trail import By, changed, record

LONGEST_NOTE = Deviation._meta.get_field("closing_note").max_length or 0


@action
def close_deviation(*, deviation: Deviation, note: str, by: By, at: datetime) -> Deviation:
    """Close a deviation with a note; the dispense it is about stands."""
    row = Deviation.objects.select_for_update(no_key=True).get(pk=deviation.pk)
    if row.closed_at is not None:
        raise Rejected("deviation", "this deviation is closed already")
    if not note.strip():
        raise Rejected("note", "closing a deviation needs a note")
    if len(note.strip()) > LONGEST_NOTE:
        raise Rejected("note", f"a note has at most {LONGEST_NOTE} characters")
    changes = changed(row, closed_at=at, closing_note=note.strip())
    record(EventType.DEVIATION_CLOSED, act="deviations.close_deviation", by=by, at=at,
           registrant=row.registrant, about=row, changes=[changes])  # fmt: skip
    return row
