"""What people do on the day of the launch: at a pharmacy's counter, and at a clinic."""

import itertools
import time
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import psycopg

from tests.benchmarks.calls import Person
from tests.benchmarks.visitor import Visitor

PASSPHRASE = "a long enough passphrase"
STEP_SECONDS = 30  # an authenticator's; pledge.actions.log_in_secrets has the same
PHARMACIST = "RPH-1"
_once = itertools.count(1)

# Who is due for the next month, by their prescriber: a test, its confirmation and the answers.
_DUE = """
SELECT r.prescriber_id, array_agg(r.number || ' ' || array_to_string(b.methods, ','))
  FROM bench_life b JOIN pledge_registrant r USING (id)
 WHERE b.can AND b.phase >= 28 AND NOT b.missed AND NOT b.ended AND b.idle_month IS DISTINCT FROM 23
 GROUP BY 1 ORDER BY 1 LIMIT %s
"""


class Due(NamedTuple):
    """A registrant whose next month begins, and the methods that they name."""

    number: str
    methods: list[str]


class Clinic(NamedTuple):
    """A prescriber with a log-in, what their authenticator knows, and whom they see today."""

    username: str
    secret: str
    due: list[Due]


def clinics_with_work(connection: psycopg.Connection, limit: int) -> Iterator[tuple[int, list[Due]]]:
    """Give prescribers, and which of their registrants are due."""
    for prescriber, named in connection.execute(_DUE, [limit]).fetchall():
        yield prescriber, [Due(number, methods.split(",")) for number, methods in (word.split() for word in named)]


def at_the_counter(visitor: Visitor, person: Person, chance: float) -> None:
    """Serve one person: checked, authorized, and mostly handed over; some calls of the day beside it.

    :param chance: from 0 to 1, decides what else happens.
    """
    asked = {
        "registrant_number": person.number,
        "date_of_birth": person.born_on,
        "days_supply": 30,
        "pharmacist": PHARMACIST,
    }
    if chance < 0.2:
        visitor.call("standing", "/pharmacy")
        visitor.call("check", "/eligibility-checks", asked)
    visitor.call("check", "/eligibility-checks", asked)
    number = person.rma_number
    if number is None:
        number = visitor.call("authorize", "/authorizations", asked, once=_key()).said["rma_number"]
    if chance > 0.9:
        visitor.call("list", "/authorizations?status=issued")
        visitor.call("show", f"/authorizations/{number}")
    if 0.2 < chance < 0.26:
        gone = {"pharmacist": PHARMACIST, "reason": "not_collected"}
        visitor.call("reverse", f"/authorizations/{number}/reverse", gone, once=_key())
    else:
        visitor.call("dispense", f"/authorizations/{number}/dispense", {"pharmacist": PHARMACIST}, once=_key())


def in_the_morning(visitor: Visitor, people: list[Person]) -> None:
    """Ask about everyone whose supply is prepared today, in one call."""
    asked = [
        {"registrant_number": p.number, "date_of_birth": p.born_on, "days_supply": 30, "pharmacist": PHARMACIST}
        for p in people
    ]
    visitor.call("batch of 20", "/eligibility-checks/batch", {"checks": asked})


def at_the_clinic(visitor: Visitor, clinic: Clinic, today: date) -> None:
    """Log in, look at the worklist, and see everyone through test, confirmation and answers."""
    from pledge.actions.log_in_secrets import code_at

    page = visitor.open("log-in page", "/admin/", at_last="/login/")
    page = visitor.send("password", page, username=clinic.username, password=PASSPHRASE, at_last="/login/code/")
    page = visitor.send("code", page, code=code_at(clinic.secret, int(time.time()) // STEP_SECONDS))
    if page.address.partition("?")[0].endswith("/login/code/"):  # it ran out on the way, so the next one is typed
        visitor.send(
            "code again", page, code=code_at(clinic.secret, int(time.time()) // STEP_SECONDS), at_last="/admin/"
        )
    visitor.open("worklist", "/admin/")
    for due in clinic.due:
        own = f"/admin/pledge/registrant/{due.number}/"
        visitor.open("registrant's page", own)
        page = visitor.open("form of a test", f"{own}record-test/")
        page = visitor.send(
            "test recorded", page, result="negative", specimen_on=today.isoformat(), setting="clia_lab",
            specimen_type="urine", cycle_day="2", at_last=f"{own}confirm-month/",
        )  # fmt: skip
        visitor.send("month confirmed", page, statement="same", at_last=own)
        page = visitor.open("form of the answers", f"{own}record-answers/")
        visitor.send("answers recorded", page, methods=due.methods, correct="yes", at_last=own)


def _key() -> str:
    return f"launch-{next(_once)}"
