"""Go-live of the rules: two different administrators approve exactly what they read."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pledge.actions.editions import LONGEST_NOTE, approve_edition
from pledge.models import EditionApproval, EventType
from pledge.rules import rulebook
from pledge.rules.editions import EDITIONS, OVERLAYS
from pledge.rules.rulebook import digest_of
from pledge.trail import by_auditor, by_program
from tests.pledge.happened import events, rejected

pytestmark = pytest.mark.django_db
EDITION = EDITIONS[-1]
ADA, BRUNO = by_program("Ada Albright", "1"), by_program("Bruno Baker", "2")


def approve(at, by=ADA, **others):
    given = {"name": EDITION.name, "digest": digest_of(EDITION), **others}
    return approve_edition(**given, by=by, at=at)


class TestAnApproval:
    def test_is_given_by_two_administrators_and_each_is_in_the_trail(self, at):
        with events() as told:
            rows = [approve(at), approve(at, BRUNO, note=" read ")]
        assert [row.approved_by_name for row in rows] == ["Ada Albright", "Bruno Baker"]
        assert rows[1].note == "read"
        assert [event.type for event in told] == [EventType.EDITION_APPROVED] * 2
        assert told[0].changes[f"editionapproval:{rows[0].pk}"]["digest"] == [None, digest_of(EDITION)]

    def test_is_not_given_twice_by_one(self, at):
        approve(at)
        rejected(approve, "by", at=at)
        assert EditionApproval.objects.count() == 1

    def test_is_of_what_was_read(self, at):
        moved = replace(EDITION, effective_on=EDITION.effective_on + timedelta(days=7))
        rejected(approve, "digest", at=at, digest=digest_of(moved))

    def test_is_given_anew_once_a_date_has_moved(self, at, monkeypatch):
        approve(at)
        moved = replace(EDITION, effective_on=EDITION.effective_on + timedelta(days=7))
        monkeypatch.setattr(rulebook, "EDITIONS", (*EDITIONS[:-1], moved))
        rejected(approve, "digest", at=at, by=BRUNO)
        assert approve(at, digest=digest_of(moved)).digest != digest_of(EDITION)

    def test_is_given_to_an_overlay_too(self, at):
        assert approve(at, name=OVERLAYS[0].name, digest=digest_of(OVERLAYS[0])).edition == OVERLAYS[0].name

    @pytest.mark.parametrize("by", [by_auditor("Avery Ahn", "3"), by_program("Nobody")], ids=["auditor", "no log-in"])
    def test_is_an_administrators_own(self, at, by):
        rejected(approve, "by", at=at, by=by)

    def test_is_of_rules_that_are_dated(self, at):
        rejected(approve, "name", at=at, name="1999")

    def test_has_a_short_note(self, at):
        rejected(approve, "note", at=at, note="n" * (LONGEST_NOTE + 1))
