"""A supervisor learns whether the process lives and whether it can decide."""

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client


class TestLivez:
    def test_answers_without_a_database(self, client: Client) -> None:
        assert client.get("/livez").json() == {"status": "alive"}


class TestReadyz:
    @pytest.mark.django_db
    def test_is_ready_when_every_migration_is_applied(self, client: Client) -> None:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()) == (200, {"status": "ready"})
        assert "no-store" in answer["Cache-Control"]

    @pytest.mark.django_db
    def test_asks_the_database_little(self, client: Client, django_assert_max_num_queries: object) -> None:
        client.get("/readyz")
        with django_assert_max_num_queries(2):  # type: ignore[operator]
            client.get("/readyz")

    @pytest.mark.django_db
    def test_is_not_ready_while_a_migration_is_missing(self, client: Client) -> None:
        newest = MigrationRecorder.Migration.objects.latest("id")
        newest.delete()
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["detail"] == "The database lacks 1 of this release's migrations; run migrate."

    def test_is_not_ready_without_a_database(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise OperationalError("gone")

        monkeypatch.setattr(connection, "ensure_connection", refuse)
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["type"].endswith("unavailable")
        assert answer["Retry-After"]
