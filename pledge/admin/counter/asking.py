"""A registrant named at the counter by number and date of birth: looked up, counted, judged, and kept in the trail."""

import re
from datetime import date, datetime, timedelta
from typing import NamedTuple

from pledge.access import NotThere, authorization_for, registrant_named
from pledge.actions.guesses import weigh_naming
from pledge.admin.visitor import Visitor
from pledge.callers import wrong_registrant
from pledge.eligibility import CHECK, NOT_THERE, SHOW, Shown, eligibility_of
from pledge.holdings import judged
from pledge.models import Authorization, Pharmacist, Pharmacy, Registrant
from pledge.rates import GuessedTooOften, TooManyCalls, wrong_naming
from pledge.rules.calendar import ONE_DAY
from pledge.rules.refusals import PharmacyClass, Refused
from pledge.rules.told import classes_told
from pledge.trail import record_pharmacy_access

RMA_NUMBER = re.compile(r"[0-9]{1,20}")


class NotAnswered(Exception):
    """The pharmacy may not ask now; ``title`` says that and ``next_step`` what to do."""

    def __init__(self, title: str, next_step: str) -> None:
        """Take both sentences."""
        self.title, self.next_step = title, next_step
        super().__init__(title)


class Asked(NamedTuple):
    """What was typed."""

    number: str
    born_on: date
    days_supply: int


class Answer(NamedTuple):
    """What the counter shows: about whom, and yes with a last day, or no with its reasons, or nobody of that name."""

    asked: Asked
    found: bool
    reasons: tuple[PharmacyClass, ...] = ()
    last_day: date | None = None
    days_left: int | None = None  # after today
    seen: int = 0  # the pharmacy's newest authorization for them
    waits: str = ""  # the number of the one that it has for them already

    @property
    def yes(self) -> bool:
        """Whether it may be dispensed."""
        return self.found and not self.reasons


def who(visitor: Visitor) -> tuple[Pharmacist, Pharmacy]:
    """Give the pharmacist who is here, and their pharmacy.

    :raises NotThere: for anyone else.
    """
    pharmacist = visitor.by().pharmacist
    if pharmacist is None:
        raise NotThere("pharmacist", "nobody of a pharmacy is here")
    return pharmacist, pharmacist.pharmacy


def check_not_suspended(pharmacy: Pharmacy) -> None:
    """Stop what a suspended pharmacy may not do.

    :raises NotAnswered: where it is suspended.
    """
    if pharmacy.suspended_at is not None:
        raise NotAnswered(
            "This pharmacy is suspended: hand nothing over.",
            "The authorized representative settles the suspension with the program. What was made ready goes back to "
            "stock.",
        )


def named(visitor: Visitor, asked: Asked, at: datetime, *, what: str) -> Registrant | None:
    """Give the registrant of a number and date of birth, or None; right or wrong, the naming is counted.

    :param what: what was asked for, as the access trail names it: that nobody was found is kept there.
    :raises NotAnswered: where the pharmacy is suspended, or slowed down for now.
    """
    pharmacist, pharmacy = who(visitor)
    check_not_suspended(pharmacy)
    try:
        registrant = registrant_named(asked.number, asked.born_on)
    except NotThere:
        registrant = None
    _weigh(pharmacy, [] if registrant else [wrong_registrant(asked.number, asked.born_on)], at)
    if registrant is None:
        _note(pharmacist, what, None, NOT_THERE, at)
    return registrant


def ask(visitor: Visitor, asked: Asked, on: date, at: datetime) -> Answer:
    """Answer whether a supply may be handed over, and leave the same line in the access trail as the API does.

    :raises NotAnswered: as :func:`named` does.
    """
    pharmacist, pharmacy = who(visitor)
    registrant = named(visitor, asked, at, what=CHECK)
    if registrant is None:
        return Answer(asked, found=False)
    try:
        decision = eligibility_of(registrant, pharmacy, asked.days_supply, at)
    except Refused:  # merged into another since it was found
        _note(pharmacist, CHECK, None, NOT_THERE, at)
        return Answer(asked, found=False)
    _note(pharmacist, CHECK, registrant, " ".join(one.code for one in decision.refusals) or "eligible", at)
    last_day = decision.do_not_dispense_after if decision.allowed else None
    return Answer(
        asked,
        found=True,
        reasons=tuple(classes_told(decision.refusals)),
        last_day=last_day,
        days_left=(last_day - on) // ONE_DAY if last_day is not None else None,
        seen=newest_own(pharmacy, registrant),
        waits=waiting_here(pharmacy, registrant),
    )


def newest_own(pharmacy: Pharmacy, registrant: Registrant, *, after: int = 0) -> int:
    """Give the key of the pharmacy's newest authorization for a registrant; 0 where there is none after another."""
    own = Authorization.objects.of_pharmacy(pharmacy).filter(registrant=registrant, pk__gt=after).newest_first()
    return own.values_list("pk", flat=True).first() or 0


def waiting_here(pharmacy: Pharmacy, registrant: Registrant) -> str:
    """Give the number that a pharmacy has for a registrant already and has not used, or nothing."""
    rows = Authorization.objects.of_pharmacy(pharmacy).live().filter(registrant=registrant)
    return rows.values_list("rma_number", flat=True).first() or ""


def own(visitor: Visitor, rma_number: str, at: datetime, *, weighed: bool = True) -> Authorization:
    """Give one of the pharmacy's own authorizations.

    :param weighed: whether a number that is not there counts as a wrong naming. Where a page is only read it does not:
        any other site's link can have it read, and by its own numbers alone a pharmacy finds nothing out.
    :raises NotThere: where the pharmacy has no such number; that is kept in the trail.
    :raises NotAnswered: where the pharmacy has named too many wrong ones.
    """
    pharmacist, pharmacy = who(visitor)
    try:
        return authorization_for(visitor.by(), rma_number if RMA_NUMBER.fullmatch(rma_number) else "")
    except NotThere:
        _note(pharmacist, SHOW, None, NOT_THERE, at)
        if weighed:
            _weigh(pharmacy, [wrong_naming("authorization", rma_number)], at)
        raise


def shown(visitor: Visitor, rma_number: str, at: datetime) -> Shown:
    """Give one of the pharmacy's own authorizations as it stands at this instant, and leave a line in the access trail.

    :raises NotThere: where the pharmacy has no such number; it is not weighed, since nothing is sent.
    """
    pharmacist, _ = who(visitor)
    (found,) = judged([own(visitor, rma_number, at, weighed=False)], at)
    _note(pharmacist, SHOW, found.authorization.registrant, found.status, at)
    return found


def _note(pharmacist: Pharmacist, what: str, registrant: Registrant | None, outcome: str, at: datetime) -> None:
    record_pharmacy_access(
        what=what,
        pharmacy_id=pharmacist.pharmacy_id,
        pharmacist=pharmacist.own_id,
        registrant_id=registrant.pk if registrant else None,
        outcome=outcome,
        at=at,
    )


def _weigh(pharmacy: Pharmacy, missed: list[str], at: datetime) -> None:
    try:
        weigh_naming(pharmacy=pharmacy, missed=missed, at=at)
    except TooManyCalls as many:
        raise NotAnswered("Nothing is answered for now.", _wait(many.allowance.seconds)) from many
    except GuessedTooOften as guessed:
        raise NotAnswered(
            "This pharmacy has just been suspended: too many numbers and dates of birth did not match.",
            "The authorized representative calls the program. Hand nothing over until then.",
        ) from guessed


def _wait(seconds: int) -> str:
    minutes = -(-seconds // timedelta(minutes=1).seconds)
    span = f"{minutes} minutes" if minutes > 1 else f"{seconds} seconds" if seconds > 1 else "one second"
    return (
        f"Too many questions were asked, or too many did not match. Wait {span}, check number and date of birth with "
        "the patient, and ask again."
    )
