"""What certifying, suspending or reinstating a participant does to others, counted before it is done."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

from pledge.frame import foresee
from pledge.models import Course, Designee, EventType, Pharmacy, Prescriber, ProgramEvent
from pledge.models.standing import CertifiedParty
from pledge.rules.refusals import Rejected
from pledge.trail import By

SAID = {
    EventType.AUTHORIZATION_SUSPENDED: ("is suspended with the prescriber", "are suspended with the prescriber"),
    EventType.AUTHORIZATION_REVOKED: ("is revoked for good", "are revoked for good"),
    EventType.AUTHORIZATION_RESUMED: ("that was suspended goes on", "that were suspended go on"),
    EventType.AUTHORIZATION_LAPSED: ("has lapsed already, which is recorded", "have lapsed already, which is recorded"),
}


def foretold(act: Callable[..., Any], party: CertifiedParty, *, by: By, at: datetime, **given: Any) -> list[str]:
    """Take the step and take it back: say in sentences what it would do to live authorizations, and to whom else.

    Nothing where the step would be rejected.
    """
    newest = ProgramEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    def look(_: Any) -> Counter[str]:
        return Counter(ProgramEvent.objects.filter(pk__gt=newest).values_list("type", flat=True))

    try:
        counted = foresee(act, look, party=party, by=by, at=at, **given)
    except Rejected:
        return []
    sentences = [_counted(counted[event], words) for event, words in SAID.items() if counted[event]]
    return [*(sentences or ["No live authorization is touched."]), *_further(party, counted)]


def _counted(count: int, words: tuple[str, str]) -> str:
    one, several = words
    return f"1 live authorization {one}." if count == 1 else f"{count} live authorizations {several}."


def _further(party: CertifiedParty, counted: Counter[str]) -> list[str]:
    if not counted[EventType.PARTY_SUSPENDED]:
        return []
    if isinstance(party, Prescriber):
        rows = Course.objects.filter(registrant__prescriber=party, registrant__merged_into=None, is_current=True)
        count = rows.filter(ended_on=None).count()
        whose = f"{count} registrant{'' if count == 1 else 's'} of theirs"
        return [f"Until then no pharmacy is authorized for {whose}, and nothing about them can be confirmed."]
    if isinstance(party, Pharmacy):
        return ["It is authorized for nobody until it is reinstated; every affected clinic sees why."]
    return ["They can act for no prescriber until they are reinstated."] if isinstance(party, Designee) else []
