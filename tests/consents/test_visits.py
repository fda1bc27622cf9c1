"""Visits: two components prove, each wrong one is counted, and what a visit needs before anything is signed."""

from datetime import timedelta

import pytest
from django.conf import settings

from consents.actions.signing import Denied, sign_electronically
from consents.actions.visits import (
    accept_disclosures,
    ask_code,
    begin_visit,
    choose_language,
    end_visit,
    initial,
    touch,
    withdraw,
)
from consents.disclosures import disclosures_in
from consents.links import state_of, visit_of
from consents.models import Initial, SigningCode, SigningRequest, Visit
from consents.secrets import digest_of_token
from consents.vocabulary import LinkState, Proof
from pledge.models import EventType
from pledge.rules.refusals import Rejected
from pledge.rules.vocabulary import Signer
from pledge.trail import SYSTEM, By, by_registrant
from tests import lives, signers
from tests.pledge.happened import events, fresh, rejected, rows, types

pytestmark = pytest.mark.django_db
AT = lives.UNDER_2026
IDLE = timedelta(minutes=settings.SIGNING_IDLE_MINUTES)
WRONG_PIN = "000111"


def after(minutes: float):
    return AT + timedelta(minutes=minutes)


@pytest.fixture
def request_(life):
    return signers.invited(life, AT)


def others_than(life):
    """Everyone but the registrant themselves."""
    stranger = lives.registered(life.program, AT)
    return {
        "the prescriber": life.program.clinic,
        "the program": life.program.administrator,
        "a pharmacy": life.program.counter,
        "the system": SYSTEM,
        "another registrant": by_registrant(stranger.registrant),
        "their guardian": by_registrant(life.registrant, "guardian"),
        "who says so alone": By("registrant", str(life.registrant.pk), "registrant"),
    }


class TestACode:
    def test_is_six_digits_and_kept_as_a_digest_only(self, request_):
        code = signers.a_code(request_, AT)
        assert len(code) == 6
        assert code.isdigit()
        assert code not in str(rows()["consents.SigningCode"])

    def test_lives_ten_minutes(self, request_):
        code = signers.a_code(request_, AT)
        late = signers.coming(request_, after(settings.SIGNING_CODE_MINUTES), code=code)
        assert late.proof is Proof.WRONG_CODE
        in_time = signers.coming(request_, after(settings.SIGNING_CODE_MINUTES - 0.1), code=code)
        assert in_time.proof is Proof.PROVEN

    def test_serves_once(self, request_):
        code = signers.a_code(request_, AT)
        assert signers.coming(request_, AT, code=code).proof is Proof.PROVEN
        assert signers.coming(request_, AT, code=code).proof is Proof.WRONG_CODE

    def test_ends_with_the_next_one(self, request_):
        old, new = signers.a_code(request_, AT), signers.a_code(request_, AT)
        assert signers.coming(request_, AT, code=old).proof is Proof.WRONG_CODE
        assert signers.coming(request_, AT, code=new).proof is Proof.PROVEN

    def test_of_another_link_does_not_serve(self, program, request_):
        other = signers.a_code(signers.invited(lives.registered(program, AT), AT), AT)
        signers.a_code(request_, AT)
        assert signers.coming(request_, AT, code=other).proof is Proof.WRONG_CODE

    def test_bears_so_many_wrong_tries(self, request_):
        code = signers.a_code(request_, AT)
        for _ in range(settings.SIGNING_CODE_TRIES):
            assert signers.coming(request_, AT, code="x").proof is Proof.WRONG_CODE
        assert signers.coming(request_, AT, code=code).proof is Proof.WRONG_CODE

    def test_is_asked_for_so_often_an_hour(self, request_):
        for minute in range(settings.SIGNING_CODES_AN_HOUR):
            signers.a_code(request_, after(minute))
        by = signers.by_signer(request_)
        rejected(ask_code, "code", request=request_, by=by, at=after(59))
        assert ask_code(request=request_, by=by, at=after(60))

    def test_is_not_sent_more_often_through_a_new_link(self, life, request_):
        for minute in range(settings.SIGNING_CODES_AN_HOUR):
            signers.a_code(request_, after(minute))
        again = signers.invited(life, after(10))
        rejected(ask_code, "code", request=again, by=signers.by_signer(again), at=after(11))

    def test_is_not_sent_for_a_link_that_is_not_open(self, request_):
        by = signers.by_signer(request_)
        rejected(ask_code, "link", request=request_, by=by, at=request_.expires_at)
        assert SigningCode.objects.count() == 0


class TestBeginning:
    def test_needs_code_and_pin(self, request_):
        begun = signers.coming(request_, AT)
        assert (begun.proof, begun.pins_left) == (Proof.PROVEN, settings.SIGNING_PIN_TRIES)
        assert visit_of(begun.token, AT) == begun.visit
        assert begun.token not in str(rows())
        assert begun.visit.token_digest == digest_of_token(begun.token)

    def test_keeps_from_where_and_with_what(self, request_):
        visit = signers.coming(request_, AT, language="es").visit
        assert (visit.address, visit.agent, visit.language) == (signers.ADDRESS, signers.AGENT, "es")

    @pytest.mark.parametrize(
        ("said", "kept"),
        [
            ({"address": "not an address"}, ("address", None)),
            ({"address": None}, ("address", None)),
            ({"agent": "x" * 500}, ("agent", "x" * 200)),
            ({"agent": "a\0b\nc"}, ("agent", "abc")),
            ({"language": "fr"}, ("language", "en")),
        ],
    )
    def test_takes_whatever_a_browser_says(self, request_, said, kept):
        given = {"address": "192.0.2.1", "agent": "x", "language": "en", **said}
        code = signers.a_code(request_, AT)
        pin = signers.PINS[Signer.REGISTRANT]
        by = signers.by_signer(request_)
        begun = begin_visit(request=request_, code=code, pin=pin, **given, by=by, at=AT)
        assert getattr(fresh(begun.visit), kept[0]) == kept[1]

    def test_with_the_link_and_a_code_alone_proves_nothing(self, request_):
        code = signers.a_code(request_, AT)
        given = {"address": None, "agent": "", "language": "en", "by": signers.by_signer(request_), "at": AT}
        begun = begin_visit(request=request_, code=code, pin="", **given)
        assert (begun.proof, begun.visit, begun.token) == (Proof.WRONG_PIN, None, "")
        assert fresh(request_).bad_pins == 0

    @pytest.mark.parametrize("code", ["", "000000", "abc", "１２３４５６", "\0", "9" * 5000])  # noqa: RUF001
    def test_with_the_pin_and_no_right_code_proves_nothing(self, request_, code):
        signers.a_code(request_, AT)
        begun = signers.coming(request_, AT, code=code or " ")
        assert begun == (Proof.WRONG_CODE, None, "", settings.SIGNING_PIN_TRIES)
        assert not Visit.objects.exists()

    def test_with_a_wrong_code_judges_no_pin(self, request_):
        signers.a_code(request_, AT)
        signers.coming(request_, AT, code="x", pin=WRONG_PIN)
        assert fresh(request_).bad_pins == 0

    def test_anew_ends_the_visit_before(self, request_):
        first, second = signers.coming(request_, AT), signers.coming(request_, AT)
        assert visit_of(first.token, AT) is None
        assert visit_of(second.token, AT) == second.visit

    def test_with_another_ones_pin_proves_nothing(self, program):
        life = signers.a_minor(program, AT)
        mine, theirs = (signers.invited(life, AT, signer=who) for who in (Signer.REGISTRANT, Signer.GUARDIAN))
        assert signers.coming(mine, AT, pin=signers.PINS[Signer.GUARDIAN]).proof is Proof.WRONG_PIN
        assert signers.coming(theirs, AT).proof is Proof.PROVEN

    def test_is_only_the_signers(self, life, request_):
        given = {"request": request_, "code": "1", "pin": "1", "address": None, "agent": "", "language": "en"}
        for by in others_than(life).values():
            with types() as told, pytest.raises(Denied):
                begin_visit(**given, by=by, at=AT)
            assert told == [EventType.SIGNING_DENIED]


class TestWrongPins:
    def test_are_counted_and_the_fifth_closes_the_link(self, request_):
        code = signers.a_code(request_, AT)
        with events() as told:
            left = [signers.coming(request_, AT, code=code, pin=WRONG_PIN).pins_left for _ in range(5)]
        assert left == [4, 3, 2, 1, 0]
        assert [event.type for event in told] == [EventType.SIGNING_DENIED] * 5 + [EventType.SIGNING_LINK_CLOSED]
        assert {event.registrant_id for event in told} == {request_.registrant_id}
        assert told[-1].subject_id == request_.pk
        assert state_of(fresh(request_), AT) is LinkState.CLOSED

    def test_leave_no_way_in_even_with_the_right_one(self, request_):
        code = signers.a_code(request_, AT)
        for _ in range(5):
            signers.coming(request_, AT, code=code, pin=WRONG_PIN)
        assert signers.coming(request_, AT, code=code).proof is Proof.LINK_NOT_OPEN

    def test_leave_other_links_alone(self, program, request_):
        other = signers.invited(lives.registered(program, AT), AT)
        signers.closed(request_, AT)
        assert signers.coming(other, AT).proof is Proof.PROVEN

    def test_end_the_visits_through_the_link(self, request_):
        begun = signers.coming(request_, AT)
        signers.closed(request_, AT)
        assert visit_of(begun.token, AT) is None

    def test_are_forgotten_once_it_was_right(self, request_):
        signers.coming(request_, AT, pin=WRONG_PIN)
        signers.coming(request_, AT)
        assert fresh(request_).bad_pins == 0

    def test_are_in_no_event(self, request_):
        with events() as told:
            signers.coming(request_, AT, pin="907133")
        assert "907133" not in str([event.changes for event in told])


class TestAVisit:
    def test_ends_after_idle_minutes(self, request_):
        token = signers.coming(request_, AT).token
        assert visit_of(token, AT + IDLE)
        assert visit_of(token, AT + IDLE + timedelta(seconds=1)) is None

    def test_goes_on_while_it_is_touched_and_no_longer(self, request_):
        begun, by = signers.coming(request_, AT), signers.by_signer(request_)
        assert touch(visit=begun.visit, by=by, at=AT + IDLE)
        assert visit_of(begun.token, AT + IDLE * 2)
        assert not touch(visit=begun.visit, by=by, at=AT + IDLE * 3)
        assert visit_of(begun.token, AT + IDLE * 2 + timedelta(seconds=1)) is None

    def test_is_touched_by_nobody_else(self, life, visit):
        for by in others_than(life).values():
            assert not touch(visit=visit, by=by, at=after(1))
        assert fresh(visit).last_seen_at == AT

    def test_ends_by_leaving_and_keeps_the_initials(self, life, visit):
        signers.initialed(visit, AT, but=frozenset({12}))
        end_visit(visit=visit, by=signers.by_signer(visit.request), at=AT)
        with pytest.raises(Rejected, match="visit has ended"):
            signers.accepted(visit, AT)
        again = signers.visiting(life, after(60))
        assert Initial.objects.filter(request=again.request).count() == 11

    def test_dead_serves_for_nothing(self, visit):
        late = AT + IDLE + timedelta(seconds=1)
        text, by = signers.left_in(visit, AT)[0], signers.by_signer(visit.request)
        given = {"visit": visit, "by": by, "at": late}
        rejected(accept_disclosures, "visit", reading_code="x", disclosures=disclosures_in("en"), **given)
        rejected(initial, "visit", text=text, number=1, initials="RR", **given)
        rejected(sign_electronically, "visit", text=text, name="Robin Reyes", pin="481516", **given)
        rejected(choose_language, "visit", language="es", **given)
        rejected(withdraw, "visit", **given)
        rejected(end_visit, "visit", **given)

    def test_of_a_guardian_ends_with_the_birthday(self, program):
        life = signers.a_minor(program, AT, turns_18_in=1)
        signers.invited(life, AT, signer=Signer.GUARDIAN)
        midnight = after(60 * 14)  # the program's day ends at midnight in the east
        late = signers.visiting(life, midnight - timedelta(minutes=5), signer=Signer.GUARDIAN)
        assert touch(visit=late, by=signers.by_signer(late.request), at=midnight - timedelta(minutes=1))
        rejected(choose_language, "visit", visit=late, language="es", by=signers.by_signer(late.request), at=midnight)
        assert signers.coming(late.request, midnight, code="1").proof is Proof.LINK_NOT_OPEN


class TestDisclosures:
    def test_are_accepted_by_typing_the_code_in_the_document(self, life):
        visit = signers.visiting(life, AT, informed=False)
        typed = f" {visit.reading_code[:3].lower()}-{visit.reading_code[3:]} "
        by, said = signers.by_signer(visit.request), disclosures_in("en")
        with events() as told:
            accept_disclosures(visit=visit, reading_code=typed, disclosures=said, by=by, at=AT)
        kept = fresh(visit)
        assert (kept.disclosures, kept.disclosures_accepted_at) == (f"{said.version}.en", AT)
        assert told[0].changes["disclosures"] == {"digest": [None, said.digest]}

    @pytest.mark.parametrize("typed", ["", "AAAAAA", "é", "\0"])
    def test_with_a_wrong_code_are_not(self, life, typed):
        visit = signers.visiting(life, AT, informed=False)
        given = {"disclosures": disclosures_in("en"), "by": signers.by_signer(visit.request), "at": AT}
        rejected(accept_disclosures, "reading_code", visit=visit, reading_code=typed, **given)

    def test_are_asked_for_in_each_visit(self, life, visit):
        again = signers.visiting(life, after(1), informed=False)
        text = signers.left_in(again, AT)[0]
        given = {"visit": again, "text": text, "by": signers.by_signer(again.request), "at": after(1)}
        rejected(initial, "disclosures", number=1, initials="RR", **given)

    def test_in_another_visit_do_not_serve_for_signing_in_this_one(self, life, visit):
        text = signers.initialed(visit, AT)
        again = signers.visiting(life, after(1), informed=False)
        by = signers.by_signer(again.request)
        rejected(sign_electronically, "disclosures", visit=again, text=text, name="Robin Reyes", by=by, at=after(1))


class TestInitialing:
    def asked(self, visit, **others):
        text = signers.left_in(visit, AT)[0]
        given = {"visit": visit, "text": text, "number": 1, "initials": "R.R."}
        return {**given, "by": signers.by_signer(visit.request), "at": AT, **others}

    def test_keeps_each_with_its_own_time(self, visit):
        for number in (2, 1):
            initial(**self.asked(visit, number=number, at=after(number)))
        kept = Initial.objects.order_by("number").values_list("number", "initials", "initialed_at", "visit")
        assert list(kept) == [(1, "R.R.", after(1), visit.pk), (2, "R.R.", after(2), visit.pk)]

    def test_again_gives_the_one_that_stands(self, visit):
        first = initial(**self.asked(visit))
        with types() as told:
            assert initial(**self.asked(visit, initials="X.")) == first
        assert told == []

    @pytest.mark.parametrize("written", ["", " ", "1", "...", "R1", "R" * 9, "R\0", "<b>"])
    def test_takes_letters_and_periods(self, visit, written):
        rejected(initial, "initials", **self.asked(visit, initials=written))

    @pytest.mark.parametrize("written", ["R", "Ñ.", "R. R.", "E\u0301"])
    def test_takes_any_letters(self, visit, written):
        assert initial(**self.asked(visit, initials=written))

    @pytest.mark.parametrize("number", [0, -1, 13, 99])
    def test_takes_the_statements_there_are(self, visit, number):
        rejected(initial, "number", **self.asked(visit, number=number))

    def test_takes_the_form_that_is_left_in_the_language_chosen(self, visit):
        spanish = signers.texts_to_sign(visit.request, "es", AT)[0]
        rejected(initial, "text", **self.asked(visit, text=spanish))
        signed = signers.signed_in(visit, AT).text
        rejected(initial, "text", **self.asked(visit, text=signed, number=99))

    def test_is_only_the_signers(self, life, visit):
        for by in others_than(life).values():
            with types() as told, pytest.raises(Denied):
                initial(**self.asked(visit, by=by))
            assert told == [EventType.SIGNING_DENIED]
        assert not Initial.objects.exists()

    def test_goes_on_in_another_language_and_keeps_what_was_done(self, visit):
        informed, by = signers.left_in(visit, AT)[0], signers.by_signer(visit.request)
        initial(**self.asked(visit))
        spanish = choose_language(visit=visit, language="es", by=by, at=AT)
        text = signers.left_in(spanish, AT)[0]
        assert (text.language, text.form_version) == ("es", informed.form_version)
        assert not Initial.objects.filter(text=text).exists()
        initial(**self.asked(spanish, text=text))
        back = choose_language(visit=visit, language="en", by=by, at=AT)
        assert signers.left_in(back, AT)[0] == informed
        assert Initial.objects.filter(text=informed).count() == 1

    def test_goes_on_in_no_language_that_no_form_is_written_in(self, visit):
        by = signers.by_signer(visit.request)
        rejected(choose_language, "language", visit=visit, language="fr", by=by, at=AT)


class TestWithdrawing:
    def test_ends_electronic_signing_and_leaves_what_was_signed(self, visit):
        signature = signers.signed_in(visit, AT)
        with types() as told:
            signers.withdrawn(visit, AT)
        assert told == [EventType.ELECTRONIC_SIGNING_WITHDRAWN]
        assert state_of(fresh(visit.request), AT) is LinkState.WITHDRAWN
        assert fresh(signature).binding
        assert signers.coming(visit.request, AT, code="1").proof is Proof.LINK_NOT_OPEN

    def test_goes_on_on_paper(self, life, visit):
        signers.withdrawn(visit, AT)
        signers.on_paper(life, AT)
        signers.countersigned(life, AT)
        assert life.registrant.course.enrolled_on

    def test_is_only_the_signers(self, life, visit):
        for by in others_than(life).values():
            with types() as told, pytest.raises(Denied):
                withdraw(visit=visit, by=by, at=AT)
            assert told == [EventType.SIGNING_DENIED]
        assert SigningRequest.objects.get().withdrawn_at is None
