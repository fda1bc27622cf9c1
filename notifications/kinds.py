"""The kinds of notices and their readers (section 10)."""

from pledge.rules.vocabulary import Word


class Reader(Word):
    """Who is told."""

    REGISTRANT = "registrant", "Registrant"
    GUARDIAN = "guardian", "Parent or guardian"
    PRESCRIBER = "prescriber", "Prescriber"
    PHARMACY = "pharmacy", "Pharmacy"
    PROGRAM = "program", "Program"


class Kind(Word):
    """What they are told; labels are for staff and never sent."""

    ADDRESS_CONFIRMATION = "address_confirmation", "Address confirmation"
    INVITATION_TO_SIGN = "invitation_to_sign", "Invitation to sign"
    LINK_AGAIN = "link_again", "Link sent again"
    SIGNING_CODE = "signing_code", "Code to sign with"
    SIGNING_LINK_CLOSED = "signing_link_closed", "Signing link closed"
    SIGNING_WITHDRAWN = "signing_withdrawn", "Electronic signing withdrawn"
    CONSENT_COPY = "consent_copy", "Copy of a signed form"
    TEST_DUE = "test_due", "Test due"
    QUESTIONS_READY = "questions_ready", "Questions ready"
    WINDOW_OPEN = "window_open", "Window open"
    WINDOW_CLOSING = "window_closing", "Window closing"
    WINDOW_MISSED = "window_missed", "Window missed"
    LOCKED_OUT = "locked_out", "Locked out"
    LOCKOUT_ENDED = "lockout_ended", "Lockout ended"
    POST_TREATMENT_TEST_DUE = "post_treatment_test_due", "Post-treatment test due"
    POST_TREATMENT_TEST_OVERDUE = "post_treatment_test_overdue", "Post-treatment test overdue"
    CONFIRMATION_DUE = "confirmation_due", "Confirmation due"
    METHODS_DIFFER = "methods_differ", "Methods differ"
    URGENT_RESULT = "urgent_result", "Urgent result"
    ADDRESS_FAILED = "address_failed", "Address failed"
    CERTIFICATION_EXPIRING = "certification_expiring", "Certification expiring"
    AUTHORIZATION_LAPSED = "authorization_lapsed", "Authorization lapsed"
    AUTHORIZATION_REVOKED = "authorization_revoked", "Authorization revoked"
    AUTHORIZATION_SUSPENDED = "authorization_suspended", "Authorization suspended"
    AUTHORIZATION_RESUMED = "authorization_resumed", "Authorization resumed"
    DEVIATION = "deviation", "Deviation"
    NONCOMPLIANCE = "noncompliance", "Non-compliance"
    GUESSING = "guessing", "A pharmacy keeps naming the wrong registrants"
    WEBHOOK_TURNED_OFF = "webhook_turned_off", "Messages to the pharmacy's software failed"
