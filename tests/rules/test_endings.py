"""Sections 4 and 13: which tests an ending asks for, and what does them."""

import pytest

from pledge.rules.endings import next_asked, post_treatment
from tests.rules.builders import CLIA, can, day, indeterminate, negative, positive

LAST_DOSE = day("2024-05-10")
T5_DAY = day("2024-06-09")


class TestAfterTreatment:
    def test_two_tests_are_asked_for(self) -> None:
        asked = post_treatment(can(), LAST_DOSE, day("2024-05-12"))
        assert [(test.name, test.from_day, test.done) for test in asked] == [
            ("T4", LAST_DOSE, False),
            ("T5", T5_DAY, False),
        ]

    @pytest.mark.parametrize(
        ("test", "done"),
        [
            pytest.param(negative("2024-05-09", CLIA), [False, False], id="not by a specimen before the last dose"),
            pytest.param(negative("2024-05-10", CLIA), [True, False], id="T4 by one of the last dose's day"),
            pytest.param(negative("2024-06-08", CLIA), [True, False], id="T5 not a day early"),
            pytest.param(negative("2024-06-09", CLIA), [True, True], id="both by one of T5's day"),
            pytest.param(positive("2024-06-09"), [True, True], id="by a positive too"),
            pytest.param(indeterminate("2024-06-09"), [False, False], id="not by an indeterminate"),
        ],
    )
    def test_a_specimen_does_what_it_is_late_enough_for(self, test, done) -> None:
        asked = post_treatment(can(test), LAST_DOSE, day("2024-06-20"))
        assert [each.done for each in asked] == done


class TestWhatIsAskedNext:
    @pytest.mark.parametrize(
        ("tests", "on", "name"),
        [
            pytest.param([], "2024-05-12", "T4", id="T4 first"),
            pytest.param([], "2024-06-08", "T4", id="T4 until T5's day"),
            pytest.param([], "2024-06-09", "T5", id="from T5's day on the one that does for both"),
            pytest.param([negative("2024-05-10", CLIA)], "2024-05-12", "T5", id="T5 once T4 is done"),
            pytest.param([negative("2024-06-09", CLIA)], "2024-06-10", None, id="nothing once both are done"),
        ],
    )
    def test_is_the_one_whose_turn_it_is(self, tests, on, name) -> None:
        asked = next_asked(can(*tests), LAST_DOSE, day(on))
        assert (asked.name if asked else None) == name
