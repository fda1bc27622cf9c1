"""Reminders from the calendar, selected and queued set-based: one statement a kind (section 10).

Each statement names the latest step that has come; of several overdue ones only that one is queued, once.
"""

from datetime import date, datetime
from typing import Any

from django.db import connection

from notifications.schedule import CERTIFICATION_EXPIRING, POST_TREATMENT_OVERDUE, TEST_DUE, WINDOW_CLOSING, Step
from pledge.rules.editions import edition_on

LOOK_BACK_DAYS = 120  # how long a reminder that is still true is worth sending late


def latest(steps: tuple[Step, ...], about: str) -> str:
    """Give the SQL for the name of the latest step that has come for the day ``about``, null before the first."""
    whens = [
        f"WHEN {about} + {step.days} <= %(on)s THEN '{step.name}'"
        for step in sorted(steps, key=lambda step: step.days, reverse=True)
    ]
    return f"CASE {' '.join(whens)} END"


_INSERT = """
INSERT INTO notifications_notice
    (reader, reader_id, kind, occasion, registrant_id, days, queued_at, status, attempts)
SELECT reader, reader_id, kind, occasion, registrant_id, days, %(at)s, 'queued', 0 FROM ({due}) due
 WHERE NOT EXISTS (SELECT 1 FROM notifications_notice n
                    WHERE (n.reader, n.reader_id, n.kind, n.occasion)
                        = (due.reader, due.reader_id, due.kind, due.occasion))
ON CONFLICT DO NOTHING
"""

_COUNT = """
SELECT count(*) FROM ({due}) due
 WHERE NOT EXISTS (SELECT 1 FROM notifications_notice n
                    WHERE (n.reader, n.reader_id, n.kind, n.occasion)
                        = (due.reader, due.reader_id, due.kind, due.occasion))
"""

_TEST_DUE = f"""
SELECT 'registrant' AS reader, r.id AS reader_id, 'test_due' AS kind,
       'dispense:' || d.id || ':' || {latest(TEST_DUE, "d.covers_through")} AS occasion, r.id AS registrant_id,
       jsonb_build_object('supply_ends_on', d.covers_through) AS days
  FROM pledge_registrant r
  JOIN pledge_course c ON c.registrant_id = r.id AND c.is_current AND c.ended_on IS NULL
 CROSS JOIN LATERAL (SELECT id, course_id, dispensed_on, covers_through FROM pledge_dispense
                      WHERE registrant_id = r.id ORDER BY dispensed_on DESC, id DESC LIMIT 1) d
 WHERE r.supply_through BETWEEN %(oldest)s AND %(on)s + {-TEST_DUE[0].days} AND d.covers_through = r.supply_through
   AND d.course_id = c.id
   AND r.category = 'can_become_pregnant' AND r.merged_into_id IS NULL AND r.hold_since IS NULL
   AND NOT EXISTS (SELECT 1 FROM pledge_pregnancytest t
                    WHERE t.registrant_id = r.id AND t.superseded_at IS NULL AND t.specimen_on > d.dispensed_on)
"""  # noqa: S608 - made of constants

_WINDOW_CLOSING = f"""
SELECT 'registrant' AS reader, w.registrant_id AS reader_id, 'window_closing' AS kind,
       'window:' || w.id || ':' || {latest(WINDOW_CLOSING, "w.closes_on")} AS occasion,
       w.registrant_id, jsonb_build_object('last_day', w.closes_on) AS days
  FROM pledge_prescriptionwindow w
  JOIN pledge_registrant r ON r.id = w.registrant_id AND r.merged_into_id IS NULL
  JOIN pledge_course c ON c.id = w.course_id AND c.is_current AND c.ended_on IS NULL
 WHERE w.closes_on BETWEEN %(on)s AND %(on)s + {-WINDOW_CLOSING[0].days} AND w.opens_on <= %(on)s
   AND w.cancelled_at IS NULL AND w.stopped_at IS NULL AND w.first_dispensed_at IS NULL
   AND w.closing_recorded_at IS NULL AND r.category = ANY(%(with_windows)s)
"""  # noqa: S608

# T5 asks for whatever T4 would, so once T5 has come T4 is not asked for any more.
_ASKED = """
  FROM pledge_course c
  JOIN pledge_registrant r ON r.id = c.registrant_id AND r.merged_into_id IS NULL
 CROSS JOIN LATERAL (VALUES ('t4', c.last_dose_on), ('t5', c.last_dose_on + %(t5)s)) asked(name, asked_on)
 WHERE c.post_treatment_tests_asked AND c.is_current AND c.last_dose_on BETWEEN %(oldest)s AND %(on)s
   AND NOT EXISTS (SELECT 1 FROM pledge_pregnancytest t
                    WHERE t.registrant_id = r.id AND t.superseded_at IS NULL AND t.result <> 'indeterminate'
                      AND t.specimen_on >= asked.asked_on)
"""

_POST_TREATMENT_DUE = f"""
SELECT DISTINCT ON (c.id) 'registrant' AS reader, r.id AS reader_id, 'post_treatment_test_due' AS kind,
       'course:' || c.id || ':' || asked.name AS occasion, r.id AS registrant_id,
       jsonb_build_object('asked_on', asked.asked_on) AS days
{_ASKED} AND asked.asked_on <= %(on)s ORDER BY c.id, asked.asked_on DESC
"""

_POST_TREATMENT_OVERDUE = f"""
SELECT DISTINCT ON (c.id) 'registrant' AS reader, r.id AS reader_id, 'post_treatment_test_overdue' AS kind,
       'course:' || c.id || ':' || asked.name || ':' || {latest(POST_TREATMENT_OVERDUE, "asked.asked_on")} AS occasion,
       r.id AS registrant_id, jsonb_build_object('asked_on', asked.asked_on) AS days
{_ASKED} AND asked.asked_on + {POST_TREATMENT_OVERDUE[0].days} <= %(on)s ORDER BY c.id, asked.asked_on DESC
"""


def _expiring(table: str, reader: str) -> str:
    return f"""
SELECT '{reader}' AS reader, p.id AS reader_id, 'certification_expiring' AS kind,
       'certification:' || p.certified_through || ':' || {latest(CERTIFICATION_EXPIRING, "p.certified_through")}
           AS occasion,
       NULL::bigint AS registrant_id, jsonb_build_object('certified_through', p.certified_through) AS days
  FROM {table} p
 WHERE p.suspended_at IS NULL
   AND p.certified_through BETWEEN %(on)s AND %(on)s + {-CERTIFICATION_EXPIRING[0].days}
"""  # noqa: S608


# A version that a newer one replaced, completely signed in a course that began before.
_NEW_FORM_VERSION = """
SELECT DISTINCT 'registrant' AS reader, r.id AS reader_id, 'invitation_to_sign' AS kind,
       'form:' || newer.id || ':course:' || c.id AS occasion, r.id AS registrant_id, '{}'::jsonb AS days
  FROM consents_formversion older
  JOIN consents_formversion newer ON newer.form = older.form AND newer.in_force_from = older.superseded_on
  JOIN consents_signedconsent s ON s.form_version_id = older.id AND s.signer = 'registrant'
  JOIN pledge_course c ON c.id = s.course_id AND c.is_current AND c.ended_on IS NULL
  JOIN pledge_registrant r ON r.id = c.registrant_id AND r.merged_into_id IS NULL
 WHERE older.superseded_on <= %(on)s AND older.superseded_on > %(oldest)s
   AND (older.form = 'informed_consent' OR r.category = 'can_become_pregnant')
   AND NOT EXISTS (SELECT 1 FROM consents_signedconsent n
                    WHERE n.registrant_id = r.id AND n.form_version_id = newer.id AND n.signer = 'registrant')
"""

STATEMENTS: dict[str, str] = {
    "test_due": _TEST_DUE,
    "window_closing": _WINDOW_CLOSING,
    "post_treatment_test_due": _POST_TREATMENT_DUE,
    "post_treatment_test_overdue": _POST_TREATMENT_OVERDUE,
    "certification_expiring, prescribers": _expiring("pledge_prescriber", "prescriber"),
    "certification_expiring, pharmacies": _expiring("pledge_pharmacy", "pharmacy"),
    "invitation_to_sign, new form version": _NEW_FORM_VERSION,
}


def queue_reminders(name: str, *, at: datetime, on: date, dry_run: bool = False) -> int:
    """Queue every reminder of one statement that is due on a program day and not queued yet; give how many.

    :param name: a key of ``STATEMENTS``.
    :param dry_run: only count them.
    """
    edition = edition_on(on)
    arguments: dict[str, Any] = {
        "at": at,
        "on": on,
        "oldest": date.fromordinal(on.toordinal() - LOOK_BACK_DAYS),
        "t5": edition.post_treatment_days,
        "with_windows": [category.value for category in edition.windows],
    }
    due = STATEMENTS[name]
    with connection.cursor() as cursor:
        cursor.execute((_COUNT if dry_run else _INSERT).replace("{due}", due), arguments)
        return cursor.fetchone()[0] if dry_run else cursor.rowcount
