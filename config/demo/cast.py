"""Who takes part: prescribers, a designee, pharmacies with their people, two administrators, and their log-ins."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from string import ascii_lowercase
from typing import Any, NamedTuple

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User

from config.demo.stage import Stage
from pledge.actions import keys, participants
from pledge.actions.authenticators import set_up_authenticator
from pledge.actions.editions import approve_edition
from pledge.actions.log_in_secrets import code_at, new_secret, step_at
from pledge.actions.pharmacists import enroll_pharmacist
from pledge.admin.visitor import AUDITORS, PROGRAM_ADMINISTRATORS, visitor_behind
from pledge.models import Designee, Pharmacy, Prescriber
from pledge.rules.calendar import program_day
from pledge.rules.editions import edition_on
from pledge.rules.rulebook import digest_of
from pledge.trail import By, by_designee, by_prescriber, by_program

YEAR = 365  # a certification's length in days: who joined almost that long ago must renew soon
JOINS = 160 - YEAR  # whose certification lasts 160 days more
CLINICS_COME_IN = JOINS + 1


@dataclass(frozen=True)
class Cast:
    """The parties of the program."""

    administrator: By
    prescribers: tuple[Prescriber, ...]
    designee: Designee
    pharmacies: tuple[Pharmacy, ...]

    def clinic(self, prescriber: Prescriber, *, by_designee_of: bool = False) -> By:
        """Give a prescriber in person, or the designee on their behalf."""
        return by_designee(self.designee, prescriber) if by_designee_of else by_prescriber(prescriber)


@dataclass(frozen=True)
class LogIn:
    """One log-in, as it is printed."""

    username: str
    passphrase: str
    role: str
    name: str
    secret: str = ""  # of the authenticator app


def a_passphrase() -> str:
    """Give a random passphrase that can be typed: four groups of four letters."""
    return "-".join("".join(secrets.choice(ascii_lowercase) for _ in range(4)) for _ in range(4))


class Keys(NamedTuple):
    """The secrets of a pharmacy's two keys: the live one, and the one of the sandbox."""

    live: str
    test: str


def enroll_parties(stage: Stage) -> tuple[Cast, list[LogIn], Keys]:
    """Enroll everyone who is no registrant; give them, their log-ins and the first pharmacy's keys."""
    passphrase = a_passphrase()
    kept = make_password(passphrase)  # one passphrase for all, so one slow hash
    people = [
        ("ada", "Ada Albright", "program administrator"),
        ("bruno", "Bruno Baker", "program administrator too: approves the form texts that Ada writes"),
        ("avery", "Avery Ahn", "auditor: reads the record and changes nothing"),
        ("prescott", "Dr. Paula Prescott", "prescriber"),
        ("okafor", "Dr. Emeka Okafor", "prescriber"),
        ("lindqvist", "Dr. Maja Lindqvist", "prescriber"),
        ("dana", "Dana Diaz", "designee of Dr. Prescott and Dr. Okafor"),
    ]
    users = {username: _user(username, name, kept) for username, name, _ in people}
    administrators = Group.objects.get_or_create(name=PROGRAM_ADMINISTRATORS)[0]
    administrators.user_set.add(users["ada"], users["bruno"])
    Group.objects.get_or_create(name=AUDITORS)[0].user_set.add(users["avery"])
    ada = by_program("Ada Albright", str(users["ada"].pk))
    prescribers = tuple(
        participants.enroll_prescriber(
            npi=npi,
            name=name,
            email=f"{username}@clinic.example",
            user=users[username],
            certified_through=stage.today + timedelta(days=ends),
            by=ada,
            at=stage.moment(ends - YEAR, "09:30"),
        )
        for npi, username, name, ends in (
            ("1093817465", "prescott", "Dr. Paula Prescott", 160),
            ("1427055639", "okafor", "Dr. Emeka Okafor", 7),
            ("1750384921", "lindqvist", "Dr. Maja Lindqvist", 24),
        )
    )
    designee = participants.enroll_designee(
        name="Dana Diaz",
        email="dana@clinic.example",
        user=users["dana"],
        prescribers=list(prescribers[:2]),
        attested_through=stage.today + timedelta(days=160),
        by=ada,
        at=stage.moment(JOINS, "11:00"),
    )
    pharmacies = tuple(
        participants.enroll_pharmacy(
            number=number,
            name=name,
            representative=representative,
            email=f"{mailbox}@pharmacy.example",
            certified_through=stage.today + timedelta(days=ends),
            by=ada,
            at=stage.moment(ends - YEAR, "13:15"),
        )
        for number, mailbox, name, representative, ends in (
            ("PH-1001", "corner", "Corner Pharmacy", "Rosa Reyes", 170),
            ("PH-1002", "station", "Station Pharmacy", "Sam Seong", 170),
            ("PH-1003", "harbor", "Harbor Pharmacy", "Hana Holt", 1),
        )
    )
    people += _at_the_counter(stage, pharmacies[1], users, kept, ada)
    issuing: dict[str, Any] = {"pharmacy": pharmacies[0], "by": ada, "at": stage.moment(170 - YEAR, "13:40")}
    issued = Keys(keys.issue_key(**issuing).secret, keys.issue_key(**issuing, sandbox=True).secret)
    _approve_rules(stage, by_program("Bruno Baker", str(users["bruno"].pk)))  # Ada's is yet to come: the reader's
    # So that nobody has to set one up before they have seen anything; /demo/codes/ shows what the app would.
    secrets_ = {username: _authenticator(user, stage) for username, user in users.items()}
    log_ins = [LogIn(username, passphrase, role, name, secrets_[username]) for username, name, role in people]
    return Cast(ada, prescribers, designee, pharmacies), log_ins, issued


def _at_the_counter(
    stage: Stage, pharmacy: Pharmacy, users: dict[str, User], password: str, by: By
) -> list[tuple[str, str, str]]:
    """Enroll who comes to a pharmacy's counter page, with everyone's passphrase instead of a code given by hand."""
    people = []
    for username, name, own_id, represents in (
        ("seong", "Sam Seong", "REP-1", True),
        ("park", "Mina Park", "RPH-4", False),
    ):
        enrolled = enroll_pharmacist(
            pharmacy=pharmacy, own_id=own_id, name=name, username=username, is_representative=represents,
            by=by, at=stage.moment(JOINS, "13:50"),
        )  # fmt: skip
        User.objects.filter(pk=enrolled.user.pk).update(password=password)
        users[username] = User.objects.get(pk=enrolled.user.pk)
        what = "authorized representative" if represents else "pharmacist"
        people.append((username, name, f"{what} of {pharmacy.name}: the counter page"))
    return people


def _approve_rules(stage: Stage, *administrators: By) -> None:
    """Have the edition in force approved by these, each on another day."""
    edition = edition_on(stage.today)
    for day, by in enumerate(administrators, start=-45):
        approve_edition(name=edition.name, digest=digest_of(edition), by=by, at=stage.moment(day, "10:20"))


def _user(username: str, name: str, password: str) -> User:
    title, _, rest = name.rpartition(" ")
    address = f"{username}@clinic.example"
    return User.objects.create(
        username=username, first_name=title, last_name=rest, email=address, password=password, is_staff=True
    )


def _authenticator(user: User, stage: Stage) -> str:
    """Set up someone's authenticator once they are someone in the program: the trail says who they were then."""
    staff = user.groups.exists()
    secret, at = new_secret(), stage.moment(1 - YEAR if staff else CLINICS_COME_IN, "08:30")
    visitor, code = visitor_behind(user, program_day(at)), code_at(secret, step_at(at))
    if visitor is None:
        raise ValueError(f"{user.get_username()} is no one in the program that day")
    set_up_authenticator(user=user, secret=secret, code=code, by=visitor.by(), at=at)
    return secret
