"""Sections 4, 8 and 13: who may clear a hold, and after which test."""

import pytest

from pledge.rules.holds import clearing_phase, clearing_refusals, later_negative
from pledge.rules.vocabulary import TestPhase as Phase
from tests.rules.builders import (
    HOME,
    MEDICAL,
    can,
    cannot,
    complete,
    course,
    day,
    indeterminate,
    negative,
    positive,
    reasons,
    visit_window,
    window,
)

T1 = negative("2024-01-15", MEDICAL)
T2 = negative("2024-02-14")
POSITIVE = positive("2024-02-20")
HELD = {"hold_since": day("2024-02-20")}
ON_TREATMENT = {"windows": [complete("2024-02-14", used=30)], **HELD}
AT_HOME = negative("2024-02-21", HOME, has_evidence=True)
PERMITTED = course(home_tests_permitted=True)


class TestTheNegativeAfterwards:
    @pytest.mark.parametrize(
        ("record", "found"),
        [
            pytest.param(can(T1, T2, POSITIVE, negative("2024-02-21"), **HELD), True, id="of a later day"),
            pytest.param(can(T1, T2, POSITIVE, negative("2024-02-20"), **HELD), False, id="not of the same day"),
            pytest.param(can(T1, T2, POSITIVE, **HELD), False, id="not of an earlier day"),
            pytest.param(can(T1, T2, POSITIVE, indeterminate("2024-02-21"), **HELD), False, id="not indeterminate"),
            pytest.param(can(T1, T2, POSITIVE, positive("2024-02-21"), **HELD), False, id="not positive"),
            pytest.param(can(T1, T2, negative("2024-02-21"), POSITIVE, **HELD), True, id="whatever was entered first"),
            pytest.param(can(T1, T2, POSITIVE, AT_HOME, **HELD), False, id="not at home before treatment"),
            pytest.param(can(T1, T2, POSITIVE, AT_HOME, **ON_TREATMENT), False, id="not at home without permission"),
            pytest.param(
                can(T1, T2, POSITIVE, AT_HOME, course=PERMITTED, **ON_TREATMENT), True, id="at home where that counts"
            ),
            pytest.param(
                can(T1, T2, POSITIVE, negative("2024-02-21", HOME), course=PERMITTED, **ON_TREATMENT), False,
                id="not at home without evidence",
            ),
            pytest.param(can(T1, T2, POSITIVE, negative("2024-02-21")), False, id="of no day where nothing is held"),
            pytest.param(
                can(T1, negative("2024-02-21"), negative("2024-02-22", HOME), **HELD), True, id="not undone by a newer"
            ),
        ],
    )  # fmt: skip
    def test_counts_strictly_later_and_in_its_place(self, record, found):
        assert later_negative(record) is found

    @pytest.mark.parametrize(
        ("record", "phase"),
        [
            pytest.param(can(POSITIVE, **HELD), Phase.SCREENING, id="before T1 it is a screening test"),
            pytest.param(can(T1, POSITIVE, **HELD), Phase.CONFIRMATION, id="after T1 it is a confirmation test"),
            pytest.param(
                can(T1, T2, POSITIVE, windows=[window("2024-02-14")], **HELD), Phase.REPEAT, id="after a miss, a repeat"
            ),
            pytest.param(can(T1, T2, POSITIVE, **ON_TREATMENT), Phase.MONTHLY, id="on treatment it is a monthly test"),
            pytest.param(can(POSITIVE, **ON_TREATMENT), Phase.MONTHLY, id="on treatment too where T1 is gone"),
            pytest.param(
                cannot(windows=[visit_window("2024-02-14", used=30)], **HELD), Phase.MONTHLY,
                id="on treatment too where none was asked",
            ),
            pytest.param(cannot(windows=[visit_window("2024-02-14")], **HELD), Phase.SCREENING, id="not before a dose"),
            pytest.param(
                can(T1, T2, POSITIVE, course=course(ended_on=day("2024-02-19")), **HELD), Phase.POST_TREATMENT,
                id="after the ending it is a post-treatment test",
            ),
            pytest.param(
                can(course=course(ended_on=day("2024-02-19")), **HELD), Phase.POST_TREATMENT,
                id="after an ending without T1 too",
            ),
        ],
    )  # fmt: skip
    def test_is_of_the_kind_that_is_next(self, record, phase):
        assert clearing_phase(record) is phase

    def test_was_done_in_a_laboratory_before_discretion(self):
        tests = [negative("2010-01-15", MEDICAL), negative("2010-02-14"), positive("2010-02-20")]
        held = {"enrolled": "2010-01-15", "hold_since": day("2010-02-20")}
        assert not later_negative(can(*tests, negative("2010-02-21", MEDICAL), **held))
        assert later_negative(can(*tests, negative("2010-02-21"), **held))


class TestClearingAHold:
    READY = can(T1, T2, POSITIVE, negative("2024-02-21"), **HELD)
    NOT_READY = can(T1, T2, POSITIVE, **HELD)

    @pytest.mark.parametrize(
        ("record", "in_person", "refused"),
        [
            pytest.param(READY, True, [], id="by the prescriber, after a later negative"),
            pytest.param(READY, False, ["on_hold"], id="not by a designee"),
            pytest.param(NOT_READY, True, ["test_missing"], id="not without a later negative"),
            pytest.param(NOT_READY, False, ["on_hold", "test_missing"], id="not by a designee and without one: both"),
        ],
    )
    def test_is_the_prescribers_own(self, record, in_person, refused):
        assert reasons(clearing_refusals(record, in_person=in_person)) == refused
