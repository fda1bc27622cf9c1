"""Every page and every step of the admin: importing them registers them."""

from pledge.admin import (  # noqa: F401
    accounts,
    contact_steps,
    course_steps,
    designee_steps,
    designees,
    enrollment_steps,
    ledgers,
    month_steps,
    parties,
    party_steps,
    registrants,
    specimen_steps,
    work_steps,
)
from pledge.admin.oversight import rules_page  # noqa: F401
