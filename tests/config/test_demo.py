"""The demo as a newcomer meets it: started, looked at, killed, started again, and stopped."""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from argparse import ArgumentTypeError
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config.demo.alone import alone_in, say_where
from config.local_servers import free_port
from config.management.commands.demo import port_number
from tests.architecture.source import ROOT

SECONDS_TO_START, SECONDS_TO_STOP = 180, 40  # this machine's speed is not under test


def variables(**more: str) -> dict[str, str]:
    """The environment of a desk where nothing is set up."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ} | more


class Demo:
    """One demo in a folder of its own."""

    def __init__(self, folder: Path, port: int, *, at_a_terminal: bool = False) -> None:
        self.folder, self.address, self.said = folder, f"http://127.0.0.1:{port}", folder.parent / "said.txt"
        with self.said.open("w") as said:
            self.running = subprocess.Popen(
                [sys.executable, "manage.py", "demo"],
                cwd=ROOT,
                env=variables(DEMO_FOLDER=str(folder), PORT=str(port), PYTHONUNBUFFERED="1"),
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=at_a_terminal,  # so that Ctrl-C can be sent to all that a terminal would send it to
            )

    def wait(self) -> None:
        """Return when it says that it is ready."""
        deadline = time.monotonic() + SECONDS_TO_START
        while "Ctrl-C stops" not in self.said.read_text():
            assert self.running.poll() is None, self.said.read_text()
            assert time.monotonic() < deadline, self.said.read_text()
            time.sleep(0.1)

    @property
    def credentials(self) -> dict[str, Any]:
        return json.loads((self.folder / "credentials.json").read_text())

    def children(self) -> set[int]:
        """Every process that was started for this folder."""
        mark, found = f"DEMO_FOLDER={self.folder}\0".encode(), set()
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                if mark in path.read_bytes():
                    found.add(int(path.parent.name))
            except OSError:
                continue
        return found


def waits_until(happened: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + SECONDS_TO_STOP
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def ask(address: str, body: dict[str, Any] | None = None, **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(address, data=json.dumps(body).encode() if body else None, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def check_the_api(demo: Demo) -> None:
    said = demo.credentials
    address = f"{said['addresses']['api']}eligibility-checks"
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {said['pharmacy']['key']}"}
    status, body = ask(address, said["eligible"], **headers)
    assert (status, json.loads(body)["eligible"]) == (200, True), body
    made_up = {**said["eligible"], "registrant_number": "0000000101", "date_of_birth": "1996-05-04"}
    headers["Authorization"] = f"Bearer {said['pharmacy']['test_key']}"
    status, body = ask(address, made_up, **headers)
    assert (status, json.loads(body)["eligible"]) == (200, True), body


def check_the_admin(demo: Demo, username: str) -> None:
    log_in = next(each for each in demo.credentials["log_ins"] if each["username"] == username)
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    page = f"{demo.address}/admin/login/?next=/admin/"
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.open(page).read().decode())
    assert token
    form = {"csrfmiddlewaretoken": token[1], "username": username, "password": log_in["passphrase"], "next": "/admin/"}
    request = urllib.request.Request(page, urllib.parse.urlencode(form).encode(), {"Referer": page})
    with browser.open(request, timeout=20) as answer:
        second, said = answer.url, answer.read().decode()
    assert second.endswith("/admin/login/code/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', said)
    row = re.search(rf'<td>{username}</td>.*?<strong class="code">(\d{{6}})<', ask(f"{demo.address}/demo/codes/")[1])
    assert token
    assert row
    form = {"csrfmiddlewaretoken": token[1], "code": row[1]}
    request = urllib.request.Request(second, urllib.parse.urlencode(form).encode(), {"Referer": second})
    with browser.open(request, timeout=20) as answer:
        assert "/login/" not in answer.url
        assert "Log out" in answer.read().decode()


def check_a_code(demo: Demo) -> None:
    """Ask for a code as a signer would, and find it in the mail within seconds."""
    signer = next(each for each in demo.credentials["signers"] if each["name"] == "Ruth Ramos")
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    page = browser.open(signer["link"]).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token
    form = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], "send": "code"}).encode()
    browser.open(urllib.request.Request(signer["link"], form, {"Referer": signer["link"]}), timeout=20)
    mail = f"{demo.address}/demo/mail/?to={signer['email']}"
    assert waits_until(lambda: "Your code" in ask(mail)[1])


def check_the_mail(demo: Demo) -> None:
    status, page = ask(f"{demo.address}/demo/mail/?to=prescott")
    assert status == 200
    first = re.search(r'<a href="(/demo/mail/[\w-]+/)">', page)
    assert first
    status, page = ask(f"{demo.address}{first[1]}")
    assert status == 200
    assert "auto-generated" in page
    assert ask(f"{demo.address}/static/demo/demo.css")[0] == 200


def check_another_shell(demo: Demo) -> None:
    """Run a command as it is printed, but for the Python."""
    printed = re.search(r"\n\((\. .*) && \.venv/bin/python (manage\.py verify_trail)\)\n", demo.said.read_text())
    assert printed
    command = f"{printed[1]} && {sys.executable} {printed[2]}"
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=ROOT, env=variables(), check=False, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc for processes left behind")
class TestTheDemo:
    def test_starts_serves_survives_a_kill_and_stops(self, tmp_path: Path) -> None:
        port = free_port()
        demo = Demo(tmp_path / "demo", port)
        try:
            demo.wait()
            assert ask(f"{demo.address}/readyz") == (200, '{"status": "ready"}')
            assert stat.S_IMODE((demo.folder / "credentials.json").stat().st_mode) == 0o600
            keys = [demo.credentials["pharmacy"][kind] for kind in ("key", "test_key")]
            for shown in (f"{demo.address}/admin/", f"{demo.address}/demo/codes/", *keys):
                assert shown in demo.said.read_text()
            check_the_api(demo)
            check_the_mail(demo)
            check_a_code(demo)
            second = run(demo.folder, PORT=str(free_port()))
            assert second.returncode == 1
            assert f"A demo is running already with its data in {demo.folder} ({demo.address})" in second.stderr
            for username in ("ada", "bruno", "prescott", "dana"):
                check_the_admin(demo, username)
            check_another_shell(demo)
            handed_out = demo.credentials

            demo.running.kill()
            demo.running.wait()
            assert waits_until(lambda: demo.children() == set()), "something outlives a demo that was killed"

            demo = Demo(tmp_path / "demo", port)
            demo.wait()
            assert "real actions, once" not in demo.said.read_text()
            assert demo.credentials["log_ins"] == handed_out["log_ins"]
            assert demo.credentials["pharmacy"] == handed_out["pharmacy"]
            assert demo.credentials["signers"] == handed_out["signers"]
            check_the_api(demo)

            demo.running.send_signal(signal.SIGINT)
            assert demo.running.wait(SECONDS_TO_STOP) == 0
            assert demo.said.read_text().rstrip().endswith("Stopped; the data is kept.")
            assert "Traceback" not in demo.said.read_text()
            assert demo.children() == set()
            assert not (demo.folder / "environment.sh").exists()
        finally:
            demo.running.kill()
            demo.running.wait()


def run(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "demo", *arguments],
        cwd=ROOT,
        env=variables(DEMO_FOLDER=str(folder), **more),
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


def loads(demo: Demo) -> bool:
    """It has begun to load the packages it stands on."""
    return "psycopg_binary" in Path(f"/proc/{demo.running.pid}/maps").read_text()


def prepares_its_database(demo: Demo) -> bool:
    return (demo.folder / "postgres" / "cluster-being-made" / "PG_VERSION").exists()


def runs_its_database(demo: Demo) -> bool:
    return (demo.folder / "postgres" / "cluster" / "postmaster.pid").exists()


def migrates(demo: Demo) -> bool:
    where = demo.folder / "running.txt"
    return where.exists() and where.read_text().startswith("http")


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc for how far it is")
class TestCtrlC:
    @pytest.mark.parametrize("so_far", [loads, prepares_its_database, runs_its_database, migrates])
    def test_ends_a_start_with_one_line(self, tmp_path: Path, so_far: Callable[[Demo], bool]) -> None:
        demo = Demo(tmp_path / "demo", free_port(), at_a_terminal=True)
        try:
            assert waits_until(lambda: so_far(demo)), demo.said.read_text()
            os.killpg(demo.running.pid, signal.SIGINT)
            assert demo.running.wait(SECONDS_TO_STOP) == 0
            assert re.fullmatch(r"\nStopped.*\.\n", demo.said.read_text()), demo.said.read_text()
            assert waits_until(lambda: demo.children() == set()), "something outlives the demo"
        finally:
            demo.running.kill()
            demo.running.wait()

    def test_in_a_start_leaves_no_half_made_database_behind(self, tmp_path: Path) -> None:
        demo = Demo(tmp_path / "demo", free_port(), at_a_terminal=True)
        try:
            assert waits_until(lambda: prepares_its_database(demo)), demo.said.read_text()
            os.killpg(demo.running.pid, signal.SIGKILL)
            demo.running.wait()
            assert not (demo.folder / "postgres" / "cluster").exists()
        finally:
            demo.running.kill()
            demo.running.wait()


class TestASecondDemo:
    @pytest.mark.parametrize("arguments", [(), ("--reset",)])
    def test_is_told_of_the_first_and_touches_nothing(self, tmp_path: Path, arguments: tuple[str, ...]) -> None:
        folder = tmp_path / "demo"
        with alone_in(folder):
            say_where(folder, "http://127.0.0.1:8123")
            done = run(folder, *arguments)
            assert done.returncode == 1
            assert f"A demo is running already with its data in {folder} (http://127.0.0.1:8123)" in done.stderr
            assert "Traceback" not in done.stderr
            assert [path.name for path in folder.iterdir()] == ["running.txt"]

    def test_may_begin_when_the_first_has_ended(self, tmp_path: Path) -> None:
        for _ in range(2):
            with alone_in(tmp_path):
                pass


class TestTheCommand:
    def test_explains_itself_and_starts_nothing(self, tmp_path: Path) -> None:
        done = run(tmp_path / "demo", "--help")
        assert done.returncode == 0
        assert "--port N" in done.stdout
        assert "--reset" in done.stdout
        assert not (tmp_path / "demo").exists()

    @pytest.mark.parametrize("port", ["eighty", "0", "65536"])
    def test_says_what_a_port_is(self, port: str) -> None:
        with pytest.raises(ArgumentTypeError, match="a port is a number from 1 to 65535"):
            port_number(port)

    def test_says_that_a_port_is_taken(self, tmp_path: Path) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            done = run(tmp_path / "demo", "--port", port)
        assert done.returncode == 1
        assert f"127.0.0.1:{port} cannot be listened on (Address already in use)" in done.stderr
        assert "Traceback" not in done.stderr
        assert not (tmp_path / "demo" / "credentials.json").exists()
