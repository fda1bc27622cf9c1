"""Two confirmations at once open one window; two sweeps at once do one night's work."""

from datetime import timedelta

import pytest

from notifications.models import Notice
from notifications.sweep import run_sweep
from pledge.actions import months
from pledge.models import MonthlyConfirmation, PrescriptionWindow, ProgramEvent
from pledge.rules.monthly import Attestation
from pledge.rules.vocabulary import Method
from tests import lives
from tests.races.side_by_side import ROW_LOCKS, SWEEPS_LOCK, codes, overtaken, rounds, stripped

pytestmark = pytest.mark.django_db(transaction=True)


class TestTwoConfirmations:
    @pytest.fixture
    def life(self, program, at):
        made = lives.enrolled(program, at)
        lives.a_test(made, at)
        return made

    def confirming(self, life, at, today, *methods, specimen_on=None):
        said = Attestation(today, 30, specimen_on or today, frozenset(methods) or lives.PILL_AND_CONDOM)
        return lambda: months.confirm_month(registrant=life.registrant, attestation=said, by=life.program.clinic, at=at)

    @pytest.fixture
    def both(self, life, at, today):
        return [self.confirming(life, at, today), self.confirming(life, at, today, Method.IUD, Method.MALE_CONDOM)]

    def test_open_one_window(self, both):
        first, second = overtaken(*both)
        assert first.window == second.window
        assert PrescriptionWindow.objects.count() == 1

    def test_would_open_two_without_the_lock(self, both):
        overtaken(*both, without=ROW_LOCKS)
        assert PrescriptionWindow.objects.count() == 2

    def test_open_one_window_every_time(self, both):
        def one(given):
            assert all(isinstance(outcome, MonthlyConfirmation) for outcome in given), given
            assert PrescriptionWindow.objects.count() == 1

        rounds(*both, between=one)

    def test_of_two_specimens_leave_one_open_window(self, life, at, today):
        later = at + timedelta(days=1)
        lives.a_test(life, later)
        tomorrow = today + timedelta(days=1)
        both = [
            self.confirming(life, later, tomorrow, specimen_on=today),
            self.confirming(life, later, tomorrow, specimen_on=tomorrow),
        ]

        def one(given):
            assert [codes(outcome) for outcome in given if isinstance(outcome, Exception)] == [{"window_already_open"}]
            assert PrescriptionWindow.objects.count() == 1

        rounds(*both, between=one)


class TestTwoSweeps:
    @pytest.fixture
    def night(self, program, at):
        """A night that has a window, a lockout and an authorization to record, and notices to queue."""
        lives.authorized(program, at)
        then = at + timedelta(days=8)
        return [lambda: run_sweep(at=then)] * 2

    def work_done(self):
        kinds = ("authorization_lapsed", "window_missed", "lockout_began")
        return [ProgramEvent.objects.filter(type=kind).count() for kind in kinds]

    def test_do_one_nights_work_and_one_says_that_it_skipped(self, night):
        first, second = overtaken(*night)
        assert (first.skipped, second.skipped) == (False, True)
        assert self.work_done() == [1, 1, 1]

    def test_would_each_do_it_without_any_lock(self, night):
        overtaken(*(self.unlocked(sweep) for sweep in night), without=ROW_LOCKS)
        assert self.work_done()[0] == 2

    def unlocked(self, sweep):
        def run():
            with stripped(SWEEPS_LOCK):
                return sweep()

        return run

    def test_do_one_nights_work_by_the_registrants_lock_alone(self, night):
        given = overtaken(*(self.unlocked(sweep) for sweep in night))
        assert [report.skipped for report in given] == [False, False]
        assert self.work_done() == [1, 1, 1]

    def test_do_one_nights_work_every_time(self, night):
        queued = []

        def once(given):
            assert not any(isinstance(report, Exception) or report.failures for report in given), given
            assert self.work_done() == [1, 1, 1]
            queued.append(sorted(Notice.objects.values_list("reader", "kind")))
            assert queued[-1] == queued[0]

        rounds(*(self.unlocked(sweep) for sweep in night), times=12, between=once)
