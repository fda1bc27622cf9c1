"""Signing electronically, on paper and as the prescriber: who, in what order, with what evidence, and what is left."""

import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from consents.actions.records import seal_record
from consents.actions.signing import Denied, NotProven, countersign, sign, sign_electronically, sign_on_paper
from consents.actions.visits import choose_language
from consents.canonical import canonical, digest_of, instant
from consents.disclosures import disclosures_in
from consents.links import state_of
from consents.models import ConsentRecord, FormVersion, Scan, SignedConsent, SigningCode
from consents.record import bound_to, entry_of
from consents.verification import trusted_from, verify
from consents.vocabulary import LinkState, Meaning, Proof, ScanKind, SigningMethod
from pledge.actions import participants, registrants
from pledge.models import EventType
from pledge.rules.calendar import program_day
from pledge.rules.refusals import RefusalCode as Code
from pledge.rules.vocabulary import ConsentForm, Signer
from pledge.trail import SYSTEM, By, by_registrant
from tests import lives, signers
from tests.pledge.actions.acting import STRANGER, a_designee
from tests.pledge.happened import events, fresh, refused, rejected, rows, types

pytestmark = pytest.mark.django_db
AT = lives.UNDER_2026
IDLE = timedelta(minutes=settings.SIGNING_IDLE_MINUTES)
INFORMED, BIRTH_DEFECTS = ConsentForm.INFORMED_CONSENT, ConsentForm.BIRTH_DEFECTS_CONSENT
REGISTRANT, GUARDIAN, PRESCRIBER = Signer.REGISTRANT, Signer.GUARDIAN, Signer.PRESCRIBER
PIN, WRONG_PIN = signers.PINS[REGISTRANT], "000111"
A_NAME = [[[0, 0], [10, 12]], [[3, 4]]]


@pytest.fixture
def minor(program):
    return signers.a_minor(program, AT)


def signing(visit, text=None, **others):
    given = {"visit": visit, "text": text or signers.left_in(visit, AT)[0], "name": "Robin Reyes"}
    return {**given, "by": signers.by_signer(visit.request), "at": AT, **others}


def countersigning(life, form=INFORMED, **others):
    return {"registrant": life.registrant, "form": form, "by": life.program.clinic, "at": AT, **others}


class TestEveryone:
    def test_signs_and_is_enrolled_with_a_record_of_each_form(self, life):
        signers.signed_electronically(life, AT)
        assert life.registrant.course.enrolled_on == program_day(AT)
        assert {row.text.form_version.form for row in ConsentRecord.objects.all()} == {INFORMED, BIRTH_DEFECTS}

    @pytest.mark.parametrize("order", [(REGISTRANT, GUARDIAN), (GUARDIAN, REGISTRANT)])
    def test_of_a_minor_signs_too_in_either_order(self, minor, order):
        for signer in order:
            refused(countersign, *self.missing(minor), **countersigning(minor))
            signers.signs_all(minor, AT, signer=signer)
        signers.countersigned(minor, AT)
        assert minor.registrant.course.enrolled_on == program_day(AT)
        assert ConsentRecord.objects.count() == 2

    def missing(self, life):
        signed = set(SignedConsent.objects.filter(registrant=life.registrant).values_list("signer", flat=True))
        codes = {REGISTRANT: Code.CONSENT_MISSING, GUARDIAN: Code.GUARDIAN_CONSENT_MISSING}
        return [code for signer, code in codes.items() if signer not in signed]

    def test_who_cannot_become_pregnant_signs_one_form(self, program):
        life = lives.registered(program, AT, category=lives.CANNOT)
        signers.signed_electronically(life, AT)
        assert (ConsentRecord.objects.count(), life.registrant.course.enrolled_on) == (1, program_day(AT))


class TestASignature:
    def test_keeps_name_meaning_method_and_what_was_drawn(self, visit):
        text = signers.initialed(visit, AT)
        row = fresh(sign_electronically(**signing(visit, text, name="  Robin\tReyes ", drawn=A_NAME)))
        assert (row.signer_name, row.signer, row.method) == ("Robin Reyes", REGISTRANT, SigningMethod.ELECTRONIC)
        assert (row.meaning, row.text, row.visit, row.drawn) == (Meaning.CONSENT, text, visit, A_NAME)
        assert (row.signed_at, row.signed_on) == (AT, program_day(AT))

    def test_says_what_each_signer_means(self, minor):
        signers.signed_electronically(minor, AT)
        said = dict(SignedConsent.objects.values_list("signer", "meaning"))
        assert said == {
            REGISTRANT: Meaning.CONSENT,
            GUARDIAN: Meaning.GUARDIAN_CONSENT,
            PRESCRIBER: Meaning.COUNTERSIGNATURE,
        }

    def test_keeps_number_initials_and_time_of_every_statement(self, visit):
        row = signers.signed_in(visit, AT)
        assert row.initials == [
            {"number": number, "initials": "R.R.", "at": instant(AT)}
            for number in range(1, len(row.text.body["statements"]) + 1)
        ]

    def test_is_bound_to_its_text(self, visit):
        row = fresh(signers.signed_in(visit, AT))
        other = FormVersion.objects.of(BIRTH_DEFECTS).in_force(program_day(AT)).texts.first()
        assert row.binding == bound_to(row.text, self.entry(row), row.course)
        assert row.binding != bound_to(other, self.entry(row), row.course)

    def entry(self, row):
        return {name: value for name, value in entry_of(row).items() if name != "binding"}

    def test_has_complete_evidence(self, life):
        seconds = [AT + timedelta(seconds=second) for second in range(4)]
        request = signers.invited(life, seconds[0])
        visit = signers.coming(request, seconds[1]).visit
        visit = signers.accepted(visit, seconds[2])
        row = fresh(signers.signed_in(visit, seconds[3]))
        said = disclosures_in("en")
        assert row.evidence == {
            "components": ["code", "pin"],
            "code": SigningCode.objects.get().pk,
            "code_used_at": instant(seconds[1]),
            "pin_typed_at": instant(seconds[1]),
            "identity_check": "photo_id",
            "identity_checked_at": instant(seconds[0]),
            "request": request.pk,
            "visit": visit.pk,
            "visit_began_at": instant(seconds[1]),
            "address": signers.ADDRESS,
            "agent": signers.AGENT,
            "text_digest": row.text.digest,
            "text_language": "en",
            "disclosures": {
                "version": said.version,
                "language": "en",
                "digest": said.digest,
                "accepted_at": instant(seconds[2]),
            },
            "reading_code_typed_at": instant(seconds[2]),
        }

    def test_is_kept_as_it_is(self, visit):
        row = signers.signed_in(visit, AT)
        for statement in ("UPDATE consents_signedconsent SET signer_name = 'x'", "DELETE FROM consents_signedconsent"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        assert fresh(row).signer_name == "Robin Reyes"

    def test_again_gives_the_one_that_stands(self, visit):
        first = signers.signed_in(visit, AT)
        with types() as told:
            assert sign_electronically(**signing(visit, first.text, name="Another", pin="")) == first
        assert told == []
        assert SignedConsent.objects.count() == 1


class TestSigningElectronically:
    def test_needs_every_statement_initialed_and_names_those_that_are_not(self, visit):
        text = signers.initialed(visit, AT, but=frozenset({3, 7}))
        assert "statement 3, 7 are" in rejected(sign_electronically, "initials", **signing(visit, text)).message

    def test_needs_the_initials_of_this_very_text(self, visit):
        signers.initialed(visit, AT)
        spanish = choose_language(visit=visit, language="es", by=signers.by_signer(visit.request), at=AT)
        rejected(sign_electronically, "initials", **signing(spanish))

    def test_needs_the_disclosures_first(self, life):
        visit = signers.visiting(life, AT, informed=False)
        rejected(sign_electronically, "disclosures", **signing(visit))

    @pytest.mark.parametrize("name", ["", "  ", "...", "7", "x" * 201, "R\0R"])
    def test_needs_a_name(self, visit, name):
        signers.initialed(visit, AT)
        rejected(sign_electronically, "name", **signing(visit, name=name))

    @pytest.mark.parametrize(
        "drawn", [[[[1]]], [[[1, 2, 3]]], [[[1.5, 2]]], [[["1", 2]]], [[[-1, 0]]], [[[0, 99_999]]], [[[1, 1]] * 5001]]
    )
    def test_takes_a_drawn_name_in_whole_numbers(self, visit, drawn):
        signers.initialed(visit, AT)
        rejected(sign_electronically, "drawn", **signing(visit, drawn=drawn))

    def test_takes_the_form_that_is_left_in_the_language_chosen(self, visit):
        english = signers.initialed(visit, AT)
        choose_language(visit=visit, language="es", by=signers.by_signer(visit.request), at=AT)
        rejected(sign_electronically, "text", **signing(visit, english))

    def test_asks_the_pin_again_from_the_second_signature_on(self, visit):
        first = signers.signed_in(visit, AT, pin="")
        text = signers.initialed(visit, AT)
        with pytest.raises(NotProven) as caught:
            sign_electronically(**signing(visit, text))
        assert (caught.value.proof, caught.value.pins_left) == (Proof.WRONG_PIN, 5)
        second = sign_electronically(**signing(visit, text, pin=PIN, at=AT + timedelta(minutes=3)))
        assert [row.evidence["components"] for row in (first, second)] == [["code", "pin"], ["pin"]]
        assert second.evidence["pin_typed_at"] == instant(AT + timedelta(minutes=3))

    def test_counts_a_wrong_pin_with_those_at_the_door(self, visit):
        signers.signed_in(visit, AT)
        text = signers.initialed(visit, AT)
        with types() as told, pytest.raises(NotProven) as caught:
            sign_electronically(**signing(visit, text, pin=WRONG_PIN))
        assert (caught.value.pins_left, told) == (4, [EventType.SIGNING_DENIED])
        assert fresh(visit.request).bad_pins == 1
        assert signers.coming(visit.request, AT, pin=WRONG_PIN).pins_left == 3

    def test_closes_the_link_with_the_fifth_wrong_pin(self, visit):
        signers.signed_in(visit, AT)
        text = signers.initialed(visit, AT)
        for left in (4, 3, 2, 1, 0):
            with pytest.raises(NotProven) as caught:
                sign_electronically(**signing(visit, text, pin=WRONG_PIN))
            assert caught.value.pins_left == left
        assert state_of(fresh(visit.request), AT) is LinkState.CLOSED
        rejected(sign_electronically, "visit", **signing(visit, text, pin=PIN))

    def test_after_an_idle_visit_needs_both_components(self, visit):
        signers.signed_in(visit, AT)
        text = signers.initialed(visit, AT)
        late = AT + IDLE + timedelta(seconds=1)
        rejected(sign_electronically, "visit", **signing(visit, text, pin=PIN, at=late))

    def test_is_only_the_signers_and_another_who_tries_is_put_on_record(self, life, visit):
        text = signers.initialed(visit, AT)
        stranger = lives.registered(life.program, AT)
        others = [
            life.program.clinic,
            a_designee(life.program, AT),
            life.program.administrator,
            life.program.counter,
            SYSTEM,
            STRANGER,
            By("staff", "1", "superuser"),
            by_registrant(stranger.registrant),
            by_registrant(life.registrant, "guardian"),
        ]
        for by in others:
            before = rows()
            with events() as told, pytest.raises(Denied):
                sign_electronically(**signing(visit, text, by=by))
            assert [(event.type, event.actor_kind) for event in told] == [(EventType.SIGNING_DENIED, by.kind)]
            assert told[0].registrant == life.registrant
            assert rows() == before

    def test_is_refused_after_an_ending_and_the_refusal_is_in_the_registrants_trail(self, life, visit):
        text = signers.initialed(visit, AT)
        by = {"by": life.program.clinic, "at": AT}
        registrants.end_treatment(registrant=life.registrant, last_dose_on=program_day(AT), **by)
        assert signers.left_in(visit, AT) == []
        refused(sign_electronically, Code.TREATMENT_ENDED, **signing(visit, text))
        assert life.registrant.events.first().type == EventType.ACT_REFUSED

    def test_in_a_new_course_needs_a_new_link(self, life, visit):
        text = signers.initialed(visit, AT)
        by = {"by": life.program.clinic, "at": AT}
        registrants.end_treatment(registrant=life.registrant, last_dose_on=program_day(AT), **by)
        registrants.enroll_again(registrant=life.registrant, prescriber=life.program.prescriber, **by)
        assert signers.left_in(visit, AT) == []
        rejected(sign_electronically, "text", **signing(visit, text))


class TestWhatIsLeftToSign:
    def test_is_every_required_form_in_order_and_then_nothing(self, visit):
        forms = []
        while left := signers.left_in(visit, AT):
            forms.append(signers.signed_in(visit, AT).text.form_version.form)
            assert len(left) == 3 - len(forms)
        assert forms == [INFORMED, BIRTH_DEFECTS]

    def test_is_the_version_under_way(self):
        ends = lives.UNDER_2026.replace(year=2026, month=11, day=15)
        before = lives.days_before(ends, 1)
        life = signers.a_minor(lives.a_program(before), before)
        visit = signers.signs_all(life, before)
        assert signers.left_in(visit, ends) == []
        late = signers.visiting(life, ends, signer=GUARDIAN)
        assert [text.form_version.version for text in signers.left_in(late, ends)] == ["2021", "2021"]

    def test_is_the_new_version_for_who_begins_in_its_time(self, visit):
        assert signers.left_in(visit, AT)[1].form_version.version == "2026"

    def test_is_in_the_original_language_where_a_translation_is_missing(self, visit):
        spanish = signers.texts_to_sign(visit.request, "es", AT)
        assert [text.language for text in spanish] == ["es", "es"]
        assert [text.language for text in signers.texts_to_sign(visit.request, "fr", AT)] == ["en", "en"]

    def test_is_nothing_for_a_guardian_from_the_birthday_on(self, program):
        life = signers.a_minor(program, AT, turns_18_in=1)
        request = signers.invited(life, AT, signer=GUARDIAN)
        assert len(signers.texts_to_sign(request, "en", AT)) == 2
        assert signers.texts_to_sign(request, "en", AT + timedelta(days=1)) == []

    def test_of_who_is_of_age_by_then_is_complete_without_a_guardian(self, program):
        life = signers.a_minor(program, AT, turns_18_in=1)
        tomorrow = AT + timedelta(days=1)
        signers.signs_all(life, tomorrow)
        signers.countersigned(life, tomorrow)
        assert life.registrant.course.enrolled_on == program_day(tomorrow)


class TestTwoLanguages:
    @pytest.fixture
    def records(self, minor):
        signers.signs_all(minor, AT, signer=GUARDIAN, language="es")
        signers.signs_all(minor, AT, language="en")
        signers.countersigned(minor, AT)
        return [json.loads(bytes(row.content)) for row in ConsentRecord.objects.order_by("id")]

    def test_each_bind_whom_they_were_read_by(self, records):
        said = {row.signer: row.text.language for row in SignedConsent.objects.all()}
        assert said == {GUARDIAN: "es", REGISTRANT: "en", PRESCRIBER: "es"}
        digests = {row.text.digest for row in SignedConsent.objects.filter(form_version__form=INFORMED)}
        assert len(digests) == 2

    def test_make_one_record_in_the_first_with_the_other_beside_its_signature(self, records):
        for record in records:
            own = {entry["signer"]: entry["evidence"] for entry in record["signatures"]}
            assert record["text"]["language"] == "es"
            assert own[REGISTRANT]["read"]["language"] == own[REGISTRANT]["text_language"] == "en"
            assert "read" not in own[GUARDIAN]
            assert "read" not in own[PRESCRIBER]

    def test_leave_every_signature_bound_to_the_record(self, records):
        for row in ConsentRecord.objects.all():
            for signature in SignedConsent.objects.filter(form_version=row.text.form_version):
                entry = {name: value for name, value in entry_of(signature).items() if name != "binding"}
                assert signature.binding == bound_to(row.text, entry, row.course)


class TestTheRecord:
    def test_is_written_with_the_last_signature_in_its_own_bytes(self, life):
        signers.signs_all(life, AT)
        assert not ConsentRecord.objects.exists()
        with events() as told:
            countersign(**countersigning(life))
        row = ConsentRecord.objects.get()
        content = json.loads(bytes(row.content))
        assert canonical(content) == bytes(row.content)
        assert row.digest == digest_of(bytes(row.content))
        assert [entry["signer"] for entry in content["signatures"]] == [REGISTRANT, PRESCRIBER]
        assert content["completed_at"] == instant(AT)
        assert told[0].changes[f"consentrecord:{row.pk}"] == {"digest": [None, row.digest]}

    def test_of_recorded_facts_alone_is_none(self, life):
        lives.signed(life, AT)
        assert life.registrant.course.enrolled_on == program_day(AT)
        assert not ConsentRecord.objects.exists()

    def test_of_a_form_with_one_recorded_fact_is_none(self, life):
        by = by_registrant(life.registrant)
        sign(registrant=life.registrant, form=INFORMED, signer=REGISTRANT, by=by, at=AT)
        assert countersign(**countersigning(life)).text.language == "en"
        assert not ConsentRecord.objects.exists()

    def test_is_of_the_course_in_which_the_form_was_begun(self, program):
        life = lives.registered(program, AT, category=lives.CANNOT)
        signers.signs_all(life, AT)
        later = AT + timedelta(days=1)
        registrants.change_category(registrant=life.registrant, category=lives.CAN, by=program.clinic, at=later)
        countersign(**countersigning(life, at=later))
        row = ConsentRecord.objects.get()
        assert (row.course.number, json.loads(bytes(row.content))["course"]) == (1, 1)


class TestCountersigning:
    def test_is_bound_to_what_the_registrant_signed(self, life):
        signers.signs_all(life, AT, language="es")
        row = countersign(**countersigning(life))
        assert (row.text.language, row.signer_name) == ("es", life.program.prescriber.name)
        assert row.evidence["npi"] == life.program.prescriber.npi

    def test_is_done_in_person_and_last(self, life):
        refused(countersign, Code.CONSENT_MISSING, **countersigning(life))
        signers.signs_all(life, AT)
        for by in (a_designee(life.program, AT), life.program.administrator, by_registrant(life.registrant)):
            refused(countersign, Code.CONSENT_MISSING, **countersigning(life, by=by))
        rejected(countersign, "registrant", **countersigning(life, by=lives.a_program(AT).clinic))
        participants.suspend(party=life.program.prescriber, by=life.program.administrator, at=AT)
        refused(countersign, Code.PRESCRIBER_NOT_CERTIFIED, **countersigning(life))

    def test_again_gives_the_one_that_stands(self, life):
        signers.signs_all(life, AT)
        first = countersign(**countersigning(life))
        with types() as told:
            assert countersign(**countersigning(life, at=AT + timedelta(days=1))) == first
        assert told == []


class TestOnPaper:
    def given(self, life, signer=REGISTRANT, **others):
        by = {"by": life.program.clinic, "at": AT}
        named = {"signer": signer, "signer_name": "Robin Reyes", "scan": signers.a_scan()}
        return {"registrant": life.registrant, "form": INFORMED, **named, **by, **others}

    def test_is_kept_with_its_scan_and_completes_like_any_other(self, minor):
        for signer in (REGISTRANT, GUARDIAN):
            signers.on_paper(minor, AT, signer=signer)
        signers.countersigned(minor, AT)
        row = SignedConsent.objects.filter(signer=GUARDIAN).first()
        assert (row.method, row.scan.kind) == (SigningMethod.PAPER, ScanKind.PNG)
        assert bytes(row.scan.content) == signers.a_scan()
        assert row.scan.digest == digest_of(signers.a_scan())
        assert minor.registrant.course.enrolled_on == program_day(AT)
        content = json.loads(bytes(ConsentRecord.objects.first().content))
        assert content["signatures"][0]["scan"] == row.scan.digest

    def test_keeps_one_scan_for_both_who_signed_on_it(self, minor):
        for signer in (REGISTRANT, GUARDIAN):
            sign_on_paper(**self.given(minor, signer))
        assert Scan.objects.count() == 1

    def test_names_the_designee_who_recorded_it_and_for_whom(self, life):
        sign_on_paper(**self.given(life, by=a_designee(life.program, AT)))
        evidence = SignedConsent.objects.get(signer=REGISTRANT).evidence
        said = (evidence["recorded_by"], evidence["recorded_for"])
        assert said == ("Dana Designee", life.program.prescriber.name)

    def test_goes_beside_who_signed_electronically(self, minor):
        signers.signs_all(minor, AT, language="es")
        signers.on_paper(minor, AT, signer=GUARDIAN)
        signers.countersigned(minor, AT)
        assert ConsentRecord.objects.count() == 2

    def test_puts_no_scan_in_the_trail(self, life):
        with events() as told:
            sign_on_paper(**self.given(life))
        assert len(json.dumps(told[0].changes)) < 2000

    def test_is_the_clinics(self, life):
        for by in (by_registrant(life.registrant), STRANGER, life.program.counter, lives.a_program(AT).clinic):
            rejected(sign_on_paper, "registrant", **self.given(life, by=by))
        unattested = a_designee(life.program, AT, attested=False)
        refused(sign_on_paper, Code.DESIGNEE_NOT_ATTESTED, **self.given(life, by=unattested))

    def test_is_not_how_a_prescriber_countersigns(self, life):
        rejected(sign_on_paper, "signer", **self.given(life, PRESCRIBER))

    def test_takes_a_name_and_a_scan(self, life):
        rejected(sign_on_paper, "name", **self.given(life, signer_name=" "))
        rejected(sign_on_paper, "scan", **self.given(life, scan=b"a note"))

    def test_of_an_adults_guardian_is_rejected(self, life):
        rejected(sign_on_paper, "signer", **self.given(life, GUARDIAN))

    def test_again_gives_the_one_that_stands(self, life):
        first = sign_on_paper(**self.given(life))
        with types() as told:
            assert sign_on_paper(**self.given(life)) == first
        assert told == []

    def test_is_not_said_to_be_kept_where_another_signature_stands(self, life):
        sign_on_paper(**self.given(life))
        rejected(sign_on_paper, "signer", **self.given(life, scan=signers.a_scan(color="gray")))
        other = lives.registered(life.program, AT)
        signers.signs_all(other, AT)
        rejected(sign_on_paper, "signer", **self.given(other))
        assert Scan.objects.count() == 1


class TestWhatIsSealed:
    """Whoever checks the documents of these signatures, without us, finds nothing wrong."""

    @pytest.fixture(autouse=True)
    def _own_seal(self, settings, tmp_path):
        settings.SEAL_FOLDER = tmp_path / "seal"

    def found(self):
        for row in ConsentRecord.objects.all():
            sealed = fresh(seal_record(record=row, by=SYSTEM, at=AT))
            trusted = trusted_from([sealed.certificate.pem])
            yield verify(bytes(sealed.document), trusted).troubles

    def test_is_whole_in_one_language(self, life):
        signers.signed_electronically(life, AT, language="es")
        assert list(self.found()) == [(), ()]

    def test_is_whole_in_two_languages(self, minor):
        signers.signs_all(minor, AT, signer=GUARDIAN, language="es")
        signers.signs_all(minor, AT, language="en")
        signers.countersigned(minor, AT)
        assert list(self.found()) == [(), ()]

    def test_is_whole_with_paper_beside(self, minor):
        signers.on_paper(minor, AT, signer=GUARDIAN)
        signers.signs_all(minor, AT, language="es")
        signers.countersigned(minor, AT)
        assert list(self.found()) == [(), ()]

    def test_is_whole_after_a_change_of_category(self, program):
        life = lives.registered(program, AT, category=lives.CANNOT)
        signers.signs_all(life, AT)
        registrants.change_category(registrant=life.registrant, category=lives.CAN, by=program.clinic, at=AT)
        countersign(**countersigning(life))
        assert list(self.found()) == [()]
