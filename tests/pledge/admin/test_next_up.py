"""What comes next: who acts, on what, from when and by when, and what follows; never a dead end."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine

from pledge.actions import participants, registrants
from pledge.admin.next_up import NextUp, days_until, next_up
from pledge.admin.whereabouts import gate_today
from pledge.facts import record_of
from tests import lives, signers
from tests.lives import UNDER_2021, Life, a_test, days_before
from tests.pledge.admin import test_whereabouts as states
from tests.pledge.admin.world import World, a_world, page_of

ANSWERS, CONFIRMS = "the registrant answers this month's questions", "the clinic confirms the month"
HANDS_OVER, ANOTHER = "a pharmacy asks for an authorization and hands over", "the next month begins with a new test"
A_TEST = "The clinic has a new test done and records it."
# State, sentence, first day that counts and last day as days from today, what follows.
COMING: list[tuple[Callable[[World], Life], str, int | None, int | None, str]] = [
    (
        states.newcomer,
        "The registrant signs informed consent and birth defects consent.",
        None,
        None,
        "the prescriber countersigns",
    ),
    (
        states.untested,
        "The clinic records a negative screening test.",
        None,
        None,
        "the wait, and a second test after it",
    ),
    (states.waiting, A_TEST, 20, None, CONFIRMS),
    (states.to_test, A_TEST, None, None, CONFIRMS),
    (states.to_confirm, "The clinic confirms the month with the test of Thursday, March 11, 2027.", None, 6, ANSWERS),
    (states.to_answer, "The registrant answers this month's questions.", None, 6, HANDS_OVER),
    (
        states.differing,
        "The registrant and the clinic settle which methods are right; either corrects their entry.",
        None,
        6,
        HANDS_OVER,
    ),
    (states.complete, "A pharmacy asks for an authorization and hands over.", None, 6, ANOTHER),
    (states.with_authorization, "The pharmacy hands over the 30 days it is authorized for.", None, 6, ANOTHER),
    (states.indeterminate, "The prescriber: have a new test done and record it.", None, 6, ""),
    (states.dispensed_in_window, "The clinic has the next test done.", 5, 27, CONFIRMS),
    (states.next_month, A_TEST, None, None, CONFIRMS),
    (
        states.positive,
        "The clinic records a negative test from a later day.",
        1,
        None,
        "the registrant's own prescriber clears the hold with a reason",
    ),
    (states.missed, A_TEST, None, None, CONFIRMS),
    (states.cancelled, A_TEST, 1, None, CONFIRMS),
    (states.cannot, "A pharmacy asks for an authorization and hands over, on any day.", None, None, ""),
    (states.cannot_supplied, "A pharmacy asks for the next authorization.", 17, None, ""),
]


def coming(life: Life, world: World) -> NextUp:
    record = record_of(life.registrant, world.today)
    course = life.registrant.course
    last_dose_on = course.last_dose_on if course.post_treatment_tests_asked else None
    return next_up(record, gate_today(record, world.today), world.today, last_dose_on=last_dose_on)


class TestWhatComesNext:
    def test_names_who_acts_by_when_and_what_follows(self, world: World) -> None:
        differing = []
        for state, sentence, starts, ends, then in COMING:
            said = coming(state(world), world)
            starts_on, by = (None if days is None else world.today + timedelta(days=days) for days in (starts, ends))
            if said[2:] != (starts_on, by, then) or said.sentence != sentence:
                differing.append((state.__name__, said))
        assert differing == []

    def test_of_signing_goes_from_hand_to_hand(self, world: World) -> None:
        life = signers.a_minor(world.program, world.at)
        assert coming(life, world).then == "the parent or guardian signs"
        signers.on_paper(life, world.at)
        said = coming(life, world)
        assert said.sentence == "The parent or guardian signs informed consent and birth defects consent."
        assert said.then == "the prescriber countersigns"
        signers.on_paper(life, world.at, signer=signers.Signer.GUARDIAN)
        said = coming(life, world)
        assert said.sentence == "The clinic countersigns informed consent and birth defects consent."
        assert said.then == "the waiting period begins, and the tests after it"

    def test_on_hold_is_the_prescriber_s_after_a_later_negative(self, world: World) -> None:
        life = states.positive(world)
        a_test(life, world.at + timedelta(days=1))
        record = record_of(life.registrant, world.today + timedelta(days=1))
        said = next_up(record, gate_today(record, world.today), world.today + timedelta(days=1))
        assert said.sentence == "The prescriber clears the hold, with a reason."

    def test_after_an_ending_is_the_tests_that_are_still_asked_for(self, world: World) -> None:
        life = lives.on_treatment(world.program, days_before(world.at, 40))
        ended = days_before(world.at, 40)
        registrants.end_treatment(
            registrant=life.registrant, last_dose_on=lives.program_day(ended), by=world.program.clinic, at=ended
        )
        assert coming(life, world).sentence == "The clinic records a test after treatment."  # it does for both
        a_test(life, days_before(world.at, 39))
        assert coming(life, world).sentence == "The clinic records the second test after treatment."
        a_test(life, world.at)
        assert coming(life, world).sentence.startswith("Nothing more is needed.")

    def test_after_an_ending_is_due_since_its_day_and_is_the_page_s_button(self, world: World) -> None:
        life = lives.on_treatment(world.program, days_before(world.at, 8))
        ended = days_before(world.at, 8)
        registrants.end_treatment(
            registrant=life.registrant, last_dose_on=lives.program_day(ended), by=world.program.clinic, at=ended
        )
        said = coming(life, world)
        assert said.sentence == "The clinic records the first test after treatment."
        answer = world.prescriber.get(page_of(life))
        assert answer.context["suggested"].slug == "record-test"
        assert (
            '<dt>Due since</dt><dd>Wednesday, March 3 <span class="away">8 days ago</span>' in answer.content.decode()
        )

    def test_without_a_certification_is_to_renew_it(self, world: World) -> None:
        life = states.complete(world)
        participants.suspend(party=world.program.prescriber, by=world.program.administrator, at=world.at)
        assert coming(life, world).sentence.startswith("The clinic renews the prescriber's certification")

    def test_in_a_lockout_is_a_test_on_the_day_it_ends(self, db: None) -> None:
        with time_machine.travel(UNDER_2021, tick=False):
            world = a_world(UNDER_2021)
            said = coming(states.missed(world), world)
        assert (said.sentence, str(said.starts_on)) == ("The clinic has a new test done.", "2026-03-22")


class TestThePage:
    def test_says_it_with_the_day_and_how_far_away_it_is(self, world: World) -> None:
        page = world.prescriber.get(page_of(states.to_confirm(world))).content.decode()
        assert 'Wednesday, March 17 <span class="away">in 6 days</span>' in page
        assert "The registrant answers this month&#x27;s questions." in page
        assert 'class="button" href="confirm-month/"' in page


class TestHowFarAway:
    @pytest.mark.parametrize(
        ("days", "said"), [(-2, "2 days ago"), (-1, "1 day ago"), (0, "today"), (1, "tomorrow"), (2, "in 2 days")]
    )
    def test_is_said_in_days(self, world: World, days: int, said: str) -> None:
        assert days_until(world.today + timedelta(days=days), world.today) == said
