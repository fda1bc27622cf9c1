"""What an authorization is on a day, and what a hand-over is told under one that ended (sections 7 and 13)."""

import pytest

from pledge.rules.dispensing import dispensing_ended, ended_refusal, status_of_live
from pledge.rules.vocabulary import AuthorizationStatus
from tests.rules.builders import CERTIFIED, SUSPENDED, authorization, can, complete, day, negative, reasons

RECORD = can(negative("2024-01-15"), negative("2024-02-14"), windows=[complete("2024-02-14")])
ISSUED = authorization("2024-02-15", last="2024-02-20")


class TestAnAuthorizationNotYetUsed:
    @pytest.mark.parametrize(
        ("authorized", "record", "on", "status"),
        [
            pytest.param(ISSUED, RECORD, "2024-02-16", AuthorizationStatus.ISSUED, id="is issued"),
            pytest.param(ISSUED, RECORD, "2024-02-20", AuthorizationStatus.ISSUED, id="is issued on its last day"),
            pytest.param(ISSUED, RECORD, "2024-02-21", AuthorizationStatus.LAPSED, id="has lapsed after it"),
            pytest.param(
                ISSUED._replace(pharmacy=SUSPENDED), RECORD, "2024-02-16", AuthorizationStatus.REVOKED,
                id="is revoked with its pharmacy",
            ),
            pytest.param(
                ISSUED, RECORD._replace(prescriber=SUSPENDED), "2024-02-16", AuthorizationStatus.SUSPENDED,
                id="is suspended with its prescriber",
            ),
            pytest.param(
                ISSUED._replace(status=AuthorizationStatus.SUSPENDED), RECORD, "2024-02-16",
                AuthorizationStatus.ISSUED, id="may be dispensed once the prescriber is certified again",
            ),
        ],
    )  # fmt: skip
    def test_is_what_the_day_makes_of_it(self, authorized, record, on, status) -> None:
        assert status_of_live(authorized, record, day(on)) == status


class TestAnAuthorizationThatEnded:
    @pytest.mark.parametrize(
        ("status", "code"),
        [
            (AuthorizationStatus.DISPENSED, "authorization_closed"),
            (AuthorizationStatus.REVERSED, "authorization_closed"),
            (AuthorizationStatus.REVOKED, "authorization_revoked"),
            (AuthorizationStatus.LAPSED, "authorization_expired"),
        ],
    )
    def test_is_refused_by_its_own_end(self, status, code) -> None:
        assert ended_refusal(status).code == code

    def test_names_beside_its_end_what_stops_the_parties_and_not_the_months_steps(self) -> None:
        held = can(hold_since=day("2024-02-16"))._replace(prescriber=SUSPENDED)
        decision = dispensing_ended(held, AuthorizationStatus.REVOKED, CERTIFIED, day("2024-02-16"))
        assert reasons(decision.refusals) == ["authorization_revoked", "on_hold", "prescriber_not_certified"]
        assert (decision.edition, decision.do_not_dispense_after, decision.window_id) == ("2021", None, None)
