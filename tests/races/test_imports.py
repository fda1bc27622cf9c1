"""Two files that name the same person, imported at once: they are enrolled once; and an undo beside another act."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from pledge.access import registrants_for
from pledge.actions import registrants
from pledge.actions.imports import begin_import, withdraw_enrollment
from pledge.admin.exchange.reading import rows_of
from pledge.admin.exchange.rows import judged
from pledge.admin.exchange.taking import take_rows
from pledge.models import ImportedRegistrant, Registrant
from pledge.rules.refusals import Rejected
from pledge.rules.vocabulary import Ending
from tests.races.side_by_side import ROW_LOCKS, overtaken

pytestmark = pytest.mark.django_db(transaction=True)
FILES = ("name,born_on\nRobin Reyes,1996-05-04\n", "name,born_on\nROBIN REYES,5/4/1996\n")


@pytest.fixture
def both(program, at):
    """Two imports that have begun, each of a file of its own, about to take its one row."""
    user = User.objects.create_user("paula")
    by = {"by": program.clinic, "at": at}
    begun = [
        begin_import(prescriber=program.prescriber, file_digest=str(number) * 64, user=user, **by)
        for number in range(len(FILES))
    ]

    def takes(place):
        return lambda: take_rows(judged(rows_of(FILES[place])), program.prescriber, taken_in=begun[place], **by)

    return [takes(place) for place in range(len(FILES))]


class TestTwoFiles:
    def test_enroll_the_same_person_once(self, both):
        verdicts = {one.verdict.value for given in overtaken(*both) for one in given}
        assert verdicts == {"enrolled", "there"}
        assert Registrant.objects.count() == ImportedRegistrant.objects.count() == 1

    def test_would_enroll_them_twice_without_the_lock(self, both):
        overtaken(*both, without=ROW_LOCKS)
        assert Registrant.objects.count() == 2


class TestTakingBack:
    @pytest.fixture
    def acts(self, both, program, at):
        """An enrollment that came from a file: changed by somebody, and taken back by somebody else."""
        both[0]()
        imported = ImportedRegistrant.objects.get()
        by = {"by": program.clinic, "at": at}
        contact = {"email": "robin@patients.example"}
        return [
            lambda: registrants.change_contact(registrant=imported.registrant, contact=contact, **by),
            lambda: withdraw_enrollment(imported=imported, **by),
        ]

    def test_waits_for_what_happens_at_the_same_instant_and_then_leaves_it_alone(self, acts, program):
        _, undone = overtaken(*acts)
        assert isinstance(undone, Rejected)
        assert registrants_for(program.clinic).count() == 1

    def test_would_take_back_somebody_something_happened_to_without_the_lock(self, acts, program):
        overtaken(*acts, without=ROW_LOCKS)
        registrant = Registrant.objects.get()
        assert registrant.course.ending == Ending.WITHDRAWN
        assert registrant.email == "robin@patients.example"
