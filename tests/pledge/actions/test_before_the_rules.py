"""Days before the first edition cannot be judged, so no act takes one."""

from datetime import timedelta

import pytest

from pledge.actions import months, pregnancy_tests
from pledge.rules import vocabulary as words
from pledge.rules.editions import first_day_of_the_rules
from pledge.rules.monthly import Attestation
from pledge.rules.refusals import Rejected
from tests import lives

pytestmark = pytest.mark.django_db
TOO_EARLY = first_day_of_the_rules() - timedelta(days=1)


class TestADayBeforeTheRules:
    def test_is_no_specimen_day(self, program, at):
        life = lives.registered(program, at)
        with pytest.raises(Rejected, match="before the program's first rules"):
            pregnancy_tests.record_test(
                registrant=life.registrant,
                specimen_on=TOO_EARLY,
                result=words.TestResult.NEGATIVE,
                setting=words.TestSetting.CLIA_LAB,
                by=program.clinic,
                at=at,
            )
        assert not life.registrant.tests.exists()

    def test_is_no_visit(self, program, at):
        life = lives.enrolled(program, at, category=lives.CANNOT)
        with pytest.raises(Rejected, match="before the program's first rules"):
            months.confirm_month(
                registrant=life.registrant,
                attestation=Attestation(visit_on=TOO_EARLY, days_supply=30),
                by=program.clinic,
                at=at,
            )
        assert not life.registrant.confirmations.exists()
