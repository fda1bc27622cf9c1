"""The merged timeline: what happened, what was sent and who looked; each once, newest first, page by page."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notifications.delivery import deliver
from notifications.kinds import Kind
from notifications.models import Notice, NoticeStatus
from notifications.sweep import run_sweep
from pledge.actions import registrants
from pledge.admin import story
from pledge.admin.story import Show
from pledge.admin.timeline import Line, Spot
from pledge.eligibility import CHECK
from pledge.models import AccessEntry, ProgramEvent
from pledge.rules.refusals import Refused
from pledge.rules.vocabulary import TestResult
from pledge.trail import by_designee, record_pharmacy_access
from tests import lives, signers
from tests.lives import Life
from tests.pledge.admin.world import World, page_of

SOURCES = {Show.ALL: (ProgramEvent, Notice), Show.READS: (AccessEntry,), Show.NOTICES: (Notice,)}


@pytest.fixture
def told(world: World) -> Life:
    """Someone on treatment of whom notices were queued, sent and skipped, and whose record was looked at."""
    life = lives.on_treatment(world.program, world.at, months_done=2)
    for days in (30, 1):
        run_sweep(at=lives.days_before(world.at, days))
        deliver(at=lives.days_before(world.at, days) + timedelta(hours=1))
    lives.a_test(life, world.at)
    run_sweep(at=world.at)
    return life


def walked(life: Life, show: Show = Show.ALL) -> Iterator[Line]:
    """Every line of every page, runs unfolded."""
    before = None
    while True:
        page = story.page_of(life.registrant, show, before)
        assert 0 < len(page.lines) <= story.PAGE
        for line in page.lines:
            yield from line.folded or (line,)
        if page.earlier is None:
            return
        before = Spot.read(str(page.earlier))


def rows_of(life: Life, show: Show) -> set[tuple[str, int]]:
    return {
        (model.__name__, row.pk) for model in SOURCES[show] for row in model.objects.filter(registrant=life.registrant)
    }


class TestPages:
    def test_hold_every_row_of_every_source_once_and_in_order(
        self, world: World, told: Life, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Also where what one page may fold ends in the middle of a run."""
        for _ in range(3):
            world.prescriber.get(page_of(told))
        names = ("ProgramEvent", "Notice", "AccessEntry")
        for per_page, most in ((1, 1), (2, 7), (3, 4), (40, 200)):
            monkeypatch.setattr(story, "PAGE", per_page)
            monkeypatch.setattr(story, "MOST_LINES", most)
            for show in SOURCES:
                spots = [line.spot for line in walked(told, show)]
                assert spots == sorted(set(spots), reverse=True)
                assert {(names[spot.rank], spot.pk) for spot in spots} == rows_of(told, show)

    def test_are_not_moved_by_what_happens_meanwhile(self, told: Life, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(story, "PAGE", 5)
        first = story.page_of(told.registrant)
        second = story.page_of(told.registrant, before=first.earlier)
        later = told.registrant.events.latest("at").at + timedelta(minutes=1)
        lives.a_test(told, later, result=TestResult.INDETERMINATE)
        assert story.page_of(told.registrant, before=first.earlier) == second

    def test_begin_anew_at_an_address_that_is_none_of_ours(self, world: World) -> None:
        life = lives.ready(world.program, world.at)
        with timezone.override(world.program.prescriber.time_zone):  # instants that changed are told in the reader's
            newest = story.page_of(life.registrant).lines
        for text in (
            "",
            "7",
            "1.2",
            "x.0.1",
            "1.0.1.1",
            "-1.0.1",
            "9" * 99,
            "1.0.1\n",
            "\N{ARABIC-INDIC DIGIT ONE}.0.1",
        ):
            assert Spot.read(text) is None
            shown = world.prescriber.get(page_of(life), {"before": text, "show": text})
            assert shown.context["lines"] == newest

    def test_take_the_same_statements_for_many_as_for_few(self, world: World, told: Life) -> None:
        few = lives.registered(world.program, world.at)
        world.prescriber.get(page_of(few))
        world.prescriber.get(page_of(told))
        for show in Show:
            counts = []
            for life in (few, told):
                with CaptureQueriesContext(connection) as asked:
                    world.prescriber.get(page_of(life), {"show": show.value})
                counts.append(len([one for one in asked if _about_lines(one["sql"])]))
            assert counts[1] <= counts[0] + 2, show  # the names of readers, where there are any


def _about_lines(statement: str) -> bool:
    tables = ("pledge_programevent", "pledge_accessentry", "notifications_notice")
    return any(f'FROM "{table}"' in statement for table in tables)


class TestANotice:
    def test_says_to_whom_and_what_became_of_it(self, world: World, told: Life) -> None:
        lines = {line.title: line for line in walked(told, Show.NOTICES)}
        kinds = {notice.status for notice in told.registrant.notices.all()}
        assert {NoticeStatus.SENT, NoticeStatus.SKIPPED, NoticeStatus.QUEUED} <= kinds
        queued = lines["Notice to Dr. Paula Prescott: confirmation due"]
        assert [said.text for said in queued.said] == ["Queued"]
        assert any(said.text == "Sent" and said.at for line in lines.values() for said in line.said)
        assert any(said.text == "Not sent: it was no longer true" for line in walked(told) for said in line.said)
        assert not any(line.stopped for line in lines.values())

    def test_that_failed_says_why(self, world: World) -> None:
        life = lives.registered(world.program, world.at)
        registrants.change_contact(
            registrant=life.registrant, contact={"email": ""}, by=world.program.clinic, at=world.at
        )
        run_sweep(at=world.at)
        deliver(at=world.at + timedelta(minutes=1))
        failed = [line for line in walked(life, Show.NOTICES) if line.stopped]
        assert {said.text for line in failed for said in line.said} == {"Could not be delivered: there is no address"}
        assert "Could not be delivered" in world.prescriber.get(page_of(life)).content.decode()

    def test_never_shows_what_it_said(self, world: World, told: Life) -> None:
        page = world.prescriber.get(page_of(told)).content.decode()
        said = [
            line for letter in mail.outbox for line in (letter.subject, *letter.body.splitlines()) if len(line) > 20
        ]
        assert said
        assert [line for line in said if line in page] == []

    def test_to_a_guardian_names_no_name(self, world: World) -> None:
        life = signers.a_minor(world.program, world.at)
        signers.signed_electronically(life, world.at)
        run_sweep(at=world.at)
        titles = {line.title for line in walked(life, Show.NOTICES)}
        assert f"Notice to the parent or guardian: {Kind.CONSENT_COPY.label.lower()}" in titles


class TestWhoLooked:
    def test_is_shown_when_asked_for(self, world: World) -> None:
        life = lives.ready(world.program, world.at)
        world.assistant.get(page_of(life))
        record_pharmacy_access(
            what=CHECK, pharmacy_id=world.program.pharmacy.pk, pharmacist="rph-17", registrant_id=life.registrant.pk,
            outcome="counseling_missing questions_missing", at=world.at,
        )  # fmt: skip
        page = world.prescriber.get(page_of(life), {"show": "reads"}).content.decode()
        assert "Looked at the record" in page
        for who in ("Dana Doe", "Dr. Paula Prescott", "Corner Pharmacy / rph-17"):
            assert f"by {who}" in page
        assert "The prescriber has not confirmed this month." in page
        everything = world.prescriber.get(page_of(life)).content.decode()
        assert "Looked at the record" not in everything

    def test_of_the_program_is_named_too(self, world: World) -> None:
        life = lives.registered(world.program, world.at)
        world.administrator.get(page_of(life))
        assert [line.who for line in walked(life, Show.READS)] == ["Ada Admin"]


class TestWhatIsShown:
    def test_is_narrowed_with_refusals_beside_what_was_refused(self, world: World) -> None:
        life = lives.on_treatment(world.program, world.at)
        with pytest.raises(Refused):
            lives.confirmed(life, world.at)
        with pytest.raises(Refused):
            lives.dispensed(life, world.at)
        shown = {
            show: {line.title for line in walked(life, show)} for show in (Show.MONTHS, Show.CONSENTS, Show.PHARMACY)
        }
        assert "Refused: confirming the month" in shown[Show.MONTHS]
        assert "Month confirmed: 30 days, window Feb 9 \N{EN DASH} 15" in shown[Show.MONTHS]
        assert "Questions answered: correctly" in shown[Show.MONTHS]
        assert shown[Show.CONSENTS] == {
            f"Form signed: {form}, by the {who}"
            for form in ("informed consent", "birth defects consent")
            for who in ("registrant", "prescriber")
        }
        assert shown[Show.PHARMACY] == {
            "Refused: an authorization was asked for",
            "Authorization issued: 30 days, to hand over by Feb 15",
            "Authorization dispensed: 30 days, lasting through Mar 10",
        }
        assert set.union(*shown.values()) < {line.title for line in walked(life)}

    def test_names_both_where_a_designee_acted(self, world: World) -> None:
        life = lives.enrolled(world.program, world.at)
        by = by_designee(world.designee, world.program.prescriber)
        registrants.change_contact(registrant=life.registrant, contact={"name": "Robin Rivera"}, by=by, at=world.at)
        assert "by Dana Doe for Dr. Paula Prescott" in world.prescriber.get(page_of(life)).content.decode()

    def test_keeps_the_filter_on_the_way_to_earlier_lines(
        self, world: World, told: Life, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(story, "PAGE", 3)
        page = world.prescriber.get(page_of(told), {"show": "months"}).content.decode()
        assert "?show=months&amp;before=" in page
        assert 'href="?show=months#timeline" aria-current="true"' in page
