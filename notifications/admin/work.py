"""Addresses that messages do not reach, on the worklist of the clinic that can ask for another."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Case, OuterRef, QuerySet, Subquery, When

from notifications.kinds import Reader
from notifications.models import Notice, NoticeStatus, Problem
from pledge.admin.panels import WORK
from pledge.admin.visitor import Visitor
from pledge.admin.worklist.queues import Queue, Who, WorkRow
from pledge.rules.calendar import program_day

SAID = {
    Problem.NO_ADDRESS: "There is no e-mail address of the {who}: messages wait in vain.",
    Problem.ADDRESS_REFUSED: "The last message to the {who} came back: the address was refused.",
    Problem.GIVEN_UP: "The last message to the {who} was not taken by their mail server for three days.",
}


def unreached_addresses(visitor: Visitor, at: datetime) -> Iterator[WorkRow]:  # noqa: ARG001 - as the seam calls it
    """Give a row for each registrant whose newest message, or their guardian's, did not arrive."""
    people = visitor.registrants().filter(courses__is_current=True, courses__ended_on=None)
    guarded = Case(When(guardian_email__gt="", then=Subquery(_newest_to(Reader.GUARDIAN))))
    newest = people.annotate(own=Subquery(_newest_to(Reader.REGISTRANT)), guardians=guarded)
    ids = [pk for pair in newest.values_list("own", "guardians") for pk in pair if pk is not None]
    failed = Notice.objects.filter(pk__in=ids, status=NoticeStatus.FAILED, problem__in=list(SAID))
    for notice in failed.order_by("registrant_id", "-reader"):
        who = "parent or guardian" if notice.reader == Reader.GUARDIAN else "registrant"
        said = SAID[Problem(notice.problem)].format(who=who)
        day = program_day(notice.queued_at)
        yield WorkRow(Queue.ADDRESS, Who.CLINIC, said, notice.registrant_id, day, "change-contact")


def _newest_to(reader: Reader) -> QuerySet[Notice, int]:
    """Give the newest notice that left or could not; one that was no longer true says nothing of the address."""
    about = Notice.objects.filter(registrant=OuterRef("pk"), reader=reader).exclude(status=NoticeStatus.SKIPPED)
    return about.order_by("-pk").values_list("pk", flat=True)[:1]


WORK.append(unreached_addresses)
