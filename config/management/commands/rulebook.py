"""Writes docs/rules.md and docs/states.md from the rules, and what docs/ holds of the pharmacies' API."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.api_documents import api_documents
from config.rulebook import rules_page, states_page


class Command(BaseCommand):
    """Exit status: 0 written or true, 1 with --check where a page differs."""

    help = (
        "Write docs/rules.md and docs/states.md from the editions, the refusals and the transition tables; and "
        "docs/openapi.json, docs/pharmacies.md and the Python client in docs/client from the pharmacies' contract."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --check."""
        parser.add_argument("--check", action="store_true", help="write nothing; fail where a page differs")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write or compare the pages."""
        pages = {"rules.md": rules_page(), "states.md": states_page(), **api_documents()}
        differing = []
        for name, page in pages.items():
            path = Path(settings.BASE_DIR) / "docs" / name
            if options["check"]:
                if not path.exists() or path.read_text(encoding="utf-8") != page:
                    differing.append(name)
            else:
                path.parent.mkdir(exist_ok=True)
                path.write_text(page, encoding="utf-8")
                self.stdout.write(f"wrote docs/{name}")
        if differing:
            self.stderr.write(f"docs/{' and docs/'.join(differing)} differ from the code; run make docs")
            raise SystemExit(1)
