"""Refusals: what stops an act, in words, with who must act and what comes next (section 9)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pledge.rules.vocabulary import Actor, Word


class PharmacyClass(Word):
    """Section 9: all that a pharmacy is told, so that no reply reveals a pregnancy."""

    CONTACT_PRESCRIBER = "contact_prescriber", "The prescriber's office must act first."
    PATIENT_ACTION_NEEDED = "patient_action_needed", "The patient has a step to finish first."
    WINDOW_CLOSED = "window_closed", "There is no open prescription window."
    AUTHORIZATION_ACTIVE = "authorization_active", "Another authorization for this patient is still active."
    AUTHORIZATION_CLOSED = "authorization_closed", "This authorization can no longer be used."
    PHARMACY_NOT_CERTIFIED = "pharmacy_not_certified", "This pharmacy is not active in the program."
    SUPPLY_OVER_LIMIT = "supply_over_limit", "The days' supply is over what is allowed now."

    @property
    def who_acts(self) -> Actor:
        """Who can clear it."""
        return _CLASS_STEPS[self][0]

    @property
    def next_step(self) -> str:
        """What a pharmacist does next, in one sentence."""
        return _CLASS_STEPS[self][1]


_WITHIN_THE_LIMIT = "Ask for no more days than are allowed; where none are, ask again when the next supply is due."

_CLASS_STEPS: dict[PharmacyClass, tuple[Actor, str]] = {
    PharmacyClass.CONTACT_PRESCRIBER: (Actor.PRESCRIBER, "Ask the patient to call their prescriber's office."),
    PharmacyClass.PATIENT_ACTION_NEEDED: (Actor.REGISTRANT, "Ask the patient to open the program's latest e-mail."),
    PharmacyClass.WINDOW_CLOSED: (Actor.PRESCRIBER, "Ask the patient to call their prescriber's office."),
    PharmacyClass.AUTHORIZATION_ACTIVE: (
        Actor.PHARMACY,
        "Dispense or reverse the authorization that is active, at the pharmacy that asked for it.",
    ),
    PharmacyClass.AUTHORIZATION_CLOSED: (Actor.PHARMACY, "Hand nothing over under it, only under a new authorization."),
    PharmacyClass.PHARMACY_NOT_CERTIFIED: (
        Actor.PHARMACY,
        "The authorized representative renews the pharmacy's activation with the program.",
    ),
    PharmacyClass.SUPPLY_OVER_LIMIT: (Actor.PHARMACY, _WITHIN_THE_LIMIT),
}


class RefusalCode(Word):
    """Section 9: the full codes, each with its sentence; prescribers and program staff see these."""

    NOT_ENROLLED = "not_enrolled", "No one is enrolled under this number."
    CONSENT_MISSING = "consent_missing", "A required consent form is not completely signed."
    GUARDIAN_CONSENT_MISSING = "guardian_consent_missing", "A parent or guardian has not signed a required form."
    CATEGORY_UNCONFIRMED = "category_unconfirmed", "The risk category has no basis that the program accepts."
    PRESCRIBER_NOT_CERTIFIED = "prescriber_not_certified", "The prescriber is not certified today."
    DESIGNEE_NOT_ATTESTED = "designee_not_attested", "The designee's annual attestation is missing or has run out."
    PHARMACY_NOT_CERTIFIED = "pharmacy_not_certified", "The pharmacy is not active in the program today."
    TREATMENT_ENDED = "treatment_ended", "This course of treatment has ended."
    ON_HOLD = "on_hold", "The registrant is on hold."
    SCREENING_TEST_MISSING = "screening_test_missing", "No negative screening test is on record."
    WAITING_PERIOD = "waiting_period", "A test counts only after the waiting period that follows enrollment."
    TEST_MISSING = "test_missing", "The pregnancy test for this step is not on record."
    TEST_GAP_TOO_SHORT = "test_gap_too_short", "The test came too soon after the screening test."
    OUTSIDE_CYCLE_DAYS = "outside_cycle_days", "The test was not in the first days of the menstrual period."
    SETTING_NOT_ALLOWED = "setting_not_allowed", "The test was done where this kind of test does not count."
    HOME_TEST_NOT_PERMITTED = "home_test_not_permitted", "The home test lacks the prescriber's permission or evidence."
    RESULT_NOT_NEGATIVE = "result_not_negative", "The newest test is not negative."
    LOCKED_OUT = "locked_out", "A missed window is followed by a lockout."
    WINDOW_EXPIRED = "window_expired", "The prescription window has closed."
    WINDOW_ALREADY_OPEN = "window_already_open", "An earlier prescription window is still open."
    SPECIMEN_IN_CLOSED_WINDOW = "specimen_in_closed_window", "The specimen belongs to a window that has closed."
    COUNSELING_MISSING = "counseling_missing", "The prescriber has not confirmed this month."
    PRIMARY_METHOD_MISSING = "primary_method_missing", "No primary method of contraception is named."
    SECOND_METHOD_MISSING = "second_method_missing", "A second method of contraception is not named."
    ABSTINENCE_UNACKNOWLEDGED = "abstinence_unacknowledged", "The prescriber has not acknowledged abstinence."
    CONTRACEPTION_MISMATCH = "contraception_mismatch", "Registrant and prescriber named different methods."
    QUESTIONS_MISSING = "questions_missing", "This month's questions are not answered correctly yet."
    PRIOR_SOURCE_UNANSWERED = "prior_source_unanswered", "It is not said whether isotretinoin was taken since."
    AUTHORIZATION_ACTIVE = "authorization_active", "Another authorization is still live."
    AUTHORIZATION_REVOKED = "authorization_revoked", "The authorization was revoked."
    AUTHORIZATION_EXPIRED = "authorization_expired", "The authorization is past its do-not-dispense-after date."
    AUTHORIZATION_CLOSED = "authorization_closed", "The authorization was dispensed or reversed, or there is none."
    SUPPLY_OVER_LIMIT = "supply_over_limit", "The days' supply is over what is allowed now."

    @property
    def who_acts(self) -> Actor:
        """Who can clear it."""
        return _STEPS[self][0]

    @property
    def next_step(self) -> str:
        """What that party does next, in one sentence."""
        return _STEPS[self][1]

    @property
    def pharmacy_class(self) -> PharmacyClass:
        """What a pharmacy is told instead."""
        return _PHARMACY_CLASSES.get(self, PharmacyClass.CONTACT_PRESCRIBER)


_STEPS: dict[RefusalCode, tuple[Actor, str]] = {
    RefusalCode.NOT_ENROLLED: (Actor.PRESCRIBER, "Enroll the registrant, or look the number up again."),
    RefusalCode.CONSENT_MISSING: (Actor.REGISTRANT, "Whoever has not signed yet signs, the prescriber last."),
    RefusalCode.GUARDIAN_CONSENT_MISSING: (
        Actor.REGISTRANT,
        "Have the parent or guardian sign each required form from their own invitation.",
    ),
    RefusalCode.CATEGORY_UNCONFIRMED: (Actor.PRESCRIBER, "Choose the category again, with one of the accepted bases."),
    RefusalCode.PRESCRIBER_NOT_CERTIFIED: (
        Actor.PRESCRIBER,
        "Renew the certification, ask the program where it was suspended, or transfer the registrant.",
    ),
    RefusalCode.DESIGNEE_NOT_ATTESTED: (Actor.PRESCRIBER, "The designee attests again, or the prescriber acts."),
    RefusalCode.PHARMACY_NOT_CERTIFIED: (Actor.PHARMACY, "The authorized representative renews the activation."),
    RefusalCode.TREATMENT_ENDED: (Actor.PRESCRIBER, "Enroll the registrant again to begin a new course."),
    RefusalCode.ON_HOLD: (
        Actor.PRESCRIBER,
        "The registrant's own prescriber clears the hold with a reason, after a later negative test.",
    ),
    RefusalCode.SCREENING_TEST_MISSING: (Actor.PRESCRIBER, "Record a negative screening test from a medical setting."),
    RefusalCode.WAITING_PERIOD: (Actor.REGISTRANT, "Wait for the day shown; the next test is dated on or after it."),
    RefusalCode.TEST_MISSING: (Actor.PRESCRIBER, "Have a new test done and record it."),
    RefusalCode.TEST_GAP_TOO_SHORT: (Actor.PRESCRIBER, "Repeat the test on or after the day shown."),
    RefusalCode.OUTSIDE_CYCLE_DAYS: (
        Actor.PRESCRIBER,
        "Repeat the test in the first five days of the period, or record why the day does not matter.",
    ),
    RefusalCode.SETTING_NOT_ALLOWED: (Actor.PRESCRIBER, "Repeat the test where this kind of test counts."),
    RefusalCode.HOME_TEST_NOT_PERMITTED: (
        Actor.PRESCRIBER,
        "Permit home tests and keep evidence of the test, or repeat it in a medical setting.",
    ),
    RefusalCode.RESULT_NOT_NEGATIVE: (Actor.PRESCRIBER, "Have a new test done and record it."),
    RefusalCode.LOCKED_OUT: (Actor.REGISTRANT, "Have a new test done on or after the day shown."),
    RefusalCode.WINDOW_EXPIRED: (Actor.PRESCRIBER, "Have a new test or visit and confirm the month again."),
    RefusalCode.WINDOW_ALREADY_OPEN: (
        Actor.PRESCRIBER,
        "Use the open window, cancel it if nothing was dispensed, or wait until it has closed.",
    ),
    RefusalCode.SPECIMEN_IN_CLOSED_WINDOW: (Actor.PRESCRIBER, "Have a new test done on or after the day shown."),
    RefusalCode.COUNSELING_MISSING: (Actor.PRESCRIBER, "The clinic confirms counseling for this month."),
    RefusalCode.PRIMARY_METHOD_MISSING: (Actor.PRESCRIBER, "Name two methods, at least one of them primary."),
    RefusalCode.SECOND_METHOD_MISSING: (Actor.PRESCRIBER, "Name a second, different method."),
    RefusalCode.ABSTINENCE_UNACKNOWLEDGED: (Actor.PRESCRIBER, "Acknowledge the registrant's committed abstinence."),
    RefusalCode.CONTRACEPTION_MISMATCH: (
        Actor.REGISTRANT,
        "Registrant and clinic settle which methods are right; either corrects their entry.",
    ),
    RefusalCode.QUESTIONS_MISSING: (
        Actor.REGISTRANT,
        "Answer this month's questions; a wrong answer can be tried again.",
    ),
    RefusalCode.PRIOR_SOURCE_UNANSWERED: (
        Actor.PRESCRIBER,
        "Say whether isotretinoin was taken since the unused window, and from where.",
    ),
    RefusalCode.AUTHORIZATION_ACTIVE: (Actor.PHARMACY, "Dispense it once nothing else stops it, or have it reversed."),
    RefusalCode.AUTHORIZATION_REVOKED: (Actor.PHARMACY, "Return the drug to stock; ask again once nothing stops it."),
    RefusalCode.AUTHORIZATION_EXPIRED: (Actor.PHARMACY, "Reverse the authorization and return the drug to stock."),
    RefusalCode.AUTHORIZATION_CLOSED: (Actor.PHARMACY, "Hand nothing over under it, only under a new authorization."),
    RefusalCode.SUPPLY_OVER_LIMIT: (Actor.PHARMACY, _WITHIN_THE_LIMIT),
}

_STEPS_LEFT_TO: dict[tuple[RefusalCode, Actor], str] = {
    (RefusalCode.CONSENT_MISSING, Actor.PRESCRIBER): "Countersign each form once everyone else has signed it.",
    (RefusalCode.AUTHORIZATION_CLOSED, Actor.PRESCRIBER): "Leave the window as it is: it was dispensed from.",
    (RefusalCode.SUPPLY_OVER_LIMIT, Actor.PRESCRIBER): "Confirm no more days than one supply may last.",
}

_PHARMACY_CLASSES: dict[RefusalCode, PharmacyClass] = {
    RefusalCode.GUARDIAN_CONSENT_MISSING: PharmacyClass.PATIENT_ACTION_NEEDED,
    RefusalCode.QUESTIONS_MISSING: PharmacyClass.PATIENT_ACTION_NEEDED,
    RefusalCode.CONTRACEPTION_MISMATCH: PharmacyClass.PATIENT_ACTION_NEEDED,
    RefusalCode.WINDOW_EXPIRED: PharmacyClass.WINDOW_CLOSED,
    RefusalCode.AUTHORIZATION_ACTIVE: PharmacyClass.AUTHORIZATION_ACTIVE,
    RefusalCode.AUTHORIZATION_REVOKED: PharmacyClass.AUTHORIZATION_CLOSED,
    RefusalCode.AUTHORIZATION_EXPIRED: PharmacyClass.AUTHORIZATION_CLOSED,
    RefusalCode.AUTHORIZATION_CLOSED: PharmacyClass.AUTHORIZATION_CLOSED,
    RefusalCode.PHARMACY_NOT_CERTIFIED: PharmacyClass.PHARMACY_NOT_CERTIFIED,
    RefusalCode.SUPPLY_OVER_LIMIT: PharmacyClass.SUPPLY_OVER_LIMIT,
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason: its code and, where it is known, the earliest program day on which it can clear.

    ``left_to`` names who acts where, in this case, it is not the one whom the code names.
    """

    code: RefusalCode
    clears_on: date | None = None
    left_to: Actor | None = None

    @property
    def sentence(self) -> str:
        """The reason in one plain sentence."""
        return self.code.label

    @property
    def who_acts(self) -> Actor:
        """Who can clear it in this case."""
        return self.left_to or self.code.who_acts

    @property
    def next_step(self) -> str:
        """What that party does next in this case, in one sentence."""
        return self.code.next_step if self.left_to is None else _STEPS_LEFT_TO[self.code, self.left_to]


class Refused(Exception):
    """An act was refused; carries every reason (section 9)."""

    def __init__(self, refusals: Iterable[Refusal], overlays: Iterable[str] = ()) -> None:
        """Take the reasons, in the order in which they are named, and the overlays the judgment relied on."""
        self.refusals = tuple(refusals)
        self.overlays = tuple(overlays)
        super().__init__(", ".join(refusal.code.value for refusal in self.refusals))


class Rejected(ValueError):
    """The input itself cannot be true: ``field`` names what is wrong, the message says how."""

    def __init__(self, field: str, message: str) -> None:
        """Take the name of the input and one sentence."""
        self.field = field
        self.message = message
        super().__init__(f"{field}: {message}")


def unique(refusals: Iterable[Refusal]) -> tuple[Refusal, ...]:
    """Give each code once, in the order first named; of two days the later one, since all must clear."""
    by_code: dict[RefusalCode, Refusal] = {}
    for refusal in refusals:
        earlier = by_code.get(refusal.code)
        if earlier is None or (refusal.clears_on and (not earlier.clears_on or refusal.clears_on > earlier.clears_on)):
            by_code[refusal.code] = refusal
    return tuple(by_code.values())


def refuse_if_any(refusals: Iterable[Refusal], overlays: Iterable[str] = ()) -> None:
    """Raise :class:`Refused` with every reason, or do nothing where there is none."""
    named = unique(refusals)
    if named:
        raise Refused(named, overlays)
