"""The forms in the admin: who may, what is shown, and every step from a draft to a version that is signed."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from consents.actions.forms import record_translation_review
from consents.admin.differences import Piece, differences
from consents.models import FormText, FormVersion
from pledge.models import EventType, ProgramEvent
from pledge.rules.vocabulary import ConsentForm
from tests.consents import drafts
from tests.pledge.admin.world import PASSPHRASE, World, digest, filled_in, logged_in, newest_act, take
from tests.pledge.happened import fresh

INFORMED, BIRTH_DEFECTS = ConsentForm.INFORMED_CONSENT, ConsentForm.BIRTH_DEFECTS_CONSENT
LIST = "/admin/consents/formversion/"
DRAFT = "draft-birth-defects-consent"


def page(row: Any) -> str:
    return reverse(f"admin:consents_{row._meta.model_name}_change", args=[row.pk])


def step(row: Any, slug: str) -> str:
    return reverse(f"admin:consents_{row._meta.model_name}_step", args=[row.pk, slug])


def new(slug: str = DRAFT) -> str:
    return reverse("admin:consents_formversion_new", args=[slug])


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def in_force(world: World, form: ConsentForm = BIRTH_DEFECTS) -> FormVersion:
    return drafts.present(form, world.today)


def a_draft(world: World) -> FormVersion:
    """A draft that the world's own administrator has written in the admin."""
    begins = world.today + timedelta(days=30)
    words = {"en_statement_9": "Where tests are done, in other words.", "es_statement_9": "Dónde se hacen las pruebas."}
    take(world.administrator, new(), version="2028", in_force_from=begins.isoformat(), **words)
    return FormVersion.objects.get(form=BIRTH_DEFECTS, version="2028")


def second(world: World) -> Client:
    """Another administrator, logged in."""
    return logged_in(User.objects.create_superuser("bo", password=PASSPHRASE, first_name="Bo", last_name="Boss"))


def errors(answer: HttpResponse) -> str:
    assert answer.status_code == 200
    return " ".join(str(answer.context["form"].errors).split())


class TestWhoMay:
    def test_read_or_change_the_forms_is_a_program_administrator(self, world: World) -> None:
        draft = a_draft(world)
        text = drafts.text_in(draft, "es")
        steps = [step(draft, "publish"), *(step(text, slug) for slug in ("change", "approve", "review"))]
        pages = [LIST, "/admin/consents/formtext/", new(), new("draft-informed-consent"), page(draft), page(text)]
        for address in (*pages, *steps):
            assert world.administrator.get(address).status_code == 200
            for client in (world.prescriber, world.assistant, world.stranger):
                assert client.get(address).status_code == 404
                assert client.post(address, {"agreed": "on"}).status_code in {404, 405}
            assert Client().get(address).status_code == 302

    def test_nothing_is_done_by_looking(self, world: World) -> None:
        draft = a_draft(world)
        text = drafts.text_in(draft)
        before = digest()
        for address in (
            LIST, new(), page(draft), page(text), page(in_force(world)),
            step(draft, "publish"), step(text, "approve"), step(text, "change"),
        ):  # fmt: skip
            assert world.administrator.get(address).status_code == 200
            assert world.administrator.head(address).status_code == 200
        assert digest() == before

    def test_a_page_takes_no_post(self, world: World) -> None:
        for row in (in_force(world), drafts.text_in(in_force(world))):
            assert world.administrator.post(page(row)).status_code == 405

    def test_what_is_not_there_is_not_found(self, world: World) -> None:
        text = drafts.text_in(in_force(world))
        for address in (new("publish"), step(text, DRAFT), step(in_force(world), DRAFT), f"{LIST}999999/"):
            assert world.administrator.get(address).status_code == 404


class TestTheList:
    def test_says_what_each_version_is(self, world: World) -> None:
        a_draft(world)
        drafts.published(world.at, INFORMED, "to-come")
        listed = shown(world.administrator, LIST)
        for state in ("Draft", "In force", "Superseded", "Published, to come"):
            assert f">{state}<" in listed

    def test_says_that_no_translator_has_reviewed(self, world: World) -> None:
        assert "No qualified translator&#x27;s review is on record." in shown(world.administrator, LIST)

    def test_names_the_translator_who_has(self, world: World) -> None:
        for text in FormText.objects.filter(language="es"):
            record_translation_review(
                text=text, reviewer="R. Ruiz, ATA", digest=text.digest, by=drafts.AUTHOR, at=world.at
            )
        listed = shown(world.administrator, LIST)
        assert "Reviewed by R. Ruiz, ATA." in listed
        assert "No qualified translator" not in listed


class TestAVersionsPage:
    def test_shows_the_languages_side_by_side(self, world: World) -> None:
        version = in_force(world)
        content = shown(world.administrator, page(version))
        for language in ("en", "es"):
            for statement in drafts.text_in(version, language).body["statements"]:
                assert f'lang="{language}">{statement.replace(chr(39), "&#x27;")}</td>' in content

    def test_marks_what_differs_from_the_version_before(self, world: World) -> None:
        content = shown(world.administrator, page(in_force(world)))
        assert "12 of 14 statements are the same, word for word." in content
        assert "<del> lab,</del>" in content
        assert "<ins> medical setting too,</ins>" in content
        assert "at home if my prescriber has allowed that for me.</ins>" in content

    def test_of_the_first_version_has_nothing_to_compare(self, world: World) -> None:
        assert "none to compare it with" in shown(world.administrator, page(in_force(world, INFORMED)))

    def test_compares_a_draft_with_what_is_published_and_not_with_another_draft(self, world: World) -> None:
        drafts.drafted(world.at, BIRTH_DEFECTS, "between", days=9)
        content = world.administrator.get(page(a_draft(world)))
        assert content.context["before"] == in_force(world)

    def test_says_which_words_lack_an_approver_or_a_translator(self, world: World) -> None:
        content = shown(world.administrator, page(a_draft(world)))
        assert content.count("by anyone but Ada Admin") == 2
        assert content.count("No qualified translator&#x27;s review is on record.") == 1

    def test_says_when_it_is_in_force(self, world: World) -> None:
        assert "A draft: nobody is shown it" in shown(world.administrator, page(a_draft(world)))
        assert "In force since November 15, 2026." in shown(world.administrator, page(in_force(world)))
        old = FormVersion.objects.get(form=BIRTH_DEFECTS, version="2021")
        assert "Superseded since November 15, 2026." in shown(world.administrator, page(old))
        coming = drafts.published(world.at, INFORMED, "to-come")
        assert "It is signed from Saturday, April 10, 2027." in shown(world.administrator, page(coming))

    def test_offers_approval_to_who_did_not_write_it_and_publishing_once_it_is_approved(self, world: World) -> None:
        draft = a_draft(world)
        text = drafts.text_in(draft)
        own, others = shown(world.administrator, page(draft)), shown(second(world), page(draft))
        assert (step(text, "approve") in own, step(text, "change") in own) == (False, True)
        assert step(text, "approve") in others
        assert ('href="publish/"' in own, 'href="publish/"' in others) == (False, False)
        ready = drafts.approved(world.at, INFORMED, "to-come")
        assert 'href="publish/"' in shown(world.administrator, page(ready))

    def test_offers_no_change_of_what_is_approved(self, world: World) -> None:
        version = in_force(world)
        content = shown(world.administrator, page(version))
        offered = {slug for slug in ("change", "approve") if step(drafts.text_in(version), slug) in content}
        assert offered == set()
        assert step(version, "publish") not in content
        assert step(drafts.text_in(version, "es"), "review") in content
        assert step(drafts.text_in(version, "en"), "review") not in content

    def test_tells_what_happened_to_it_and_to_its_texts(self, world: World) -> None:
        version = drafts.published(world.at, INFORMED, "to-come")
        content = shown(world.administrator, page(version))
        for title in ("Form version drafted", "Form text approved", "Form version published"):
            assert title in content


class TestThePreview:
    @pytest.mark.parametrize(
        ("language", "heading", "initials"),
        [("en", "Statement 14 of 14", "Your initials"), ("es", "Declaración 14 de 14", "Sus iniciales")],
    )
    def test_reads_as_a_signer_reads_it(self, world: World, language: str, heading: str, initials: str) -> None:
        text = drafts.text_in(in_force(world), language)
        content = shown(world.administrator, page(text))
        assert f'<html lang="{language}">' in content
        assert heading in content
        assert content.count(initials) == len(text.body["statements"])
        for said in (*text.body["introduction"], *text.body["statements"], *text.body["closing"]):
            assert said.replace("'", "&#x27;").replace('"', "&quot;") in content

    def test_cannot_be_signed(self, world: World) -> None:
        content = shown(world.administrator, page(drafts.text_in(in_force(world))))
        assert "<form" not in content
        assert "<script" not in content


class TestDrafting:
    def test_begins_with_the_present_words(self, world: World) -> None:
        form = world.administrator.get(new()).context["form"]
        present = in_force(world)
        for language in ("en", "es"):
            body = drafts.text_in(present, language).body
            assert form[f"{language}_title"].value() == body["title"]
            assert form[f"{language}_introduction"].value() == "\n\n".join(body["introduction"])
            assert [form[f"{language}_statement_{n}"].value() for n in range(1, 15)] == body["statements"]

    def test_keeps_what_was_changed_and_the_rest_as_it_was(self, world: World) -> None:
        draft, present = a_draft(world), in_force(world)
        for language in ("en", "es"):
            old, new_one = (drafts.text_in(version, language).body for version in (present, draft))
            pairs = zip(old["statements"], new_one["statements"], strict=True)
            assert [number for number, (before, after) in enumerate(pairs, 1) if before != after] == [9]
            assert {**new_one, "statements": []} == {**old, "statements": []}
        event = newest_act()
        assert (event.type, event.actor_name) == (EventType.FORM_VERSION_DRAFTED, "Ada Admin")

    def test_reads_paragraphs_and_lines_as_a_browser_sends_them(self, world: World) -> None:
        begins = (world.today + timedelta(days=3)).isoformat()
        words = {"en_closing": "First\r\nparagraph. \r\n\r\n\r\n Second.", "en_statement_1": " One\r\n  line. "}
        take(world.administrator, new(), version="2029", in_force_from=begins, **words)
        body = drafts.text_in(FormVersion.objects.get(version="2029")).body
        assert body["closing"] == ["First paragraph.", "Second."]
        assert body["statements"][0] == "One line."

    @pytest.mark.parametrize(
        ("fields", "says"),
        [
            ({"version": "2026"}, "There is a version 2026 of this form already"),
            ({"version": "2 0"}, "letters, digits and hyphens"),
            ({"in_force_from": "2027-03-11"}, "Enter a day on or after 2027-03-12"),
            ({"es_statement_3": "  "}, "This field is required"),
        ],
    )
    def test_says_what_is_wrong_and_keeps_what_was_written(
        self, world: World, fields: dict[str, str], says: str
    ) -> None:
        before = FormVersion.objects.count()
        given = {"version": "2028", "in_force_from": "2027-05-01", "en_statement_1": "Kept.", **fields}
        answer = take(world.administrator, new(), **given)
        assert says in errors(answer)
        assert ">\nKept.</textarea>" in answer.content.decode()
        assert FormVersion.objects.count() == before


class TestTheWayToPublishing:
    def test_takes_two_people(self, world: World) -> None:
        draft = a_draft(world)
        other = second(world)
        for text in draft.texts.all():
            mine = take(world.administrator, step(text, "approve"), agreed="on")
            assert "another program administrator approves them" in errors(mine)
            assert take(other, step(text, "approve"), agreed="on").status_code == 302
        assert take(world.administrator, step(draft, "publish"), agreed="on").status_code == 302
        assert fresh(draft).published_by == "Ada Admin"
        assert {text.approved_by for text in draft.texts.all()} == {"Bo Boss"}
        assert drafts.present(BIRTH_DEFECTS, draft.in_force_from) == draft

    def test_stops_before_it_where_a_text_is_not_approved(self, world: World) -> None:
        draft = a_draft(world)
        answer = take(world.administrator, step(draft, "publish"), agreed="on")
        assert "Not approved yet: English, Español" in errors(answer)
        assert fresh(draft).published_at is None

    @pytest.mark.parametrize("slug", ["approve", "publish"])
    def test_asks_for_a_person_who_has_read_it(self, world: World, slug: str) -> None:
        draft = a_draft(world)
        row = draft if slug == "publish" else drafts.text_in(draft)
        assert "This field is required" in errors(take(second(world), step(row, slug)))

    def test_says_before_publishing_that_no_translator_has_reviewed(self, world: World) -> None:
        draft = a_draft(world)
        assert "Español: No qualified translator" in shown(world.administrator, step(draft, "publish"))

    def test_leads_back_to_the_version(self, world: World) -> None:
        draft = a_draft(world)
        answer = take(second(world), step(drafts.text_in(draft), "approve"), agreed="on")
        assert answer["Location"] == page(draft)

    def test_words_can_be_changed_until_they_are_approved(self, world: World) -> None:
        text, other = drafts.text_in(a_draft(world)), second(world)
        take(other, step(text, "change"), en_title="Another title")
        assert (fresh(text).body["title"], fresh(text).drafted_by) == ("Another title", "Bo Boss")
        take(world.administrator, step(text, "approve"), agreed="on")
        answer = take(other, step(text, "change"), en_title="A third title")
        assert "This text is approved and stays as it is" in errors(answer)
        assert fresh(text).body["title"] == "Another title"

    def test_words_that_changed_while_they_were_read_are_not_approved(self, world: World) -> None:
        text, other = drafts.text_in(a_draft(world)), second(world)
        address = step(text, "approve")
        form = filled_in(other.get(address), agreed="on")
        take(world.administrator, step(text, "change"), en_title="Slipped in")
        told = other.post(address, form)
        assert "The record has changed since this form was shown" in told.content.decode()
        again = {**form, "seen": told.context["seen"]}
        assert "Ada Admin wrote other words meanwhile: go back, read them" in errors(other.post(address, again))
        assert fresh(text).approved_at is None
        assert take(other, address, agreed="on").status_code == 302

    def test_a_review_names_the_translator(self, world: World) -> None:
        text = drafts.text_in(in_force(world), "es")
        take(world.administrator, step(text, "review"), reviewer="R. Ruiz, ATA")
        assert fresh(text).translation_reviewed_by == "R. Ruiz, ATA"
        assert "Reviewed by R. Ruiz, ATA." in shown(world.administrator, page(in_force(world)))

    def test_a_second_click_does_nothing(self, world: World) -> None:
        text, other = drafts.text_in(a_draft(world)), second(world)
        form = filled_in(other.get(step(text, "approve")), agreed="on")
        assert other.post(step(text, "approve"), form).status_code == 302
        before = ProgramEvent.objects.count()
        assert "You did this a moment ago" in other.post(step(text, "approve"), form).content.decode()
        assert ProgramEvent.objects.count() == before


class TestDifferences:
    OLD = {"title": "A form", "introduction": ["Hello."], "statements": ["I am here.", "I stay."], "closing": ["Bye."]}

    def test_of_the_same_words_are_none(self) -> None:
        assert differences(self.OLD, self.OLD) == []

    def test_name_the_part_and_mark_the_words(self) -> None:
        (found,) = differences(self.OLD, {**self.OLD, "statements": ["I am now here.", "I stay."]})
        assert (found.part, found.how) == ("Statement 1", "Changed")
        assert found.before == [Piece("I am", same=True), Piece(" here.", same=True)]
        assert found.after == [Piece("I am", same=True), Piece(" now", same=False), Piece(" here.", same=True)]

    def test_show_what_is_new_and_what_is_left_out(self) -> None:
        more = {**self.OLD, "closing": ["Bye.", "See you."]}
        (new_one,) = differences(self.OLD, more)
        assert (new_one.part, new_one.how, new_one.before) == ("Closing 2", "New", [])
        (gone,) = differences(more, self.OLD)
        assert (gone.part, gone.how, gone.after) == ("Closing 2", "Left out", [])

    def test_give_words_of_their_own_as_a_whole(self) -> None:
        (found,) = differences(self.OLD, {**self.OLD, "title": "Something else entirely"})
        assert (found.part, found.how) == ("Title", "Written anew")
        assert (found.before, found.after) == (
            [Piece("A form", same=False)],
            [Piece("Something else entirely", same=False)],
        )

    def test_follow_a_paragraph_that_was_put_in_between(self) -> None:
        between = {**self.OLD, "introduction": ["Hello.", "Read on."]}
        (found,) = differences({**self.OLD, "introduction": ["Read on."]}, between)
        assert (found.part, found.how) == ("Introduction 1", "New")
