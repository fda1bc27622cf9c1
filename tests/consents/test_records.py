"""Seal and document follow what was signed, and are tried until they are made."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import IntegrityError

from consents.actions.records import seal_due, seal_record
from consents.canonical import digest_of
from consents.document import file_of, paper
from consents.models import ConsentRecord, SealCertificate, SignedConsent
from consents.sealing import SELF_MADE, SealUnusable
from consents.verification import trusted_from, verify
from pledge.models import EventType, ProgramEvent
from pledge.trail import SYSTEM
from tests import lives, signers

AT = lives.UNDER_2026

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_seal_of_its_own(tmp_path: Path, settings: Any) -> None:
    settings.SEAL_FOLDER = tmp_path / "seal"


@pytest.fixture
def program() -> lives.Program:
    return lives.a_program(AT)


def completed(program: lives.Program, *, language: str = "en") -> ConsentRecord:
    """Give the record of a form that everyone has just signed."""
    life = lives.registered(program, AT, category=lives.CANNOT)
    signers.signed_electronically(life, AT, language=language)
    return ConsentRecord.objects.get(registrant=life.registrant)


@pytest.fixture
def record(program: lives.Program) -> ConsentRecord:
    return completed(program)


def sealed(record: ConsentRecord, at: datetime = AT) -> ConsentRecord:
    return seal_record(record=record, by=SYSTEM, at=at)


def broken_template(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Put a template that cannot be set in the place of ours, with our words beside it."""
    folder = tmp_path / "typst"
    folder.mkdir()
    for words in paper.FOLDER.glob("*.toml"):
        (folder / words.name).write_text(words.read_text())
    (folder / "consent.typ").write_text("#nothing-of-that-name")
    monkeypatch.setattr(paper, "FOLDER", folder)
    paper.words_in.cache_clear()
    return folder


def mended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    paper.words_in.cache_clear()


class TestSealing:
    def test_makes_seal_and_document_that_hold(self, record: ConsentRecord) -> None:
        row = sealed(record)
        assert row.certificate is not None
        trusted = trusted_from([row.certificate.pem])
        assert verify(bytes(row.document or b""), trusted).holds
        assert verify(file_of(row), trusted).holds

    def test_keeps_the_digests(self, record: ConsentRecord) -> None:
        row = ConsentRecord.objects.get(pk=sealed(record).pk)
        assert row.document_digest == digest_of(bytes(row.document or b""))
        assert row.digest == digest_of(bytes(row.content))
        assert row.sealed_at == AT

    def test_leaves_an_event_with_digest_and_certificate(self, record: ConsentRecord) -> None:
        row = sealed(record)
        event = ProgramEvent.objects.get(type=EventType.RECORD_SEALED)
        assert row.certificate is not None
        changes = event.changes[f"consentrecord:{row.pk}"]
        assert changes["digest"] == [None, row.digest]
        assert changes["certificate"] == [None, row.certificate.fingerprint]
        assert (event.actor_kind, event.registrant_id) == ("system", row.registrant_id)

    def test_again_changes_nothing(self, record: ConsentRecord) -> None:
        first = sealed(record)
        again = sealed(record, AT + timedelta(days=1))
        assert (again.sealed_at, bytes(again.document or b"")) == (AT, first.document)
        assert ProgramEvent.objects.filter(type=EventType.RECORD_SEALED).count() == 1

    def test_publishes_a_certificate_once(self, program: lives.Program) -> None:
        for _ in range(2):
            sealed(completed(program))
        assert SealCertificate.objects.count() == 1

    def test_under_a_new_key_keeps_the_former_certificate(self, program: lives.Program, settings: Any) -> None:
        former = sealed(completed(program))
        (settings.SEAL_FOLDER / SELF_MADE).unlink()
        later = sealed(completed(program))
        published = trusted_from(SealCertificate.objects.values_list("pem", flat=True))
        assert len(published) == 2
        assert verify(bytes(former.document or b""), published).holds
        assert verify(bytes(later.document or b""), published).holds

    @pytest.mark.parametrize("language", ["en", "es"])
    def test_follows_the_language_that_was_signed(self, program: lives.Program, language: str) -> None:
        row = sealed(completed(program, language=language))
        assert json.loads(bytes(row.content))["text"]["language"] == language

    def test_shows_times_by_the_registrants_clock(self, record: ConsentRecord) -> None:
        row = record.registrant
        row.time_zone = "Pacific/Honolulu"
        row.save()
        assert bytes(sealed(record).document or b"").startswith(b"%PDF-1.7")

    def test_is_final_in_the_database(self, record: ConsentRecord) -> None:
        sealed(record)
        with pytest.raises((IntegrityError, InternalError), match="kept as it was written"), transaction.atomic():
            ConsentRecord.objects.filter(pk=record.pk).update(document=b"another")


class TestWhatIsDue:
    def test_is_sealed_oldest_first_up_to_a_number(self, program: lives.Program) -> None:
        rows = [completed(program) for _ in range(3)]
        assert seal_due(at=AT, most=2) == {"sealed": 2}
        assert [row.pk for row in ConsentRecord.objects.filter(sealed_at=None)] == [rows[-1].pk]
        assert seal_due(at=AT) == {"sealed": 1}
        assert seal_due(at=AT) == {}


class TestADocumentThatCannotBeSet:
    def test_leaves_the_signatures_as_they_are(
        self, record: ConsentRecord, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        before = list(SignedConsent.objects.values())
        broken_template(monkeypatch, tmp_path)
        assert seal_due(at=AT) == {"deferred": 1}
        assert list(SignedConsent.objects.values()) == before
        mended(monkeypatch)

    def test_is_tried_later_and_later_and_says_why(
        self, record: ConsentRecord, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        broken_template(monkeypatch, tmp_path)
        at, pauses = AT, []
        for _ in range(10):
            assert seal_due(at=at) == {"deferred": 1}
            record.refresh_from_db()
            assert record.not_before is not None
            assert seal_due(at=record.not_before - timedelta(seconds=1)) == {}
            pauses.append(record.not_before - at)
            at = record.not_before
        assert pauses[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
        assert pauses[-1] == timedelta(hours=4)
        assert record.attempts == 10
        assert record.problem == "seal or document could not be made (TypstError); tried again by itself"
        assert (record.seal, record.document, record.certificate) == (None, None, None)
        mended(monkeypatch)

    def test_is_made_once_the_cause_is_gone(
        self, record: ConsentRecord, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        broken_template(monkeypatch, tmp_path)
        seal_due(at=AT)
        mended(monkeypatch)
        assert seal_due(at=AT + timedelta(minutes=1)) == {"sealed": 1}
        record.refresh_from_db()
        assert (record.problem, record.not_before, record.attempts) == ("", None, 2)

    def test_holds_up_no_other(self, program: lives.Program) -> None:
        poisoned, sound = completed(program), completed(program)
        row = poisoned.registrant
        row.time_zone = "Nowhere/At_All"
        row.save()
        assert seal_due(at=AT) == {"deferred": 1, "sealed": 1}
        assert ConsentRecord.objects.get(sealed_at__isnull=False).pk == sound.pk

    def test_waits_too_where_it_took_the_process_with_it(
        self, record: ConsentRecord, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def die(*_: object, **__: object) -> bytes:
            raise SystemExit

        monkeypatch.setattr("consents.actions.records.unsigned_document", die)
        with pytest.raises(SystemExit):
            seal_due(at=AT)
        record.refresh_from_db()
        assert (record.attempts, record.not_before) == (1, AT + timedelta(minutes=1))


class TestASealThatCannotBeUsed:
    def test_costs_no_try_and_says_why(self, record: ConsentRecord, settings: Any, tmp_path: Path) -> None:
        settings.SEAL_KEY_FILE = settings.SEAL_CERTIFICATE_FILE = str(tmp_path / "nowhere.pem")
        assert seal_due(at=AT) == {"waiting for the seal": 1}
        record.refresh_from_db()
        assert (record.attempts, record.not_before) == (0, None)
        assert record.problem == "SEAL_KEY_FILE: the file cannot be read (No such file or directory)"

    def test_is_used_at_the_next_call_once_it_is_mended(
        self, record: ConsentRecord, settings: Any, tmp_path: Path
    ) -> None:
        settings.SEAL_KEY_FILE = settings.SEAL_CERTIFICATE_FILE = str(tmp_path / "nowhere.pem")
        seal_due(at=AT)
        settings.SEAL_KEY_FILE = settings.SEAL_CERTIFICATE_FILE = ""
        assert seal_due(at=AT) == {"sealed": 1}
        record.refresh_from_db()
        assert record.problem == ""

    def test_stops_a_single_sealing(self, record: ConsentRecord, settings: Any, tmp_path: Path) -> None:
        settings.SEAL_KEY_FILE = settings.SEAL_CERTIFICATE_FILE = str(tmp_path / "nowhere.pem")
        with pytest.raises(SealUnusable):
            sealed(record)
        assert not SealCertificate.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestTwoAtOnce:
    def test_seal_a_record_once(self) -> None:
        record = completed(lives.a_program(AT))
        ends = in_two_threads(lambda: seal_due(at=AT))
        assert sum(end["sealed"] for end in ends) == 1
        assert ProgramEvent.objects.filter(type=EventType.RECORD_SEALED, subject_id=record.pk).count() == 1


def in_two_threads(act: Callable[[], Any]) -> list[Any]:
    """Run the same twice at once, each on a connection of its own."""
    from concurrent.futures import ThreadPoolExecutor
    from threading import Barrier

    barrier = Barrier(2)

    def run() -> Any:
        barrier.wait()
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return [done.result() for done in [pool.submit(run) for _ in range(2)]]
