"""How long, how often, how many: the operator's numbers that no environment changes. All of them are settings."""

# Signing: how long a link, a code and a visit live, how often one may guess, how large a scan may be.
SIGNING_LINK_DAYS = 60
SIGNING_CODE_MINUTES = 10
SIGNING_CODES_AN_HOUR = 6
SIGNING_CODE_TRIES = SIGNING_PIN_TRIES = 5
SIGNING_IDLE_MINUTES = 15
SIGNING_NEW_LINK_SECONDS = 0.2  # until an answer; looking an address up takes longer where it is known
SCAN_BYTES_MOST = 10 * 1024 * 1024
ANSWERS_KEPT_DAYS = 30  # promised to the pharmacies for every Idempotency-Key
# The worklist: how early it shows a next test, a window that closes unused, a certification that runs out.
WORK_BEFORE_SUPPLY_ENDS_DAYS, WORK_BEFORE_WINDOW_CLOSES_DAYS, WORK_BEFORE_CERTIFICATION_ENDS_DAYS = 7, 3, 30
SAVED_FILTERS_MOST = 20  # of one log-in
IMPORT_BYTES_MOST, IMPORT_ROWS_MOST, IMPORT_WAITS_MINUTES, EXPORT_HOURS = 512 * 1024, 1000, 60, 24
DESIGNATION_WARNING_DAYS, CERTIFICATION_TASK_DAYS = 14, 30  # before an end; of a certification, after it too

# Pharmacies: how long a rotated key goes on, and how many wrong names for registrants in a day slow a pharmacy down,
# alert the program, and suspend it.
KEY_OVERLAP_DAYS = 7
GUESSES_SLOWED, GUESSES_ALERTED, GUESSES_SUSPENDED = 10, 20, 50
GUESS_PAUSE_SECONDS, GUESS_PAUSE_SECONDS_MOST = 2, 600  # the first pause, which doubles, and the longest
# Webhooks: how long a message is tried, how long an answer is waited for, how many addresses a pharmacy may have.
WEBHOOK_TRIED_HOURS, WEBHOOK_SECONDS, WEBHOOKS_MOST = 72, 5, 5
WEBHOOK_OVERLAP_HOURS = 24  # in which a rotated secret signs beside the new one
API_PAGE_ROWS = 50
SANDBOX_KEPT = 1000  # of a pharmacy's authorizations in the sandbox; the oldest are forgotten first
