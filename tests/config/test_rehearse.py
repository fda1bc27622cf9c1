"""The command that plays scenario files: what it prints, how it ends, and what it leaves behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from textwrap import dedent

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from config.rehearsal import scratch, steps
from config.rehearsal.script import Malformed, scenarios_in
from tests.architecture.source import ROOT
from tests.config.malformed_scenarios import MALFORMED, STEP, WHERE
from tests.pledge.happened import rows

# Each worker of a parallel run has a name of its own, since all share one server.
PREFIX = f"rehearsal_ofatest{os.environ.get('PYTEST_XDIST_WORKER', '')}"
PASSES = """
    - name: a window opens
      rule: "6"
      given: {can_enrolled: 2024-01-15}
      steps:
      - at: 2024-02-14 10:00
        test: {specimen: 2024-02-14, setting: clia_lab, cycle_day: 3}
      - confirm: {specimen: 2024-02-14}
        expect: {outcome: ok, window: {first_day: 2024-02-14, last_day: 2024-02-20}}
"""
FAILS = """
    - name: a hope
      given: {can_enrolled: 2024-01-15}
      steps:
      - at: 2024-01-16 10:00
        authorize: {}
        expect: {outcome: authorized, excludes: [waiting_period]}
      - check: {}
        expect: {outcome: denied}
"""


def written(folder: Path, text: str, name: str = "told.yaml") -> Path:
    path = folder / name
    path.write_text(dedent(text))
    return path


@pytest.fixture(scope="module")
def migrated(django_db_setup, django_db_blocker):
    """A template that is migrated once, since every rehearsal would do it again for seconds."""
    made = scratch.Scratch()
    with django_db_blocker.unblock():
        made.migrate_template()
        yield made.template
        made.drop_all()


@pytest.fixture
def configured(bare, migrated, monkeypatch):
    """The configured database, which nothing here may write to, and a template that need not be migrated."""

    def cloned(made: scratch.Scratch) -> None:
        made._create(made.template, template=migrated)
        made._let_files_be_cloned()

    monkeypatch.setattr(scratch.Scratch, "migrate_template", cloned)


@pytest.fixture
def bare(transactional_db, monkeypatch):
    """The configured database, which nothing here may write to, and a name for the scratch ones."""
    monkeypatch.setattr(scratch.secrets, "token_hex", lambda _: PREFIX.removeprefix("rehearsal_"))
    before = connection.settings_dict["NAME"], rows()
    yield
    assert (connection.settings_dict["NAME"], rows()) == before
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}%"])
        assert cursor.fetchall() == []


def rehearsed(*arguments: object) -> tuple[int, str]:
    told = StringIO()
    try:
        call_command("rehearse", *map(str, arguments), stdout=told)
    except SystemExit as ended:
        return int(str(ended.code)), told.getvalue()
    return 0, told.getvalue()


class TestARehearsal:
    def test_names_each_scenario_and_ends_with_0_or_1(self, bare, tmp_path):
        status, told = rehearsed(written(tmp_path, PASSES + FAILS))
        assert status == 1
        named = "(waiting_period, test_missing, counseling_missing, questions_missing)"
        assert told.splitlines() == [
            "pass  a window opens",
            "FAIL  a hope",
            f"  step 1 (authorize): outcome: expected authorized, came denied {named}",
            f"  step 1 (authorize): excludes: expected no waiting_period, came {named}",
            "1 passed, 1 failed",
        ]

    def test_plays_the_files_of_a_folder_in_order(self, configured, tmp_path):
        written(tmp_path, PASSES.replace("a window", "second, a window"), "b.yml")
        written(tmp_path, PASSES.replace("a window", "first, a window"), "a.yaml")
        written(tmp_path, "not a scenario", "notes.txt")
        assert rehearsed(tmp_path) == (
            0,
            "pass  first, a window opens\npass  second, a window opens\n2 passed, 0 failed\n",
        )

    def test_prints_one_json_object_for_each_step(self, configured, tmp_path):
        path = written(tmp_path, PASSES + FAILS)
        status, told = rehearsed(path, "--json")
        steps_told = [json.loads(line) for line in told.splitlines()]
        assert status == 1
        assert [(one["scenario"], one["step"], one["kind"], one["held"]) for one in steps_told] == [
            ("a window opens", 1, "test", True),
            ("a window opens", 2, "confirm", True),
            ("a hope", 1, "authorize", False),
            ("a hope", 2, "check", True),
        ]
        assert {one["file"] for one in steps_told} == {str(path)}
        assert steps_told[1]["window"] == {
            "first_day": "2024-02-14",
            "last_day": "2024-02-20",
            "closes_at": "2024-02-21T05:00:00+00:00",
        }
        assert {"code": "waiting_period", "clears_on": "2024-02-14"} in steps_told[2]["reasons"]
        assert (steps_told[2]["edition"], steps_told[2]["at"]) == ("2021", "2024-01-16T15:00:00+00:00")

    def test_goes_on_with_the_next_scenario_where_a_step_crashes(self, configured, tmp_path, monkeypatch):
        def broken(*_):
            raise RuntimeError("no such luck")

        monkeypatch.setitem(steps.PLAYS, "check", broken)
        crashes = FAILS.replace("a hope", "a crash").replace("authorize: {}", "check: {}")
        status, told = rehearsed(written(tmp_path, crashes + PASSES))
        assert status == 1
        assert told.splitlines() == [
            "FAIL  a crash",
            "  step 1 (check): crashed: RuntimeError: no such luck",
            "pass  a window opens",
            "1 passed, 1 failed",
        ]

    def test_that_is_broken_off_leaves_no_scratch_database(self, configured, tmp_path, monkeypatch):
        def broken_off(*_):
            raise KeyboardInterrupt

        monkeypatch.setitem(steps.PLAYS, "confirm", broken_off)
        with pytest.raises(KeyboardInterrupt):
            rehearsed(written(tmp_path, PASSES))

    def test_that_cannot_migrate_leaves_no_scratch_database(self, bare, tmp_path, monkeypatch):
        def broken(*_, **__):
            raise RuntimeError("no migrations today")

        monkeypatch.setattr(scratch, "call_command", broken)
        with pytest.raises(RuntimeError, match="no migrations"):
            rehearsed(written(tmp_path, PASSES))

    def test_forgets_the_oldest_beginning_rather_than_fill_the_disk(self, configured, tmp_path, monkeypatch):
        monkeypatch.setattr(scratch, "KEPT_BEGINNINGS", 1)
        other = PASSES.replace("can_enrolled: 2024-01-15", "can_enrolled: 2024-01-14")
        assert rehearsed(written(tmp_path, PASSES + other + PASSES))[0] == 0

    def test_lets_scenarios_that_begin_alike_not_see_each_other(self, configured, tmp_path):
        reported = """
            - name: {}
              given: {{can_enrolled: 2024-01-15}}
              steps:
              - at: 2024-01-16
                check: {{}}
                expect: {{outcome: denied, excludes: [on_hold]}}
              - report_pregnancy: {{}}
              - check: {{}}
                expect: {{outcome: denied, includes: [on_hold]}}
        """
        assert rehearsed(written(tmp_path, reported.format("one") + reported.format("the same again")))[0] == 0

    def test_of_what_cannot_have_happened_is_an_error_that_names_the_scenario(self, configured, tmp_path, monkeypatch):
        from pledge.rules.refusals import Rejected

        def impossible(*_):
            raise Rejected("id", "P1 is unheard of")

        monkeypatch.setitem(steps.PLAYS, "enroll_prescriber", impossible)
        path = written(tmp_path, PASSES)
        said = f"{path}: scenario 1 .a window opens.: given: can_enrolled: 2024-01-15: enroll_prescriber is rejected"
        with pytest.raises(CommandError, match=said) as caught:
            rehearsed(path)
        assert caught.value.returncode == 2


class TestAMalformedFile:
    @pytest.mark.parametrize("what", MALFORMED)
    def test_is_one_clear_error(self, tmp_path, what):
        text, said = MALFORMED[what]
        path = written(tmp_path, text)
        with pytest.raises(Malformed) as caught:
            scenarios_in(path)
        told = str(caught.value)
        assert "\n" not in told
        assert told.startswith(f"{path}: {said if said is not None else 'scenario 1 (a step): '}")

    def test_plays_nothing_and_ends_with_2(self, configured, tmp_path):
        path = written(tmp_path, PASSES + FAILS.replace("a hope", "''"))
        with pytest.raises(CommandError, match="scenario 2: name: a sentence is missing") as caught:
            rehearsed(path)
        assert caught.value.returncode == 2

    def test_that_is_no_text_is_one_clear_error(self, tmp_path):
        path = tmp_path / "told.yaml"
        path.write_bytes(b"\xff\xfe\x00")
        with pytest.raises(Malformed, match="cannot be read"):
            scenarios_in(path)

    @pytest.mark.parametrize("missing", ["nowhere.yaml", ""])
    def test_that_is_not_there_ends_with_2(self, tmp_path, missing):
        with pytest.raises(CommandError, match=r"there is no such file|holds no scenario file") as caught:
            rehearsed(tmp_path / missing)
        assert caught.value.returncode == 2

    def test_is_one_line_at_the_desk(self, tmp_path):
        path = written(tmp_path, STEP % "check: {color: red}")
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "DATABASE_URL", "REDIS_URL") if name in os.environ}
        command = [sys.executable, "manage.py", "rehearse", str(path)]
        done = subprocess.run(command, check=False, env=kept, cwd=ROOT, capture_output=True, text=True, timeout=60)
        assert done.returncode == 2
        assert done.stderr == f"CommandError: {path}: {WHERE}check: color: there is no such key\n"


class TestTimes:
    @pytest.mark.parametrize(
        ("told", "instant"),
        [
            ("2024-03-01 10:00", "2024-03-01T15:00:00+00:00"),
            ("2024-03-01 10:00:30", "2024-03-01T15:00:30+00:00"),
            ("2024-03-01T10:00", "2024-03-01T15:00:00+00:00"),
            ("'2024-03-01 10:00'", "2024-03-01T15:00:00+00:00"),
            ("2024-03-01", "2024-03-01T05:00:00+00:00"),
            ("2024-03-01 10:00 -08:00", "2024-03-01T18:00:00+00:00"),
            ("2024-03-01 10:00-08:00", "2024-03-01T18:00:00+00:00"),
            ("2024-03-01 10:00:00 +05:45", "2024-03-01T04:15:00+00:00"),
            ("2024-03-01T10:00:00Z", "2024-03-01T10:00:00+00:00"),
            ("2024-03-01 10:00 Z", "2024-03-01T10:00:00+00:00"),
            ("2024-11-03 01:30", "2024-11-03T05:30:00+00:00"),
            ("2024-11-03 01:30 -05:00", "2024-11-03T06:30:00+00:00"),
        ],
    )
    def test_are_eastern_unless_an_offset_is_written(self, tmp_path, told, instant):
        path = written(tmp_path, STEP.replace("2024-01-16 10:00", told) % "check: {}")
        assert scenarios_in(path)[0].steps[0].at.isoformat() == instant

    def test_stay_until_another_is_written(self, tmp_path):
        text = """
            - name: a step
              given: {can_on_treatment: 2024-01-15}
              steps:
              - check: {}
              - at: 2024-03-01 10:00
                check: {}
              - sweep:
        """
        steps_told = scenarios_in(written(tmp_path, text))[0].steps
        assert [f"{step.at:%Y-%m-%d %H:%M %Z}" for step in steps_told] == [
            "2024-02-14 09:00 EST",
            "2024-03-01 15:00 UTC",
            "2024-03-01 15:00 UTC",
        ]
