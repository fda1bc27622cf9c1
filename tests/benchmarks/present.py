"""The trail and the notices of the present month, as SQL; those of earlier months would only be read by people."""

from tests.benchmarks.months import ASKED, MONTH

_EVENT = """
INSERT INTO pledge_programevent (type, act, at, recorded_at, registrant_id, subject, subject_id, actor_kind, actor_id,
                                 actor_name, on_behalf_of, edition, overlays, refusals, changes, previous_digest,
                                 digest)
SELECT '{type}', '{act}', at, at, id, '{subject}', {subject_id}, '{actor}', {actor_id}, '{actor}', '', '2026', '[]',
       '[]', jsonb_build_object('{subject}:' || {subject_id}, jsonb_build_object('at', jsonb_build_array(NULL, at))),
       encode(sha256(int8send(id)), 'hex'), encode(sha256(int8send(row_id)), 'hex')
  FROM (SELECT *, {at} AS at {month} WHERE {who}) m ORDER BY id
"""


def _event(type_: str, act: str, subject: str, subject_id: str, actor: str, at: str, who: str) -> str:
    actor_id = {"prescriber": "prescriber_id", "pharmacy": "pharmacy_id"}.get(actor, "id")
    return _EVENT.format(
        type=type_, act=act, subject=subject, subject_id=subject_id, actor=actor, actor_id=actor_id, at=at,
        who=who, month=MONTH,
    )  # fmt: skip


EVENTS = {
    "events: tests": _event(
        "test_recorded", "pregnancy_tests.record_test", "pregnancytest", "row_id + %(registrants)s", "prescriber",
        "first + time '14:00'", "can",
    ),
    "events: confirmations": _event(
        "month_confirmed", "months.confirm_month", "monthlyconfirmation", "row_id", "prescriber",
        "first + time '15:00'", "true",
    ),
    "events: answers": _event(
        "questions_answered", "months.answer_questions", "registrantanswer", "row_id", "registrant",
        "first + time '15:30'", "can",
    ),
    "events: authorizations": _event(
        "authorization_issued", "authorizations.authorize", "authorization", "row_id", "pharmacy",
        "first + time '15:35'", ASKED,
    ),
    "events: dispenses": _event(
        "authorization_dispensed", "authorizations.dispense", "authorization", "row_id", "pharmacy",
        "first + 4 + time '15:40'", "filled",
    ),
    "events: missed windows": _event(
        "window_missed", "nightly.record_missed_window", "prescriptionwindow", "row_id", "system",
        "first + 7 + time '07:30'", "missed AND phase > 7",
    ),
}  # fmt: skip

# What each event and each earlier night caused.
_NOTICE = """
INSERT INTO notifications_notice (reader, reader_id, kind, occasion, registrant_id, caused_by_id, days, queued_at,
                                  status, attempts, sent_at)
SELECT '{reader}', {reader_id}, '{kind}', {occasion}, m.id, {cause}, '{{}}', {at}, 'sent', 1, {at}
{month} {join} WHERE {who} ORDER BY m.id
"""
_CAUSE = "JOIN pledge_programevent e ON e.registrant_id = m.id AND e.type = '{}'"


def _notice(kind: str, occasion: str, who: str, *, by: str = "", at: str = "e.at", reader: str = "registrant") -> str:
    return _NOTICE.format(
        reader=reader, reader_id="prescriber_id" if reader == "prescriber" else "m.id", kind=kind, occasion=occasion,
        cause="e.id" if by else "NULL::bigint", at=at, join=_CAUSE.format(by) if by else "", who=who, month=MONTH,
    )  # fmt: skip


NOTICES = {
    "notices: confirmation due": _notice(
        "confirmation_due", "'specimen:' || m.id || ':' || first", "can", by="test_recorded", reader="prescriber"
    ),
    "notices: questions ready": _notice("questions_ready", "'window:' || row_id", "can", by="month_confirmed"),
    "notices: window open": _notice("window_open", "'window:' || row_id", "can", by="questions_answered"),
    "notices: window missed": _notice(
        "window_missed", "'window:' || row_id", "missed AND phase > 7", by="window_missed"
    ),
    "notices: test due": _notice(
        "test_due", "'dispense:' || row_id || ':week'", "can AND filled AND phase > 26", at="first + 26 + time '07:30'"
    ),
    "notices: new form version": """
        INSERT INTO notifications_notice (reader, reader_id, kind, occasion, registrant_id, days, queued_at, status,
                                          attempts, sent_at)
        SELECT 'registrant', s.registrant_id, 'invitation_to_sign', 'form:' || newer.id || ':course:' || s.course_id,
               s.registrant_id, '{}', newer.in_force_from + time '07:30', 'sent', 1, newer.in_force_from + time '07:30'
          FROM consents_formversion older
          JOIN consents_formversion newer ON newer.form = older.form AND newer.in_force_from = older.superseded_on
          JOIN consents_signedconsent s ON s.form_version_id = older.id AND s.signer = 'registrant'
         WHERE newer.in_force_from < %(on)s
    """,
}  # fmt: skip
