"""What must never be true is refused by the database itself, whatever the code does."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction

from consents.models import (
    ConsentRecord,
    FormText,
    FormVersion,
    Initial,
    SignedConsent,
    SigningPin,
    SigningRequest,
)
from consents.vocabulary import SigningMethod
from notifications.models import Notice, PharmacyMessage, WebhookDelivery, WebhookEndpoint
from pledge.models import (
    Authenticator,
    Authorization,
    CalendarFeed,
    CallRate,
    Course,
    Designation,
    Designee,
    EditionApproval,
    IdempotencyRecord,
    ImportedRegistrant,
    Pharmacist,
    Pharmacy,
    PregnancyTest,
    Prescriber,
    PrescriptionWindow,
    RecoveryCode,
    Registrant,
    RegistrantImport,
    ReturnCode,
    SandboxAuthorization,
    SavedFilter,
    Wholesaler,
    WrongGuess,
)
from pledge.rules.calendar import program_day
from pledge.rules.vocabulary import AuthorizationStatus
from tests import lives, signers
from tests.pledge.actions.acting import a_designee

pytestmark = pytest.mark.django_db
AT = lives.UNDER_2021
TODAY = program_day(AT)
NOW = lives.UNDER_2026  # signing electronically began later


@pytest.fixture
def life():
    return lives.authorized(lives.a_program(AT), AT)


@pytest.fixture
def user():
    return User.objects.create_user("paula")


@pytest.fixture
def newcomer():
    return lives.registered(lives.a_program(NOW), NOW)


def again(row, **others):
    """Enter a row again as it is, but for some fields."""
    row.pk = None
    for field, value in others.items():
        setattr(row, field, value)
    row._state.adding = True
    row.save(force_insert=True)


def changed(row, **others):
    type(row)._default_manager.filter(pk=row.pk).update(**others)


def deleted_by_sql(row):
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {row._meta.db_table} WHERE id = %s", [row.pk])
        connection.check_constraints()


def broken(name, act, *given, **others):
    """Act, and make sure that the named constraint, and no other, refuses it."""
    with pytest.raises(IntegrityError, match=f'"{name}"'), transaction.atomic():
        act(*given, **others)


class TestTheDatabase:
    @pytest.mark.parametrize("status", ["issued", "suspended"])
    def test_holds_one_live_authorization_of_a_registrant_at_most(self, life, status):
        row = Authorization.objects.get(pk=life.authorization.pk)
        other = life.program.other_pharmacy
        broken(
            "at_most_one_live_authorization_per_registrant",
            again,
            row,
            rma_number="100000000001",
            pharmacy=other,
            status=status,
        )

    @pytest.mark.parametrize("status", sorted(set(AuthorizationStatus) - {"issued", "suspended"}))
    def test_holds_any_number_of_dead_ones_and_revives_none(self, life, status):
        row = Authorization.objects.get(pk=life.authorization.pk)
        again(row, rma_number="100000000001", status=status)
        broken("at_most_one_live_authorization_per_registrant", changed, row, status="issued")

    def test_knows_every_status(self, life):
        broken("authorization_status_is_known", changed, life.authorization, status="granted")

    def test_holds_an_rma_number_once(self, life):
        row = Authorization.objects.get(pk=life.authorization.pk)
        with pytest.raises(IntegrityError, match="rma_number"), transaction.atomic():
            again(row, status="revoked")

    def test_knows_every_category_and_asks_for_a_basis(self, life):
        broken("registrant_category_is_known", changed, life.registrant, category="other", basis="hysterectomy")
        named = "registrant_who_cannot_become_pregnant_has_a_basis"
        for basis in ("", "tubal_sterilization"):
            broken(named, changed, life.registrant, category=lives.CANNOT, basis=basis)

    def test_holds_one_present_course_of_a_registrant(self, life):
        course = life.registrant.course
        broken("registrant_has_one_present_course", again, course, number=2)
        broken("course_number_is_unique_per_registrant", again, course, number=1, is_current=False)

    def test_holds_no_window_that_closes_before_it_opens(self, life):
        window = PrescriptionWindow.objects.get()
        broken("window_closes_after_it_opens", changed, window, closes_on=window.opens_on - timedelta(days=1))

    def test_knows_every_result_and_setting(self, life):
        test = PregnancyTest.objects.latest("id")
        broken("test_result_is_known", again, test, result="unclear")
        broken("test_setting_is_known", again, test, result="negative", setting="kitchen")

    @pytest.mark.parametrize("model", [Prescriber, Designee, Pharmacy, Wholesaler])
    def test_holds_no_certification_that_ends_before_it_begins(self, model):
        kind = model._meta.model_name
        party = model(name="N", certified_on=TODAY, certified_through=TODAY - timedelta(days=1))
        broken(f"{kind}_certification_ends_after_it_begins", party.save)
        assert model.objects.create(name="N").pk

    def test_holds_one_answer_to_an_idempotency_key(self, life):
        row = IdempotencyRecord(
            pharmacy=life.program.pharmacy, call="c", key="k", request_digest="d", status=200, body="", created_at=AT
        )
        row.save()
        broken("idempotency_key_is_used_once_per_pharmacy_and_call", again, row)

    def test_counts_the_calls_and_a_wrong_guess_of_a_pharmacy_once(self, life):
        pharmacy = life.program.pharmacy
        rate = CallRate.objects.create(pharmacy=pharmacy, minute=1, calls=1)
        again(rate, sandbox=True)
        broken("calls_are_counted_once_for_each_pharmacy", again, rate)
        guess = WrongGuess.objects.create(pharmacy=pharmacy, digest="a", at=AT)
        again(guess, pharmacy=life.program.other_pharmacy)
        broken("same_wrong_guess_counts_once", again, guess)

    def test_holds_one_live_authorization_of_a_pharmacy_for_each_made_up_registrant(self, life):
        issued = SandboxAuthorization.objects.create(
            rma_number="01", pharmacy=life.program.pharmacy, registrant_number="0000000101", days_supply=30,
            status=AuthorizationStatus.ISSUED, issued_at=AT,
        )  # fmt: skip
        again(issued, rma_number="02", status=AuthorizationStatus.DISPENSED)
        again(issued, rma_number="03", status=AuthorizationStatus.ISSUED, pharmacy=life.program.other_pharmacy)
        broken("at_most_one_live_authorization_in_a_sandbox", again, issued, rma_number="04")

    def test_holds_one_signature_of_a_signer_under_a_version_in_a_course(self, life):
        broken("a_signer_signs_a_form_version_once_per_course", again, SignedConsent.objects.earliest("id"))

    def test_holds_one_version_of_a_form_from_a_day_on(self):
        version = FormVersion.objects.earliest("id")
        broken("form_version_is_unique", again, version, in_force_from=date(2030, 1, 1))
        broken("one_form_version_begins_on_a_day", again, FormVersion.objects.earliest("id"), version="2030")

    def test_holds_one_text_of_a_version_in_a_language_and_its_approver(self):
        text = FormText.objects.served().earliest("id")
        broken("one_text_per_form_version_and_language", again, text)
        draft = FormVersion.objects.create(form=text.form_version.form, version="next", in_force_from=date(2030, 1, 1))
        for others in ({"approved_by": ""}, {"approved_at": None}):
            approved = FormText.objects.served().earliest("id")
            broken("an_approved_text_names_its_approver", again, approved, form_version=draft, **others)

    def test_holds_one_present_pin_and_one_usable_link_of_a_signer(self, newcomer):
        signers.invited(newcomer, NOW)
        broken("a_signer_has_one_present_pin", again, SigningPin.objects.get())
        link = {"nonce": "another", "link_digest": "another"}
        broken("a_signer_has_one_link_at_a_time", again, SigningRequest.objects.get(), **link)
        again(SigningRequest.objects.get(), **link, revoked_at=NOW)

    def test_holds_a_statement_initialed_once_for_a_request(self, newcomer):
        signers.initialed(signers.visiting(newcomer, NOW), NOW)
        broken("a_statement_is_initialed_once_per_request", again, Initial.objects.earliest("id"))

    def test_holds_no_electronic_signature_without_its_text_or_its_visit(self, newcomer):
        signers.signed_in(signers.visiting(newcomer, NOW), NOW)
        guardian = {"signer": "guardian"}  # another, so that it is no second one of the same
        for others in ({"text": None}, {"meaning": ""}, {"binding": ""}, {"signer_name": ""}):
            signature = SignedConsent.objects.get()
            broken("an_electronic_signature_is_bound_to_its_text", again, signature, **guardian, **others)
        unproven = "who_signs_electronically_has_proven_who_they_are"
        broken(unproven, again, SignedConsent.objects.get(), **guardian, visit=None)
        again(SignedConsent.objects.get(), signer="prescriber", visit=None)

    def test_holds_no_paper_signature_without_its_scan(self, newcomer):
        signature = signers.on_paper(newcomer, NOW)[0]
        broken("a_paper_signature_has_its_scan", again, signature, signer="guardian", scan=None)
        again(signature, signer="guardian", scan=None, method=SigningMethod.RECORDED)

    def test_holds_one_record_of_a_text_in_a_course_and_no_seal_without_what_it_seals(self, newcomer):
        signers.signed_electronically(newcomer, NOW)
        record, other = ConsentRecord.objects.order_by("id")
        broken("one_record_per_course_and_text", again, record, digest="another")
        broken("a_sealed_record_has_seal_and_document", changed, other, sealed_at=NOW)

    def test_holds_one_designation_between_two_and_none_that_ends_before_it_begins(self, life):
        row = Designation.objects.get(designee=a_designee(life.program, AT).designee)
        broken("designation_ends_after_it_begins", changed, row, ends_on=row.begins_on - timedelta(days=1))
        broken("designee_is_designated_once_by_a_prescriber", again, row, ends_on=None)

    def test_gives_a_pharmacists_id_to_one_at_a_time(self, life):
        row = Pharmacist.objects.create(pharmacy=life.program.pharmacy, own_id="RPH-1", name="Sam", enrolled_at=AT)
        broken("own_id_is_one_pharmacists_at_a_time", again, row)
        row.ended_at = AT
        again(row)

    def test_holds_a_notice_and_its_message_once_and_numbers_it_once_at_its_pharmacy(self, life):
        pharmacy = life.program.pharmacy
        given = {"reader": "pharmacy", "reader_id": pharmacy.pk, "kind": "certification_expiring", "queued_at": AT}
        notice, other = (Notice.objects.create(**given, occasion=occasion) for occasion in "ab")
        broken("one_notice_per_reader_kind_and_occasion", again, Notice.objects.get(pk=notice.pk))
        row = PharmacyMessage.objects.create(
            pharmacy=pharmacy, number=1, public_id="a", type="certification.expiring", notice=notice,
            occurred_at=AT, numbered_at=AT,
        )  # fmt: skip
        first = row.pk
        broken("message_has_its_own_number_at_its_pharmacy", again, row, public_id="b", notice=other)
        for taken in ({"public_id": "a", "notice": other}, {"public_id": "b", "notice": notice}):
            with pytest.raises(IntegrityError, match=r"public_id|notice_id"), transaction.atomic():
                again(row, number=2, **taken)
        message = PharmacyMessage.objects.get(pk=first)
        webhook = WebhookEndpoint.objects.create(pharmacy=pharmacy, address="https://a.example/", added_at=AT)
        sent = WebhookDelivery.objects.create(endpoint=webhook, message=message, first_due_at=AT, next_at=AT)
        broken("message_is_delivered_once_to_an_address", again, sent)
        broken("webhook_address_is_added_once_to_a_pharmacy", again, webhook)
        webhook.removed_at = AT
        again(webhook)

    def test_holds_one_filter_of_a_title_and_one_calendar_feed_of_a_log_in(self, user):
        broken("saved_filter_has_its_own_title", again, SavedFilter.objects.create(user=user, title="Mine"))
        feed = CalendarFeed.objects.create(user=user, digest="a", made_at=AT)
        broken("log_in_has_at_most_one_calendar_feed", again, feed, digest="b")

    def test_holds_a_recovery_code_once_and_one_way_back_of_a_log_in(self, user):
        code = RecoveryCode.objects.create(user=user, digest="a", made_at=AT)
        broken("recovery_code_is_one_of_its_own", again, code)
        back = ReturnCode.objects.create(user=user, digest="a", made_at=AT, expires_at=AT)
        broken("log_in_has_at_most_one_way_back", again, back, digest="b")
        app = Authenticator.objects.create(user=user, sealed_secret="a", last_step=1, made_at=AT)
        broken("log_in_has_at_most_one_authenticator", again, app)

    def test_keeps_a_log_in_and_its_name(self, user):
        with pytest.raises(IntegrityError, match="neither deleted nor given another user name"), transaction.atomic():
            changed(user, username="other")
        with pytest.raises(IntegrityError, match="neither deleted nor given another user name"), transaction.atomic():
            user.delete()

    def test_holds_a_line_of_an_import_once(self, life, user):
        other = lives.registered(life.program, AT).registrant
        taken_in = RegistrantImport.objects.create(user=user, prescriber=life.program.prescriber, made_at=AT)
        first = {"registrant": life.registrant, "course": life.registrant.course}
        row = ImportedRegistrant.objects.create(taken_in=taken_in, line=2, **first)
        broken("import_takes_a_line_once", again, row, registrant=other, course=other.course)

    def test_holds_one_approval_of_an_edition_by_each_administrator(self):
        row = EditionApproval.objects.create(edition="2026", digest="a", approved_by="1", approved_at=AT)
        broken("edition_is_approved_once_by_each_administrator", again, row)

    def test_lets_no_row_go_that_another_refers_to(self, life):
        connection.check_constraints()
        for row in (life.registrant, life.program.prescriber, life.program.pharmacy, life.registrant.course):
            with pytest.raises(IntegrityError), transaction.atomic():
                row.delete()
            with pytest.raises(IntegrityError), transaction.atomic():
                deleted_by_sql(row)
        assert Course.objects.exists()
        assert Registrant.objects.exists()


@pytest.mark.parametrize("app", ["pledge", "consents", "notifications"])
def test_every_constraint_is_tried_here(app: str) -> None:
    """A new constraint brings a test of its own."""
    tried = Path(__file__).read_text()
    named = {
        (constraint.name, model._meta.model_name)
        for model in apps.get_app_config(app).get_models()
        for constraint in model._meta.constraints
    }
    untried = {name for name, kind in named if name not in tried and name.replace(kind, "{kind}", 1) not in tried}
    assert untried == set()
