"""A pharmacy is told classes, in an order that tells nothing."""

import pytest

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

    @pytest.mark.parametrize(
        "stopped", [RefusalCode.ON_HOLD, RefusalCode.PRESCRIBER_NOT_CERTIFIED, RefusalCode.TREATMENT_ENDED]
    )
    def test_is_told_only_that_the_clinic_must_act_where_someone_is_stopped_as_such(self, stopped) -> None:
        undone = (RefusalCode.WINDOW_EXPIRED, RefusalCode.QUESTIONS_MISSING, RefusalCode.SUPPLY_OVER_LIMIT,
                  RefusalCode.AUTHORIZATION_ACTIVE, RefusalCode.TEST_MISSING)  # fmt: skip
        assert classes_told(map(Refusal, (stopped, *undone))) == [CONTACT]

    def test_is_told_of_its_own_standing_and_its_own_authorization_all_the_same(self) -> None:
        codes = (RefusalCode.ON_HOLD, RefusalCode.PHARMACY_NOT_CERTIFIED, RefusalCode.AUTHORIZATION_REVOKED)
        own = [CONTACT, PharmacyClass.AUTHORIZATION_CLOSED, PharmacyClass.PHARMACY_NOT_CERTIFIED]
        assert classes_told(map(Refusal, codes)) == own
