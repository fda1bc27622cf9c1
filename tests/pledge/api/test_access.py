"""Who may call: a usable key of a pharmacy that is not suspended, and nobody else learns anything."""

from datetime import timedelta

import pytest

from pledge.actions import keys, participants
from pledge.api.calls import CALLS as DESCRIBED
from pledge.api.fields import fields_schema
from pledge.models import AccessEntry, PharmacyKey
from tests import lives
from tests.pledge.api.conftest import Software, asking
from tests.pledge.api.contract import document, problem_of, validator

CALLS = [
    ("POST", "/eligibility-checks"),
    ("POST", "/eligibility-checks/batch"),
    ("POST", "/authorizations"),
    ("GET", "/authorizations"),
    ("GET", "/authorizations/1"),
    ("POST", "/authorizations/1/dispense"),
    ("POST", "/authorizations/1/reverse"),
    ("POST", "/dispenses-without-authorization"),
    ("GET", "/pharmacy"),
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

    def test_leaves_no_line_in_the_access_trail(self, program, now):
        life = lives.ready(program, now)
        for answer in (Software("wrong").check(life), Software("wrong").check_all([asking(life)])):
            assert (answer.status_code, problem_of(answer)) == (401, "unauthenticated")
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
        from config.urls import urlpatterns as everything
        from pledge.api.urls import urlpatterns

        routed = {f"api/{pattern.pattern}" for pattern in urlpatterns if str(pattern.pattern)}
        routed |= {str(pattern.pattern) for pattern in everything if str(pattern.pattern).startswith("api/v1/")}
        named = {f"/{address}".replace("<str:rma_number>", "{rma_number}") for address in routed}
        assert named - {"/api/v1/openapi.json"} == set(document()["paths"])

    def test_is_open_to_everyone(self, client):
        answer = client.get("/api/v1/openapi.json")
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
        assert answer.json() == document()
        assert answer.json()["openapi"] == "3.1.0"

    def test_tells_every_call_to_bring_a_key(self):
        calls = [call for calls in document()["paths"].values() for call in calls.values()]
        assert len(calls) >= len(CALLS)
        assert {str(call["security"]) for call in calls} == {str([{"key": []}])}

    def test_gives_an_example_of_what_each_call_takes_and_gives(self):
        for described in DESCRIBED:
            schemas = document()["components"]["schemas"]
            validator(schemas[described.gives]).validate(described.answer)
            assert (described.takes is None) == (described.example is None)
            if described.takes is not None:
                validator(fields_schema(described.takes)).validate(described.example)
            assert set(described.asks or {}) <= set(described.query or {})

    def test_shows_every_problem_that_an_answer_may_be(self):
        for path, calls in document()["paths"].items():
            for call in calls.values():
                for status, answer in call["responses"].items():
                    examples = answer["content"].get("application/problem+json", {}).get("examples", {})
                    assert bool(examples) == (status >= "400")
                    for name, example in examples.items():
                        validator({"$ref": "#/components/schemas/Problem"}).validate(example["value"])
                        assert example["value"]["type"].endswith(f"/problems/{name}")
                        assert (str(example["value"]["status"]), example["value"]["instance"]) == (status, path)

    def test_tells_of_every_header_that_answers_carry(self, software):
        answer = software.get("/pharmacy")
        told = document()["paths"]["/api/v1/pharmacy"]["get"]["responses"]["200"]["headers"]
        assert set(told) == {"RateLimit", "RateLimit-Policy"}
        assert all(answer[name] for name in told)
        deciding = document()["paths"]["/api/v1/authorizations"]["post"]["responses"]
        assert "Idempotent-Replayed" in deciding["201"]["headers"]
        assert set(deciding["429"]["headers"]) == {"RateLimit", "RateLimit-Policy", "Retry-After"}

    def test_is_closed_everywhere(self):
        objects = [schema for schema in document()["components"]["schemas"].values() if schema["type"] == "object"]
        assert [schema["additionalProperties"] for schema in objects] == [False] * len(objects)

    def test_is_a_valid_document(self):
        from drf_spectacular.validation import validate_schema

        validate_schema(document())
