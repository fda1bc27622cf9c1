"""One month of everyone's life, as SQL; ``%(month)s`` counts from 0, and the last one is the present.

A month's rows lie together, as they would have been written, so one registrant's two years are spread over the
whole of each table.
"""

from tests.benchmarks.lives import DAYS_A_MONTH, MONTHS

PRESENT = MONTHS - 1

# A month as it went: `first` is the specimen's or the visit's day, `row_id` the id of each of its rows.
MONTH = f"""
  FROM (SELECT b.*, began + %(month)s * {DAYS_A_MONTH} AS first, %(month)s::bigint * %(registrants)s + id AS row_id,
               %(month)s = {PRESENT} AS now,
               CASE WHEN %(month)s = {PRESENT} THEN phase >= 4 AND NOT missed
                    ELSE idle_month IS DISTINCT FROM %(month)s END AS filled
          FROM bench_life b) m
"""
EDITION_OF_2026 = "date '2026-11-15'"
EDITION = f"CASE WHEN first >= {EDITION_OF_2026} THEN '2026' ELSE '2021' END"
# Who cannot become pregnant has no window from the edition of 2026 on.
HAS_WINDOW = f"(can OR first < {EDITION_OF_2026})"
LAST_DAY = "first + CASE WHEN can THEN 6 ELSE 30 END"
MINUTES = "chance %% 400 * interval '1 minute'"

TESTS = f"""
INSERT INTO pledge_pregnancytest (id, registrant_id, specimen_on, specimen_type, result, setting, cycle_day,
                                  cycle_exemption, has_evidence, evidence_note, entered_at, entered_by, on_behalf_of)
OVERRIDING SYSTEM VALUE
SELECT row_id + %(registrants)s, id, first, 'urine', 'negative', setting, 2, '', false, '',
       first + time '14:00', 'Dr. ' || prescriber_id, ''
{MONTH} WHERE can ORDER BY id
"""

WINDOWS = f"""
INSERT INTO pledge_prescriptionwindow (id, registrant_id, course_id, category, test_id, specimen_on, visit_on, opens_on,
                                       closes_on, edition, opened_at, stop_cause, completed_at, first_dispensed_at,
                                       closing_recorded_at)
OVERRIDING SYSTEM VALUE
SELECT row_id, id, id, CASE WHEN can THEN 'can_become_pregnant' ELSE 'cannot_become_pregnant' END,
       CASE WHEN can THEN row_id + %(registrants)s END, CASE WHEN can THEN first END, first, first, {LAST_DAY},
       {EDITION}, first + time '15:00', '', first + time '15:30',
       CASE WHEN filled THEN first + 4 + time '15:40' + {MINUTES} END,
       CASE WHEN NOT filled AND {LAST_DAY} < %(on)s::date - 1 THEN {LAST_DAY} + 1 + time '07:30' END
{MONTH} WHERE {HAS_WINDOW} ORDER BY id
"""

CONFIRMATIONS = f"""
INSERT INTO pledge_monthlyconfirmation (id, registrant_id, window_id, prescriber_id, confirmed_at, visit_on, methods,
                                        abstinence_acknowledged, days_supply, prior_source)
OVERRIDING SYSTEM VALUE
SELECT row_id, id, CASE WHEN {HAS_WINDOW} THEN row_id END, prescriber_id, first + time '15:00', first,
       CASE WHEN can THEN methods ELSE '{{}}' END, can AND methods = ARRAY['abstinence'], 30, ''
{MONTH} ORDER BY id
"""

ANSWERS = f"""
INSERT INTO pledge_registrantanswer (id, registrant_id, window_id, answered_at, methods, correct)
OVERRIDING SYSTEM VALUE
SELECT row_id, id, row_id, first + time '15:30', methods, true
{MONTH} WHERE can ORDER BY id
"""

# Half of those whose window is open have asked already; half of those who missed one, too.
ASKED = "(filled OR now AND id %% 2 = 0 AND (phase < 4 OR phase = 7 AND missed))"

AUTHORIZATIONS = f"""
INSERT INTO pledge_authorization (id, rma_number, registrant_id, pharmacy_id, window_id, pharmacist, client_reference,
                                  days_supply, status, edition, issued_on, issued_at, do_not_dispense_after,
                                  dispensed_at, reversal_reason)
OVERRIDING SYSTEM VALUE
SELECT row_id, 100000000000 + row_id, id, pharmacy_id, CASE WHEN {HAS_WINDOW} THEN row_id END,
       'RPH-' || pharmacy_id, '', 30, CASE WHEN filled THEN 'dispensed' ELSE 'issued' END, {EDITION}, asked_on,
       asked_on + time '15:30' + {MINUTES}, CASE WHEN {HAS_WINDOW} THEN {LAST_DAY} END,
       CASE WHEN filled THEN asked_on + time '15:40' + {MINUTES} END, ''
  FROM (SELECT *, first + CASE WHEN filled THEN 4 ELSE 0 END AS asked_on {MONTH} WHERE {ASKED}) m ORDER BY id
"""

DISPENSES = f"""
INSERT INTO pledge_dispense (id, registrant_id, course_id, pharmacy_id, authorization_id, window_id, category,
                             pharmacist, days_supply, dispensed_at, dispensed_on, covers_through)
OVERRIDING SYSTEM VALUE
SELECT row_id, id, id, pharmacy_id, row_id, CASE WHEN {HAS_WINDOW} THEN row_id END,
       CASE WHEN can THEN 'can_become_pregnant' ELSE 'cannot_become_pregnant' END, 'RPH-' || pharmacy_id, 30,
       first + 4 + time '15:40' + {MINUTES}, first + 4, first + 33
{MONTH} WHERE filled ORDER BY id
"""

EVERY_MONTH = {
    "tests": TESTS,
    "windows": WINDOWS,
    "confirmations": CONFIRMATIONS,
    "answers": ANSWERS,
    "authorizations": AUTHORIZATIONS,
    "dispenses": DISPENSES,
}
