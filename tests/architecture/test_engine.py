"""The tests run on the real engine, each worker in a database of its own."""

import pytest
import redis
from django.conf import settings
from django.db import connection


@pytest.mark.django_db
class TestTheEngine:
    def test_is_a_postgresql_of_the_version_we_run(self) -> None:
        assert connection.vendor == "postgresql"
        assert connection.pg_version >= 160000

    def test_gives_each_worker_a_database_of_its_own(self, worker_id: str) -> None:
        suffix = "" if worker_id == "master" else f"_{worker_id}"
        assert connection.settings_dict["NAME"].endswith(suffix)
        assert connection.settings_dict["NAME"].startswith("test_")

    def test_answers_in_the_redis_protocol(self) -> None:
        assert redis.Redis.from_url(settings.REDIS_URL).ping()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", ["once", "again"])
class TestATestWithRealTransactions:
    def test_finds_the_tables_as_the_migrations_left_them(self, turn: str) -> None:
        from consents.models import FormVersion
        from pledge.models import ProgramEvent

        assert FormVersion.objects.exists(), turn
        assert not ProgramEvent.objects.exists(), turn
