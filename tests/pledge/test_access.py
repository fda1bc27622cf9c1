"""The only door to rows for interfaces: a row that is not the actor's is not there."""

from datetime import date

import pytest

from pledge import access
from pledge.actions import records
from pledge.actions.designations import designate
from pledge.models import Registrant
from pledge.rules.calendar import program_day
from pledge.trail import SYSTEM, by_designee, by_registrant
from tests import lives
from tests.pledge.actions.acting import STRANGER, a_designee, delegated_no_more

pytestmark = pytest.mark.django_db
AT = lives.UNDER_2021
ON = program_day(AT)


@pytest.fixture
def mine():
    return lives.authorized(lives.a_program(AT), AT)


@pytest.fixture
def theirs():
    return lives.authorized(lives.a_program(AT), AT)


class TestRegistrants:
    def test_are_a_prescribers_own(self, mine, theirs):
        assert list(access.registrants_for(mine.program.clinic)) == [mine.registrant]

    def test_are_a_designees_prescribers(self, mine, theirs):
        assert list(access.registrants_for(a_designee(mine.program, AT))) == [mine.registrant]

    def test_are_all_for_the_program(self, mine, theirs):
        assert set(access.registrants_for(mine.program.administrator)) == {mine.registrant, theirs.registrant}

    @pytest.mark.parametrize("kind", ["registrant", "guardian"])
    def test_are_themselves_alone_for_a_registrant_and_a_guardian(self, mine, theirs, kind):
        assert list(access.registrants_for(by_registrant(mine.registrant, kind))) == [mine.registrant]

    def test_are_none_for_anyone_else(self, mine):
        for by in (mine.program.counter, STRANGER, SYSTEM):
            assert not access.registrants_for(by).exists()

    def test_leave_out_a_record_that_was_merged(self, mine):
        gone = lives.registered(mine.program, AT)
        records.merge(registrant=mine.registrant, duplicate=gone.registrant, by=mine.program.administrator, at=AT)
        for by in (mine.program.clinic, mine.program.administrator, by_registrant(gone.registrant)):
            assert gone.registrant not in access.registrants_for(by)

    def test_by_number_are_there_or_not_and_the_two_look_alike(self, mine, theirs):
        assert access.registrant_for(mine.program.clinic, mine.number) == mine.registrant
        said = set()
        for number in (theirs.number, "0"):
            with pytest.raises(access.NotThere) as caught:
                access.registrant_for(mine.program.clinic, number)
            said.add((caught.value.field, caught.value.message))
        assert len(said) == 1


class TestARegistrantNamed:
    def test_needs_number_and_date_of_birth(self, mine):
        assert access.registrant_named(mine.number, mine.born_on) == mine.registrant
        said = set()
        for number, born_on in ((mine.number, date(1990, 1, 1)), ("0", mine.born_on)):
            with pytest.raises(access.NotThere) as caught:
                access.registrant_named(number, born_on)
            said.add(str(caught.value))
        assert len(said) == 1

    def test_is_not_there_once_merged(self, mine):
        gone = lives.registered(mine.program, AT)
        records.merge(registrant=mine.registrant, duplicate=gone.registrant, by=mine.program.administrator, at=AT)
        with pytest.raises(access.NotThere):
            access.registrant_named(gone.number, gone.born_on)
        assert Registrant.objects.filter(number=gone.number).exists()


class TestAnAuthorization:
    def test_is_its_pharmacys_own(self, mine, theirs):
        counter = mine.program.counter
        assert access.authorization_for(counter, mine.rma_number) == mine.authorization
        for by, number in ((counter, theirs.rma_number), (counter, "0"), (mine.program.clinic, mine.rma_number)):
            with pytest.raises(access.NotThere, match="rma_number"):
                access.authorization_for(by, number)


class TestPrescribers:
    def test_are_those_one_may_act_for(self, mine, theirs):
        own = mine.program.prescriber
        designee = a_designee(mine.program, AT)
        assert list(access.prescribers_of(mine.program.clinic, ON)) == [own]
        assert list(access.prescribers_of(designee, ON)) == [own]
        beside = {"designee": designee.designee, "prescriber": theirs.program.prescriber, "scopes": []}
        designate(**beside, by=theirs.program.clinic, at=AT)
        both = {own, theirs.program.prescriber}
        assert set(access.prescribers_of(by_designee(designee.designee, own), ON)) == both
        assert set(access.prescribers_of(mine.program.administrator, ON)) == both
        assert set(access.prescribers_of(delegated_no_more(designee, AT), ON)) == {theirs.program.prescriber}
        for by in (STRANGER, mine.program.counter, by_registrant(mine.registrant)):
            assert not access.prescribers_of(by, ON).exists()
