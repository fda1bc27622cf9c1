"""A pharmacy is told classes, in an order that tells nothing."""

import pytest

from pledge.rules.dispensing import authorizing
from pledge.rules.refusals import PharmacyClass, Refusal, RefusalCode
from pledge.rules.told import classes_told
from tests.rules.builders import CERTIFIED, can, complete, day, negative

CONTACT, PATIENT, CLOSED = (
    PharmacyClass.CONTACT_PRESCRIBER, PharmacyClass.PATIENT_ACTION_NEEDED, PharmacyClass.WINDOW_CLOSED,
)  # fmt: skip


class TestAPharmacy:
    def test_is_told_each_class_once_in_an_order_of_its_own(self) -> None:
        codes = (RefusalCode.WINDOW_EXPIRED, RefusalCode.QUESTIONS_MISSING, RefusalCode.TEST_MISSING,
                 RefusalCode.COUNSELING_MISSING)  # fmt: skip
        told = classes_told(map(Refusal, codes))
        assert told == classes_told(map(Refusal, reversed(codes))) == [CONTACT, PATIENT, CLOSED]
        assert classes_told([]) == []

    def test_is_told_nothing_of_the_window_where_there_is_a_hold(self) -> None:
        assert classes_told([Refusal(RefusalCode.WINDOW_EXPIRED), Refusal(RefusalCode.ON_HOLD)]) == [CONTACT]

    def test_is_told_nothing_of_a_step_that_only_a_hold_undid(self) -> None:
        undone = (Refusal(RefusalCode.QUESTIONS_MISSING, untold=True), Refusal(RefusalCode.ON_HOLD))
        assert classes_told(undone) == [CONTACT]
        owed = (Refusal(RefusalCode.QUESTIONS_MISSING), Refusal(RefusalCode.ON_HOLD))
        assert classes_told(owed) == [CONTACT, PATIENT]


class TestTheStepThatAHoldUndid:
    """The patient had answered; before the window's own last day only a hold takes that back."""

    STOPPED = complete("2024-02-14", last="2024-02-16", stopped=True)

    @pytest.mark.parametrize(
        ("record", "on", "told"),
        [
            pytest.param({"hold_since": day("2024-02-16")}, "2024-02-20", [CONTACT], id="while its window would last"),
            pytest.param(
                {"hold_since": day("2024-02-16")}, "2024-02-21", [CONTACT, PATIENT], id="when it would be over"
            ),
            pytest.param({}, "2024-02-20", [CONTACT, PATIENT, CLOSED], id="where nothing is held"),
        ],
    )
    def test_is_told_where_a_harmless_cause_would_be_told_it(self, record, on, told) -> None:
        held = can(negative("2024-01-15"), negative("2024-02-14"), windows=[self.STOPPED], **record)
        assert classes_told(authorizing(held, CERTIFIED, 30, day(on)).refusals) == told

    def test_is_told_where_no_window_was_closed(self) -> None:
        for windows in ([], [complete("2024-01-14", used=30)]):
            held = can(negative("2023-12-15"), windows=windows, hold_since=day("2024-02-16"))
            assert PATIENT in classes_told(authorizing(held, CERTIFIED, 30, day("2024-02-16")).refusals)
