"""Sections 3.5 and 13: two methods, one of them primary, or acknowledged abstinence alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.rules.contraception import counted, method_refusals, methods_agree
from pledge.rules.vocabulary import PRIMARY_METHODS, Method
from tests.rules.builders import FEW, reasons

ANY_METHODS = st.frozensets(st.sampled_from(Method), max_size=4)

PRIMARY = [
    "tubal_sterilization",
    "partner_vasectomy",
    "iud",
    "hormonal_pill",
    "hormonal_patch",
    "hormonal_shot",
    "hormonal_implant",
    "vaginal_ring",
]
SECONDARY = ["male_condom", "diaphragm_spermicide", "cervical_cap_spermicide", "vaginal_sponge"]

NO_PRIMARY, NO_SECOND, UNACKNOWLEDGED = (
    "primary_method_missing",
    "second_method_missing",
    "abstinence_unacknowledged",
)


class TestMethods:
    @pytest.mark.parametrize(
        ("named", "refused"),
        [
            pytest.param(["iud", "male_condom"], [], id="a primary and a secondary"),
            pytest.param(["iud", "hormonal_pill"], [], id="two primaries"),
            pytest.param(["iud", "male_condom", "vaginal_sponge"], [], id="three, one of them primary"),
            pytest.param(["iud"], [NO_SECOND], id="one primary alone misses a second"),
            pytest.param(["iud", "iud"], [NO_SECOND], id="the same primary twice is one"),
            pytest.param(["male_condom"], [NO_PRIMARY, NO_SECOND], id="one secondary alone misses both"),
            pytest.param(["male_condom", "vaginal_sponge"], [NO_PRIMARY], id="two secondaries miss a primary"),
            pytest.param([], [NO_PRIMARY, NO_SECOND], id="none misses both"),
            pytest.param(["abstinence", "iud"], [NO_SECOND], id="abstinence beside a primary is ignored"),
            pytest.param(
                ["abstinence", "male_condom"], [NO_PRIMARY, NO_SECOND], id="abstinence beside a secondary is ignored"
            ),
            pytest.param(["abstinence", "iud", "male_condom"], [], id="abstinence beside two is ignored"),
        ],
    )
    @pytest.mark.parametrize("acknowledged", [True, False], ids=["acknowledged", "not acknowledged"])
    def test_of_the_clinic_are_two_with_a_primary(self, named, refused, acknowledged):
        methods = [Method(name) for name in named]
        assert reasons(method_refusals(methods, abstinence_acknowledged=acknowledged)) == refused

    @pytest.mark.parametrize(
        ("acknowledged", "refused"),
        [
            pytest.param(True, [], id="acknowledged abstinence is enough"),
            pytest.param(False, [UNACKNOWLEDGED], id="abstinence must be acknowledged"),
        ],
    )
    def test_may_be_abstinence_alone(self, acknowledged, refused):
        assert reasons(method_refusals([Method.ABSTINENCE], abstinence_acknowledged=acknowledged)) == refused

    @pytest.mark.parametrize("name", PRIMARY)
    def test_that_are_primary_need_one_other(self, name):
        refusals = method_refusals([Method(name), Method.MALE_CONDOM], abstinence_acknowledged=False)
        assert (name in PRIMARY_METHODS, reasons(refusals)) == (True, [])

    @pytest.mark.parametrize("name", SECONDARY)
    def test_that_are_secondary_need_a_primary(self, name):
        refusals = method_refusals([Method(name), Method.MALE_CONDOM], abstinence_acknowledged=False)
        assert NO_PRIMARY in reasons(refusals)

    def test_are_these_and_no_others(self):
        assert {method.value for method in Method} == {*PRIMARY, *SECONDARY, "abstinence"}
        assert {method.value for method in PRIMARY_METHODS} == set(PRIMARY)


class TestAgreement:
    @pytest.mark.parametrize(
        ("clinic", "registrant", "agree"),
        [
            pytest.param(["iud", "male_condom"], ["male_condom", "iud"], True, id="in any order"),
            pytest.param(["iud", "male_condom"], ["iud", "vaginal_sponge"], False, id="not where one differs"),
            pytest.param(["iud", "male_condom"], ["iud"], False, id="not where one is left out"),
            pytest.param(["iud"], ["iud", "male_condom"], False, id="not where one is added"),
            pytest.param(["abstinence"], ["abstinence"], True, id="on abstinence alone"),
            pytest.param(["abstinence"], ["iud", "male_condom"], False, id="not abstinence against methods"),
            pytest.param(["abstinence"], [], False, id="not abstinence against nothing"),
            pytest.param(
                ["abstinence", "iud", "male_condom"], ["iud", "male_condom"], True, id="abstinence beside is ignored"
            ),
            pytest.param(
                ["iud", "male_condom"], ["abstinence", "iud", "male_condom"], True, id="ignored on either side"
            ),
        ],
    )
    def test_compares_the_two_sides_as_sets(self, clinic, registrant, agree):
        assert methods_agree(map(Method, clinic), map(Method, registrant)) is agree

    @given(clinic=ANY_METHODS, registrant=ANY_METHODS)
    @FEW
    def test_is_the_same_from_either_side(self, clinic, registrant):
        assert methods_agree(clinic, registrant) is methods_agree(registrant, clinic)

    @given(methods=ANY_METHODS)
    @FEW
    def test_is_reached_with_oneself_and_needs_abstinence_alone_to_count(self, methods):
        assert methods_agree(methods, methods)
        assert (Method.ABSTINENCE in counted(methods)) is (methods == {Method.ABSTINENCE})

    @given(methods=ANY_METHODS)
    @FEW
    def test_is_judged_like_the_methods_that_count(self, methods):
        whole = reasons(method_refusals(methods, abstinence_acknowledged=True))
        assert whole == reasons(method_refusals(counted(methods), abstinence_acknowledged=True))
