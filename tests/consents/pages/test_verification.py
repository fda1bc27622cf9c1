"""The pages on which anyone checks a sealed consent."""

import logging
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from consents.actions.records import seal_record
from consents.document import file_of
from consents.models import ConsentRecord
from consents.sealing import SELF_MADE, present_seal
from consents.verification import trusted_from, verify
from consents.verification.page_wording import WORDS
from pledge.models import AccessEntry, ProgramEvent
from pledge.trail import SYSTEM
from tests import lives, signers
from tests.consents.sealed import a_record, a_seal, json_of, pdf_of

AT = lives.UNDER_2026

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_seal_of_its_own(tmp_path: Path, settings: Any) -> None:
    settings.SEAL_FOLDER = tmp_path / "seal"


@pytest.fixture
def unsealed() -> ConsentRecord:
    life = lives.registered(lives.a_program(AT), AT, category=lives.CANNOT)
    signers.signed_electronically(life, AT)
    return ConsentRecord.objects.get()


@pytest.fixture
def record(unsealed: ConsentRecord) -> ConsentRecord:
    return seal_record(record=unsealed, by=SYSTEM, at=AT)


def sent(client: Client, content: bytes, name: str = "consent.pdf", **headers: Any) -> Any:
    return client.post("/verify/", {"file": SimpleUploadedFile(name, content)}, **headers)


def what_is_kept() -> tuple[int, int, int]:
    return ConsentRecord.objects.count(), ProgramEvent.objects.count(), AccessEntry.objects.count()


class TestTheFormForAFile:
    def test_is_shown(self, client: Client) -> None:
        answer = client.get("/verify/")
        assert answer.status_code == 200
        assert 'type="file"' in answer.text
        assert answer["Cache-Control"] == "no-store"
        assert "noindex" in answer["X-Robots-Tag"]

    def test_is_shown_in_spanish(self, client: Client) -> None:
        answer = client.get("/verify/", headers={"accept-language": "es"})
        assert WORDS["es"]["title"] in answer.text
        assert '<html lang="es"' in answer.text

    @pytest.mark.parametrize("kind", ["pdf", "json"])
    def test_says_that_a_sealed_file_holds(self, client: Client, record: ConsentRecord, kind: str) -> None:
        content = bytes(record.document or b"") if kind == "pdf" else file_of(record)
        answer = sent(client, content)
        assert answer.status_code == 200
        assert WORDS["en"]["holds"] in answer.text
        assert record.digest in answer.text
        assert answer["Cache-Control"] == "no-store"

    @pytest.mark.parametrize(
        ("language", "words"),
        [("en", ("English", "March 11, 2027, 3:00 PM UTC")), ("es", ("Inglés", "11 de marzo de 2027, 15:00 UTC"))],
    )
    def test_says_when_and_in_which_language_in_words(
        self, client: Client, record: ConsentRecord, language: str, words: tuple[str, str]
    ) -> None:
        page = sent(client, file_of(record), headers={"accept-language": language}).text
        assert f"<dd>{words[0]}</dd>" in page
        assert page.count(words[1]) == 3
        assert "2027-03-11T" not in page

    def test_speaks_of_no_link_and_no_pin(self, client: Client, record: ConsentRecord) -> None:
        for address in ("/verify/", f"/verify/{record.digest[:32]}/"):
            page = client.get(address).text
            assert WORDS["en"]["help"] in page
            assert "PIN" not in page

    def test_says_what_is_wrong_with_a_touched_one(self, client: Client, record: ConsentRecord) -> None:
        answer = sent(client, bytes(record.document or b"") + b"\n")
        assert "Something was added to the PDF after it was sealed." in answer.text
        assert WORDS["en"]["does_not_hold"] in answer.text

    def test_says_so_in_spanish(self, client: Client, record: ConsentRecord) -> None:
        answer = sent(client, bytes(record.document or b"")[:-1], headers={"accept-language": "es"})
        assert "Falta el final del PDF" in answer.text

    def test_does_not_trust_a_seal_that_others_made(self, client: Client, record: ConsentRecord) -> None:
        answer = sent(client, pdf_of(a_record(), a_seal()))
        assert "certificate that this program did not publish" in answer.text

    def test_trusts_a_former_certificate(self, client: Client, record: ConsentRecord, settings: Any) -> None:
        (settings.SEAL_FOLDER / SELF_MADE).unlink()
        present_seal(AT)
        assert WORDS["en"]["holds"] in sent(client, bytes(record.document or b"")).text

    def test_shows_a_files_words_as_words(self, client: Client, record: ConsentRecord) -> None:
        hostile = json_of(a_record(registrant="<script>alert(1)</script>", version="<b>"), present_seal(AT))
        assert "<script>alert" not in sent(client, hostile).text

    def test_asks_for_the_file_where_none_was_sent(self, client: Client) -> None:
        answer = client.post("/verify/", {})
        assert answer.status_code == 400
        assert WORDS["en"]["no_file"] in answer.text

    def test_refuses_one_that_is_too_large_before_it_is_read(self, client: Client, settings: Any) -> None:
        settings.VERIFIED_BYTES_MOST = 1000
        answer = sent(client, b"x" * 70_000)
        assert answer.status_code == 413
        assert answer["Cache-Control"] == "no-store"

    def test_keeps_nothing(self, client: Client, record: ConsentRecord, tmp_path: Path, settings: Any) -> None:
        settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "uploads")  # it is not there: whatever is written would fail
        before = what_is_kept()
        assert sent(client, b"%PDF-" + b"x" * 5_000_000).status_code == 200
        assert what_is_kept() == before

    def test_takes_nothing_from_another_site(self, record: ConsentRecord) -> None:
        strict = Client(enforce_csrf_checks=True)
        assert sent(strict, b"%PDF-").status_code == 403


class TestThePageOfADigest:
    def test_says_when_and_under_which_certificate_it_was_sealed(self, client: Client, record: ConsentRecord) -> None:
        answer = client.get(f"/verify/{record.digest[:32]}/")
        assert answer.status_code == 200
        assert record.certificate is not None
        for told in (
            record.digest,
            record.document_digest,
            record.certificate.fingerprint,
            "March 11, 2027, 3:00 PM UTC",
        ):
            assert told in answer.text
        assert answer["Cache-Control"] == "no-store"

    def test_names_no_one_and_no_form(self, client: Client, record: ConsentRecord) -> None:
        told = client.get(f"/verify/{record.digest[:32]}/").text
        for hidden in ("Reyes", "Prescott", record.registrant.number, record.text.body["title"], "informed"):
            assert hidden not in told

    def test_says_that_it_is_unknown(self, client: Client, record: ConsentRecord) -> None:
        answer = client.get(f"/verify/{'0' * 32}/")
        assert answer.status_code == 404
        assert WORDS["en"]["unknown"] in answer.text
        assert answer["Cache-Control"] == "no-store"

    def test_does_not_tell_of_one_that_is_not_sealed_yet(self, client: Client, unsealed: ConsentRecord) -> None:
        assert client.get(f"/verify/{unsealed.digest[:32]}/").status_code == 404

    @pytest.mark.parametrize("part", ["", "abc", "g" * 32, "%25" * 32, "A" * 32])
    def test_is_there_for_digests_alone(self, client: Client, record: ConsentRecord, part: str) -> None:
        assert client.get(f"/verify/x{part}/").status_code == 404

    def test_changes_nothing(self, client: Client, record: ConsentRecord) -> None:
        before = what_is_kept()
        for read in (client.get, client.head):
            read(f"/verify/{record.digest[:32]}/")
            read("/verify/certificates.pem")
        assert what_is_kept() == before

    def test_is_reached_by_what_the_document_says(self, client: Client, record: ConsentRecord, settings: Any) -> None:
        from consents.document import checking_address

        address = checking_address(record.digest, settings.PUBLIC_ADDRESS)
        assert client.get(address.removeprefix(settings.PUBLIC_ADDRESS)).status_code == 200


class TestThePublishedCertificates:
    def test_are_all_there_also_after_a_rotation(self, client: Client, record: ConsentRecord, settings: Any) -> None:
        (settings.SEAL_FOLDER / SELF_MADE).unlink()
        new = present_seal(AT)
        answer = client.get("/verify/certificates.pem")
        trusted = trusted_from([answer.text])
        assert record.certificate is not None
        assert trusted == {record.certificate.fingerprint, new.fingerprint}
        assert verify(bytes(record.document or b""), trusted).holds
        assert answer["Content-Type"] == "application/x-pem-file"

    def test_are_none_before_anything_was_sealed(self, client: Client, settings: Any) -> None:
        assert client.get("/verify/certificates.pem").content == b""
        assert not Path(settings.SEAL_FOLDER).exists()

    def test_are_those_of_the_past_where_the_present_one_cannot_be_read(
        self, client: Client, record: ConsentRecord, settings: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.SEAL_CERTIFICATE_FILE = "/nowhere.pem"
        with caplog.at_level(logging.ERROR):
            assert client.get("/verify/certificates.pem").text.count("BEGIN CERTIFICATE") == 1
        assert "SEAL_CERTIFICATE_FILE" in caplog.text

    def test_cannot_be_sent(self, client: Client) -> None:
        assert client.post("/verify/certificates.pem").status_code == 405
