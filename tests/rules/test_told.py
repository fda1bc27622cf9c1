"""A pharmacy is told classes, in an order that tells nothing."""

from pledge.rules.refusals import PharmacyClass, Refusal, RefusalCode
from pledge.rules.told import classes_told

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

    def test_is_told_nothing_of_the_patients_step_where_there_is_a_hold(self) -> None:
        codes = (RefusalCode.QUESTIONS_MISSING, RefusalCode.TEST_MISSING, RefusalCode.ON_HOLD)
        assert classes_told(map(Refusal, codes)) == classes_told([Refusal(RefusalCode.TEST_MISSING)]) == [CONTACT]
