"""Every page and every step of the admin: importing them registers them."""

from pledge.admin import (  # noqa: F401
    accounts,
    contact_steps,
    course_steps,
    designee_steps,
    designees,
    enrollment_steps,
    key_steps,
    ledgers,
    month_steps,
    open_work,
    parties,
    party_log_ins,
    party_steps,
    pharmacist_steps,
    pharmacists,
    registrants,
    specimen_steps,
    work_steps,
)
from pledge.admin.calendar import pages as calendar_pages  # noqa: F401
from pledge.admin.confirm_many import page as confirm_many_page  # noqa: F401
from pledge.admin.counter import home as counter_home  # noqa: F401
from pledge.admin.counter import one, pharmacy, report, stock  # noqa: F401
from pledge.admin.exchange import exporting, importing  # noqa: F401
from pledge.admin.oversight import duplicates, home, rules_page  # noqa: F401
from pledge.admin.signin import own, people  # noqa: F401
from pledge.admin.signin import steps as signin_steps  # noqa: F401
from pledge.admin.worklist import page as worklist_page  # noqa: F401
