"""The calls as the schema tells them; each part of the service that answers pharmacies adds its own here."""

from typing import Any, NamedTuple

from pledge.api.contract import AUTHORIZATION, CHECK, DISPENSE, REVERSAL
from pledge.api.fields import Fields

_READING = frozenset({400, 401, 403, 404, 405, 406, 429, 500, 503})
_POSTING = _READING | {413, 415}
_DECIDING = _POSTING | {409, 422}


class Described(NamedTuple):
    """One call: where it is, what it takes and gives, and which statuses beside its success it may answer with.

    ``gives`` names a schema of ``COMPONENTS``. A call that decides takes an Idempotency-Key.
    """

    method: str
    path: str  # below the API's root, as a URL pattern
    operation: str
    summary: str
    success: int
    gives: str
    takes: Fields | None = None
    query: Fields | None = None
    statuses: frozenset[int] = _READING

    @property
    def decides(self) -> bool:
        """Whether it is answered the same however often it is repeated."""
        return self.statuses >= _DECIDING


_ONE = "authorizations/<str:rma_number>"
CALLS: list[Described] = [
    Described("post", "eligibility-checks", "checkEligibility", "May this be dispensed?", 200, "Eligibility",
              takes=CHECK, statuses=_POSTING),
    Described("post", "authorizations", "authorize", "Ask for an authorization", 201, "Authorization",
              takes=AUTHORIZATION, statuses=_DECIDING),
    Described("get", _ONE, "showAuthorization", "Show an authorization", 200, "Authorization"),
    Described("post", f"{_ONE}/dispense", "dispense", "Hand the supply over", 200, "Authorization",
              takes=DISPENSE, statuses=_DECIDING),
    Described("post", f"{_ONE}/reverse", "reverse", "Give an authorization back", 200, "Authorization",
              takes=REVERSAL, statuses=_DECIDING),
]  # fmt: skip
SCHEMAS: dict[str, Any] = {}  # what another part's calls give, by name; those of the core are the contract's
