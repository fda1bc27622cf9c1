"""Links and codes: who is mailed what when forms are signed, and that no notice keeps them (section 10)."""

import json
from datetime import timedelta

import pytest
from django.core import mail
from django.forms.models import model_to_dict
from django.test import override_settings

from consents.actions.invitations import revoke_link, send_new_link
from consents.links import request_of
from consents.secrets import code_for, link_token
from notifications import tasks
from notifications.delivery import deliver
from notifications.kinds import Kind, Reader
from notifications.models import Notice
from pledge.rules.calendar import PROGRAM_ZONE
from pledge.rules.vocabulary import Signer
from pledge.trail import SYSTEM
from tests import lives, signers
from tests.notifications.conftest import commit

pytestmark = pytest.mark.django_db
GUARDIAN = Signer.GUARDIAN
TOMORROW = timedelta(days=1)


@pytest.fixture
def life(program, at, told):
    """A newcomer, with what was queued so far delivered."""
    life = lives.registered(program, lives.days_before(at, 1))
    commit()
    deliver(at=lives.days_before(at, 1))
    mail.outbox.clear()
    told()
    return life


@pytest.fixture
def minor(program, at, told):
    """A newcomer under age with a guardian who has an address of their own."""
    minor = signers.a_minor(program, lives.days_before(at, 1))
    commit()
    deliver(at=lives.days_before(at, 1))
    mail.outbox.clear()
    told()
    return minor


def night(at):
    return at.astimezone(PROGRAM_ZONE).replace(hour=23)


def bodies() -> list[str]:
    return [message.body for message in mail.outbox]


def token_in(body: str) -> str:
    return body.split("/sign/")[1].split("/", maxsplit=1)[0]


def kept() -> str:
    """Every notice as the database has it."""
    return json.dumps([model_to_dict(notice) for notice in Notice.objects.all()], default=str)


class TestAnInvitation:
    def test_goes_to_the_signer_with_a_link_that_finds_their_request(self, life, at, told):
        request = signers.invited(life, at)
        assert told() == ["registrant: invitation_to_sign"]
        assert deliver(at=at) == {"sent": 1}
        (message,) = mail.outbox
        assert message.to == ["robin@patients.example"]
        assert request_of(token_in(message.body)) == request
        assert message.body.splitlines()[-1].startswith("http://testserver/sign/")
        page = message.alternatives[0][0]
        assert f'href="{message.body.splitlines()[-1]}"' in page

    def test_of_a_guardian_goes_to_the_guardian(self, minor, at, told):
        signers.invited(minor, at, signer=GUARDIAN)
        assert told() == ["guardian: invitation_to_sign"]
        deliver(at=at)
        assert [message.to for message in mail.outbox] == [["gale@guardians.example"]]

    def test_keeps_no_link(self, life, at):
        request = signers.invited(life, at)
        commit()
        deliver(at=at)
        assert link_token(request.nonce, request.link_digest) not in kept()
        assert request.nonce not in kept()

    def test_leaves_at_any_hour(self, life, at):
        signers.invited(life, night(at))
        commit()
        assert deliver(at=night(at)) == {"sent": 1}

    def test_speaks_the_readers_language(self, life, at):
        life.registrant.language = "es"
        life.registrant.save()
        signers.invited(life, at)
        commit()
        deliver(at=at)
        assert (mail.outbox[0].subject, "Leer y firmar:" in mail.outbox[0].body) == ("Algo espera su firma", True)

    def test_to_a_link_that_is_no_longer_open_is_not_sent(self, life, at, program):
        request = signers.invited(life, at)
        revoke_link(request=request, because="wrong address", by=program.clinic, at=at)
        commit()
        assert deliver(at=at) == {"skipped": 1}

    def test_to_sign_what_was_signed_meanwhile_is_not_sent(self, life, at):
        signers.invited(life, at)
        signers.on_paper(life, at)
        commit()
        deliver(at=at)
        assert Notice.objects.get(occasion__startswith="request:").status == "skipped"

    @override_settings(PUBLIC_ADDRESS="")
    def test_waits_where_nobody_said_where_the_service_is(self, life, at):
        signers.invited(life, at)
        commit()
        assert deliver(at=at) == {"deferred": 1}
        assert mail.outbox == []


class TestALinkThatWasLost:
    def test_is_mailed_again_as_often_as_it_is_asked_for(self, life, at, told):
        request = signers.invited(life, at)
        told()
        for minutes in (1, 2):
            send_new_link(address="robin@patients.example", by=SYSTEM, at=at + timedelta(minutes=minutes))
        assert told() == ["registrant: link_again", "registrant: link_again"]
        later = at + timedelta(minutes=2)
        assert deliver(at=later) == {"sent": 3}
        assert [message.subject for message in mail.outbox][1:] == ["Your link", "Your link"]
        assert {request_of(token_in(body)) for body in bodies()} == {request}

    def test_of_a_guardian_goes_to_the_guardian_at_any_hour(self, minor, at, told):
        signers.invited(minor, at, signer=GUARDIAN)
        told()
        send_new_link(address="gale@guardians.example", by=SYSTEM, at=night(at))
        assert told() == ["guardian: link_again"]
        deliver(at=night(at))
        assert [message.to for message in mail.outbox] == [["gale@guardians.example"]] * 2

    def test_comes_also_when_nothing_is_left_to_sign(self, life, at):
        """It opens the copies, and also where it had expired."""
        request = signers.signs_all(life, at).request
        late = request.expires_at
        send_new_link(address="robin@patients.example", by=SYSTEM, at=late)
        commit()
        deliver(at=late)
        sent = [message.body for message in mail.outbox if message.subject == "Your link"]
        assert [request_of(token_in(body)).pk > request.pk for body in sent] == [True]

    def test_is_not_mailed_once_it_is_closed(self, life, at, program):
        request = signers.invited(life, at)
        send_new_link(address="robin@patients.example", by=SYSTEM, at=at)
        revoke_link(request=request, because="lost phone", by=program.clinic, at=at)
        commit()
        assert deliver(at=at) == {"skipped": 2}


class TestTheInvitationOfANewcomer:
    def test_says_that_the_clinic_will_start_it(self, program, at):
        lives.registered(program, at)
        commit()
        deliver(at=at)
        said = next(body for body in bodies() if "sign" in body)
        assert "Your clinic will start it with you" in said
        assert "http" not in said

    def test_is_not_sent_once_there_is_a_link(self, program, at):
        life = lives.registered(program, at)
        signers.invited(life, at)
        commit()
        deliver(at=at)
        assert Notice.objects.get(kind=Kind.INVITATION_TO_SIGN, occasion__startswith="course:").status == "skipped"
        assert Notice.objects.get(kind=Kind.INVITATION_TO_SIGN, occasion__startswith="request:").status == "sent"

    def test_of_a_guardian_is_sent_though_the_registrant_has_a_link(self, program, at):
        minor = signers.a_minor(program, at)
        signers.invited(minor, at)
        commit()
        deliver(at=at)
        assert Notice.objects.get(reader=Reader.GUARDIAN).status == "sent"


class TestACode:
    def asked(self, life, at):
        request = signers.invited(life, at)
        code = signers.a_code(request, at)
        commit()
        return request, code

    def test_is_mailed_to_the_signer_at_any_hour(self, life, at):
        _, code = self.asked(life, night(at))
        deliver(at=night(at), kinds={Kind.SIGNING_CODE})
        (message,) = mail.outbox
        assert (message.subject, code in message.body, "/sign/" in message.body) == ("Your code", True, False)

    def test_is_kept_in_no_notice(self, life, at):
        _, code = self.asked(life, at)
        deliver(at=at)
        assert code not in kept()

    def test_is_delivered_by_the_quick_ring_and_nothing_else_is(self, life, at, monkeypatch):
        self.asked(life, at)
        monkeypatch.setattr(tasks.timezone, "now", lambda: at)
        tasks.hurry()
        assert [message.subject for message in mail.outbox] == ["Your code"]

    def test_that_has_expired_is_not_sent(self, life, at):
        self.asked(life, at)
        assert deliver(at=at + timedelta(minutes=10), kinds={Kind.SIGNING_CODE}) == {"skipped": 1}

    def test_that_was_used_is_not_sent(self, life, at):
        request, code = self.asked(life, at)
        signers.coming(request, at, code=code)
        assert deliver(at=at, kinds={Kind.SIGNING_CODE}) == {"skipped": 1}

    def test_is_the_newest_one(self, life, at):
        request, _ = self.asked(life, at)
        newest = request.codes.get(pk=request.codes.latest("pk").pk)
        signers.a_code(request, at)
        commit()
        assert deliver(at=at, kinds={Kind.SIGNING_CODE}) == {"skipped": 1, "sent": 1}
        assert code_for(newest.nonce, newest.digest) not in mail.outbox[0].body


class TestALinkThatWasClosed:
    def test_is_told_to_the_registrant_and_the_clinic(self, life, at, told):
        request = signers.invited(life, at)
        told()
        signers.closed(request, at)
        assert {"registrant: signing_link_closed", "prescriber: signing_link_closed"} <= set(told())

    def test_is_told_to_the_guardian_where_it_was_theirs(self, minor, at, told):
        request = signers.invited(minor, at, signer=GUARDIAN)
        told()
        signers.closed(request, at)
        heard = [line for line in told() if line.endswith("signing_link_closed")]
        assert heard == ["guardian: signing_link_closed", "prescriber: signing_link_closed"]

    def test_is_told_at_once_and_names_nobody(self, life, at):
        life.program.prescriber.email = "clinic@clinic.example"
        life.program.prescriber.save()
        signers.closed(signers.invited(life, night(at)), night(at))
        commit()
        deliver(at=night(at))
        told = {message.to[0]: message.subject for message in mail.outbox}
        assert told == {"robin@patients.example": "Your link was closed", "clinic@clinic.example": "A link was closed"}
        assert "Robin" not in "".join(bodies())


class TestAWithdrawal:
    def test_is_told_to_the_clinic(self, life, at, told):
        visit = signers.visiting(life, at)
        told()
        signers.withdrawn(visit, at)
        assert told() == ["prescriber: signing_withdrawn"]


class TestACopy:
    def test_carries_the_link_of_who_has_one(self, life, at):
        signers.signed_electronically(life, at)
        commit()
        deliver(at=at)
        copies = [message for message in mail.outbox if message.subject == "Your copy is ready"]
        assert len(copies) == 2
        assert {request_of(token_in(copy.body)).signer for copy in copies} == {"registrant"}

    def test_carries_none_where_there_is_none(self, life, at):
        lives.signed(life, at)
        commit()
        deliver(at=at)
        assert not [body for body in bodies() if "http" in body]

    def test_carries_none_that_can_no_longer_be_made(self, life, at, settings):
        signers.signed_electronically(life, at)
        commit()
        settings.SECRET_KEY = "another-" * 10
        deliver(at=at)
        copies = [message.body for message in mail.outbox if message.subject == "Your copy is ready"]
        assert len(copies) == 2
        assert not [body for body in copies if "/sign/" in body]

    def test_carries_none_that_is_no_longer_open(self, life, at, program):
        signers.signed_electronically(life, at)
        request = signers.present_request(life, at)
        revoke_link(request=request, because="lost phone", by=program.clinic, at=at)
        commit()
        deliver(at=at)
        assert not [body for body in bodies() if "/sign/" in body]


class TestATick:
    def test_seals_what_is_signed_before_it_tells_of_the_copy(self, life, at, monkeypatch):
        signers.signed_electronically(life, at)
        commit()
        monkeypatch.setattr(tasks.timezone, "now", lambda: at)
        monkeypatch.setattr(tasks.nightly, "apply_async", lambda **_: None)
        tasks.tick()
        assert [record.sealed_at for record in life.registrant.consent_records.all()] == [at, at]
        assert [message.subject for message in mail.outbox].count("Your copy is ready") == 2
