"""The night by hand: a counted report for a reader or a machine, and one clear error for a bad instant."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from notifications import sweep
from notifications.models import Night, Notice
from notifications.sweep import Report
from tests import lives

pytestmark = pytest.mark.django_db


@pytest.fixture
def night(program, at):
    """A night on which one window is missed, as it is written."""
    lives.ready(program, at)
    return (at + timedelta(days=7)).isoformat()


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    """Run the command, and give its exit status and what it said."""
    try:
        call_command("run_sweep", *arguments)
        status = 0
    except SystemExit as ended:
        status = int(ended.code or 0)
    said = capsys.readouterr()
    return status, said.out, said.err


class TestRunSweep:
    def test_says_what_it_does_and_counts_it(self, night, capsys):
        status, said, _ = run(capsys, "--at", night)
        assert status == 0
        assert said.startswith("Doing the nightly work of 2027-03-18:")
        assert "        1  windows missed" in said
        assert said.rstrip().endswith("0 failed.")

    def test_does_nothing_the_second_time(self, night, capsys):
        run(capsys, "--at", night)
        before = Notice.objects.count()
        status, said, _ = run(capsys, "--at", night)
        assert status == 0
        assert "0 done, 0 failed." in said
        assert Notice.objects.count() == before

    def test_rehearsed_only_counts(self, night, capsys):
        status, said, _ = run(capsys, "--at", night, "--dry-run")
        assert status == 0
        assert said.startswith("Counting the nightly work")
        assert "would be done" in said
        assert not Night.objects.exists()

    def test_tells_a_machine_in_one_object(self, night, capsys):
        status, said, _ = run(capsys, "--at", night, "--json")
        told = json.loads(said)
        assert status == 0
        assert told["day"] == "2027-03-18"
        assert told["counts"]["windows missed"] == 1
        assert told["failures"] == []
        assert not told["dry_run"]
        assert not told["skipped"]

    def test_ends_with_one_where_something_failed(self, night, capsys, monkeypatch):
        def fails(**_):
            raise RuntimeError("not today")

        monkeypatch.setattr(sweep, "record_missed_window", fails)
        status, said, _ = run(capsys, "--at", night)
        assert status == 1
        assert "failed   prescriptionwindow " in said
        assert ": RuntimeError" in said
        assert "not today" not in said
        assert said.rstrip().endswith("1 failed.")

    def test_says_so_where_another_is_running(self, night, capsys, monkeypatch):
        module = "notifications.management.commands.run_sweep.run_sweep"
        monkeypatch.setattr(module, lambda *, at, **_: Report(at=at, skipped=True))
        status, said, _ = run(capsys, "--at", night)
        assert status == 1
        assert "Another sweep is running; this one did nothing." in said

    def test_warns_of_a_night_that_has_not_come(self, night, capsys):
        _, _, complaint = run(capsys, "--at", "2031-01-01T02:00-05:00")
        assert complaint == "note: --at is in the future; what it records cannot be taken back\n"
        _, _, complaint = run(capsys, "--at", "2031-01-01T02:00-05:00", "--dry-run")
        assert complaint == ""

    def test_does_today_where_no_instant_is_named(self, capsys):
        status, said, _ = run(capsys)
        assert status == 0
        assert "0 done, 0 failed." in said


class TestABadInstant:
    @pytest.mark.parametrize(
        ("written", "said"),
        [
            ("tomorrow", "'tomorrow' is not an instant; write it as 2026-12-01T02:00-05:00"),
            ("2026-13-01T02:00-05:00", "'2026-13-01T02:00-05:00' is not an instant"),
            ("2026-12-01T02:00", "'2026-12-01T02:00' has no time zone"),
            ("2026-12-01", "'2026-12-01' has no time zone"),
            ("1999-12-01T02:00-05:00", "no edition of the rules was in force on 1999-12-01"),
            ("0001-01-01T00:00+14:00", "'0001-01-01T00:00+14:00' is not an instant"),
        ],
    )
    def test_is_one_clear_error(self, written, said, capsys):
        with pytest.raises(CommandError, match="argument --at") as refused:
            call_command("run_sweep", "--at", written)
        assert said in str(refused.value)
        assert not Night.objects.exists()


def test_the_help_says_what_it_does_and_how_it_ends(capsys):
    with pytest.raises(SystemExit):
        call_command("run_sweep", "--help")
    said = capsys.readouterr().out
    for part in ("windows that were missed", "--at ISO", "--dry-run", "--json", "Exit status: 0"):
        assert part in said
