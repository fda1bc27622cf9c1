"""The only reader for judging: one statement gathers a registrant's record as the rules want it.

The same statement serves the locked write paths and the pharmacies' eligibility check, so that the two can never
see different things. Consents are seen through the reverse accessor ``registrant.signed_consents`` alone, and only
while the course is not yet enrolled.
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import F

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
    Ending,
    Method,
    PriorSource,
    RiskCategory,
    Signer,
    TestResult,
    TestSetting,
)

_TESTS = ("id", "specimen_on", "result", "setting", "cycle_day", "cycle_exemption", "has_evidence")
_WINDOWS = (
    "id", "course", "category", "specimen_on", "visit_on", "opens_on", "closes_on", "stopped", "cancelled", "days",
    "test_id", "confirmed", "answered",
)  # fmt: skip


def _one_line(statement: str) -> str:
    """Squeeze a statement: the driver keeps what it learned of one only up to 4,096 characters."""
    return " ".join(statement.split())


def _arrays(columns: tuple[str, ...]) -> str:
    """Gather each column of many rows as one array, which the driver reads without a call for each value."""
    return ", ".join(f"array_agg({column}) AS {column}" for column in columns)


RECORD_COLUMNS = _one_line(f"""
    r.id, r.born_on, r.category, r.prescriber_id, r.hold_since, r.supply_through,
    p.certified_on, p.certified_through, p.suspended_at IS NOT NULL,
    c.number, c.first_day, c.tests_from, c.enrolled_on, c.ended_on, c.home_tests_permitted_at IS NOT NULL,
    x.live, {", ".join(f"t.{column}" for column in _TESTS)}, {", ".join(f"w.{column}" for column in _WINDOWS)}
""")

RECORD_TABLES = _one_line(f"""
    pledge_registrant r
    JOIN pledge_course c ON c.registrant_id = r.id AND c.is_current
    JOIN pledge_prescriber p ON p.id = r.prescriber_id
    LEFT JOIN LATERAL (
        SELECT json_build_array(x.id, x.pharmacy_id, f.certified_on, f.certified_through, f.suspended_at IS NOT NULL,
                                x.status, x.issued_on, x.do_not_dispense_after, x.days_supply, x.window_id) AS live
          FROM pledge_authorization x
          JOIN pledge_pharmacy f ON f.id = x.pharmacy_id
         WHERE x.registrant_id = r.id AND x.status IN ('issued', 'suspended')) x ON true
    CROSS JOIN LATERAL (
        SELECT {_arrays(_TESTS)}
          FROM (SELECT * FROM pledge_pregnancytest
                 WHERE registrant_id = r.id AND superseded_at IS NULL
                   AND specimen_on >= LEAST(c.tests_from, r.hold_since)
                 ORDER BY specimen_on, id) t) t
    CROSS JOIN LATERAL (
        SELECT {_arrays(_WINDOWS)}
          FROM (SELECT w.id, wc.number AS course, w.category, w.specimen_on, w.visit_on, w.opens_on, w.closes_on,
                       w.stopped_at IS NOT NULL AS stopped, w.cancelled_at IS NOT NULL AS cancelled,
                       COALESCE(d.days, 0) AS days, w.test_id, m.confirmed, a.answered
                  FROM pledge_prescriptionwindow w
                  JOIN pledge_course wc ON wc.id = w.course_id
                  LEFT JOIN (SELECT window_id, sum(days_supply) AS days FROM pledge_dispense
                              WHERE registrant_id = r.id GROUP BY window_id) d ON d.window_id = w.id
                  LEFT JOIN LATERAL (
                      SELECT json_build_array(prescriber_id, methods, days_supply, prior_source) AS confirmed
                        FROM pledge_monthlyconfirmation
                       WHERE window_id = w.id AND w.closes_on >= %(on)s ORDER BY id DESC LIMIT 1) m ON true
                  LEFT JOIN LATERAL (
                      SELECT json_build_array(methods, correct) AS answered
                        FROM pledge_registrantanswer
                       WHERE window_id = w.id AND w.closes_on >= %(on)s ORDER BY id DESC LIMIT 1) a ON true
                 WHERE w.registrant_id = r.id
                 ORDER BY w.opens_on, w.id) w) w
""")  # noqa: S608 - made of constants, as all here

_BY_ID = f"SELECT {RECORD_COLUMNS} FROM {RECORD_TABLES} WHERE r.id = %(id)s AND r.merged_into_id IS NULL"  # noqa: S608

_BY_IDS = f"""
    SELECT {RECORD_COLUMNS} FROM {RECORD_TABLES} WHERE r.id = ANY(%(ids)s) AND r.merged_into_id IS NULL
"""  # noqa: S608

_DONE_ANEW = (Ending.COMPLETED, Ending.DISCONTINUED, Ending.WITHDRAWN)
_RESULTS = {word.value: word for word in TestResult}
_SETTINGS = {word.value: word for word in TestSetting}
_CATEGORIES = {word.value: word for word in RiskCategory}
_METHODS = {word.value: word for word in Method}
_EXEMPTIONS: dict[str, CycleExemption | None] = {"": None, **{word.value: word for word in CycleExemption}}


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


def records_of_many(ids: Collection[int], on: date) -> dict[int, Record]:
    """Give the records of several registrants in one statement, without signatures; for reading alone.

    Those that are gone or were merged into another have none.
    """
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_BY_IDS, {"ids": list(ids), "on": on})
        rows = cursor.fetchall()
    return {row[0]: record_from_row(row) for row in rows}


def record_from_row(row: Sequence[Any]) -> Record:
    """Build a record from the values of ``RECORD_COLUMNS``; an unknown word raises, and so refuses."""
    authorization = row[15]
    return Record(
        registrant_id=row[0],
        born_on=row[1],
        category=_CATEGORIES[row[2]],
        prescriber_id=row[3],
        prescriber=Standing(row[6], row[7], row[8]),
        course=Course(*row[9:15]),
        hold_since=row[4],
        supply_through=row[5],
        tests=_tests(*row[16:23]),
        windows=_windows(*row[23:36]),
        authorization=_authorization(authorization) if authorization else None,
    )


def signatures_of(registrant: Registrant) -> tuple[Signature, ...]:
    """Give the signatures that count in the registrant's present course, through the one seam to the consents.

    Those of a course that was ended do not, even where the next one begins at the same instant (section 13, Endings).
    """
    return signatures_of_many([registrant.pk])[registrant.pk]


def signatures_of_many(ids: Collection[int]) -> dict[int, tuple[Signature, ...]]:
    """Give the same for each of several registrants, in one statement; those without any have an empty one."""
    if not ids:
        return {}
    signed = Registrant._meta.get_field("signed_consents").related_model.objects  # type: ignore[attr-defined]
    in_course = {"registrant__courses__is_current": True, "signed_at__gte": F("registrant__courses__consents_since")}
    return dict.fromkeys(ids, ()) | _signatures_in(signed.filter(registrant__in=ids, **in_course))


def _signatures_in(signed: Any) -> dict[int, tuple[Signature, ...]]:
    rows = signed.exclude(course__ending__in=_DONE_ANEW).select_related("form_version").order_by("id")
    found: dict[int, tuple[Signature, ...]] = {}
    for row in rows:
        signature = Signature(
            form=ConsentForm(row.form_version.form),
            version=row.form_version.version,
            signer=Signer(row.signer),
            signed_on=row.signed_on,
            superseded_on=row.form_version.superseded_on,
        )
        found[row.registrant_id] = (*found.get(row.registrant_id, ()), signature)
    return found


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _tests(
    ids: list[int] | None,
    specimen_days: Any,
    results: Any,
    settings: Any,
    cycle_days: Any,
    exemptions: Any,
    have_evidence: Any,
) -> tuple[Test, ...]:
    if ids is None:
        return ()
    results, settings = map(_RESULTS.__getitem__, results), map(_SETTINGS.__getitem__, settings)
    exemptions = map(_EXEMPTIONS.__getitem__, exemptions)
    rows = zip(ids, specimen_days, results, settings, cycle_days, exemptions, have_evidence, strict=True)
    return tuple(map(Test._make, rows))


def _windows(ids: list[int] | None, courses: Any, categories: Any, *others: Any) -> tuple[Window, ...]:
    if ids is None:
        return ()
    *columns, confirmed, answered = others
    confirmations = [_confirmation(*said) if said else None for said in confirmed]
    answers = [_answer(*said) if said else None for said in answered]
    categories = map(_CATEGORIES.__getitem__, categories)
    return tuple(map(Window._make, zip(ids, courses, categories, *columns, confirmations, answers, strict=True)))


def _confirmation(prescriber_id: int, methods: list[str], days_supply: int, prior_source: str) -> Confirmation:
    named = frozenset(_METHODS[method] for method in methods)
    return Confirmation(prescriber_id, named, days_supply, PriorSource(prior_source) if prior_source else None)


def _answer(methods: list[str], correct: bool) -> Answer:  # noqa: FBT001 - as the column stands
    return Answer(frozenset(_METHODS[method] for method in methods), correct)


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
