"""Plays scenario files through the real actions, each scenario in a scratch database of its own."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.rehearsal.player import Answer
from config.rehearsal.rehearsing import rehearse
from config.rehearsal.scratch import Scratch, scratch_databases
from config.rehearsal.script import Malformed, Scenario, Step, files_in, scenarios_in
from config.rehearsal.verdict import as_json


class Command(BaseCommand):
    """Exit status: 0 every expectation held, 1 one did not, 2 a file cannot be played."""

    help = "Rehearse scenario files: say what the service would answer, and whether that is what they expect."
    requires_migrations_checks = False
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take files or folders."""
        parser.add_argument("paths", nargs="+", metavar="PATH", help="a scenario file, or a folder of them")
        parser.add_argument("--json", action="store_true", help="print one JSON object for each step")

    def handle(self, *args: Any, **options: Any) -> None:
        """Play them all."""
        try:
            paths = files_in(map(Path, options["paths"]))
            scenarios = [scenario for path in paths for scenario in scenarios_in(path)]
            with scratch_databases() as scratch:
                failed = sum(not self._rehearse(scratch, scenario, as_lines=options["json"]) for scenario in scenarios)
        except Malformed as malformed:
            raise CommandError(str(malformed), returncode=2) from malformed
        if not options["json"]:
            self.stdout.write(f"{len(scenarios) - failed} passed, {failed} failed")
        if failed:
            raise SystemExit(1)

    def _rehearse(self, scratch: Scratch, scenario: Scenario, *, as_lines: bool) -> bool:
        failures: list[str] = []

        def tell(step: Step, answer: Answer, differing: list[str]) -> None:
            failures.extend(f"  step {step.number} ({step.kind}): {difference}" for difference in differing)
            if as_lines:
                told = {"file": str(scenario.path), "scenario": scenario.name, **as_json(step, answer, differing)}
                self.stdout.write(json.dumps(told))

        held = rehearse(scratch, scenario, tell)
        if not as_lines:
            self.stdout.write(f"{'pass' if held else 'FAIL'}  {scenario.name}")
            for failure in failures:
                self.stdout.write(failure)
        return held
