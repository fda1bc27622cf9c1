"""Inviting a signer: who may be invited, with which PIN, and what becomes of a link."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from consents.actions.invitations import invite, revoke_link, send_new_link
from consents.actions.signing import sign_electronically
from consents.links import request_of, state_of
from consents.models import SigningPin, SigningRequest
from consents.secrets import link_token
from consents.vocabulary import IdentityCheck, LinkState, Proof
from pledge.actions import records, registrants
from pledge.models import EventType, Registrant
from pledge.rules.calendar import program_day
from pledge.rules.refusals import RefusalCode as Code
from pledge.rules.refusals import Rejected
from pledge.rules.vocabulary import Signer
from pledge.trail import SYSTEM, by_registrant
from tests import lives, signers
from tests.pledge.actions.acting import STRANGER, a_designee
from tests.pledge.happened import events, fresh, refused, rejected, rows, types

pytestmark = pytest.mark.django_db
AT = lives.UNDER_2026
REGISTRANT, GUARDIAN = Signer.REGISTRANT, Signer.GUARDIAN
LATER = AT + timedelta(hours=2)


def asking(life, signer=REGISTRANT, **others):
    given = {"pin": signers.PINS[signer], "identity_check": IdentityCheck.PHOTO_ID, "by": life.program.clinic, "at": AT}
    return {"registrant": life.registrant, "signer": signer, **given, **others}


def with_contact(life, **contact):
    registrants.change_contact(registrant=life.registrant, contact=contact, by=life.program.clinic, at=AT)
    life.registrant.refresh_from_db()
    return life


def again(life, **others):
    """What the clinic says to send a link again: no new PIN."""
    return asking(life, **{"pin": None, "identity_check": None, "at": LATER, **others})


def marks(request):
    """What was initialed for a request: statement, letters, instant and visit."""
    return list(request.initials.values_list("text", "number", "initials", "initialed_at", "visit"))


def new_links(address, at=LATER):
    return send_new_link(address=address, by=SYSTEM, at=at)


class TestAnInvitation:
    def test_gives_a_link_that_lives_for_long(self, life):
        request = fresh(invite(**asking(life)))
        assert request.expires_at == AT + timedelta(days=settings.SIGNING_LINK_DAYS)
        assert request_of(link_token(request.nonce)) == request
        assert request_of("another") is None
        assert state_of(request, AT) is LinkState.OPEN

    def test_revokes_the_link_before(self, life):
        first = invite(**asking(life))
        second = invite(**asking(life, at=LATER))
        assert [state_of(fresh(one), LATER) for one in (first, second)] == [LinkState.REVOKED, LinkState.OPEN]

    def test_keeps_the_pin_out_of_the_trail(self, life):
        with events() as told:
            invite(**asking(life))
        said = str([event.changes for event in told])
        kept = SigningPin.objects.get()
        assert "481516" not in said
        assert kept.hashed not in said
        assert SigningRequest.objects.get().nonce not in said

    def test_again_mails_the_same_link(self, life):
        first = invite(**asking(life))
        signers.coming(first, AT, pin="000111")
        with types() as told:
            assert invite(**again(life)) == first
        assert told == [EventType.SIGNING_LINK_SENT]
        assert (SigningPin.objects.count(), SigningRequest.objects.count()) == (1, 1)
        assert fresh(first).bad_pins == 1

    def test_again_keeps_the_visit_that_goes_on(self, life):
        visit = signers.visiting(life, AT)
        invite(**again(life, at=AT))
        assert signers.initialed(visit, AT)

    def test_again_takes_a_reason_for_one_address(self, program):
        life = signers.a_minor(program, AT)
        request = invite(**asking(life))
        with_contact(life, guardian_email="robin@patients.example")
        assert invite(**again(life, same_address_because="one telephone")) == request
        assert fresh(request).same_address_because == "one telephone"

    def test_after_a_change_of_address_ends_the_link_and_keeps_what_was_initialed(self, life):
        visit = signers.visiting(life, AT)
        text = signers.initialed(visit, AT, but=frozenset({3}))
        signers.coming(visit.request, AT, pin="000111")
        with_contact(life, email="robin@elsewhere.example")
        with events() as told:
            request = invite(**again(life))
        assert [event.type for event in told] == [EventType.SIGNER_INVITED]
        assert told[0].changes["link"] == {"statements_kept": [None, len(text.body["statements"]) - 1]}
        assert state_of(fresh(visit.request), LATER) is LinkState.REVOKED
        assert (request.bad_pins, marks(request)) == (1, marks(visit.request))
        signed = signers.signed_in(signers.accepted(signers.coming(request, LATER).visit, LATER), LATER, text)
        moments = {mark["number"]: mark["at"] for mark in signed.initials}
        assert moments[1] < moments[3]

    def test_with_a_new_pin_keeps_nothing_that_was_initialed(self, life):
        visit = signers.visiting(life, AT)
        signers.initialed(visit, AT)
        assert marks(invite(**asking(life, pin="907132", at=LATER))) == []

    def test_after_the_clinic_closed_the_link_keeps_nothing_that_was_initialed_but_counts_on(self, life):
        visit = signers.visiting(life, AT)
        signers.initialed(visit, AT)
        signers.coming(visit.request, AT, pin="000111")
        revoke_link(request=visit.request, because="lost phone", by=life.program.clinic, at=AT)
        request = invite(**again(life))
        assert (request == visit.request, request.bad_pins, marks(request)) == (False, 1, [])

    def test_of_the_next_course_brings_nothing_along(self, life):
        visit = signers.visiting(life, AT)
        signers.initialed(visit, AT)
        by = life.program.clinic
        registrants.end_treatment(registrant=life.registrant, last_dose_on=program_day(AT), by=by, at=AT)
        registrants.enroll_again(registrant=life.registrant, prescriber=life.program.prescriber, by=by, at=LATER)
        life.registrant.refresh_from_db()
        assert marks(invite(**again(life))) == []

    def test_with_a_new_pin_leaves_the_old_one_superseded(self, life):
        invite(**asking(life))
        invite(**asking(life, pin="907132", at=LATER))
        assert list(SigningPin.objects.order_by("id").values_list("superseded_at", flat=True)) == [LATER, None]

    def test_is_not_made_without_a_pin(self, life):
        rejected(invite, "pin", **asking(life, pin=None, identity_check=None))
        rejected(invite, "pin", **asking(life, pin="", identity_check=None))

    @pytest.mark.parametrize("check", [None, "", "a hunch"])
    def test_is_not_made_without_a_look_at_who_chose_the_pin(self, life, check):
        rejected(invite, "identity_check", **asking(life, identity_check=check))

    def test_of_an_adult_is_not_vouched_for(self, life):
        rejected(invite, "identity_check", **asking(life, identity_check=IdentityCheck.VOUCHED_FOR))

    def test_of_a_minor_may_be_vouched_for(self, program):
        life = signers.a_minor(program, AT)
        assert invite(**asking(life, identity_check=IdentityCheck.VOUCHED_FOR))
        rejected(invite, "identity_check", **asking(life, GUARDIAN, identity_check=IdentityCheck.VOUCHED_FOR))

    @pytest.mark.parametrize(
        "pin",
        [
            *("12345", "1234567", "12345a", "\uff14\uff18\uff11\uff15\uff11\uff16"),
            *("111111", "123456", "654321", "012345", "987654"),
            *("050496", "040596", "960504", "051996", "199605"),
        ],
    )
    def test_takes_no_pin_that_others_try_first(self, life, pin):
        rejected(invite, "pin", **asking(life, pin=pin))

    def test_needs_an_address(self, life):
        with_contact(life, email="")
        rejected(invite, "email", **asking(life))

    def test_of_the_guardian_needs_theirs(self, program):
        life = with_contact(signers.a_minor(program, AT), guardian_email="")
        rejected(invite, "guardian_email", **asking(life, GUARDIAN))

    def test_of_an_adults_guardian_is_rejected(self, life):
        with_contact(life, guardian_email="gale@guardians.example")
        rejected(invite, "signer", **asking(life, GUARDIAN))

    def test_of_the_prescriber_is_rejected(self, life):
        rejected(invite, "signer", **asking(life, REGISTRANT) | {"signer": Signer.PRESCRIBER})

    def test_is_rejected_once_nothing_is_left_to_sign(self, life):
        signers.signs_all(life, AT)
        rejected(invite, "signer", **asking(life))

    def test_is_refused_after_an_ending(self, life):
        registrants.end_treatment(
            registrant=life.registrant, last_dose_on=program_day(AT), by=life.program.clinic, at=AT
        )
        refused(invite, Code.TREATMENT_ENDED, **asking(life))

    def test_is_rejected_after_a_withdrawal(self, life):
        visit = signers.visiting(life, AT)
        signers.withdrawn(visit, AT)
        rejected(invite, "signer", **asking(life, at=LATER))

    def test_is_the_clinics(self, life, program):
        for by in (STRANGER, program.counter, by_registrant(life.registrant), lives.a_program(AT).clinic):
            rejected(invite, "registrant", **asking(life, by=by))
        refused(invite, Code.DESIGNEE_NOT_ATTESTED, **asking(life, by=a_designee(program, AT, attested=False)))
        assert invite(**asking(life, by=a_designee(program, AT)))

    def test_after_wrong_pins_needs_a_new_pin(self, life):
        request = invite(**asking(life))
        signers.closed(request, AT)
        rejected(invite, "pin", **asking(life, pin=None, identity_check=None, at=LATER))
        assert invite(**asking(life, pin="907132", at=LATER))


class TestOneAddressForBoth:
    @pytest.fixture
    def shared(self, program):
        return with_contact(signers.a_minor(program, AT), guardian_email="ROBIN@patients.example")

    @pytest.mark.parametrize("signer", [REGISTRANT, GUARDIAN])
    def test_is_rejected_without_a_reason(self, shared, signer):
        rejected(invite, "same_address_because", **asking(shared, signer))
        rejected(invite, "same_address_because", **asking(shared, signer, same_address_because="  "))
        rejected(invite, "same_address_because", **asking(shared, signer, same_address_because="x" * 201))

    def test_is_kept_with_its_reason(self, shared):
        request = invite(**asking(shared, GUARDIAN, same_address_because="the family has one telephone"))
        assert fresh(request).same_address_because == "the family has one telephone"

    def test_that_came_about_later_sends_no_code(self, program):
        life = signers.a_minor(program, AT)
        request = signers.invited(life, AT, signer=GUARDIAN)
        with_contact(life, guardian_email="robin@patients.example")
        with pytest.raises(Rejected, match="same address"):
            signers.a_code(request, AT)


class TestRevoking:
    def test_ends_link_and_visits(self, life):
        visit = signers.visiting(life, AT)
        given = {"request": visit.request, "by": life.program.clinic, "at": AT}
        rejected(revoke_link, "because", **given, because=" ")
        with types() as told:
            revoke_link(**given, because="another address")
            revoke_link(**given, because="again")
        assert told == [EventType.SIGNING_LINK_REVOKED]
        assert state_of(fresh(visit.request), AT) is LinkState.REVOKED
        assert signers.coming(visit.request, AT, code="000000").proof is Proof.LINK_NOT_OPEN

    def test_is_nobody_elses(self, life):
        request = invite(**asking(life))
        for by in (STRANGER, life.program.counter, lives.a_program(AT).clinic, by_registrant(life.registrant)):
            rejected(revoke_link, "registrant", request=request, because="x", by=by, at=AT)


class TestANewLink:
    def test_is_the_one_that_is_open(self, life):
        visit = signers.visiting(life, AT)
        signers.initialed(visit, AT)
        with types() as told:
            assert new_links(" Robin@Patients.example ") == 1
        assert told == [EventType.SIGNING_LINK_SENT]
        assert SigningRequest.objects.get() == visit.request
        assert state_of(fresh(visit.request), LATER) is LinkState.OPEN

    def test_is_another_once_the_first_has_expired(self, life):
        visit = signers.visiting(life, AT)
        signers.initialed(visit, AT)
        signers.coming(visit.request, AT, pin="000111")
        late = AT + timedelta(days=100)
        with types() as told:
            assert new_links("robin@patients.example", late) == 1
        assert told == [EventType.SIGNING_LINK_SENT]
        newest = SigningRequest.objects.first()
        assert [state_of(one, late) for one in (visit.request, newest)] == [LinkState.EXPIRED, LinkState.OPEN]
        assert marks(newest) == marks(visit.request) != []
        assert newest.bad_pins == 1

    def test_is_another_once_the_first_went_to_another_address(self, life):
        first = invite(**asking(life))
        with_contact(life, email="robin@elsewhere.example")
        assert new_links("robin@patients.example") == 0
        assert new_links("robin@elsewhere.example") == 1
        assert state_of(fresh(first), LATER) is LinkState.REVOKED

    def test_is_another_once_the_first_can_no_longer_be_made(self, life, settings):
        request = invite(**asking(life))
        settings.SECRET_KEY = "another-" * 10
        assert new_links("robin@patients.example") == 1
        newest = SigningRequest.objects.first()
        assert newest != request
        assert request_of(link_token(newest.nonce, newest.link_digest)) == newest

    def test_is_not_sent_to_another_guardian_than_chose_the_pin(self, program):
        life = signers.a_minor(program, AT)
        invite(**asking(life, GUARDIAN))
        with_contact(life, guardian_name="Lee Lind")
        assert new_links("gale@guardians.example") == 0

    @pytest.mark.parametrize("address", ["", " ", "nobody@patients.example"])
    def test_is_sent_to_nobody_unknown_and_leaves_nothing(self, life, address):
        invite(**asking(life))
        before = rows()
        with events() as told:
            assert new_links(address) == 0
        assert (told, rows()) == ([], before)

    def test_is_not_sent_to_who_was_never_invited(self, life):
        assert new_links("robin@patients.example") == 0

    def test_is_not_sent_once_the_link_is_revoked_closed_or_withdrawn(self, program):
        revoked, closed, withdrawn = (lives.registered(program, AT) for _ in range(3))
        revoke_link(request=invite(**asking(revoked)), because="x", by=program.clinic, at=AT)
        signers.closed(invite(**asking(closed)), AT)
        signers.withdrawn(signers.visiting(withdrawn, AT), AT)
        assert new_links("robin@patients.example") == 0

    def test_lets_wrong_pins_go_on_counting(self, life):
        request = invite(**asking(life))
        signers.coming(request, AT, pin="000111")
        new_links("robin@patients.example")
        assert signers.coming(SigningRequest.objects.first(), LATER, pin="000111").pins_left == 3

    def test_is_not_sent_more_often_than_so_many_times_an_hour(self, life):
        invite(**asking(life))
        sent = [new_links("robin@patients.example", AT + timedelta(minutes=minute)) for minute in range(1, 10)]
        assert sum(sent) == settings.SIGNING_CODES_AN_HOUR - 1
        assert new_links("robin@patients.example", AT + timedelta(hours=3)) == 1

    def test_of_a_guardian_ends_with_the_birthday(self, program):
        life = signers.a_minor(program, AT, turns_18_in=1)
        invite(**asking(life, GUARDIAN))
        assert new_links("gale@guardians.example", AT) == 1
        assert new_links("gale@guardians.example", AT + timedelta(days=1)) == 0


class TestALinksState:
    def test_is_revoked_with_a_record_that_was_merged(self, program, life):
        request = invite(**asking(life))
        kept = lives.registered(program, AT)
        records.merge(registrant=kept.registrant, duplicate=life.registrant, by=program.administrator, at=AT)
        assert state_of(fresh(request), AT) is LinkState.REVOKED

    def test_of_a_guardian_expires_on_the_birthday(self, program):
        life = signers.a_minor(program, AT, turns_18_in=1)
        request = invite(**asking(life, GUARDIAN))
        assert state_of(request, AT) is LinkState.OPEN
        assert state_of(request, AT + timedelta(days=1)) is LinkState.EXPIRED

    def test_of_a_guardian_is_revoked_once_another_has_come(self, program):
        life = signers.a_minor(program, AT)
        own, visit = signers.visiting(life, AT), signers.visiting(life, AT, signer=GUARDIAN)
        text = signers.initialed(visit, AT)
        with_contact(life, guardian_name="gale  REYES", guardian_email="gale@elsewhere.example")
        assert state_of(fresh(visit.request), AT) is LinkState.OPEN
        with_contact(life, guardian_name="Lee Lind")
        assert state_of(fresh(visit.request), AT) is LinkState.REVOKED
        assert state_of(fresh(own.request), AT) is LinkState.OPEN
        rejected(sign_electronically, "visit", visit=visit, text=text, name="Gale Reyes",
                 by=signers.by_signer(visit.request), at=AT)  # fmt: skip

    def test_of_a_guardian_needs_a_pin_of_who_has_come(self, program):
        life = signers.a_minor(program, AT)
        signers.initialed(signers.visiting(life, AT, signer=GUARDIAN), AT)
        with_contact(life, guardian_name="Lee Lind")
        rejected(invite, "pin", **asking(life, GUARDIAN, pin=None, identity_check=None))
        request = invite(**asking(life, GUARDIAN))
        assert (state_of(request, AT), marks(request)) == (LinkState.OPEN, [])
        assert invite(**asking(life, GUARDIAN, pin=None, identity_check=None)) == request


class TestAnIdentity:
    def test_is_never_deleted_once_it_has_a_pin(self, life):
        """Whoever could sign stays on record, so that nobody else is ever taken for them (21 CFR 11.100)."""
        invite(**asking(life))
        with pytest.raises(ProtectedError):
            life.registrant.delete()
        delete = f"DELETE FROM pledge_registrant WHERE id = {life.registrant.pk}; SET CONSTRAINTS ALL IMMEDIATE"
        with connection.cursor() as cursor, pytest.raises(IntegrityError):
            cursor.execute(delete)

    def test_number_is_not_given_to_another(self, life):
        with pytest.raises(IntegrityError), transaction.atomic():
            Registrant.objects.create(
                number=life.registrant.number,
                born_on=life.born_on,
                category=life.registrant.category,
                prescriber=life.program.prescriber,
                registered_on=program_day(AT),
            )
