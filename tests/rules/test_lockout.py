"""Sections 2, 6 and 13: what follows a missed window under each edition, and across the switches between them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.rules.calendar import ONE_DAY, days_after
from pledge.rules.editions import EDITIONS, edition_named, edition_on
from pledge.rules.lockout import free_day, lockout_of, lockout_refusals, release_day, windows_locking
from tests.rules.builders import FEW, can, cannot, course, dated, day, moved, plus, visit_window, window

LOCKED = "locked_out"

MISSED_2006 = window("2006-05-01")
USED_2006 = window("2006-05-01", used=30)
MISSED_2007 = window("2010-05-01")
MISSED_2021 = window("2024-02-14")
MISSED_2026 = window("2026-11-15")


class TestALockoutBinds:
    @pytest.mark.parametrize(
        ("missed", "on", "clears"),
        [
            pytest.param(MISSED_2006, "2006-05-07", None, id="2006: not on the last day"),
            pytest.param(MISSED_2006, "2006-05-08", "2006-05-30", id="2006: from the day after"),
            pytest.param(MISSED_2006, "2006-05-29", "2006-05-30", id="2006: through the last day + 22"),
            pytest.param(MISSED_2006, "2006-05-30", None, id="2006: free on the last day + 23"),
            pytest.param(USED_2006, "2006-05-08", "2006-05-30", id="2006: a filled window too"),
            pytest.param(USED_2006, "2006-05-30", None, id="2006: a filled window no longer"),
            pytest.param(
                MISSED_2006._replace(cancelled=True), "2006-05-08", None, id="2006: no window that was cancelled"
            ),
            pytest.param(MISSED_2007, "2010-05-07", None, id="2007: not on the last day"),
            pytest.param(MISSED_2007, "2010-05-08", "2010-05-20", id="2007: from the day after"),
            pytest.param(MISSED_2007, "2010-05-19", "2010-05-20", id="2007: through specimen + 18"),
            pytest.param(MISSED_2007, "2010-05-20", None, id="2007: free on specimen + 19"),
            pytest.param(window("2010-05-01", used=1), "2010-05-08", None, id="2007: not a used window"),
            pytest.param(MISSED_2021, "2024-02-20", None, id="2021: not on the last day"),
            pytest.param(MISSED_2021, "2024-02-21", "2024-03-04", id="2021: over a leap day"),
            pytest.param(MISSED_2021, "2024-03-03", "2024-03-04", id="2021: through specimen + 18"),
            pytest.param(MISSED_2021, "2024-03-04", None, id="2021: free on specimen + 19"),
            pytest.param(
                MISSED_2021._replace(cancelled=True), "2024-02-15", "2024-03-04", id="2021: at once when cancelled"
            ),
            pytest.param(
                window("2024-02-14", last="2024-02-16", stopped=True), "2024-02-16", "2024-03-04",
                id="2021: at once when stopped by a positive test",
            ),
            pytest.param(MISSED_2026, "2026-11-22", None, id="2026: never"),
            pytest.param(MISSED_2026._replace(cancelled=True), "2026-11-16", None, id="2026: not when cancelled"),
        ],
    )  # fmt: skip
    def test_an_act(self, missed, on, clears):
        told = dated(lockout_refusals(can(windows=[missed]), day(on)))
        assert told == ({LOCKED: clears} if clears else {})

    @pytest.mark.parametrize(
        ("missed", "specimen", "on", "clears"),
        [
            pytest.param(
                MISSED_2007, "2010-05-19", "2010-05-20", "2010-05-20", id="2007: taken on the last locked day"
            ),
            pytest.param(MISSED_2007, "2010-05-20", "2010-05-20", None, id="2007: taken on the first free day"),
            pytest.param(MISSED_2021, "2024-03-03", "2024-03-10", "2024-03-10", id="2021: taken inside, shown later"),
            pytest.param(MISSED_2021, "2024-03-04", "2024-03-04", None, id="2021: taken on the first free day"),
            pytest.param(MISSED_2021, "2024-02-15", "2024-03-04", "2024-03-04", id="2021: of the window's second day"),
            pytest.param(MISSED_2021, "2024-02-14", "2024-03-04", None, id="2021: not the missed window's own"),
            pytest.param(MISSED_2021, "2024-02-13", "2024-03-04", "2024-03-04", id="2021: from before the window"),
            pytest.param(MISSED_2021, "2024-03-03", "2024-03-03", "2024-03-04", id="2021: taken and shown inside"),
            pytest.param(MISSED_2006, "2006-05-29", "2006-05-30", None, id="2006: is not asked of the specimen"),
            pytest.param(window("2026-10-30"), "2026-11-14", "2026-11-15", None, id="2026: is not asked of anyone"),
        ],
    )
    def test_a_specimen(self, missed, specimen, on, clears):
        told = dated(lockout_refusals(can(windows=[missed]), day(on), day(specimen)))
        assert told == ({LOCKED: clears} if clears else {})

    def test_whoever_changed_to_cannot_become_pregnant(self):
        record = cannot(windows=[MISSED_2021])
        assert dated(lockout_refusals(record, day("2024-02-21"))) == {LOCKED: "2024-03-04"}

    def test_nobody_for_a_visit_window(self):
        for visited in ["2006-05-01", "2010-05-01", "2024-02-14"]:
            record = cannot(windows=[visit_window(visited)])
            assert dated(lockout_refusals(record, plus(visited, 31))) == {}

    def test_across_a_change_of_course(self):
        record = can(windows=[MISSED_2021], course=course("2024-02-22", number=2))
        assert dated(lockout_refusals(record, day("2024-02-22"))) == {LOCKED: "2024-03-04"}

    def test_once_for_each_window_that_was_missed(self):
        again = can(windows=[MISSED_2021, window("2024-03-04")])
        assert [r.clears_on for r in lockout_refusals(again, day("2024-03-12"), day("2024-03-12"))] == [
            day("2024-03-23")
        ]
        both = can(windows=[MISSED_2021._replace(cancelled=True), window("2024-02-16", cancelled=True)])
        assert [r.clears_on for r in lockout_refusals(both, day("2024-02-17"))] == [
            day("2024-03-04"),
            day("2024-03-06"),
        ]


class TestTheFirstFreeDay:
    @pytest.mark.parametrize(
        ("name", "missed", "free"),
        [
            pytest.param("2006", MISSED_2006, "2006-05-30", id="2006: last day + 23"),
            pytest.param("2007", MISSED_2007, "2010-05-20", id="2007: specimen + 19"),
            pytest.param("2021", MISSED_2021, "2024-03-04", id="2021: specimen + 19"),
            pytest.param("2021", visit_window("2024-02-14", last="2024-02-20"), "2024-03-10", id="2021: no specimen"),
        ],
    )
    def test_is_counted_as_the_edition_counts(self, name, missed, free):
        assert free_day(missed, edition_named(name).lockout) == day(free)

    def test_of_2006_follows_the_visit_not_the_specimen(self):
        by_visit = window("2006-05-03", specimen="2006-05-01")
        assert free_day(by_visit, edition_named("2006").lockout) == day("2006-06-01")
        assert free_day(by_visit, edition_named("2007").lockout) == day("2006-05-20")


class TestTheWindowsThatLock:
    @pytest.mark.parametrize(
        ("name", "on", "locking"),
        [
            pytest.param("2006", "2006-05-07", [], id="2006: none before it closes"),
            pytest.param("2006", "2006-05-08", [1], id="2006: every one that closed"),
            pytest.param("2006", "2006-07-10", [1, 2], id="2006: missed later ones too"),
            pytest.param("2007", "2006-07-10", [], id="2007: no first window was missed"),
            pytest.param("2026", "2006-07-10", [], id="2026: none"),
        ],
    )
    def test_are_those_of_the_edition(self, name, on, locking):
        record = can(windows=[USED_2006, window("2006-07-01"), visit_window("2006-08-01", last="2006-06-01")])
        told = windows_locking(record, edition_named(name), day(on))
        assert [opened.id for opened in told] == locking

    def test_are_the_missed_first_ones_since_2007(self):
        record = can(windows=[MISSED_2021, window("2024-03-04", used=30), window("2024-04-03")])
        told = windows_locking(record, edition_named("2021"), day("2024-05-01"))
        assert [opened.id for opened in told] == [1]


class TestTheRelease:
    @pytest.mark.parametrize(
        ("missed", "on", "released"),
        [
            pytest.param(MISSED_2021, "2024-02-21", "2024-03-04", id="2021: specimen + 19"),
            pytest.param(MISSED_2021, "2024-03-04", "2024-03-04", id="2021: not before the day of asking"),
            pytest.param(MISSED_2021, "2024-03-20", "2024-03-20", id="2021: long past"),
            pytest.param(
                window("2026-10-26"), "2026-11-02", "2026-11-14", id="2021 to 2026: the day before the switch"
            ),
            pytest.param(window("2026-10-27"), "2026-11-03", "2026-11-15", id="2021 to 2026: the very day"),
            pytest.param(window("2026-11-02"), "2026-11-09", "2026-11-15", id="2021 to 2026: released by the switch"),
            pytest.param(window("2026-11-02"), "2026-11-20", "2026-11-20", id="2021 to 2026: long released"),
            pytest.param(window("2021-12-01"), "2021-12-08", "2021-12-20", id="2007 to 2021: goes on unchanged"),
            pytest.param(window("2021-11-24"), "2021-12-01", "2021-12-13", id="2007 to 2021: ends with the switch"),
            pytest.param(window("2007-11-07"), "2007-11-14", "2007-12-02", id="2006 to 2007: released by the switch"),
            pytest.param(
                window("2007-11-19"), "2007-11-26", "2007-12-08", id="2006 to 2007: shortened to specimen + 19"
            ),
            pytest.param(window("2007-11-19", used=30), "2007-11-26", "2007-12-02", id="2006 to 2007: used, so free"),
            pytest.param(window("2007-10-01"), "2007-10-08", "2007-10-30", id="2006: long before the switch"),
            pytest.param(window("2007-11-02"), "2007-11-09", "2007-12-01", id="2006 to 2007: the day before"),
            pytest.param(window("2007-11-03"), "2007-11-10", "2007-12-02", id="2006 to 2007: the very day"),
            pytest.param(
                window("2007-11-03", specimen="2007-11-14"),
                "2007-11-10",
                "2007-12-03",
                id="2006 to 2007: not the very day where 2007 still locks",
            ),
        ],
    )
    def test_comes_with_the_kindest_edition_in_force(self, missed, on, released):
        record = can(windows=[missed])
        assert release_day(record.windows[0], record, day(on)) == day(released)

    def test_is_the_last_editions_own_should_no_later_one_come(self, monkeypatch):
        monkeypatch.setattr("pledge.rules.editions.EDITIONS", EDITIONS[:3])
        record = can(windows=[window("2026-11-02")])
        assert release_day(record.windows[0], record, day("2026-11-09")) == day("2026-11-21")


class TestTheDaysOfALockout:
    @pytest.mark.parametrize(
        ("missed", "first", "last"),
        [
            pytest.param(MISSED_2006, "2006-05-08", "2006-05-29", id="2006: the day after through last day + 22"),
            pytest.param(USED_2006, "2006-05-08", "2006-05-29", id="2006: after a filled window too"),
            pytest.param(MISSED_2007, "2010-05-08", "2010-05-19", id="2007: the day after through specimen + 18"),
            pytest.param(MISSED_2021, "2024-02-21", "2024-03-03", id="2021: the day after through specimen + 18"),
            pytest.param(
                MISSED_2021._replace(cancelled=True), "2024-02-14", "2024-03-03", id="2021: at once when cancelled"
            ),
            pytest.param(
                window("2024-02-14", last="2024-02-16", stopped=True), "2024-02-16", "2024-03-03",
                id="2021: on the day it was stopped",
            ),
            pytest.param(window("2026-11-02"), "2026-11-09", "2026-11-14", id="2021: until the 2026 edition begins"),
            pytest.param(window("2026-11-07"), "2026-11-14", "2026-11-14", id="2021: one day before the 2026 edition"),
        ],
    )  # fmt: skip
    def test_run_from_its_beginning_to_the_day_before_release(self, missed, first, last):
        record = can(windows=[missed])
        assert lockout_of(record.windows[0], record) == (day(first), day(last))

    @pytest.mark.parametrize(
        "missed",
        [
            pytest.param(window("2026-11-08"), id="of a window that closes as the 2026 edition begins"),
            pytest.param(window("2026-11-10"), id="of a window open across the switch"),
            pytest.param(MISSED_2026, id="of a window of 2026"),
            pytest.param(window("2024-02-14", used=30), id="of a used window"),
            pytest.param(MISSED_2006._replace(cancelled=True), id="of a cancelled window in 2006"),
            pytest.param(visit_window("2024-02-14"), id="of a visit"),
            pytest.param(
                window("2024-02-14", last="2024-03-04", stopped=True), id="of a window stopped on its first free day"
            ),
        ],
    )
    def test_are_none(self, missed):
        record = can(windows=[missed])
        assert lockout_of(record.windows[0], record) is None

    def test_are_one_where_it_is_stopped_the_day_before_its_free_day(self):
        record = can(windows=[window("2024-02-14", last="2024-03-03", stopped=True)])
        assert lockout_of(record.windows[0], record) == (day("2024-03-03"), day("2024-03-03"))


MISSED_ON = st.dates(date(2006, 3, 1), date(2026, 12, 31))


class TestAnyLockout:
    @given(opens=MISSED_ON, later=st.integers(0, 40), used=st.sampled_from([0, 30]), cancelled=st.booleans())
    @FEW
    def test_is_gone_on_the_day_it_names(self, opens, later, used, cancelled):
        record = can(windows=[window(opens.isoformat(), used=used, cancelled=cancelled and not used)])
        on = days_after(opens, later)
        for refusal in lockout_refusals(record, on):
            assert refusal.clears_on > on
            assert list(lockout_refusals(record, refusal.clears_on - ONE_DAY))
            assert not list(lockout_refusals(record, refusal.clears_on, refusal.clears_on))

    @given(opens=MISSED_ON, later=st.integers(0, 40), specimen=st.integers(-5, 30))
    @FEW
    def test_names_no_day_before_the_act(self, opens, later, specimen):
        record = can(windows=[window(opens.isoformat())])
        on = days_after(opens, later)
        for refusal in lockout_refusals(record, on, days_after(opens, specimen)):
            assert refusal.clears_on >= on

    @given(opens=MISSED_ON, later=st.integers(0, 40))
    @FEW
    def test_binds_exactly_on_its_days(self, opens, later):
        record = can(windows=[window(opens.isoformat())])
        on = days_after(opens, later)
        days = lockout_of(record.windows[0], record)
        assert any(lockout_refusals(record, on)) is (days is not None and days.holds(on))

    @given(opens=st.dates(date(2026, 11, 15), date(2030, 12, 31)), later=st.integers(0, 60))
    @FEW
    def test_is_never_since_2026(self, opens, later):
        record = can(windows=[window(opens.isoformat())])
        assert edition_on(opens).lockout is None
        assert not list(lockout_refusals(record, days_after(opens, later), opens))

    def test_moves_with_its_edition(self, monkeypatch):
        record = can(windows=[window("2026-11-10")])
        assert lockout_of(record.windows[0], record) is None
        moved(monkeypatch, "2026", "2026-11-20")
        assert lockout_of(record.windows[0], record) == (day("2026-11-17"), day("2026-11-19"))
        assert dated(lockout_refusals(record, day("2026-11-17"))) == {LOCKED: "2026-11-20"}
