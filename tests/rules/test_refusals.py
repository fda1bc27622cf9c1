"""Section 9: every code has its sentence, who must act, what to do next, and what a pharmacy is told instead."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.rules.refusals import (
    _STEPS_LEFT_TO,
    PharmacyClass,
    Refusal,
    RefusalCode,
    Refused,
    Rejected,
    refuse_if_any,
    unique,
)
from pledge.rules.vocabulary import Actor
from tests.rules.builders import FEW, day

CODES_OF_THE_RULES = """
not_enrolled consent_missing guardian_consent_missing category_unconfirmed prescriber_not_certified
designee_not_attested pharmacy_not_certified treatment_ended on_hold screening_test_missing waiting_period
test_missing test_gap_too_short outside_cycle_days setting_not_allowed home_test_not_permitted result_not_negative
locked_out window_expired window_already_open specimen_in_closed_window counseling_missing primary_method_missing
second_method_missing abstinence_unacknowledged contraception_mismatch questions_missing prior_source_unanswered
authorization_active authorization_revoked authorization_expired authorization_closed supply_over_limit
"""

CLASSES_OF_THE_RULES = """
contact_prescriber patient_action_needed window_closed authorization_active authorization_closed
pharmacy_not_certified supply_over_limit
"""

TOLD_TO_A_PHARMACY = {
    "guardian_consent_missing": "patient_action_needed",
    "questions_missing": "patient_action_needed",
    "contraception_mismatch": "patient_action_needed",
    "window_expired": "window_closed",
    "authorization_active": "authorization_active",
    "authorization_revoked": "authorization_closed",
    "authorization_expired": "authorization_closed",
    "authorization_closed": "authorization_closed",
    "pharmacy_not_certified": "pharmacy_not_certified",
    "supply_over_limit": "supply_over_limit",
}

WHO_ACTS = {
    "registrant": "consent_missing guardian_consent_missing waiting_period locked_out contraception_mismatch"
    " questions_missing",
    "pharmacy": "pharmacy_not_certified authorization_active authorization_revoked authorization_expired"
    " authorization_closed supply_over_limit",
}

REVEALING = re.compile(r"pregnan|contracept|\btests?\b|isotretinoin|hold|abstinen", re.IGNORECASE)


def a_sentence(text: str) -> bool:
    return text[0].isupper() and text.endswith(".") and "  " not in text and ". " not in text


class TestACode:
    def test_is_one_of_those_of_the_rules(self):
        assert [code.value for code in RefusalCode] == CODES_OF_THE_RULES.split()

    @pytest.mark.parametrize("code", RefusalCode, ids=str)
    def test_says_one_plain_sentence(self, code):
        assert a_sentence(Refusal(code).sentence)
        assert Refusal(code).sentence == code.label

    @pytest.mark.parametrize("code", RefusalCode, ids=str)
    def test_is_no_dead_end(self, code):
        assert a_sentence(code.next_step)

    @pytest.mark.parametrize("code", RefusalCode, ids=str)
    def test_says_who_must_act(self, code):
        who = next((who for who, codes in WHO_ACTS.items() if code in codes.split()), "prescriber")
        assert code.who_acts is Actor(who)

    @pytest.mark.parametrize("code", RefusalCode, ids=str)
    def test_is_told_to_a_pharmacy_as_a_class_only(self, code):
        assert code.pharmacy_class is PharmacyClass(TOLD_TO_A_PHARMACY.get(code.value, "contact_prescriber"))

    def test_of_a_hold_reads_to_a_pharmacy_like_any_matter_of_the_prescribers(self):
        assert RefusalCode.ON_HOLD.pharmacy_class is RefusalCode.COUNSELING_MISSING.pharmacy_class

    def test_that_asks_for_a_day_to_wait_for_points_to_it(self):
        waiting = ["waiting_period", "test_gap_too_short", "locked_out", "specimen_in_closed_window"]
        assert all("day shown" in RefusalCode(code).next_step for code in waiting)

    @pytest.mark.parametrize(("code", "who"), _STEPS_LEFT_TO, ids=lambda word: word.value)
    def test_left_to_someone_else_says_what_they_do(self, code, who):
        refusal = Refusal(code, left_to=who)
        assert refusal.who_acts is who
        assert refusal.who_acts is not code.who_acts
        assert a_sentence(refusal.next_step)
        assert refusal.next_step != code.next_step

    @pytest.mark.parametrize("code", RefusalCode, ids=str)
    def test_left_to_no_one_else_is_the_code_s(self, code):
        assert (Refusal(code).who_acts, Refusal(code).next_step) == (code.who_acts, code.next_step)

    @pytest.mark.parametrize("word", [RefusalCode.SUPPLY_OVER_LIMIT, PharmacyClass.SUPPLY_OVER_LIMIT])
    def test_of_the_supply_promises_no_days_where_none_are_left(self, word):
        assert "where none are, ask again when the next supply is due" in word.next_step

    @pytest.mark.parametrize("word", [RefusalCode.AUTHORIZATION_CLOSED, PharmacyClass.AUTHORIZATION_CLOSED])
    def test_of_a_closed_authorization_asks_for_a_new_one_only_to_hand_something_over(self, word):
        assert word.next_step == "Hand nothing over under it, only under a new authorization."


class TestAPharmacyClass:
    def test_is_one_of_those_of_the_rules(self):
        assert [word.value for word in PharmacyClass] == CLASSES_OF_THE_RULES.split()

    @pytest.mark.parametrize("word", PharmacyClass, ids=str)
    def test_says_what_to_do_next_and_who_does_it(self, word):
        assert a_sentence(word.label)
        assert a_sentence(word.next_step)
        assert word.who_acts in {Actor.REGISTRANT, Actor.PRESCRIBER, Actor.PHARMACY}

    @pytest.mark.parametrize("word", PharmacyClass, ids=str)
    def test_reveals_nothing(self, word):
        assert not REVEALING.search(f"{word.label} {word.next_step}")

    @pytest.mark.parametrize(
        ("word", "who"),
        [
            ("contact_prescriber", "prescriber"),
            ("patient_action_needed", "registrant"),
            ("window_closed", "prescriber"),
            ("authorization_active", "pharmacy"),
            ("authorization_closed", "pharmacy"),
            ("pharmacy_not_certified", "pharmacy"),
            ("supply_over_limit", "pharmacy"),
        ],
    )
    def test_names_the_one_who_can_clear_it(self, word, who):
        assert PharmacyClass(word).who_acts is Actor(who)


EARLY, LATE = day("2024-03-01"), day("2024-03-05")
LOCKED, HELD = RefusalCode.LOCKED_OUT, RefusalCode.ON_HOLD
ANY_REFUSAL = st.builds(Refusal, st.sampled_from(list(RefusalCode)[:4]), st.sampled_from([None, EARLY, LATE]))


class TestReasons:
    @pytest.mark.parametrize(
        ("named", "told"),
        [
            pytest.param([], [], id="of nothing are none"),
            pytest.param([(LOCKED, EARLY), (HELD, None)], [(LOCKED, EARLY), (HELD, None)], id="stay in their order"),
            pytest.param([(LOCKED, EARLY), (LOCKED, LATE)], [(LOCKED, LATE)], id="take the later of two days"),
            pytest.param([(LOCKED, LATE), (LOCKED, EARLY)], [(LOCKED, LATE)], id="take the later, in any order"),
            pytest.param([(LOCKED, None), (LOCKED, EARLY)], [(LOCKED, EARLY)], id="take a day that became known"),
            pytest.param([(LOCKED, EARLY), (LOCKED, None)], [(LOCKED, EARLY)], id="keep a day that is known"),
            pytest.param([(HELD, None), (HELD, None)], [(HELD, None)], id="say an undated one once"),
            pytest.param(
                [(LOCKED, EARLY), (HELD, None), (LOCKED, LATE)],
                [(LOCKED, LATE), (HELD, None)],
                id="stand where they were first named",
            ),
        ],
    )
    def test_are_each_said_once(self, named, told):
        assert unique(Refusal(*refusal) for refusal in named) == tuple(Refusal(*refusal) for refusal in told)

    @given(named=st.lists(ANY_REFUSAL, max_size=6))
    @FEW
    def test_lose_no_code_and_gain_no_day(self, named):
        told = unique(named)
        assert [refusal.code for refusal in told] == list(dict.fromkeys(refusal.code for refusal in named))
        assert set(told) <= set(named)
        assert unique(told) == told

    def test_raise_nothing_where_there_are_none(self):
        assert refuse_if_any([]) is None

    def test_are_raised_together_with_the_overlays_they_rest_on(self):
        named = [Refusal(LOCKED, EARLY), Refusal(HELD), Refusal(LOCKED, LATE)]
        with pytest.raises(Refused) as refused:
            refuse_if_any(iter(named), iter(["2020-discretion"]))
        assert refused.value.refusals == (Refusal(LOCKED, LATE), Refusal(HELD))
        assert refused.value.overlays == ("2020-discretion",)
        assert str(refused.value) == "locked_out, on_hold"

    def test_rest_on_no_overlay_unless_one_is_named(self):
        with pytest.raises(Refused) as refused:
            refuse_if_any([Refusal(HELD)])
        assert refused.value.overlays == ()

    def test_are_plain_values(self):
        assert Refusal(HELD) == Refusal(HELD, None)
        assert len({Refusal(LOCKED, EARLY), Refusal(LOCKED, EARLY), Refusal(LOCKED)}) == 2


class TestARejection:
    def test_names_what_is_wrong_and_how(self):
        rejected = Rejected("specimen", "2024-03-02 is after today")
        assert (rejected.field, rejected.message) == ("specimen", "2024-03-02 is after today")
        assert str(rejected) == "specimen: 2024-03-02 is after today"
        assert isinstance(rejected, ValueError)


class TestWords:
    def test_of_the_waiting_period_are_true_after_it_too(self):
        said = Refusal(RefusalCode.WAITING_PERIOD, LATE)
        assert said.sentence == "A test counts only after the waiting period that follows enrollment."

    def test_of_a_live_authorization_do_not_say_to_dispense_what_is_stopped(self):
        said = Refusal(RefusalCode.AUTHORIZATION_ACTIVE)
        assert said.next_step == "Dispense it once nothing else stops it, or have it reversed."
