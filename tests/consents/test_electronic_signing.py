"""Signing electronically: who, in which visit, with what evidence, and what the last signature leaves."""

import pytest

from consents.models import ConsentRecord
from pledge.rules.calendar import program_day
from tests import lives, signers
from tests.pledge.happened import fresh

pytestmark = pytest.mark.django_db
AT = lives.UNDER_2026


@pytest.fixture
def program():
    return lives.a_program(AT)


class TestEveryone:
    def test_signs_and_is_enrolled_with_a_record_of_each_form(self, program):
        life = lives.registered(program, AT)
        signers.signed_electronically(life, AT)
        assert life.registrant.course.enrolled_on == program_day(AT)
        assert [len(record.content) > 1000 for record in ConsentRecord.objects.all()] == [True, True]

    def test_of_a_minor_signs_too(self, program):
        life = signers.a_minor(program, AT)
        signers.signed_electronically(life, AT)
        assert fresh(life.registrant).course.enrolled_on == program_day(AT)
        assert ConsentRecord.objects.count() == 2
