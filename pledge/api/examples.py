"""What may be sent and what is then answered, call by call: shown in the contract and sent by tests.

The registrants are the sandbox's, so that whoever copies an example with a test key gets its answer.
"""

from pledge.api.shapes import REPORT_NEXT_STEP
from pledge.rules.refusals import PharmacyClass

_WAITING = PharmacyClass.PATIENT_ACTION_NEEDED
CHECK = {"registrant_number": "0000000101", "date_of_birth": "1996-05-04", "days_supply": 30, "pharmacist": "rph-17"}
CHECKS = {"checks": [CHECK, {**CHECK, "registrant_number": "0000000202"}]}
AUTHORIZATION = {**CHECK, "client_reference": "order 7"}
DISPENSE = {"pharmacist": "rph-17"}
REVERSAL = {"pharmacist": "rph-17", "reason": "not_collected"}
REPORT = {**CHECK, "note": "Handed over during an outage, before the check was answered."}
LISTING = {"status": "lapsed"}

ELIGIBLE = {
    "eligible": True,
    "reasons": [],
    "do_not_dispense_after": "2026-11-27",
    "edition": "2026",
    "checked_at": "2026-11-21T15:04:05.123456Z",
}
REASON = {
    "code": _WAITING.value,
    "message": _WAITING.label,
    "who_acts": _WAITING.who_acts.value,
    "next_step": _WAITING.next_step,
}
RESULTS = {
    "results": [ELIGIBLE, {**ELIGIBLE, "eligible": False, "reasons": [REASON], "do_not_dispense_after": None}],
}
ISSUED = {
    "rma_number": "187648062949",
    "status": "issued",
    "registrant_number": "0000000101",
    "days_supply": 30,
    "do_not_dispense_after": "2026-11-27",
    "issued_at": "2026-11-21T15:04:06.001122Z",
    "dispensed_at": None,
    "reversed_at": None,
    "edition": "2026",
    "client_reference": "order 7",
}
DISPENSED = {**ISSUED, "status": "dispensed", "dispensed_at": "2026-11-21T15:09:41.500123Z"}
REVERSED = {
    **ISSUED,
    "rma_number": "553018274460",
    "status": "reversed",
    "registrant_number": "0000000103",  # another one: what was dispensed cannot be given back
    "do_not_dispense_after": "2026-11-21",
    "reversed_at": "2026-11-24T09:30:12.000431Z",
    "client_reference": "order 8",
}
AUTHORIZATIONS = {
    "items": [{**ISSUED, "status": "lapsed"}],
    "next_cursor": "IjE4NzY0ODA2Mjk0OSI:8cJ0mZ3xq1nYb5vTt2oWq7Lr4dKfHs9aEuXgPiCjMzA",
}
PHARMACY = {
    "number": "PH-1001",
    "name": "Corner Pharmacy",
    "standing": "active",
    "certified_on": "2026-02-01",
    "certified_through": "2027-01-31",
    "key": {"prefix": "pledge_live_3fa9c1d2", "sandbox": False, "expires_at": "2027-01-31T05:00:00Z"},
}
REPORTED = {
    "report_number": "402771935506",
    "registrant_number": "0000000101",
    "days_supply": 30,
    "dispensed_on": "2026-11-21",
    "recorded_at": "2026-11-21T15:12:00.250000Z",
    "next_step": REPORT_NEXT_STEP,
}
