"""What each type of problem means and what to do about it, for the page that its address opens."""

from typing import NamedTuple


class Told(NamedTuple):
    """A type of problem in words: what has happened, what to do, and whether the same request may be sent again."""

    meaning: str
    next_step: str
    again: str


_AS_IT_WAS = "Yes, as it was, with the same Idempotency-Key."
_MENDED = (
    "Only mended: as it stands it will be refused again. Nothing was kept, so the same Idempotency-Key may be used."
)

TOLD: dict[str, Told] = {
    "malformed": Told(
        "The request is not what the call takes: the body is no JSON object, or a field or a parameter is missing, "
        "unknown, given twice or not what it must be. Characters that cannot be printed are refused too, and a body "
        "in chunks, without a Content-Length.",
        "Read errors: each names the place by a JSON pointer and says what is wrong with it. Mend the software.",
        _MENDED,
    ),
    "idempotency-key-missing": Told(
        "This call decides something, and came without an Idempotency-Key that can be used.",
        "Send the header Idempotency-Key with 1 to 255 printable ASCII characters: a new one for each decision, "
        "kept beside the order before the call is sent.",
        _MENDED,
    ),
    "unauthenticated": Told(
        "The call brought no key, or one that opens nothing: wrong, cut short, expired or revoked. Which of these it "
        "is, no answer tells.",
        "Send the key as Authorization: Bearer pledge_live_… and look for blanks around it. A test key, "
        "pledge_test_…, opens the sandbox alone. If it was revoked or has expired, the pharmacy's authorized "
        "representative makes a new one on the page Our pharmacy in the admin.",
        "With a usable key, yes.",
    ),
    "pharmacy-suspended": Told(
        "The program has suspended this pharmacy: by hand, or because its software named many registrants who are not "
        "known. Nothing may be dispensed here until that is settled.",
        "The authorized representative settles the suspension with the program. Until then, send the patient to "
        "another pharmacy of the program. What is revoked meanwhile comes by e-mail and webhook alone, and stands in "
        "GET /events afterwards.",
        "After the pharmacy is reinstated, yes.",
    ),
    "not-found": Told(
        "There is no registrant with this number and this date of birth, or no such authorization of this pharmacy, or "
        "no such address. The answer is the same for all of these, so that it tells nobody who is registered.",
        "Compare number and date of birth with the patient's papers before trying once more: many wrong names in a day "
        "slow a pharmacy's calls down, are reported, and then suspend the pharmacy.",
        "With other values, and another Idempotency-Key. The same key is answered as before.",
    ),
    "method-not-allowed": Told(
        "The address is right and the method is not.",
        "Use one of the methods in the Allow header.",
        _MENDED,
    ),
    "not-acceptable": Told(
        "The Accept header leaves no room for JSON.",
        "Send Accept: application/json, or no Accept header.",
        _MENDED,
    ),
    "not-eligible": Told(
        "The program has judged, and nothing may be dispensed now. The answer to this Idempotency-Key is kept.",
        "Tell the patient the next_step of each of the reasons. They are in an order that tells nothing.",
        "When something has changed, with a new Idempotency-Key. The same key is answered as before.",
    ),
    "request-in-progress": Told(
        "A request with this Idempotency-Key is being decided at this moment.",
        "Wait as many seconds as Retry-After says, and repeat the request.",
        _AS_IT_WAS,
    ),
    "content-too-large": Told(
        "The body is over 64 KiB.",
        "Split a batch: one may hold at most 100 checks.",
        _MENDED,
    ),
    "unsupported-media-type": Told(
        "The body was sent as something else than JSON in UTF-8, or compressed.",
        "Send Content-Type: application/json, and no Content-Encoding.",
        _MENDED,
    ),
    "idempotency-key-reused": Told(
        "This Idempotency-Key came before with another body, or for another authorization. Nothing was decided now.",
        "Where the earlier request was meant, repeat it exactly; else make a new key. Software that meets this often "
        "makes its keys in a way that repeats.",
        "With a new Idempotency-Key, yes.",
    ),
    "too-many-requests": Told(
        "The pharmacy has made as many calls as it may for now, or it has named many registrants or authorizations "
        "that it may not know of, and is slowed down: detail tells which. Slowed down, it may still ask about its own "
        "authorizations, its standing and its events.",
        "Wait as many seconds as Retry-After says. The RateLimit headers of every answer tell how many calls are left. "
        "Where it is slowed down, compare number and date of birth with the papers first: each pause is twice the "
        "last, and going on suspends the pharmacy.",
        _AS_IT_WAS,
    ),
    "internal-error": Told(
        "Something went wrong in the service. No answer means no: nothing may be dispensed on it.",
        "Ask again. If it stays, quote the reference to the program; with it the failure is found.",
        _AS_IT_WAS,
    ),
    "unavailable": Told(
        "The service runs, and what it decides by cannot be asked. Nothing may be dispensed on it: the service never "
        "says yes when it does not know.",
        "Wait as many seconds as Retry-After says, and repeat the request. The patient's supply is not lost by it.",
        _AS_IT_WAS,
    ),
    "tls-required": Told(
        "The call came over plain HTTP, and with it the key, which others may have read.",
        "Use https. Ask for a new key if a live one was sent in the clear.",
        "Over https, yes.",
    ),
}
