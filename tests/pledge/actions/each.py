"""Every action once: a world in which it may be taken, and what it is given there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User

from consents.actions import forms, invitations, signing, visits
from consents.actions.records import seal_record
from consents.actions.signing import sign
from consents.disclosures import disclosures_in
from consents.models import ConsentRecord
from consents.vocabulary import IdentityCheck
from pledge.actions import (
    authorizations,
    deviations,
    holds,
    months,
    nightly,
    participants,
    pregnancy_tests,
    records,
    registrants,
)
from pledge.models import EventType, PrescriptionWindow
from pledge.rules import vocabulary as words
from pledge.rules.calendar import program_day
from pledge.rules.monthly import Attestation
from pledge.rules.vocabulary import ConsentForm, Signer
from pledge.trail import SYSTEM, by_registrant
from tests import lives, signers
from tests.consents import drafts
from tests.pledge.actions.each_designations import DESIGNATIONS
from tests.pledge.actions.each_editions import EDITION_APPROVALS
from tests.pledge.actions.each_exchange import EXCHANGE
from tests.pledge.actions.each_feeds import FEEDS
from tests.pledge.actions.each_filters import FILTERS
from tests.pledge.actions.each_guesses import GUESSES
from tests.pledge.actions.each_keys import KEYS
from tests.pledge.actions.each_log_ins import LOG_INS
from tests.pledge.actions.each_pharmacists import PHARMACISTS
from tests.pledge.actions.each_webhooks import WEBHOOKS
from tests.pledge.actions.one_step import AT, ON, THROUGH, Step, before


def _enroll_prescriber(program: lives.Program) -> Step:
    given = {"npi": "1902030405", "name": "Dr. New", "certified_through": THROUGH}
    return Step(participants.enroll_prescriber, EventType.PRESCRIBER_ENROLLED, given, program.administrator)


def _enroll_designee(program: lives.Program) -> Step:
    given = {"name": "Dana", "prescribers": [program.prescriber], "attested_through": THROUGH}
    return Step(participants.enroll_designee, EventType.DESIGNEE_ENROLLED, given, program.administrator)


def _enroll_pharmacy(program: lives.Program) -> Step:
    given = {"number": "P-9", "name": "Ninth", "certified_through": THROUGH}
    return Step(participants.enroll_pharmacy, EventType.PHARMACY_ENROLLED, given, program.administrator)


def _enroll_wholesaler(program: lives.Program) -> Step:
    given = {"number": "W-9", "name": "Whole", "certified_through": THROUGH}
    return Step(participants.enroll_wholesaler, EventType.WHOLESALER_ENROLLED, given, program.administrator)


def _certify(program: lives.Program) -> Step:
    given = {"party": program.prescriber, "certified_through": THROUGH}
    return Step(participants.certify, EventType.PARTY_CERTIFIED, given, program.administrator)


def _link_log_in(program: lives.Program) -> Step:
    user = User.objects.create_user(f"paula-{program.prescriber.npi}")
    given = {"party": program.prescriber, "user": user}
    return Step(participants.link_log_in, EventType.LOG_IN_LINKED, given, program.administrator)


def _suspend(program: lives.Program) -> Step:
    lives.authorized(program, AT)
    return Step(participants.suspend, EventType.PARTY_SUSPENDED, {"party": program.prescriber}, program.administrator)


def _reinstate(program: lives.Program) -> Step:
    lives.authorized(program, AT)
    participants.suspend(party=program.prescriber, by=program.administrator, at=AT)
    return Step(
        participants.reinstate, EventType.PARTY_REINSTATED, {"party": program.prescriber}, program.administrator
    )


def _record_run_out(program: lives.Program) -> Step:
    lives.authorized(program, AT)
    then = AT + timedelta(days=400)
    return Step(participants.record_run_out, None, {"party": program.prescriber}, SYSTEM, then)


def _enroll(program: lives.Program) -> Step:
    given = {"prescriber": program.prescriber, "born_on": lives.GROWN_UP}
    return Step(registrants.enroll, EventType.REGISTRANT_ENROLLED, given, program.clinic)


def _enroll_again(program: lives.Program) -> Step:
    life = lives.on_treatment(program, AT)
    given = {"registrant": life.registrant, "prescriber": program.prescriber}
    registrants.end_treatment(registrant=life.registrant, last_dose_on=ON, by=program.clinic, at=AT)
    return Step(registrants.enroll_again, EventType.REGISTRANT_REENROLLED, given, program.clinic)


def _change_contact(program: lives.Program) -> Step:
    life = lives.registered(program, AT)
    given = {"registrant": life.registrant, "contact": {"email": "new@patients.example"}}
    return Step(registrants.change_contact, EventType.CONTACT_CHANGED, given, program.clinic)


def _change_category(program: lives.Program) -> Step:
    life = lives.authorized(program, AT, category=lives.CANNOT)
    given = {"registrant": life.registrant, "category": lives.CAN}
    return Step(registrants.change_category, EventType.CATEGORY_CHANGED, given, program.clinic)


def _transfer(program: lives.Program) -> Step:
    other = lives.a_program(AT).prescriber
    life = lives.authorized(program, AT)
    given = {"registrant": life.registrant, "prescriber": other}
    return Step(registrants.transfer, EventType.REGISTRANT_TRANSFERRED, given, program.clinic)


def _end_treatment(program: lives.Program) -> Step:
    life = lives.authorized(program, AT)
    given = {"registrant": life.registrant, "last_dose_on": ON}
    return Step(registrants.end_treatment, EventType.TREATMENT_ENDED, given, program.clinic)


def _discontinue(program: lives.Program) -> Step:
    life = lives.authorized(program, AT)
    given = {"registrant": life.registrant, "reason": "side effects", "last_dose_on": ON}
    return Step(registrants.discontinue, EventType.REGISTRANT_DISCONTINUED, given, program.clinic)


def _merge(program: lives.Program) -> Step:
    given = {
        "registrant": lives.authorized(program, AT).registrant,
        "duplicate": lives.authorized(program, AT).registrant,
    }
    return Step(records.merge, EventType.RECORDS_MERGED, given, program.administrator)


def _record_test(program: lives.Program) -> Step:
    life = lives.authorized(program, AT)
    given = {
        "registrant": life.registrant,
        "specimen_on": ON,
        "result": words.TestResult.POSITIVE,
        "setting": words.TestSetting.CLIA_LAB,
    }
    return Step(pregnancy_tests.record_test, EventType.TEST_RECORDED, given, program.clinic)


def _correct_test(program: lives.Program) -> Step:
    life = lives.on_treatment(program, AT)
    opened_on = program_day(before(30))
    given = {"registrant": life.registrant, "specimen_on": opened_on, "to": opened_on - timedelta(days=9)}
    return Step(pregnancy_tests.correct_test, EventType.TEST_CORRECTED, given, program.clinic)


def _permit_home_tests(program: lives.Program) -> Step:
    given = {"registrant": lives.registered(program, AT).registrant}
    return Step(pregnancy_tests.permit_home_tests, EventType.HOME_TESTS_PERMITTED, given, program.clinic)


def _withdraw_home_tests(program: lives.Program) -> Step:
    given = {"registrant": lives.registered(program, AT).registrant}
    pregnancy_tests.permit_home_tests(**given, by=program.clinic, at=AT)
    return Step(pregnancy_tests.withdraw_home_tests, EventType.HOME_TESTS_WITHDRAWN, given, program.clinic)


def _confirm_month(program: lives.Program) -> Step:
    life = lives.enrolled(program, AT)
    lives.a_test(life, AT)
    attestation = Attestation(ON, 30, specimen_on=ON, methods=lives.PILL_AND_CONDOM)
    given = {"registrant": life.registrant, "attestation": attestation}
    return Step(months.confirm_month, EventType.MONTH_CONFIRMED, given, program.clinic)


def _answer_questions(program: lives.Program) -> Step:
    life = lives.enrolled(program, AT)
    lives.a_test(life, AT)
    lives.confirmed(life, AT)
    given = {"registrant": life.registrant, "methods": lives.PILL_AND_CONDOM, "correct": True}
    return Step(months.answer_questions, EventType.QUESTIONS_ANSWERED, given, by_registrant(life.registrant))


def _cancel_window(program: lives.Program) -> Step:
    given = {"registrant": lives.authorized(program, AT).registrant}
    return Step(months.cancel_window, EventType.WINDOW_CANCELLED, given, program.clinic)


def _authorize(program: lives.Program) -> Step:
    given = {"registrant": lives.ready(program, AT).registrant, "pharmacy": program.pharmacy, "days_supply": 30}
    return Step(authorizations.authorize, EventType.AUTHORIZATION_ISSUED, given, program.counter)


def _dispense(program: lives.Program) -> Step:
    given = {"registrant": lives.authorized(program, AT).registrant, "pharmacy": program.pharmacy}
    return Step(authorizations.dispense, EventType.AUTHORIZATION_DISPENSED, given, program.counter)


def _reverse(program: lives.Program) -> Step:
    given = {"registrant": lives.authorized(program, AT).registrant, "pharmacy": program.pharmacy}
    return Step(authorizations.reverse, EventType.AUTHORIZATION_REVERSED, given, program.counter)


def _report_dispense(program: lives.Program) -> Step:
    life = lives.registered(program, AT)
    given = {"registrant": life.registrant, "pharmacy": program.pharmacy, "days_supply": 30}
    return Step(authorizations.report_dispense, EventType.DISPENSE_REPORTED, given, program.counter)


def _report_pregnancy(program: lives.Program) -> Step:
    given = {"registrant": lives.authorized(program, AT).registrant}
    return Step(holds.report_pregnancy, EventType.PREGNANCY_REPORTED, given, program.clinic)


def _clear_hold(program: lives.Program) -> Step:
    life = lives.on_treatment(program, AT)
    lives.a_test(life, before(2), result=words.TestResult.POSITIVE)
    lives.a_test(life, AT)
    given = {"registrant": life.registrant, "reason": "retested"}
    return Step(holds.clear_hold, EventType.HOLD_CLEARED, given, program.clinic)


def _finish_follow_up(program: lives.Program) -> Step:
    life = lives.registered(program, AT)
    task = holds.report_pregnancy(registrant=life.registrant, by=program.clinic, at=AT)
    given = {"follow_up": task, "note": "she is well"}
    return Step(holds.finish_follow_up, EventType.FOLLOW_UP_DONE, given, program.administrator)


def _close_deviation(program: lives.Program) -> Step:
    reported = _report_dispense(program).take()
    given = {"deviation": reported.deviations.get(), "note": "explained"}
    return Step(deviations.close_deviation, EventType.DEVIATION_CLOSED, given, program.administrator)


def _lapse(program: lives.Program) -> Step:
    life = lives.authorized(program, AT)
    given = {"authorization": life.authorization}
    return Step(nightly.lapse, EventType.AUTHORIZATION_LAPSED, given, SYSTEM, AT + timedelta(days=8))


def _missed(program: lives.Program) -> PrescriptionWindow:
    return PrescriptionWindow.objects.get(registrant=lives.ready(program, AT).registrant)


def _record_missed_window(program: lives.Program) -> Step:
    given = {"window": _missed(program)}
    return Step(nightly.record_missed_window, EventType.WINDOW_MISSED, given, SYSTEM, AT + timedelta(days=8))


def _record_lockout(program: lives.Program) -> Step:
    given = {"window": _missed(program)}
    return Step(nightly.record_lockout, EventType.LOCKOUT_BEGAN, given, SYSTEM, AT + timedelta(days=8))


def _sign(program: lives.Program) -> Step:
    life = lives.registered(program, AT)
    given = {
        "registrant": life.registrant,
        "form": ConsentForm.INFORMED_CONSENT,
        "signer": Signer.REGISTRANT,
        "signer_name": "Robin Reyes",
    }
    return Step(sign, EventType.FORM_SIGNED, given, by_registrant(life.registrant))


def _draft_version(program: lives.Program) -> Step:
    words = drafts.bodies(drafts.INFORMED, ON)
    given = {"form": drafts.INFORMED, "version": "next", "in_force_from": THROUGH, "bodies": words}
    return Step(forms.draft_version, EventType.FORM_VERSION_DRAFTED, given, program.administrator)


def _change_text(program: lives.Program) -> Step:
    text = drafts.text_in(drafts.drafted(AT, version="a", days=31))
    given = {"text": text, "body": {**text.body, "title": "Other"}}
    return Step(forms.change_text, EventType.FORM_TEXT_CHANGED, given, program.administrator)


def _approve_text(program: lives.Program) -> Step:
    text = drafts.text_in(drafts.drafted(AT, version="b", days=32))
    given = {"text": text, "digest": text.digest}
    return Step(forms.approve_text, EventType.FORM_TEXT_APPROVED, given, drafts.APPROVER)


def _record_translation_review(program: lives.Program) -> Step:
    text = drafts.text_in(drafts.drafted(AT, version="c", days=33), "es")
    given = {"text": text, "reviewer": "R. Ruiz, certified translator", "digest": text.digest}
    return Step(forms.record_translation_review, EventType.TRANSLATION_REVIEWED, given, program.administrator)


def _publish_version(program: lives.Program) -> Step:
    given = {"version": drafts.approved(AT, version="d", days=34)}
    return Step(forms.publish_version, EventType.FORM_VERSION_PUBLISHED, given, program.administrator)


def _invite(program: lives.Program) -> Step:
    given = {
        "registrant": lives.registered(program, AT).registrant,
        "signer": Signer.REGISTRANT,
        "pin": "481516",
        "identity_check": IdentityCheck.PHOTO_ID,
    }
    return Step(invitations.invite, EventType.SIGNER_INVITED, given, program.clinic)


def _revoke_link(program: lives.Program) -> Step:
    given = {"request": signers.invited(lives.registered(program, AT), AT), "because": "sent to a wrong address"}
    return Step(invitations.revoke_link, EventType.SIGNING_LINK_REVOKED, given, program.clinic)


def _send_new_link(program: lives.Program) -> Step:
    long_ago = lives.days_before(AT, settings.SIGNING_LINK_DAYS + 1)  # an open one would only be mailed again
    request = signers.invited(lives.registered(program, long_ago), long_ago)
    return Step(invitations.send_new_link, EventType.SIGNING_LINK_SENT, {"address": request.registrant.email}, SYSTEM)


def _ask_code(program: lives.Program) -> Step:
    request = signers.invited(lives.registered(program, AT), AT)
    return Step(visits.ask_code, EventType.SIGNING_CODE_ASKED, {"request": request}, signers.by_signer(request))


def _begin_visit(program: lives.Program) -> Step:
    request = signers.invited(lives.registered(program, AT), AT)
    given = {
        "request": request,
        "code": signers.a_code(request, AT),
        "pin": signers.PINS[Signer.REGISTRANT],
        "address": signers.ADDRESS,
        "agent": signers.AGENT,
        "language": "en",
    }
    return Step(visits.begin_visit, EventType.VISIT_BEGAN, given, signers.by_signer(request))


def _accept_disclosures(program: lives.Program) -> Step:
    visit = signers.visiting(lives.registered(program, AT), AT, informed=False)
    given = {"visit": visit, "reading_code": visit.reading_code, "disclosures": disclosures_in("en")}
    by = signers.by_signer(visit.request)
    return Step(visits.accept_disclosures, EventType.DISCLOSURES_ACCEPTED, given, by)


def _initial(program: lives.Program) -> Step:
    visit = signers.visiting(lives.registered(program, AT), AT)
    given = {"visit": visit, "text": signers.left_in(visit, AT)[0], "number": 1, "initials": "R.R."}
    return Step(visits.initial, EventType.STATEMENT_INITIALED, given, signers.by_signer(visit.request))


def _end_visit(program: lives.Program) -> Step:
    visit = signers.visiting(lives.registered(program, AT), AT)
    return Step(visits.end_visit, EventType.VISIT_ENDED, {"visit": visit}, signers.by_signer(visit.request))


def _withdraw(program: lives.Program) -> Step:
    visit = signers.visiting(lives.registered(program, AT), AT)
    by = signers.by_signer(visit.request)
    return Step(visits.withdraw, EventType.ELECTRONIC_SIGNING_WITHDRAWN, {"visit": visit}, by)


def _sign_electronically(program: lives.Program) -> Step:
    visit = signers.visiting(lives.registered(program, AT), AT)
    given = {"visit": visit, "text": signers.initialed(visit, AT), "name": "Robin Reyes"}
    return Step(signing.sign_electronically, EventType.FORM_SIGNED, given, signers.by_signer(visit.request))


def _sign_on_paper(program: lives.Program) -> Step:
    given = {
        "registrant": lives.registered(program, AT).registrant,
        "form": ConsentForm.INFORMED_CONSENT,
        "signer": Signer.REGISTRANT,
        "signer_name": "Robin Reyes",
        "scan": signers.a_scan(),
    }
    return Step(signing.sign_on_paper, EventType.FORM_SIGNED, given, program.clinic)


def _countersign(program: lives.Program) -> Step:
    life = lives.registered(program, AT)
    signers.signs_all(life, AT)
    given = {"registrant": life.registrant, "form": ConsentForm.INFORMED_CONSENT}
    return Step(signing.countersign, EventType.FORM_SIGNED, given, program.clinic)


def _seal_record(program: lives.Program) -> Step:
    life = lives.registered(program, AT)
    signers.signed_electronically(life, AT)
    record = ConsentRecord.objects.filter(registrant=life.registrant).earliest("id")
    return Step(seal_record, EventType.RECORD_SEALED, {"record": record}, SYSTEM)


EACH: dict[str, Callable[[lives.Program], Step]] = (
    {
        "authorizations.authorize": _authorize,
        "authorizations.dispense": _dispense,
        "authorizations.report_dispense": _report_dispense,
        "authorizations.reverse": _reverse,
        "invitations.invite": _invite,
        "invitations.revoke_link": _revoke_link,
        "invitations.send_new_link": _send_new_link,
        "signing.countersign": _countersign,
        "signing.sign": _sign,
        "signing.sign_electronically": _sign_electronically,
        "signing.sign_on_paper": _sign_on_paper,
        "visits.accept_disclosures": _accept_disclosures,
        "visits.ask_code": _ask_code,
        "visits.begin_visit": _begin_visit,
        "visits.end_visit": _end_visit,
        "visits.initial": _initial,
        "visits.withdraw": _withdraw,
        "deviations.close_deviation": _close_deviation,
        "forms.approve_text": _approve_text,
        "forms.change_text": _change_text,
        "forms.draft_version": _draft_version,
        "forms.publish_version": _publish_version,
        "forms.record_translation_review": _record_translation_review,
        "holds.clear_hold": _clear_hold,
        "holds.finish_follow_up": _finish_follow_up,
        "holds.report_pregnancy": _report_pregnancy,
        "months.answer_questions": _answer_questions,
        "months.cancel_window": _cancel_window,
        "months.confirm_month": _confirm_month,
        "nightly.lapse": _lapse,
        "nightly.record_lockout": _record_lockout,
        "nightly.record_missed_window": _record_missed_window,
        "participants.certify": _certify,
        "participants.enroll_designee": _enroll_designee,
        "participants.enroll_pharmacy": _enroll_pharmacy,
        "participants.enroll_prescriber": _enroll_prescriber,
        "participants.enroll_wholesaler": _enroll_wholesaler,
        "participants.link_log_in": _link_log_in,
        "participants.record_run_out": _record_run_out,
        "participants.reinstate": _reinstate,
        "participants.suspend": _suspend,
        "pregnancy_tests.correct_test": _correct_test,
        "pregnancy_tests.permit_home_tests": _permit_home_tests,
        "pregnancy_tests.record_test": _record_test,
        "pregnancy_tests.withdraw_home_tests": _withdraw_home_tests,
        "records.merge": _merge,
        "records.seal_record": _seal_record,
        "registrants.change_category": _change_category,
        "registrants.change_contact": _change_contact,
        "registrants.discontinue": _discontinue,
        "registrants.end_treatment": _end_treatment,
        "registrants.enroll": _enroll,
        "registrants.enroll_again": _enroll_again,
        "registrants.transfer": _transfer,
    }
    | DESIGNATIONS
    | EXCHANGE
    | EDITION_APPROVALS
    | FEEDS
    | FILTERS
    | GUESSES
    | KEYS
    | LOG_INS
    | PHARMACISTS
    | WEBHOOKS
)
