"""Whatever is wrong is answered as a problem that names what and where; nothing is half done."""

import json
from io import BytesIO

import pytest
from django.test import Client, RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pledge.api import contract, views
from pledge.api.bodies import LONGEST_BODY, read_body, take_whole
from pledge.api.fields import fields_schema
from pledge.api.problems import Malformed
from pledge.models import AccessEntry, Authorization
from tests import lives
from tests.pledge.api.conftest import ROOT, asking
from tests.pledge.api.contract import problem_of, validator

CHECKS = "/eligibility-checks"
ASKED = {
    "registrant_number": "1234567890",
    "date_of_birth": "1996-05-04",
    "days_supply": 30,
    "pharmacist": "rph-17",
}


def errors_of(answer):
    assert (answer.status_code, problem_of(answer)) == (400, "malformed")
    return {error["pointer"]: error["detail"] for error in answer.json()["errors"]}


class TestTheRequestLine:
    @pytest.mark.parametrize(
        ("method", "path", "allowed"),
        [
            ("GET", CHECKS, "POST"),
            ("OPTIONS", CHECKS, "POST"),
            ("TRACE", CHECKS, "POST"),
            ("DELETE", "/authorizations/1", "GET, HEAD"),
            ("PATCH", "/authorizations", "GET, HEAD, POST"),
            ("TRACE", "/eligibility-checks/batch", "POST"),
            ("DELETE", "/pharmacy", "GET, HEAD"),
            ("GET", "/authorizations/1/dispense", "POST"),
            ("POST", "/openapi.json", "GET, HEAD"),
        ],
    )
    def test_takes_only_the_calls_own_method(self, software, method, path, allowed):
        answer = software.client.generic(method, f"{ROOT}{path}")
        assert (answer.status_code, problem_of(answer), answer["Allow"]) == (405, "method-not-allowed", allowed)

    @pytest.mark.parametrize(
        "path", ["/", "/eligibility-checks/", "/authorizations/1/", "/authorizations/1/lose", "/x"]
    )
    def test_of_an_unknown_address_is_a_problem_too(self, software, path):
        assert problem_of(software.get(path)) == "not-found"

    def test_names_an_address_in_characters_that_print(self, software):
        told = software.get("/authorizations/%00%1b%E2%80%AE%0A").json()
        assert told["instance"] == "/api/v1/authorizations/%00%1B%E2%80%AE%0A"
        assert software.get("/authorizations/%FF%25").json()["instance"].isascii()

    @pytest.mark.parametrize("path", ["/api/", "/api/v2/eligibility-checks", "/api/v1"])
    def test_outside_this_version_is_a_problem_too(self, client: Client, path):
        answer = client.get(path)
        assert (answer.status_code, problem_of(answer)) == (404, "not-found")

    @pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "LOSE"])
    @pytest.mark.parametrize("path", ["/api/", "/api/v2/eligibility-checks", f"{ROOT}{CHECKS}/", f"{ROOT}/x"])
    def test_of_an_unknown_address_needs_no_token_against_forgery(self, method, path):
        answer = Client(enforce_csrf_checks=True).generic(method, path, "{}", content_type="application/json")
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
        assert method == "HEAD" or problem_of(answer) == "not-found"

    @pytest.mark.parametrize(
        "path", [CHECKS, "/authorizations", "/authorizations/1/dispense", "/authorizations/1/reverse"]
    )
    def test_of_a_call_needs_no_token_against_forgery(self, software, path):
        answer = Client(enforce_csrf_checks=True).post(f"{ROOT}{path}", "{}", content_type="application/json")
        assert (answer.status_code, problem_of(answer)) == (401, "unauthenticated")

    def test_takes_no_query_parameter_that_the_call_does_not_have(self, software):
        not_taken = "is not a query parameter of this call"
        assert errors_of(software.post(f"{CHECKS}?id=a&id=b", {})) == {"/id": not_taken}
        assert errors_of(software.get("/authorizations?page=2&status=open&cursor=%20&client_reference=")) == {
            "/page": not_taken,
            "/status": "must be one of issued, suspended, dispensed, reversed, revoked, lapsed",
            "/cursor": "must be 1 to 200 characters long, and not blank",
        }
        assert errors_of(software.get("/authorizations?status=lapsed&status=issued")) == {"/status": "is given twice"}

    def test_answers_head_without_a_body(self, software, program, now):
        life = lives.authorized(program, now)
        answer = software.send("HEAD", f"/authorizations/{life.rma_number}")
        assert (answer.status_code, answer.content) == (200, b"")


class TestMediaTypes:
    @pytest.mark.parametrize(
        "accept", ["*/*", "application/json", "text/html, application/*;q=0.1", "application/problem+json", "", " */* "]
    )
    def test_that_leave_room_for_json_are_answered(self, software, program, now, accept):
        assert software.post(CHECKS, asking(lives.ready(program, now)), accept=accept).status_code == 200

    @pytest.mark.parametrize("accept", ["text/html", "application/xml;q=0.9", "application/json;q=0", "*/*;q=0.000"])
    def test_that_leave_none_are_not_acceptable(self, software, accept):
        answer = software.post(CHECKS, {}, accept=accept)
        assert (answer.status_code, problem_of(answer)) == (406, "not-acceptable")

    @pytest.mark.parametrize(
        "sent", ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"']
    )
    def test_of_json_are_taken(self, software, program, now, sent):
        answer = software.send("POST", CHECKS, json.dumps(asking(lives.ready(program, now))), **{"content-type": sent})
        assert answer.status_code == 200

    @pytest.mark.parametrize("sent", ["text/plain", "application/xml", "application/json; charset=latin-1", "a" * 500])
    def test_of_anything_else_are_not(self, software, sent):
        answer = software.send("POST", CHECKS, b"{}", **{"content-type": sent})
        assert (answer.status_code, problem_of(answer)) == (415, "unsupported-media-type")

    def test_may_not_be_compressed(self, software):
        answer = software.send("POST", CHECKS, b"{}", **{"content-encoding": "gzip"})
        assert answer.status_code == 415


class TestTheBody:
    def test_may_hold_64_kib_and_not_a_byte_more(self, software):
        fits = b'{"x": "' + b"a" * (LONGEST_BODY - 9) + b'"}'
        assert len(fits) == LONGEST_BODY
        assert errors_of(software.send("POST", CHECKS, fits))
        assert software.send("POST", CHECKS, fits + b" ").status_code == 413

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "is missing, or came without a Content-Length"),
            (b" ", "is not JSON at line 1, column 2"),
            (b"{", "is not JSON at line 1, column 2"),
            (b'{"a": 1,}', "is not JSON at line 1, column 9"),
            (b"\xef\xbb\xbf{}", "is not JSON at line 1, column 1"),
            (b'{"a": "\xff"}', "is not UTF-8 at byte 7"),
            ('{"a": "x"}'.encode("utf-16"), "is not UTF-8 at byte 0"),
            (b"[" * 10_000, "is nested too deeply"),
            (b'{"a":' * 10_000, "is nested too deeply"),
            (b'{"days_supply": ' + b"9" * 5_000 + b"}", "holds a number that is too long"),
            (b"[]", "must be a JSON object"),
            (b"null", "must be a JSON object"),
            (b"NaN", "must be a JSON object"),
            (b'"text"', "must be a JSON object"),
        ],
        ids=lambda value: value[:12] if isinstance(value, bytes) else "",
    )
    def test_that_is_no_object_is_told_so(self, software, content, said):
        assert errors_of(software.send("POST", CHECKS, content)) == {"": said}

    def test_that_broke_off_is_told_so(self):
        class BrokenOff(BytesIO):
            def read(self, *_):
                raise OSError("connection reset")

        request = RequestFactory().post("/", b"{}", content_type="application/json")
        request._stream = BrokenOff()
        take_whole(request)
        with pytest.raises(Malformed) as malformed:
            read_body(request, contract.CHECK)
        assert malformed.value.errors == (("", "broke off"),)

    def test_is_told_every_error_at_once(self, software):
        assert errors_of(software.post(CHECKS, {"days_supply": "30", "pharmacist": " ", "a/b~c": 1})) == {
            "/registrant_number": "is missing",
            "/date_of_birth": "is missing",
            "/days_supply": "must be a whole number from 1 to 999",
            "/pharmacist": "must be 1 to 64 characters long, and not blank",
            "/a~1b~0c": "is not a field of this call",
        }

    def test_may_give_no_field_twice(self, software):
        body = json.dumps(ASKED)
        twice = body[:-1] + ', "days_supply": 1}'
        assert errors_of(software.send("POST", CHECKS, twice)) == {"/days_supply": "is given twice"}

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("registrant_number", 123),
            ("registrant_number", ""),
            ("registrant_number", "1" * 21),
            ("registrant_number", ["1"]),
            ("registrant_number", None),
            ("date_of_birth", "1990-02-30"),
            ("date_of_birth", "19900501"),
            ("date_of_birth", "1990-W01-1"),
            ("date_of_birth", "90-05-01"),
            ("date_of_birth", "\u0662000-01-01"),
            ("date_of_birth", "2000-01-0\ud83d"),
            ("date_of_birth", 19900501),
            ("days_supply", 0),
            ("days_supply", -1),
            ("days_supply", 1000),
            ("days_supply", 30.5),
            ("days_supply", 1000.0),
            ("days_supply", True),
            ("days_supply", float("nan")),
            ("days_supply", float("-inf")),
            ("days_supply", 10**100),
            ("pharmacist", "x" * 65),
            ("pharmacist", {"id": "x"}),
        ],
    )
    def test_names_the_field_that_is_wrong(self, software, field, value):
        answer = software.post(CHECKS, {**ASKED, field: value})
        assert list(errors_of(answer)) == [f"/{field}"]

    @pytest.mark.parametrize(
        ("value", "said"),
        [
            ("a\x00b", "holds a character that cannot be kept, U+0000 at position 1"),
            ("\ud83d", "holds a lone surrogate that cannot be kept, U+D83D at position 0"),
            ("ab\u202ec", "holds a character that cannot be kept, U+202E at position 2"),
            ("line\nbreak", "holds a character that cannot be kept, U+000A at position 4"),
            ("\x1b[31m", "holds a character that cannot be kept, U+001B at position 0"),
        ],
        ids=["NUL", "lone surrogate", "direction mark", "line break", "escape"],
    )
    @pytest.mark.parametrize("field", ["registrant_number", "pharmacist", "client_reference"])
    def test_holds_only_characters_that_can_be_kept(self, software, field, value, said):
        answer = software.post("/authorizations", {**ASKED, field: value})
        assert errors_of(answer) == {f"/{field}": said}
        assert Authorization.objects.count() == 0

    def test_shows_an_unknown_fields_name_safely(self, software):
        body = {**ASKED, "\ud83d\x00" + "x" * 100: 1}
        (pointer,) = errors_of(software.post(CHECKS, body))
        assert pointer == "/U+D83DU+0000" + "x" * 62

    def test_keeps_names_of_every_script(self, software, program, now):
        answer = software.post(CHECKS, asking(lives.ready(program, now), pharmacist="薬剤師 Zoë 💊"))
        assert answer.status_code == 200
        assert AccessEntry.objects.get().actor_id == "薬剤師 Zoë 💊"

    def test_that_is_malformed_leaves_no_trace(self, software):
        software.post(CHECKS, {})
        assert AccessEntry.objects.count() == 0

    @pytest.mark.parametrize("call", ["/eligibility-checks", "/authorizations", "/authorizations/1/dispense"])
    def test_names_a_missing_pharmacist(self, software, call):
        body = dict(ASKED) if "1" not in call else {}
        body.pop("pharmacist", None)
        assert errors_of(software.post(call, body)) == {"/pharmacist": "is missing"}


_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 1005),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="ascii", min_codepoint=32, max_codepoint=126), max_size=70),
    st.dates().map(str),
    st.lists(st.integers(), max_size=2),
    st.sampled_from(list(contract.REVERSAL["reason"].words)),
)


class TestReadingAndSchema:
    @pytest.mark.parametrize("fields", [contract.CHECK, contract.AUTHORIZATION, contract.DISPENSE, contract.REVERSAL])
    @settings(max_examples=150, suppress_health_check=list(HealthCheck))
    @given(chance=st.data())
    def test_take_and_refuse_the_same_bodies(self, fields, chance):
        names = st.sampled_from([*fields, "other"])
        body = chance.draw(st.dictionaries(names, _VALUES, max_size=len(fields) + 1))
        request = RequestFactory().post("/", json.dumps(body), content_type="application/json")
        try:
            read_body(request, fields)
            taken = True
        except Malformed:
            taken = False
        as_schema = validator(fields_schema(fields)).is_valid(body)
        blank = any(isinstance(value, str) and value.isspace() for value in body.values())
        assert taken == as_schema or blank


class TestAFailureOfOurs:
    def test_tells_only_a_reference_that_the_log_has_too(self, software, program, now, monkeypatch, caplog):
        def fail(**_):
            raise KeyError("Robin Reyes, positive")

        monkeypatch.setattr(views, "check_for_key", fail)
        answer = software.check(lives.ready(program, now))
        assert (answer.status_code, problem_of(answer)) == (500, "internal-error")
        reference = answer.json()["reference"]
        assert answer.json()["instance"].endswith(reference)
        assert reference in caplog.text
        assert "Robin" not in answer.content.decode()
        assert set(answer.json()) == {"type", "title", "status", "detail", "instance", "reference"}
