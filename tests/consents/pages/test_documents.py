"""What signers keep: a guardian sees the consent documents and nothing else, and a copy is always the same bytes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
import time_machine

from consents.actions.records import seal_record
from consents.actions.signing import countersign
from consents.models import ConsentRecord
from pledge.actions.registrants import change_category, change_contact, end_treatment, enroll_again
from pledge.models import AccessEntry
from pledge.rules.calendar import program_day
from pledge.rules.vocabulary import ConsentForm, RiskCategory, Signer
from pledge.trail import SYSTEM
from tests import lives
from tests.consents.pages.conftest import AT
from tests.consents.pages.ways import Way, a_minor, invited

pytestmark = pytest.mark.django_db


def all_signed(way: Way, **typed: str) -> Way:
    for number, text in enumerate(way.at_the_forms().texts()):
        way.initial_all(text)
        assert way.sign(text, **typed, **({"pin": way.pin} if number else {})).status_code == 201
    return way


def countersigned(way: Way, program: lives.Program) -> None:
    for form in ConsentForm:
        countersign(registrant=way.request.registrant, form=form, by=program.clinic, at=AT)


def anew(way: Way, program: lives.Program, clock: time_machine.Traveller) -> Way:
    """End the treatment, begin a new course an hour later, and invite the same signer to it."""
    at = AT + timedelta(hours=1)
    clock.move_to(at)
    registrant, given = way.request.registrant, {"by": program.clinic, "at": at}
    end_treatment(registrant=registrant, last_dose_on=program_day(at), **given)
    enrolled = enroll_again(registrant=registrant, prescriber=program.prescriber, **given)
    return invited(lives.Life(program, enrolled), at, Signer(way.request.signer), way.pin)


@pytest.fixture
def record(way: Way, program: lives.Program) -> ConsentRecord:
    """The record of the first form, which everyone has signed; not sealed yet."""
    countersigned(all_signed(way), program)
    return ConsentRecord.objects.order_by("id")[0]


class TestCopies:
    def test_say_who_has_signed_and_who_has_still_to(self, way: Way) -> None:
        page = all_signed(way).get("copies").content.decode()
        for words in ("Robin Reyes", "Still to sign: prescriber", "March 11, 2027, 10:00 AM EST"):
            assert words in page
        assert "PDF" not in page

    def test_can_be_read_as_a_page_at_once(self, way: Way) -> None:
        text = all_signed(way).get("copies").context["copies"][0].text
        page = way.get("copy", text.pk).content.decode()
        assert page.count("<strong>RR</strong> (patient), March 11, 2027, 10:00 AM EST") == 12

    def test_are_being_made_until_they_are_sealed(self, way: Way, record: ConsentRecord) -> None:
        page = way.get("copies").content.decode()
        assert "The sealed document is being made" in page
        assert way.get("file", record.text_id, "pdf").status_code == 303

    @pytest.mark.slow
    def test_are_the_same_bytes_each_time(self, way: Way, record: ConsentRecord) -> None:
        sealed = seal_record(record=record, by=SYSTEM, at=AT)
        pages = [way.get("file", record.text_id, "pdf") for _ in range(2)]
        assert {sha256(page.content).hexdigest() for page in pages} == {sealed.document_digest}
        assert pages[0]["Content-Type"] == "application/pdf"
        assert "Robin" not in pages[0]["Content-Disposition"]
        assert pages[0]["Cache-Control"] == "no-store"
        written = json.loads(way.get("file", record.text_id, "json").content)
        assert written["record"] == json.loads(bytes(record.content))
        assert written["seal"]["algorithm"] == "ES256"
        assert f"/verify/{record.digest[:32]}/" in way.get("copies").content.decode()

    @pytest.mark.parametrize("name", ["copy", "file"])
    def test_are_nobody_else_s(self, way: Way, record: ConsentRecord, program: lives.Program, name: str) -> None:
        other, _ = a_minor(program, AT)
        other.come_in()
        rest = ["pdf"] if name == "file" else []
        answer = other.get(name, record.text_id, *rest)
        assert (answer.status_code, answer["Location"]) == (303, other.address("copies"))

    def test_go_on_where_a_change_of_category_parts_the_course(self, program: lives.Program) -> None:
        life = lives.registered(program, AT, category=RiskCategory.CANNOT_BECOME_PREGNANT)
        all_signed(invited(life, AT))
        change = {"category": RiskCategory.CAN_BECOME_PREGNANT, "by": program.clinic, "at": AT}
        way = invited(replace(life, registrant=change_category(registrant=life.registrant, **change)), AT)
        countersigned(all_signed(way), program)
        copies = way.get("copies").context["copies"]
        assert {copy.text.form_version.form for copy in copies} == set(ConsentForm)
        assert all(copy.record for copy in copies)

    def test_stay_with_who_signed_them_when_a_new_course_begins(
        self, way: Way, record: ConsentRecord, program: lives.Program, clock: time_machine.Traveller
    ) -> None:
        """The same texts are signed anew, and each copy is its own."""
        seal_record(record=record, by=SYSTEM, at=AT)
        before = way.get("file", record.text_id, "pdf").content
        again = all_signed(anew(way, program, clock))
        copies = again.get("copies").context["copies"]
        assert [(copy.course, bool(copy.record)) for copy in copies] == [(2, False)] * 2 + [(1, True)] * 2
        page = again.get("copies").content.decode()
        address = f"{again.address('file', record.text_id, 'pdf')}?course=1"
        assert address in page
        assert page.count("Still to sign: prescriber") == 2
        assert again.client.get(address).content == before
        assert again.client.get(f"{again.address('copy', record.text_id)}?course=1").context["copy"].record == record
        assert again.get("copy", record.text_id).context["copy"].record is None

    @pytest.mark.parametrize(("name", "seen"), [("Gale Reyes", 2), (" gale  reyes", 2), ("Kim Reyes", 0), ("", 0)])
    def test_of_an_earlier_course_are_of_the_guardian_who_signed(
        self, program: lives.Program, clock: time_machine.Traveller, name: str, seen: int
    ) -> None:
        _, guardian = a_minor(program, AT)
        all_signed(guardian, name="Gale Reyes")
        registrant = guardian.request.registrant
        change_contact(registrant=registrant, contact={"guardian_name": name}, by=program.clinic, at=AT)
        copies = anew(guardian, program, clock).come_in().get("copies").context["copies"]
        assert [(copy.course, copy.waiting) for copy in copies] == [(1, "")] * seen

    def test_leave_an_access_entry(self, way: Way) -> None:
        all_signed(way).get("copies")
        entry = AccessEntry.objects.latest("id")
        assert (entry.what, entry.actor_kind) == ("consents_listed", "registrant")

    def test_of_a_guardian_are_consent_documents_only(self, program: lives.Program) -> None:
        minor, guardian = a_minor(program, AT)
        all_signed(minor)
        lives.a_test(lives.Life(program, minor.request.registrant), AT)
        page = all_signed(guardian).get("copies").content.decode()
        assert "Robin Reyes" in page
        assert "(parent or guardian)" in page
        assert minor.request.registrant.number not in page
        assert "specimen" not in page
