"""The made-up program, as SQL: who the registrants are and where each stands in the present month.

A life is 24 months of 31 days. ``phase`` is how many days ago the present month's specimen (or visit) was, from 0 to
30, so that every day of the month is lived by as many people. Windows last seven days from the specimen; a pharmacy
dispenses thirty days on the fifth, so that whoever is in phase 0 to 3 has a complete, open, unused window tonight.

Due tonight, about one in twenty: phase 26 is a week from the end of the supply, phase 3 has three days of the window
left, phase 7 missed a window that closed yesterday (every second one with an authorization that lapses with it), and
a few ended their treatment on a day from which a test is asked for today. What was due on earlier nights is done.
"""

MONTHS = 24
DAYS_A_MONTH = 31
PHARMACY = 1  # the busy one, where half of the live authorizations are

LIVES = f"""
CREATE UNLOGGED TABLE bench_life AS
SELECT id, can, phase, %(on)s::date - phase AS present,
       %(on)s::date - phase - {(MONTHS - 1) * DAYS_A_MONTH} AS began,
       can AND (phase = 7 OR phase > 7 AND chance %% 20 = 0) AS missed,
       can AND chance %% 50 = 1 AND phase > 7 AND chance %% 20 <> 0 AS ended,
       CASE WHEN chance %% 10 = 3 THEN 3 + chance %% 18 END AS idle_month,
       CASE WHEN chance %% 3 = 0 THEN 'medical_setting' ELSE 'clia_lab' END AS setting,
       CASE WHEN chance %% 4 = 0 THEN ARRAY['abstinence'] ELSE ARRAY['hormonal_pill', 'male_condom'] END AS methods,
       1 + id %% %(prescribers)s AS prescriber_id,
       CASE WHEN phase <= 7 AND id %% 4 = 0 THEN {PHARMACY} ELSE 1 + id %% %(pharmacies)s END AS pharmacy_id,
       chance
  FROM (SELECT id, (seed >> 8) %% 2 = 0 AS can, seed %% {DAYS_A_MONTH} AS phase, (seed >> 9) & 1048575 AS chance
          FROM (SELECT id, hashint4(id) & 2147483647 AS seed FROM generate_series(1, %(registrants)s) id) seeds) lots
 ORDER BY id;
ALTER TABLE bench_life ADD PRIMARY KEY (id);
ANALYZE bench_life
"""

_PARTY = """
INSERT INTO pledge_{table} (id, name, email, time_zone, certified_on, certified_through, {columns})
OVERRIDING SYSTEM VALUE
SELECT id, '{title} ' || id, '{table}' || id || '@example.invalid', 'America/New_York', through - 364, through, {values}
  FROM (SELECT id, %(on)s::date + CASE WHEN id = 1 THEN 100 ELSE (id * 7 %% 365)::int END AS through
          FROM generate_series(1, %({plural})s) id) p
"""

PARTIES = {
    "prescribers": _PARTY.format(
        table="prescriber", plural="prescribers", title="Dr.", columns="npi", values="1000000000 + id"
    ),
    "pharmacies": _PARTY.format(
        table="pharmacy", plural="pharmacies", title="Pharmacy", columns="number, representative",
        values="5000000 + id, 'Representative ' || id",
    ),
    "keys": """
        INSERT INTO pledge_pharmacykey (id, pharmacy_id, prefix, digest, created_at)
        OVERRIDING SYSTEM VALUE
        SELECT id, id, 'pledge_live_' || id, encode(sha256(convert_to(
                   'pledge_live_' || lpad(id::text, 43, '0'), 'UTF8')), 'hex'), %(at)s
          FROM generate_series(1, %(pharmacies)s) id
    """,
}  # fmt: skip

PEOPLE = {
    "registrants": """
        INSERT INTO pledge_registrant (id, number, name, born_on, category, basis, prescriber_id, email, guardian_name,
                                       guardian_email, language, time_zone, registered_on, hold_since, supply_through)
        OVERRIDING SYSTEM VALUE
        SELECT id, 1000000000 + id, 'Registrant ' || id, date '1985-01-01' + (chance %% 7000)::int,
               CASE WHEN can THEN 'can_become_pregnant' ELSE 'cannot_become_pregnant' END,
               CASE WHEN can THEN '' ELSE 'cisgender_male' END, prescriber_id, 'r' || id || '@example.invalid', '', '',
               'en', 'America/New_York', began - 40, NULL,
               CASE WHEN phase >= 4 AND NOT missed THEN present + 33 ELSE present + 2 END
          FROM bench_life ORDER BY id
    """,
    "courses": """
        INSERT INTO pledge_course (id, registrant_id, number, is_current, first_day, started_at, tests_from,
                                   consents_since, enrolled_on, ending, ending_reason, post_treatment_tests_asked,
                                   ended_on, ended_at, last_dose_on)
        OVERRIDING SYSTEM VALUE
        SELECT id, id, 1, true, began - 40, began - 40 + time '15:00', began - 70, began - 40 + time '15:00',
               began - 38, CASE WHEN ended THEN 'completed' ELSE '' END, '', ended,
               CASE WHEN ended THEN stopped END, CASE WHEN ended THEN stopped + time '16:00' END,
               CASE WHEN ended THEN stopped END
          FROM (SELECT *, %(on)s::date - (chance / 1000 %% 40)::int AS stopped FROM bench_life) lives ORDER BY id
    """,
    "signatures": """
        INSERT INTO consents_signedconsent (registrant_id, course_id, form_version_id, signer, signer_name, signed_at,
                                            signed_on)
        SELECT b.id, b.id, f.id, s.signer, '', b.began - 38 + time '15:00', b.began - 38
          FROM bench_life b
          JOIN consents_formversion f ON f.in_force_from <= b.began - 38
                                     AND (f.superseded_on IS NULL OR f.superseded_on > b.began - 38)
                                     AND (b.can OR f.form = 'informed_consent')
         CROSS JOIN (VALUES ('registrant'), ('prescriber')) s(signer)
    """,
    "screening tests": """
        INSERT INTO pledge_pregnancytest (id, registrant_id, specimen_on, specimen_type, result, setting,
                                          cycle_exemption, has_evidence, evidence_note, entered_at, entered_by,
                                          on_behalf_of)
        OVERRIDING SYSTEM VALUE
        SELECT id, id, began - 40, 'serum', 'negative', setting, '', false, '', began - 40 + time '16:00',
               'Dr. ' || prescriber_id, ''
          FROM bench_life WHERE can ORDER BY id
    """,
}
