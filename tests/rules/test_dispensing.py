"""Sections 6, 7 and 13: may a pharmacy be authorized, may it dispense, and until when."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.rules.dispensing import (
    Decision,
    authorizing,
    death_of,
    dispensing,
    is_live,
    last_usable_day,
    needs_window,
    overlays_of,
    standing_refusals,
)
from pledge.rules.editions import edition_named, edition_on
from pledge.rules.refusals import Refusal, RefusalCode
from pledge.rules.vocabulary import AuthorizationStatus
from tests.rules.builders import (
    CANNOT,
    CERTIFIED,
    FEW,
    HOME,
    MEDICAL,
    OTHER_CLINIC,
    PILL_AND_CONDOM,
    SUSPENDED,
    answered,
    authorization,
    can,
    cannot,
    certified_through,
    complete,
    confirmed,
    course,
    dated,
    day,
    indeterminate,
    moved,
    negative,
    plus,
    positive,
    reasons,
    visit_window,
    window,
)

T1 = negative("2024-01-15", MEDICAL)
T2 = negative("2024-02-14")
MEDICAL_T2 = negative("2024-02-14", MEDICAL)
READY = can(T1, T2, windows=[complete("2024-02-14")])
ISSUED = authorization("2024-02-15", last="2024-02-20")

NO_T1, NO_TEST, WAIT = "screening_test_missing", "test_missing", "waiting_period"
UNCOUNSELED, UNANSWERED, MISMATCH = "counseling_missing", "questions_missing", "contraception_mismatch"
LOCKED, EXPIRED, IN_CLOSED = "locked_out", "window_expired", "specimen_in_closed_window"
ACTIVE, OVER = "authorization_active", "supply_over_limit"
DISCRETION = ("2020-discretion",)


def asked(record, on: str, days_supply: int = 30, pharmacy=CERTIFIED) -> Decision:
    return authorizing(record, pharmacy, days_supply, day(on))


def handed_over(record, on: str, authorized=ISSUED, pharmacy=CERTIFIED) -> Decision:
    return dispensing(record, authorized, pharmacy, day(on))


class TestARequest:
    def test_with_every_step_done_is_granted_until_the_windows_last_day(self):
        assert asked(READY, "2024-02-20") == Decision((), "2021", (), day("2024-02-20"), 1)

    def test_that_is_granted_is_allowed(self):
        assert asked(READY, "2024-02-16").allowed
        assert not Decision((Refusal(RefusalCode.ON_HOLD),), "2021", (), None, None).allowed

    @pytest.mark.parametrize(
        ("record", "on", "refused"),
        [
            pytest.param(can(), "2024-01-15", [NO_T1, WAIT, NO_TEST, UNCOUNSELED, UNANSWERED], id="with nothing done"),
            pytest.param(can(T1), "2024-01-15", [WAIT, NO_TEST, UNCOUNSELED, UNANSWERED], id="with T1 alone"),
            pytest.param(can(T1), "2024-02-14", [NO_TEST, UNCOUNSELED, UNANSWERED], id="with T1 alone, wait over"),
            pytest.param(can(T1, T2), "2024-02-14", [UNCOUNSELED, UNANSWERED], id="with T2, unconfirmed"),
            pytest.param(
                can(T1, T2, windows=[complete("2024-02-14", answered=None)]), "2024-02-14", [UNANSWERED],
                id="confirmed, unanswered",
            ),
            pytest.param(
                can(T1, T2, windows=[complete("2024-02-14", answered=answered(PILL_AND_CONDOM))]), "2024-02-14",
                [MISMATCH], id="answered with other methods",
            ),
            pytest.param(
                can(T1, T2, windows=[complete("2024-02-14", used=30)]), "2024-02-21",
                [NO_TEST, UNCOUNSELED, UNANSWERED], id="after a used window: nothing is expired",
            ),
            pytest.param(
                can(T1, T2, windows=[complete("2024-02-14")]), "2024-02-21",
                [LOCKED, EXPIRED, UNCOUNSELED, UNANSWERED], id="after a missed first window",
            ),
            pytest.param(
                can(T1, T2, negative("2024-03-14"), windows=[complete("2024-02-14", used=30), complete("2024-03-14")]),
                "2024-03-21", [EXPIRED, UNCOUNSELED, UNANSWERED], id="after a missed later window",
            ),
            pytest.param(
                can(T1, T2, negative("2024-02-18"), windows=[complete("2024-02-14", used=30)]), "2024-02-21",
                [IN_CLOSED, UNCOUNSELED, UNANSWERED], id="with a specimen from the closed window",
            ),
            pytest.param(
                can(T1, T2, indeterminate("2024-02-16"), windows=[complete("2024-02-14")]), "2024-02-16",
                ["result_not_negative"], id="with a later indeterminate",
            ),
            pytest.param(
                can(T1, T2, windows=[complete("2024-02-14", confirmed=confirmed(by=OTHER_CLINIC))]), "2024-02-16",
                [UNCOUNSELED], id="after a transfer",
            ),
            pytest.param(
                can(T1, T2, windows=[complete("2024-02-14", confirmed=None)]), "2024-02-16", [UNCOUNSELED, OVER],
                id="in a window nobody confirmed",
            ),
            pytest.param(
                can(T1, T2, positive("2024-02-16"), windows=[complete("2024-02-14", last="2024-02-16", stopped=True)],
                    hold_since=day("2024-02-16")),
                "2024-02-16",
                ["on_hold", LOCKED, "result_not_negative", IN_CLOSED, UNCOUNSELED, UNANSWERED],
                id="on hold after a positive test",
            ),
            pytest.param(
                READY._replace(prescriber=SUSPENDED), "2024-02-16", ["prescriber_not_certified"],
                id="with a suspended prescriber",
            ),
            pytest.param(
                can(T1, T2, windows=[complete("2024-02-14")], course=course(ended_on=day("2024-02-15"))), "2024-02-16",
                ["treatment_ended"], id="after the ending: the month is not judged",
            ),
            pytest.param(
                can(T1, enrolled=None), "2024-01-20", ["consent_missing", NO_TEST, UNCOUNSELED, UNANSWERED],
                id="without consent: the wait is not named",
            ),
            pytest.param(READY._replace(authorization=ISSUED), "2024-02-16", [ACTIVE], id="while another is live"),
            pytest.param(
                READY._replace(authorization=ISSUED._replace(status=AuthorizationStatus.SUSPENDED)), "2024-02-16",
                [ACTIVE], id="while another is suspended",
            ),
        ],
    )  # fmt: skip
    def test_is_told_every_step_not_yet_done(self, record, on, refused):
        assert reasons(asked(record, on).refusals) == refused

    def test_is_refused_at_a_pharmacy_that_is_not_active(self):
        assert reasons(asked(READY, "2024-02-16", pharmacy=SUSPENDED).refusals) == ["pharmacy_not_certified"]

    def test_names_the_days_on_which_reasons_clear(self):
        assert dated(asked(can(T1), "2024-01-20").refusals) == {
            WAIT: "2024-02-14", NO_TEST: "2024-02-14", UNCOUNSELED: None, UNANSWERED: None,
        }  # fmt: skip

    def test_with_a_specimen_from_inside_the_lockout_is_told_so_after_it(self):
        record = can(T1, T2, negative("2024-03-03"), windows=[complete("2024-02-14")])
        told = dated(asked(record, "2024-03-05").refusals)
        assert told == {LOCKED: "2024-03-05", UNCOUNSELED: None, UNANSWERED: None}

    @pytest.mark.parametrize(
        ("tests", "refused"),
        [
            pytest.param([negative("2024-02-22", MEDICAL)], [WAIT, NO_TEST, UNCOUNSELED, UNANSWERED], id="T1"),
            pytest.param(
                [indeterminate("2024-02-22", MEDICAL)],
                [NO_T1, "result_not_negative", WAIT, NO_TEST, UNCOUNSELED, UNANSWERED],
                id="an indeterminate before T1",
            ),
        ],
    )
    def test_of_a_new_course_is_free_of_the_old_lockout_once_it_is_over(self, tests, refused):
        begun = course("2024-02-22", number=2, tests_from=day("2024-02-22"))
        record = can(*tests, windows=[complete("2024-02-14")], course=begun)
        assert reasons(asked(record, "2024-03-03").refusals) == [LOCKED, *refused]
        assert reasons(asked(record, "2024-03-04").refusals) == refused

    @pytest.mark.parametrize(
        ("other", "refused"),
        [
            pytest.param(complete("2024-03-10", used=30), ["window_already_open"], id="while the other is open"),
            pytest.param(complete("2024-03-05", used=30), [], id="once the other has closed"),
            pytest.param(complete("2024-03-10", used=30, cancelled=True), [], id="where the other was cancelled"),
            pytest.param(complete("2024-03-10", used=30, course=2), [], id="where the other is of another course"),
        ],
    )
    def test_in_a_window_that_a_correction_laid_over_another(self, other, refused):
        newest = negative("2024-03-14")
        record = can(T1, T2, newest, windows=[complete("2024-02-14", used=30), other, complete("2024-03-14")])
        assert reasons(asked(record, "2024-03-14").refusals) == refused
        authorized = authorization("2024-03-14", last="2024-03-20", window_id=3)
        assert handed_over(record, "2024-03-14", authorized).allowed

    def test_gives_nothing_without_a_window(self):
        told = asked(can(T1, T2), "2024-02-14")
        assert (told.do_not_dispense_after, told.window_id) == (None, None)


class TestTheEditionAndOverlays:
    @pytest.mark.parametrize(
        ("on", "name"), [("2024-02-16", "2021"), ("2026-11-14", "2021"), ("2026-11-15", "2026")], ids=str
    )
    def test_of_a_decision_are_those_of_the_act(self, on, name):
        assert asked(READY, on).edition == name
        assert handed_over(READY, on).edition == name

    @pytest.mark.parametrize(
        ("record", "on", "named"),
        [
            pytest.param(
                can(T1, MEDICAL_T2, windows=[complete("2024-02-14")]), "2024-02-16", DISCRETION,
                id="name it for a medical T2",
            ),
            pytest.param(READY, "2024-02-16", (), id="name none for a laboratory T2"),
            pytest.param(can(T1, MEDICAL_T2), "2024-02-16", DISCRETION, id="name it for the newest test"),
            pytest.param(can(T1), "2024-02-16", (), id="name none for T1"),
            pytest.param(can(), "2024-02-16", (), id="name none without a test"),
            pytest.param(
                can(T1, MEDICAL_T2, windows=[complete("2024-02-14")], course=course(ended_on=day("2024-02-15"))),
                "2024-02-16", (), id="name none after the ending",
            ),
            pytest.param(
                can(T1, MEDICAL_T2, windows=[complete("2024-02-14")], category=CANNOT), "2024-02-16", (),
                id="name none for who cannot become pregnant",
            ),
            pytest.param(
                can(T1, T2, negative("2024-02-16", MEDICAL), windows=[complete("2024-02-14")]), "2024-02-16", (),
                id="name none for a test beside the window's own",
            ),
            pytest.param(
                can(T1, MEDICAL_T2, negative("2024-02-16"), windows=[complete("2024-02-14")]), "2024-02-16",
                DISCRETION, id="name it for the window's own beside a laboratory's",
            ),
            pytest.param(
                can(T1, MEDICAL_T2, windows=[complete("2024-02-14", used=30)]), "2024-02-21", (),
                id="name none for a spent test",
            ),
        ],
    )  # fmt: skip
    def test_relied_on(self, record, on, named):
        assert asked(record, on).overlays == named

    def test_stay_with_a_window_open_across_the_switch(self):
        record = can(
            negative("2026-10-01", MEDICAL), negative("2026-11-10", MEDICAL), enrolled="2026-10-01",
            windows=[complete("2026-11-10")],
        )  # fmt: skip
        assert asked(record, "2026-11-16") == Decision((), "2026", DISCRETION, day("2026-11-16"), 1)

    def test_are_told_with_a_dispense_too(self):
        record = can(T1, MEDICAL_T2, windows=[complete("2024-02-14")])
        assert handed_over(record, "2024-02-16").overlays == DISCRETION
        assert overlays_of(record, record.windows[0], day("2024-02-16")) == DISCRETION


class TestTheSupply:
    @pytest.mark.parametrize(
        ("opened", "days_supply", "refused"),
        [
            pytest.param(complete("2024-02-14"), 30, False, id="thirty of thirty days"),
            pytest.param(complete("2024-02-14"), 31, True, id="thirty-one days"),
            pytest.param(
                complete("2024-02-14", confirmed=confirmed(days_supply=15)), 15, False, id="what was confirmed"
            ),
            pytest.param(
                complete("2024-02-14", confirmed=confirmed(days_supply=15)), 16, True, id="more than confirmed"
            ),
            pytest.param(complete("2024-02-14", confirmed=confirmed(days_supply=45)), 31, True, id="more than thirty"),
            pytest.param(complete("2024-02-14", used=10), 20, False, id="what is left of the window"),
            pytest.param(complete("2024-02-14", used=10), 21, True, id="more than is left of the window"),
            pytest.param(complete("2024-02-14", used=30), 1, True, id="anything after thirty days"),
        ],
    )
    def test_of_one_window_is_what_was_confirmed_and_thirty_days(self, opened, days_supply, refused):
        record = can(T1, T2, windows=[opened])
        told = [OVER] if refused else []
        assert reasons(asked(record, "2024-02-16", days_supply).refusals) == told
        again = authorization("2024-02-15", last="2024-02-20", days_supply=days_supply)
        assert reasons(handed_over(record, "2024-02-16", again).refusals) == told

    def test_of_a_window_that_nobody_confirmed_is_none(self):
        record = can(T1, T2, windows=[complete("2024-02-14", confirmed=None)])
        assert OVER in reasons(asked(record, "2024-02-16", 1).refusals)

    def test_without_a_window_is_thirty_days(self):
        assert asked(cannot(), "2026-12-01", 30).allowed
        assert dated(asked(cannot(), "2026-12-01", 31).refusals) == {OVER: None}

    @pytest.mark.parametrize(
        ("through", "on", "clears"),
        [
            pytest.param("2026-12-30", "2026-12-22", "2026-12-23", id="2026: not with eight days left"),
            pytest.param("2026-12-30", "2026-12-23", None, id="2026: with seven days left"),
            pytest.param("2026-12-30", "2027-02-01", None, id="2026: with none left"),
            pytest.param("2024-03-15", "2024-03-07", "2024-03-08", id="2021: not with eight days left"),
            pytest.param("2024-03-15", "2024-03-08", None, id="2021: with seven days left"),
        ],
    )
    def test_left_over_is_used_up_first(self, through, on, clears):
        record = cannot(windows=[visit_window("2024-02-20")], supply_through=day(through))
        assert dated(asked(record, on).refusals) == ({OVER: clears} if clears else {})

    def test_of_thirty_days_lasts_until_the_twenty_second_day_after(self):
        record = cannot(supply_through=plus("2026-12-01", 29))
        assert not asked(record, "2026-12-22").allowed
        assert asked(record, "2026-12-23").allowed

    def test_left_over_is_not_asked_of_who_can_become_pregnant(self):
        assert asked(READY._replace(supply_through=day("2024-03-30")), "2024-02-16").allowed

    def test_left_over_does_not_stop_what_is_authorized(self):
        record = cannot(supply_through=day("2026-12-30"))
        assert handed_over(record, "2026-12-02", authorization("2026-12-01", last=None, window_id=None)).allowed


class TestWhoCannotBecomePregnant:
    @pytest.mark.parametrize(
        ("record", "on", "refused"),
        [
            pytest.param(cannot(windows=[visit_window("2024-02-14")]), "2024-03-15", [], id="through visit + 30"),
            pytest.param(
                cannot(windows=[visit_window("2024-02-14")]), "2024-03-16", [EXPIRED, UNCOUNSELED], id="not after"
            ),
            pytest.param(cannot(), "2024-02-14", [UNCOUNSELED], id="not before a visit"),
            pytest.param(
                cannot(windows=[visit_window("2024-02-14", used=30)]), "2024-03-16", [UNCOUNSELED],
                id="not expired where the window was used",
            ),
            pytest.param(
                cannot(windows=[visit_window("2024-02-14", cancelled=True)]), "2024-02-16", [UNCOUNSELED],
                id="not expired where it was cancelled",
            ),
            pytest.param(
                cannot(windows=[visit_window("2024-02-14", confirmed=confirmed(by=OTHER_CLINIC))]), "2024-02-16",
                [UNCOUNSELED], id="not before the new prescriber's confirmation",
            ),
            pytest.param(
                can(T1, indeterminate("2024-02-16"), windows=[complete("2024-02-14", answered=None)], category=CANNOT),
                "2024-02-16", [], id="in a window of the other category, without tests and answers",
            ),
            pytest.param(
                can(windows=[complete("2024-02-14")], category=CANNOT), "2024-02-21",
                [LOCKED, EXPIRED, UNCOUNSELED], id="not in the lockout of the other category",
            ),
            pytest.param(cannot(), "2026-11-15", [], id="without anything from 2026"),
            pytest.param(cannot(enrolled=None), "2026-11-15", ["consent_missing"], id="not without consent in 2026"),
        ],
    )  # fmt: skip
    def test_is_authorized(self, record, on, refused):
        assert reasons(asked(record, on).refusals) == refused

    @pytest.mark.parametrize(
        ("on", "printed"),
        [
            pytest.param("2026-11-14", "2026-11-20", id="the date of the window before the switch"),
            pytest.param("2026-11-15", None, id="no date from the switch on, though the window is open"),
        ],
    )
    def test_is_told(self, on, printed):
        told = asked(cannot(windows=[visit_window("2026-10-21")]), on)
        assert (told.do_not_dispense_after, told.window_id) == (printed and day(printed), 1 if printed else None)

    def test_has_windows_through_the_2021_edition(self):
        assert [needs_window(cannot(), edition_named(name)) for name in ["2006", "2007", "2021", "2026"]] == [
            True, True, True, False,
        ]  # fmt: skip
        assert all(needs_window(can(), edition_named(name)) for name in ["2006", "2007", "2021", "2026"])

    def test_keeps_windows_as_long_as_the_edition_does(self, monkeypatch):
        moved(monkeypatch, "2026", "2027-03-01")
        assert reasons(asked(cannot(), "2026-12-01").refusals) == [UNCOUNSELED]


WINDOWLESS = authorization("2026-12-01", last=None, window_id=None)
RAN_OUT = certified_through("2024-02-17")


class TestAnAuthorization:
    @pytest.mark.parametrize(
        ("authorized", "windows", "last"),
        [
            pytest.param(ISSUED, [complete("2024-02-14")], "2024-02-20", id="is usable through its printed date"),
            pytest.param(ISSUED, [], "2024-02-20", id="is usable through its date, its window gone"),
            pytest.param(ISSUED, [complete("2024-02-12")], "2024-02-18", id="is usable to the corrected last day"),
            pytest.param(ISSUED, [complete("2024-02-16")], "2024-02-20", id="is never extended by a correction"),
            pytest.param(WINDOWLESS, [], "2026-12-31", id="without a date is usable through issue day + 30"),
        ],
    )
    def test_has_a_last_day(self, authorized, windows, last):
        record = can(windows=windows)
        assert last_usable_day(authorized, record, edition_on(authorized.issued_on)) == day(last)

    @pytest.mark.parametrize(
        ("authorized", "on", "code"),
        [
            pytest.param(ISSUED, "2024-02-20", None, id="lives on its last day"),
            pytest.param(ISSUED, "2024-02-21", "authorization_expired", id="lapses the day after"),
            pytest.param(WINDOWLESS, "2026-12-31", None, id="lives thirty days without a date"),
            pytest.param(WINDOWLESS, "2027-01-01", "authorization_expired", id="lapses after thirty days"),
            pytest.param(
                ISSUED._replace(status=AuthorizationStatus.SUSPENDED), "2024-02-20", None, id="lives while suspended"
            ),
            pytest.param(ISSUED._replace(pharmacy=RAN_OUT), "2024-02-17", None, id="lives with its pharmacy"),
            pytest.param(
                ISSUED._replace(pharmacy=RAN_OUT), "2024-02-18", "authorization_revoked",
                id="is revoked the day its pharmacy is not",
            ),
            pytest.param(
                ISSUED._replace(pharmacy=RAN_OUT), "2024-02-25", "authorization_revoked",
                id="stays revoked, though its date passed later",
            ),
            pytest.param(
                ISSUED._replace(pharmacy=certified_through("2024-02-20")), "2024-02-25", "authorization_expired",
                id="lapsed before its pharmacy's activation ran out",
            ),
            pytest.param(
                ISSUED._replace(pharmacy=CERTIFIED._replace(certified_on=day("2024-02-22"))), "2024-02-25",
                "authorization_expired", id="lapsed before its pharmacy's activation was renewed",
            ),
            pytest.param(
                ISSUED._replace(pharmacy=SUSPENDED), "2024-02-16", "authorization_revoked",
                id="is revoked with its pharmacy's suspension",
            ),
        ],
    )  # fmt: skip
    def test_lives_and_dies(self, authorized, on, code):
        record = can(windows=[complete("2024-02-14")])
        assert death_of(authorized, record, day(on)) == (code and RefusalCode(code))
        assert is_live(authorized, record, day(on)) is (code is None)

    def test_that_never_was_is_not_live(self):
        assert is_live(None, READY, day("2024-02-16")) is False

    @pytest.mark.parametrize(
        ("authorized", "on", "active"),
        [
            pytest.param(ISSUED._replace(pharmacy=RAN_OUT), "2024-02-18", False, id="revoked with its pharmacy"),
            pytest.param(ISSUED, "2024-02-20", True, id="live on its last day"),
            pytest.param(ISSUED._replace(do_not_dispense_after=day("2024-02-17")), "2024-02-18", False, id="lapsed"),
        ],
    )
    def test_bars_another_while_it_lives(self, authorized, on, active):
        assert reasons(asked(READY._replace(authorization=authorized), on).refusals) == ([ACTIVE] if active else [])


class TestADispense:
    def test_of_a_live_authorization_answers_with_its_printed_date(self):
        assert handed_over(READY, "2024-02-20") == Decision((), "2021", (), day("2024-02-20"), 1)

    def test_without_a_window_answers_with_none(self):
        assert handed_over(cannot(), "2026-12-31", WINDOWLESS) == Decision((), "2026", (), None, None)

    def test_after_the_switch_answers_with_the_date_that_was_printed(self):
        record = cannot(windows=[visit_window("2026-10-21")])
        authorized = authorization("2026-10-21", last="2026-11-20")
        assert handed_over(record, "2026-11-20", authorized) == Decision((), "2026", (), day("2026-11-20"), 1)

    @pytest.mark.parametrize(
        ("record", "authorized", "on", "refused"),
        [
            pytest.param(READY, ISSUED, "2024-02-21", ["authorization_expired", LOCKED], id="not past its date"),
            pytest.param(
                READY, ISSUED._replace(pharmacy=RAN_OUT), "2024-02-18", ["authorization_revoked"],
                id="not once revoked with its pharmacy",
            ),
            pytest.param(
                can(T1, T2, windows=[complete("2024-02-14", answered=None)], hold_since=day("2024-02-16")), ISSUED,
                "2024-02-25", ["authorization_expired", "on_hold", LOCKED],
                id="not dead: the month's steps are not named",
            ),
            pytest.param(
                can(T1, T2, indeterminate("2024-02-16"), windows=[complete("2024-02-14")]), ISSUED, "2024-02-16",
                ["result_not_negative"], id="not after a later indeterminate",
            ),
            pytest.param(
                can(T1, T2, windows=[complete("2024-02-14", answered=answered(correct=False))]), ISSUED, "2024-02-16",
                [UNANSWERED], id="not after a newer, wrong answer",
            ),
            pytest.param(
                can(T1, T2, windows=[complete("2024-02-14", answered=answered(PILL_AND_CONDOM))]), ISSUED,
                "2024-02-16", [MISMATCH], id="not while methods differ",
            ),
            pytest.param(
                can(T1, T2, windows=[complete("2024-02-14", confirmed=confirmed(by=OTHER_CLINIC))]), ISSUED,
                "2024-02-16", [], id="after a transfer: the live one stays",
            ),
            pytest.param(
                READY._replace(hold_since=day("2024-02-16")), ISSUED, "2024-02-16", ["on_hold"], id="not on hold"
            ),
            pytest.param(
                READY._replace(prescriber=SUSPENDED), ISSUED, "2024-02-16", ["prescriber_not_certified"],
                id="not with a suspended prescriber",
            ),
            pytest.param(
                READY._replace(course=course(ended_on=day("2024-02-16"))), ISSUED, "2024-02-16", ["treatment_ended"],
                id="not after the ending",
            ),
            pytest.param(
                can(T1, T2, category=CANNOT, windows=[complete("2024-02-14", answered=None)]), ISSUED, "2024-02-16",
                [], id="after a change to cannot become pregnant",
            ),
            pytest.param(
                can(T1), authorization("2024-02-15", last=None, window_id=None), "2024-02-16",
                [NO_TEST, UNCOUNSELED, UNANSWERED], id="not without a window in one that needs it",
            ),
            pytest.param(
                cannot(windows=[visit_window("2024-02-14", stopped=True), visit_window("2024-02-20")]),
                authorization("2024-02-15", last="2024-03-15"), "2024-03-15", [],
                id="until its printed date, though a new visit came",
            ),
            pytest.param(
                cannot(), WINDOWLESS._replace(days_supply=31), "2026-12-02", [OVER], id="not for thirty-one days"
            ),
        ],
    )  # fmt: skip
    def test_is_judged_again(self, record, authorized, on, refused):
        assert reasons(handed_over(record, on, authorized).refusals) == refused

    def test_at_a_pharmacy_that_is_not_active_is_refused(self):
        told = handed_over(READY, "2024-02-18", ISSUED._replace(pharmacy=RAN_OUT), pharmacy=RAN_OUT)
        assert reasons(told.refusals) == ["authorization_revoked", "pharmacy_not_certified"]

    def test_keeps_the_home_permission_of_its_month(self):
        monthly = negative("2024-03-14", HOME, has_evidence=True)
        record = can(T1, T2, monthly, windows=[complete("2024-02-14", used=30), complete("2024-03-14")])
        authorized = authorization("2024-03-15", last="2024-03-20", window_id=2)
        assert handed_over(record, "2024-03-16", authorized) == Decision((), "2021", DISCRETION, day("2024-03-20"), 2)


class TestADeadAuthorization:
    @pytest.mark.parametrize(
        ("record", "pharmacy", "refused"),
        [
            pytest.param(READY, CERTIFIED, [], id="nothing, where all is well"),
            pytest.param(can(T1), CERTIFIED, [], id="nothing of the month's steps"),
            pytest.param(
                can(enrolled=None, hold_since=day("2024-02-16"), prescriber=SUSPENDED), SUSPENDED,
                ["on_hold", "consent_missing", "prescriber_not_certified", "pharmacy_not_certified"],
                id="hold, consent and standing",
            ),
            pytest.param(can(windows=[window("2024-02-01")]), CERTIFIED, [LOCKED], id="a lockout"),
            pytest.param(
                can(windows=[window("2024-02-01"), window("2024-02-02")]), CERTIFIED, [LOCKED], id="each once"
            ),
        ],
    )  # fmt: skip
    def test_comes_with_what_stops_the_registrant_or_the_parties(self, record, pharmacy, refused):
        assert reasons(standing_refusals(record, pharmacy, day("2024-02-16"))) == refused


class TestAnyRequest:
    @given(
        steps=st.integers(0, 4),
        on=st.integers(0, 60),
        days_supply=st.integers(1, 40),
        held=st.booleans(),
        era=st.sampled_from(["2006-05-01", "2010-05-01", "2024-01-15", "2026-10-10", "2027-01-15"]),
    )
    @FEW
    def test_names_each_reason_once_and_no_day_before_the_act(self, steps, on, days_supply, held, era):
        second = plus(era, 30).isoformat()
        tests = [negative(era, MEDICAL), negative(second)][: min(steps, 2)]
        opened = complete(second, answered=answered() if steps > 3 else None)
        record = can(
            *tests,
            enrolled=era,
            windows=[opened] if steps > 2 else [],
            hold_since=day(era) if held else None,
        )
        act = plus(era, on)
        told = authorizing(record, CERTIFIED, days_supply, act)
        codes = reasons(told.refusals)
        assert len(set(codes)) == len(codes)
        assert all(refusal.clears_on is None or refusal.clears_on >= act for refusal in told.refusals)
        if told.allowed:
            assert record.windows[0].span.holds(act)
            assert told.do_not_dispense_after == record.windows[0].closes_on
            assert days_supply <= 30
