"""Lists of registrants taken out as a file: asked for with a reason, and gone after a day (R47)."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from pledge.actions.steps import check_designated, refuse_unattested
from pledge.frame import action
from pledge.models import EventType, RegistrantExport
from pledge.rules.refusals import Rejected
from pledge.trail import By, created, record

LONGEST_REASON = RegistrantExport._meta.get_field("reason").max_length or 0


@action
def make_export(*, words: dict[str, str], reason: str, user: Any, by: By, at: datetime) -> RegistrantExport:
    """Let a log-in fetch a list of its registrants as a file, until it expires; the file itself is not kept.

    :param words: which registrants, as the list's own filters say it: the program's words, never a name.
    :raises Rejected: without a reason, or for who is of no clinic or no longer designated.
    :raises Refused: for a designee whose attestation does not hold.
    """
    if by.prescriber is None:
        raise Rejected("by", "a list is taken out by a prescriber or their designee")
    check_designated(by, at)
    refuse_unattested(by, at)
    if not reason.strip():
        raise Rejected("reason", "taking a list out needs a reason")
    if len(reason.strip()) > LONGEST_REASON:
        raise Rejected("reason", f"a reason has at most {LONGEST_REASON} characters")
    row = RegistrantExport.objects.create(
        user=user,
        words=words,
        reason=reason.strip(),
        made_at=at,
        expires_at=at + timedelta(hours=settings.EXPORT_HOURS),
    )
    record(EventType.REGISTRANTS_EXPORTED, act="exports.make_export", by=by, at=at, about=row, changes=[created(row)])
    return row
