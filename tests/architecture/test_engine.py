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
