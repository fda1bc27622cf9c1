"""The demo's program holds every state on whatever day it is played, and no step of its story is refused."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from django.contrib.auth.models import User

from config.demo.program import play
from config.demo.stage import Stage
from consents.admin.countersigning import waiting_for
from consents.models import ConsentRecord, SignedConsent, SigningRequest
from consents.owed import texts_to_sign
from consents.vocabulary import LinkState
from notifications.models import PharmacyMessage
from pledge.admin.oversight.approvals import stands
from pledge.admin.oversight.duplicates import likely_duplicates
from pledge.admin.visitor import Role, visitor_behind
from pledge.eligibility import eligibility_of
from pledge.models import (
    Authorization,
    Designee,
    Deviation,
    EventType,
    FollowUp,
    Pharmacy,
    Prescriber,
    ProgramEvent,
    Registrant,
)
from pledge.rules.calendar import program_day
from pledge.rules.refusals import RefusalCode
from pledge.rules.vocabulary import AuthorizationStatus

CLOCKS = ("07:00", "08:40", "09:05", "12:30", "16:45", "18:00")
EVERY_STATE = {
    RefusalCode.CONSENT_MISSING,
    RefusalCode.GUARDIAN_CONSENT_MISSING,
    RefusalCode.SCREENING_TEST_MISSING,
    RefusalCode.WAITING_PERIOD,
    RefusalCode.TEST_MISSING,
    RefusalCode.OUTSIDE_CYCLE_DAYS,
    RefusalCode.HOME_TEST_NOT_PERMITTED,
    RefusalCode.COUNSELING_MISSING,
    RefusalCode.QUESTIONS_MISSING,
    RefusalCode.CONTRACEPTION_MISMATCH,
    RefusalCode.RESULT_NOT_NEGATIVE,
    RefusalCode.WINDOW_EXPIRED,
    RefusalCode.ON_HOLD,
    RefusalCode.TREATMENT_ENDED,
    RefusalCode.AUTHORIZATION_ACTIVE,
    RefusalCode.SUPPLY_OVER_LIMIT,
}
NOWS = pytest.mark.parametrize(
    "now",
    [
        pytest.param(datetime(2026, 12, 10, 20, 0, tzinfo=UTC), id="an afternoon"),
        pytest.param(datetime(2026, 11, 22, 5, 2, tzinfo=UTC), id="two minutes past the program's midnight"),
        pytest.param(datetime(2026, 5, 20, 12, 10, tzinfo=UTC), id="an early morning under the 2021 edition"),
        pytest.param(datetime(2026, 11, 1, 15, 0, tzinfo=UTC), id="the day the clocks go back"),
        pytest.param(datetime(2028, 3, 1, 4, 30, tzinfo=UTC), id="the last minutes of a leap day"),
    ],
)


@NOWS
class TestTheStage:
    def test_draws_todays_hours_together_so_that_all_have_passed(self, now):
        stage = Stage(now)
        moments = [stage.moment(0, clock) for clock in CLOCKS]
        assert all(earlier < later for earlier, later in pairwise(moments))
        assert moments[-1] <= now
        assert {program_day(at) for at in moments} == {program_day(now)}

    def test_leaves_other_days_as_they_are(self, now):
        at = Stage(now).moment(-1, "09:05")
        assert (program_day(now) - program_day(at)).days == 1

    def test_plays_in_order_of_time_and_never_beyond_now(self, now):
        stage, played = Stage(now), []

        def arc(*days):
            for day in days:
                at = stage.moment(day, "09:05")
                yield at
                played.append(at)

        assert stage.play([arc(-3, -1, 1), arc(-2, 0, 2)]) == []
        assert played == sorted(played)
        assert len(played) == 4


def check_signing(book, now):
    """An adult and a minor with a guardian are invited, one waits for the countersignature, one is sealed."""
    requests = {(one.name, one.role): SigningRequest.objects.get(registrant__number=one.number, signer=one.role)
                for one in book}  # fmt: skip
    left = {who: bool(texts_to_sign(request, "en", now)) for who, request in requests.items()}
    assert Counter(left.values()) == {True: 3, False: 2}
    assert Counter(role for _, role in left) == {"registrant": 4, "guardian": 1}
    assert {request.state(now) for request in requests.values()} == {LinkState.OPEN}
    assert all(len(one.pin) == 6 for one in book)
    waiting = waiting_for(Prescriber.objects.order_by("pk")[0], program_day(now))
    assert any(one.signed[0].text is not None for one in waiting)
    assert not SignedConsent.objects.filter(signer_name="").exists()
    sealed = ConsentRecord.objects.exclude(sealed_at=None)
    assert [bytes(record.document)[:5] for record in sealed] == [b"%PDF-", b"%PDF-"]


def check_what_an_administrator_can_try(now):
    """One pair to merge, rules that one more approves, and a trail that says who set up their authenticator."""
    (pair,) = likely_duplicates()
    assert pair.kept.name == pair.other.name == "Hazel Hunt"
    (waits,) = [stand for stand in stands(program_day(now)) if stand.waits and stand.approvals]
    assert (waits.missing, [row.approved_by_name for row in waits.approvals]) == (1, ["Bruno Baker"])
    set_up = ProgramEvent.objects.filter(type=EventType.AUTHENTICATOR_SET_UP)
    who = dict(set_up.values_list("actor_name", "actor_kind"))
    assert who["Dr. Paula Prescott"] == "prescriber"
    assert (who["Dana Diaz"], who["Ada Albright"], who["Avery Ahn"]) == ("designee", "program", "auditor")


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
class TestTheProgram:
    def test_holds_every_state(self):
        now = datetime(2026, 12, 10, 5, 1, tzinfo=UTC)  # a minute past midnight, when today has no hours yet
        played = play(now, nights=False)
        assert played.stumbled == []
        assert (Prescriber.objects.count(), Designee.objects.count(), Pharmacy.objects.count()) == (3, 1, 3)
        pharmacy = Pharmacy.objects.order_by("pk")[0]
        decisions = [eligibility_of(row, pharmacy, 30, now) for row in Registrant.objects.not_merged()]
        codes = Counter(refusal.code for decision in decisions for refusal in decision.refusals)
        assert set(codes) >= EVERY_STATE
        assert len(decisions) >= 40
        assert sum(decision.allowed for decision in decisions) >= 6
        ends = {decision.do_not_dispense_after for decision in decisions if decision.allowed}
        today = program_day(now)
        assert {(end - today).days for end in ends if end} >= {0, 1, 3}
        statuses = set(Authorization.objects.values_list("status", flat=True))
        assert statuses >= set(AuthorizationStatus) - {AuthorizationStatus.SUSPENDED}
        assert Deviation.objects.count() == 2
        assert PharmacyMessage.objects.filter(pharmacy=pharmacy).exists()  # for GET /events
        check_signing(played.signers, now)
        visitors = {user.username: visitor_behind(user, program_day(now)) for user in User.objects.all()}
        administrators = {name for name, visitor in visitors.items() if visitor and visitor.role is Role.PROGRAM}
        assert administrators == {"ada", "bruno"}  # nobody approves the words that they wrote
        assert FollowUp.objects.filter(done_at=None).count() == 1
        check_what_an_administrator_can_try(now)
