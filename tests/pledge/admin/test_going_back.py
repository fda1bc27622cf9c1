"""Going back behind designations gives nobody more than they have: the migration's own statement is run."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection, migrations

from pledge.actions.designations import end_designation
from pledge.models import Designation
from pledge.rules.vocabulary import Scope
from tests.pledge.admin.world import World

pytestmark = pytest.mark.django_db


def brought_back() -> int:
    """Run what the migration does on its way back into a table as it was before, and count who stands in it then."""
    operations = import_module("pledge.migrations.0008_clinics_desk").Migration.operations
    (statement,) = [str(one.reverse_sql) for one in operations if isinstance(one, migrations.RunSQL)]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE pledge_designee_prescribers (designee_id bigint, prescriber_id bigint)")
        cursor.execute(statement)
        cursor.execute("SELECT count(*) FROM pledge_designee_prescribers")
        (count,) = cursor.fetchone()
        cursor.execute("DROP TABLE pledge_designee_prescribers")
    return int(count)


class TestGoingBack:
    def test_brings_back_only_who_may_do_everything_today(self, world: World) -> None:
        given = Designation.objects.filter(designee=world.designee)
        begun = world.today - timedelta(days=1000)
        assert brought_back() == 1
        given.update(begins_on=begun, ends_on=begun)
        assert brought_back() == 0
        for scopes in ([], [Scope.MONTH], [Scope.MONTH, Scope.ENROLLMENT]):
            given.update(ends_on=None, scopes=scopes)
            assert brought_back() == 0
        given.update(scopes=list(Scope))
        assert brought_back() == 1
        end_designation(
            designee=world.designee, prescriber=world.program.prescriber, by=world.program.clinic, at=world.at
        )
        assert brought_back() == 0
