"""The admin: prescribers, their designees and program administrators; reads are pages, writes are steps.

Importing it registers every page with Django's admin and every step with ``pledge.admin.steps``.
"""

from pledge.admin import (  # noqa: F401 - each registers itself
    accounts,
    course_steps,
    enrollment_steps,
    ledgers,
    month_steps,
    parties,
    party_steps,
    registrants,
    work_steps,
)
