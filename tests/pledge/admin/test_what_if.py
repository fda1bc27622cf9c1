"""What if: the answer for a day to come is what the gate then says, when nothing more was recorded."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from notifications.sweep import run_sweep
from pledge.actions import authorizations, months
from pledge.admin.what_if import Unanswerable, asked_day, days_offered, sentence_of, what_if
from pledge.admin.whereabouts import gate_today
from pledge.eligibility import eligibility_of
from pledge.facts import record_of
from pledge.frame import foresee
from pledge.rules.calendar import program_day
from pledge.rules.editions import edition_on
from pledge.rules.refusals import RefusalCode, Refused
from tests.lives import UNDER_2021, UNDER_2026, Life, a_program, authorized, days_before, on_treatment
from tests.pledge.admin import test_whereabouts as states
from tests.pledge.admin.world import World, a_world, page_of

BEFORE_2026 = datetime(2026, 11, 12, 15, 0, tzinfo=UTC)  # three days before the edition of 2026 begins
AHEAD = (0, 1, 2, 3, 4, 6, 7, 8, 11, 18, 19, 20, 22, 23, 29, 30, 31, 60, 200)


@pytest.fixture(params=[UNDER_2021, BEFORE_2026, UNDER_2026], ids=["2021", "just before 2026", "2026"])
def era(request: pytest.FixtureRequest, db: None) -> World:
    with time_machine.travel(request.param, tick=False):
        return a_world(request.param)


def later(world: World, days: int) -> datetime:
    return days_before(world.at, -days)


def dispensing_on(life: Life, at: datetime) -> tuple[RefusalCode, ...]:
    """What the pharmacy's dispensing is refused with, judged for real and taken back."""
    program = life.program
    given = {"registrant": life.registrant, "pharmacy": program.pharmacy, "pharmacist": "rph-17", "by": program.counter}
    try:
        foresee(authorizations.dispense, lambda _: None, **given, at=at)
    except Refused as refused:
        return tuple(refusal.code for refusal in refused.refusals)
    return ()


class TestTheAnswer:
    def test_is_what_the_gate_then_says(self, era: World) -> None:
        """Of lives in every state, on many days ahead, the nightly work done on each: also across the new edition."""
        lived = [state(era) for state, *_ in states.STATES]
        foretold = {
            (life.registrant.pk, days): what_if(record_of(life.registrant, era.today), program_day(later(era, days)))
            for life in lived
            for days in AHEAD
        }
        for days in AHEAD:
            at = later(era, days)
            run_sweep(at=at)
            for life in lived:
                said = foretold[life.registrant.pk, days]
                assert said.asked == eligibility_of(life.registrant, era.program.pharmacy, 1, at), (life, days)
                if said.held is not None:
                    codes = tuple(refusal.code for refusal in said.held.refusals)
                    assert codes == dispensing_on(life, at), (life, days)

    def test_changes_with_the_days(self, era: World) -> None:
        """Control: some answer among those compared is yes, and some is no."""
        record = record_of(states.complete(era).registrant, era.today)
        assert [what_if(record, era.today + timedelta(days=days)).allowed for days in (0, 6, 7)] == [True, True, False]

    def test_is_about_the_authorization_while_one_is_live(self, world: World) -> None:
        record = record_of(authorized(world.program, world.at).registrant, world.today)
        last = what_if(record, world.today + timedelta(days=6))
        assert last.allowed
        assert RefusalCode.AUTHORIZATION_ACTIVE in {refusal.code for refusal in last.asked.refusals}
        assert sentence_of(last, record, world.today).endswith("through Wednesday, March 17, 2027.")
        after = what_if(record, world.today + timedelta(days=7))
        assert not after.allowed
        assert RefusalCode.TEST_MISSING not in {refusal.code for refusal in last.judged.refusals}
        assert sentence_of(after, record, world.today) == "On Thursday, March 18, 2027, a pharmacy would be refused:"

    def test_foresees_that_certifications_run_out(self, world: World) -> None:
        program = a_program(world.at, through=world.today + timedelta(days=3))
        life = authorized(program, world.at)
        record = record_of(life.registrant, world.today)
        foretold = [what_if(record, world.today + timedelta(days=days)) for days in range(6)]
        assert [said.allowed for said in foretold] == [True] * 4 + [False] * 2
        for days, said in enumerate(foretold):
            run_sweep(at=later(world, days))
            assert said.asked == gate_today(record_of(life.registrant, said.day), said.day)
            if said.held is not None:
                assert dispensing_on(life, later(world, days)) == ()
        assert RefusalCode.PRESCRIBER_NOT_CERTIFIED in {refusal.code for refusal in foretold[-1].judged.refusals}

    def test_is_judged_by_that_day_s_edition(self, db: None) -> None:
        with time_machine.travel(BEFORE_2026, tick=False):
            world = a_world(BEFORE_2026)
            record = record_of(on_treatment(world.program, world.at).registrant, world.today)
        eve, day = (what_if(record, date(2026, 11, number)) for number in (14, 15))
        assert (eve.judged.edition, day.judged.edition) == ("2021", "2026")


class TestADay:
    ON = date(2027, 3, 11)

    @pytest.mark.parametrize(
        "text", ["soon", "2027-13-01", "2027-02-30", "0", "\x00", "2027-03-11T00:00", "-1", "9" * 400]
    )
    def test_that_is_none_is_said_to_be_none(self, text: str) -> None:
        said = asked_day(text, self.ON)
        assert isinstance(said, Unanswerable)
        assert said.sentence.startswith("This is not a day.")

    def test_that_is_past_or_far_off_is_said_to_be_so(self) -> None:
        past, far = asked_day("2027-03-10", self.ON), asked_day("2028-03-12", self.ON)
        assert isinstance(past, Unanswerable)
        assert "is past" in past.sentence
        assert isinstance(far, Unanswerable)
        assert "through Saturday, March 11, 2028" in far.sentence
        assert asked_day("2027-03-11", self.ON) == self.ON
        assert asked_day("2028-03-11", self.ON) == date(2028, 3, 11)


class TestDaysOffered:
    def test_are_those_on_which_the_answer_may_change(self, world: World) -> None:
        record = record_of(on_treatment(world.program, world.at, today=True).registrant, world.today)
        offered = {one.label: (one.day - world.today).days for one in days_offered(record, world.today)}
        assert offered["today"] == 0
        assert offered["last day of the window"] == 6
        assert offered["the day after the window"] == 7

    def test_are_in_order_each_once_and_all_answered(self, world: World) -> None:
        for state, *_ in states.STATES:
            record = record_of(state(world).registrant, world.today)
            days = [one.day for one in days_offered(record, world.today)]
            assert days == sorted(set(days))
            assert [asked_day(day.isoformat(), world.today) for day in days] == days

    def test_hold_the_end_of_a_lockout(self, db: None) -> None:
        with time_machine.travel(UNDER_2021, tick=False):
            world = a_world(UNDER_2021)
            record = record_of(states.missed(world).registrant, world.today)
            assert date(2026, 3, 22) in [one.day for one in days_offered(record, world.today)]


class TestThePage:
    def test_answers_a_day_and_changes_nothing(self, world: World) -> None:
        life = on_treatment(world.program, world.at, today=True)
        months.cancel_window(registrant=life.registrant, by=world.program.clinic, at=world.at)
        page = world.prescriber.get(page_of(life), {"on": "2027-04-01"}).content.decode()
        assert "On Thursday, April 1, 2027, a pharmacy would be refused:" in page
        assert "Judged as if nothing more were recorded until then" in page
        assert "In 21 days." in page

    def test_says_plainly_what_cannot_be_answered(self, world: World) -> None:
        life = on_treatment(world.program, world.at)
        for text in ("soon", "1999-01-01", "2999-01-01", "\x00", "<script>"):
            answer = world.prescriber.get(page_of(life), {"on": text})
            assert answer.status_code == 200
            assert 'role="alert"' in answer.content.decode()
            assert "<script>" not in answer.content.decode()

    def test_names_the_edition_of_the_day(self, world: World) -> None:
        record = record_of(on_treatment(world.program, world.at).registrant, world.today)
        assert what_if(record, world.today).judged.edition == edition_on(world.today).name
