"""Countersigning: in person, with the password typed again, what was signed in sight, each form by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from consents.actions.signing import sign
from consents.models import ConsentRecord, FormText, SignedConsent
from pledge.actions import registrants
from pledge.models import AccessEntry, EventType, ProgramEvent
from pledge.rules.vocabulary import ConsentForm, Signer
from pledge.trail import by_registrant
from tests import lives, signers
from tests.pledge.admin.world import PASSPHRASE, World, digest, logged_in, page_of, step_of, take

WRONG = "not the passphrase"


@pytest.fixture
def address(db: None) -> str:
    return reverse("admin:consents_to_countersign")


@pytest.fixture
def life(world: World) -> lives.Life:
    """Someone who has signed both forms electronically."""
    life = lives.registered(world.program, world.at)
    signers.signs_all(life, world.at)
    return life


def keys(life: lives.Life) -> list[str]:
    return [f"{life.number}:{form}" for form in ("informed_consent", "birth_defects_consent")]


@contextmanager
def unapproved(form: str) -> Iterator[None]:
    """Take the approval of a form's texts back, which the database forbids, and give it again."""
    texts = FormText.objects.filter(form_version__form=form)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE consents_formtext DISABLE TRIGGER USER")
    before = {text.pk: text.approved_at for text in texts}
    texts.update(approved_at=None, approved_by="")
    yield
    for pk, at in before.items():
        FormText.objects.filter(pk=pk).update(approved_at=at, approved_by="someone")


def countersigned() -> int:
    return SignedConsent.objects.filter(signer=Signer.PRESCRIBER).count()


def sent(world: World, address: str, *ticked: str, password: str = PASSPHRASE) -> HttpResponse:
    return world.prescriber.post(address, {"form": list(ticked), "password": password})


class TestThePage:
    def test_shows_what_was_signed_with_every_initial(self, world: World, address: str, life: lives.Life) -> None:
        page = world.prescriber.get(address).content.decode()
        statements = [
            statement
            for signature in SignedConsent.objects.select_related("text")
            for statement in signature.text.body["statements"]
        ]
        assert len(statements) == 26
        assert page.count("R.R. <small>") == 26
        assert "Robin Reyes" in page
        assert "I have read and understood each statement, and I consent" in page

    def test_ticks_nothing_by_itself(self, world: World, address: str, life: lives.Life) -> None:
        page = world.prescriber.get(address).content.decode()
        assert page.count('type="checkbox"') == 2
        assert "checked" not in page

    def test_leads_to_a_scan(self, world: World, address: str) -> None:
        life = lives.registered(world.program, world.at)
        scan = signers.on_paper(life, world.at)[0].scan
        assert reverse("admin:consents_scan", args=[scan.pk]) in world.prescriber.get(address).content.decode()

    def test_shows_a_drawn_name_without_any_style(self, world: World, address: str, life: lives.Life) -> None:
        page = world.prescriber.get(address).content.decode()
        assert " style=" not in page
        assert "<script>" not in page

    def test_marks_a_signature_under_another_name(self, world: World, address: str, life: lives.Life) -> None:
        assert "Another name" not in world.prescriber.get(address).content.decode()
        change = {"name": "Nora Nuevo"}
        registrants.change_contact(registrant=life.registrant, contact=change, by=world.program.clinic, at=world.at)
        page = world.prescriber.get(address).content.decode()
        assert page.count("signed as Robin Reyes, known as Nora Nuevo") == 2

    def test_marks_no_name_that_differs_in_accents_or_is_a_guardians_own(self, world: World, address: str) -> None:
        minor = signers.a_minor(world.program, world.at)
        for signer in (Signer.REGISTRANT, Signer.GUARDIAN):
            signers.signs_all(minor, world.at, signer=signer)
        change = {"name": "robin  réyes"}
        registrants.change_contact(registrant=minor.registrant, contact=change, by=world.program.clinic, at=world.at)
        page = world.prescriber.get(address).content.decode()
        assert "Gale Reyes" in page
        assert "Another name" not in page

    def test_changes_nothing_and_leaves_an_access_entry(self, world: World, address: str, life: lives.Life) -> None:
        before = digest()
        world.prescriber.get(address)
        assert digest() == before
        assert AccessEntry.objects.filter(what="to_countersign_read", registrant=life.registrant).count() == 1

    def test_waits_for_everyone_else(self, world: World, address: str) -> None:
        minor = signers.a_minor(world.program, world.at)
        signers.signs_all(minor, world.at)
        assert "Nothing waits" in world.prescriber.get(address).content.decode()
        signers.signs_all(minor, world.at, signer=Signer.GUARDIAN)
        page = world.prescriber.get(address).content.decode()
        assert page.count('type="checkbox"') == 2
        assert "Gale Reyes" in page

    def test_is_the_prescribers_own(self, world: World, address: str, life: lives.Life) -> None:
        assert "Nothing waits" in world.stranger.get(address).content.decode()
        codes = [client.get(address).status_code for client in (world.assistant, world.administrator, Client())]
        assert codes == [404, 404, 302]
        answers = [client.post(address, {"form": keys(life)}) for client in (world.assistant, world.administrator)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert countersigned() == 0

    def test_forgets_whose_course_has_ended(self, world: World, address: str, life: lives.Life) -> None:
        registrants.discontinue(
            registrant=life.registrant, reason="other", last_dose_on=world.today, by=world.program.clinic, at=world.at
        )
        assert "Nothing waits" in world.prescriber.get(address).content.decode()

    def test_is_pointed_to_from_the_list(self, world: World, address: str, life: lives.Life) -> None:
        listed = reverse("admin:pledge_registrant_changelist")
        assert "Countersign 2 forms" in world.prescriber.get(listed).content.decode()
        for client in (world.assistant, world.administrator, world.stranger):
            assert "Countersign 2" not in client.get(listed).content.decode()

    def test_is_led_to_from_a_row_of_the_worklist(self, world: World, address: str, life: lives.Life) -> None:
        newer = lives.registered(world.program, world.at)
        signers.signs_all(newer, world.at)
        page = world.prescriber.get("/admin/?queue=countersign").content.decode()
        assert f'href="{address}?first={newer.number}">Countersign a form<' in page
        assert f'href="{address}?first={newer.number}"' in world.prescriber.get(page_of(newer)).content.decode()
        waiting = world.prescriber.get(f"{address}?first={newer.number}").context["waiting"]
        assert [one.registrant.pk for one in waiting[::2]] == [newer.registrant.pk, life.registrant.pk]
        assert "What was signed" in world.prescriber.get(f"{address}?first={newer.number}").content.decode()


class TestCountersigning:
    def test_what_is_ticked_completes_it_and_nothing_else(self, world: World, address: str, life: lives.Life) -> None:
        page = sent(world, address, keys(life)[0]).content.decode()
        assert "1 of 1 countersigned" in page
        assert countersigned() == 1
        assert ConsentRecord.objects.count() == 1
        assert page.count('type="checkbox"') == 1

    def test_several_at_once_are_listed_one_by_one(self, world: World, address: str, life: lives.Life) -> None:
        other = lives.registered(world.program, world.at)
        signers.signs_all(other, world.at)
        page = sent(world, address, *keys(life), *keys(other)).content.decode()
        assert "4 of 4 countersigned" in page
        assert page.count("Countersigned:") == 4
        assert life.registrant.course.enrolled_on == other.registrant.course.enrolled_on == world.today

    def test_that_is_refused_says_why_beside_each(self, world: World, address: str, life: lives.Life) -> None:
        type(world.program.prescriber).objects.filter(pk=world.program.prescriber.pk).update(suspended_at=world.at)
        page = sent(world, address, *keys(life)).content.decode()
        assert "0 of 2 countersigned" in page
        assert page.count("prescriber_not_certified") == 2
        assert countersigned() == 0

    def test_that_fails_for_one_form_holds_up_no_other(self, world: World, address: str, life: lives.Life) -> None:
        """A form of which nobody has approved a text cannot be countersigned; the other can."""
        unread = lives.registered(world.program, world.at)
        own = by_registrant(unread.registrant)
        for form in ConsentForm:
            sign(registrant=unread.registrant, form=form, signer=Signer.REGISTRANT, by=own, at=world.at)
        with unapproved("informed_consent"):
            page = sent(world, address, *keys(unread), *keys(life)).content.decode()
        assert "3 of 4 countersigned" in page
        assert "No approved text of this version is published." in page

    def test_of_nothing_says_so(self, world: World, address: str, life: lives.Life) -> None:
        assert "Tick what you countersign." in sent(world, address).content.decode()

    def test_of_anothers_registrant_does_nothing(self, world: World, address: str, life: lives.Life) -> None:
        answer = world.stranger.post(address, {"form": keys(life), "password": PASSPHRASE})
        assert "Tick what you countersign." in answer.content.decode()
        assert countersigned() == 0

    def test_again_does_nothing_more(self, world: World, address: str, life: lives.Life) -> None:
        sent(world, address, *keys(life))
        events = ProgramEvent.objects.count()
        sent(world, address, *keys(life))
        assert (countersigned(), ProgramEvent.objects.count()) == (2, events)


class TestThePassword:
    def test_that_is_wrong_is_refused_and_recorded(self, world: World, address: str, life: lives.Life) -> None:
        page = sent(world, address, *keys(life), password=WRONG).content.decode()
        assert "This is not your password." in page
        assert countersigned() == 0
        event = ProgramEvent.objects.filter(type=EventType.SIGNING_DENIED).get()
        assert event.actor_name == world.program.prescriber.name
        assert WRONG not in str(event.changes)

    def test_that_is_wrong_keeps_what_was_ticked(self, world: World, address: str, life: lives.Life) -> None:
        page = sent(world, address, keys(life)[1], password=WRONG).content.decode()
        assert page.count(" checked>") == 1
        assert WRONG not in page

    def test_is_asked_for(self, world: World, address: str, life: lives.Life) -> None:
        sent(world, address, *keys(life), password="")
        assert countersigned() == 0

    def test_cannot_be_guessed_on_and_on(self, world: World, address: str, life: lives.Life) -> None:
        for _ in range(5):
            sent(world, address, *keys(life), password=WRONG)
        assert "typed too often" in sent(world, address, *keys(life)).content.decode()
        assert countersigned() == 0
        with time_machine.travel(world.at + timedelta(minutes=15), tick=False):
            logged_in(User.objects.get(username="paula"), world.prescriber)
            assert "2 of 2 countersigned" in sent(world, address, *keys(life)).content.decode()

    def test_guards_the_step_on_the_registrants_page_too(self, world: World, life: lives.Life) -> None:
        address, fields = step_of(life, "countersign"), {"agreed": "on"}
        answer = take(world.prescriber, address, password=WRONG, **fields)
        assert "password" in answer.context["form"].errors
        event = ProgramEvent.objects.filter(type=EventType.SIGNING_DENIED).get()
        assert event.registrant == life.registrant
        assert take(world.prescriber, address, password=PASSPHRASE, **fields).url == page_of(life)
        assert countersigned() == 1
