"""The words of signing, as enums with the label a person reads."""

from pledge.rules.vocabulary import ConsentForm, Word


class Language(Word):
    """The languages in which a form is written, by their code."""

    ENGLISH = "en", "English"
    SPANISH = "es", "Español"


class SigningMethod(Word):
    """How a signature came about."""

    ELECTRONIC = "electronic", "Electronically"
    PAPER = "paper", "On paper, with a scan"
    RECORDED = "recorded", "Recorded as a fact"


class Meaning(Word):
    """What a signature says (21 CFR 11.50)."""

    CONSENT = "consent", "I have read and understood each statement, and I consent"
    GUARDIAN_CONSENT = "guardian_consent", "I have read and understood each statement, and consent for my child"
    COUNTERSIGNATURE = "countersignature", "I explained this form, and the signers understood it before they signed"


class IdentityCheck(Word):
    """How the clinic made sure who someone is, before the first signature (21 CFR 11.100)."""

    PHOTO_ID = "photo_id", "A photo ID was shown"
    KNOWN_IN_PERSON = "known_in_person", "Known to the clinic in person"
    VOUCHED_FOR = "vouched_for", "An identified parent or guardian vouched for them"


class LinkState(Word):
    """What has become of a signing link; it can be used only while it is open."""

    OPEN = "open", "Open"
    EXPIRED = "expired", "Expired"
    REVOKED = "revoked", "Revoked"
    CLOSED = "closed", "Closed after wrong PINs"
    WITHDRAWN = "withdrawn", "Withdrawn: on paper from now on"


class Proof(Word):
    """What came of a code and a PIN that were typed."""

    PROVEN = "proven", "Code and PIN are right"
    WRONG_CODE = "wrong_code", "The code is wrong, used or too old"
    WRONG_PIN = "wrong_pin", "The PIN is wrong"
    LINK_NOT_OPEN = "link_not_open", "The link can no longer be used"


class ScanKind(Word):
    """What a scan of a paper consent may be, by its content."""

    PDF = "pdf", "PDF"
    PNG = "png", "PNG"
    JPEG = "jpeg", "JPEG"


SIGNING_LANGUAGES = tuple(language.value for language in Language)
ORIGINAL_LANGUAGE = Language.ENGLISH  # every other one is a translation, for a qualified translator to review
STATEMENTS = {ConsentForm.INFORMED_CONSENT: 12, ConsentForm.BIRTH_DEFECTS_CONSENT: 14}  # section 3.2
MEANINGS = {"registrant": Meaning.CONSENT, "guardian": Meaning.GUARDIAN_CONSENT, "prescriber": Meaning.COUNTERSIGNATURE}
