"""The clinic's side: who has signed what, what becomes of the links, paper, and the documents."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from consents.actions.records import seal_due
from consents.actions.signing import sign
from consents.models import Scan, SignedConsent, SigningPin, SigningRequest
from pledge.actions import registrants
from pledge.models import AccessEntry, EventType
from pledge.rules.vocabulary import ConsentForm, Signer
from pledge.trail import by_registrant
from tests import lives, signers
from tests.consents.papers import a_picture, a_scan
from tests.pledge.admin.world import World, newest_act, page_of, step_of, take

CHOSEN = {"pin": "402817", "pin_again": "402817", "identity_check": "photo_id"}


@pytest.fixture
def life(world: World) -> lives.Life:
    return lives.registered(world.program, world.at)


def panel(world: World, life: lives.Life) -> str:
    page = world.prescriber.get(page_of(life)).content.decode()
    return page.split('<section class="consents">')[1].split("</section>")[0]


class TestThePanel:
    def test_says_who_still_has_to_sign(self, world: World, life: lives.Life) -> None:
        shown = panel(world, life)
        assert shown.count("Still to sign") == 4
        assert "Not invited yet" in shown

    def test_of_a_minor_has_a_guardian(self, world: World) -> None:
        shown = panel(world, signers.a_minor(world.program, world.at))
        assert shown.count("Still to sign") == 6
        assert "Gale Reyes, gale@guardians.example" in shown

    def test_says_how_and_when_they_signed(self, world: World, life: lives.Life) -> None:
        signers.signed_electronically(life, world.at)
        shown = panel(world, life)
        assert shown.count("Electronically") == 4
        assert shown.count("Complete</span>") == 2
        assert shown.count("Mar 11, 2027, 10:00 AM EST") >= 4

    def test_explains_a_recorded_fact(self, world: World, life: lives.Life) -> None:
        explained = "recorded without a text by this service: no sealed document"
        assert explained not in panel(world, life)
        own = by_registrant(life.registrant)
        sign(
            registrant=life.registrant, form=ConsentForm.INFORMED_CONSENT, signer=Signer.REGISTRANT, by=own, at=world.at
        )
        assert panel(world, life).count(explained) == 1

    def test_follows_a_link(self, world: World, life: lives.Life) -> None:
        request = signers.invited(life, world.at)
        assert "None yet" in panel(world, life)
        signers.coming(request, world.at)
        assert "None yet" not in panel(world, life)
        signers.closed(request, world.at)
        assert "Closed after wrong PINs" in panel(world, life)
        assert "Set a new PIN" in panel(world, life)

    def test_says_that_a_link_has_expired(self, world: World, life: lives.Life) -> None:
        signers.invited(life, world.at - timedelta(days=61))
        assert "Expired" in panel(world, life)

    def test_offers_a_new_link_after_the_address_was_changed(self, world: World, life: lives.Life) -> None:
        signers.invited(life, world.at)
        assert "The address was changed since." not in panel(world, life)
        take(world.prescriber, step_of(life, "change-contact"), email="robin.r@patients.example")
        assert "The address was changed since." in panel(world, life)
        take(world.prescriber, step_of(life, "send-link-again"), signer="registrant")
        assert "The address was changed since." not in panel(world, life)
        assert [one.revoked_at for one in life.registrant.signing_requests.order_by("id")] == [world.at, None]

    def test_says_who_has_come_of_age(self, world: World) -> None:
        life = signers.a_minor(world.program, world.at - timedelta(days=10), turns_18_in=5)
        signers.signed_electronically(life, world.at - timedelta(days=10))
        assert "is of age now" in panel(world, life)

    def test_leaves_who_is_still_under_age_alone(self, world: World) -> None:
        life = signers.a_minor(world.program, world.at)
        signers.signed_electronically(life, world.at)
        assert "is of age now" not in panel(world, life)

    def test_is_read_by_designee_and_program_too(self, world: World, life: lives.Life) -> None:
        for client in (world.assistant, world.administrator):
            assert "Still to sign" in client.get(page_of(life)).content.decode()


class TestInviting:
    def test_sets_the_pin_and_sends_the_link(self, world: World, life: lives.Life) -> None:
        take(world.assistant, step_of(life, "invite-to-sign"), signer="registrant", **CHOSEN)
        pin = SigningPin.objects.get()
        assert (pin.signer, pin.identity_check, pin.set_by) == ("registrant", "photo_id", "Dana Doe")
        assert "402817" not in pin.hashed
        assert SigningRequest.objects.get().registrant == life.registrant

    @pytest.mark.parametrize(
        ("field", "fields"),
        [
            ("pin_again", {"pin_again": "402818"}),
            ("pin", {"pin": "123456", "pin_again": "123456"}),
            ("pin", {"pin": "", "pin_again": ""}),
            ("identity_check", {"identity_check": ""}),
        ],
    )
    def test_says_what_is_wrong_and_sends_nothing(
        self, world: World, life: lives.Life, field: str, fields: dict[str, str]
    ) -> None:
        answer = take(world.prescriber, step_of(life, "invite-to-sign"), signer="registrant", **(CHOSEN | fields))
        assert field in answer.context["form"].errors
        assert not SigningRequest.objects.exists()

    def test_shows_no_pin_again(self, world: World, life: lives.Life) -> None:
        fields = CHOSEN | {"pin_again": "402818"}
        answer = take(world.prescriber, step_of(life, "invite-to-sign"), signer="registrant", **fields)
        assert "402817" not in answer.content.decode()

    def test_two_at_one_address_needs_a_reason(self, world: World) -> None:
        life = signers.a_minor(world.program, world.at)
        contact = {"guardian_email": "robin@patients.example"}
        registrants.change_contact(registrant=life.registrant, contact=contact, by=world.program.clinic, at=world.at)
        address = step_of(life, "invite-to-sign")
        answer = take(world.prescriber, address, signer="guardian", **CHOSEN)
        assert "same_address_because" in answer.context["form"].errors
        because = {"same_address_because": "They share one mailbox and have no other."}
        assert take(world.prescriber, address, signer="guardian", **CHOSEN, **because).status_code == 302
        assert SigningRequest.objects.get().same_address_because == because["same_address_because"]

    def test_asks_for_no_such_reason_otherwise(self, world: World, life: lives.Life) -> None:
        form = world.prescriber.get(step_of(life, "invite-to-sign")).context["form"]
        assert "same_address_because" not in form.fields
        assert [value for value, _ in form.fields["signer"].choices] == ["registrant"]

    def test_again_keeps_link_and_pin(self, world: World, life: lives.Life) -> None:
        before = signers.invited(life, world.at)
        take(world.prescriber, step_of(life, "send-link-again"), signer="registrant")
        assert newest_act(life.registrant).type == EventType.SIGNING_LINK_SENT
        before.refresh_from_db()
        assert before.revoked_at is None
        assert SigningPin.objects.count() == 1

    def test_after_a_withdrawal_is_offered_no_more(self, world: World, life: lives.Life) -> None:
        signers.withdrawn(signers.visiting(life, world.at), world.at)
        page = world.prescriber.get(page_of(life)).content.decode()
        for slug in ("invite-to-sign", "send-link-again", "set-pin", "close-link"):
            assert f'href="{slug}/"' not in page
        assert 'href="record-paper-consent/"' in page
        assert "on paper from now on" in page

    def test_is_not_the_programs(self, world: World, life: lives.Life) -> None:
        for slug in ("invite-to-sign", "send-link-again", "set-pin", "close-link", "record-paper-consent"):
            assert world.administrator.get(step_of(life, slug)).status_code == 404


class TestPaper:
    def test_is_kept_with_its_scan(self, world: World, life: lives.Life) -> None:
        take(world.prescriber, step_of(life, "record-paper-consent"), signer="registrant", scan=a_scan("PDF"))
        signature = SignedConsent.objects.get()
        assert (signature.method, signature.signer_name) == ("paper", "Robin Reyes")
        assert bytes(Scan.objects.get().content) == a_picture("PDF")

    @pytest.mark.parametrize(
        "scan",
        [SimpleUploadedFile("scan.pdf", b"no scan"), a_scan("GIF", "scan.png"), SimpleUploadedFile("scan.pdf", b"")],
        ids=["text", "gif", "empty"],
    )
    def test_that_is_none_is_named_at_its_field(self, world: World, life: lives.Life, scan: SimpleUploadedFile) -> None:
        answer = take(world.prescriber, step_of(life, "record-paper-consent"), signer="registrant", scan=scan)
        assert "scan" in answer.context["form"].errors
        assert not SignedConsent.objects.exists()

    def test_that_is_too_large_is_not_read(self, world: World, life: lives.Life, settings) -> None:
        settings.SCAN_BYTES_MOST = 100
        answer = take(world.prescriber, step_of(life, "record-paper-consent"), signer="registrant", scan=a_scan())
        assert "at most" in str(answer.context["form"].errors["scan"])

    def test_is_downloaded_as_what_it_is(self, world: World, life: lives.Life) -> None:
        signers.on_paper(life, world.at)
        answer = world.assistant.get(reverse("admin:consents_scan", args=[Scan.objects.latest("pk").pk]))
        assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/png", "nosniff")
        assert answer["Content-Disposition"].startswith("attachment")
        assert AccessEntry.objects.filter(what="consent_scan_read", registrant=life.registrant).count() == 1


@pytest.fixture
def sealed(world: World, life: lives.Life) -> lives.Life:
    """Someone whose first form's record is sealed."""
    signers.signed_electronically(life, world.at)
    assert seal_due(at=world.at, most=1) == {"sealed": 1}
    return life


class TestTheDocuments:
    def addresses(self, life: lives.Life) -> dict[str, str]:
        record = life.registrant.consent_records.exclude(sealed_at=None).get()
        return {name: reverse(f"admin:consents_{name}", args=[record.pk]) for name in ("document", "record")}

    def test_are_downloaded_with_an_access_entry_each(self, world: World, sealed: lives.Life) -> None:
        found = {name: world.assistant.get(address) for name, address in self.addresses(sealed).items()}
        assert found["document"].content.startswith(b"%PDF-")
        assert set(json.loads(found["record"].content)) == {"record", "seal"}
        assert "no-store" in found["document"]["Cache-Control"]
        whats = set(AccessEntry.objects.filter(actor_kind="designee").values_list("what", flat=True))
        assert whats == {"consent_document_read", "consent_record_read"}

    def test_are_linked_once_they_are_made(self, world: World, sealed: lives.Life) -> None:
        shown = panel(world, sealed)
        assert all(address in shown for address in self.addresses(sealed).values())
        assert "Being made" in shown

    def test_that_are_not_made_yet_are_not_there(self, world: World, sealed: lives.Life) -> None:
        waiting = sealed.registrant.consent_records.get(sealed_at=None)
        before = AccessEntry.objects.count()
        assert world.prescriber.get(reverse("admin:consents_document", args=[waiting.pk])).status_code == 404
        assert AccessEntry.objects.count() == before

    def test_are_not_there_for_anyone_else(self, world: World, sealed: lives.Life) -> None:
        for address in self.addresses(sealed).values():
            assert world.stranger.get(address).status_code == 404
            assert Client().get(address).status_code == 302
            assert world.administrator.get(address).status_code == 200
            assert world.prescriber.post(address).status_code == 405
        assert not AccessEntry.objects.filter(actor_id=str(world.elsewhere.prescriber.pk)).exists()

    def test_are_listed_for_the_program_alone(self, world: World, sealed: lives.Life) -> None:
        listed = reverse("admin:consents_consentrecord_changelist")
        assert sealed.number in world.administrator.get(listed).content.decode()
        assert world.prescriber.get(listed).status_code == 404
        pk = sealed.registrant.consent_records.exclude(sealed_at=None).get().pk
        assert world.administrator.get(reverse("admin:consents_consentrecord_change", args=[pk])).status_code == 200


def test_a_link_that_is_closed_leaves_the_reason_in_the_trail(world: World, life: lives.Life) -> None:
    signers.invited(life, world.at)
    take(world.prescriber, step_of(life, "close-link"), signer="registrant", because="A wrong address.")
    event = newest_act(life.registrant)
    assert event.type == EventType.SIGNING_LINK_REVOKED
    assert "A wrong address." in json.dumps(event.changes)
    answer = take(world.prescriber, step_of(life, "close-link"), signer="registrant", because="Again.")
    assert "signer" in answer.context["form"].errors


def test_guardian_is_invited_only_of_a_minor(world: World, life: lives.Life) -> None:
    answer = take(world.prescriber, step_of(life, "invite-to-sign"), signer=Signer.GUARDIAN.value, **CHOSEN)
    assert "signer" in answer.context["form"].errors
