"""Sections 1 to 9: the program's words are spelled as the rules spell them, and every one has a label."""

import pytest

from pledge.rules.vocabulary import (
    LIVE_STATUSES,
    Actor,
    AuthorizationStatus,
    Basis,
    ConsentForm,
    CycleExemption,
    Ending,
    Method,
    PriorSource,
    ReversalReason,
    RiskCategory,
    Signer,
    SpecimenType,
    StopCause,
    Word,
)
from pledge.rules.vocabulary import TestPhase as Phase
from pledge.rules.vocabulary import TestResult as Result
from pledge.rules.vocabulary import TestSetting as Setting

EVERY_KIND = [
    Actor, AuthorizationStatus, Basis, ConsentForm, CycleExemption, Ending, Method, Phase, PriorSource, Result,
    ReversalReason, RiskCategory, Setting, Signer, SpecimenType, StopCause,
]  # fmt: skip


class TestWords:
    @pytest.mark.parametrize(
        ("kind", "spelled"),
        [
            pytest.param(RiskCategory, ["can_become_pregnant", "cannot_become_pregnant"], id="risk categories"),
            pytest.param(
                Basis,
                ["cisgender_male", "hysterectomy", "bilateral_oophorectomy", "post_menopause"],
                id="bases for cannot become pregnant",
            ),
            pytest.param(Result, ["negative", "positive", "indeterminate"], id="results"),
            pytest.param(Setting, ["clia_lab", "medical_setting", "home"], id="settings"),
            pytest.param(SpecimenType, ["urine", "serum"], id="specimens"),
            pytest.param(
                CycleExemption, ["amenorrhea", "irregular_cycles", "no_withdrawal_bleed"], id="cycle exemptions"
            ),
            pytest.param(ConsentForm, ["informed_consent", "birth_defects_consent"], id="forms"),
            pytest.param(Signer, ["registrant", "guardian", "prescriber"], id="signers, in their order"),
            pytest.param(PriorSource, ["none_taken", "own_supply", "other"], id="prior sources"),
            pytest.param(
                AuthorizationStatus,
                ["issued", "suspended", "dispensed", "reversed", "revoked", "lapsed"],
                id="states of an authorization",
            ),
            pytest.param(
                Phase, ["screening", "confirmation", "repeat", "monthly", "post_treatment"], id="what a test is for"
            ),
            pytest.param(ReversalReason, ["not_collected", "entry_error", "registrant_request"], id="reversal reasons"),
            pytest.param(
                Ending, ["completed", "discontinued", "category_changed", "merged", "withdrawn"], id="endings"
            ),
            pytest.param(
                StopCause,
                ["positive_test", "pregnancy_report", "new_visit", "category_change", "treatment_ended"],
                id="what stops a window",
            ),
            pytest.param(Actor, ["registrant", "prescriber", "pharmacy", "program"], id="who must act"),
        ],
    )
    def test_are_spelled_as_the_rules_spell_them(self, kind, spelled):
        assert [word.value for word in kind] == spelled

    @pytest.mark.parametrize("kind", EVERY_KIND, ids=lambda kind: kind.__name__)
    def test_have_labels_that_people_read(self, kind):
        labels = [word.label for word in kind]
        assert all(label and label[0].isupper() and "_" not in label for label in labels)
        assert len(set(labels)) == len(labels)

    @pytest.mark.parametrize("kind", EVERY_KIND, ids=lambda kind: kind.__name__)
    def test_are_sent_as_they_are(self, kind):
        assert all(issubclass(kind, Word) and word == word.value and str(word) == word.value for word in kind)

    def test_are_offered_in_their_order_with_their_labels(self):
        assert RiskCategory.choices() == [
            ("can_become_pregnant", "Can become pregnant"),
            ("cannot_become_pregnant", "Cannot become pregnant"),
        ]

    def test_call_a_suspended_authorization_live(self):
        assert {status.value for status in LIVE_STATUSES} == {"issued", "suspended"}
