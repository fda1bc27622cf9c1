"""What of signing waits in a clinic: signers who have no link that leads anywhere, so that nobody waits in vain."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.db.models import prefetch_related_objects

from consents.admin.signers import SIGN_BY_LINK, newest_link
from consents.links import state_of
from consents.models import SigningRequest
from consents.vocabulary import LinkState
from pledge.admin.listing import records_of
from pledge.admin.panels import READ_AHEAD, WORK
from pledge.admin.visitor import Visitor
from pledge.admin.whereabouts import unsigned
from pledge.admin.worklist.queues import Queue, Who, WorkRow
from pledge.models import Registrant
from pledge.rules.calendar import program_day
from pledge.rules.vocabulary import Signer


class Ended(NamedTuple):
    """Why a link leads nowhere, and since when."""

    sentence: str
    since: datetime | None


def unreached_signers(visitor: Visitor, at: datetime) -> Iterator[WorkRow]:
    """Give a row for each registrant one of whose signers has something to sign and no link to sign it with."""
    on = program_day(at)
    to_enroll = visitor.registrants().filter(
        courses__is_current=True, courses__enrolled_on=None, courses__ended_on=None
    )
    people = {registrant.pk: registrant for registrant in to_enroll}
    prefetch_related_objects(list(people.values()), *READ_AHEAD)
    for pk, record in records_of(people, on, with_signatures=True).items():
        signers = {signer for _, signer in unsigned(record, on)}
        row = next((_row(people[pk], signer, at) for signer in SIGN_BY_LINK if signer in signers), None)
        if row is not None:
            yield row


def _row(registrant: Registrant, signer: Signer, at: datetime) -> WorkRow | None:
    """Give the row of the first who must sign, or None while an open link is theirs or they sign on paper."""
    ended = _ended(newest_link(registrant, signer), signer, at)
    if ended is None:
        return None
    day = program_day(ended.since) if ended.since is not None else None
    return WorkRow(Queue.SIGNATURES, Who.CLINIC, ended.sentence, registrant.pk, day)


def _ended(request: SigningRequest | None, signer: Signer, at: datetime) -> Ended | None:
    who = signer.label.lower()
    if request is None:
        return Ended(f"The {who} has something to sign and was not invited yet.", None)
    match state_of(request, at):
        case LinkState.EXPIRED:
            return Ended(f"The {who}'s link has expired, and something is still to be signed.", request.expires_at)
        case LinkState.CLOSED:
            return Ended(f"The {who}'s link was closed after wrong PINs: they choose a new one.", request.closed_at)
        case LinkState.REVOKED:
            return Ended(f"The {who}'s link was closed, and something is still to be signed.", request.revoked_at)
        case LinkState.WITHDRAWN:
            return Ended(f"The {who} signs on paper: their electronic signing ended.", request.withdrawn_at)
        case _:
            return None


WORK.append(unreached_signers)
READ_AHEAD.extend(["signing_requests", "signing_pins"])
