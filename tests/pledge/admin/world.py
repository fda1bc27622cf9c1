"""A small program with log-ins, and hands that press its buttons as a browser would."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from pledge.actions import participants
from pledge.actions.authenticators import set_up_authenticator
from pledge.actions.designations import designate
from pledge.actions.log_in_secrets import code_at, new_secret, step_at, unsealed
from pledge.admin.signin.session import AUTHENTICATOR, BEGAN
from pledge.models import Authenticator, Designee, ProgramEvent, Registrant
from pledge.rules.calendar import program_day
from pledge.rules.refusals import RefusalCode
from pledge.rules.vocabulary import Scope
from pledge.trail import By
from tests.lives import Life, Program, a_program

PASSPHRASE = "a long enough passphrase"
# What reading leaves, what counting calls and wrong names does, and what a browser's session is.
MAY_CHANGE_BY_READING = {"django_session", "pledge_accessentry", "pledge_callrate", "pledge_wrongguess"}


@dataclass(frozen=True)
class World:
    """Two clinics; a designee of the first; an administrator; everyone logged in."""

    at: datetime
    program: Program
    elsewhere: Program
    designee: Designee
    prescriber: Client
    assistant: Client
    stranger: Client
    administrator: Client

    @property
    def today(self) -> date:
        """The program day."""
        return program_day(self.at)

    def designated_elsewhere(self) -> None:
        """Let the designee act for the other clinic's prescriber too, in everything."""
        designate(
            designee=self.designee, prescriber=self.elsewhere.prescriber, scopes=Scope, by=self.elsewhere.clinic,
            at=self.at,
        )  # fmt: skip


def a_world(at: datetime) -> World:
    """Enroll two clinics and a designee, and log everyone in."""
    program, elsewhere = a_program(at), a_program(at)
    clinics = zip(("paula", "other"), (program, elsewhere), strict=True)
    clients = [_linked(name, theirs.prescriber) for name, theirs in clinics]
    assistant = User.objects.create_user("dana", password=PASSPHRASE)
    designee = participants.enroll_designee(
        name="Dana Doe", prescribers=[program.prescriber], attested_through=program_day(at), user=assistant,
        by=program.administrator, at=at,
    )  # fmt: skip
    administrator = User.objects.create_superuser("ada", password=PASSPHRASE, first_name="Ada", last_name="Admin")
    clients += [logged_in(assistant), logged_in(administrator)]
    return World(at, program, elsewhere, designee, clients[0], clients[2], clients[1], clients[3])


def _linked(name: str, party: Any) -> Client:
    user = User.objects.create_user(name, password=PASSPHRASE)
    type(party).objects.filter(pk=party.pk).update(user=user)
    return logged_in(user)


def secret_of(user: User) -> str:
    """What someone's authenticator app knows; it is set up, as at a first log-in, where they have none."""
    kept = Authenticator.objects.filter(user=user, ended_at=None).first()
    if kept is not None:
        return unsealed(kept.sealed_secret)
    at, secret = timezone.now(), new_secret()
    by = By("staff", str(user.pk), user.get_username())
    set_up_authenticator(user=user, secret=secret, code=code_at(secret, step_at(at)), by=by, at=at)
    return secret


def next_code(user: User) -> str:
    """A code that is taken now: what the app shows, or already the next one where that was taken."""
    secret, newest = secret_of(user), Authenticator.objects.get(user=user, ended_at=None).last_step
    return code_at(secret, max(step_at(timezone.now()), newest + 1))


def logged_in(user: User, client: Client | None = None) -> Client:
    """A client, or the one given, in which someone is logged in with their second factor."""
    client = client or Client()
    secret_of(user)
    client.force_login(user)
    session = client.session
    session[AUTHENTICATOR] = Authenticator.objects.get(user=user, ended_at=None).pk
    session[BEGAN] = timezone.now().timestamp()
    session.save()
    return client


def page_of(life: Life) -> str:
    """The address of a registrant's page."""
    return reverse("admin:pledge_registrant_page", args=[life.number])


def step_of(life: Life, slug: str) -> str:
    """The address of a step about a registrant."""
    return reverse("admin:pledge_registrant_step", args=[life.number, slug])


def filled_in(shown: HttpResponse, **fields: Any) -> dict[str, Any]:
    """What a browser would send of a form as it was shown, with some fields filled in."""
    form = shown.context["form"]
    kept = {name: form[name].value() for name in form.fields}
    sent = {"seen": shown.context["seen"], **kept, **fields}
    return {name: value for name, value in sent.items() if value not in (None, "", False)}


def take(client: Client, address: str, **fields: Any) -> HttpResponse:
    """Open a step's form, fill some fields in, send it; where it then shows what it would change, press on."""
    shown = client.get(address)
    assert shown.status_code == 200, address
    return pressed_on(client, address, client.post(address, filled_in(shown, **fields)))


def pressed_on(client: Client, address: str, answer: HttpResponse) -> HttpResponse:
    """Do what a step shows that it would change; any other answer is given back as it is."""
    if answer.status_code != 200 or not answer.context.get("weighed"):
        return answer
    return client.post(address, filled_in(answer, weighed_as=answer.context["mark"]))


def refused_with(answer: HttpResponse) -> set[RefusalCode]:
    """The codes a refused form shows, each with its sentence and next step on the page."""
    assert answer.status_code == 200
    refusals = answer.context["stop"].refused.refusals
    page = answer.content.decode()
    for refusal in refusals:
        assert refusal.code.value in page
        assert refusal.who_acts.label in page
        assert escape(refusal.next_step) in page
    return {refusal.code for refusal in refusals}


def newest_act(registrant: Registrant | None = None) -> ProgramEvent:
    """The newest event, about a registrant or at all."""
    events = ProgramEvent.objects.all()
    return (events.filter(registrant=registrant) if registrant else events).order_by("-id")[0]


def digest() -> dict[str, str]:
    """A digest of every table, less what reading may change."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor)) - MAY_CHANGE_BY_READING
        found = {}
        for table in sorted(tables):
            cursor.execute(f'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{table}" t')
            found[table] = cursor.fetchone()[0]
    return found
