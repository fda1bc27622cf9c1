"""Everyone who may come to any door, around one registrant with a full record, and a clinic that is not theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime
from http.cookies import SimpleCookie
from typing import Any

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client

from consents.actions.records import seal_due
from consents.models import ConsentRecord
from consents.owed import texts_to_sign
from notifications.actions.webhooks import add_webhook
from notifications.kinds import Kind, Reader
from notifications.messages import number_messages
from notifications.outbox import queue
from notifications.posting import post_messages
from notifications.sweep import run_sweep
from notifications.webhooks.sending import PUBLIC_INTERNET
from pledge.actions import authorizations, holds, participants, pharmacists, registrants
from pledge.actions.designations import designate
from pledge.actions.exports import make_export
from pledge.actions.feeds import make_feed
from pledge.actions.filters import save_filter
from pledge.actions.imports import begin_import
from pledge.admin.visitor import AUDITORS, PROGRAM_ADMINISTRATORS
from pledge.admin.worklist.words import Listing
from pledge.models import Pharmacist, Pharmacy, PharmacyKey
from pledge.rules.calendar import program_day
from pledge.rules.editions import EDITIONS
from pledge.rules.vocabulary import Method, Scope, Signer
from tests import signers
from tests.consents.pages.ways import GUARDIANS_PIN, Way, invited
from tests.lives import Life, Program, a_key, a_test, answered, confirmed, enrolled, registered
from tests.pledge.admin.world import PASSPHRASE, World, a_world, logged_in, page_of

NEVER_THERE = "999999999"
# What nobody outside the clinic and the program ever reads.
OWN_NAME, OWN_MAIL, YOUNG_MAIL = "Quillon Farthingale", "quillon@canaries.example", "young@canaries.example"
OWN_GUARDIAN, GUARDIANS_MAIL = "Ottoline Farthingale", "ottoline@canaries.example"
OWN_BIRTH = date(1987, 10, 23)
OWN_METHODS = (Method.VAGINAL_RING, Method.CERVICAL_CAP_SPERMICIDE)
OTHERS_NAME, OTHERS_MAIL = "Zebedee Ravenscroft", "zebedee@canaries.example"


@dataclass
class Caller:
    """Someone at a door: a browser or a pharmacy's software, with the link they have where they sign."""

    client: Client
    token: str
    headers: dict[str, str] = field(default_factory=dict)
    kept: SimpleCookie | None = None

    def send(self, method: str, address: str, **typed: str) -> HttpResponse:
        """Send a request with what is typed; a browser's cookies are afterwards as they were."""
        sends = method in {"POST", "PUT", "PATCH"} and address.startswith("/api/")
        content = {"content_type": "application/json", "data": b"{}"} if sends else {"data": typed} if typed else {}
        if self.kept is None:
            self.kept = deepcopy(self.client.cookies)
        act: Callable[..., HttpResponse] = getattr(self.client, method.lower())
        try:
            return act(address.replace("{token}", self.token), headers=self.headers, **content)
        finally:
            if self.client.cookies.output() != self.kept.output():
                self.client.cookies = deepcopy(self.kept)


@dataclass
class Cast:
    """The world of the crawl, everyone in it by the name that the matrix has for them, and what stands in addresses."""

    world: World
    life: Life
    minor: Life
    other: Life
    callers: dict[str, Caller]
    captured: dict[str, str]
    by_route: dict[str, dict[str, str]]

    def stands_in(self, route: str) -> dict[str, str]:
        """Give what stands in a route of no model, beside what stands everywhere; routes are written by beginnings."""
        return next((given for begins, given in self.by_route.items() if route.startswith(begins)), {})

    def row_of(self, model: type[Model]) -> str:
        """Give the key of a row that an address of a model is tried with: one of the own registrant, if it can be."""
        rows = model._default_manager.order_by("-pk")
        fields = {one.name for one in model._meta.get_fields()}
        if "registrant" in fields:
            rows = rows.filter(registrant=self.life.registrant) or rows
        own = {type(party): party for party in (self.world.program.prescriber, self.world.designee)}
        row = own.get(model) or rows.first()  # type: ignore[call-overload]
        return str(row.pk) if row is not None else NEVER_THERE

    @property
    def known(self) -> dict[str, tuple[str, ...]]:
        """What is known of the own registrants, by the matrix's name, in every spelling in which a page may show it."""
        born = (OWN_BIRTH.isoformat(), f"{OWN_BIRTH:%B} {OWN_BIRTH.day}, {OWN_BIRTH.year}",
                f"{OWN_BIRTH:%b} {OWN_BIRTH.day}, {OWN_BIRTH.year}")  # fmt: skip
        return {
            "number": (self.life.number, self.minor.number),
            "name": (OWN_NAME,),
            "date of birth": born,
            "e-mail": (OWN_MAIL, YOUNG_MAIL),
            "guardian": (OWN_GUARDIAN, GUARDIANS_MAIL),
            "methods": ("ring, cervical cap", "cap with spermicide, vaginal ring"),
            "authorization": (self.captured["rma_number"],),
        }


class Kept(AbstractContextManager[None]):
    """A transaction in which everything is as in a test's own, and which is taken back when it ends."""

    def __init__(self) -> None:
        self._atomic = transaction.atomic()
        self._atomic._from_testcase = True  # type: ignore[attr-defined]

    def __enter__(self) -> None:
        self._atomic.__enter__()

    def __exit__(self, *said: Any) -> None:
        transaction.set_rollback(True)
        self._atomic.__exit__(*said)


def a_cast(at: datetime) -> Cast:
    """Enroll everyone, and bring one registrant to a full record."""
    world = a_world(at)
    life, minor_ways = _own_registrants(world.program, at)
    other = _renamed(registered(world.elsewhere, at), OTHERS_NAME, OTHERS_MAIL, at)
    stray = _renamed(registered(world.elsewhere, at), OTHERS_NAME, "stray@canaries.example", at)
    elsewhere = invited(stray, at).at_the_forms()
    registrant, guardian = minor_ways
    minor = Life(world.program, registrant.request.registrant)
    token = registrant.token
    world.prescriber.get(page_of(life))  # leaves an access entry, whose page is asked too
    callers = {
        "anonymous": Caller(Client(), token),
        "password alone": Caller(_password_alone(), token),
        "registrant": Caller(registrant.at_the_forms().client, token),
        "guardian": Caller(guardian.at_the_forms().client, guardian.token),
        "other signer": Caller(elsewhere.client, token),
        "prescriber": Caller(world.prescriber, token),
        "designee": Caller(world.assistant, token),
        **{f"designee: {scope.value}": Caller(_designee(world, [scope]), token) for scope in Scope},
        "designee: none": Caller(_designee(world, []), token),
        "other prescriber": Caller(world.stranger, token),
        "pharmacist": Caller(Client(), token, _key(world.program.pharmacy, at)),
        "other pharmacist": Caller(Client(), token, _key(world.program.other_pharmacy, at)),
        **_at_the_counters(world, token),
        "administrator": Caller(_staff("grace", PROGRAM_ADMINISTRATORS), token),
        "auditor": Caller(_staff("avery", AUDITORS), token),
        "superuser": Caller(world.administrator, token),
    }
    captured = {
        "number": life.number,
        "kept": life.number,
        "other": minor.number,
        "name": EDITIONS[-1].name,
        "rma_number": life.registrant.authorizations.order_by("-pk")[0].rma_number,
        "token": "{token}",
        "digest": ConsentRecord.objects.order_by("pk")[0].digest[:32],
        "text_id": str(texts_to_sign(registrant.request, "en", at)[0].pk),
    }
    return Cast(world, life, minor, other, callers, captured, _by_route(world, at))


def _by_route(world: World, at: datetime) -> dict[str, dict[str, str]]:
    """Give the rows of the own clinic's desk that stand in the routes of no model."""
    prescriber, designee = world.program.prescriber, world.designee
    by = world.program.clinic
    user = type(prescriber).objects.select_related("user").get(pk=prescriber.pk).user
    saved = save_filter(user=user, title="Mine", words={"listing": Listing.WORKLIST}, by=by, at=at)
    feed = make_feed(user=user, by=by, at=at)
    taken_in = begin_import(prescriber=prescriber, file_digest="0" * 64, user=user, by=by, at=at)
    let_out = make_export(words={}, reason="for the crawl", user=user, by=by, at=at)
    designation = designee.designations.in_force(program_day(at)).get()
    webhook = add_webhook(
        pharmacy=world.program.pharmacy,
        address="https://hooks.pharmacy.example/",
        by=world.program.administrator,
        at=at,
    ).row
    queue(Reader.PHARMACY, webhook.pharmacy_id, Kind.CERTIFICATION_EXPIRING, "certification:soon", at=at)
    number_messages(at=at)
    post_messages(at=at, route=PUBLIC_INTERNET._replace(addresses_of=lambda name, port: []), threads=1)
    return {
        "admin/webhooks/address/": {"pk": str(webhook.pk)},
        "admin/webhooks/message/": {"pk": str(webhook.deliveries.get().pk)},
        "admin/designees/": {"pk": str(designation.pk)},
        "admin/people/": {"pk": str(designee.pk)},
        "admin/pharmacy/pharmacists/": {"pk": str(Pharmacist.objects.latest("pk").pk)},
        "admin/pharmacy/keys/": {
            "pk": str(PharmacyKey.objects.filter(pharmacy=world.program.pharmacy).latest("pk").pk)
        },
        "admin/filters/": {"pk": str(saved.pk)},
        "admin/import/": {"pk": str(taken_in.pk)},
        "admin/export/": {"pk": str(let_out.pk)},
        "calendar/": {"secret": feed.secret},
        "sign/<str:token>/forms/": {"number": "1"},
    }


def _own_registrants(program: Program, at: datetime) -> tuple[Life, tuple[Way, Way]]:
    life = enrolled(program, at, born_on=OWN_BIRTH)
    a_test(life, at)
    confirmed(life, at, methods=OWN_METHODS)
    answered(life, at, methods=OWN_METHODS)
    _renamed(life, OWN_NAME, OWN_MAIL, at, guardian_name=OWN_GUARDIAN, guardian_email=GUARDIANS_MAIL)
    authorizations.authorize(
        registrant=life.registrant, pharmacy=program.pharmacy, days_supply=30, pharmacist="rph-17",
        by=program.counter, at=at,
    )  # fmt: skip
    authorizations.report_dispense(
        registrant=life.registrant, pharmacy=program.pharmacy, days_supply=30, by=program.counter, at=at
    )
    today = program_day(at)
    young = registered(program, at, born_on=today.replace(year=today.year - 16, day=1))
    contact = {"guardian_name": OWN_GUARDIAN, "guardian_email": GUARDIANS_MAIL}
    _renamed(young, OWN_NAME, YOUNG_MAIL, at, **contact)
    ways = invited(young, at), invited(young, at, Signer.GUARDIAN, GUARDIANS_PIN)
    reported, sealed, on_paper = (registered(program, at) for _ in range(3))
    holds.report_pregnancy(registrant=reported.registrant, by=program.clinic, at=at)
    signers.signed_electronically(sealed, at)
    signers.on_paper(on_paper, at)
    participants.enroll_wholesaler(
        number="W-1", name="Wholesale", certified_through=today, by=program.administrator, at=at
    )
    seal_due(at=at)
    run_sweep(at=at)
    return life, ways


def _renamed(life: Life, name: str, email: str, at: datetime, **others: str) -> Life:
    contact = {"name": name, "email": email, **others}
    registrants.change_contact(registrant=life.registrant, contact=contact, by=life.program.clinic, at=at)
    life.registrant.refresh_from_db()
    return life


def _designee(world: World, scopes: Iterable[Scope]) -> Client:
    given = list(scopes)
    name = given[0].value if given else "nothing"
    user = User.objects.create_user(f"assistant-{name}", password=PASSPHRASE)
    row = participants.enroll_designee(
        name=f"Assistant for {name}", prescribers=[world.program.prescriber], user=user,
        attested_through=program_day(world.at), by=world.program.administrator, at=world.at,
    )  # fmt: skip
    designate(designee=row, prescriber=world.program.prescriber, scopes=given, by=world.program.clinic, at=world.at)
    return logged_in(user)


def _at_the_counters(world: World, token: str) -> dict[str, Caller]:
    program = world.program
    people = (
        ("representative", program.pharmacy, True),
        ("other pharmacist at the counter", program.other_pharmacy, False),
        ("pharmacist at the counter", program.pharmacy, False),  # the newest of them: see Cast.row_of
    )
    return {
        role: Caller(logged_in(pharmacists.enroll_pharmacist(
            pharmacy=pharmacy, own_id=f"id-{number}", name=f"Pharmacist {number}", username=f"counter-{number}",
            is_representative=represents, by=program.administrator, at=world.at,
        ).user), token)
        for number, (role, pharmacy, represents) in enumerate(people)
    }  # fmt: skip


def _staff(username: str, group: str) -> Client:
    user = User.objects.create_user(username, password=PASSPHRASE, first_name=username.title())
    user.groups.add(Group.objects.get_or_create(name=group)[0])
    return logged_in(user)


def _password_alone() -> Client:
    user = User.objects.create_user("halfway", password=PASSPHRASE)
    user.groups.add(Group.objects.get_or_create(name=PROGRAM_ADMINISTRATORS)[0])
    client = Client()
    client.force_login(user)
    return client


def _key(pharmacy: Pharmacy, at: datetime) -> dict[str, str]:
    return {"authorization": f"Bearer {a_key(pharmacy, at)}"}
