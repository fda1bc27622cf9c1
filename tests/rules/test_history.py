"""Sections 1, 4 and 6: what a registrant's record tells of itself."""

import pytest

from pledge.rules.calendar import Span
from pledge.rules.history import NO_STANDING, Standing
from tests.rules.builders import (
    CERTIFIED,
    SUSPENDED,
    can,
    course,
    day,
    indeterminate,
    negative,
    window,
)

ONE_YEAR = Standing(day("2024-01-15"), day("2025-01-13"), suspended=False)


class TestAStanding:
    @pytest.mark.parametrize(
        ("standing", "on", "holds"),
        [
            pytest.param(ONE_YEAR, "2024-01-14", False, id="not before its first day"),
            pytest.param(ONE_YEAR, "2024-01-15", True, id="from its first day"),
            pytest.param(ONE_YEAR, "2025-01-13", True, id="through its last day"),
            pytest.param(ONE_YEAR, "2025-01-14", False, id="not the day after"),
            pytest.param(SUSPENDED, "2024-06-01", False, id="not while suspended"),
            pytest.param(NO_STANDING, "2024-06-01", False, id="not where there never was one"),
            pytest.param(Standing(None, None, suspended=False), "2024-06-01", False, id="not without a span"),
            pytest.param(CERTIFIED._replace(certified_on=None), "2024-06-01", False, id="not without a first day"),
            pytest.param(CERTIFIED._replace(certified_through=None), "2024-06-01", False, id="not without a last day"),
        ],
    )
    def test_holds_on_its_days(self, standing, on, holds):
        assert standing.holds(day(on)) is holds

    def test_that_never_was_has_no_days(self):
        assert NO_STANDING == (None, None, True)


class TestATest:
    def test_is_newer_by_specimen_day_than_by_entry(self):
        record = can(negative("2024-03-02"), negative("2024-03-01"), negative("2024-03-02"))
        assert [test.order for test in record.tests] == [
            (day("2024-03-01"), 2),
            (day("2024-03-02"), 1),
            (day("2024-03-02"), 3),
        ]

    def test_has_no_cycle_day_and_no_evidence_unless_told(self):
        test = negative("2024-03-01", cycle_day=None)
        assert (test.cycle_day, test.cycle_exemption, test.has_evidence) == (None, None, False)


class TestARecord:
    RECORD = can(
        negative("2024-01-15"),
        negative("2024-02-14"),
        indeterminate("2024-02-14"),
        windows=[window("2024-02-14"), window("2024-03-20")],
    )

    def test_gives_of_one_day_the_test_entered_last(self):
        assert self.RECORD.test_on(day("2024-02-14")).id == 3

    def test_gives_no_test_of_another_day(self):
        assert self.RECORD.test_on(day("2024-02-15")) is None

    @pytest.mark.parametrize(
        ("wanted", "specimen"),
        [(1, "2024-01-15"), (3, "2024-02-14")],
    )
    def test_gives_a_test_by_its_id(self, wanted, specimen):
        assert self.RECORD.test_with_id(wanted).specimen_on == day(specimen)

    @pytest.mark.parametrize("wanted", [None, 0, 4], ids=str)
    def test_gives_no_test_of_another_id(self, wanted):
        assert self.RECORD.test_with_id(wanted) is None

    @pytest.mark.parametrize(("wanted", "opens"), [(1, "2024-02-14"), (2, "2024-03-20")])
    def test_gives_a_window_by_its_id(self, wanted, opens):
        assert self.RECORD.window_with_id(wanted).opens_on == day(opens)

    @pytest.mark.parametrize("wanted", [None, 0, 3], ids=str)
    def test_gives_no_window_of_another_id(self, wanted):
        assert self.RECORD.window_with_id(wanted) is None


class TestAWindow:
    WEEK = window("2024-03-01")

    @pytest.mark.parametrize(
        ("said", "on", "is_open", "has_closed"),
        [
            pytest.param({}, "2024-02-29", False, False, id="is not open the day before"),
            pytest.param({}, "2024-03-01", True, False, id="is open on its first day"),
            pytest.param({}, "2024-03-07", True, False, id="is open on its last day"),
            pytest.param({}, "2024-03-08", False, True, id="has closed the day after"),
            pytest.param({"stopped": True}, "2024-03-03", False, True, id="has closed once it is stopped"),
            pytest.param({"cancelled": True}, "2024-03-03", False, False, id="is not open once cancelled"),
            pytest.param({"cancelled": True}, "2024-03-08", False, False, id="never closes once cancelled"),
            pytest.param(
                {"cancelled": True, "stopped": True}, "2024-03-08", False, False, id="never closes, though stopped too"
            ),
        ],
    )
    def test_opens_and_closes_by_its_days(self, said, on, is_open, has_closed):
        opened = self.WEEK._replace(**said)
        assert opened.is_open(day(on)) is is_open
        assert opened.has_closed(day(on)) is has_closed

    @pytest.mark.parametrize(("days", "used"), [(0, False), (1, True), (30, True)])
    def test_is_used_once_a_day_is_dispensed(self, days, used):
        assert self.WEEK._replace(days_dispensed=days).used is used

    def test_spans_its_days(self):
        assert self.WEEK.span == Span(day("2024-03-01"), day("2024-03-07"))


class TestTheOpenWindow:
    @pytest.mark.parametrize(
        ("windows", "on", "wanted"),
        [
            pytest.param([], "2024-03-03", None, id="is none without windows"),
            pytest.param([window("2024-03-01")], "2024-03-03", 1, id="is the one whose days these are"),
            pytest.param([window("2024-03-01")], "2024-03-08", None, id="is none once it has closed"),
            pytest.param([window("2024-03-01", course=2)], "2024-03-03", None, id="is none of another course"),
            pytest.param(
                [window("2024-03-01", cancelled=True), window("2024-03-01")], "2024-03-03", 2, id="is none cancelled"
            ),
            pytest.param(
                [window("2024-03-01"), window("2024-03-02")], "2024-03-03", 2, id="is the newer of two"
            ),
        ],
    )  # fmt: skip
    def test_of_the_present_course(self, windows, on, wanted):
        opened = can(windows=windows).open_window(day(on))
        assert (opened.id if opened else None) == wanted

    def test_is_looked_for_among_the_windows_of_the_present_course(self):
        record = can(
            windows=[window("2024-01-01"), window("2024-03-01", course=2)], course=course("2024-02-01", number=2)
        )
        assert [opened.id for opened in record.course_windows] == [2]
