"""Check sealed consents, as PDF or JSON, without a database and without a network."""

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from consents.sealing import SealUnusable, own_certificates
from consents.verification import Findings, trusted_from, verify

EXAMPLES = """
examples:
  python manage.py verify_consent consent.pdf
  python manage.py verify_consent consent.pdf record.json --certificate certificates.pem
  python manage.py verify_consent *.pdf --json

Without --certificate a file must be sealed under the certificate of this service (SEAL_CERTIFICATE_FILE, or the one
made in SEAL_FOLDER). Elsewhere, and for files sealed under an earlier one, give those that the service publishes
under /verify/certificates.pem.

exit status: 0 every file holds, 1 a file does not, 2 a file or a certificate cannot be read
"""


class Command(BaseCommand):
    """Exit status: 0 every file holds, 1 one does not, 2 a file or a certificate cannot be read."""

    help = "Check that sealed consents, PDF or JSON, are what was signed, and name what does not hold."
    requires_system_checks: list[str] = []

    def create_parser(self, prog_name: str, subcommand: str, **options: Any) -> Any:
        return super().create_parser(
            prog_name, subcommand, epilog=EXAMPLES, formatter_class=RawDescriptionHelpFormatter, **options
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a sealed PDF or JSON file")
        parser.add_argument(
            "--certificate",
            action="append",
            type=Path,
            default=[],
            metavar="PEM",
            help="a file of published certificates; may be given several times",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object for each file")

    def handle(self, *, files: list[Path], certificate: list[Path], **options: Any) -> None:
        trusted = _trusted(certificate)
        unread = broken = False
        for path in files:
            try:
                with path.open("rb") as file:
                    content = file.read(settings.VERIFIED_BYTES_MOST + 1)
            except OSError as failure:
                unread = True
                self.stderr.write(f"{path}: cannot be read: {failure.strerror}")
                continue
            findings = verify(content, trusted, most=settings.VERIFIED_BYTES_MOST)
            broken |= not findings.holds
            said = _as_json(path, findings) if options["json"] else "\n".join(_in_words(path, findings))
            self.stdout.write(said)
        if unread or broken:
            raise SystemExit(2 if unread else 1)


def _trusted(paths: list[Path]) -> frozenset[str]:
    try:
        pems = [path.read_text(encoding="ascii") for path in paths] or own_certificates()
        if not pems:
            raise CommandError("no certificate of this service is here; give --certificate PEM", returncode=2)
        return trusted_from(pems)
    except (OSError, ValueError, SealUnusable) as failure:
        said = f"{failure.filename}: {failure.strerror}" if isinstance(failure, OSError) else str(failure)
        raise CommandError(f"the certificate cannot be read: {said}", returncode=2) from failure


def _as_json(path: Path, findings: Findings) -> str:
    troubles = [
        {"trouble": one.trouble.value, "about": dict(one.about), "sentence": one.sentence()}
        for one in findings.troubles
    ]
    return json.dumps(
        {
            "file": str(path),
            "holds": findings.holds,
            "kind": findings.kind,
            "digest": findings.digest,
            "certificate": findings.fingerprint,
            "troubles": troubles,
        },
        ensure_ascii=False,
    )


def _in_words(path: Path, findings: Findings) -> list[str]:
    if not findings.holds:
        return [f"{path}: does not hold", *(f"  {one.sentence()}" for one in findings.troubles)]
    record: Any = findings.record
    text = record["text"]
    return [
        f"{path}: holds",
        f"  {text['form']} {text['version']} ({text['language']}) of {record['registrant']}",
        *(f"  {one['signer']}: {one['name']}, {one['signed_at']}, {one['method']}" for one in record["signatures"]),
        f"  record {findings.digest}",
        f"  sealed under certificate {findings.fingerprint}",
    ]
