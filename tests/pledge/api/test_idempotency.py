"""A request may be repeated: after a lost answer, a double click or a crash, one decision stands."""

import json
from datetime import timedelta

import pytest
from django.db import connection

from notifications.sweep import run_sweep
from pledge.actions import authorizations, holds
from pledge.actions.answers import Answer, AnswerMemory, Request, StillRunning, forget_answers
from pledge.models import AccessEntry, Authorization, Dispense, EventType, IdempotencyRecord, ProgramEvent
from tests import lives
from tests.pledge.api.conftest import Software, asking, reasons_in
from tests.pledge.api.contract import problem_of

REPLAYED = "Idempotent-Replayed"


def same(first, second):
    return (first.status_code, first.content) == (second.status_code, second.content)


class TestTheSameRequestAgain:
    def test_is_answered_with_the_authorization_it_was_given(self, software, program, now):
        life = lives.ready(program, now)
        first = software.authorize(life, idempotency_key="k")
        again = software.authorize(life, idempotency_key="k")
        assert same(first, again)
        assert (first.status_code, REPLAYED in first, again[REPLAYED]) == (201, False, "true")
        assert Authorization.objects.count() == 1

    def test_may_write_its_fields_in_another_order(self, software, program, now):
        body = asking(lives.ready(program, now))
        first = software.post("/authorizations", body, idempotency_key="k")
        again = software.post("/authorizations", dict(reversed(body.items())), idempotency_key="k")
        assert same(first, again)

    def test_is_refused_again_though_it_would_be_granted_now(self, software, program, now):
        life = lives.enrolled(program, now)
        first = software.authorize(life, idempotency_key="k")
        lives.a_month(life, now)
        again = software.authorize(life, idempotency_key="k")
        assert same(first, again)
        assert (first.status_code, again[REPLAYED], again["Content-Type"]) == (409, "true", "application/problem+json")
        assert ProgramEvent.objects.filter(type=EventType.ACT_REFUSED).count() == 1
        assert software.authorize(life, idempotency_key="another").status_code == 201

    def test_is_not_found_again_though_it_would_be_now(self, software, program, now):
        life = lives.ready(program, now)
        body = asking(life, registrant_number="1234567890")
        first = software.post("/authorizations", body, idempotency_key="k")
        again = software.post("/authorizations", body, idempotency_key="k")
        assert same(first, again)
        assert (first.status_code, again[REPLAYED]) == (404, "true")
        assert AccessEntry.objects.count() == 1

    def test_is_answered_though_the_authorization_has_moved_on(self, software, program, now):
        life = lives.ready(program, now)
        first = software.authorize(life, idempotency_key="k")
        software.reverse(first.json()["rma_number"])
        holds.report_pregnancy(registrant=life.registrant, by=program.clinic, at=now)
        assert same(first, software.authorize(life, idempotency_key="k"))

    @pytest.mark.parametrize("call", ["dispense", "reverse"])
    def test_hands_over_or_gives_back_once(self, software, program, now, call):
        life = lives.authorized(program, now)
        first = getattr(software, call)(life.rma_number, idempotency_key="k")
        again = getattr(software, call)(life.rma_number, idempotency_key="k")
        assert same(first, again)
        assert (first.status_code, again[REPLAYED]) == (200, "true")
        assert Dispense.objects.count() == (1 if call == "dispense" else 0)


class TestTheSameKey:
    def test_for_another_body_is_told_so(self, software, program, now):
        life = lives.ready(program, now)
        software.authorize(life, idempotency_key="k")
        answer = software.authorize(life, days_supply=29, idempotency_key="k")
        assert (answer.status_code, problem_of(answer)) == (422, "idempotency-key-reused")

    def test_for_another_authorization_is_told_so(self, software, program, now):
        first, second = lives.authorized(program, now), lives.authorized(program, now)
        software.dispense(first.rma_number, idempotency_key="k")
        assert problem_of(software.dispense(second.rma_number, idempotency_key="k")) == "idempotency-key-reused"

    def test_of_another_pharmacy_is_another_key(self, software, other_software, program, now):
        life = lives.ready(program, now)
        assert software.authorize(life, idempotency_key="k").status_code == 201
        assert reasons_in(other_software.authorize(life, idempotency_key="k")) == ["authorization_active"]

    def test_of_another_call_is_another_key(self, software, program, now):
        rma_number = software.authorize(lives.ready(program, now), idempotency_key="k").json()["rma_number"]
        assert software.dispense(rma_number, idempotency_key="k").json()["status"] == "dispensed"

    def test_under_a_newer_api_key_of_the_pharmacy_is_the_same(self, software, program, now):
        life = lives.ready(program, now)
        first = software.authorize(life, idempotency_key="k")
        rotated = Software(lives.a_key(program.pharmacy, now))
        assert same(first, rotated.authorize(life, idempotency_key="k"))

    def test_is_not_used_up_by_a_malformed_request(self, software, program, now):
        life = lives.ready(program, now)
        assert software.authorize(life, days_supply=0, idempotency_key="k").status_code == 400
        assert software.authorize(life, idempotency_key="k").status_code == 201

    def test_is_kept_for_30_days(self, software, program, now, clock):
        life = lives.ready(program, now)
        software.authorize(life, idempotency_key="k")
        clock(now + timedelta(days=29, hours=23))
        assert software.authorize(life, idempotency_key="k")[REPLAYED] == "true"
        clock(now + timedelta(days=30, hours=1))
        answer = software.authorize(life, idempotency_key="k")
        assert (answer.status_code, REPLAYED in answer) == (409, False)
        assert IdempotencyRecord.objects.get().created_at == now + timedelta(days=30, hours=1)

    def test_is_forgotten_by_the_nights_work(self, software, program, now):
        software.authorize(lives.ready(program, now), idempotency_key="k")
        later = now + timedelta(days=30)
        assert forget_answers(later) == 0
        assert forget_answers(later + timedelta(hours=1), dry_run=True) == 1
        assert run_sweep(at=later + timedelta(hours=1)).counts["answers forgotten"] == 1
        assert not IdempotencyRecord.objects.exists()

    @pytest.mark.parametrize("key", ["", " ", "a\tb", "ключ", "x" * 256, "\x7f"], ids=ascii)
    @pytest.mark.parametrize("call", ["authorize", "dispense", "reverse"])
    def test_must_be_there_and_printable(self, software, program, now, key, call):
        life = lives.authorized(program, now)
        about = life if call == "authorize" else life.rma_number
        answer = getattr(software, call)(about, idempotency_key=key)
        assert (answer.status_code, problem_of(answer)) == (400, "idempotency-key-missing")

    @pytest.mark.parametrize("key", ["x", "x" * 255, "0 ~!#\"'/"])
    def test_may_be_any_printable_characters(self, software, program, now, key):
        assert software.authorize(lives.ready(program, now), idempotency_key=key).status_code == 201

    def test_is_asked_for_only_after_the_api_key(self, software, program, now):
        answer = Software("wrong").authorize(lives.ready(program, now), idempotency_key="")
        assert answer.status_code == 401


class TestWhatIsKept:
    def test_is_nothing_before_a_decision(self, now):
        memory = AnswerMemory(Request(1, "call", "k", "digest"), lambda _: Answer(200, "{}"), since=now, at=now)
        with pytest.raises(RuntimeError, match="nothing was decided"):
            assert memory.given

    def test_may_have_been_forgotten_the_moment_after_it_stood_in_the_way(self, program, now, monkeypatch):
        memory = AnswerMemory(
            Request(program.pharmacy.pk, "call", "k", "digest"), lambda _: Answer(200, "{}"), since=now, at=now
        )
        monkeypatch.setattr(memory, "_kept", lambda _: False)
        with pytest.raises(StillRunning):
            memory.keep(None)

    def test_is_written_with_the_decision_or_not_at_all(self, software, program, now, monkeypatch):
        life = lives.ready(program, now)

        def fail(*_, **__):
            raise RuntimeError("the plug was pulled")

        monkeypatch.setattr(authorizations, "record", fail)
        assert software.authorize(life, idempotency_key="k").status_code == 500
        assert (Authorization.objects.count(), IdempotencyRecord.objects.count()) == (0, 0)
        monkeypatch.undo()
        assert software.authorize(life, idempotency_key="k").status_code == 201

    def test_undoes_the_decision_where_it_cannot_be_written(self, software, program, now):
        life = lives.ready(program, now)
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE pledge_idempotencyrecord ADD CONSTRAINT never CHECK (status = 0)")
        assert software.authorize(life, idempotency_key="k").status_code == 503
        assert Authorization.objects.count() == 0

    def test_holds_no_date_of_birth(self, software, program, now):
        life = lives.ready(program, now)
        software.authorize(life)
        kept = json.dumps(IdempotencyRecord.objects.values().get(), default=str)
        assert life.born_on.isoformat() not in kept
