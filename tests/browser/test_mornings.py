"""Three mornings in a real browser: a prescriber's with twenty registrants due, a designee's, an administrator's."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from consents.models import SignedConsent
from pledge.actions import authorizations, holds, participants
from pledge.actions.designations import designate
from pledge.admin.visitor import PROGRAM_ADMINISTRATORS
from pledge.models import Designee, Deviation, MonthlyConfirmation, ProgramEvent, Registrant
from pledge.rules.calendar import program_day
from pledge.rules.vocabulary import Scope, Signer, TestResult
from tests import lives, signers
from tests.browser.readable import nothing_is_the_matter
from tests.browser.staff import PASSPHRASE, let_in, log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("one_act_each")]
SEVERAL = ("Alma", "Bella", "Carla", "Dora", "Elsa", "Fay", "Gwen", "Hope", "Iris", "June", "Kate", "Lucy", "Mina")


def named(life: lives.Life, name: str) -> lives.Life:
    Registrant.objects.filter(pk=life.registrant.pk).update(name=name)
    return life


def to_confirm(program: lives.Program, name: str, at: datetime) -> lives.Life:
    """Someone on treatment whose test of today waits to be confirmed."""
    life = named(lives.on_treatment(program, at), name)
    lives.a_test(life, at)
    return life


def work_of(page: Page, name: str) -> Locator:
    """What the worklist has for someone."""
    return page.get_by_role("listitem").filter(has=page.get_by_role("link", name=name, exact=True))


def newest(registrant: Registrant) -> ProgramEvent:
    return ProgramEvent.objects.filter(registrant=registrant).latest("pk")


class TestAPrescribersMorning:
    """Fourteen months to confirm, three tests to record, a form to countersign, a hold to clear, a window closing."""

    @pytest.fixture
    def due(self, program: lives.Program, at: datetime) -> dict[str, lives.Life]:
        people = {name: to_confirm(program, f"{name} Avery", at) for name in (*SEVERAL, "Nadia")}
        for name in ("Olive", "Petra", "Quinn"):
            people[name] = named(lives.on_treatment(program, at), f"{name} Avery")
        people["Rita"] = named(lives.registered(program, at), "Rita Avery")
        signers.signs_all(people["Rita"], at)
        people["Sofia"] = named(lives.on_treatment(program, at), "Sofia Avery")
        lives.a_test(people["Sofia"], lives.days_before(at, 2), result=TestResult.POSITIVE)
        lives.a_test(people["Sofia"], at)
        people["Tara"] = named(lives.ready(program, lives.days_before(at, 5)), "Tara Avery")
        assert len(people) == 20
        return people

    def test_ends_with_everyone_a_step_further(self, page: Page, due: dict[str, lives.Life]) -> None:
        log_in(page, "paula")
        expect(page.get_by_text("20 registrants wait for something")).to_be_visible()
        expect(work_of(page, "Tara Avery")).to_contain_text("tomorrow")
        nothing_is_the_matter(page)
        self.confirms_one(page)
        self.confirms_several(page)
        for name in ("Olive Avery", "Petra Avery", "Quinn Avery"):
            self.records_and_confirms(page, name)
        self.countersigns(page, due["Rita"])
        self.clears_the_hold(page, due["Sofia"])
        page.goto("/admin/")
        expect(page.get_by_role("navigation", name="Queues").get_by_role("link", name="To do now")).to_contain_text("2")
        for name, step in (("Rita Avery", "Record a test"), ("Sofia Avery", "Confirm the month")):
            expect(work_of(page, name).get_by_role("link", name=step)).to_be_visible()
        assert MonthlyConfirmation.objects.count() == 2 * 17 + 1 + 1  # last month's and today's; Sofia's, Tara's

    def confirms_one(self, page: Page) -> None:
        page.get_by_role("link", name=re.compile("^Show all .* “To do now”")).click()
        work_of(page, "Nadia Avery").get_by_role("link", name="Confirm the month").click()
        page.get_by_label("the same methods, confirmed today").check()
        page.get_by_role("button", name="Confirm this month").click()
        expect(page.get_by_text("The month is confirmed.")).to_be_visible()
        page.get_by_role("link", name="Next in your list").click()

    def confirms_several(self, page: Page) -> None:
        page.get_by_role("link", name="Confirm several").click()
        for name in SEVERAL:
            line = page.get_by_role("group", name=f"{name} Avery")
            for statement in ("Counseled for this month", "The same methods, confirmed with them"):
                line.get_by_label(statement).check()
        page.get_by_role("button", name="Show what would happen").click()
        page.get_by_role("button", name="Confirm 13 months").click()
        expect(page.get_by_role("heading", name="13 months confirmed")).to_be_visible()
        page.get_by_role("link", name="Next in your list").click()

    def records_and_confirms(self, page: Page, name: str) -> None:
        work_of(page, name).get_by_role("link", name="Record a test").click()
        page.get_by_label("Negative", exact=True).check()
        page.get_by_label("Medical setting").check()
        page.get_by_role("button", name="Record this test").click()
        expect(page.get_by_text("The test is recorded")).to_be_visible()
        expect(page.get_by_role("heading", name="Confirm the month")).to_be_visible()
        page.get_by_label("the same methods, confirmed today").check()
        page.get_by_role("button", name="Confirm this month").click()
        page.get_by_role("link", name="Next in your list").click()

    def countersigns(self, page: Page, life: lives.Life) -> None:
        page.get_by_role("link", name="Countersign 2 forms").click()
        for box in page.get_by_role("checkbox").all():
            box.check()
        page.get_by_label("Your password").fill(PASSPHRASE)
        page.get_by_role("button", name="Countersign what is ticked").click()
        expect(page.get_by_text("2 of 2 countersigned")).to_be_visible()
        assert SignedConsent.objects.filter(registrant=life.registrant, signer=Signer.PRESCRIBER).count() == 2

    def clears_the_hold(self, page: Page, life: lives.Life) -> None:
        page.goto("/admin/")
        work_of(page, "Sofia Avery").get_by_role("link", name="Clear the hold").click()
        page.get_by_label("Reason").fill("The laboratory had mixed two specimens up.")
        page.get_by_role("button", name="Clear the hold").click()
        expect(page.get_by_text("The hold is cleared.")).to_be_visible()
        page.get_by_label("Day", exact=True).fill((program_day(timezone.now()) + timedelta(days=30)).isoformat())
        page.get_by_role("button", name="Ask").click()
        expect(page.get_by_role("status")).to_contain_text("a pharmacy would be refused")


class TestADesigneesMorning:
    """Two clinics, the months of one of them alone to confirm, and until the end of next week."""

    @pytest.fixture
    def elsewhere(self, program: lives.Program, at: datetime) -> lives.Program:
        elsewhere = lives.a_program(at)
        through = program_day(at) + timedelta(days=300)
        dana = participants.enroll_designee(
            name="Dana Doe", prescribers=[], attested_through=through, by=program.administrator, at=at
        )
        let_in(dana, "dana")
        ends = program_day(at) + timedelta(days=9)
        given = {"designee": dana, "at": at}
        designate(**given, prescriber=program.prescriber, scopes=[Scope.MONTH], ends_on=ends, by=program.clinic)
        designate(**given, prescriber=elsewhere.prescriber, scopes=[], by=elsewhere.clinic)
        return elsewhere

    def test_goes_as_far_as_what_was_given_and_keeps_both_names(
        self, page: Page, complaints: list[str], program: lives.Program, elsewhere: lives.Program, at: datetime
    ) -> None:
        own, theirs = to_confirm(program, "Alma Avery", at), to_confirm(elsewhere, "Bea Brook", at)
        log_in(page, "dana")
        expect(work_of(page, "Bea Brook")).to_be_visible()
        work_of(page, "Alma Avery").get_by_role("link", name="Confirm the month").click()
        expect(page.get_by_text(f"You act on behalf of {program.prescriber.name}")).to_be_visible()
        page.get_by_label("the same methods, confirmed today").check()
        page.get_by_role("button", name="Confirm this month").click()
        expect(page.get_by_text(f"by Dana Doe for {program.prescriber.name}").first).to_be_visible()
        event = newest(own.registrant)
        assert (event.actor_name, event.on_behalf_of) == ("Dana Doe", program.prescriber.name)
        expect(page.get_by_role("navigation", name="Steps").get_by_role("link", name="Transfer")).to_have_count(0)
        nothing_is_the_matter(page)
        self.is_told_who_can_widen_it(page, theirs, elsewhere)
        assert "403" in complaints.pop()
        self.looks_at_the_calendar_and_at_what_was_given(page, program)
        designee = Designee.objects.get(name="Dana Doe")
        participants.suspend(party=designee, by=program.administrator, at=timezone.now())
        page.goto(f"/admin/pledge/registrant/{own.number}/record-test/")
        expect(page.get_by_role("link", name="Alma Avery")).to_be_visible()

    def is_told_who_can_widen_it(self, page: Page, theirs: lives.Life, elsewhere: lives.Program) -> None:
        page.goto(f"/admin/pledge/registrant/{theirs.number}/confirm-month/")
        expect(page.get_by_role("heading", name="This is not part of what you were given")).to_be_visible()
        expect(page.get_by_text(f"{elsewhere.prescriber.name} in person, under Designees")).to_be_visible()
        nothing_is_the_matter(page)
        assert MonthlyConfirmation.objects.filter(registrant=theirs.registrant).count() == 1

    def looks_at_the_calendar_and_at_what_was_given(self, page: Page, program: lives.Program) -> None:
        page.get_by_role("link", name="What I may do for whom").click()
        expect(page.get_by_text(program.prescriber.name).first).to_be_visible()
        nothing_is_the_matter(page)
        page.get_by_role("navigation", name="Sections").get_by_role("link", name="Calendar").click()
        expect(page.get_by_role("link", name="Bea Brook").first).to_be_visible()


class TestAnAdministratorsMorning:
    """A pregnancy to follow up, a dispense nobody authorized, two records of one person, a prescriber to suspend."""

    @pytest.fixture
    def ada(self, program: lives.Program, at: datetime) -> User:
        ada = User.objects.create_user("ada", password=PASSPHRASE, first_name="Ada", last_name="Albright")
        ada.groups.add(Group.objects.get_or_create(name=PROGRAM_ADMINISTRATORS)[0])
        reported = named(lives.on_treatment(program, at), "Maya Mills")
        holds.report_pregnancy(registrant=reported.registrant, by=program.clinic, at=at)
        told = named(lives.on_treatment(program, at), "Lucy Lane")
        authorizations.report_dispense(
            registrant=told.registrant, pharmacy=program.pharmacy, days_supply=30, by=program.counter, at=at
        )
        for _ in range(2):
            named(lives.registered(program, at), "Gina Gomez")
        named(lives.authorized(program, at), "Rita Rossi")
        return ada

    def test_leaves_nothing_undone_and_everything_in_the_trail(
        self, page: Page, program: lives.Program, ada: User
    ) -> None:
        log_in(page, "ada")
        expect(page.get_by_role("heading", name=re.compile("things to do"))).to_be_visible()
        nothing_is_the_matter(page)
        self.closes_the_deviation(page)
        self.merges(page)
        self.suspends(page, program)
        self.approves_the_rules(page)
        self.reads_the_trail(page)

    def closes_the_deviation(self, page: Page) -> None:
        deviation = Deviation.objects.get()
        page.goto(f"/admin/pledge/deviation/{deviation.pk}/")
        nothing_is_the_matter(page)
        page.get_by_role("link", name="Close this deviation").click()
        page.get_by_label("Note").fill("The pharmacy was told, and trained anew.")
        page.get_by_role("button", name="Close it").click()
        expect(page.get_by_text("The deviation is closed.")).to_be_visible()

    def merges(self, page: Page) -> None:
        page.get_by_role("navigation", name="Sections").get_by_role("link", name="Duplicates").click()
        expect(page.get_by_role("heading", name="Gina Gomez")).to_be_visible()
        nothing_is_the_matter(page)
        kept = Registrant.objects.filter(name="Gina Gomez").earliest("pk")
        pair = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Gina Gomez")).first
        pair.get_by_role("link", name=f"Keep {kept.number}").click()
        while page.get_by_role("button", name=re.compile("^(Show what this changes|Merge)")).count():
            page.get_by_role("button", name=re.compile("^(Show what this changes|Merge)")).first.click()
            if Registrant.objects.filter(merged_into=kept).exists():
                break
        assert Registrant.objects.filter(merged_into=kept).count() == 1

    def suspends(self, page: Page, program: lives.Program) -> None:
        page.goto(f"/admin/pledge/prescriber/{program.prescriber.pk}/suspend/")
        expect(page.get_by_text(re.compile("1 (live )?authorization")).first).to_be_visible()
        page.get_by_label("Reason").fill("The license was withdrawn.")
        page.get_by_role("button", name="Suspend now").click()
        expect(page.get_by_text("Suspended. The reason is in the trail.")).to_be_visible()
        program.prescriber.refresh_from_db()
        assert program.prescriber.suspended_at is not None

    def approves_the_rules(self, page: Page) -> None:
        page.get_by_role("navigation", name="Sections").get_by_role("link", name="Rules").click()
        nothing_is_the_matter(page)
        page.get_by_role("link", name="Read and approve").first.click()
        page.get_by_label("I have read all of it").check()
        page.get_by_role("button", name="Approve").click()
        expect(page.get_by_text("Approved by Ada Albright").first).to_be_visible()

    def reads_the_trail(self, page: Page) -> None:
        page.goto("/admin/pledge/programevent/")
        expect(page.get_by_text("Ada Albright").first).to_be_visible()
        newest = ProgramEvent.objects.latest("pk")
        page.goto(f"/admin/pledge/programevent/{newest.pk}/")
        nothing_is_the_matter(page)
        expect(page.get_by_role("button", name=re.compile("Save|Delete"))).to_have_count(0)
