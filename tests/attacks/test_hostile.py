"""Hostile requests: refused as problems, without a trace in the program and without a line break in the log."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from typing import Any

import pytest
from django.apps import apps
from django.http import HttpResponse

from config.log_lines import JsonLines
from pledge.api.calls import CALLS
from pledge.models import Authorization, Dispense, PharmacyKey
from tests import lives
from tests.pledge.api.conftest import Software, asking
from tests.pledge.happened import rows

ACCESS = {"pledge.AccessEntry", "pledge.CallRate", "pledge.WrongGuess", "pledge.IdempotencyRecord"}
PAYLOADS = (
    "' OR '1'='1", "1; DROP TABLE pledge_registrant; --", "' UNION SELECT digest FROM pledge_pharmacykey --",
    "\" OR \"\"=\"", "{{7*7}}", "{% debug %}", "${7*7}", "<%= 7*7 %>", "#{7*7}", "%s%s%n", "../../etc/passwd",
    "..%2f..%2fetc%2fpasswd", "....//....//etc/passwd", "file:///etc/passwd", "//evil.example", "https://evil.example/",
    "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "@SUM(1)", "-1+1", "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///'>]>",
    "x" * 4000, "१२३", "٤٥٦", "\uff21", "Ω≈ç", "💊" * 10, "e\u0301", "\u202e1234", "\ufeff1", "a\r\nSet-Cookie: x=1",
    "\x1b[31mred\x1b[0m", "nul\x00nul", "\ud83d",
)  # fmt: skip
BODIES = {
    "deep list": b"[" * 10_000,
    "deep list in a field": b'{"pharmacist": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "deep object": b'{"a":' * 9_000 + b"1" + b"}" * 9_000,
    "too large": b'{"pharmacist": "' + b"x" * (64 * 1024) + b'"}',
    "NaN": b'{"days_supply": NaN}',
    "Infinity": b'{"days_supply": -Infinity}',
    "long number": b'{"days_supply": ' + b"9" * 5000 + b"}",
    "long fraction": b'{"days_supply": 1e99999}',
    "given twice": b'{"pharmacist": "a", "pharmacist": "b"}',
    "NUL": b'{"pharmacist": "\\u0000"}',
    "bare NUL": b"\x00",
    "lone surrogate": b'{"pharmacist": "\\ud83d"}',
    "not UTF-8": b'{"pharmacist": "\xff\xfe"}',
    "UTF-16": '{"pharmacist": "a"}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"pharmacist": "a"}',
    "XML": b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><x>&y;</x>",
    "prototype": b'{"__proto__": {"is_superuser": true}, "constructor": 1}',
}
POSTS = ["/eligibility-checks", "/eligibility-checks/batch", "/authorizations", "/authorizations/1/dispense",
         "/authorizations/1/reverse", "/dispenses-without-authorization"]  # fmt: skip
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "BREW")


@pytest.fixture(autouse=True)
def _boundless(settings: Any) -> None:
    settings.API_CALLS_A_MINUTE = settings.GUESSES_SLOWED = 10**9
    settings.GUESSES_ALERTED = settings.GUESSES_SUSPENDED = 10**9


def kept() -> dict[str, list[tuple[Any, ...]]]:
    """Give every row of the program but what any call may leave."""
    return {name: found for name, found in rows().items() if name not in ACCESS}


def is_guarded(answer: HttpResponse) -> bool:
    policy = answer["Content-Security-Policy"]
    return (
        answer.status_code < 500
        and answer["Cache-Control"] == "no-store"
        and answer["X-Content-Type-Options"] == "nosniff"
        and all(part in policy for part in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"))
        and "Access-Control-Allow-Origin" not in answer
        and "Set-Cookie" not in answer
        and "Location" not in answer
    )


class TestABody:
    def test_that_means_harm_is_refused_and_does_nothing(self, software: Software) -> None:
        before = rows()
        for path in POSTS:
            given = {name: software.post(path, body) for name, body in BODIES.items()}
            assert {name for name, answer in given.items() if answer.status_code not in {400, 413}} == set(), path
            assert all(map(is_guarded, given.values()))
        assert {name for name, found in rows().items() if found != before[name]} == {"pledge.CallRate"}


class TestAPayload:
    def test_has_no_effect_wherever_it_stands(
        self, software: Software, program: lives.Program, now: datetime, caplog: pytest.LogCaptureFixture
    ) -> None:
        life = lives.authorized(program, now)
        before = kept()
        given = []
        for payload in PAYLOADS:
            for field in ("registrant_number", "date_of_birth", "days_supply"):
                given.append(software.check(life, **{field: payload}))
                given.append(software.authorize(life, **{field: payload}))
            quoted = payload.encode("utf-8", "surrogatepass").hex("%")
            given.append(software.get(f"/authorizations/%{quoted}"))
            given.append(software.post(f"/authorizations/%{quoted}/dispense", {"pharmacist": "r"}))
            given.append(software.get(f"/%{quoted}"))
            given += [software.get(f"/authorizations?{name}=%{quoted}") for name in ("status", "cursor", "redirect")]
            given.append(software.reverse(life.rma_number, reason=payload))
        assert all(map(is_guarded, given))
        assert {answer.status_code for answer in given} <= {400, 404, 413}
        assert kept() == before
        lines = [JsonLines().format(record) for record in caplog.records if record.levelno >= logging.WARNING]
        assert lines
        assert not [line for line in lines if not line.isprintable()]

    def test_is_kept_and_shown_as_it_is_where_text_is_free(
        self, software: Software, program: lives.Program, now: datetime
    ) -> None:
        life = lives.ready(program, now)
        shown = json.loads(software.authorize(life, client_reference="{{7*7}}' OR 1=1 --").content)
        assert shown["client_reference"] == "{{7*7}}' OR 1=1 --"
        assert software.get("/authorizations?client_reference=%27%20OR%201=1").status_code == 200

    def test_given_twice_in_an_address_is_refused(self, software: Software) -> None:
        assert software.get("/authorizations?status=issued&status=lapsed").status_code == 400


class TestAWrite:
    def test_changes_nothing_that_it_does_not_list(
        self, software: Software, program: lives.Program, now: datetime
    ) -> None:
        life = lives.ready(program, now)
        before = kept()
        names = {
            field.name for model in apps.get_app_config("pledge").get_models() for field in model._meta.get_fields()
        }
        assert {"status", "rma_number", "suspended_at", "certified_through", "merged_into", "pharmacy_id"} - names == {
            "pharmacy_id"
        }
        for call in (call for call in CALLS if call.method == "post"):
            path = "/" + call.path.replace("<str:rma_number>", "1")
            listed = {**asking(life), "reason": "not_collected", "dispensed_on": now.date().isoformat(), "checks": []}
            body = {name: value for name, value in listed.items() if name in (call.takes or {})}
            foreign = names - set(call.takes or {})
            refused = software.post(path, {**body, **dict.fromkeys(foreign, 1)})
            assert refused.status_code == 400
            assert foreign <= {error["pointer"][1:] for error in json.loads(refused.content)["errors"]}
        assert kept() == before


class TestAMethod:
    @pytest.mark.parametrize("keyed", [True, False])
    def test_that_a_call_does_not_have_is_refused_to_everyone(self, keyed: bool, software: Software) -> None:
        caller = software if keyed else Software("")
        allowed: dict[str, set[str]] = {}
        for call in CALLS:
            path = "/" + call.path.replace("<str:rma_number>", "1")
            allowed.setdefault(path, set()).update({"GET", "HEAD"} if call.method == "get" else {"POST"})
        before = rows()
        for path, methods in allowed.items():
            for method in METHODS:
                if method in methods:
                    continue
                answer = caller.send(method, path)
                assert (answer.status_code, answer["Allow"]) == (405, ", ".join(sorted(methods))), (method, path)
                assert is_guarded(answer)
        assert rows() == before

    def test_that_only_reads_changes_nothing(
        self, software: Software, other_software: Software, program: lives.Program, now: datetime
    ) -> None:
        life = lives.authorized(program, now)
        before = kept()
        for call in (call for call in CALLS if call.method == "get"):
            path = "/" + call.path.replace("<str:rma_number>", life.rma_number)
            for caller in (software, other_software, Software("")):
                for method in ("GET", "HEAD"):
                    assert is_guarded(caller.send(method, path))
        assert kept() == before


class TestAHeader:
    def test_that_is_forged_changes_nothing(self, software: Software, program: lives.Program, now: datetime) -> None:
        life = lives.ready(program, now)
        plain = software.check(life)
        forged = software.post(
            "/eligibility-checks", asking(life), **{
                "X-Forwarded-For": "127.0.0.1, evil", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http",
                "Forwarded": "for=127.0.0.1;host=evil.example;proto=http", "X-Original-URL": "/admin/",
                "X-Rewrite-URL": "/admin/", "X-HTTP-Method-Override": "DELETE", "Origin": "https://evil.example",
            },
        )  # fmt: skip
        assert (forged.status_code, dict(forged.items()).keys()) == (200, dict(plain.items()).keys())
        assert "evil" not in f"{forged.headers}{forged.content!r}"

    def test_of_a_key_opens_nothing_of_another_pharmacys(
        self, software: Software, other_software: Software, program: lives.Program, now: datetime
    ) -> None:
        life = lives.authorized(program, now)
        before = Authorization.objects.values().get()
        for act in (other_software.show, other_software.dispense, other_software.reverse):
            assert act(life.rma_number).status_code == 404
        assert json.loads(other_software.get("/authorizations").content)["items"] == []
        assert other_software.authorize(life).status_code == 409
        assert Authorization.objects.values().get() == before
        assert not Dispense.objects.exists()
        assert PharmacyKey.objects.count() == 2
