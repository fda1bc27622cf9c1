"""Who may call: a usable key of a pharmacy that is not suspended, and nobody else learns anything."""

from datetime import timedelta

import pytest

from pledge.actions import keys, participants
from pledge.models import AccessEntry, PharmacyKey
from tests import lives
from tests.pledge.api.conftest import Software, asking
from tests.pledge.api.contract import document, problem_of

CALLS = [
    ("POST", "/eligibility-checks"),
    ("POST", "/authorizations"),
    ("GET", "/authorizations/1"),
    ("POST", "/authorizations/1/dispense"),
    ("POST", "/authorizations/1/reverse"),
]
EVERY_CALL = pytest.mark.parametrize(("method", "path"), CALLS, ids=[f"{m} {p}" for m, p in CALLS])


@pytest.fixture
def unusable(program, now):
    """Every kind of Authorization header that opens nothing."""
    by = program.administrator
    key = lives.a_key(program.pharmacy, now)
    revoked = keys.issue_key(pharmacy=program.pharmacy, by=by, at=now)
    keys.revoke_key(key=revoked.row, by=by, at=now)
    expired = lives.a_key(program.pharmacy, now, expires_at=now - timedelta(seconds=1))
    return {
        "none": "",
        "wrong": "Bearer pledge_live_" + "x" * 43,
        "revoked": f"Bearer {revoked.secret}",
        "expired": f"Bearer {expired}",
        "truncated": f"Bearer {key[:-1]}",
        "longer": f"Bearer {key}x",
        "a test key": f"Bearer {key.replace('live', 'test')}",
        "its digest": f"Bearer {keys.digest_of(key)}",
        "another scheme": f"Basic {key}",
        "no scheme": key,
        "no key": "Bearer ",
        "two keys": f"Bearer {key} {key}",
        "odd letters": "Bearer pl\xe9dge\xff",
        "very long": "Bearer " + "x" * 7000,
    }


class TestAKeyThatOpensNothing:
    @EVERY_CALL
    def test_is_answered_by_one_body_whatever_is_wrong_with_it(self, unusable, method, path):
        answers = {
            name: Software("").send(method, path, b"{}" if method == "POST" else b"", authorization=header)
            for name, header in unusable.items()
        }
        assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(unusable, 401)
        assert len({answer.content for answer in answers.values()}) == 1
        assert {answer["WWW-Authenticate"] for answer in answers.values()} == {'Bearer realm="pledge"'}

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"x": 1}'])
    def test_learns_nothing_about_what_a_body_should_be(self, unusable, body):
        answer = Software("").send("POST", "/eligibility-checks", body, authorization=unusable["wrong"])
        assert (answer.status_code, problem_of(answer)) == (401, "unauthenticated")

    def test_leaves_no_line_in_the_access_trail(self, unusable, program, now):
        Software("wrong").check(lives.ready(program, now))
        assert AccessEntry.objects.count() == 0


class TestAKeyThatOpens:
    def test_is_kept_as_a_digest_and_known_by_its_prefix(self, program, now):
        secret = lives.a_key(program.pharmacy, now)
        row = PharmacyKey.objects.get()
        assert secret.startswith(row.prefix)
        assert secret not in [str(getattr(row, field.attname)) for field in row._meta.concrete_fields]

    def test_is_taken_whatever_the_case_of_its_scheme(self, software, program, now):
        life = lives.ready(program, now)
        answer = software.post("/eligibility-checks", asking(life), authorization=f"bEARER {software.key}")
        assert answer.status_code == 200

    def test_goes_on_beside_a_newer_one(self, software, program, now):
        life = lives.ready(program, now)
        newer = Software(lives.a_key(program.pharmacy, now))
        assert [software.check(life).status_code, newer.check(life).status_code] == [200, 200]

    def test_is_dead_on_the_next_request_after_it_is_revoked(self, software, program, now):
        life = lives.ready(program, now)
        assert software.check(life).status_code == 200
        keys.revoke_key(key=PharmacyKey.objects.get(), by=program.administrator, at=now)
        assert software.check(life).status_code == 401

    def test_dies_at_its_last_instant(self, program, now, clock):
        life = lives.ready(program, now)
        software = Software(lives.a_key(program.pharmacy, now, expires_at=now + timedelta(hours=1)))
        assert software.check(life).status_code == 200
        clock(now + timedelta(hours=1))
        assert software.check(life).status_code == 401


class TestASuspendedPharmacy:
    @EVERY_CALL
    def test_is_told_so_at_every_call(self, software, program, now, method, path):
        participants.suspend(party=program.pharmacy, by=program.administrator, at=now)
        answer = software.send(method, path, b"{}" if method == "POST" else b"")
        assert (answer.status_code, problem_of(answer)) == (403, "pharmacy-suspended")

    def test_is_heard_again_once_reinstated(self, software, program, now):
        life = lives.ready(program, now)
        participants.suspend(party=program.pharmacy, by=program.administrator, at=now)
        participants.reinstate(party=program.pharmacy, by=program.administrator, at=now)
        assert software.check(life).status_code == 200


class TestTheContract:
    def test_describes_every_address_and_no_other(self):
        from pledge.api.urls import urlpatterns

        routed = {
            "/api/" + str(pattern.pattern).replace("<str:rma_number>", "{rma_number}")
            for pattern in urlpatterns
            if str(pattern.pattern)
        }
        assert routed - {"/api/v1/openapi.json"} == set(document()["paths"])

    def test_is_open_to_everyone(self, client):
        answer = client.get("/api/v1/openapi.json")
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
        assert answer.json() == document()
        assert answer.json()["openapi"] == "3.1.0"

    def test_tells_every_call_to_bring_a_key(self):
        calls = [call for calls in document()["paths"].values() for call in calls.values()]
        assert [call["security"] for call in calls] == [[{"key": []}]] * len(CALLS)

    def test_is_closed_everywhere(self):
        objects = [schema for schema in document()["components"]["schemas"].values() if schema["type"] == "object"]
        assert [schema["additionalProperties"] for schema in objects] == [False] * len(objects)

    def test_is_a_valid_document(self):
        from drf_spectacular.validation import validate_schema

        validate_schema(document())
