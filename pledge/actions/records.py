"""Two records of one person, merged into one (section 8)."""

from datetime import datetime
from typing import Any

from pledge.actions.steps import begin_course, complete_enrollment, revoke_live, stop_windows
from pledge.facts import record_of
from pledge.frame import action
from pledge.models import Authorization, EventType, PregnancyTest, Registrant
from pledge.rules.calendar import program_day
from pledge.rules.refusals import Rejected
from pledge.rules.vocabulary import Ending, RiskCategory, StopCause
from pledge.trail import By, changed, created, record

CAN = RiskCategory.CAN_BECOME_PREGNANT


@action
def merge(*, registrant: Registrant, duplicate: Registrant, by: By, at: datetime) -> Registrant:
    """Merge a duplicate into the record that stays.

    The stricter category, the hold and the later end of a supply win; the duplicate's tests are entered with the
    record that stays; what is live on the duplicate is revoked, so that there are never two live authorizations.
    """
    if registrant.pk == duplicate.pk:
        raise Rejected("duplicate", "a record cannot be merged into itself")
    first, second = sorted((registrant.pk, duplicate.pk))
    rows = {pk: Registrant.objects.locked(pk) for pk in (first, second)}
    kept, gone = rows[registrant.pk], rows[duplicate.pk]
    _check_same_person(kept, gone)
    live = Authorization.objects.live().filter(registrant__in=rows).order_by("pk")
    list(live.select_for_update(of=("self",), no_key=True))  # in the order in which a suspension locks them
    changes: list[dict[str, Any]] = []
    revoke_live(gone, record_of(gone, program_day(at)), by=by, at=at)
    changes += stop_windows(gone, StopCause.TREATMENT_ENDED, at=at)
    changes += _take_stricter(kept, gone, by=by, at=at)
    changes += [created(test) for test in _copy_tests(kept, gone)]
    if gone.course.ended_on is None:
        changes.append(changed(gone.course, ended_on=program_day(at), ended_at=at, ending=Ending.MERGED))
    changes.append(changed(gone, merged_into=kept))
    record(EventType.RECORDS_MERGED, act="records.merge", by=by, at=at, registrant=kept, about=gone, changes=changes)
    return kept


def _check_same_person(kept: Registrant, gone: Registrant) -> None:
    if kept.merged_into_id is not None or gone.merged_into_id is not None:
        raise Rejected("duplicate", "one of the records was merged already")
    if kept.born_on != gone.born_on:
        raise Rejected("duplicate", "the two records have different dates of birth")


def _take_stricter(kept: Registrant, gone: Registrant, *, by: By, at: datetime) -> list[dict[str, Any]]:
    changes: list[dict[str, Any]] = []
    hold = max((day for day in (kept.hold_since, gone.hold_since) if day), default=None)
    supply = max((day for day in (kept.supply_through, gone.supply_through) if day), default=None)
    if hold is not None or (gone.category == CAN and kept.category != CAN):
        revoke_live(kept, record_of(kept, program_day(at)), by=by, at=at)
    if hold is not None:
        changes += stop_windows(kept, StopCause.POSITIVE_TEST, at=at)
    if gone.category == CAN and kept.category != CAN:
        changes += stop_windows(kept, StopCause.CATEGORY_CHANGE, at=at)
        changes.append(changed(kept, category=CAN, basis=""))
        changes += _begin_stricter_course(kept, at=at)
    changes.append(changed(kept, hold_since=hold, supply_through=supply))
    return changes


def _begin_stricter_course(kept: Registrant, *, at: datetime) -> list[dict[str, Any]]:
    """Begin a new course in place of one that runs; after an ending that takes an enrollment (section 13)."""
    old = kept.course
    if old.ended_on is not None:
        return []
    changes = [changed(old, ended_on=program_day(at), ended_at=at, ending=Ending.CATEGORY_CHANGED)]
    course = begin_course(kept, at=at, consents_since=old.consents_since)
    return [*changes, created(course), *complete_enrollment(kept, course, at=at)]


def _copy_tests(kept: Registrant, gone: Registrant) -> list[PregnancyTest]:
    copies = []
    for test in PregnancyTest.objects.in_force().filter(registrant=gone).order_by("id"):
        test.pk = None
        test.registrant = kept
        test.supersedes = None
        test.save(force_insert=True)
        copies.append(test)
    return copies
