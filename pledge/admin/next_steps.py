"""Which step comes next about a registrant, by the same record and the same rules as the gate. Pure."""

from datetime import date

from pledge.admin.whereabouts import CAN
from pledge.rules.dispensing import Decision
from pledge.rules.endings import next_asked
from pledge.rules.history import Record
from pledge.rules.holds import later_negative
from pledge.rules.refusals import RefusalCode

# To countersign can be done here and now; a link that waits for its signer is sent again; and whoever wants no link, or
# no longer one, is left to paper. What cannot be taken now is not offered, and the next is suggested instead.
SIGN = ("invite-to-sign", "countersign", "send-link-again", "record-paper-consent")
NEXT_STEPS = {
    RefusalCode.TREATMENT_ENDED: ("begin-again",),
    RefusalCode.CONSENT_MISSING: SIGN,
    RefusalCode.GUARDIAN_CONSENT_MISSING: SIGN,
    RefusalCode.COUNSELING_MISSING: ("confirm-month",),
    RefusalCode.QUESTIONS_MISSING: ("record-answers",),
    RefusalCode.CONTRACEPTION_MISMATCH: ("record-answers",),
}
CERTIFIED_ALONE = {"countersign", "begin-again"}
NEED_A_TEST = {
    RefusalCode.SCREENING_TEST_MISSING,
    RefusalCode.TEST_MISSING,
    RefusalCode.TEST_GAP_TOO_SHORT,
    RefusalCode.OUTSIDE_CYCLE_DAYS,
    RefusalCode.SETTING_NOT_ALLOWED,
    RefusalCode.HOME_TEST_NOT_PERMITTED,
    RefusalCode.RESULT_NOT_NEGATIVE,
    RefusalCode.SPECIMEN_IN_CLOSED_WINDOW,
    RefusalCode.WINDOW_EXPIRED,
}


def next_steps(record: Record, gate: Decision, on: date, *, last_dose_on: date | None = None) -> tuple[str, ...]:
    """Give the slug of the step that comes next, or of each way to take it; none while only time or others can tell.

    What comes after it is never suggested in its place.

    :param last_dose_on: the day of the last dose where tests are asked for after it.
    """
    asked = next_asked(record, last_dose_on, on) if last_dose_on is not None else None
    held = record.hold_since is not None
    if (asked is not None and asked.from_day <= on) or (held and not later_negative(record)):
        return ("record-test",)
    if held:
        return ("clear-hold",) if record.prescriber.holds(on) else ()
    return _against(record, gate, on)


def _against(record: Record, gate: Decision, on: date) -> tuple[str, ...]:
    for refusal in gate.refusals:
        waits = refusal.clears_on is not None and refusal.clears_on > on
        if waits or refusal.code is RefusalCode.PRESCRIBER_NOT_CERTIFIED:
            return ()
        if refusal.code in NEED_A_TEST and record.category == CAN:
            return ("record-test",)
        if refusal.code in NEXT_STEPS:
            certified = record.prescriber.holds(on)
            return tuple(slug for slug in NEXT_STEPS[refusal.code] if certified or slug not in CERTIFIED_ALONE)
    return ()
