"""Sections 5 and 13: what the clinic confirms, what the registrant answers, and when a month is complete."""

import pytest

from pledge.rules.monthly import (
    Attestation,
    answer_refusals,
    answering_refusals,
    asks_for_prior_source,
    confirmation_due,
    confirming_refusals,
    counseling_confirmed,
    month_complete,
    window_corrected,
)
from pledge.rules.vocabulary import Actor, Method, PriorSource
from tests.rules.builders import (
    CANNOT,
    HOME,
    IUD_AND_CONDOM,
    MEDICAL,
    OTHER_CLINIC,
    PILL_AND_CONDOM,
    SUSPENDED,
    answered,
    can,
    cannot,
    complete,
    confirmed,
    course,
    day,
    indeterminate,
    negative,
    plus,
    positive,
    reasons,
    visit_window,
    window,
)

T1 = negative("2024-01-15", MEDICAL)
T2 = negative("2024-02-14")
T3 = negative("2024-03-14")

USED = complete("2024-02-14", used=30)
MISSED_LATER = window("2024-03-14")

LOCKED, ALREADY_OPEN, PRIOR = "locked_out", "window_already_open", "prior_source_unanswered"
NO_TEST, EXPIRED, OVER = "test_missing", "window_expired", "supply_over_limit"


def attestation(specimen: str | None = "2024-02-14", visit: str | None = None, **said) -> Attestation:
    seen = day(visit or specimen or "2024-02-14")
    return Attestation(
        **{
            "visit_on": seen,
            "specimen_on": specimen and day(specimen),
            "methods": IUD_AND_CONDOM,
            "days_supply": 30,
            **said,
        }
    )


def confirming(record, said, on: str) -> list[str]:
    return reasons(confirming_refusals(record, said, day(on)))


class TestConfirming:
    @pytest.mark.parametrize(
        ("record", "said", "on", "refused"),
        [
            pytest.param(can(T1, T2), attestation(), "2024-02-14", [], id="a qualifying test is confirmed"),
            pytest.param(can(T1, T2), attestation(), "2024-02-20", [], id="on the last day of its week too"),
            pytest.param(can(T1, T2), attestation(), "2024-02-21", [EXPIRED], id="not after its week"),
            pytest.param(can(T1, T2), attestation(None), "2024-02-14", [NO_TEST], id="not without a specimen"),
            pytest.param(
                can(T1, T2), attestation("2024-02-13"), "2024-02-14", [NO_TEST], id="not with one never recorded"
            ),
            pytest.param(
                can(T1, T2), attestation(methods=frozenset({Method.MALE_CONDOM})), "2024-02-14",
                ["primary_method_missing", "second_method_missing"], id="not with one secondary method",
            ),
            pytest.param(
                can(T1, T2), attestation(methods=frozenset({Method.ABSTINENCE})), "2024-02-14",
                ["abstinence_unacknowledged"], id="not with abstinence that nobody acknowledged",
            ),
            pytest.param(
                can(T1, T2), attestation(methods=frozenset({Method.ABSTINENCE}), abstinence_acknowledged=True),
                "2024-02-14", [], id="with acknowledged abstinence",
            ),
            pytest.param(can(T1, T2), attestation(days_supply=30), "2024-02-14", [], id="for thirty days"),
            pytest.param(can(T1, T2), attestation(days_supply=31), "2024-02-14", [OVER], id="not for thirty-one days"),
            pytest.param(
                can(T1, T2, hold_since=day("2024-02-01")), attestation(), "2024-02-14", ["on_hold"], id="not on hold"
            ),
            pytest.param(
                can(T1, T2, prescriber=SUSPENDED), attestation(), "2024-02-14", ["prescriber_not_certified"],
                id="not by a suspended prescriber",
            ),
            pytest.param(
                can(T1, T2, course=course(ended_on=day("2024-02-13"))), attestation(), "2024-02-14",
                ["treatment_ended"], id="not after the ending",
            ),
            pytest.param(
                can(T1, T2, enrolled=None), attestation(), "2024-02-14", ["consent_missing"], id="not without consents"
            ),
            pytest.param(
                can(T1, T2, T3, windows=[USED]), attestation("2024-03-14"), "2024-03-14", [], id="month after month"
            ),
            pytest.param(
                can(T1, T2, negative("2024-02-16"), windows=[USED]), attestation("2024-02-16"), "2024-02-16",
                [ALREADY_OPEN], id="not while an earlier window is open, used",
            ),
            pytest.param(
                can(T1, T2, negative("2024-02-16"), windows=[complete("2024-02-14")]), attestation("2024-02-16"),
                "2024-02-16", [ALREADY_OPEN], id="not while an earlier window is open, unused",
            ),
            pytest.param(
                can(T1, T2, negative("2024-02-18"), windows=[USED]), attestation("2024-02-18"), "2024-02-21",
                ["specimen_in_closed_window"], id="not with a specimen from the closed window",
            ),
            pytest.param(
                can(T1, T2, negative("2024-03-03"), windows=[window("2024-02-14")]), attestation("2024-03-03"),
                "2024-03-03", [LOCKED], id="not in a lockout",
            ),
            pytest.param(
                can(T1, T2, negative("2024-03-03"), windows=[window("2024-02-14")]), attestation("2024-03-03"),
                "2024-03-05", [LOCKED], id="not after it with a specimen from inside",
            ),
            pytest.param(
                can(T1, T2, negative("2024-03-04"), windows=[window("2024-02-14")]), attestation("2024-03-04"),
                "2024-03-04", [], id="on its first free day",
            ),
            pytest.param(
                can(T1, negative("2024-02-14", HOME), windows=[], prescriber=SUSPENDED),
                attestation(None, days_supply=60, methods=frozenset()), "2024-02-14",
                ["prescriber_not_certified", NO_TEST, "primary_method_missing", "second_method_missing", OVER],
                id="told everything at once",
            ),
        ],
    )  # fmt: skip
    def test_who_can_become_pregnant(self, record, said, on, refused):
        assert confirming(record, said, on) == refused

    def test_leaves_too_long_a_supply_to_the_prescriber(self):
        (refusal,) = confirming_refusals(can(T1, T2), attestation(days_supply=31), day("2024-02-14"))
        assert refusal.who_acts is Actor.PRESCRIBER
        assert refusal.next_step.startswith("Confirm no more days")

    def test_in_2006_is_judged_with_the_visit(self):
        record = can(negative("2006-05-01", MEDICAL), negative("2006-05-31"), enrolled="2006-05-01")
        said = attestation("2006-05-31", visit="2006-06-05")
        assert confirming(record, said, "2006-06-11") == []
        assert confirming(record, said, "2006-06-12") == [EXPIRED]

    @pytest.mark.parametrize("on", ["2024-02-14", "2026-12-01"], ids=["2021", "2026"])
    def test_who_cannot_needs_no_test_and_no_methods(self, on):
        said = attestation(None, visit=on, methods=frozenset())
        assert confirming(cannot(), said, on) == []

    @pytest.mark.parametrize(
        ("visit", "on", "refused"),
        [
            pytest.param("2006-05-01", "2006-05-07", [], id="2006: six days after the visit"),
            pytest.param("2006-05-01", "2006-05-08", [EXPIRED], id="2006: not seven days after"),
            pytest.param("2010-05-01", "2010-05-31", [], id="2007: thirty days after the visit"),
            pytest.param("2010-05-01", "2010-06-01", [EXPIRED], id="2007: not thirty-one days after"),
            pytest.param("2024-02-01", "2024-03-02", [], id="2021: thirty days after the visit"),
            pytest.param("2024-02-01", "2024-03-03", [EXPIRED], id="2021: not thirty-one days after"),
            pytest.param("2007-12-01", "2007-12-08", [EXPIRED], id="2007: a visit of 2006 keeps its week"),
            pytest.param("2026-10-01", "2026-11-15", [], id="2026: whenever the visit was"),
            pytest.param("2026-11-15", "2026-11-15", [], id="2026: nothing is asked"),
        ],
    )
    def test_who_cannot_counts_from_the_visit(self, visit, on, refused):
        assert confirming(cannot(enrolled="2006-03-01"), attestation(None, visit=visit), on) == refused

    def test_who_cannot_is_judged_by_the_day_of_the_act_too(self, monkeypatch):
        record = cannot(windows=[visit_window("2026-11-12")])
        assert confirming(record, attestation(None, visit="2026-11-10"), "2026-11-14") == [ALREADY_OPEN]
        assert confirming(record, attestation(None, visit="2026-11-10"), "2026-11-15") == []

    @pytest.mark.parametrize(
        ("windows", "visit", "refused"),
        [
            pytest.param([visit_window("2024-02-14")], "2024-02-20", [], id="a new visit opens the next window"),
            pytest.param([visit_window("2024-02-14")], "2024-02-14", [], id="the same visit may be said again"),
            pytest.param([visit_window("2024-02-14")], "2024-02-13", [ALREADY_OPEN], id="an earlier visit may not"),
            pytest.param([window("2024-01-20")], "2024-01-31", [LOCKED], id="a first-window lockout still binds"),
            pytest.param([window("2024-01-20")], "2024-02-08", [], id="until its first free day"),
        ],
    )
    def test_who_cannot_meets_earlier_windows(self, windows, visit, refused):
        on = max(visit, "2024-02-20") if "14" in str(windows[0].opens_on) else visit
        assert confirming(cannot(windows=windows), attestation(None, visit=visit), on) == refused

    def test_who_cannot_is_stopped_like_anyone(self):
        record = cannot(hold_since=day("2024-02-01"), prescriber=SUSPENDED)
        said = attestation(None, days_supply=31)
        assert confirming(record, said, "2024-02-14") == ["on_hold", "prescriber_not_certified", OVER]


class TestConfirmingAgain:
    OPEN = can(T1, T2, windows=[complete("2024-02-14")])

    @pytest.mark.parametrize(
        ("record", "specimen", "on", "corrects"),
        [
            pytest.param(OPEN, "2024-02-14", "2024-02-16", True, id="the open window's specimen corrects it"),
            pytest.param(OPEN, "2024-02-14", "2024-02-21", False, id="not once it has closed"),
            pytest.param(OPEN, "2024-02-15", "2024-02-16", False, id="not with another specimen"),
            pytest.param(OPEN, None, "2024-02-16", False, id="not without a specimen"),
            pytest.param(
                cannot(windows=[visit_window("2024-02-14")]), None, "2024-02-16", False, id="not a visit's window"
            ),
            pytest.param(
                can(T1, T2, windows=[complete("2024-02-14")], category=CANNOT), "2024-02-14", "2024-02-16", False,
                id="not after a change to cannot become pregnant",
            ),
            pytest.param(
                can(T1, T2, windows=[visit_window("2024-02-14")]), None, "2024-02-16", False,
                id="not where neither has a specimen",
            ),
        ],
    )  # fmt: skip
    def test_is_a_correction(self, record, specimen, on, corrects):
        told = window_corrected(record, attestation(specimen, visit="2024-02-14"), day(on))
        assert told == (record.windows[0] if corrects else None)

    def test_asks_nothing_of_the_test_again(self):
        monthly = negative("2024-03-14", HOME)
        record = can(T1, T2, monthly, windows=[USED, complete("2024-03-14")])
        assert confirming(record, attestation("2024-03-14"), "2024-03-15") == []

    def test_still_judges_methods_supply_and_parties(self):
        record = self.OPEN._replace(prescriber=SUSPENDED)
        said = attestation(methods=frozenset({Method.IUD}), days_supply=31)
        assert confirming(record, said, "2024-02-16") == ["prescriber_not_certified", "second_method_missing", OVER]


class TestThePriorSource:
    @pytest.mark.parametrize(
        ("record", "on", "asked"),
        [
            pytest.param(can(windows=[USED, MISSED_LATER]), "2024-03-21", True, id="after a later one passed"),
            pytest.param(can(windows=[USED, MISSED_LATER]), "2024-03-20", False, id="not while it is open"),
            pytest.param(can(windows=[]), "2024-03-21", False, id="not before any window"),
            pytest.param(can(windows=[window("2024-02-14")]), "2024-03-21", False, id="not after a missed first one"),
            pytest.param(can(windows=[USED]), "2024-03-21", False, id="not after a used one"),
            pytest.param(
                can(windows=[USED, window("2024-03-14", cancelled=True)]), "2024-03-21", False,
                id="not after a cancelled one",
            ),
            pytest.param(
                can(windows=[USED, MISSED_LATER, window("2024-03-22", cancelled=True)]), "2024-03-29", True,
                id="after the last that was not cancelled",
            ),
            pytest.param(
                can(windows=[USED, window("2024-03-14", last="2024-03-16", stopped=True)]), "2024-03-17", True,
                id="after one that was stopped",
            ),
            pytest.param(
                can(windows=[USED, MISSED_LATER, complete("2024-03-22", used=30)]), "2024-04-22", False,
                id="not where a later one was used",
            ),
            pytest.param(
                can(windows=[USED, MISSED_LATER], category=CANNOT), "2024-03-21", False,
                id="not of who cannot become pregnant",
            ),
            pytest.param(
                can(windows=[USED, MISSED_LATER], course=course("2024-03-20", number=2)), "2024-03-21", False,
                id="not of another course",
            ),
        ],
    )  # fmt: skip
    def test_is_asked(self, record, on, asked):
        assert asks_for_prior_source(record, day(on)) is asked

    @pytest.mark.parametrize("source", [None, *PriorSource], ids=str)
    def test_is_named_until_it_is_said(self, source):
        record = can(T1, T2, T3, negative("2024-03-22"), windows=[USED, MISSED_LATER])
        said = attestation("2024-03-22", prior_source=source)
        assert confirming(record, said, "2024-03-22") == ([] if source else [PRIOR])


class TestCounseling:
    @pytest.mark.parametrize(
        ("confirmation", "counts"),
        [
            pytest.param(None, False, id="is missing without a confirmation"),
            pytest.param(confirmed(), True, id="is given by the present prescriber"),
            pytest.param(confirmed(by=OTHER_CLINIC), False, id="is missing after a transfer"),
        ],
    )
    def test_of_a_month(self, confirmation, counts):
        assert counseling_confirmed(can(), window("2024-02-14", confirmed=confirmation)) is counts


class TestTheAnswers:
    @pytest.mark.parametrize(
        ("opened", "undone"),
        [
            pytest.param(complete("2024-02-14"), [], id="right, with the same methods: nothing"),
            pytest.param(complete("2024-02-14", answered=None), ["questions_missing"], id="none"),
            pytest.param(
                complete("2024-02-14", answered=answered(correct=False)), ["questions_missing"], id="wrong ones"
            ),
            pytest.param(
                complete("2024-02-14", answered=answered(PILL_AND_CONDOM)), ["contraception_mismatch"],
                id="right, with other methods",
            ),
            pytest.param(
                complete("2024-02-14", answered=answered(PILL_AND_CONDOM, correct=False)),
                ["questions_missing", "contraception_mismatch"], id="wrong, with other methods",
            ),
            pytest.param(
                window("2024-02-14", answered=answered(PILL_AND_CONDOM)), [], id="methods with nothing to compare"
            ),
            pytest.param(window("2024-02-14"), ["questions_missing"], id="none, and nothing confirmed"),
            pytest.param(
                complete("2024-02-14", answered=answered({*IUD_AND_CONDOM, Method.ABSTINENCE})), [],
                id="abstinence beside the same methods",
            ),
        ],
    )  # fmt: skip
    def test_leave_undone(self, opened, undone):
        assert reasons(answer_refusals(opened)) == undone

    @pytest.mark.parametrize(
        ("record", "on", "refused"),
        [
            pytest.param(can(windows=[complete("2024-02-14")]), "2024-02-20", [], id="in the open window"),
            pytest.param(can(), "2024-02-20", ["counseling_missing"], id="not before the clinic has confirmed"),
            pytest.param(
                can(windows=[window("2024-02-14")]), "2024-02-20", ["counseling_missing"],
                id="not in a window without a confirmation",
            ),
            pytest.param(
                can(windows=[complete("2024-02-14")]), "2024-02-21", ["counseling_missing"], id="not after it closed"
            ),
            pytest.param(
                can(windows=[complete("2024-02-14", confirmed=confirmed(by=OTHER_CLINIC))]), "2024-02-20", [],
                id="though it was another clinic's",
            ),
            pytest.param(
                can(windows=[complete("2024-02-14", stopped=True)], hold_since=day("2024-02-16")), "2024-02-16",
                ["on_hold", "counseling_missing"], id="not on hold",
            ),
            pytest.param(
                can(course=course(ended_on=day("2024-02-16")), hold_since=day("2024-02-16")), "2024-02-16",
                ["treatment_ended", "on_hold", "counseling_missing"], id="not after the ending",
            ),
            pytest.param(
                can(course=course(ended_on=day("2024-02-16")), windows=[complete("2024-02-14")]), "2024-02-16",
                ["treatment_ended"], id="not after the ending, even in an open window",
            ),
        ],
    )  # fmt: skip
    def test_are_taken(self, record, on, refused):
        assert reasons(answering_refusals(record, day(on))) == refused


class TestAMonth:
    @pytest.mark.parametrize(
        ("opened", "done"),
        [
            pytest.param(complete("2024-02-14"), True, id="is complete when confirmed and answered"),
            pytest.param(complete("2024-02-14", answered=None), False, id="is not before the answers"),
            pytest.param(
                complete("2024-02-14", answered=answered(PILL_AND_CONDOM)), False, id="is not while methods differ"
            ),
            pytest.param(
                complete("2024-02-14", confirmed=confirmed(by=OTHER_CLINIC)), False, id="is not after a transfer"
            ),
            pytest.param(visit_window("2024-02-14"), True, id="of a visit is complete when confirmed"),
            pytest.param(visit_window("2024-02-14", confirmed=None), False, id="of a visit is not unconfirmed"),
        ],
    )
    def test_asks_for_every_step(self, opened, done):
        assert month_complete(can(), opened) is done


class TestAConfirmationIsDue:
    @pytest.mark.parametrize(
        ("record", "specimen", "due"),
        [
            pytest.param(can(T1, T2), "2024-02-14", True, id="for a qualifying test"),
            pytest.param(can(T1, T2), "2024-01-15", False, id="not for the screening test"),
            pytest.param(can(T1, positive("2024-02-14")), "2024-02-14", False, id="not for a positive one"),
            pytest.param(can(T1, indeterminate("2024-02-14")), "2024-02-14", False, id="not for an indeterminate one"),
            pytest.param(can(T1, negative("2024-02-14", HOME)), "2024-02-14", False, id="not for one at home"),
            pytest.param(can(T1, T2), "2024-02-13", False, id="not for one never recorded"),
            pytest.param(can(T1, T2, windows=[complete("2024-02-14")]), "2024-02-14", False, id="not once confirmed"),
            pytest.param(can(T1, T2, hold_since=day("2024-02-01")), "2024-02-14", False, id="not on hold"),
            pytest.param(
                can(T1, T2, course=course(ended_on=day("2024-02-10"))), "2024-02-14", False, id="not after the ending"
            ),
            pytest.param(can(T1, T2, category=CANNOT), "2024-02-14", False, id="not of who cannot become pregnant"),
            pytest.param(
                can(T1, negative("2024-02-14"), windows=[window("2024-02-01")]), "2024-02-14", False,
                id="not in a lockout",
            ),
        ],
    )  # fmt: skip
    def test_from_the_clinic(self, record, specimen, due):
        assert confirmation_due(record, day(specimen), day("2024-02-14")) is due

    def test_only_while_the_test_has_days_left(self):
        assert confirmation_due(can(T1, T2), day("2024-02-14"), day("2024-02-20"))
        assert not confirmation_due(can(T1, T2), day("2024-02-14"), day("2024-02-21"))

    def test_for_a_specimen_taken_and_shown_after_the_lockout(self):
        record = can(T1, T2, negative("2024-03-03"), negative("2024-03-04"), windows=[window("2024-02-14")])
        assert not confirmation_due(record, day("2024-03-03"), day("2024-03-04"))
        assert confirmation_due(record, day("2024-03-04"), day("2024-03-04"))

    def test_not_for_a_second_specimen_beside_an_open_window(self):
        record = can(T1, T2, negative("2024-02-16"), windows=[USED])
        assert not confirmation_due(record, day("2024-02-16"), plus("2024-02-16", 0))

    def test_for_a_specimen_from_a_lockout_that_the_2026_edition_ended(self):
        record = can(
            negative("2026-10-01", MEDICAL), negative("2026-11-02"), negative("2026-11-10"), enrolled="2026-10-01",
            windows=[window("2026-11-02")],
        )  # fmt: skip
        assert not confirmation_due(record, day("2026-11-10"), day("2026-11-14"))
        assert confirmation_due(record, day("2026-11-10"), day("2026-11-15"))
