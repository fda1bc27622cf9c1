"""Which reminder of several is the latest, and at which hours readers are told."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from notifications.schedule import (
    CERTIFICATION_EXPIRING,
    POST_TREATMENT_OVERDUE,
    TEST_DUE,
    WINDOW_CLOSING,
    latest_due,
    reachable_from,
)

ABOUT = date(2026, 11, 26)


class TestTheLatestReminder:
    @pytest.mark.parametrize(
        ("steps", "on", "name"),
        [
            pytest.param(WINDOW_CLOSING, date(2026, 11, 22), None, id="a window four days from its end: none"),
            pytest.param(WINDOW_CLOSING, date(2026, 11, 23), "three", id="three days: the first"),
            pytest.param(WINDOW_CLOSING, date(2026, 11, 24), "three", id="two days: still the first"),
            pytest.param(WINDOW_CLOSING, date(2026, 11, 25), "one", id="one day: the second"),
            pytest.param(TEST_DUE, date(2026, 11, 18), None, id="a supply eight days from its end: none"),
            pytest.param(TEST_DUE, date(2026, 11, 19), "week", id="seven days: the first"),
            pytest.param(TEST_DUE, date(2026, 11, 26), "end", id="its last day: the second"),
            pytest.param(CERTIFICATION_EXPIRING, date(2026, 10, 27), "month", id="a certification 30 days on"),
            pytest.param(CERTIFICATION_EXPIRING, date(2026, 11, 19), "week", id="7 days on"),
            pytest.param(CERTIFICATION_EXPIRING, date(2026, 11, 25), "day", id="1 day on"),
            pytest.param(POST_TREATMENT_OVERDUE, date(2026, 11, 28), None, id="a test two days late: none"),
            pytest.param(POST_TREATMENT_OVERDUE, date(2026, 11, 29), "three", id="3 days late"),
            pytest.param(POST_TREATMENT_OVERDUE, date(2026, 12, 3), "week", id="7 days late"),
            pytest.param(POST_TREATMENT_OVERDUE, date(2026, 12, 10), "fortnight", id="14 days late"),
        ],
    )
    def test_is_the_last_whose_day_has_come(self, steps, on, name):
        due = latest_due(steps, ABOUT, on)
        assert (due.name if due else None) == name


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class TestAReadersDay:
    @pytest.mark.parametrize(
        ("at", "zone", "reached"),
        [
            pytest.param("2026-11-22T13:00", "America/New_York", "2026-11-22T13:00", id="08:00 is in"),
            pytest.param("2026-11-22T12:59", "America/New_York", "2026-11-22T13:00", id="07:59 waits a minute"),
            pytest.param("2026-11-22T22:59", "America/New_York", "2026-11-22T22:59", id="17:59 is in"),
            pytest.param("2026-11-22T23:00", "America/New_York", "2026-11-23T13:00", id="18:00 waits for morning"),
            pytest.param("2026-11-22T13:00", "America/Los_Angeles", "2026-11-22T16:00", id="further west, later"),
            pytest.param("2026-11-22T13:00", "Pacific/Honolulu", "2026-11-22T18:00", id="furthest west"),
            pytest.param(
                "2026-03-08T05:00", "America/New_York", "2026-03-08T12:00", id="the night a clock goes forward"
            ),
            pytest.param("2026-11-01T04:30", "America/New_York", "2026-11-01T13:00", id="the night it goes back"),
        ],
    )
    def test_is_from_eight_to_six_by_their_own_clock(self, at, zone, reached):
        assert reachable_from(utc(at), ZoneInfo(zone)) == utc(reached)
