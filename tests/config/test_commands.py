"""What a command lacks is one sentence, never a traceback."""

import os
import subprocess
import sys

import pytest

from tests.architecture.source import ROOT

GOOD_SECRET = "q8Zr2vLk5NwXy7Tb3Hd9Jm4Pc6Gf1Qs0UaEiOoYeRtVbWnKzMxSj"


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, check=False, env=kept | variables, cwd=ROOT, capture_output=True, text=True, timeout=60
    )


class TestACommand:
    def test_without_a_database_names_the_variable(self) -> None:
        done = run("manage.py", "migrate", SECRET_KEY=GOOD_SECRET)
        assert done.returncode == 1
        assert done.stderr.startswith("manage.py: DATABASE_URL is not set")
        assert len(done.stderr.strip().splitlines()) == 1

    def test_with_an_unreachable_database_says_so(self) -> None:
        done = run("manage.py", "migrate", SECRET_KEY=GOOD_SECRET, DATABASE_URL="postgresql://127.0.0.1:1/name")
        assert done.returncode == 1
        assert done.stderr.startswith("manage.py: DATABASE_URL names a database that cannot be reached")
        assert "Traceback" not in done.stderr

    def test_with_bad_variables_names_them_all(self) -> None:
        done = run("manage.py", "migrate", SECRET_KEY="short", DEBUG="perhaps")
        assert done.returncode == 1
        assert "SECRET_KEY has 5 characters" in done.stderr
        assert "DEBUG must be on or off" in done.stderr
        assert "Traceback" not in done.stderr

    def test_that_serves_nobody_needs_nothing(self) -> None:
        assert run("manage.py", "check").returncode == 0

    @pytest.mark.parametrize("service", ["worker", "beat"])
    def test_that_needs_a_broker_names_the_variable(self, service: str) -> None:
        done = run("-m", "celery", "-A", "config", service, SECRET_KEY=GOOD_SECRET)
        assert done.returncode != 0
        assert "REDIS_URL is not set" in done.stderr
        assert "DATABASE_URL is not set" in done.stderr
        assert "PUBLIC_ADDRESS is not set" in done.stderr

    def test_that_serves_the_web_names_what_it_lacks(self) -> None:
        done = run("-c", "import config.wsgi", SECRET_KEY=GOOD_SECRET)
        assert done.returncode != 0
        assert "ALLOWED_HOSTS is not set" in done.stderr
        assert "DATABASE_URL is not set" in done.stderr
        assert "PUBLIC_ADDRESS is not set" in done.stderr

    def test_that_serves_over_https_takes_no_plain_address(self) -> None:
        done = run("manage.py", "check", PUBLIC_ADDRESS="http://clinic.example")
        assert done.returncode == 1
        assert "PUBLIC_ADDRESS must start with https:// while HTTPS is on" in done.stderr
