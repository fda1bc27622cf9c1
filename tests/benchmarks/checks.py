"""Whether the made-up program is one: the real check is asked about people of every kind, and must answer as lived."""

import json
from datetime import date

import psycopg

from pledge.rules.editions import edition_on
from pledge.rules.vocabulary import RiskCategory
from tests.benchmarks.application import Application, WrongAnswer
from tests.benchmarks.calls import CHECK, Person, calls_about

SAMPLE = 400

# Lived to be eligible: a complete, open, unused window; or, without windows, at most seven days of supply left.
_SAMPLE = """
SELECT r.id, r.number, r.born_on::text, 1, NULL, CASE
           WHEN b.ended OR x.id IS NOT NULL THEN false
           WHEN b.can THEN b.phase < 4
           ELSE %(windowless)s AND r.supply_through - %(on)s <= 7 END
  FROM bench_life b
  JOIN pledge_registrant r USING (id)
  LEFT JOIN pledge_authorization x ON x.registrant_id = r.id AND x.status = 'issued'
       AND (x.do_not_dispense_after IS NULL OR x.do_not_dispense_after >= %(on)s)
 ORDER BY b.chance, b.id LIMIT %(limit)s
"""


def check_sample(application: Application, connection: psycopg.Connection, on: date) -> int:
    """Ask the real check about a sample, and give how many were eligible.

    :raises WrongAnswer: where one is answered otherwise than lived.
    """
    windowless = RiskCategory.CANNOT_BECOME_PREGNANT not in edition_on(on).windows
    rows = connection.execute(_SAMPLE, {"on": on, "windowless": windowless, "limit": SAMPLE}).fetchall()
    eligible = 0
    for *named, lived in rows:
        person = Person(*named)
        answer = json.loads(application(calls_about(CHECK, [person])[0]))
        if windowless and answer["eligible"] is not lived:
            raise WrongAnswer(f"registrant {person.id} lived to be told {lived}, and was told {answer}")
        eligible += answer["eligible"]
    return eligible
