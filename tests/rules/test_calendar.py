"""Sections 2, 3 and 6: program days, inclusive spans, and the clock changes between them."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.rules.calendar import (
    ONE_DAY,
    PROGRAM_ZONE,
    Span,
    birthday,
    days_after,
    program_day,
    start_of,
)
from tests.rules.builders import FEW, day

AUCKLAND = ZoneInfo("Pacific/Auckland")
HONOLULU = ZoneInfo("Pacific/Honolulu")
ANY_DAY = st.dates(date(2006, 3, 1), date(2040, 12, 31))
ANY_ZONE = st.sampled_from(["America/New_York", "Pacific/Honolulu", "Pacific/Auckland", "Asia/Kathmandu", "UTC"])


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class TestTheProgramDay:
    @pytest.mark.parametrize(
        ("at", "on"),
        [
            pytest.param(utc("2024-03-08T04:59:59"), "2024-03-07", id="a second before midnight in winter"),
            pytest.param(utc("2024-03-08T05:00:00"), "2024-03-08", id="midnight in winter is five o'clock UTC"),
            pytest.param(utc("2024-07-01T03:59:59"), "2024-06-30", id="a second before midnight in summer"),
            pytest.param(utc("2024-07-01T04:00:00"), "2024-07-01", id="midnight in summer is four o'clock UTC"),
            pytest.param(
                datetime(2024, 3, 8, 9, tzinfo=AUCKLAND), "2024-03-07", id="a morning in Auckland is still yesterday"
            ),
            pytest.param(
                datetime(2024, 3, 7, 23, 30, tzinfo=HONOLULU), "2024-03-08", id="an evening in Honolulu is tomorrow"
            ),
            pytest.param(utc("2024-02-29T12:00:00"), "2024-02-29", id="a leap day"),
        ],
    )
    def test_is_the_calendar_day_in_new_york(self, at, on):
        assert program_day(at) == day(on)

    def test_is_not_known_without_a_zone(self):
        with pytest.raises(ValueError, match=r"^an instant without a time zone has no program day$"):
            program_day(utc("2024-03-01T12:00").replace(tzinfo=None))

    @given(on=ANY_DAY)
    @FEW
    def test_begins_at_its_own_start(self, on):
        begins = start_of(on)
        assert begins.tzinfo is UTC
        assert program_day(begins) == on
        assert program_day(begins - timedelta(microseconds=1)) == on - ONE_DAY

    @given(on=ANY_DAY, minutes=st.integers(0, 24 * 60), zone=ANY_ZONE)
    @FEW
    def test_is_the_same_wherever_the_clock_hangs(self, on, minutes, zone):
        instant = start_of(on) + timedelta(minutes=minutes)
        assert program_day(instant.astimezone(ZoneInfo(zone))) == program_day(instant)

    def test_is_the_program_zones(self):
        assert PROGRAM_ZONE.key == "America/New_York"


class TestCountingDays:
    @pytest.mark.parametrize(
        ("first", "count", "then"),
        [
            pytest.param("2024-02-28", 1, "2024-02-29", id="into a leap day"),
            pytest.param("2023-02-28", 1, "2023-03-01", id="over a February without one"),
            pytest.param("2024-02-14", 19, "2024-03-04", id="nineteen days over a leap day"),
            pytest.param("2023-02-14", 19, "2023-03-05", id="nineteen days without a leap day"),
            pytest.param("2024-12-31", 1, "2025-01-01", id="into a new year"),
            pytest.param("2024-03-01", 0, "2024-03-01", id="none"),
            pytest.param("2024-03-01", -1, "2024-02-29", id="backward"),
        ],
    )
    def test_is_counting_whole_days(self, first, count, then):
        assert days_after(day(first), count) == day(then)


class TestASpan:
    WEEK = Span(day("2024-03-01"), day("2024-03-07"))

    @pytest.mark.parametrize(
        ("on", "inside"),
        [
            pytest.param("2024-02-29", False, id="the day before"),
            pytest.param("2024-03-01", True, id="its first day"),
            pytest.param("2024-03-04", True, id="a day between"),
            pytest.param("2024-03-07", True, id="its last day"),
            pytest.param("2024-03-08", False, id="the day after"),
        ],
    )
    def test_holds_both_its_ends(self, on, inside):
        assert self.WEEK.holds(day(on)) is inside

    def test_gives_its_days_in_order(self):
        assert list(self.WEEK.days()) == [day(f"2024-03-0{number}") for number in range(1, 8)]

    def test_of_one_day_has_one(self):
        assert list(Span(day("2024-02-29"), day("2024-02-29")).days()) == [day("2024-02-29")]

    def test_that_ends_before_it_begins_has_none(self):
        assert list(Span(day("2024-03-02"), day("2024-03-01")).days()) == []

    @pytest.mark.parametrize(
        ("first", "opens", "closes", "hours"),
        [
            pytest.param("2024-03-01", "2024-03-01T05:00", "2024-03-08T05:00", 168, id="an ordinary week in winter"),
            pytest.param("2024-07-01", "2024-07-01T04:00", "2024-07-08T04:00", 168, id="an ordinary week in summer"),
            pytest.param("2024-03-08", "2024-03-08T05:00", "2024-03-15T04:00", 167, id="the week clocks go forward"),
            pytest.param("2024-10-30", "2024-10-30T04:00", "2024-11-06T05:00", 169, id="the week clocks go back"),
            pytest.param("2024-03-10", "2024-03-10T05:00", "2024-03-17T04:00", 167, id="opening on the short day"),
            pytest.param("2024-11-03", "2024-11-03T04:00", "2024-11-10T05:00", 169, id="opening on the long day"),
            pytest.param("2024-03-04", "2024-03-04T05:00", "2024-03-11T04:00", 167, id="closing with the short day"),
            pytest.param("2024-03-03", "2024-03-03T05:00", "2024-03-10T05:00", 168, id="closing before the short day"),
            pytest.param("2024-10-28", "2024-10-28T04:00", "2024-11-04T05:00", 169, id="closing with the long day"),
            pytest.param("2006-04-01", "2006-04-01T05:00", "2006-04-08T04:00", 167, id="the old rule of April 2006"),
            pytest.param("2006-10-28", "2006-10-28T04:00", "2006-11-04T05:00", 169, id="the old rule of October 2006"),
            pytest.param("2024-02-27", "2024-02-27T05:00", "2024-03-05T05:00", 168, id="over a leap day"),
        ],
    )
    def test_of_a_week_lasts_as_long_as_its_clocks_say(self, first, opens, closes, hours):
        week = Span(day(first), days_after(day(first), 6))
        assert week.opens_at == utc(opens)
        assert week.closes_at == utc(closes)
        assert week.closes_at - week.opens_at == timedelta(hours=hours)

    def test_closes_after_a_minute_to_midnight(self):
        last_minute = datetime(2024, 3, 7, 23, 59, tzinfo=PROGRAM_ZONE)
        assert self.WEEK.opens_at <= last_minute < self.WEEK.closes_at
        assert last_minute + timedelta(minutes=1) == self.WEEK.closes_at

    @given(first=ANY_DAY, length=st.integers(0, 40))
    @FEW
    def test_has_as_many_days_as_it_says_and_loses_no_hour(self, first, length):
        span = Span(first, days_after(first, length))
        days = list(span.days())
        assert len(days) == length + 1
        assert all(map(span.holds, days))
        assert span.closes_at == Span(days_after(first, length + 1), first).opens_at
        assert abs(span.closes_at - span.opens_at - (length + 1) * ONE_DAY) <= timedelta(hours=1)

    @given(first=ANY_DAY, offset=st.integers(-14, 14), minutes=st.integers(0, 8 * 24 * 60))
    @FEW
    def test_holds_the_program_day_of_every_instant_inside(self, first, offset, minutes):
        week = Span(first, days_after(first, 6))
        at = (week.opens_at + timedelta(minutes=minutes)).astimezone(timezone(timedelta(hours=offset)))
        assert week.holds(program_day(at)) is (week.opens_at <= at < week.closes_at)


class TestABirthday:
    @pytest.mark.parametrize(
        ("born", "age", "turns"),
        [
            pytest.param("2008-05-01", 18, "2026-05-01", id="an ordinary one"),
            pytest.param("2008-02-29", 18, "2026-03-01", id="of a leap day, in a common year: 1 March"),
            pytest.param("2008-02-29", 20, "2028-02-29", id="of a leap day, in a leap year: 29 February"),
            pytest.param("2008-03-01", 18, "2026-03-01", id="on the first of March"),
        ],
    )
    def test_comes_on_its_day(self, born, age, turns):
        assert birthday(day(born), age) == day(turns)
