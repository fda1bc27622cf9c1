"""A pregnancy reads like any other hold at the counter: what every call answers differs in nothing but ids (R46)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse

from pledge.actions import holds, participants
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


def certification_run_out(life: lives.Life, at: datetime) -> None:
    """Nothing is done: the program's certification ended with the day before."""


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
    def test_reads_like_any_other_hold(self, now: datetime, db: None) -> None:
        told: dict[str, dict[str, str]] = {}
        for happened in (report, positive, suspend_prescriber, certification_run_out):
            yesterday = lives.days_before(now, 1)
            through = yesterday.date() if happened is certification_run_out else None
            program = lives.a_program(now if through is None else lives.days_before(now, 2), through=through)
            program.pharmacy.refresh_from_db()
            if through is not None:
                participants.certify(
                    party=program.pharmacy, certified_through=now.date() + timedelta(days=9),
                    by=program.administrator, at=now,
                )  # fmt: skip
            life = lives.ready(program, now if through is None else lives.days_before(now, 2))
            happened(life, now)
            told[happened.__name__] = answers(Software(lives.a_key(program.pharmacy, now)), life)
        first = told["report"]
        assert {name: said for name, said in told.items() if said != first} == {}
        assert '"contact_prescriber"' in first["check"]
        assert '"code": "contact_prescriber"' in first["authorize"]

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
