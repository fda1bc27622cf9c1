"""Section 7: which state of an authorization follows which, and through what."""

import pytest

from pledge.rules.states import AUTHORIZATION_TRANSITIONS, next_status
from pledge.rules.vocabulary import LIVE_STATUSES, AuthorizationStatus

ACTS = ["authorize", "dispense", "reverse", "revoke", "suspend", "resume", "lapse"]

LEADS_TO = {
    ("", "authorize"): "issued",
    ("issued", "dispense"): "dispensed",
    ("issued", "reverse"): "reversed",
    ("issued", "revoke"): "revoked",
    ("issued", "suspend"): "suspended",
    ("issued", "lapse"): "lapsed",
    ("suspended", "resume"): "issued",
    ("suspended", "dispense"): "dispensed",
    ("suspended", "reverse"): "reversed",
    ("suspended", "revoke"): "revoked",
    ("suspended", "lapse"): "lapsed",
    ("lapsed", "reverse"): "reversed",
}


class TestAnAuthorization:
    @pytest.mark.parametrize(
        ("status", "act"),
        [
            pytest.param(status, act, id=f"{status or 'none yet'}: {act}")
            for status in ["", *AuthorizationStatus]
            for act in ACTS
        ],
    )
    def test_goes_where_an_act_leads_and_nowhere_else(self, status, act):
        assert next_status(status, act) == LEADS_TO.get((status, act))

    def test_has_one_way_for_each_act(self):
        ways = [(transition.source, transition.act) for transition in AUTHORIZATION_TRANSITIONS]
        assert len(set(ways)) == len(ways)

    @pytest.mark.parametrize("status", ["dispensed", "reversed", "revoked"])
    def test_ends_for_good(self, status):
        assert [next_status(status, act) for act in ACTS] == [None] * len(ACTS)

    @pytest.mark.parametrize("status", sorted(LIVE_STATUSES))
    def test_that_is_live_can_be_stopped_at_once(self, status):
        assert next_status(status, "revoke") is AuthorizationStatus.REVOKED

    def test_knows_no_other_state(self):
        assert next_status("collected", "dispense") is None
