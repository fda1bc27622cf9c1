"""Steps at a pharmacy's counter: asked, authorized, dispensed, reversed, reported."""

from datetime import datetime

from config.rehearsal.came import Arguments, Came
from config.rehearsal.cast import Cast
from pledge.actions import authorizations
from pledge.eligibility import eligibility_of
from pledge.trail import by_pharmacy


def check(cast: Cast, a: Arguments, at: datetime) -> Came:
    """Ask what an authorization would be told."""
    registrant = cast.registrant_at_counter(a.get("registrant", "R1"))
    pharmacy = cast.pharmacy(a.get("pharmacy", "A"))
    days_supply = a.get("days_supply", 30)
    authorizations.check_days(days_supply)
    decision = eligibility_of(registrant, pharmacy, days_supply, at)
    if not decision.allowed:
        return Came("denied", overlays=decision.overlays, refusals=decision.refusals)
    return Came("authorized", decision.do_not_dispense_after, decision.overlays)


def authorize(cast: Cast, a: Arguments, at: datetime) -> Came:
    """Ask for an authorization."""
    registrant = cast.registrant_at_counter(a.get("registrant", "R1"))
    pharmacy = cast.pharmacy(a.get("pharmacy", "A"))
    issued = authorizations.authorize(
        registrant=registrant,
        pharmacy=pharmacy,
        days_supply=a.get("days_supply", 30),
        by=by_pharmacy(pharmacy, "rehearsal"),
        at=at,
    )
    return Came("authorized", issued.do_not_dispense_after)


def dispense(cast: Cast, a: Arguments, at: datetime) -> Came:
    """Dispense the registrant's newest authorization at the pharmacy."""
    registrant = cast.registrant_at_counter(a.get("registrant", "R1"))
    pharmacy = cast.pharmacy(a.get("pharmacy", "A"))
    by = by_pharmacy(pharmacy, "rehearsal")
    dispensed = authorizations.dispense(registrant=registrant, pharmacy=pharmacy, by=by, at=at)
    return Came("dispensed", dispensed.do_not_dispense_after)


def reverse(cast: Cast, a: Arguments, at: datetime) -> Came:
    """Reverse the registrant's newest authorization at the pharmacy."""
    registrant = cast.registrant_at_counter(a.get("registrant", "R1"))
    pharmacy = cast.pharmacy(a.get("pharmacy", "A"))
    given_back = authorizations.reverse(
        registrant=registrant, pharmacy=pharmacy, by=by_pharmacy(pharmacy, "rehearsal"), at=at
    )
    return Came("reversed", given_back.do_not_dispense_after)


def report_dispense(cast: Cast, a: Arguments, at: datetime) -> Came:
    """Report what was handed out without an authorization."""
    pharmacy = cast.pharmacy(a.get("pharmacy", "A"))
    authorizations.report_dispense(
        registrant=cast.registrant_at_counter(a.get("registrant", "R1")),
        pharmacy=pharmacy,
        days_supply=a.get("days_supply", 30),
        by=by_pharmacy(pharmacy, "rehearsal"),
        at=at,
    )
    return Came()
