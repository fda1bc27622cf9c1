"""The signers' door: a link proves nothing, opening it changes nothing, and dead links are all alike."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client, override_settings

from consents.actions.invitations import invite, revoke_link
from consents.models import SigningCode, SigningRequest, Visit
from consents.pages import door, visitor
from consents.pages.visitor import VISIT_COOKIE, visit_in
from consents.vocabulary import IdentityCheck
from pledge.models import EventType, ProgramEvent
from pledge.rules.calendar import program_day
from pledge.rules.vocabulary import Signer
from tests import lives
from tests.consents.pages.conftest import AT
from tests.consents.pages.ways import Way, a_minor, an_adult
from tests.pledge.admin.world import digest

pytestmark = pytest.mark.django_db

PAGES = ["door", "code", "records", "document", "forms", "copies", "withdraw", "leave"]
FORGERY_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')


def said(answer: HttpResponse) -> bytes:
    """The page, less the token against forgery."""
    return FORGERY_TOKEN.sub(b"", answer.content)


def wrong_pins(way: Way, times: int) -> list[HttpResponse]:
    code = way.code()
    return [way.post("code", code=code, pin="111222") for _ in range(times)]


class TestOpeningTheLink:
    def test_says_that_something_is_waiting_and_not_what(self, way: Way) -> None:
        answer = way.get("door")
        assert answer.status_code == 200
        page = answer.content.decode().replace("/static/consents/", "")
        assert "Something is waiting for you to read and sign" in page
        assert not re.search("isotretinoin|consent|pregnan|acne|Robin", page, re.IGNORECASE)

    @pytest.mark.parametrize("name", PAGES)
    def test_changes_nothing(self, way: Way, name: str) -> None:
        before = digest()
        for _ in range(2):
            way.client.get(way.address(name))
            way.client.head(way.address(name))
            way.client.options(way.address(name))
        assert digest() == before

    def test_by_a_scanner_that_presses_every_button_changes_nothing(self, way: Way) -> None:
        before, scanner = digest(), Client(enforce_csrf_checks=True)
        for name in PAGES:
            answer = scanner.post(way.address(name), {"send": "code"})
            assert answer.status_code == 403
            assert "Please load the page again" in answer.content.decode()
            assert answer["Cache-Control"] == "no-store"
        assert digest() == before
        assert way.code()

    def test_without_the_last_slash_finds_it_too(self, way: Way) -> None:
        answer = way.client.get(way.address("door").rstrip("/"))
        assert (answer.status_code, answer["Location"]) == (301, way.address("door"))

    @pytest.mark.parametrize("method", ["put", "patch", "delete"])
    def test_in_any_other_way_is_not_allowed(self, way: Way, method: str) -> None:
        assert getattr(way.client, method)(way.address("door")).status_code == 405


def revoked(way: Way, clock: time_machine.Traveller) -> None:
    revoke_link(request=way.request, because="lost phone", by=by_clinic(way), at=AT)


def replaced(way: Way, clock: time_machine.Traveller) -> None:
    chosen = {"pin": "907132", "identity_check": IdentityCheck.PHOTO_ID}
    invite(registrant=way.request.registrant, signer=Signer.REGISTRANT, **chosen, by=by_clinic(way), at=AT)


def expired(way: Way, clock: time_machine.Traveller) -> None:
    clock.move_to(AT + timedelta(days=61))


def closed(way: Way, clock: time_machine.Traveller) -> None:
    assert wrong_pins(way, 5)[-1].status_code == 404


def withdrawn(way: Way, clock: time_machine.Traveller) -> None:
    assert way.at_the_forms().post("withdraw", withdraw="yes").status_code == 200


def by_clinic(way: Way) -> lives.By:
    return lives.by_prescriber(way.request.registrant.prescriber)


ENDINGS = [revoked, replaced, expired, closed, withdrawn]


class TestADeadLink:
    @pytest.mark.parametrize("end", ENDINGS, ids=lambda end: end.__name__)
    @pytest.mark.parametrize("name", PAGES)
    def test_is_like_one_that_never_was(
        self, way: Way, clock: time_machine.Traveller, end: Callable[[Way, time_machine.Traveller], None], name: str
    ) -> None:
        end(way, clock)
        stranger, never = Client(), way.address(name).replace(way.token, "A" * 32)
        for browser in (stranger, way.client):
            dead, unknown = browser.get(way.address(name)), browser.get(never)
            assert (dead.status_code, unknown.status_code) == (404, 404)
            assert said(dead) == said(unknown)
            sent = [
                browser.post(address, {"send": "code", "code": "1", "pin": "2"})
                for address in (way.address(name), never)
            ]
            assert [answer.status_code for answer in sent] == [404, 404]
            assert said(sent[0]) == said(sent[1]) == said(dead)

    @pytest.mark.parametrize(
        "address", ["/sign/", "/sign/x/", "/sign/x/y/z/", "/sign/%00/", "/sign/ñ/code/", "/sign/a/forms/x/"]
    )
    def test_may_be_cut_short_or_made_up(self, clock: time_machine.Traveller, address: str) -> None:
        answer = Client().get(address)
        assert answer.status_code == 404
        assert said(answer) == said(Client().get("/sign/" + "A" * 32 + "/"))

    def test_says_how_to_get_a_new_one(self, clock: time_machine.Traveller) -> None:
        page = Client().get("/sign/nothing/").content.decode()
        for words in ("Send me a new link", "call the clinic", "on paper"):
            assert words in page


class TestAskingForANewLink:
    def test_is_answered_the_same_whether_the_address_is_known(self, way: Way) -> None:
        answers = []
        for address in ("robin@patients.example", "nobody@patients.example"):
            sent = way.client.post("/sign/new-link/", {"address": address})
            answers.append((sent.status_code, sent["Location"], said(way.client.get(sent["Location"]))))
        assert answers[0] == answers[1]
        assert "If we know this address, a new link is on its way." in answers[0][2].decode()

    def test_sends_one_to_whoever_is_known(self, way: Way) -> None:
        way.client.post("/sign/new-link/", {"address": " ROBIN@patients.example "})
        assert way.request.registrant.events.first().type == EventType.SIGNING_LINK_SENT

    def test_without_an_address_says_so(self, way: Way) -> None:
        answer = way.client.post("/sign/new-link/", {"address": "robin"})
        assert answer.status_code == 400
        assert 'href="#address"' in answer.content.decode()

    @pytest.mark.parametrize("took", [0.0, 0.15])
    def test_is_answered_as_late_whether_it_is_known_or_not(
        self, client: Client, monkeypatch: pytest.MonkeyPatch, took: float
    ) -> None:
        passed: list[float] = []
        clock = SimpleNamespace(monotonic=lambda: sum(passed), sleep=passed.append)
        monkeypatch.setattr(door, "time", clock)
        monkeypatch.setattr(door, "send_new_link", lambda **_: passed.append(took))
        with override_settings(SIGNING_NEW_LINK_SECONDS=0.2):
            client.post("/sign/new-link/", {"address": "robin@patients.example"})
        assert sum(passed) == pytest.approx(0.2)


class TestTheCode:
    def test_is_sent_when_asked_for(self, way: Way) -> None:
        answer = way.post("door", send="code")
        assert (answer.status_code, answer["Location"]) == (303, way.address("code"))
        assert SigningCode.objects.count() == 1

    def test_is_not_sent_without_end(self, way: Way) -> None:
        answers = [way.post("door", send="code") for _ in range(7)]
        assert [answer.status_code for answer in answers] == [303] * 6 + [429]
        page = answers[-1].content.decode()
        assert "Too many codes were asked for. Wait an hour, or use the newest one" in page
        assert f'href="{way.address("code")}"' in page

    def test_is_not_sent_to_an_address_that_both_signers_have(self, program: lives.Program) -> None:
        _, guardian = a_minor(program, AT)
        registrant = guardian.request.registrant
        contact = {"guardian_email": "robin@patients.example"}
        lives.registrants.change_contact(registrant=registrant, contact=contact, by=program.clinic, at=AT)
        answer = guardian.post("door", send="code")
        page = answer.content.decode()
        assert answer.status_code == 409
        assert "Call the clinic to correct it." in page
        assert "Too many codes" not in page
        assert guardian.address("code") not in page

    def test_is_not_sent_for_a_link_that_was_closed_meanwhile(self, way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
        def found_and_then_closed(*given: object) -> object:
            found = visitor.open_request(*given)
            SigningRequest.objects.update(revoked_at=AT)
            return found

        monkeypatch.setattr(door, "open_request", found_and_then_closed)
        answer = way.post("door", send="code")
        assert answer.status_code == 404
        assert "Get a new link" in answer.content.decode()

    def test_alone_does_not_let_anyone_in(self, way: Way) -> None:
        answer = way.post("code", code=way.code(), pin="")
        assert answer.status_code == 400
        assert not Visit.objects.exists()

    def test_with_the_pin_lets_the_signer_in(self, way: Way) -> None:
        typed = f" {way.code()[:3]} {way.newest_code()[3:]} "
        answer = way.post("code", code=typed, pin=way.pin)
        assert answer.status_code == 303
        assert Visit.objects.count() == 1

    def test_that_is_wrong_is_forbidden_and_says_what_to_do(self, way: Way) -> None:
        way.code()
        answer = way.post("code", code="000000", pin=way.pin)
        assert answer.status_code == 403
        assert "ask for a new one" in answer.content.decode()

    def test_works_once(self, way: Way) -> None:
        code = way.come_in().newest_code()
        assert way.post("code", code=code, pin=way.pin).status_code == 403

    def test_works_for_ten_minutes(self, way: Way, clock: time_machine.Traveller) -> None:
        code = way.code()
        clock.shift(timedelta(minutes=10))
        assert way.post("code", code=code, pin=way.pin).status_code == 403

    def test_opens_no_other_link(self, way: Way, program: lives.Program) -> None:
        other = an_adult(program, AT)
        other.code()
        assert other.post("code", code=way.code(), pin=way.pin).status_code == 403


class TestThePin:
    def test_that_is_wrong_says_how_many_tries_are_left(self, way: Way) -> None:
        answers = wrong_pins(way, 4)
        assert [answer.status_code for answer in answers] == [403] * 4
        pages = [answer.content.decode() for answer in answers]
        assert [re.search(r"(\d) tr(?:y is|ies are) left", page)[1] for page in pages] == ["4", "3", "2", "1"]

    def test_that_is_wrong_five_times_closes_this_link_and_no_other(self, way: Way, program: lives.Program) -> None:
        other = an_adult(program, AT)
        assert wrong_pins(way, 5)[-1].status_code == 404
        assert way.get("door").status_code == 404
        assert ProgramEvent.objects.filter(type=EventType.SIGNING_LINK_CLOSED).count() == 1
        other.come_in()


class TestTheVisit:
    def test_is_kept_in_a_cookie_that_no_script_reads(self, way: Way) -> None:
        cookie = way.come_in().client.cookies[VISIT_COOKIE]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["max-age"]) == (True, "Lax", "/", "")
        assert cookie.value not in str(Visit.objects.values())

    def test_is_kept_in_a_cookie_of_this_host_alone(self, way: Way) -> None:
        with override_settings(HTTPS=True):
            way.at_the_forms().post("forms", switch="large")
            cookie = way.client.cookies["__Host-signing"]
            assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")
            assert way.client.cookies["__Host-print"]["secure"]
            assert way.get("forms").status_code == 200
            way.post("leave")
            assert way.client.cookies["__Host-signing"].value == ""
            assert way.client.cookies["__Host-signing"]["secure"]

    def test_begins_with_a_new_secret_each_time(self, way: Way) -> None:
        way.client.cookies[VISIT_COOKIE] = "chosen-by-someone-else"
        first = way.come_in().client.cookies[VISIT_COOKIE].value
        second = way.come_in().client.cookies[VISIT_COOKIE].value
        assert len({first, second, "chosen-by-someone-else"}) == 3

    def test_is_nobody_else_s(self, program: lives.Program) -> None:
        minor, guardian = a_minor(program, AT)
        minor.come_in()
        guardian.client = minor.client
        assert guardian.get("forms").status_code == 403
        assert minor.get("records").status_code == 200

    def test_goes_on_when_the_link_is_opened_again(self, way: Way) -> None:
        answer = way.at_the_forms().get("door")
        assert (answer.status_code, answer["Location"]) == (303, way.address("forms"))

    def test_ends_after_idle_minutes_and_says_so(self, way: Way, clock: time_machine.Traveller) -> None:
        way.at_the_forms()
        for minutes, code in ((14, 200), (14, 200), (16, 401)):
            clock.shift(timedelta(minutes=minutes))
            assert way.get("forms").status_code == code

    def test_ends_by_leaving(self, way: Way) -> None:
        answer = way.at_the_forms().post("leave")
        assert answer.status_code == 200
        assert answer["Clear-Site-Data"] == '"cache", "storage"'
        assert way.client.cookies[VISIT_COOKIE].value == ""
        assert way.get("forms").status_code == 403

    @pytest.mark.parametrize(("name", "typed", "then"), [("leave", {}, 200), ("forms", {"switch": "es"}, 303)])
    def test_that_another_tab_ended_meanwhile_fails_nowhere(
        self, way: Way, monkeypatch: pytest.MonkeyPatch, name: str, typed: dict[str, str], then: int
    ) -> None:
        def found_and_then_ended(*given: object) -> Visit | None:
            visit = visit_in(*given)
            Visit.objects.update(ended_at=AT)
            return visit

        way.at_the_forms()
        monkeypatch.setattr(visitor, "visit_in", found_and_then_ended)
        assert way.post(name, **typed).status_code == then

    def test_does_not_end_by_a_link_to_leaving(self, way: Way) -> None:
        assert way.at_the_forms().get("leave").status_code == 303
        assert way.get("forms").status_code == 200

    def test_ends_with_its_link(self, way: Way) -> None:
        way.at_the_forms()
        revoked(way, None)
        assert way.get("forms").status_code == 404


class TestAGuardian:
    def test_is_let_in_until_the_registrant_is_of_age(
        self, program: lives.Program, clock: time_machine.Traveller
    ) -> None:
        on = program_day(AT) + timedelta(days=10)
        minor, guardian = a_minor(program, AT, born_on=on.replace(year=on.year - 18))
        guardian.at_the_forms()
        for days, code in ((9, 200), (1, 404)):
            clock.shift(timedelta(days=days))
            assert guardian.get("door").status_code == code
        assert minor.get("door").status_code == 200


class TestWithdrawing:
    def test_asks_first(self, way: Way) -> None:
        way.at_the_forms()
        assert way.post("withdraw").status_code == 200
        assert way.get("forms").status_code == 200

    def test_closes_the_link_and_tells_the_clinic(self, way: Way) -> None:
        assert way.at_the_forms().post("withdraw", withdraw="yes").status_code == 200
        assert way.get("door").status_code == 404
        assert ProgramEvent.objects.filter(type=EventType.ELECTRONIC_SIGNING_WITHDRAWN).count() == 1


class TestEveryAnswer:
    @pytest.mark.parametrize("name", PAGES)
    @pytest.mark.parametrize("inside", [False, True], ids=["outside", "inside"])
    def test_is_kept_by_nobody_and_leads_nowhere(self, way: Way, name: str, inside: bool) -> None:
        if inside:
            way.at_the_forms()
        for answer in (way.get(name), way.client.put(way.address(name)), way.client.get("/sign/nothing/")):
            assert answer["Cache-Control"] == "no-store"
            assert answer["Referrer-Policy"] == "no-referrer"
            assert "noindex" in answer["X-Robots-Tag"]
            assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
            assert "default-src 'none'" in answer["Content-Security-Policy"]
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert b"http" not in re.sub(rb'xmlns="[^"]+"', b"", answer.content)

    def test_is_in_the_language_that_was_chosen(self, way: Way) -> None:
        answer = way.post("door", switch="es")
        assert (answer.status_code, answer["Location"]) == (303, way.address("door"))
        page = way.get("door").content.decode()
        assert '<html lang="es">' in page
        assert "Envíenme un código" in page

    def test_is_in_large_print_where_that_was_chosen(self, way: Way) -> None:
        way.post("door", switch="large")
        assert 'class="large"' in way.get("code").content.decode()
        way.post("door", switch="regular")
        assert 'class="large"' not in way.get("code").content.decode()

    def test_leads_back_to_an_address_that_can_be_written(self, client: Client) -> None:
        answer = client.post("/sign/a%0D%0ASet-Cookie:%20b=c/", {"switch": "es"})
        assert (answer.status_code, answer["Location"]) == (303, "/sign/a%0D%0ASet-Cookie:%20b=c/")

    def test_switches_to_nothing_else(self, way: Way) -> None:
        answer = way.post("door", switch="https://elsewhere.example")
        assert answer["Location"] == way.address("door")
        assert not answer.cookies
