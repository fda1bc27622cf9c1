"""Does the nightly work once, now or as of an instant."""

import json
from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from notifications.sweep import Report, run_sweep
from pledge.rules.calendar import program_day
from pledge.rules.editions import NoEdition, edition_on

HELP = """Do the nightly work: record windows that were missed, lockouts that began or ended, authorizations
that lapsed and certifications that ran out, and queue the notices and reminders that are due.

It may be run as often as one likes: what is recorded or queued already is left alone. One row that fails is named
in the report and does not stop the others. While one is running, a second does nothing and says so.

Exit status: 0 when everything was done, 1 when something failed or another was running.
"""


def instant(text: str) -> datetime:
    """Give the aware instant that a text names.

    :raises ArgumentTypeError: with one sentence, where it names none or one before the program.
    """
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            raise ArgumentTypeError(f"{text!r} has no time zone; write it as 2026-12-01T02:00-05:00")
        edition_on(program_day(at))
    except NoEdition as none:
        raise ArgumentTypeError(str(none)) from None
    except (ValueError, OverflowError):
        raise ArgumentTypeError(f"{text!r} is not an instant; write it as 2026-12-01T02:00-05:00") from None
    return at


class Command(BaseCommand):
    """``run_sweep [--at ISO] [--dry-run] [--json]``."""

    help = HELP

    def create_parser(self, *args: Any, **kwargs: Any) -> Any:
        """Keep the paragraphs of the help."""
        parser = super().create_parser(*args, **kwargs)
        parser.formatter_class = RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take when, whether only to count, and how to report."""
        parser.add_argument(
            "--at",
            type=instant,
            metavar="ISO",
            help="the instant it is done for, with its time zone, such as 2026-12-01T02:00-05:00 (default: now)",
        )
        parser.add_argument("--dry-run", action="store_true", help="count what would be done, and write nothing")
        parser.add_argument("--json", action="store_true", help="report one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and report."""
        now = timezone.now()
        at = options["at"] or now
        if at > now and not options["dry_run"]:
            self.stderr.write("note: --at is in the future; what it records cannot be taken back")
        speak = None if options["json"] else self._tell
        if speak:
            verb = "Counting" if options["dry_run"] else "Doing"
            self.stdout.write(f"{verb} the nightly work of {program_day(at)}:")
        report = run_sweep(at=at, dry_run=options["dry_run"], progress=speak)
        self.stdout.write(json.dumps(_plain(report))) if options["json"] else self._conclude(report)
        if report.failures or report.skipped:
            raise SystemExit(1)

    def _tell(self, name: str, count: int) -> None:
        self.stdout.write(f"  {count:>7,}  {name}")
        self.stdout.flush()

    def _conclude(self, report: Report) -> None:
        if report.skipped:
            self.stdout.write("Another sweep is running; this one did nothing.")
            return
        for failure in report.failures:
            self.stdout.write(f"  failed   {failure}")
        verb = "would be done" if report.dry_run else "done"
        self.stdout.write(f"{sum(report.counts.values()):,} {verb}, {len(report.failures):,} failed.")


def _plain(report: Report) -> dict[str, Any]:
    return {
        "at": report.at.isoformat(),
        "day": report.on.isoformat(),
        "dry_run": report.dry_run,
        "skipped": report.skipped,
        "counts": report.counts,
        "failures": report.failures,
    }
