"""A registrant's timeline: what happened, what was sent, and who looked, merged and newest first, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from heapq import merge
from itertools import islice
from typing import NamedTuple

from django.db.models import Q

from pledge.admin.panels import TIMELINE
from pledge.admin.readers import reads
from pledge.admin.timeline import EVENTS, PAGE, Line, Spot, folded, line_of, prescribers_named
from pledge.models import EventType, ProgramEvent, Registrant
from pledge.rules.vocabulary import Word

MOST_LINES = 5 * PAGE  # that one page may fold


class Show(Word):
    """What a timeline shows: all that happened and was sent, a part of it, or who looked."""

    ALL = "all", "All that happened"
    MONTHS = "months", "Tests and months"
    CONSENTS = "consents", "Consents"
    PHARMACY = "pharmacy", "Pharmacy"
    NOTICES = "notices", "Notices"
    READS = "reads", "Who looked"


TYPES = {
    Show.MONTHS: {
        EventType.TEST_RECORDED,
        EventType.TEST_CORRECTED,
        EventType.HOME_TESTS_PERMITTED,
        EventType.HOME_TESTS_WITHDRAWN,
        EventType.MONTH_CONFIRMED,
        EventType.CONFIRMATION_CORRECTED,
        EventType.QUESTIONS_ANSWERED,
        EventType.WINDOW_CANCELLED,
        EventType.WINDOW_MISSED,
        EventType.LOCKOUT_BEGAN,
        EventType.LOCKOUT_ENDED,
        EventType.PREGNANCY_REPORTED,
        EventType.HOLD_CLEARED,
        EventType.FOLLOW_UP_DONE,
    },
    Show.CONSENTS: {
        EventType.SIGNER_INVITED,
        EventType.SIGNING_LINK_SENT,
        EventType.SIGNING_LINK_REVOKED,
        EventType.SIGNING_LINK_CLOSED,
        EventType.SIGNING_CODE_ASKED,
        EventType.SIGNING_DENIED,
        EventType.VISIT_BEGAN,
        EventType.VISIT_ENDED,
        EventType.DISCLOSURES_ACCEPTED,
        EventType.STATEMENT_INITIALED,
        EventType.ELECTRONIC_SIGNING_WITHDRAWN,
        EventType.FORM_SIGNED,
        EventType.RECORD_SEALED,
    },
    Show.PHARMACY: {
        EventType.AUTHORIZATION_ISSUED,
        EventType.AUTHORIZATION_DISPENSED,
        EventType.AUTHORIZATION_REVERSED,
        EventType.AUTHORIZATION_REVOKED,
        EventType.AUTHORIZATION_SUSPENDED,
        EventType.AUTHORIZATION_RESUMED,
        EventType.AUTHORIZATION_LAPSED,
        EventType.DISPENSE_REPORTED,
        EventType.DEVIATION_RAISED,
        EventType.DEVIATION_CLOSED,
    },
}
# A refusal is shown beside what was refused.
REFUSED_IN = {
    Show.MONTHS: r"^(months|pregnancy_tests|holds)\.",
    Show.CONSENTS: r"^(signing|invitations|visits|countersigning)\.",
    Show.PHARMACY: r"^authorizations\.",
}
Told = Callable[[Registrant, Spot | None, int], Iterable[Line]]


class Page(NamedTuple):
    """A page of a timeline, and the spot below which the next one goes on; None where nothing is older."""

    lines: list[Line]
    earlier: Spot | None


def page_of(registrant: Registrant, show: Show = Show.ALL, before: Spot | None = None) -> Page:
    """Give a page of a registrant's timeline, newest first.

    :param before: the spot below which to go on; the newest page without it.
    """
    sources = [list(told(registrant, before, MOST_LINES + 1)) for told in _sources(show)]
    found = list(islice(merge(*sources, key=_newest_first, reverse=True), MOST_LINES + 1))
    lines = folded(found[:MOST_LINES])[:PAGE]
    last = lines[-1].first.spot if lines else None
    return Page(lines, last if found and found[-1].spot != last else None)


def _newest_first(line: Line) -> Spot:
    return line.spot


def _sources(show: Show) -> list[Told]:
    if show is Show.READS:
        return [reads]
    if show is Show.NOTICES:
        return list(TIMELINE)
    return [_everything, *TIMELINE] if show is Show.ALL else [_only(show)]


def _everything(registrant: Registrant, before: Spot | None, most: int) -> list[Line]:
    return _events(Q(registrant=registrant), before, most)


def _only(show: Show) -> Told:
    narrowed = Q(type__in=TYPES[show]) | Q(type=EventType.ACT_REFUSED, act__regex=REFUSED_IN[show])

    def told(registrant: Registrant, before: Spot | None, most: int) -> list[Line]:
        return _events(Q(registrant=registrant) & narrowed, before, most)

    return told


def _events(narrowed: Q, before: Spot | None, most: int) -> list[Line]:
    rows = ProgramEvent.objects.filter(narrowed)
    if before is not None:
        rows = rows.filter(before.older(EVENTS, "at"))
    events = list(rows.order_by("-at", "-id")[:most])
    prescribers = prescribers_named(events)
    return [line_of(event, prescribers) for event in events]
