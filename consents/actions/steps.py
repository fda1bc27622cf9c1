"""Steps that the acts of signing share; each runs inside the caller's transaction."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, NoReturn, ParamSpec, TypeVar, cast

from django.db import models, transaction

from consents.links import state_of
from consents.models import SigningRequest, Visit
from consents.vocabulary import LinkState, Proof
from pledge.models import EventType, Registrant
from pledge.rules.calendar import program_day
from pledge.rules.enrollment import is_minor
from pledge.rules.refusals import Rejected
from pledge.trail import By, created, record

P = ParamSpec("P")
R = TypeVar("R")

_NEVER_TOLD = {
    "nonce", "link_digest", "token_digest", "digest", "hashed", "reading_code", "address", "agent", "evidence",
    "drawn", "initials",
}  # fmt: skip


class Denied(Rejected):
    """Someone tried to sign, or to act in a visit, for another person (21 CFR 11.200)."""

    def __init__(self, request: SigningRequest) -> None:
        """Take the request whose signer alone may do this."""
        self.request = request
        super().__init__("signer", "only the signer who was invited may do this, in a visit of their own")


class NotProven(Exception):
    """The PIN that must be typed again for a signature was not right; ``pins_left`` tries are left."""

    def __init__(self, proof: Proof, pins_left: int) -> None:
        """Take what came of it; what was counted is committed already."""
        self.proof, self.pins_left = proof, pins_left
        super().__init__(proof.label)


def guarded(act: Callable[P, R | NotProven]) -> Callable[P, R]:
    """Tell of misuse around an action: whoever was denied leaves an event after the rollback.

    A :class:`NotProven` that the action gave is raised here, once its count is committed.
    """

    module = act.__module__.rpartition(".")[2]

    @wraps(act)
    def guarding(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            outcome = act(*args, **kwargs)
        except Denied as denied:
            by, at = cast(By, kwargs["by"]), cast(datetime, kwargs["at"])
            with transaction.atomic(durable=True):
                record_misuse(denied.request, "not the signer", act=f"{module}.{act.__name__}", by=by, at=at)
            raise
        if isinstance(outcome, NotProven):
            raise outcome
        return outcome

    return guarding


def record_misuse(
    request: SigningRequest, because: str, *changes: dict[str, Any], act: str, by: By, at: datetime
) -> None:
    """Record that a try at someone's signing failed, and why."""
    record(EventType.SIGNING_DENIED, act=act, by=by, at=at, registrant=request.registrant, about=request,
           changes=[{"try": {"denied": [None, because]}}, *changes])  # fmt: skip


def lock_request(request: SigningRequest, by: By) -> SigningRequest:
    """Lock a request after its registrant, for the signer's own act.

    :raises Denied: where anyone else acts.
    """
    mine = by.registrant is not None and by.registrant.pk == request.registrant_id and by.kind == request.signer
    if not mine:
        raise Denied(request)
    return locked(request)


def locked(request: SigningRequest) -> SigningRequest:
    """Lock a request after its registrant, and give it as it stands."""
    registrant = Registrant.objects.locked(request.registrant_id)
    row = (
        SigningRequest.objects.select_for_update(of=("self",), no_key=True).select_related("course").get(pk=request.pk)
    )
    row.registrant = registrant
    return row


def lock_visit(visit: Visit, by: By, at: datetime) -> Visit:
    """Lock a visit's request for the signer's own act, and give the visit as it stands.

    :raises Denied: where anyone else acts.
    :raises Rejected: naming ``visit``, where it has ended or its link is no longer open.
    """
    request = lock_request(visit.request, by)
    row = Visit.objects.alive(at).filter(pk=visit.pk, request=request).first()
    if row is None or state_of(request, at) is not LinkState.OPEN:
        _ended()
    row.request = request
    return row


def _ended() -> NoReturn:
    raise Rejected("visit", "this visit has ended; open the link again and ask for a new code")


def share_an_address(registrant: Registrant, at: datetime) -> bool:
    """Tell whether a registrant under age and their guardian would be written to at one address."""
    minor = is_minor(registrant.born_on, program_day(at))
    return minor and same_address(registrant.email, registrant.guardian_email)


def same_address(one: str, other: str) -> bool:
    """Tell whether two addresses reach the same mailbox, as far as one can see."""
    return bool(one) and one.strip().casefold() == other.strip().casefold()


def made(row: models.Model) -> dict[str, dict[str, list[Any]]]:
    """Give a new row's fields as changes from nothing, less secrets, addresses and what is long."""
    return {
        subject: {name: pair for name, pair in fields.items() if name not in _NEVER_TOLD}
        for subject, fields in created(row).items()
    }
