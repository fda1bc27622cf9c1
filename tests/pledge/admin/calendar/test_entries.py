"""The calendar's entries: the same days as the gate names, and what becomes of each."""

from datetime import date, timedelta

import pytest

from pledge.actions import holds, months, participants, pregnancy_tests, registrants
from pledge.admin.calendar.entries import Entry, Kind, State, entries_of
from pledge.admin.listing import records_of
from pledge.admin.whereabouts import gate_today
from pledge.facts import record_of
from pledge.models import Course
from pledge.rules.calendar import Span, program_day
from pledge.rules.refusals import RefusalCode
from pledge.rules.vocabulary import TestResult
from tests import lives
from tests.lives import CANNOT, UNDER_2021, UNDER_2026, Life, Program

pytestmark = pytest.mark.django_db
ON = program_day(UNDER_2026)
ALWAYS = Span(date(2006, 3, 1), date(2035, 1, 1))


@pytest.fixture
def program() -> Program:
    return lives.a_program(UNDER_2026)


def days(count: int) -> date:
    return ON + timedelta(days=count)


def entries(life: Life, at=UNDER_2026, within: Span = ALWAYS) -> list[Entry]:
    on = program_day(at)
    course = Course.objects.get(registrant=life.registrant, is_current=True)
    last_dose_on = course.last_dose_on if course.post_treatment_tests_asked else None
    return list(entries_of(record_of(life.registrant, on), on, within, last_dose_on))


def said(life: Life, kind: Kind, at=UNDER_2026) -> list[tuple[date, State]]:
    return [(entry.day, entry.state) for entry in entries(life, at) if entry.kind is kind]


def key_of(life: Life, kind: Kind) -> str:
    (entry,) = [entry for entry in entries(life) if entry.kind is kind]
    return entry.key


class TestANewcomer:
    def test_may_be_tested_on_the_day_that_the_gate_names(self, program: Program) -> None:
        life = lives.enrolled(program, UNDER_2026, days_ago=10)
        gate = gate_today(record_of(life.registrant, ON), ON)
        (named,) = {r.clears_on for r in gate.refusals if r.code is RefusalCode.TEST_MISSING}
        assert said(life, Kind.WAITING) == [(named, State.OPEN)]

    def test_whose_wait_is_over_is_not_told_another_day_each_day(self, program: Program) -> None:
        life = lives.enrolled(program, UNDER_2026, days_ago=40)
        assert said(life, Kind.WAITING) == [(days(-10), State.PASSED)]

    def test_without_a_screening_test_is_told_when_the_waiting_period_ends(self, program: Program) -> None:
        life = lives.registered(program, UNDER_2026)
        lives.signed(life, UNDER_2026)
        (entry,) = entries(life)
        assert (entry.day, entry.reason) == (days(30), "The waiting period is over")

    def test_who_has_signed_nothing_has_no_day(self, program: Program) -> None:
        assert entries(lives.registered(program, UNDER_2026)) == []

    def test_who_has_ended_waits_no_more(self, program: Program) -> None:
        life = lives.enrolled(program, UNDER_2026, days_ago=10)
        registrants.discontinue(
            registrant=life.registrant, reason="moved", last_dose_on=ON, by=program.clinic, at=UNDER_2026
        )
        assert said(life, Kind.WAITING) == [(days(20), State.CANCELLED)]


class TestAMonth:
    def test_is_to_be_confirmed_while_the_specimen_counts(self, program: Program) -> None:
        life = lives.enrolled(program, UNDER_2026)
        lives.a_test(life, UNDER_2026)
        assert said(life, Kind.CONFIRM) == [(days(6), State.OPEN)]
        assert said(life, Kind.WAITING) == [(ON, State.DONE)]
        late = lives.days_before(UNDER_2026, -7)
        assert said(life, Kind.CONFIRM, late) == [(days(6), State.PASSED)]

    def test_once_confirmed_is_done_under_the_same_key(self, program: Program) -> None:
        life = lives.enrolled(program, UNDER_2026)
        lives.a_test(life, UNDER_2026)
        before = key_of(life, Kind.CONFIRM)
        lives.confirmed(life, UNDER_2026)
        assert said(life, Kind.CONFIRM) == [(days(6), State.DONE)]
        assert key_of(life, Kind.CONFIRM) == before

    def test_whose_specimen_is_corrected_moves_and_keeps_its_key(self, program: Program) -> None:
        life = lives.enrolled(program, UNDER_2026, days_ago=40)
        lives.a_test(life, UNDER_2026)
        before = key_of(life, Kind.CONFIRM)
        pregnancy_tests.correct_test(
            registrant=life.registrant, specimen_on=ON, to=days(-2), by=program.clinic, at=UNDER_2026
        )
        assert said(life, Kind.CONFIRM) == [(days(4), State.OPEN)]
        assert key_of(life, Kind.CONFIRM) == before

    def test_that_no_test_qualifies_for_asks_for_nothing(self, program: Program) -> None:
        life = lives.enrolled(program, UNDER_2026, days_ago=10)
        lives.a_test(life, UNDER_2026)
        assert said(life, Kind.CONFIRM) == []
        lives.a_test(life, UNDER_2026, result=TestResult.INDETERMINATE)
        assert said(life, Kind.CONFIRM) == []


class TestAWindow:
    def test_closes_until_it_is_dispensed_from(self, program: Program) -> None:
        life = lives.ready(program, UNDER_2026)
        assert said(life, Kind.OPENS) == [(ON, State.DONE)]
        assert said(life, Kind.CLOSES) == [(days(6), State.OPEN)]
        before = key_of(life, Kind.CLOSES)
        lives.dispensed(life, UNDER_2026)
        assert said(life, Kind.CLOSES) == [(days(6), State.DONE)]
        assert key_of(life, Kind.CLOSES) == before

    def test_says_what_is_missing(self, program: Program) -> None:
        life = lives.enrolled(program, UNDER_2026)
        lives.a_test(life, UNDER_2026)
        lives.confirmed(life, UNDER_2026)
        reasons = {entry.kind: entry.reason for entry in entries(life)}
        assert reasons[Kind.CLOSES] == "Window closes; answers are missing"
        lives.answered(life, UNDER_2026, methods={lives.Method.IUD, lives.Method.MALE_CONDOM})
        reasons = {entry.kind: entry.reason for entry in entries(life)}
        assert reasons[Kind.CLOSES] == "Window closes; the methods differ"
        lives.answered(life, UNDER_2026)
        reasons = {entry.kind: entry.reason for entry in entries(life)}
        assert reasons[Kind.CLOSES] == "Last day to dispense"
        lives.a_test(life, UNDER_2026, result=TestResult.INDETERMINATE)
        reasons = {entry.kind: entry.reason for entry in entries(life)}
        assert reasons[Kind.CLOSES] == "Window closes; a new test is needed"

    def test_says_that_the_prescriber_is_not_certified(self, program: Program) -> None:
        life = lives.authorized(program, UNDER_2026)
        participants.suspend(party=program.prescriber, by=program.administrator, at=UNDER_2026)
        reasons = {entry.kind: entry.reason for entry in entries(life)}
        assert reasons[Kind.CLOSES] == "Window closes; the prescriber is not certified"

    def test_that_passed_unused_is_past(self, program: Program) -> None:
        life = lives.ready(program, UNDER_2026)
        assert said(life, Kind.CLOSES, lives.days_before(UNDER_2026, -8)) == [(days(6), State.PASSED)]

    def test_that_is_cancelled_asks_for_nothing(self, program: Program) -> None:
        life = lives.on_treatment(program, UNDER_2026, today=True)
        months.cancel_window(registrant=life.registrant, by=program.clinic, at=UNDER_2026)
        assert (days(6), State.CANCELLED) in said(life, Kind.CLOSES)
        assert (days(6), State.OPEN) in said(life, Kind.CONFIRM)  # its specimen may be confirmed again

    def test_of_who_cannot_become_pregnant_closes_too(self) -> None:
        program = lives.a_program(UNDER_2021)
        life = lives.ready(program, UNDER_2021, category=CANNOT)
        day = program_day(UNDER_2021) + timedelta(days=30)
        assert said(life, Kind.CLOSES, UNDER_2021) == [(day, State.OPEN)]
        assert said(life, Kind.CONFIRM, UNDER_2021) == []


class TestALockout:
    def test_is_over_on_the_day_that_the_gate_names(self) -> None:
        program = lives.a_program(UNDER_2021)
        life = lives.ready(program, UNDER_2021)
        at = lives.days_before(UNDER_2021, -8)
        gate = gate_today(record_of(life.registrant, program_day(at)), program_day(at))
        (named,) = {r.clears_on for r in gate.refusals if r.code is RefusalCode.LOCKED_OUT}
        assert said(life, Kind.LOCKOUT, at) == [(named, State.OPEN)]
        assert said(life, Kind.LOCKOUT, UNDER_2021) == []  # the window is still open

    def test_is_known_no_more_from_2026(self, program: Program) -> None:
        life = lives.ready(program, UNDER_2026)
        assert said(life, Kind.LOCKOUT, lives.days_before(UNDER_2026, -8)) == []


class TestASupply:
    def test_ends_and_the_next_test_ends_asking(self, program: Program) -> None:
        life = lives.on_treatment(program, UNDER_2026)
        assert said(life, Kind.SUPPLY) == [(days(-1), State.OPEN)]
        lives.a_test(life, UNDER_2026)
        assert said(life, Kind.SUPPLY) == [(days(-1), State.DONE)]

    def test_of_who_needs_no_window_ends_and_an_authorization_ends_asking(self, program: Program) -> None:
        life = lives.on_treatment(program, UNDER_2026, category=CANNOT)
        assert said(life, Kind.SUPPLY) == [(days(-1), State.PASSED)]  # as on the worklist: nothing is asked for
        lives.dispensed(life, UNDER_2026)
        assert said(life, Kind.SUPPLY) == [(days(29), State.OPEN)]

    def test_asks_for_nothing_once_a_later_month_began_and_was_missed(self, program: Program) -> None:
        life = lives.on_treatment(program, UNDER_2026)
        lives.a_test(life, UNDER_2026)
        assert said(life, Kind.SUPPLY, lives.days_before(UNDER_2026, -20)) == [(days(-1), State.PASSED)]

    def test_of_who_is_on_hold_asks_for_nothing(self, program: Program) -> None:
        life = lives.on_treatment(program, UNDER_2026)
        holds.report_pregnancy(registrant=life.registrant, by=program.clinic, at=UNDER_2026)
        assert said(life, Kind.SUPPLY) == [(days(-1), State.CANCELLED)]
        assert said(life, Kind.HOLD) == [(ON, State.OPEN)]


class TestAnEnding:
    def test_asks_for_two_tests_and_is_satisfied_by_them(self, program: Program) -> None:
        life = lives.on_treatment(program, UNDER_2026)
        registrants.end_treatment(registrant=life.registrant, last_dose_on=ON, by=program.clinic, at=UNDER_2026)
        assert said(life, Kind.POST_TREATMENT) == [(ON, State.OPEN), (days(30), State.OPEN)]
        lives.a_test(life, UNDER_2026)
        assert said(life, Kind.POST_TREATMENT) == [(ON, State.DONE), (days(30), State.OPEN)]

    def test_asks_for_the_first_no_more_once_the_second_is_due(self, program: Program) -> None:
        life = lives.on_treatment(program, UNDER_2026)
        registrants.end_treatment(registrant=life.registrant, last_dose_on=ON, by=program.clinic, at=UNDER_2026)
        at = lives.days_before(UNDER_2026, -31)
        assert said(life, Kind.POST_TREATMENT, at) == [(ON, State.PASSED), (days(30), State.OPEN)]


class TestEveryEntry:
    def test_has_a_key_of_its_own_and_lies_within_what_was_asked(self, program: Program) -> None:
        life = lives.on_treatment(program, UNDER_2026, months_done=4, today=True)
        every = entries(life)
        assert len({entry.key for entry in every}) == len(every)
        within = Span(days(-40), days(2))
        assert entries(life, within=within) == [entry for entry in every if within.holds(entry.day)]

    def test_is_the_same_from_many_records_gathered_at_once(self, program: Program) -> None:
        life = lives.on_treatment(program, UNDER_2026, today=True)
        gathered = records_of([life.registrant.pk], ON)[life.registrant.pk]
        assert list(entries_of(gathered, ON, ALWAYS)) == entries(life)
