"""A client for Pledge's pharmacies' API, version 1. One file; needs Python 3.11 and nothing else. Copy it.

    from datetime import date
    from pledge_pharmacy import NotEligible, Pledge

    pledge = Pledge("https://pledge.example", key)
    try:
        authorization = pledge.authorize(
            registrant_number="0000000101", date_of_birth=date(1996, 5, 4), days_supply=30, pharmacist="rph-17"
        )
    except NotEligible as refused:
        for reason in refused.reasons:
            print(reason.message, reason.next_step)

Every call returns what it is to return, or raises a ``Problem`` (the service has refused) or ``NoAnswer`` (nobody
knows). Only a returned answer allows anything. A call that decides takes an ``idempotency_key``, or makes one; while
it goes on, the client repeats a lost, busy or unavailable call with the same key, so that it is decided once. Both
exceptions carry the key: to ask again later, pass it, with the same arguments.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import random
import re
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, ClassVar, Literal, TypeVar, cast

_LOCAL = ("127.0.0.1", "localhost", "::1")
_SIGNED_WITHIN = 5 * 60
_PATHS = ("", "/api/v1")  # of the address; the second is added to every call anyway
_KEY = re.compile(r"[!-~]+")
_IDEMPOTENCY_KEY = re.compile(r"[ -~]{1,255}")
_UNREAD = (KeyError, TypeError, ValueError, AttributeError)  # what reading an answer of another form raises
_BUSY = ("request-in-progress", "too-many-requests", "unavailable")  # repeated as they were, after Retry-After
_Given = TypeVar("_Given")


# What the service answers with. Members that a later service adds are passed over; a word that it adds comes as the
# text that it is, so leave room for others beside those named here.

ReasonCode = Literal[
    "contact_prescriber",
    "patient_action_needed",
    "window_closed",
    "authorization_active",
    "authorization_closed",
    "pharmacy_not_certified",
    "supply_over_limit",
]
ReasonWhoActs = Literal["registrant", "prescriber", "pharmacy", "program"]
AuthorizationStatus = Literal["issued", "suspended", "dispensed", "reversed", "revoked", "lapsed"]
PharmacyStanding = Literal["active", "not_active"]
EventType = Literal[
    "authorization.revoked",
    "authorization.suspended",
    "authorization.resumed",
    "authorization.lapsed",
    "certification.expiring",
]
ReverseReason = Literal["not_collected", "entry_error", "registrant_request"]


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Reason."""

    code: ReasonCode
    message: str  # One sentence
    who_acts: ReasonWhoActs
    next_step: str  # What comes next, in one sentence


@dataclass(frozen=True, kw_only=True)
class Eligibility:
    """Eligibility."""

    eligible: bool
    reasons: tuple[Reason, ...]
    do_not_dispense_after: date | None
    edition: str  # The edition of the program's rules that judged
    checked_at: datetime


@dataclass(frozen=True, kw_only=True)
class EligibilityResults:
    """Eligibility results."""

    results: tuple[Eligibility | Problem, ...]  # One for each check, in the order in which they were asked


@dataclass(frozen=True, kw_only=True)
class Authorization:
    """Authorization."""

    rma_number: str
    status: AuthorizationStatus
    registrant_number: str
    days_supply: int
    do_not_dispense_after: date | None
    issued_at: datetime
    dispensed_at: datetime | None
    reversed_at: datetime | None
    edition: str
    client_reference: str | None
    replayed: bool = field(default=False, compare=False)  # As kept from an earlier try


@dataclass(frozen=True, kw_only=True)
class Authorizations:
    """Authorizations."""

    items: tuple[Authorization, ...]  # Newest first; the pharmacy's own alone
    next_cursor: str | None  # Asks for the next page; null on the last one


@dataclass(frozen=True, kw_only=True)
class PharmacyKey:
    """Pharmacy key."""

    prefix: str  # Names the key that this call was made with
    sandbox: bool  # Whether it is a test key, of made-up registrants alone
    expires_at: datetime | None  # When the key ends; null where it goes on until it is revoked


@dataclass(frozen=True, kw_only=True)
class Pharmacy:
    """Pharmacy."""

    number: str
    name: str
    standing: PharmacyStanding  # Nothing is authorized for a pharmacy that is not active
    certified_on: date | None  # The day on which the activation began
    certified_through: date | None  # The last day of the activation
    key: PharmacyKey


@dataclass(frozen=True, kw_only=True)
class DispenseReported:
    """Dispense reported."""

    report_number: str  # Quote it to the program
    registrant_number: str
    days_supply: int
    dispensed_on: date
    recorded_at: datetime
    next_step: str  # What comes next, in one sentence
    replayed: bool = field(default=False, compare=False)  # As kept from an earlier try


@dataclass(frozen=True, kw_only=True)
class FieldError:
    """Field error."""

    pointer: str  # A JSON pointer into the body, or a query parameter after a slash; empty for the whole of it
    detail: str  # One sentence


@dataclass(frozen=True, kw_only=True)
class EligibilityCheck:
    """Eligibility check."""

    registrant_number: str  # The number the program gave the registrant. Printable characters, not blank
    date_of_birth: date  # The registrant's date of birth
    days_supply: int  # The days' supply that would be handed over
    pharmacist: str  # The pharmacist's own id, kept in the trail. Printable characters, not blank


@dataclass(frozen=True, kw_only=True)
class AuthorizationChange:
    """Authorization change."""

    rma_number: str
    status: AuthorizationStatus  # What it became; ask for the authorization to know what it is now


@dataclass(frozen=True, kw_only=True)
class CertificationEnd:
    """Certification end."""

    certified_through: date


@dataclass(frozen=True, kw_only=True)
class Event:
    """Event."""

    id: str  # The same by whichever way it comes; also a webhook's `webhook-id`
    type: EventType
    timestamp: datetime  # When it happened
    data: AuthorizationChange | CertificationEnd | Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Events:
    """Events."""

    items: tuple[Event, ...]
    next_cursor: str  # Always given: ask again with it. Where `items` is empty there was nothing new


class NoAnswer(Exception):
    """No answer came, or none that this client can read: whether anything was decided is not known.

    Dispense nothing on it. Ask again with the same ``idempotency_key``, which is None where the call decides nothing.
    """

    def __init__(self, cause: object, idempotency_key: str | None) -> None:
        super().__init__(f"no answer: {cause}")
        self.idempotency_key = idempotency_key


class Unreadable(NoAnswer):
    """An answer or a webhook came that lacks what the contract promises, or has it in another form."""


class Problem(Exception):
    """The service has refused (RFC 9457); what each type means stands at the address in ``type``."""

    name: ClassVar[str] = ""  # what a subclass's type ends in

    def __init__(
        self,
        members: Mapping[str, Any],
        retry_after: int | None = None,
        idempotency_key: str | None = None,
        *,
        replayed: bool = False,
    ) -> None:
        self.type = str(members.get("type", "about:blank"))
        self.title = str(members.get("title", ""))
        self.status = int(members.get("status", 0))
        self.detail = str(members.get("detail", ""))
        self.instance = str(members.get("instance", ""))
        self.reasons = tuple(_read_reason(reason) for reason in members.get("reasons", ()))
        self.errors = tuple(_read_field_error(error) for error in members.get("errors", ()))
        self.reference: str | None = members.get("reference")
        self.retry_after = retry_after
        self.idempotency_key = idempotency_key
        self.replayed = replayed  # whether it was kept from an earlier try with the same key: nothing was judged now
        said = [reason.message for reason in self.reasons]
        said += [f"{error.pointer} {error.detail}".strip() for error in self.errors]
        super().__init__(f"{self.title}. {' '.join(said) or self.detail}")


class Malformed(Problem):
    """The request cannot be understood."""

    name = "malformed"


class IdempotencyKeyMissing(Problem):
    """No usable Idempotency-Key."""

    name = "idempotency-key-missing"


class TlsRequired(Problem):
    """Use https."""

    name = "tls-required"


class Unauthenticated(Problem):
    """No usable key."""

    name = "unauthenticated"


class PharmacySuspended(Problem):
    """This pharmacy is suspended."""

    name = "pharmacy-suspended"


class NotFound(Problem):
    """Not found."""

    name = "not-found"


class MethodNotAllowed(Problem):
    """Wrong method."""

    name = "method-not-allowed"


class NotAcceptable(Problem):
    """Only JSON is spoken here."""

    name = "not-acceptable"


class NotEligible(Problem):
    """Nothing may be dispensed now."""

    name = "not-eligible"


class RequestInProgress(Problem):
    """Still being decided."""

    name = "request-in-progress"


class ContentTooLarge(Problem):
    """The body is too large."""

    name = "content-too-large"


class UnsupportedMediaType(Problem):
    """The body is not JSON."""

    name = "unsupported-media-type"


class IdempotencyKeyReused(Problem):
    """This Idempotency-Key belongs to another request."""

    name = "idempotency-key-reused"


class TooManyRequests(Problem):
    """Too many calls for now."""

    name = "too-many-requests"


class InternalError(Problem):
    """Something went wrong on our side."""

    name = "internal-error"


class Unavailable(Problem):
    """No decision can be made now."""

    name = "unavailable"


class WrongSignature(Exception):
    """A webhook did not come from the service, or came too late to be believed."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nothing: a key goes to the address it was given for, and to no other."""

    def redirect_request(self, *_: Any) -> None:
        return None


class _Caller:
    """Sends one call, repeats it while that is safe, and reads its answer."""

    def __init__(
        self,
        address: str,
        key: str,
        *,
        tries: int = 5,
        seconds: float = 15.0,
        longest_wait: float = 20.0,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        """Take where the service is and the pharmacy's key.

        :param address: ``https://…``, with or without ``/api/v1``; plain ``http`` is for one's own machine alone.
        :param key: the key alone, as it was shown; a line end behind it is not part of it.
        :param tries: how often a call is sent at most.
        :param seconds: how long an answer is waited for.
        :param longest_wait: who is told to wait longer than this gets the problem instead.
        :param wait: what waits; a test may pass another.
        :raises ValueError: for an address or a key that cannot be used; it never quotes the key.
        """
        parts = urllib.parse.urlsplit(address)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOCAL):
            raise ValueError("the address must begin with https://, so that the key never goes in the clear")
        if parts.path.rstrip("/") not in _PATHS or parts.query or parts.fragment or "@" in parts.netloc:
            raise ValueError("the address must be https:// and a name, with nothing behind it but /api/v1")
        if not _KEY.fullmatch(key):
            raise ValueError("the key must be ASCII without blanks, line ends and other characters that do not print")
        self._address = f"{parts.scheme}://{parts.netloc}"
        self._key = key
        self._tries, self._seconds, self._longest_wait, self._wait = tries, seconds, longest_wait, wait
        self._opener = urllib.request.build_opener(_NoRedirect)

    def _call(
        self,
        method: str,
        path: str,
        read: Callable[[Any], _Given],
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
    ) -> _Given:
        if idempotency_key is not None and not _IDEMPOTENCY_KEY.fullmatch(idempotency_key):
            raise ValueError("the idempotency_key must be 1 to 255 printable ASCII characters")
        given = {name: value for name, value in (query or {}).items() if value is not None}
        address = f"{self._address}{path}" + (f"?{urllib.parse.urlencode(given)}" if given else "")
        content = None if body is None else json.dumps(_left_in(body), default=_as_text).encode()
        request = urllib.request.Request(address, content, method=method)  # noqa: S310 - the scheme was looked at
        request.add_header("Authorization", f"Bearer {self._key}")
        request.add_header("Accept", "application/json")
        if content is not None:
            request.add_header("Content-Type", "application/json")
        if idempotency_key is not None:
            request.add_header("Idempotency-Key", idempotency_key)
        for sent in range(1, self._tries + 1):
            pause = min(0.25 * 2**sent, self._longest_wait) * (0.5 + random.random() / 2)  # noqa: S311 - spreads callers
            try:
                return self._sent(request, read, idempotency_key)
            except Problem as problem:
                pause = max(pause, problem.retry_after or 0)
                if not problem.type.endswith(_BUSY) or sent == self._tries or pause > self._longest_wait:
                    raise
            except (OSError, http.client.HTTPException, ValueError) as lost:
                if sent == self._tries:
                    raise NoAnswer(lost, idempotency_key) from lost
            self._wait(pause)
        raise AssertionError("unreachable")

    def _sent(
        self, request: urllib.request.Request, read: Callable[[Any], _Given], idempotency_key: str | None
    ) -> _Given:
        try:
            with self._opener.open(request, timeout=self._seconds) as answer:
                members, replayed = json.load(answer), answer.headers.get("Idempotent-Replayed") == "true"
        except urllib.error.HTTPError as refused:
            with refused:
                members = json.load(refused)
            if not isinstance(members, dict) or "type" not in members:
                raise ValueError(f"status {refused.code} without a problem") from None
            replayed = refused.headers.get("Idempotent-Replayed") == "true"
            retry_after = refused.headers.get("Retry-After", "")
            seconds = int(retry_after) if retry_after.isdecimal() else None
            raise _as_promised(
                lambda sent: _problem(sent, seconds, idempotency_key, replayed=replayed), members, idempotency_key
            ) from None
        given = _as_promised(read, members, idempotency_key)
        return replace(cast("Any", given), replayed=True) if replayed else given


def _as_promised(read: Callable[[Any], _Given], members: Any, idempotency_key: str | None) -> _Given:
    try:
        return read(members)
    except _UNREAD as unread:
        cause = f"what came is not what the contract promises ({type(unread).__name__}: {unread})"
        raise Unreadable(cause, idempotency_key) from unread


def _known(members: Any, *readers: Callable[[Any], Any]) -> Any:
    """Give what the first reader that fits makes of it; without one, as it came: a later service may add kinds."""
    for read in readers:
        try:
            return read(members)
        except _UNREAD:
            continue
    return members


def _problem(
    members: Mapping[str, Any],
    retry_after: int | None = None,
    idempotency_key: str | None = None,
    *,
    replayed: bool = False,
) -> Problem:
    name = str(members["type"]).rpartition("/")[2]
    kind = next((kind for kind in Problem.__subclasses__() if kind.name == name), Problem)
    return kind(members, retry_after, idempotency_key, replayed=replayed)


def _left_in(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value is not None}


def _as_text(value: object) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return _left_in(vars(value))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _read_reason(members: Any) -> Reason:
    return Reason(
        code=cast("ReasonCode", members["code"]),
        message=members["message"],
        who_acts=cast("ReasonWhoActs", members["who_acts"]),
        next_step=members["next_step"],
    )


def _read_eligibility(members: Any) -> Eligibility:
    return Eligibility(
        eligible=members["eligible"],
        reasons=tuple(_read_reason(each) for each in members["reasons"]),
        do_not_dispense_after=_day(members["do_not_dispense_after"]),
        edition=members["edition"],
        checked_at=datetime.fromisoformat(members["checked_at"]),
    )


def _read_eligibility_results(members: Any) -> EligibilityResults:
    return EligibilityResults(
        results=tuple(_read_eligibility_results_results(each) for each in members["results"]),
    )


def _read_authorization(members: Any) -> Authorization:
    return Authorization(
        rma_number=members["rma_number"],
        status=cast("AuthorizationStatus", members["status"]),
        registrant_number=members["registrant_number"],
        days_supply=members["days_supply"],
        do_not_dispense_after=_day(members["do_not_dispense_after"]),
        issued_at=datetime.fromisoformat(members["issued_at"]),
        dispensed_at=_instant(members["dispensed_at"]),
        reversed_at=_instant(members["reversed_at"]),
        edition=members["edition"],
        client_reference=members["client_reference"],
    )


def _read_authorizations(members: Any) -> Authorizations:
    return Authorizations(
        items=tuple(_read_authorization(each) for each in members["items"]),
        next_cursor=members["next_cursor"],
    )


def _read_pharmacy_key(members: Any) -> PharmacyKey:
    return PharmacyKey(
        prefix=members["prefix"],
        sandbox=members["sandbox"],
        expires_at=_instant(members["expires_at"]),
    )


def _read_pharmacy(members: Any) -> Pharmacy:
    return Pharmacy(
        number=members["number"],
        name=members["name"],
        standing=cast("PharmacyStanding", members["standing"]),
        certified_on=_day(members["certified_on"]),
        certified_through=_day(members["certified_through"]),
        key=_read_pharmacy_key(members["key"]),
    )


def _read_dispense_reported(members: Any) -> DispenseReported:
    return DispenseReported(
        report_number=members["report_number"],
        registrant_number=members["registrant_number"],
        days_supply=members["days_supply"],
        dispensed_on=date.fromisoformat(members["dispensed_on"]),
        recorded_at=datetime.fromisoformat(members["recorded_at"]),
        next_step=members["next_step"],
    )


def _read_field_error(members: Any) -> FieldError:
    return FieldError(
        pointer=members["pointer"],
        detail=members["detail"],
    )


def _read_authorization_change(members: Any) -> AuthorizationChange:
    return AuthorizationChange(
        rma_number=members["rma_number"],
        status=cast("AuthorizationStatus", members["status"]),
    )


def _read_certification_end(members: Any) -> CertificationEnd:
    return CertificationEnd(
        certified_through=date.fromisoformat(members["certified_through"]),
    )


def _read_event(members: Any) -> Event:
    return Event(
        id=members["id"],
        type=cast("EventType", members["type"]),
        timestamp=datetime.fromisoformat(members["timestamp"]),
        data=_known(members["data"], _read_authorization_change, _read_certification_end),
    )


def _read_events(members: Any) -> Events:
    return Events(
        items=tuple(_read_event(each) for each in members["items"]),
        next_cursor=members["next_cursor"],
    )


def _read_eligibility_results_results(members: Any) -> Eligibility | Problem:
    if "eligible" in members:
        return _read_eligibility(members)
    return _problem(members)


class Pledge(_Caller):
    """The calls, one method each."""

    def check_eligibility(
        self, *, registrant_number: str, date_of_birth: date, days_supply: int, pharmacist: str
    ) -> Eligibility:
        """May this be dispensed?"""
        return self._call(
            "POST",
            "/api/v1/eligibility-checks",
            _read_eligibility,
            body={
                "registrant_number": registrant_number,
                "date_of_birth": date_of_birth,
                "days_supply": days_supply,
                "pharmacist": pharmacist,
            },
        )

    def check_eligibility_batch(self, *, checks: Sequence[EligibilityCheck]) -> EligibilityResults:
        """May these be dispensed?"""
        return self._call(
            "POST",
            "/api/v1/eligibility-checks/batch",
            _read_eligibility_results,
            body={"checks": checks},
        )

    def list_authorizations(
        self,
        *,
        status: AuthorizationStatus | None = None,
        client_reference: str | None = None,
        cursor: str | None = None,
    ) -> Authorizations:
        """List the pharmacy's own authorizations."""
        return self._call(
            "GET",
            "/api/v1/authorizations",
            _read_authorizations,
            query={"status": status, "client_reference": client_reference, "cursor": cursor},
        )

    def all_authorizations(
        self,
        *,
        status: AuthorizationStatus | None = None,
        client_reference: str | None = None,
        cursor: str | None = None,
    ) -> Iterator[Authorization]:
        """List the pharmacy's own authorizations. Page after page."""
        while True:
            page = self.list_authorizations(status=status, client_reference=client_reference, cursor=cursor)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def authorize(
        self,
        *,
        registrant_number: str,
        date_of_birth: date,
        days_supply: int,
        pharmacist: str,
        client_reference: str | None = None,
        idempotency_key: str | None = None,
    ) -> Authorization:
        """Ask for an authorization."""
        if idempotency_key is None:
            idempotency_key = str(uuid.uuid4())
        return self._call(
            "POST",
            "/api/v1/authorizations",
            _read_authorization,
            body={
                "registrant_number": registrant_number,
                "date_of_birth": date_of_birth,
                "days_supply": days_supply,
                "pharmacist": pharmacist,
                "client_reference": client_reference,
            },
            idempotency_key=idempotency_key,
        )

    def show_authorization(self, rma_number: str) -> Authorization:
        """Show an authorization."""
        return self._call(
            "GET",
            f"/api/v1/authorizations/{urllib.parse.quote(rma_number, safe='')}",
            _read_authorization,
        )

    def dispense(self, rma_number: str, *, pharmacist: str, idempotency_key: str | None = None) -> Authorization:
        """Hand the supply over."""
        if idempotency_key is None:
            idempotency_key = str(uuid.uuid4())
        return self._call(
            "POST",
            f"/api/v1/authorizations/{urllib.parse.quote(rma_number, safe='')}/dispense",
            _read_authorization,
            body={"pharmacist": pharmacist},
            idempotency_key=idempotency_key,
        )

    def reverse(
        self, rma_number: str, *, pharmacist: str, reason: ReverseReason, idempotency_key: str | None = None
    ) -> Authorization:
        """Give an authorization back."""
        if idempotency_key is None:
            idempotency_key = str(uuid.uuid4())
        return self._call(
            "POST",
            f"/api/v1/authorizations/{urllib.parse.quote(rma_number, safe='')}/reverse",
            _read_authorization,
            body={"pharmacist": pharmacist, "reason": reason},
            idempotency_key=idempotency_key,
        )

    def report_dispense(
        self,
        *,
        registrant_number: str,
        date_of_birth: date,
        days_supply: int,
        pharmacist: str,
        dispensed_on: date | None = None,
        note: str | None = None,
        idempotency_key: str | None = None,
    ) -> DispenseReported:
        """Report a dispense without an authorization."""
        if idempotency_key is None:
            idempotency_key = str(uuid.uuid4())
        return self._call(
            "POST",
            "/api/v1/dispenses-without-authorization",
            _read_dispense_reported,
            body={
                "registrant_number": registrant_number,
                "date_of_birth": date_of_birth,
                "days_supply": days_supply,
                "pharmacist": pharmacist,
                "dispensed_on": dispensed_on,
                "note": note,
            },
            idempotency_key=idempotency_key,
        )

    def show_pharmacy(self) -> Pharmacy:
        """Show the pharmacy's own standing."""
        return self._call(
            "GET",
            "/api/v1/pharmacy",
            _read_pharmacy,
        )

    def list_events(self, *, cursor: str | None = None) -> Events:
        """What happened since the last time."""
        return self._call(
            "GET",
            "/api/v1/events",
            _read_events,
            query={"cursor": cursor},
        )


def read_webhook(secret: str, headers: Mapping[str, str], body: bytes, *, at: datetime | None = None) -> Event:
    """Give what a webhook tells, if the service signed it (Standard Webhooks).

    :param secret: the address's secret, ``whsec_…``, as it was shown.
    :param headers: the request's, in any case.
    :param body: the request's, byte for byte as it came.
    :param at: the instant of receiving it; now, unless a test says another.
    :raises WrongSignature: where it is not signed with this secret, or was signed over five minutes ago or ahead.
    :raises Unreadable: where it is signed and yet lacks what every event has.
    """
    given = {name.lower(): value for name, value in headers.items()}
    signed_at = given.get("webhook-timestamp", "")
    now = (at or datetime.now(UTC)).timestamp()
    if not signed_at.isdecimal() or abs(now - int(signed_at)) > _SIGNED_WITHIN:
        raise WrongSignature("the timestamp is missing, or too far from now")
    signed = b".".join([given.get("webhook-id", "").encode(), signed_at.encode(), body])
    right = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    expected = b"v1," + base64.b64encode(right)
    if not any(hmac.compare_digest(expected, one.encode()) for one in given.get("webhook-signature", "").split()):
        raise WrongSignature("no signature is right")
    return _as_promised(lambda sent: _read_event(json.loads(sent)), body, None)
