"""The calls as the schema tells them; each part of the service that answers pharmacies adds its own here."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.conf import settings

from pledge.api import examples
from pledge.api.contract import AUTHORIZATION, CHECK, CHECKS, DISPENSE, LISTING, REPORT, REVERSAL
from pledge.api.fields import Fields

_ALWAYS = frozenset({400, 401, 403, 405, 406, 429, 500, 503})
_NAMING = _ALWAYS | {404}
_POSTING = _ALWAYS | {413, 415}
_DECIDING = _POSTING | {404, 409, 422}


class Described(NamedTuple):
    """One call: where it is, what it takes and gives, and which statuses beside its success it may answer with.

    ``gives`` names a schema of ``COMPONENTS`` or ``SCHEMAS``. A call that decides takes an Idempotency-Key.
    ``example`` is a body that may be sent, ``asks`` what the address may carry, and ``answer`` what is then given;
    the documentation shows them, and tests send them.
    """

    method: str
    path: str  # below the API's root, as a URL pattern
    operation: str
    summary: str
    success: int
    gives: str
    takes: Fields | None = None
    query: Fields | None = None
    statuses: frozenset[int] = _ALWAYS
    description: str = ""
    example: Mapping[str, Any] | None = None
    asks: Mapping[str, str] | None = None
    answer: Mapping[str, Any] | None = None
    judges: bool = True  # whether it may find that nothing may be dispensed

    @property
    def decides(self) -> bool:
        """Whether it is answered the same however often it is repeated."""
        return self.statuses >= _DECIDING


_ONE = "authorizations/<str:rma_number>"
CALLS: list[Described] = [
    Described(
        "post", "eligibility-checks", "checkEligibility", "May this be dispensed?", 200, "Eligibility",
        takes=CHECK, statuses=_POSTING | {404}, example=examples.CHECK, answer=examples.ELIGIBLE,
        description="Asks what `POST /authorizations` would say at this moment, and changes nothing but the access "
        "trail. `reasons` names every class that applies, each once and always in the same order.",
    ),
    Described(
        "post", "eligibility-checks/batch", "checkEligibilityBatch", "May these be dispensed?", 200,
        "EligibilityResults", takes=CHECKS, statuses=_POSTING, example=examples.CHECKS, answer=examples.RESULTS,
        description="Up to 100 checks at once, each answered as if it were asked alone, in the same order. One that is "
        "malformed or names no one has a problem in its place and stops no other. Counts as many calls as it holds "
        "checks.",
    ),
    Described(
        "get", "authorizations", "listAuthorizations", "List the pharmacy's own authorizations", 200, "Authorizations",
        query=LISTING, asks=examples.LISTING, answer=examples.AUTHORIZATIONS,
        description=f"Newest first, {settings.API_PAGE_ROWS} to a page, each with the status that it has at the moment "
        "of asking. `next_cursor` asks for the next page; what is authorized meanwhile moves nothing. To find what "
        "goes back to stock, ask for `lapsed` and for `revoked`. A lapsed one leaves that list when it is reversed; a "
        "revoked one stays in its list for good, and the counter page can note that it is back in stock.",
    ),
    Described(
        "post", "authorizations", "authorize", "Ask for an authorization", 201, "Authorization",
        takes=AUTHORIZATION, statuses=_DECIDING, example=examples.AUTHORIZATION, answer=examples.ISSUED,
        description="Issues an authorization, or names every reason why not (`not-eligible`). Hand nothing over "
        "before `dispense` has been answered.",
    ),
    Described(
        "get", _ONE, "showAuthorization", "Show an authorization", 200, "Authorization",
        statuses=_NAMING, answer=examples.ISSUED,
        description="Shows one of the pharmacy's own authorizations with the status that it has at this moment.",
    ),
    Described(
        "post", f"{_ONE}/dispense", "dispense", "Hand the supply over", 200, "Authorization",
        takes=DISPENSE, statuses=_DECIDING, example=examples.DISPENSE, answer=examples.DISPENSED,
        description="Judges everything again, and records that the supply is handed over now. Hand it over only on "
        "a 200.",
    ),
    Described(
        "post", f"{_ONE}/reverse", "reverse", "Give an authorization back", 200, "Authorization",
        takes=REVERSAL, statuses=_DECIDING, example=examples.REVERSAL, answer=examples.REVERSED,
        description="Gives back what was not handed over, a lapsed authorization too; the drug goes back to stock.",
    ),
    Described(
        "post", "dispenses-without-authorization", "reportDispense", "Report a dispense without an authorization",
        202, "DispenseReported", takes=REPORT, statuses=_DECIDING, example=examples.REPORT, answer=examples.REPORTED,
        judges=False,
        description="Records a supply that was handed over without an authorization, and raises it as non-compliance. "
        "It is no authorization, and makes up for none.",
    ),
    Described(
        "get", "pharmacy", "showPharmacy", "Show the pharmacy's own standing", 200, "Pharmacy",
        answer=examples.PHARMACY,
        description="Says whether the pharmacy is active and through which day, and which key it calls with. Asks "
        "about no registrant: made for a health check.",
    ),
]  # fmt: skip
SCHEMAS: dict[str, Any] = {}  # what another part's calls give, by name; those of the core are the contract's
