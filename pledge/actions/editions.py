"""Go-live of the rules: an edition or overlay is read and approved, exactly as it stands, by administrators."""

from datetime import datetime

from pledge.frame import action
from pledge.models import EditionApproval, EventType
from pledge.rows import insert
from pledge.rules.editions import NoEdition
from pledge.rules.refusals import Rejected
from pledge.rules.rulebook import digest_of, rules_named
from pledge.trail import By, created, record

APPROVALS = 2  # by as many different administrators
LONGEST_NOTE = EditionApproval._meta.get_field("note").max_length or 0


@action
def approve_edition(*, name: str, digest: str, note: str = "", by: By, at: datetime) -> EditionApproval:
    """Approve an edition or overlay as it was read; one whose dates or numbers change is approved anew.

    :param digest: of what the administrator read.
    :raises Rejected: where it reads otherwise by now, or the same administrator has approved it already.
    """
    if by.kind != "program" or not by.id:
        raise Rejected("by", "the program's administrators approve the rules, each under their own log-in")
    try:
        rules = rules_named(name)
    except NoEdition as unknown:
        raise Rejected("name", str(unknown)) from unknown
    if digest != digest_of(rules):
        raise Rejected("digest", "these rules are not as they were when you read them; read them again")
    if len(note.strip()) > LONGEST_NOTE:
        raise Rejected("note", f"a note has at most {LONGEST_NOTE} characters")
    row = EditionApproval(
        edition=name, digest=digest, approved_by=by.id, approved_by_name=by.name, approved_at=at, note=note.strip()
    )
    if insert(row, unless_there=True).pk is None:
        raise Rejected("by", "you have approved this already; another administrator is the second")
    record(EventType.EDITION_APPROVED, act="editions.approve_edition", by=by, at=at, about=row, changes=[created(row)])
    return row
