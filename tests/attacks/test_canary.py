"""A pregnancy reads like any other hold at the counter: what every call answers differs in nothing but ids (R46)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.http import HttpResponse

from pledge.actions import holds, participants, registrants
from pledge.rules.calendar import program_day
from pledge.rules.vocabulary import TestResult
from tests import lives
from tests.pledge.api.conftest import Software, asking

IDS = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z|\b\d{9,12}\b")


def report(life: lives.Life, at: datetime) -> None:
    holds.report_pregnancy(registrant=life.registrant, by=life.program.clinic, at=at)


def positive(life: lives.Life, at: datetime) -> None:
    lives.a_test(life, at, result=TestResult.POSITIVE)


def suspend_prescriber(life: lives.Life, at: datetime) -> None:
    participants.suspend(party=life.program.prescriber, by=life.program.administrator, at=at)


def run_out(life: lives.Life, at: datetime) -> None:
    participants.certify(
        party=life.program.prescriber, certified_through=program_day(at), by=life.program.administrator,
        at=lives.days_before(at, 1),
    )  # fmt: skip


def end(life: lives.Life, at: datetime) -> None:
    registrants.end_treatment(
        registrant=life.registrant, last_dose_on=program_day(at), by=life.program.clinic, at=at
    )  # fmt: skip


def discontinue(life: lives.Life, at: datetime) -> None:
    registrants.discontinue(
        registrant=life.registrant, reason="moved", last_dose_on=program_day(at), by=life.program.clinic, at=at
    )


# The harmless beside the two; a certification that has run out shows with the next day.
HARMLESS = (suspend_prescriber, run_out, end, discontinue)


def not_begun(program: lives.Program, at: datetime) -> lives.Life:
    return lives.on_treatment(program, at)


def after_a_test(program: lives.Program, at: datetime) -> lives.Life:
    life = lives.enrolled(program, at)
    lives.a_test(life, at)
    return life


def unanswered(program: lives.Program, at: datetime) -> lives.Life:
    life = after_a_test(program, at)
    lives.confirmed(life, at)
    return life


def for_fewer_days(program: lives.Program, at: datetime) -> lives.Life:
    life = after_a_test(program, at)
    lives.confirmed(life, at, days_supply=15)
    lives.answered(life, at)
    return life


def dispensed(program: lives.Program, at: datetime) -> lives.Life:
    life = lives.ready(program, at)
    lives.dispensed(life, at)
    return life


PHASES = (not_begun, after_a_test, unanswered, lives.ready, for_fewer_days, dispensed, lives.authorized)


def answers(software: Software, life: lives.Life) -> dict[str, str]:
    """Give what every call says of somebody, without the ids that must differ."""
    calls: dict[str, Callable[[], HttpResponse]] = {
        "check": lambda: software.check(life),
        "batch": lambda: software.post("/eligibility-checks/batch", {"checks": [asking(life)]}),
        "authorize": lambda: software.authorize(life, client_reference="r"),
    }
    return {name: shown(call()) for name, call in calls.items()}


def shown(answer: HttpResponse) -> str:
    body = json.loads(answer.content)
    body.pop("instance", None)
    said = {name: value for name, value in answer.items() if not name.startswith(("RateLimit", "X-RateLimit"))}
    said.pop("Content-Length", None)
    return IDS.sub("#", json.dumps([answer.status_code, said, body], sort_keys=True))


class TestAPregnancy:
    @pytest.mark.parametrize("days_later", [1, 19], ids=["while the window lasts", "after its last day"])
    @pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.__name__)
    def test_reads_like_every_harmless_cause_in_every_phase_of_a_month(
        self, now: datetime, db: None, phase: Callable[..., lives.Life], days_later: int
    ) -> None:
        happened_at = lives.days_before(now, days_later)
        told = {happened.__name__: self.told(phase, happened, happened_at, now) for happened in HARMLESS}
        for happened in (report, positive):
            assert self.told(phase, happened, happened_at, now) == told["suspend_prescriber"]
        assert len(set(map(str, told.values()))) == 1
        assert '"contact_prescriber"' in told["end"]["check"]

    def told(
        self, phase: Callable[..., lives.Life], happened: Callable[..., None], at: datetime, now: datetime
    ) -> dict[str, str]:
        program = lives.a_program(lives.days_before(at, 1))
        life = phase(program, lives.days_before(at, 1))
        happened(life, at)
        return answers(Software(lives.a_key(program.other_pharmacy, now)), life)

    @pytest.mark.parametrize("happened", [report, positive])
    def test_changes_what_was_held_like_any_other_ending(
        self, happened: Callable[..., None], software: Software, now: datetime, program: lives.Program
    ) -> None:
        life, other = lives.authorized(program, now), lives.authorized(program, now)
        happened(life, now)
        revoked = self.of(software, life)
        participants.suspend(party=program.pharmacy, by=program.administrator, at=now)
        participants.reinstate(party=program.pharmacy, by=program.administrator, at=now)
        assert revoked["show"] == self.of(software, other)["show"]
        for said in revoked.values():
            assert not re.search(r"pregnan|positive|\btest\b|report|hold", said, re.IGNORECASE)

    @staticmethod
    def of(software: Software, life: lives.Life) -> dict[str, Any]:
        number = life.rma_number
        return {
            "show": shown(software.show(number)),
            "list": shown(software.get("/authorizations?status=revoked")),
            "dispense": shown(software.dispense(number)),
        }
