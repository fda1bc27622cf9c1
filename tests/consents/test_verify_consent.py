"""``manage.py verify_consent``: what it says, its exit status, and what it does without."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from consents.sealing import Seal, present_seal
from tests.consents.sealed import AT, a_record, changed, json_of, pdf_of

ROOT = Path(__file__).resolve().parents[2]
RECORD = a_record(guardian=True)


@pytest.fixture
def seal(tmp_path: Path, settings: Any) -> Seal:
    settings.SEAL_FOLDER = tmp_path / "seal"
    return present_seal(AT)


@pytest.fixture
def folder(tmp_path: Path, seal: Seal) -> Path:
    """Files as someone may have them: two that hold, one that was touched, the certificate."""
    (tmp_path / "consent.pdf").write_bytes(pdf_of(RECORD, seal))
    (tmp_path / "record.json").write_bytes(json_of(RECORD, seal))
    (tmp_path / "touched.json").write_bytes(json_of(changed(RECORD, "signatures", 1, "name", to="X Y"), seal))
    (tmp_path / "seal.crt").write_text(seal.pem)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: Any, **options: Any) -> tuple[int, str]:
    status = 0
    try:
        call_command("verify_consent", *map(str, arguments), **options)
    except SystemExit as ended:
        status = int(ended.code or 0)
    return status, capsys.readouterr().out


class TestTheCommand:
    def test_says_that_files_hold(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        status, said = run(capsys, folder / "consent.pdf", folder / "record.json")
        assert status == 0
        assert said.count(": holds") == 2
        assert "guardian: Graciela Muñoz, 2026-11-20T14:59:07.123456Z, electronic" in said

    def test_says_what_does_not_hold(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        status, said = run(capsys, folder / "consent.pdf", folder / "touched.json")
        assert status == 1
        assert "consent.pdf: holds" in said
        assert "touched.json: does not hold" in said
        assert "The signature of the parent or guardian does not belong to this text" in said

    def test_goes_on_after_a_file_that_cannot_be_read(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        status, said = run(capsys, folder / "nowhere.pdf", folder, folder / "consent.pdf")
        assert status == 2
        assert "consent.pdf: holds" in said

    def test_trusts_the_certificates_it_is_given_and_no_other(
        self, folder: Path, capsys: pytest.CaptureFixture[str], settings: Any
    ) -> None:
        settings.SEAL_FOLDER = folder / "another"
        (folder / "another.crt").write_text(present_seal(AT).pem)
        assert run(capsys, folder / "consent.pdf", "--certificate", folder / "seal.crt")[0] == 0
        status, said = run(capsys, folder / "consent.pdf", "--certificate", folder / "another.crt")
        assert (status, "did not publish" in said) == (1, True)
        both = ["--certificate", folder / "another.crt", "--certificate", folder / "seal.crt"]
        assert run(capsys, folder / "consent.pdf", *both)[0] == 0

    def test_prints_an_object_for_each_file(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        status, said = run(capsys, folder / "record.json", folder / "touched.json", "--json")
        held, failed = map(json.loads, said.splitlines())
        assert (status, held["holds"], failed["holds"]) == (1, True, False)
        assert failed["troubles"][0]["trouble"] == "signature_not_of_this_text"
        assert failed["troubles"][0]["about"] == {"signer": "guardian"}

    @pytest.mark.parametrize("written", ["no certificate", None], ids=["nonsense", "missing"])
    def test_refuses_a_certificate_that_is_none(self, folder: Path, written: str | None) -> None:
        if written is not None:
            (folder / "none.crt").write_text(written)
        with pytest.raises(CommandError, match="the certificate cannot be read") as refused:
            call_command("verify_consent", str(folder / "consent.pdf"), "--certificate", str(folder / "none.crt"))
        assert refused.value.returncode == 2

    def test_says_what_to_give_where_there_is_no_certificate_yet(self, folder: Path, settings: Any) -> None:
        settings.SEAL_FOLDER = folder / "empty"
        with pytest.raises(CommandError, match="give --certificate PEM") as refused:
            call_command("verify_consent", str(folder / "consent.pdf"))
        assert refused.value.returncode == 2
        assert not (folder / "empty").exists()


class TestOnAnotherComputer:
    def test_needs_no_database_and_no_settings(self, folder: Path) -> None:
        command = [sys.executable, "manage.py", "verify_consent", folder / "consent.pdf", folder / "record.json"]
        bare = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        ended = subprocess.run(
            [*command, "--certificate", folder / "seal.crt"],
            cwd=ROOT,
            env=bare,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (ended.returncode, ended.stdout.count(": holds"), ended.stderr) == (0, 2, "")

    def test_explains_itself(self) -> None:
        command = [sys.executable, "manage.py", "verify_consent", "--help"]
        said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        assert "examples:\n  python manage.py verify_consent consent.pdf\n" in said
        assert "exit status: 0 every file holds" in said
