"""Section 6: where a window begins, how long it lasts, and what is closed to a new specimen."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.rules.calendar import ONE_DAY, days_after, program_day
from pledge.rules.editions import EDITIONS
from pledge.rules.vocabulary import Actor
from pledge.rules.windows import (
    barring_refusals,
    cancelling_refusals,
    is_first,
    last_uncancelled,
    missed_first_windows,
    window_span,
)
from tests.rules.builders import (
    CAN,
    CANNOT,
    FEW,
    can,
    course,
    dated,
    day,
    moved,
    plus,
    reasons,
    visit_window,
    window,
)

ANY_DAY = st.dates(date(2006, 3, 1), date(2040, 12, 31))
SINCE_2007 = st.dates(date(2007, 12, 2), date(2040, 12, 31))


def optional(text: str | None):
    return day(text) if text else None


class TestAWindowBegins:
    @pytest.mark.parametrize(
        ("category", "specimen", "visit", "first", "last"),
        [
            pytest.param(CAN, "2006-05-01", "2006-05-03", "2006-05-03", "2006-05-09", id="2006: with the visit"),
            pytest.param(CAN, "2007-12-01", "2007-12-03", "2007-12-03", "2007-12-09", id="2006: visit under 2007"),
            pytest.param(CAN, "2007-12-02", "2007-12-05", "2007-12-02", "2007-12-08", id="2007: with the specimen"),
            pytest.param(CAN, "2024-03-01", "2024-03-03", "2024-03-01", "2024-03-07", id="2021: with the specimen"),
            pytest.param(CAN, "2024-03-01", None, "2024-03-01", "2024-03-07", id="2021: no visit needed"),
            pytest.param(CAN, "2024-02-26", None, "2024-02-26", "2024-03-03", id="2021: over a leap day"),
            pytest.param(CAN, "2026-11-10", None, "2026-11-10", "2026-11-16", id="2021: runs on into 2026"),
            pytest.param(CAN, "2026-11-15", "2026-11-16", "2026-11-15", "2026-11-21", id="2026: with the specimen"),
            pytest.param(CANNOT, None, "2006-05-03", "2006-05-03", "2006-05-09", id="2006 cannot: seven days"),
            pytest.param(CANNOT, None, "2007-12-01", "2007-12-01", "2007-12-07", id="2006 cannot: its last day"),
            pytest.param(CANNOT, None, "2007-12-02", "2007-12-02", "2008-01-01", id="2007 cannot: thirty days after"),
            pytest.param(CANNOT, None, "2024-02-01", "2024-02-01", "2024-03-02", id="2021 cannot: over a leap day"),
            pytest.param(CANNOT, None, "2026-11-14", "2026-11-14", "2026-12-14", id="2021 cannot: its last day"),
        ],
    )
    def test_on_the_day_of_its_edition(self, category, specimen, visit, first, last):
        span = window_span(category, specimen_on=optional(specimen), visit_on=optional(visit))
        assert span == (day(first), day(last))

    @pytest.mark.parametrize(
        ("category", "specimen", "visit"),
        [
            pytest.param(CANNOT, None, "2026-11-15", id="from 2026 for those who cannot become pregnant"),
            pytest.param(CAN, None, None, id="without specimen and visit"),
            pytest.param(CAN, "2006-05-01", None, id="in 2006 without a visit"),
            pytest.param(CAN, None, "2024-03-01", id="since 2007 without a specimen"),
        ],
    )
    def test_never(self, category, specimen, visit):
        assert window_span(category, specimen_on=optional(specimen), visit_on=optional(visit)) is None

    def test_under_the_edition_of_its_first_day_or_never(self, monkeypatch):
        monkeypatch.setattr("pledge.rules.editions.EDITIONS", (EDITIONS[0], EDITIONS[3]))
        moved(monkeypatch, "2026", "2008-01-01")
        assert window_span(CANNOT, specimen_on=day("2007-12-31"), visit_on=day("2008-01-01")) is None


class TestAnyWindow:
    @given(specimen=SINCE_2007, visit=st.none() | ANY_DAY)
    @FEW
    def test_of_a_specimen_is_a_week_from_it(self, specimen, visit):
        span = window_span(CAN, specimen_on=specimen, visit_on=visit)
        assert len(list(span.days())) == 7
        assert span.holds(specimen)
        assert not span.holds(specimen - ONE_DAY)
        assert not span.holds(days_after(specimen, 7))

    @given(specimen=SINCE_2007)
    @FEW
    def test_lasts_a_week_of_hours_give_or_take_a_clock_change(self, specimen):
        span = window_span(CAN, specimen_on=specimen, visit_on=None)
        hours = (span.closes_at - span.opens_at) // timedelta(hours=1)
        assert hours in {167, 168, 169}
        offset_changes = span.opens_at.astimezone(ZONE).utcoffset() - span.closes_at.astimezone(ZONE).utcoffset()
        assert timedelta(hours=hours) == timedelta(days=7) + offset_changes

    @given(
        specimen=SINCE_2007,
        minute=st.integers(-60, 7 * 24 * 60 + 120),
        zone=st.sampled_from(["Pacific/Honolulu", "America/Los_Angeles", "Asia/Tokyo", "Pacific/Kiritimati"]),
    )
    @FEW
    def test_is_open_by_program_days_wherever_one_stands(self, specimen, minute, zone):
        opened = window(specimen.isoformat())
        at = (opened.span.opens_at + timedelta(minutes=minute)).astimezone(ZoneInfo(zone))
        assert opened.is_open(program_day(at)) is (opened.span.opens_at <= at < opened.span.closes_at)

    @given(visit=st.dates(date(2006, 3, 1), date(2026, 11, 14)))
    @FEW
    def test_of_a_visit_lasts_six_days_more_in_2006_and_thirty_later(self, visit):
        span = window_span(CANNOT, specimen_on=None, visit_on=visit)
        more = 6 if visit < date(2007, 12, 2) else 30
        assert span == (visit, days_after(visit, more))


ZONE = ZoneInfo("America/New_York")


class TestTheFirstWindow:
    @pytest.mark.parametrize(
        ("windows", "asked", "first"),
        [
            pytest.param([window("2024-02-14")], 0, True, id="is the only one"),
            pytest.param([window("2024-02-14", used=30)], 0, True, id="is the one first dispensed from"),
            pytest.param([window("2024-02-14"), window("2024-03-10")], 1, True, id="comes again after a missed one"),
            pytest.param([window("2024-02-14", used=30), window("2024-03-10")], 1, False, id="is past once dispensed"),
            pytest.param(
                [window("2024-02-14"), window("2024-03-10", used=1)], 0, True, id="stays it, whatever comes later"
            ),
            pytest.param(
                [window("2024-02-14", used=30, course=1), window("2024-06-10", course=2)], 1, True,
                id="comes anew with a new course",
            ),
            pytest.param(
                [window("2024-02-14", used=30, course=2), window("2024-06-10", course=2)], 1, False,
                id="is past in a new course too",
            ),
            pytest.param(
                [window("2024-02-14", used=5), window("2024-02-14")], 1, True, id="is any that opened on the same day"
            ),
        ],
    )  # fmt: skip
    def test_has_no_dispense_before_it(self, windows, asked, first):
        assert is_first(windows[asked], windows) is first


class TestAMissedFirstWindow:
    @pytest.mark.parametrize(
        ("windows", "on", "missed"),
        [
            pytest.param([window("2024-02-14")], "2024-02-20", [], id="is not missed on its last day"),
            pytest.param([window("2024-02-14")], "2024-02-21", [1], id="is missed the day after"),
            pytest.param([window("2024-02-14", used=1)], "2024-02-21", [], id="is not missed once used"),
            pytest.param([window("2024-02-14", cancelled=True)], "2024-02-15", [1], id="is missed once cancelled"),
            pytest.param([window("2024-02-14", stopped=True)], "2024-02-15", [1], id="is missed once stopped"),
            pytest.param(
                [window("2024-02-14", used=30), window("2024-03-14")], "2024-03-21", [], id="is no later window"
            ),
            pytest.param(
                [window("2024-02-14"), window("2024-03-14")], "2024-03-21", [1, 2], id="may be missed again"
            ),
            pytest.param([visit_window("2024-02-14")], "2024-04-01", [], id="is none of who cannot become pregnant"),
            pytest.param(
                [window("2024-02-14"), visit_window("2024-02-20", used=30)], "2024-03-21", [1],
                id="stays missed after a change of category",
            ),
        ],
    )  # fmt: skip
    def test_closed_with_nothing_dispensed(self, windows, on, missed):
        record = can(windows=windows)
        assert [opened.id for opened in missed_first_windows(record, day(on))] == missed


class TestTheLastWindow:
    @pytest.mark.parametrize(
        ("windows", "last"),
        [
            pytest.param([], None, id="is none of none"),
            pytest.param([window("2024-02-14"), window("2024-03-14")], 2, id="is the newest"),
            pytest.param(
                [window("2024-02-14"), window("2024-03-14", cancelled=True)], 1, id="is none that was cancelled"
            ),
            pytest.param([window("2024-02-14", cancelled=True)], None, id="is none where all were cancelled"),
            pytest.param([window("2024-02-14"), window("2024-02-14")], 2, id="is of one day the later entry"),
            pytest.param([window("2024-03-14"), window("2024-02-14")], 1, id="is newest by its first day"),
        ],
    )
    def test_is_the_newest_that_was_not_cancelled(self, windows, last):
        told = last_uncancelled(can(windows=windows).windows)
        assert (told.id if told else None) == last


IN_CLOSED = "specimen_in_closed_window"
USED = {"used": 30}


class TestASpecimenIsBarred:
    @pytest.mark.parametrize(
        ("windows", "specimen", "on", "clears"),
        [
            pytest.param([window("2024-02-14")], "2024-02-20", "2024-02-21", "2024-02-21", id="by the last closed day"),
            pytest.param([window("2024-02-14")], "2024-02-21", "2024-02-21", None, id="not the day after"),
            pytest.param([window("2024-02-14")], "2024-02-13", "2024-03-21", "2024-03-21", id="from before it"),
            pytest.param([window("2024-02-14")], "2024-02-14", "2024-02-21", None, id="not by its own window"),
            pytest.param([window("2024-02-14")], "2024-02-17", "2024-02-18", None, id="not while it is open"),
            pytest.param(
                [window("2024-02-14", last="2024-02-16", stopped=True)], "2024-02-15", "2024-02-16", "2024-02-17",
                id="by a stopped window until tomorrow",
            ),
            pytest.param(
                [window("2024-02-14", cancelled=True)], "2024-02-14", "2024-02-14", "2024-02-15",
                id="by its own cancelled first window, for good",
            ),
            pytest.param(
                [window("2024-02-14", cancelled=True)], "2024-02-14", "2024-03-30", "2024-03-30",
                id="never clearing in the past",
            ),
            pytest.param(
                [window("2024-02-14", cancelled=True)], "2024-02-16", "2024-02-21", None,
                id="not by another's cancelled window",
            ),
            pytest.param(
                [window("2024-02-14", **USED), window("2024-03-14", cancelled=True)], "2024-03-14", "2024-03-15",
                None, id="not by its own cancelled later window",
            ),
            pytest.param(
                [window("2024-02-14", **USED), window("2024-03-14", cancelled=True), window("2024-03-14")],
                "2024-03-14", "2024-03-21", None, id="not by its own window opened again",
            ),
            pytest.param([window("2024-02-14", **USED)], "2024-02-18", "2024-02-21", "2024-02-21", id="by a used one"),
            pytest.param(
                [window("2024-02-14", course=2)], "2024-02-18", "2024-02-21", None, id="not by another course"
            ),
        ],
    )  # fmt: skip
    def test_by_closed_windows(self, windows, specimen, on, clears):
        told = dated(barring_refusals(can(windows=windows), day(specimen), day(on)))
        assert told == ({IN_CLOSED: clears} if clears else {})

    @given(specimen=st.integers(-20, 30), on=st.integers(0, 60), stopped=st.booleans(), cancelled=st.booleans())
    @FEW
    def test_until_the_day_that_is_named(self, specimen, on, stopped, cancelled):
        record = can(windows=[window("2024-02-14", stopped=stopped, cancelled=cancelled)])
        act = plus("2024-02-14", on)
        for refusal in barring_refusals(record, plus("2024-02-14", specimen), act):
            assert refusal.clears_on >= act
            assert not list(barring_refusals(record, refusal.clears_on, refusal.clears_on))


class TestCancelling:
    @pytest.mark.parametrize(
        ("windows", "refused"),
        [
            pytest.param([window("2024-03-01")], [], id="is open to an unused window"),
            pytest.param([], ["window_expired"], id="needs a window"),
            pytest.param([window("2024-02-20")], ["window_expired"], id="is too late after the last day"),
            pytest.param([window("2024-03-01", cancelled=True)], ["window_expired"], id="is done once"),
            pytest.param([window("2024-03-01", used=1)], ["authorization_closed"], id="is not of one dispensed from"),
        ],
    )
    def test_of_the_open_window(self, windows, refused):
        assert reasons(cancelling_refusals(can(windows=windows), day("2024-03-03"))) == refused

    def test_of_one_dispensed_from_is_no_matter_of_the_pharmacy_s(self):
        record = can(windows=[window("2024-03-01", used=1)])
        (refusal,) = cancelling_refusals(record, day("2024-03-03"))
        assert refusal.who_acts is Actor.PRESCRIBER
        assert refusal.next_step.startswith("Leave the window as it is")

    def test_is_of_the_present_course(self):
        record = can(windows=[window("2024-03-01")], course=course("2024-03-02", number=2))
        assert reasons(cancelling_refusals(record, day("2024-03-03"))) == ["window_expired"]
