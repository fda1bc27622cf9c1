"""Sections 1, 7 and 8: who may act and be acted for at all."""

import pytest

from pledge.rules.standing import designee_refusals, pharmacy_refusals, prescriber_refusals, registrant_refusals
from tests.rules.builders import CERTIFIED, SUSPENDED, can, certified_through, course, day, reasons

TODAY = day("2024-03-01")


class TestTheRegistrant:
    @pytest.mark.parametrize(
        ("said", "refused"),
        [
            pytest.param({}, [], id="enrolled and well: nothing"),
            pytest.param({"hold_since": day("2024-02-20")}, ["on_hold"], id="on hold"),
            pytest.param({"course": course(None)}, ["consent_missing"], id="not yet consented"),
            pytest.param({"course": course(ended_on=day("2024-02-20"))}, ["treatment_ended"], id="ended"),
            pytest.param(
                {"course": course(None, ended_on=day("2024-02-20"))},
                ["treatment_ended"],
                id="ended before consents were complete: they are asked anew",
            ),
            pytest.param(
                {"course": course(ended_on=day("2024-02-20")), "hold_since": day("2024-02-20")},
                ["treatment_ended", "on_hold"],
                id="ended and on hold: both",
            ),
            pytest.param(
                {"course": course(None), "hold_since": day("2024-02-20")},
                ["on_hold", "consent_missing"],
                id="on hold without consents: both",
            ),
        ],
    )
    def test_is_stopped_as_such(self, said, refused):
        assert reasons(registrant_refusals(can(**said), TODAY)) == refused


CERTIFICATIONS = pytest.mark.parametrize(
    ("standing", "stands"),
    [
        pytest.param(CERTIFIED, True, id="certified"),
        pytest.param(certified_through("2024-03-01"), True, id="on the last day"),
        pytest.param(certified_through("2024-02-29"), False, id="run out yesterday"),
        pytest.param(SUSPENDED, False, id="suspended"),
    ],
)


@CERTIFICATIONS
class TestACertification:
    def test_is_asked_of_the_prescriber(self, standing, stands):
        assert reasons(prescriber_refusals(standing, TODAY)) == ([] if stands else ["prescriber_not_certified"])

    def test_is_asked_of_the_pharmacy(self, standing, stands):
        assert reasons(pharmacy_refusals(standing, TODAY)) == ([] if stands else ["pharmacy_not_certified"])

    def test_is_asked_of_the_designee(self, standing, stands):
        assert reasons(designee_refusals(standing, TODAY)) == ([] if stands else ["designee_not_attested"])


class TestAPrescriberInPerson:
    def test_needs_no_attestation(self):
        assert reasons(designee_refusals(None, TODAY)) == []
