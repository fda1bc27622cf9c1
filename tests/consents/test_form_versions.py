"""Versions of the forms: drafted, changed, approved by a second person, reviewed, published, and then in force."""

from copy import deepcopy
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from consents.actions.forms import (
    approve_text,
    change_text,
    draft_version,
    publish_version,
    record_translation_review,
)
from consents.actions.signing import sign
from consents.canonical import text_digest
from consents.models import FormText, FormVersion
from consents.vocabulary import STATEMENTS, Language
from pledge.rules.calendar import program_day
from pledge.rules.vocabulary import ConsentForm, Signer
from pledge.trail import SYSTEM, by_program
from tests import lives
from tests.consents.drafts import (
    APPROVER,
    AUTHOR,
    INFORMED,
    REWORDED,
    approved,
    bodies,
    drafted,
    present,
    published,
    text_in,
)
from tests.pledge.happened import events, fresh, rejected

pytestmark = pytest.mark.django_db
AT = lives.UNDER_2026
ON = program_day(AT)
BY = {"by": AUTHOR, "at": AT}


def read(text):
    """What someone answers for who has read a text as it is given here."""
    return {"text": text, "digest": text.digest}


def reworded(text, **parts):
    return {**deepcopy(text.body), **parts}


class TestDrafting:
    def test_keeps_every_language_with_its_digest_and_author(self):
        version = drafted(AT)
        assert [text.language for text in version.texts.all()] == ["en", "es"]
        for text in version.texts.all():
            words = {"form": INFORMED, "version": "next", "language": text.language, "body": text.body}
            assert text.digest == text_digest(**words)
            assert (text.drafted_by, text.drafted_at, text.approved_at) == (AUTHOR.name, AT, None)
            assert text.body["statements"][-1] == REWORDED

    def test_leaves_digests_in_the_trail_and_no_words(self):
        with events() as told:
            version = drafted(AT)
        assert told[0].changes[f"formtext:{text_in(version).pk}"]["digest"] == [None, text_in(version).digest]
        assert REWORDED not in str(told[0].changes)

    @pytest.mark.parametrize("name", ["2021", "", "no spaces", "a" * 17, "ünlaut"])
    def test_takes_a_free_and_plain_name(self, name):
        given = {"form": INFORMED, "in_force_from": ON + timedelta(days=9), "bodies": bodies(INFORMED, ON)}
        rejected(draft_version, "version", version=name, **given, **BY)

    @pytest.mark.parametrize("days", [0, -1])
    def test_is_for_a_day_still_to_come(self, days):
        given = {"form": INFORMED, "version": "next", "bodies": bodies(INFORMED, ON)}
        rejected(draft_version, "in_force_from", in_force_from=ON + timedelta(days=days), **given, **BY)

    def test_is_for_a_day_of_its_own(self):
        drafted(AT)
        given = {"form": INFORMED, "version": "other", "bodies": bodies(INFORMED, ON)}
        rejected(draft_version, "in_force_from", in_force_from=ON + timedelta(days=30), **given, **BY)

    def test_needs_every_language_and_no_other(self):
        words = bodies(INFORMED, ON)
        given = {"form": INFORMED, "version": "next", "in_force_from": ON + timedelta(days=9)}
        rejected(draft_version, "bodies", bodies={"en": words["en"]}, **given, **BY)
        rejected(draft_version, "bodies", bodies={**words, "fr": words["en"]}, **given, **BY)

    @pytest.mark.parametrize("form", list(ConsentForm))
    @pytest.mark.parametrize("more", [-1, 1])
    def test_takes_just_as_many_statements_as_the_form_has(self, form, more):
        words = bodies(form, ON)
        words["es"]["statements"] = ["Entiendo."] * (STATEMENTS[form] + more)
        given = {"form": form, "version": "next", "in_force_from": ON + timedelta(days=9)}
        assert "Español" in rejected(draft_version, "body", bodies=words, **given, **BY).message

    @pytest.mark.parametrize(
        "parts",
        [
            {"title": " "},
            {"title": None},
            {"introduction": []},
            {"closing": "a text and no list"},
            {"closing": [1]},
            {"statements": ["I know."] * 11 + [" "]},
            {"appendix": ["more"]},
        ],
    )
    def test_takes_no_empty_or_unknown_part(self, parts):
        words = bodies(INFORMED, ON)
        words["en"].update(parts)
        given = {"form": INFORMED, "version": "next", "in_force_from": ON + timedelta(days=9)}
        rejected(draft_version, "body", bodies=words, **given, **BY)


class TestChanging:
    def test_a_draft_keeps_the_new_words_and_who_wrote_them(self):
        text, later = text_in(drafted(AT)), AT + timedelta(hours=1)
        row = fresh(change_text(text=text, body=reworded(text, title="Other"), by=APPROVER, at=later))
        assert (row.body["title"], row.drafted_by, row.drafted_at) == ("Other", APPROVER.name, later)
        assert row.digest != text.digest

    def test_to_the_same_words_is_rejected(self):
        text = text_in(drafted(AT))
        rejected(change_text, "body", text=text, body=text.body, **BY)

    def test_to_a_wrong_shape_is_rejected(self):
        text = text_in(drafted(AT))
        rejected(change_text, "body", text=text, body=reworded(text, statements=["I know."]), **BY)

    def test_voids_a_translators_review(self):
        text = text_in(drafted(AT), "es")
        record_translation_review(**read(text), reviewer="R. Ruiz, certified translator", **BY)
        row = change_text(text=text, body=reworded(text, title="Otro"), **BY)
        assert (row.translation_reviewed_at, row.translation_reviewed_by) == (None, "")

    def test_an_approved_text_is_rejected(self):
        text = text_in(approved(AT))
        rejected(change_text, "text", text=text, body=reworded(text, title="Other"), **BY)


class TestApproving:
    def test_is_done_by_another_person_and_names_them(self):
        text = text_in(drafted(AT))
        with events() as told:
            row = fresh(approve_text(**read(text), by=APPROVER, at=AT))
        assert (row.approved_by, row.approved_at) == (APPROVER.name, AT)
        assert told[0].changes["form_text"] == {"en": [None, text.digest]}

    def test_is_not_done_by_who_drafted_it(self):
        refusal = rejected(approve_text, "by", **read(text_in(drafted(AT))), **BY)
        assert "another program administrator" in refusal.message

    def test_is_not_done_by_who_changed_it_last(self):
        text = text_in(drafted(AT))
        text = change_text(text=text, body=reworded(text, title="Other"), by=APPROVER, at=AT)
        rejected(approve_text, "by", **read(text), by=APPROVER, at=AT)
        assert approve_text(**read(text), **BY).approved_by == AUTHOR.name

    def test_tells_two_people_of_one_name_apart(self):
        namesake = by_program(AUTHOR.name, "77")
        assert approve_text(**read(text_in(drafted(AT))), by=namesake, at=AT).approved_by == AUTHOR.name

    def test_does_not_take_another_name_for_another_person(self):
        rejected(approve_text, "by", **read(text_in(drafted(AT))), by=by_program("Renamed", AUTHOR.id), at=AT)

    def test_does_not_take_who_has_no_log_in_for_another_person(self):
        rejected(approve_text, "by", **read(text_in(drafted(AT))), by=by_program(AUTHOR.name), at=AT)

    def test_is_not_done_for_words_that_were_not_read(self):
        text = text_in(drafted(AT))
        change_text(text=text, body=reworded(text, title="Other"), **BY)
        assert AUTHOR.name in rejected(approve_text, "digest", **read(text), by=APPROVER, at=AT).message
        approve_text(**read(fresh(text)), by=APPROVER, at=AT)

    def test_twice_is_rejected(self):
        text = text_in(approved(AT))
        assert APPROVER.name in rejected(approve_text, "text", **read(text), by=by_program("Cy", "3"), at=AT).message

    def test_words_that_came_past_the_actions_is_rejected(self):
        text = text_in(drafted(AT))
        FormText.objects.filter(pk=text.pk).update(body=reworded(text, title="Forged"))
        rejected(approve_text, "text", **read(text), by=APPROVER, at=AT)


class TestReviewingATranslation:
    def test_names_the_translator_also_of_a_published_text(self):
        text = text_in(present(INFORMED, ON), "es")
        row = fresh(record_translation_review(**read(text), reviewer=" R. Ruiz, certified translator ", **BY))
        assert (row.translation_reviewed_by, row.translation_reviewed_at) == ("R. Ruiz, certified translator", AT)

    def test_can_be_done_again(self):
        text = text_in(present(INFORMED, ON), "es")
        record_translation_review(**read(text), reviewer="R. Ruiz", **BY)
        assert record_translation_review(**read(text), reviewer="S. Sol", **BY).translation_reviewed_by == "S. Sol"

    def test_of_words_that_were_changed_meanwhile_is_rejected(self):
        text = text_in(drafted(AT), "es")
        change_text(text=text, body=reworded(text, title="Otro"), **BY)
        rejected(record_translation_review, "digest", **read(text), reviewer="R. Ruiz", **BY)

    def test_of_the_original_is_rejected(self):
        text = text_in(present(INFORMED, ON), "en")
        rejected(record_translation_review, "text", **read(text), reviewer="R. Ruiz", **BY)

    @pytest.mark.parametrize("reviewer", ["", "  ", "r" * 201])
    def test_needs_a_name(self, reviewer):
        text = text_in(present(INFORMED, ON), "es")
        rejected(record_translation_review, "reviewer", **read(text), reviewer=reviewer, **BY)

    def test_is_not_invented_for_the_release(self):
        assert not FormText.objects.exclude(translation_reviewed_by="").exists()


class TestPublishing:
    def test_puts_the_version_in_force_on_its_first_day(self):
        old, new = present(INFORMED, ON), published(AT)
        begins = ON + timedelta(days=30)
        assert (new.published_by, new.published_at) == (AUTHOR.name, AT)
        assert fresh(old).superseded_on == begins
        assert present(INFORMED, begins - timedelta(days=1)) == old
        assert present(INFORMED, begins) == new

    def test_leaves_other_forms_alone(self):
        others = FormVersion.objects.exclude(form=INFORMED)
        before = list(others.values())
        published(AT)
        assert list(others.values()) == before

    @pytest.mark.parametrize("language", list(Language))
    def test_without_the_approval_of_every_language_is_rejected(self, language):
        version = drafted(AT)
        approve_text(**read(text_in(version, language)), by=APPROVER, at=AT)
        (other,) = set(Language) - {language}
        assert other.label in rejected(publish_version, "version", version=version, **BY).message

    def test_without_a_text_is_rejected(self):
        version = approved(AT)
        bare = FormVersion.objects.create(form=version.form, version="bare", in_force_from=ON + timedelta(days=60))
        rejected(publish_version, "version", version=bare, **BY)

    def test_is_rejected_once_its_first_day_has_begun(self):
        version = approved(AT)
        rejected(publish_version, "in_force_from", version=version, by=AUTHOR, at=AT + timedelta(days=30))

    def test_before_the_version_that_was_published_last_is_rejected(self):
        earlier = approved(AT, version="earlier", days=10)
        published(AT, version="later", days=20)
        rejected(publish_version, "in_force_from", version=earlier, **BY)

    def test_twice_is_rejected(self):
        rejected(publish_version, "version", version=published(AT), **BY)


class TestADraft:
    def test_is_never_in_force_nor_served(self):
        version = approved(AT)
        assert present(INFORMED, version.in_force_from) != version
        assert not FormText.objects.served().filter(form_version=version).exists()

    def test_is_not_what_is_signed_on_its_day(self):
        version = approved(AT)
        later = AT + timedelta(days=31)
        life = lives.registered(lives.a_program(later), later)
        signature = sign(
            registrant=life.registrant, form=INFORMED, signer=Signer.REGISTRANT, by=life.program.clinic, at=later
        )
        assert signature.form_version != version

    def test_is_served_once_it_is_published(self):
        version = published(AT)
        assert FormText.objects.served().filter(form_version=version).count() == len(Language)


class TestOnlyAProgramAdministrator:
    def test_does_any_of_it(self):
        program = lives.a_program(AT)
        version, ready = drafted(AT), approved(AT, version="ready", days=40)
        text, spanish = text_in(version), text_in(version, "es")
        words = {"form": INFORMED, "version": "x", "in_force_from": ON + timedelta(days=9), "bodies": {}}
        for by in (program.clinic, program.counter, SYSTEM):
            who = {"by": by, "at": AT}
            rejected(draft_version, "by", **words, **who)
            rejected(change_text, "by", text=text, body=reworded(text, title="Other"), **who)
            rejected(approve_text, "by", **read(text), **who)
            rejected(record_translation_review, "by", **read(spanish), reviewer="R. Ruiz", **who)
            rejected(publish_version, "by", version=ready, **who)


class TestTheDatabase:
    """The last line: what the actions refuse, raw SQL cannot do either."""

    def refuses(self, statement, *values):
        says = "is kept as it is once it has"
        with pytest.raises(DatabaseError, match=says), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)

    def test_keeps_an_approved_text(self):
        text = text_in(approved(AT))
        self.refuses("UPDATE consents_formtext SET body = '{}' WHERE id = %s", text.pk)
        self.refuses("UPDATE consents_formtext SET digest = 'x' WHERE id = %s", text.pk)
        self.refuses("UPDATE consents_formtext SET approved_by = 'me' WHERE id = %s", text.pk)
        self.refuses("UPDATE consents_formtext SET approved_at = NULL, approved_by = '' WHERE id = %s", text.pk)
        self.refuses("DELETE FROM consents_formtext WHERE id = %s", text.pk)

    def test_keeps_a_published_version(self):
        version = published(AT)
        self.refuses("UPDATE consents_formversion SET in_force_from = '2030-01-01' WHERE id = %s", version.pk)
        self.refuses("UPDATE consents_formversion SET published_at = NULL WHERE id = %s", version.pk)
        self.refuses("DELETE FROM consents_formversion WHERE id = %s", version.pk)

    def test_lets_a_draft_be_written(self):
        text = text_in(drafted(AT))
        with connection.cursor() as cursor:
            cursor.execute("UPDATE consents_formtext SET digest = 'x' WHERE id = %s", [text.pk])
        assert fresh(text).digest == "x"
