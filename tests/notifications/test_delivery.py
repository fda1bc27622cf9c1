"""A queued notice leaves once, at its reader's hours, while it is true; what does not leave stays and says why."""

import smtplib
import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connections, transaction

from notifications import delivery
from notifications.delivery import deliver
from notifications.kinds import Kind, Reader
from notifications.models import Notice
from notifications.outbox import queue
from notifications.sweep import run_sweep
from pledge.actions import months, registrants
from pledge.models import Registrant
from pledge.rules.calendar import PROGRAM_ZONE
from tests import lives
from tests.notifications.conftest import commit

pytestmark = pytest.mark.django_db


def the(kind: Kind, reader: Reader = Reader.REGISTRANT) -> Notice:
    """Give the one notice of a kind to a reader."""
    return Notice.objects.get(kind=kind, reader=reader)


def to(address: str) -> list[str]:
    return [message.subject for message in mail.outbox if message.to == [address]]


@pytest.fixture
def life(program, at) -> lives.Life:
    """Someone whose window opened today, with everything queued so far delivered."""
    life = lives.ready(program, at)
    commit()
    Notice.objects.all().delete()
    return life


@pytest.fixture
def closing(life, at) -> Notice:
    """A reminder, queued in the night three days before the window's last."""
    run_sweep(at=(at + timedelta(days=3)).astimezone(PROGRAM_ZONE).replace(hour=3, minute=0))
    return the(Kind.WINDOW_CLOSING)


class Refusing:
    """A mail server that answers as it is told."""

    def __init__(self, *answers: Exception | None) -> None:
        self.answers = list(answers)
        self.opened = 0

    def open(self) -> None:
        self.opened += 1

    def close(self) -> None:
        """Nothing is open."""

    def send_messages(self, messages) -> int:
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        mail.outbox.extend(messages)
        return len(messages)


@pytest.fixture
def server(monkeypatch):
    """Let the mail server answer so, one answer for each message."""

    def answers(*told: Exception | None) -> None:
        refusing = Refusing(*told)
        monkeypatch.setattr(delivery, "get_connection", lambda: refusing)

    return answers


class TestADelivery:
    def test_sends_what_is_queued_and_marks_it_sent(self, closing, at):
        noon = at + timedelta(days=3)
        assert deliver(at=noon) == {"sent": 1}
        closing.refresh_from_db()
        assert (closing.status, closing.attempts, closing.sent_at) == ("sent", 1, noon)
        assert to("robin@patients.example") == ["You have a task to finish"]

    def test_sends_nothing_twice(self, closing, at):
        deliver(at=at + timedelta(days=3))
        assert deliver(at=at + timedelta(days=3, minutes=1)) == {}
        assert len(mail.outbox) == 1

    def test_says_what_a_machine_must_know_of_it(self, closing, at):
        deliver(at=at + timedelta(days=3))
        (message,) = mail.outbox
        sent = message.message()
        assert sent["Message-ID"] == f"<notice-{closing.pk}@localhost>"
        assert sent["Auto-Submitted"] == "auto-generated"
        assert sent["Content-Language"] == "en"
        assert sent["Date"] == "Sun, 14 Mar 2027 15:00:00 +0000"
        assert [part.get_content_type() for part in sent.walk()][1:] == ["text/plain", "text/html"]

    def test_names_nobody_and_nothing(self, closing, at):
        deliver(at=at + timedelta(days=3))
        said = mail.outbox[0].message().as_string().replace("To: robin@patients.example", "")
        registrant = Registrant.objects.get()
        for private in ("Robin", "Reyes", registrant.number, "Prescott", "window", "closing"):
            assert private not in said

    def test_speaks_the_readers_language(self, closing, at):
        Registrant.objects.update(language="es")
        deliver(at=at + timedelta(days=3))
        assert mail.outbox[0].subject == "Tiene una tarea pendiente"
        assert mail.outbox[0].message()["Content-Language"] == "es"

    def test_sends_first_what_cannot_wait(self, closing, at, program):
        Registrant.objects.update(email="robin@patients.example")
        program.prescriber.email = "clinic@clinic.example"
        program.prescriber.save()
        queue(Reader.PRESCRIBER, program.prescriber.pk, Kind.URGENT_RESULT, "test:1", at=at + timedelta(days=3))
        deliver(at=at + timedelta(days=3), most=1)
        assert [message.to for message in mail.outbox] == [["clinic@clinic.example"]]


class TestAReadersHours:
    @pytest.mark.parametrize(("zone", "hour"), [("America/New_York", 8), ("America/Los_Angeles", 11)])
    def test_are_kept_by_their_own_clock(self, closing, at, zone, hour):
        Registrant.objects.update(time_zone=zone)
        night = (at + timedelta(days=3)).astimezone(PROGRAM_ZONE).replace(hour=3, minute=0)
        assert deliver(at=night) == {"waiting for the reader's day": 1}
        assert deliver(at=night + timedelta(minutes=1)) == {}
        morning = night.replace(hour=hour)
        assert deliver(at=morning - timedelta(minutes=1)) == {}
        assert deliver(at=morning) == {"sent": 1}

    def test_are_the_programs_where_nobody_knows_the_zone(self, closing, at):
        Registrant.objects.update(time_zone="Mars/Olympus")
        assert deliver(at=at + timedelta(days=3)) == {"sent": 1}

    def test_do_not_hold_up_what_is_urgent(self, life, at, program):
        program.prescriber.email = "clinic@clinic.example"
        program.prescriber.save()
        queue(Reader.PRESCRIBER, program.prescriber.pk, Kind.URGENT_RESULT, "test:1", at=at)
        night = at.astimezone(PROGRAM_ZONE).replace(hour=23)
        assert deliver(at=night) == {"sent": 1}


class TestAReminder:
    """What is no longer true when it is about to leave is not sent."""

    def test_of_a_window_dispensed_from_is_not_sent(self, life, closing, at):
        lives.dispensed(life, at + timedelta(days=3))
        assert deliver(at=at + timedelta(days=3)) == {"skipped": 1}
        assert mail.outbox == []

    def test_of_a_cancelled_window_is_not_sent(self, life, closing, at, program):
        months.cancel_window(registrant=life.registrant, by=program.clinic, at=at + timedelta(days=3))
        assert deliver(at=at + timedelta(days=3)) == {"skipped": 1}

    def test_of_someone_discontinued_is_not_sent(self, life, closing, at, program):
        then = at + timedelta(days=3)
        registrants.discontinue(
            registrant=life.registrant, reason="moved", last_dose_on=then.date(), by=program.clinic, at=then
        )
        assert deliver(at=then) == {"skipped": 1}

    def test_overtaken_by_a_later_one_is_not_sent(self, life, closing, at):
        run_sweep(at=at + timedelta(days=5))
        assert deliver(at=at + timedelta(days=5)) == {"skipped": 1, "sent": 1}

    def test_to_answer_is_not_sent_to_who_has_answered(self, program, at):
        lives.ready(program, at)
        commit()
        deliver(at=at)
        assert the(Kind.QUESTIONS_READY).status == "skipped"
        assert the(Kind.WINDOW_OPEN).status == "sent"

    def test_to_confirm_is_not_sent_to_who_has_confirmed(self, program, at):
        life = lives.enrolled(program, at)
        lives.a_test(life, at)
        commit()
        lives.confirmed(life, at)
        deliver(at=at)
        assert the(Kind.CONFIRMATION_DUE, Reader.PRESCRIBER).status == "skipped"

    def test_to_sign_is_not_sent_to_who_has_signed(self, program, at):
        life = lives.registered(program, at)
        lives.signed(life, at)
        commit()
        deliver(at=at)
        assert the(Kind.INVITATION_TO_SIGN).status == "skipped"


class TestAFailure:
    def test_keeps_the_notice_queued_and_waits_longer_each_time(self, closing, at, server):
        then = at + timedelta(days=3)
        server(smtplib.SMTPServerDisconnected("gone"), smtplib.SMTPDataError(451, b"later"), None)
        assert deliver(at=then) == {"deferred": 1}
        closing.refresh_from_db()
        assert (closing.status, closing.problem, closing.attempts) == ("queued", "not_taken_yet", 1)
        assert deliver(at=then + timedelta(seconds=59)) == {}
        assert deliver(at=then + timedelta(minutes=1)) == {"deferred": 1}
        assert deliver(at=then + timedelta(minutes=2)) == {}
        assert deliver(at=then + timedelta(minutes=3)) == {"sent": 1}
        closing.refresh_from_db()
        assert (closing.status, closing.problem, closing.attempts) == ("sent", "", 3)

    def test_sends_it_again_under_the_same_message_id(self, closing, at):
        then = at + timedelta(days=3)
        deliver(at=then)
        Notice.objects.update(status="queued")  # the mark was lost in a crash
        deliver(at=then + timedelta(minutes=1))
        first, second = mail.outbox
        assert first.message()["Message-ID"] == second.message()["Message-ID"]

    def test_of_the_server_ends_the_round_and_costs_the_others_nothing(self, closing, at, program, server):
        then = at + timedelta(days=3)
        program.prescriber.email = "clinic@clinic.example"
        program.prescriber.save()
        for number in range(3):
            queue(Reader.PRESCRIBER, program.prescriber.pk, Kind.URGENT_RESULT, f"test:{number}", at=then)
        server(ConnectionRefusedError(), None, None, None)
        assert deliver(at=then) == {"deferred": 1}
        assert sum(Notice.objects.values_list("attempts", flat=True)) == 1
        assert deliver(at=then + timedelta(seconds=1)) == {"sent": 3}

    def test_of_one_message_does_not_stop_the_others(self, closing, at, monkeypatch):
        then = at + timedelta(days=3)
        queue(Reader.REGISTRANT, closing.reader_id, Kind.LOCKED_OUT, "window:0", at=then)  # has no day to name
        assert deliver(at=then) == {"sent": 1, "deferred": 1}

    def test_for_good_is_told_to_the_prescriber_once(self, closing, at, server):
        then = at + timedelta(days=3)
        queue(Reader.REGISTRANT, closing.reader_id, Kind.LOCKOUT_ENDED, "window:0", at=then)
        refused = smtplib.SMTPRecipientsRefused({"robin@patients.example": (550, b"unknown")})
        server(refused, refused)
        assert deliver(at=then) == {"failed": 2}
        closing.refresh_from_db()
        assert closing.problem == "address_refused"
        assert the(Kind.ADDRESS_FAILED, Reader.PRESCRIBER).registrant_id == closing.registrant_id

    def test_that_is_temporary_is_no_failure_of_the_address(self, closing, at, server):
        server(smtplib.SMTPRecipientsRefused({"robin@patients.example": (450, b"greylisted")}))
        assert deliver(at=at + timedelta(days=3)) == {"deferred": 1}
        assert not Notice.objects.filter(kind=Kind.ADDRESS_FAILED).exists()

    def test_is_given_up_after_three_days(self, life, at, server):
        queue(Reader.REGISTRANT, life.registrant.pk, Kind.LOCKOUT_ENDED, "window:0", at=at)
        server(smtplib.SMTPServerDisconnected("gone"))
        assert deliver(at=at + timedelta(hours=72, minutes=1)) == {"deferred": 1}
        notice = the(Kind.LOCKOUT_ENDED)
        assert (notice.status, notice.problem) == ("failed", "given_up")

    def test_says_nothing_of_anyone_in_the_log(self, closing, at, server, caplog):
        server(smtplib.SMTPDataError(451, b"robin@patients.example is busy"))
        deliver(at=at + timedelta(days=3))
        assert "SMTPDataError" in caplog.text
        assert "robin" not in caplog.text


class TestANoticeWithoutAnAddress:
    def test_is_marked_for_staff_and_the_prescriber_is_told_once(self, closing, at):
        Registrant.objects.update(email="")
        queue(Reader.REGISTRANT, closing.reader_id, Kind.LOCKOUT_ENDED, "window:0", at=at)
        assert deliver(at=at + timedelta(days=3)) == {"failed": 2}
        closing.refresh_from_db()
        assert (closing.status, closing.problem) == ("failed", "no_address")
        told = the(Kind.ADDRESS_FAILED, Reader.PRESCRIBER)
        assert told.registrant_id == closing.registrant_id

    def test_to_the_program_is_marked_where_none_is_configured(self, at):
        queue(Reader.PROGRAM, 0, Kind.DEVIATION, "deviation:1", at=at)
        assert deliver(at=at) == {"failed": 1}
        assert the(Kind.DEVIATION, Reader.PROGRAM).problem == "no_address"


@pytest.mark.django_db(transaction=True)
class TestTwoSendersAtOnce:
    def test_send_each_notice_once(self, program, at, monkeypatch):
        for number in range(6):
            queue(Reader.PRESCRIBER, program.prescriber.pk, Kind.URGENT_RESULT, f"test:{number}", at=at)
        program.prescriber.email = "clinic@clinic.example"
        program.prescriber.save()
        both = threading.Barrier(2)
        ends = []

        def send() -> None:
            both.wait()
            ends.append(deliver(at=at))
            connections.close_all()

        senders = [threading.Thread(target=send) for _ in range(2)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        assert sum(end["sent"] for end in ends) == 6
        assert len({message.message()["Message-ID"] for message in mail.outbox}) == len(mail.outbox) == 6

    def test_would_send_twice_without_the_claim(self, program, at, monkeypatch):
        """The race is real: without the lock both senders read the notice as queued."""
        queue(Reader.PRESCRIBER, program.prescriber.pk, Kind.URGENT_RESULT, "test:1", at=at)
        program.prescriber.email = "clinic@clinic.example"
        program.prescriber.save()
        monkeypatch.setattr(type(Notice.objects.all()), "select_for_update", lambda rows, **_: rows)
        both = threading.Barrier(2, timeout=10)
        sends = delivery._send

        def together(*arguments):
            both.wait()
            return sends(*arguments)

        monkeypatch.setattr(delivery, "_send", together)

        def send() -> None:
            deliver(at=at)
            connections.close_all()

        senders = [threading.Thread(target=send) for _ in range(2)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        assert len(mail.outbox) == 2

    def test_do_not_wait_for_each_other(self, program, at):
        queue(Reader.PROGRAM, 0, Kind.DEVIATION, "deviation:1", at=at)
        with held(the(Kind.DEVIATION, Reader.PROGRAM)):
            ends = []
            other = threading.Thread(target=lambda: (ends.append(deliver(at=at)), connections.close_all()))
            other.start()
            other.join(timeout=10)
            assert ends == [{"passed over": 1}]


@contextmanager
def held(notice: Notice):
    """Hold a notice's row as a sender would."""
    with transaction.atomic():
        Notice.objects.select_for_update().get(pk=notice.pk)
        yield
