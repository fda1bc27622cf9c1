"""The calendar reminds each reader on its days, while it is still true, and of several only of the latest."""

from datetime import timedelta

import pytest

from consents.actions.signing import sign
from pledge.actions import authorizations, holds, months, participants, registrants
from pledge.rules import vocabulary
from pledge.rules.calendar import program_day
from pledge.rules.vocabulary import ConsentForm, Signer
from pledge.trail import by_registrant
from tests import lives

pytestmark = pytest.mark.django_db
TEST_DUE, CLOSING = "registrant: test_due", "registrant: window_closing"
T_DUE, T_OVERDUE = "registrant: post_treatment_test_due", "registrant: post_treatment_test_overdue"
EXPIRING = "certification_expiring"


def nights(swept, at, days, kind):
    """Give the days after an instant on whose night a notice of a kind is queued."""
    return [day for day in days if any(notice.partition(": ")[2] == kind for notice in swept(at, day))]


class TestTheNextTest:
    def test_is_announced_a_week_before_the_supply_ends_and_on_its_last_day(self, program, at, swept):
        lives.on_treatment(program, lives.days_before(at, -30))  # dispensed at `at`: covered through day 29
        assert nights(swept, at, [21, 22, 23, 28, 29, 30], "test_due") == [22, 29]

    def test_is_announced_late_but_once_where_nights_were_missed(self, program, at, swept):
        lives.on_treatment(program, lives.days_before(at, -30))
        assert nights(swept, at, [33, 34, 35], "test_due") == [33]

    @pytest.mark.parametrize("happened", ["a later test", "an ending", "a hold", "another dispense"])
    def test_is_not_announced_after(self, program, at, swept, happened):
        life = lives.on_treatment(program, lives.days_before(at, -30))
        then = at + timedelta(days=10)
        if happened == "a later test":
            lives.a_test(life, then)
        elif happened == "an ending":
            registrants.end_treatment(
                registrant=life.registrant, last_dose_on=program_day(then), by=program.clinic, at=then
            )
        elif happened == "a hold":
            holds.report_pregnancy(registrant=life.registrant, by=program.clinic, at=then)
        else:
            authorizations.report_dispense(
                registrant=life.registrant, pharmacy=program.pharmacy, days_supply=30, by=program.counter, at=then
            )
        assert nights(swept, at, [22, 29, 31], "test_due") == []

    def test_is_announced_as_before_where_a_dispense_of_an_earlier_day_is_reported(self, program, at, swept):
        life = lives.on_treatment(program, lives.days_before(at, -30))
        authorizations.report_dispense(
            registrant=life.registrant, pharmacy=program.pharmacy, days_supply=30, by=program.counter,
            dispensed_on=program_day(at) - timedelta(days=10), at=at + timedelta(days=10),
        )  # fmt: skip
        assert nights(swept, at, [12, 22, 29], "test_due") == [22, 29]

    def test_is_not_asked_of_someone_who_cannot_become_pregnant(self, program, at, swept):
        lives.on_treatment(program, lives.days_before(at, -30), category=lives.CANNOT)
        assert nights(swept, at, [22, 29, 31], "test_due") == []


class TestAClosingWindow:
    def test_is_announced_three_days_and_one_day_before_its_last(self, program, at, swept):
        lives.ready(program, at)  # the last day is day 6
        assert nights(swept, at, range(2, 7), "window_closing") == [3, 5]

    def test_is_announced_once_where_nights_were_missed(self, program, at, swept):
        lives.ready(program, at)
        assert nights(swept, at, [5, 5.2, 6], "window_closing") == [5]

    def test_is_announced_to_someone_with_steps_left_too(self, program, at, swept):
        life = lives.enrolled(program, at)
        lives.a_test(life, at)
        lives.confirmed(life, at)
        assert nights(swept, at, [3, 5], "window_closing") == [3, 5]

    @pytest.mark.parametrize("happened", ["dispensed", "cancelled", "stopped", "ended"])
    def test_is_not_announced_when(self, program, at, swept, happened):
        life = lives.ready(program, at)
        if happened == "dispensed":
            lives.dispensed(life, at)
        elif happened == "cancelled":
            months.cancel_window(registrant=life.registrant, by=program.clinic, at=at)
        elif happened == "stopped":
            lives.a_test(life, at, result=vocabulary.TestResult.POSITIVE)
        else:
            registrants.discontinue(
                registrant=life.registrant, reason="moved", last_dose_on=program_day(at), by=program.clinic, at=at
            )
        assert nights(swept, at, [3, 5, 6], "window_closing") == []

    def test_goes_by_the_program_day_not_the_hour(self, program, at, swept):
        lives.ready(program, at)
        third = lives.days_before(at, -3).astimezone(lives.PROGRAM_ZONE).replace(hour=0, minute=0)
        assert CLOSING not in swept(third - timedelta(seconds=1))
        assert CLOSING in swept(third)


class TestPostTreatmentTests:
    @pytest.fixture
    def stopped(self, program, at):
        """Someone who was dispensed to and took the last dose today."""
        life = lives.on_treatment(program, at)
        registrants.end_treatment(registrant=life.registrant, last_dose_on=program_day(at), by=program.clinic, at=at)
        return life

    def test_are_asked_for_on_the_last_day_and_thirty_days_later(self, stopped, at, swept):
        assert nights(swept, at, [0, 1, 29, 30, 31], "post_treatment_test_due") == [0, 30]

    def test_are_chased_three_seven_and_fourteen_days_after(self, stopped, at, swept):
        assert nights(swept, at, [2, 3, 4, 6, 7, 13, 14, 28], "post_treatment_test_overdue") == [3, 7, 14]

    def test_are_chased_after_the_second_too(self, stopped, at, swept):
        lives.a_test(stopped, at)
        assert nights(swept, at, [14, 32, 33, 36, 37, 43, 44], "post_treatment_test_overdue") == [33, 37, 44]

    def test_are_not_chased_once_done(self, stopped, at, swept):
        lives.a_test(stopped, at)
        assert nights(swept, at, [3, 7, 14], "post_treatment_test_overdue") == []

    def test_are_chased_after_an_unclear_one(self, stopped, at, swept):
        lives.a_test(stopped, at, result=vocabulary.TestResult.INDETERMINATE)
        assert nights(swept, at, [3], "post_treatment_test_overdue") == [3]

    def test_are_not_asked_of_someone_never_dispensed_to(self, program, at, swept):
        life = lives.ready(program, at)
        registrants.end_treatment(registrant=life.registrant, last_dose_on=program_day(at), by=program.clinic, at=at)
        assert nights(swept, at, [0, 3, 30], "post_treatment_test_due") == []


class TestACertification:
    @pytest.fixture
    def program(self, at):
        """Parties whose certifications end with day 40."""
        return lives.a_program(at, through=program_day(at) + timedelta(days=40))

    def test_is_announced_thirty_seven_and_one_day_before_it_ends(self, program, at, swept):
        assert nights(swept, at, [9, 10, 11, 32, 33, 34, 38, 39, 40, 41], EXPIRING) == [10, 33, 39]

    def test_is_announced_to_prescriber_and_pharmacies(self, program, at, swept):
        assert swept(at, 10) == [f"pharmacy: {EXPIRING}", f"pharmacy: {EXPIRING}", f"prescriber: {EXPIRING}"]

    def test_is_not_announced_once_renewed(self, program, at, swept):
        then = at + timedelta(days=20)
        for party in (program.prescriber, program.pharmacy, program.other_pharmacy):
            through = program_day(then) + timedelta(days=364)
            participants.certify(party=party, certified_through=through, by=program.administrator, at=then)
        assert nights(swept, at, [33, 39], EXPIRING) == []

    def test_is_not_announced_to_the_suspended(self, program, at, swept):
        for party in (program.prescriber, program.pharmacy, program.other_pharmacy):
            participants.suspend(party=party, by=program.administrator, at=at)
        assert nights(swept, at, [10, 33, 39], EXPIRING) == []


class TestANewFormVersion:
    """The 2026 edition came with new words for the birth-defects consent."""

    BEFORE, AFTER = lives.days_before(lives.UNDER_2026, 150), lives.days_before(lives.UNDER_2026, 114)

    def test_is_asked_for_with_the_next_sweep_and_once(self, swept):
        lives.enrolled(lives.a_program(self.BEFORE), self.BEFORE)
        assert "registrant: invitation_to_sign" in swept(self.AFTER)
        assert swept(self.AFTER, 1) == []

    def test_is_not_asked_of_who_has_signed_it(self, swept):
        life = lives.enrolled(lives.a_program(self.BEFORE), self.BEFORE)
        own = by_registrant(life.registrant)
        form = ConsentForm.BIRTH_DEFECTS_CONSENT
        sign(registrant=life.registrant, form=form, signer=Signer.REGISTRANT, by=own, at=self.AFTER)
        assert swept(self.AFTER) == []

    def test_is_not_asked_of_who_does_not_need_the_form(self, swept):
        lives.enrolled(lives.a_program(self.BEFORE), self.BEFORE, category=lives.CANNOT)
        assert swept(self.AFTER) == []
