"""The program's words, as enums with the label a person reads."""

from enum import StrEnum


class Word(StrEnum):
    """A value that is stored and sent as is, with a label for people."""

    __test__ = False  # a test collector need not look into those whose name begins with Test
    label: str

    def __new__(cls, value: str, label: str = "") -> "Word":
        """Take the stored value and the label shown for it; a member is written with both."""
        word = str.__new__(cls, value)
        word._value_ = value
        word.label = label
        return word

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Give (value, label) pairs, in the order of the program's rules."""
        return [(word.value, word.label) for word in cls]


class RiskCategory(Word):
    """Section 1: the two categories; the first is the default."""

    CAN_BECOME_PREGNANT = "can_become_pregnant", "Can become pregnant"
    CANNOT_BECOME_PREGNANT = "cannot_become_pregnant", "Cannot become pregnant"


class Basis(Word):
    """Section 13: the only bases for ``cannot_become_pregnant``."""

    CISGENDER_MALE = "cisgender_male", "Cisgender male"
    HYSTERECTOMY = "hysterectomy", "Hysterectomy"
    BILATERAL_OOPHORECTOMY = "bilateral_oophorectomy", "Bilateral oophorectomy"
    POST_MENOPAUSE = "post_menopause", "Documented post-menopause"


class TestResult(Word):
    """Section 4."""

    NEGATIVE = "negative", "Negative"
    POSITIVE = "positive", "Positive"
    INDETERMINATE = "indeterminate", "Indeterminate"


class TestSetting(Word):
    """Section 4: where the specimen was tested."""

    CLIA_LAB = "clia_lab", "CLIA-certified laboratory"
    MEDICAL_SETTING = "medical_setting", "Medical setting"
    HOME = "home", "At home"


class SpecimenType(Word):
    """Section 4."""

    URINE = "urine", "Urine"
    SERUM = "serum", "Serum"


class CycleExemption(Word):
    """Section 4: why the day of the menstrual cycle does not matter for T2."""

    AMENORRHEA = "amenorrhea", "Amenorrhea"
    IRREGULAR_CYCLES = "irregular_cycles", "Irregular cycles"
    NO_WITHDRAWAL_BLEED = "no_withdrawal_bleed", "No withdrawal bleed"


class TestPhase(Word):
    """Section 4: what a test is for, which decides where it may be done."""

    SCREENING = "screening", "Screening test (T1)"
    CONFIRMATION = "confirmation", "Confirmation test (T2)"
    REPEAT = "repeat", "Repeated confirmation test"
    MONTHLY = "monthly", "Monthly test (T3)"
    POST_TREATMENT = "post_treatment", "Post-treatment test (T4, T5)"


class ConsentForm(Word):
    """Section 3."""

    INFORMED_CONSENT = "informed_consent", "Informed consent"
    BIRTH_DEFECTS_CONSENT = "birth_defects_consent", "Birth defects consent"


class Signer(Word):
    """Section 3: who signs a consent form, in this order."""

    REGISTRANT = "registrant", "Registrant"
    GUARDIAN = "guardian", "Parent or guardian"
    PRESCRIBER = "prescriber", "Prescriber"


class Method(Word):
    """Section 3: contraception."""

    TUBAL_STERILIZATION = "tubal_sterilization", "Tubal sterilization"
    PARTNER_VASECTOMY = "partner_vasectomy", "Partner's vasectomy"
    IUD = "iud", "Intrauterine device"
    HORMONAL_PILL = "hormonal_pill", "Hormonal pill"
    HORMONAL_PATCH = "hormonal_patch", "Hormonal patch"
    HORMONAL_SHOT = "hormonal_shot", "Hormonal shot"
    HORMONAL_IMPLANT = "hormonal_implant", "Hormonal implant"
    VAGINAL_RING = "vaginal_ring", "Vaginal ring"
    MALE_CONDOM = "male_condom", "Male condom"
    DIAPHRAGM_SPERMICIDE = "diaphragm_spermicide", "Diaphragm with spermicide"
    CERVICAL_CAP_SPERMICIDE = "cervical_cap_spermicide", "Cervical cap with spermicide"
    VAGINAL_SPONGE = "vaginal_sponge", "Vaginal sponge"
    ABSTINENCE = "abstinence", "Committed abstinence"


class PriorSource(Word):
    """Section 5: where isotretinoin taken since an unused window came from."""

    NONE_TAKEN = "none_taken", "None taken"
    OWN_SUPPLY = "own_supply", "Own supply from an earlier month"
    OTHER = "other", "Another source"


class AuthorizationStatus(Word):
    """Section 7: the states of an authorization (RMA)."""

    ISSUED = "issued", "Issued"
    SUSPENDED = "suspended", "Suspended"
    DISPENSED = "dispensed", "Dispensed"
    REVERSED = "reversed", "Reversed"
    REVOKED = "revoked", "Revoked"
    LAPSED = "lapsed", "Lapsed"


class ReversalReason(Word):
    """Section 7: why an authorization is given back."""

    NOT_COLLECTED = "not_collected", "Not collected"
    ENTRY_ERROR = "entry_error", "Entry error"
    REGISTRANT_REQUEST = "registrant_request", "Registrant's request"


class Ending(Word):
    """Section 8: how a course of treatment ended."""

    COMPLETED = "completed", "Treatment completed"
    DISCONTINUED = "discontinued", "Discontinued"
    CATEGORY_CHANGED = "category_changed", "Category changed; a new course began"
    MERGED = "merged", "Merged into another record of the same person"
    WITHDRAWN = "withdrawn", "Entered by mistake and taken back"


class StopCause(Word):
    """Sections 4, 6, 8: what closed a window before its last day."""

    POSITIVE_TEST = "positive_test", "Positive test"
    PREGNANCY_REPORT = "pregnancy_report", "Pregnancy report"
    NEW_VISIT = "new_visit", "A new visit opened the next window"
    CATEGORY_CHANGE = "category_change", "Category changed"
    TREATMENT_ENDED = "treatment_ended", "Treatment ended"


class Scope(Word):
    """Section 1: in what a designee acts on a prescriber's behalf; whoever is designated reads."""

    MONTH = "month", "Tests, monthly confirmations, answers, windows"
    ENROLLMENT = "enrollment", "Enrollment, contact, forms to sign"
    COURSE = "course", "Category, transfer, endings"


class Actor(Word):
    """Who acts: a party of the program (sections 1 and 9)."""

    REGISTRANT = "registrant", "Registrant"
    PRESCRIBER = "prescriber", "Prescriber"
    PHARMACY = "pharmacy", "Pharmacy"
    PROGRAM = "program", "Program"


LIVE_STATUSES = frozenset({AuthorizationStatus.ISSUED, AuthorizationStatus.SUSPENDED})

PRIMARY_METHODS = frozenset(
    {
        Method.TUBAL_STERILIZATION,
        Method.PARTNER_VASECTOMY,
        Method.IUD,
        Method.HORMONAL_PILL,
        Method.HORMONAL_PATCH,
        Method.HORMONAL_SHOT,
        Method.HORMONAL_IMPLANT,
        Method.VAGINAL_RING,
    }
)
