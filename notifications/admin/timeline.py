"""Notices in a registrant's timeline: to whom, about what, and whether they arrived; never what they said."""

from collections.abc import Iterable
from typing import Any

from notifications.kinds import Kind, Reader
from notifications.models import Notice, NoticeStatus, Problem
from pledge.admin.panels import TIMELINE
from pledge.admin.timeline import Line, Said, Spot
from pledge.models import Pharmacy, Prescriber, Registrant

NOTICES = 1  # the rank among the sources of a timeline
READERS = {
    Reader.REGISTRANT: "the registrant",
    Reader.GUARDIAN: "the parent or guardian",
    Reader.PROGRAM: "the program",
}


def notices(registrant: Registrant, before: Spot | None, most: int) -> list[Line]:
    """Give the notices about a registrant, newest first by the instant at which they were queued.

    :param before: the spot below which to go on; the newest without it.
    :param most: how many lines at most.
    """
    rows = Notice.objects.filter(registrant=registrant)
    if before is not None:
        rows = rows.filter(before.older(NOTICES, "queued_at"))
    found = list(rows.order_by("-queued_at", "-id")[:most])
    names = names_of(found)
    return [_line(notice, names) for notice in found]


def _line(notice: Notice, names: dict[tuple[str, int], str]) -> Line:
    kind = Kind(notice.kind)
    whom = reader_in_words(notice, names)
    failed = notice.status == NoticeStatus.FAILED
    spot = Spot(notice.queued_at, NOTICES, notice.pk)
    title = f"Notice to {whom}: {kind.label[:1].lower()}{kind.label[1:]}"
    return Line(spot, title, stopped=failed, said=_delivery(notice), alike=(notice.status, notice.problem))


def reader_in_words(notice: Notice, names: dict[tuple[str, int], str]) -> str:
    """Give who is told, by name where the program knows them by one."""
    reader = Reader(notice.reader)
    return READERS.get(reader) or names.get((notice.reader, notice.reader_id), reader.label.lower())


def names_of(rows: Iterable[Notice]) -> dict[tuple[str, int], str]:
    """Give the names of the prescribers and pharmacies that notices are to, in two statements at most."""
    found = list(rows)
    return _names(found, Reader.PRESCRIBER, Prescriber) | _names(found, Reader.PHARMACY, Pharmacy)


def _delivery(notice: Notice) -> tuple[Said, ...]:
    why = f": {_lowered(Problem(notice.problem).label)}" if notice.problem else ""
    match NoticeStatus(notice.status):
        case NoticeStatus.SENT:
            return (Said("Sent", notice.sent_at),)
        case NoticeStatus.SKIPPED:
            return (Said("Not sent: it was no longer true" if not why else f"Not sent{why}"),)
        case NoticeStatus.FAILED:
            tries = f", after {notice.attempts} tries" if notice.attempts > 1 else ""
            return (Said(f"Could not be delivered{why}{tries}"),)
        case _:
            if notice.not_before is not None:
                return (Said(f"Queued{why}; not before", notice.not_before),)
            return (Said(f"Queued{why}"),)


def _lowered(text: str) -> str:
    return f"{text[:1].lower()}{text[1:]}"


def _names(rows: Iterable[Notice], reader: Reader, model: Any) -> dict[tuple[str, int], str]:
    ids = {row.reader_id for row in rows if row.reader == reader}
    named = model.objects.filter(pk__in=ids).values_list("pk", "name") if ids else ()
    return {(reader.value, pk): name for pk, name in named}


TIMELINE.append(notices)
