"""Which event of signing is told to whom: the signer who was asked, and their clinic."""

from collections.abc import Callable, Mapping

from consents.models import SigningCode, SigningRequest
from notifications.kinds import Kind, Reader
from notifications.outbox import queue
from pledge.models import EventType, ProgramEvent


def _invited(event: ProgramEvent) -> None:
    _tell_signer(event, Kind.INVITATION_TO_SIGN, SigningRequest.objects.get(pk=event.subject_id or 0))


def _link_sent(event: ProgramEvent) -> None:
    request = SigningRequest.objects.get(pk=event.subject_id or 0)
    _tell_signer(event, Kind.LINK_AGAIN, request, f"request:{request.pk}:{event.pk}")


def _code_asked(event: ProgramEvent) -> None:
    code = SigningCode.objects.select_related("request").get(pk=event.subject_id or 0)
    _tell_signer(event, Kind.SIGNING_CODE, code.request, f"code:{code.pk}")


def _link_closed(event: ProgramEvent) -> None:
    request = SigningRequest.objects.get(pk=event.subject_id or 0)
    _tell_signer(event, Kind.SIGNING_LINK_CLOSED, request)
    _tell_prescriber(event, Kind.SIGNING_LINK_CLOSED, request)


def _signing_withdrawn(event: ProgramEvent) -> None:
    _tell_prescriber(event, Kind.SIGNING_WITHDRAWN, SigningRequest.objects.get(pk=event.subject_id or 0))


def _tell_signer(event: ProgramEvent, kind: Kind, request: SigningRequest, occasion: str = "") -> None:
    queue(Reader(request.signer), request.registrant_id, kind, occasion or f"request:{request.pk}", at=event.at,
          registrant_id=request.registrant_id, caused_by=event)  # fmt: skip


def _tell_prescriber(event: ProgramEvent, kind: Kind, request: SigningRequest) -> None:
    queue(Reader.PRESCRIBER, request.registrant.prescriber_id, kind, f"request:{request.pk}", at=event.at,
          registrant_id=request.registrant_id, caused_by=event)  # fmt: skip


SIGNING_ANNOUNCERS: Mapping[EventType, Callable[[ProgramEvent], None]] = {
    EventType.SIGNER_INVITED: _invited,
    EventType.SIGNING_LINK_SENT: _link_sent,
    EventType.SIGNING_CODE_ASKED: _code_asked,
    EventType.SIGNING_LINK_CLOSED: _link_closed,
    EventType.ELECTRONIC_SIGNING_WITHDRAWN: _signing_withdrawn,
}
