"""The only reader for judging: one statement gathers a registrant's record as the rules want it.

The same statement serves the locked write paths and the pharmacies' eligibility check, so that the two can never
see different things. Consents are seen through the reverse accessor ``registrant.signed_consents`` alone, and only
while the course is not yet enrolled.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from pledge.models import Registrant
from pledge.rules.history import (
    Answer,
    Confirmation,
    Course,
    LiveAuthorization,
    Record,
    Signature,
    Standing,
    Test,
    Window,
)
from pledge.rules.refusals import Refusal, RefusalCode, Refused
from pledge.rules.vocabulary import (
    AuthorizationStatus,
    ConsentForm,
    CycleExemption,
    Method,
    PriorSource,
    RiskCategory,
    Signer,
    TestResult,
    TestSetting,
)

RECORD_COLUMNS = """
    r.id, r.born_on, r.category, r.prescriber_id, r.hold_since, r.supply_through,
    p.certified_on, p.certified_through, p.suspended_at IS NOT NULL,
    c.number, c.first_day, c.tests_from, c.enrolled_on, c.ended_on, c.home_tests_permitted_at IS NOT NULL,
    (SELECT json_agg(json_build_array(t.id, t.specimen_on, t.result, t.setting, t.cycle_day, t.cycle_exemption,
                                      t.has_evidence) ORDER BY t.specimen_on, t.id)
       FROM pledge_pregnancytest t
      WHERE t.registrant_id = r.id AND t.superseded_at IS NULL
        AND t.specimen_on >= LEAST(c.tests_from, r.hold_since)),
    (SELECT json_agg(json_build_array(w.id, wc.number, w.category, w.specimen_on, w.visit_on, w.opens_on, w.closes_on,
                                      w.stopped_at IS NOT NULL, w.cancelled_at IS NOT NULL, d.days, w.test_id,
                                      m.said, a.said) ORDER BY w.opens_on, w.id)
       FROM pledge_prescriptionwindow w
       JOIN pledge_course wc ON wc.id = w.course_id
       LEFT JOIN (SELECT window_id, sum(days_supply) AS days FROM pledge_dispense
                   WHERE registrant_id = r.id GROUP BY window_id) d ON d.window_id = w.id
       LEFT JOIN LATERAL (SELECT json_build_array(prescriber_id, methods, days_supply, prior_source) AS said
                            FROM pledge_monthlyconfirmation
                           WHERE window_id = w.id AND w.closes_on >= %(on)s ORDER BY id DESC LIMIT 1) m ON true
       LEFT JOIN LATERAL (SELECT json_build_array(methods, correct) AS said
                            FROM pledge_registrantanswer
                           WHERE window_id = w.id AND w.closes_on >= %(on)s ORDER BY id DESC LIMIT 1) a ON true
      WHERE w.registrant_id = r.id),
    (SELECT json_build_array(x.id, x.pharmacy_id, xp.certified_on, xp.certified_through, xp.suspended_at IS NOT NULL,
                             x.status, x.issued_on, x.do_not_dispense_after, x.days_supply, x.window_id)
       FROM pledge_authorization x
       JOIN pledge_pharmacy xp ON xp.id = x.pharmacy_id
      WHERE x.registrant_id = r.id AND x.status IN ('issued', 'suspended'))
"""

RECORD_TABLES = """
    pledge_registrant r
    JOIN pledge_course c ON c.registrant_id = r.id AND c.is_current
    JOIN pledge_prescriber p ON p.id = r.prescriber_id
"""

_BY_ID = f"SELECT {RECORD_COLUMNS} FROM {RECORD_TABLES} WHERE r.id = %(id)s AND r.merged_into_id IS NULL"  # noqa: S608

_RESULTS = {word.value: word for word in TestResult}
_SETTINGS = {word.value: word for word in TestSetting}
_CATEGORIES = {word.value: word for word in RiskCategory}
_METHODS = {word.value: word for word in Method}


def record_of(registrant: Registrant, on: date, *, with_signatures: bool = False) -> Record:
    """Gather the record of a registrant, locked before by whoever means to write.

    :param on: the program day for which it will be judged.
    :param with_signatures: gather the consents even where the course is enrolled already.
    :raises Refused: with ``not_enrolled`` where the record is gone or was merged into another.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BY_ID, {"id": registrant.pk, "on": on})
        row = cursor.fetchone()
    if row is None:
        raise Refused([Refusal(RefusalCode.NOT_ENROLLED)])
    record = record_from_row(row)
    if with_signatures or record.course.enrolled_on is None:
        return record._replace(signatures=signatures_of(registrant))
    return record


def record_from_row(row: Sequence[Any]) -> Record:
    """Build a record from the values of ``RECORD_COLUMNS``; an unknown word raises, and so refuses."""
    (tests, windows, authorization) = row[15:18]
    return Record(
        registrant_id=row[0],
        born_on=row[1],
        category=_CATEGORIES[row[2]],
        prescriber_id=row[3],
        prescriber=Standing(row[6], row[7], row[8]),
        course=Course(*row[9:15]),
        hold_since=row[4],
        supply_through=row[5],
        tests=tuple(_test(values) for values in tests or ()),
        windows=tuple(_window(values) for values in windows or ()),
        authorization=_authorization(authorization) if authorization else None,
    )


def signatures_of(registrant: Registrant) -> tuple[Signature, ...]:
    """Give the signatures that count in the registrant's present course, through the one seam to the consents."""
    since: datetime = registrant.course.consents_since
    rows = registrant.signed_consents.filter(signed_at__gte=since).select_related("form_version").order_by("id")
    return tuple(
        Signature(
            form=ConsentForm(row.form_version.form),
            version=row.form_version.version,
            signer=Signer(row.signer),
            signed_on=row.signed_on,
            superseded_on=row.form_version.superseded_on,
        )
        for row in rows
    )


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _test(values: list[Any]) -> Test:
    test_id, specimen_on, result, setting, cycle_day, exemption, has_evidence = values
    return Test(
        test_id,
        date.fromisoformat(specimen_on),
        _RESULTS[result],
        _SETTINGS[setting],
        cycle_day,
        CycleExemption(exemption) if exemption else None,
        has_evidence,
    )


def _window(values: list[Any]) -> Window:
    (window_id, course, category, specimen_on, visit_on, opens_on, closes_on, stopped, cancelled, days, test_id) = (
        values[:11]
    )
    confirmed, answered = values[11:]
    return Window(
        window_id,
        course,
        _CATEGORIES[category],
        _day(specimen_on),
        _day(visit_on),
        date.fromisoformat(opens_on),
        date.fromisoformat(closes_on),
        stopped,
        cancelled,
        days or 0,
        test_id,
        _confirmation(confirmed) if confirmed else None,
        Answer(frozenset(_METHODS[m] for m in answered[0]), answered[1]) if answered else None,
    )


def _confirmation(values: list[Any]) -> Confirmation:
    prescriber_id, methods, days_supply, prior_source = values
    named = frozenset(_METHODS[method] for method in methods)
    return Confirmation(prescriber_id, named, days_supply, PriorSource(prior_source) if prior_source else None)


def _authorization(values: list[Any]) -> LiveAuthorization:
    number, pharmacy, certified_on, certified_through, suspended, status, issued_on, last_day, days, window = values
    return LiveAuthorization(
        id=number,
        pharmacy_id=pharmacy,
        pharmacy=Standing(_day(certified_on), _day(certified_through), suspended),
        status=AuthorizationStatus(status),
        issued_on=date.fromisoformat(issued_on),
        do_not_dispense_after=_day(last_day),
        days_supply=days,
        window_id=window,
    )
