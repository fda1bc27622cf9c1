"""The signer's way past the door: the disclosures, each statement, the signature."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User

from consents.actions.signing import countersign
from consents.models import FormText, Initial, SignedConsent, Visit
from consents.pages.words import MOST_POINTS, drawn_from
from pledge.models import EventType, ProgramEvent
from pledge.rules.vocabulary import ConsentForm
from tests import lives
from tests.consents.pages.conftest import AT
from tests.consents.pages.ways import Way, a_minor

pytestmark = pytest.mark.django_db
DRAWN = "[[[1,2],[30,40]]]"
INNER = ["records", "document", "forms", "copies", "withdraw", "leave"]


@pytest.fixture
def inside(way: Way) -> Way:
    """An adult at the list of forms."""
    return way.at_the_forms()


@pytest.fixture
def text(inside: Way) -> FormText:
    """The first form."""
    return inside.texts()[0]


def all_signed(way: Way) -> Way:
    for text in way.at_the_forms().texts():
        assert way.initial_all(text).sign(text, pin=way.pin).status_code == 201
    return way


def refused_tries() -> int:
    return ProgramEvent.objects.filter(type=EventType.SIGNING_DENIED).count()


class TestTheWay:
    def test_leads_from_the_link_to_the_last_signature(self, inside: Way) -> None:
        first, second = inside.texts()
        assert inside.initial_all(first).sign(first).status_code == 201
        assert inside.initial_all(second).sign(second, pin=inside.pin).status_code == 201
        assert inside.texts() == []
        assert SignedConsent.objects.count() == 2

    @pytest.mark.parametrize("name", INNER)
    def test_is_closed_without_a_visit(self, way: Way, name: str) -> None:
        for answer in (way.get(name), way.post(name)):
            assert answer.status_code == 403
            assert "Send me a new code" in answer.content.decode()

    def test_of_a_minor_and_of_a_guardian_are_apart(self, program: lives.Program) -> None:
        minor, guardian = (signer.at_the_forms() for signer in a_minor(program, AT))
        for signer in (minor, guardian):
            for number, text in enumerate(signer.texts()):
                signer.initial_all(text)
                assert signer.sign(text, **({"pin": signer.pin} if number else {})).status_code == 201
        signed = list(SignedConsent.objects.order_by("id").values_list("signer", "meaning"))
        assert signed == [("registrant", "consent")] * 2 + [("guardian", "guardian_consent")] * 2


class TestTheEndOfTheWay:
    def test_says_who_has_still_to_sign(self, program: lives.Program) -> None:
        minor, _ = a_minor(program, AT)
        page = all_signed(minor).get("forms").content.decode()
        assert "Still to sign: parent or guardian, prescriber." in page
        assert "Your copies are ready to keep, or will be" not in page

    def test_promises_copies_once_everyone_has(self, way: Way, program: lives.Program) -> None:
        all_signed(way)
        for form in ConsentForm:
            countersign(registrant=way.request.registrant, form=form, by=program.clinic, at=AT)
        page = way.get("forms").content.decode()
        assert "Your copies are ready to keep, or will be in a few minutes." in page
        assert "Still to sign" not in page

    def test_offers_no_paper_any_more(self, inside: Way) -> None:
        offer = inside.address("withdraw")
        for text in inside.texts():
            assert offer in inside.get("forms").content.decode()
            inside.initial_all(text)
            inside.sign(text, pin=inside.pin)
        for name in ("forms", "copies", "records"):
            page = inside.get(name).content.decode()
            assert offer not in page
            assert "You may sign on paper instead at any time." not in page


class TestTheDisclosures:
    @pytest.mark.parametrize("name", ["forms"])
    def test_come_first(self, way: Way, name: str) -> None:
        answer = way.come_in().get(name)
        assert (answer.status_code, answer["Location"]) == (303, way.address("records"))

    def test_are_not_accepted_with_a_wrong_code(self, way: Way) -> None:
        way.come_in()
        for typed in ("", "WRONG1"):
            answer = way.post("records", reading_code=typed)
            assert answer.status_code == 400
            assert 'href="#reading_code"' in answer.content.decode()
        assert Visit.objects.get().disclosures_accepted_at is None

    def test_do_not_show_the_code_where_it_is_typed(self, way: Way) -> None:
        page = way.come_in().get("records").content.decode()
        assert way.visit.reading_code not in page
        assert way.visit.reading_code in way.get("document").content.decode()

    def test_print_the_code_in_a_pdf_too(self, way: Way) -> None:
        papers = []
        for language in ("en", "es"):
            way.come_in().post("records", switch=language)
            answers = [way.get("document-file") for _ in range(2)]
            assert {answer.status_code for answer in answers} == {200}
            assert answers[0]["Content-Type"] == "application/pdf"
            assert answers[0]["Cache-Control"] == "no-store"
            assert b"/StructTreeRoot" in answers[0].content
            assert answers[0].content == answers[1].content
            papers.append(answers[0].content)
        first, second = papers
        assert first != second

    def test_come_again_with_each_visit(self, inside: Way) -> None:
        assert inside.come_in().get("forms")["Location"] == inside.address("records")


class TestAStatement:
    def test_is_shown_alone(self, inside: Way, text: FormText) -> None:
        page = inside.get("statement", text.pk, 3).content.decode()
        assert "Statement 3 of 12" in page
        assert 'type="checkbox"' not in page
        shown = [number for number, words in enumerate(text.body["statements"], 1) if words in page]
        assert shown == [3]

    def test_is_kept_at_once_with_its_time(self, inside: Way, text: FormText, clock: time_machine.Traveller) -> None:
        for number in (1, 2):
            clock.shift(timedelta(seconds=7))
            inside.post("statement", text.pk, number, initials="R.R.")
        kept = Initial.objects.order_by("number").values_list("number", "initials", "initialed_at")
        assert list(kept) == [(n, "R.R.", AT + timedelta(seconds=7 * n)) for n in (1, 2)]

    @pytest.mark.parametrize("typed", ["", "   ", "12", "!", "ABCDEFGHIJ"])
    def test_without_initials_is_asked_for_by_its_number(self, inside: Way, text: FormText, typed: str) -> None:
        answer = inside.post("statement", text.pk, 4, initials=typed)
        assert answer.status_code == 400
        assert "Statement 4: type your initials" in answer.content.decode()
        assert not Initial.objects.exists()

    def test_never_comes_with_initials_in_its_field(self, inside: Way, text: FormText) -> None:
        inside.post("statement", text.pk, 1, initials="RR")
        field = re.search(r'<input[^>]*id="initials"[^>]*>', inside.get("statement", text.pk, 2).content.decode())
        assert field is not None
        assert 'value=""' in field[0]

    def test_leads_to_the_next_and_the_last_one_to_the_signature(self, inside: Way, text: FormText) -> None:
        numbers = range(1, len(text.body["statements"]) + 1)
        led = [inside.post("statement", text.pk, number, initials="RR")["Location"] for number in numbers]
        onward = [inside.address("statement", text.pk, number + 1) for number in numbers][:-1]
        assert led == [*onward, inside.address("signature", text.pk)]

    @pytest.mark.parametrize("number", [0, 13, 999_999_999_999])
    def test_that_is_none_leads_back(self, inside: Way, text: FormText, number: int) -> None:
        assert inside.get("statement", text.pk, number).status_code == 303

    def test_is_kept_over_the_end_of_a_visit(self, inside: Way, text: FormText, clock: time_machine.Traveller) -> None:
        inside.initial_all(text, but=(12,))
        clock.shift(timedelta(minutes=16))
        assert inside.post("statement", text.pk, 12, initials="RR").status_code == 401
        inside.at_the_forms()
        assert inside.get("forms").context["left"][0].done == 11

    def test_in_another_language_is_another_statement(self, inside: Way, text: FormText) -> None:
        inside.post("statement", text.pk, 1, initials="RR")
        inside.post("forms", switch="es")
        spanish = inside.texts()[0]
        assert (spanish.language, spanish.form_version) == ("es", text.form_version)
        assert inside.get("forms").context["left"][0].done == 0
        assert inside.get("statement", text.pk, 2).status_code == 303
        assert Initial.objects.count() == 1


class TestTheSignature:
    def test_lists_every_statement_with_its_initials_and_says_what_it_means(self, inside: Way, text: FormText) -> None:
        page = inside.initial_all(text).get("signature", text.pk).content.decode()
        assert page.count("<strong>RR</strong>, March 11, 2027, 10:00 AM EST") == 12
        assert "I have read and understood each statement, and I consent" in page

    def test_shows_name_time_with_zone_and_meaning_once_given(self, inside: Way, text: FormText) -> None:
        answer = inside.initial_all(text).sign(text)
        assert answer.status_code == 201
        page = answer.content.decode()
        for words in (
            "Robin Reyes",
            "March 11, 2027, 10:00 AM EST",
            "and I consent",
            "Still to sign this form: prescriber",
        ):
            assert words in page

    def test_names_every_statement_that_is_missing(self, inside: Way, text: FormText) -> None:
        answer = inside.initial_all(text, but=(3, 7)).sign(text)
        assert answer.status_code == 400
        named = set(re.findall(r'href="#statement-(\d+)"', answer.content.decode()))
        assert named == {"3", "7"}
        assert not SignedConsent.objects.exists()

    def test_needs_a_name(self, inside: Way, text: FormText) -> None:
        answer = inside.initial_all(text).sign(text, name="  ")
        assert answer.status_code == 400
        assert 'href="#name"' in answer.content.decode()

    def test_sent_again_answers_with_the_one_that_stands(self, inside: Way, text: FormText) -> None:
        codes = [inside.initial_all(text).sign(text).status_code, inside.sign(text).status_code]
        assert codes == [201, 200]
        assert inside.get("signature", text.pk).status_code == 200
        assert SignedConsent.objects.count() == 1

    def test_after_the_first_needs_the_pin_again(self, inside: Way, text: FormText) -> None:
        inside.initial_all(text).sign(text)
        second = inside.texts()[0]
        inside.initial_all(second)
        for pin in ("", "111222"):
            answer = inside.sign(second, pin=pin)
            assert answer.status_code == 403
            assert 'href="#pin"' in answer.content.decode()
        assert SignedConsent.objects.count() == 1

    def test_with_the_fifth_wrong_pin_closes_the_link(self, inside: Way, text: FormText) -> None:
        inside.initial_all(text).sign(text)
        second = inside.texts()[0]
        inside.initial_all(second)
        assert [inside.sign(second, pin="111222").status_code for _ in range(5)] == [403] * 4 + [404]
        assert inside.get("door").status_code == 404

    def test_without_a_visit_is_forbidden(self, inside: Way, text: FormText) -> None:
        inside.initial_all(text).client.cookies.clear()
        assert inside.sign(text).status_code == 403
        assert not SignedConsent.objects.exists()

    def test_with_the_pin_alone_after_the_idle_minutes_is_not_taken(
        self, inside: Way, text: FormText, clock: time_machine.Traveller
    ) -> None:
        inside.initial_all(text)
        clock.shift(timedelta(minutes=16))
        answer = inside.sign(text, pin=inside.pin)
        assert answer.status_code == 401
        assert "is kept" in answer.content.decode()
        assert inside.at_the_forms().sign(text).status_code == 201

    @pytest.mark.parametrize("who", ["superuser", "prescriber"])
    def test_by_someone_of_the_staff_is_forbidden_and_recorded(
        self, inside: Way, text: FormText, program: lives.Program, who: str
    ) -> None:
        inside.initial_all(text)
        user = User.objects.create_superuser("ada", password="a long enough passphrase")
        if who == "prescriber":
            type(program.prescriber).objects.filter(pk=program.prescriber.pk).update(user=user)
        visit = inside.client.cookies["signing"].value
        inside.client.force_login(user)
        inside.client.cookies["signing"] = visit
        answer = inside.sign(text)
        assert answer.status_code == 403
        assert "nobody signs for another person" in answer.content.decode()
        assert refused_tries() == 1
        assert not SignedConsent.objects.exists()

    def test_under_another_s_form_leads_back(self, inside: Way, text: FormText) -> None:
        others = FormText.objects.exclude(pk__in=[text.pk for text in inside.texts()])
        assert [inside.sign(other).status_code for other in others] == [303] * len(others)
        assert not SignedConsent.objects.exists()


class TestAnotherNameThanTheClinicHas:
    def test_is_asked_about_and_loses_nothing(self, inside: Way, text: FormText) -> None:
        answer = inside.initial_all(text).sign(text, name="Mickey <b>Mouse", drawn=DRAWN)
        page = answer.content.decode()
        assert answer.status_code == 400
        assert "The clinic knows you as Robin Reyes, and you typed Mickey &lt;b&gt;Mouse." in page
        assert 'href="#confirmed"' in page
        assert 'value="Mickey &lt;b&gt;Mouse" required' in page
        assert f'value="{DRAWN}"' in page
        assert " checked" not in page
        assert not SignedConsent.objects.exists()

    def test_is_taken_once_confirmed(self, inside: Way, text: FormText) -> None:
        inside.initial_all(text).sign(text, name="Mickey Mouse")
        assert inside.sign(text, name="Mickey Mouse", confirmed="Mickey Mouse").status_code == 201
        assert SignedConsent.objects.get().signer_name == "Mickey Mouse"

    def test_is_asked_about_again_where_it_is_yet_another(self, inside: Way, text: FormText) -> None:
        inside.initial_all(text)
        assert inside.sign(text, name="XY", confirmed="Mickey Mouse").status_code == 400
        assert not SignedConsent.objects.exists()

    @pytest.mark.parametrize("name", ["robin reyes", "Robin  Réyes", "ROBINREYES", "Robin Re\u0301yes"])
    def test_is_none_by_case_accents_or_spaces(self, inside: Way, text: FormText, name: str) -> None:
        assert inside.initial_all(text).sign(text, name=name).status_code == 201

    def test_is_not_asked_about_where_the_clinic_has_none(self, inside: Way, text: FormText) -> None:
        type(inside.request.registrant).objects.filter(pk=inside.request.registrant_id).update(name="")
        assert inside.initial_all(text).sign(text, name="Mickey Mouse").status_code == 201

    def test_stays_confirmed_when_the_pin_was_wrong(self, inside: Way, text: FormText) -> None:
        inside.initial_all(text).sign(text)
        second = inside.texts()[0]
        given = {"name": "Mickey Mouse", "confirmed": "Mickey Mouse"}
        answer = inside.initial_all(second).sign(second, pin="111222", **given)
        assert answer.status_code == 403
        assert " checked> Yes, this is how I sign" in answer.content.decode()

    def test_of_a_guardian_is_compared_with_the_guardians(self, program: lives.Program) -> None:
        guardian = a_minor(program, AT)[1].at_the_forms()
        text = guardian.texts()[0]
        answer = guardian.initial_all(text).sign(text, name="Robin Reyes")
        assert (answer.status_code, guardian.sign(text).status_code) == (400, 201)
        assert "The clinic knows you as Gale Reyes" in answer.content.decode()


class TestADrawnName:
    def test_is_kept_as_strokes(self, inside: Way, text: FormText) -> None:
        answer = inside.initial_all(text).sign(text, drawn="[[[1,2],[30,40]],[[5,6]]]")
        assert answer.status_code == 201
        assert SignedConsent.objects.get().drawn == [[[1, 2], [30, 40]], [[5, 6]]]
        assert 'points="1,2 30,40"' in answer.content.decode()

    def test_that_is_none_is_not_taken(self, inside: Way, text: FormText) -> None:
        assert inside.initial_all(text).sign(text, drawn='{"a": 1}').status_code == 400
        assert not SignedConsent.objects.exists()

    @pytest.mark.parametrize("sent", ["", "[]", "[[]]"])
    def test_may_be_missing(self, sent: str) -> None:
        assert drawn_from(sent) == []

    @pytest.mark.parametrize(
        "sent",
        ["no", "{}x", "3", "[3]", "[[3]]", "[[[1]]]", "[[[1,2,3]]]", "[[[-1,2]]]", "[[[601,2]]]", "[[[1.5,2]]]",
         '[[["1","2"]]]', "[[[true,false]]]", "[" * 100_000, json.dumps([[[1, 1]] * (MOST_POINTS + 1)])],
        ids=lambda sent: sent[:20],
    )  # fmt: skip
    def test_is_points_within_the_place(self, sent: str) -> None:
        assert drawn_from(sent) is None
