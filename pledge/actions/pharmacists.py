"""Named pharmacists who act for their pharmacy with a log-in of their own: enrolled, and ended (section 1)."""

from datetime import datetime
from typing import NamedTuple

from django.contrib.auth.models import User

from pledge.access import represents
from pledge.actions.log_ins import new_log_in
from pledge.actions.may_let_in import OPERATOR
from pledge.actions.ways_back import Given, new_way_back, revoke_ways_back
from pledge.frame import action
from pledge.models import EventType, Pharmacist, Pharmacy
from pledge.rules.refusals import Rejected
from pledge.trail import By, changed, created, record

PROGRAM_DOES = "only a program administrator does this about an authorized representative"
REPRESENTATIVE_DOES = "only the pharmacy's authorized representative or a program administrator does this"


class Enrolled(NamedTuple):
    """A new pharmacist, their log-in, and the code with which they come in first, which is nowhere kept."""

    row: Pharmacist
    user: User
    way_in: Given


@action
def enroll_pharmacist(
    *,
    pharmacy: Pharmacy,
    own_id: str,
    name: str,
    username: str,
    is_representative: bool = False,
    by: By,
    at: datetime,
) -> Enrolled:
    """Enroll a pharmacist under the id that the pharmacy knows them by, with a log-in; they are told a code by hand.

    :raises Rejected: for an id that is another's now, a user name that someone has or had, or who may not.
    """
    place = Pharmacy.objects.locked(pharmacy.pk)
    _check_may_mind(by, place, is_representative=is_representative)
    if place.pharmacists.active().filter(own_id=own_id).exists():
        raise Rejected("own_id", f"{own_id} is another pharmacist of {place.name} now")
    user, made = new_log_in(username, name)
    row = Pharmacist.objects.create(
        pharmacy=place, own_id=own_id, name=name, is_representative=is_representative, user=user, enrolled_at=at
    )
    given, way = new_way_back(user, at)
    act = "pharmacists.enroll_pharmacist"
    record(EventType.PHARMACIST_ENROLLED, act=act, by=by, at=at, about=row, changes=[created(row)])
    record(EventType.LOG_IN_MADE, act=act, by=by, at=at, about=user, changes=[made])
    record(EventType.RETURN_CODE_GIVEN, act=act, by=by, at=at, about=user, changes=way)
    return Enrolled(row, user, given)


@action
def end_pharmacist(*, pharmacist: Pharmacist, by: By, at: datetime) -> Pharmacist:
    """End what a pharmacist does for their pharmacy; their log-in is switched off, and dead on the next request.

    What they did stands under their id, which the pharmacy may give to someone else.

    :raises Rejected: where they act no more already, or who may not.
    """
    row = Pharmacist.objects.select_for_update(of=("self",), no_key=True).select_related("pharmacy").get(
        pk=pharmacist.pk
    )  # fmt: skip
    _check_may_mind(by, row.pharmacy, is_representative=row.is_representative)
    if row.ended_at is not None:
        raise Rejected("pharmacist", f"{row.name} acts for {row.pharmacy.name} no more already")
    act = "pharmacists.end_pharmacist"
    changes = [changed(row, ended_at=at)]
    if row.user is not None and row.user.is_active:
        user = User.objects.select_for_update(no_key=True).get(pk=row.user.pk)
        off = [changed(user, is_active=False), *revoke_ways_back(user, at)]
        record(EventType.LOG_IN_DEACTIVATED, act=act, by=by, at=at, about=user, changes=off)
    record(EventType.PHARMACIST_ENDED, act=act, by=by, at=at, about=row, changes=changes)
    return row


def _check_may_mind(by: By, pharmacy: Pharmacy, *, is_representative: bool) -> None:
    """Make sure that someone looks after the pharmacists of a pharmacy.

    :raises Rejected: naming who does.
    """
    if by.kind in {"program", OPERATOR.kind}:
        return
    if is_representative:
        raise Rejected("by", PROGRAM_DOES)
    if not represents(by, pharmacy):
        raise Rejected("by", REPRESENTATIVE_DOES)
